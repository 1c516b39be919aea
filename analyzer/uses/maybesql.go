package uses

import (
	"regexp"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// mayBeSQL says whether a text begins with a word that a statement can begin
// with, behind comments.
func mayBeSQL(t gosrc.Text) bool {
	if len(t) == 0 || t[0].Hole != "" {
		return false
	}
	s := strings.TrimLeft(t[0].Text, " \t\r\n(;")
	if s == "" {
		return len(t) > 1 && mayBeSQL(t[1:])
	}
	if strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*") || s[0] == '#' {
		return true
	}
	n := strings.IndexFunc(s, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
	if n < 0 {
		n = len(s)
	}
	head := strings.ToLower(s[:n])
	return statementWords[head] || (head == "create" || head == "alter") && makesStored().MatchString(s[n:])
}

// makesStored finds what has statements in it that stay in the database.
var makesStored = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s+(?:or\s+replace\s+|(?:definer|algorithm)\s*=\s*\S+\s+|sql\s+security\s+\w+\s+)*(?:view|trigger|event|procedure|function)\b`)
})

var statementWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("select insert replace update delete with truncate lock table values load explain call") {
		m[w] = true
	}
	return m
}()

// says are functions that tell a person or a log what they are handed.
func says(c gosrc.Callee) bool {
	switch c.Pkg {
	case "log", "log/slog", "errors", "testing", "github.com/pkg/errors", "github.com/sirupsen/logrus", "go.uber.org/zap", "github.com/rs/zerolog", "strings", "bytes", "regexp":
		return true
	case "fmt":
		return true
	}
	switch strings.TrimSuffix(strings.TrimSuffix(c.Name, "ln"), "f") {
	case "Debug", "Info", "Warn", "Warning", "Error", "Fatal", "Panic", "Trace", "Print", "Log", "Wrap", "Errorw", "Infow", "Debugw":
		return true
	}
	return false
}
