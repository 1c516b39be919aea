package uses

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// mayBeSQL says whether a text begins with a word that a statement can begin
// with, behind comments.
func mayBeSQL(t gosrc.Text) bool {
	head, rest := firstWord(t)
	switch head {
	case "--", "/*", "#":
		return true
	case "create":
		if makesStored().MatchString(rest) || takesRows().MatchString(t.String()) {
			return true
		}
	case "alter":
		if makesStored().MatchString(rest) {
			return true
		}
	}
	return statementWords[head] || maintenanceWords[head] && maintainsTable().MatchString(t.String())
}

// maintains says whether a text begins as a statement that English can, too: it is one
// only where it is run.
func maintains(t gosrc.Text) bool {
	head, _ := firstWord(t)
	return maintenanceWords[head]
}

// maintainsTable finds what English does not write so, or not in capital letters.
var maintainsTable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\W*(?:ALTER|DROP|RENAME|ANALYZE|OPTIMIZE|CHECK|CHECKSUM|REPAIR|FLUSH)\s+(?:(?:LOCAL|NO_WRITE_TO_BINLOG|ONLINE|OFFLINE|IGNORE)\s+)*TABLES?\b|` +
		`^\W*(?:CREATE|DROP)\s+(?:(?:OR|REPLACE|UNIQUE|FULLTEXT|SPATIAL)\s+)*INDEX\b|^\W*(?:GRANT|REVOKE)\s.*\sON\s|` +
		`(?i:^\W*(?:alter\s+table\s+\S+\s+(?:add|drop|change|modify|rename|alter|convert)|drop\s+table\s+if\s+exists|rename\s+table\s+\S+\s+to|create\s+(?:unique\s+)?index\s+\S+\s+on)\b)`)
})

// behindHoles is a text that begins with what is not known, a hint or a comment most
// likely, from the statement on that follows; as it is when none does.
func behindHoles(t gosrc.Text) gosrc.Text {
	n := slices.IndexFunc(t, func(p gosrc.Part) bool { return p.Hole == "" })
	if n > 0 && mayBeSQL(t[n:]) {
		return t[n:]
	}
	return t
}

// hidesHead says whether what a text begins with is not known, and goes on as a
// statement does behind its first words.
func hidesHead(t gosrc.Text) bool {
	n := slices.IndexFunc(t, func(p gosrc.Part) bool { return p.Hole == "" })
	if n <= 0 {
		return false
	}
	head, rest := firstWord(t[n:])
	return inStatement[head] || inStatementLoud[head] && loud(t[n:], head, rest)
}

// inStatement are words that a statement goes on with, and hardly anything else does
// behind what is not known; inStatementLoud those that are English, too, unless they are
// in capital letters.
var (
	inStatement     = words("from into where having join")
	inStatementLoud = words("order group limit left inner right cross union values set and or for on")
)

// loud says whether the first word of a text is in capital letters.
func loud(t gosrc.Text, head, rest string) bool {
	before := strings.TrimSuffix(t[0].Text, rest)
	return strings.HasSuffix(before, strings.ToUpper(head))
}

// firstWord is the word that a text begins with, in lower case, and what is behind it
// there; of a comment, what opens it.
func firstWord(t gosrc.Text) (head, rest string) {
	if len(t) == 0 || t[0].Hole != "" {
		return "", ""
	}
	s := strings.TrimLeft(t[0].Text, " \t\r\n(;")
	switch {
	case s == "":
		return firstWord(t[1:])
	case strings.HasPrefix(s, "--"), strings.HasPrefix(s, "/*"):
		return s[:2], s[2:]
	case s[0] == '#':
		return s[:1], s[1:]
	}
	n := strings.IndexFunc(s, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
	if n < 0 {
		n = len(s)
	}
	return strings.ToLower(s[:n]), s[n:]
}

// takesRows finds what makes a table of what others hold, or like another.
var takesRows = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\W*create\s+(?:temporary\s+)?table\b.*\b(?:select|like)\b`)
})

// makesStored finds what has statements in it that stay in the database.
var makesStored = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s+(?:or\s+replace\s+|(?:definer|algorithm)\s*=\s*\S+\s+|sql\s+security\s+\w+\s+)*(?:view|trigger|event|procedure|function)\b`)
})

var (
	statementWords = words(`select insert replace update delete with truncate lock table values load explain call do handler set
		show begin start use`)
	// A text that begins with one of these is a statement where it is run. Some name no
	// table, and stand before others that do.
	maintenanceWords = words(`describe desc analyze optimize check checksum repair flush alter create drop rename grant revoke
		prepare execute cache declare if case while loop repeat for commit rollback savepoint release xa kill unlock
		deallocate open close fetch import install uninstall purge reset shutdown signal resignal get help binlog stop
		change backup return`)
)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

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
