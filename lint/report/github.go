package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes workflow commands. GitHub shows ten errors, ten warnings and
// ten notices of a step and drops the rest, so what is most pressing goes first.
func writeGitHub(w io.Writer, rep *Report, _ Options) error {
	var b strings.Builder
	for _, f := range rep.Failures {
		command(&b, "error", []string{"title=expandcheck"}, printable(f))
	}
	for _, f := range slices.SortedStableFunc(slices.Values(rep.Findings), migrationsFirst) {
		command(&b, gitHubLevel(f.Severity), gitHubProperties(rep, f), strings.Join(details(f), "\n"))
	}
	for _, n := range append(beyondShown(rep), append(slices.Clone(rep.Notes), coverageLine(rep))...) {
		command(&b, "notice", []string{"title=expandcheck"}, printable(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shownByGitHub is how many annotations of one level GitHub shows of a step.
const shownByGitHub = 10

// beyondShown says what of the findings GitHub does not show as annotations.
func beyondShown(rep *Report) []string {
	levels := map[string]int{"error": len(rep.Failures)}
	for _, f := range rep.Findings {
		levels[gitHubLevel(f.Severity)]++
	}
	var hidden []string
	for _, level := range []string{"error", "warning"} {
		if n := levels[level]; n > shownByGitHub {
			hidden = append(hidden, fmt.Sprintf("%d of %s", shownByGitHub, count(n, level)))
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	return []string{"GitHub shows " + strings.Join(hidden, " and ") + " here: the summary of this step has all"}
}

// command writes one command. The values of its properties must be escaped.
func command(b *strings.Builder, name string, properties []string, message string) {
	fmt.Fprintf(b, "::%s %s::%s\n", name, strings.Join(properties, ","), commandData.Replace(message))
}

// migrationsFirst puts findings in code last, and the worse ones first.
func migrationsFirst(a, b rules.Finding) int {
	if inCode(a) != inCode(b) {
		if inCode(b) {
			return -1
		}
		return 1
	}
	return int(b.Severity) - int(a.Severity)
}

func inCode(f rules.Finding) bool {
	return f.Migration == nil && strings.HasSuffix(f.Pos.File, ".go")
}

func gitHubLevel(s rules.Severity) string {
	switch s {
	case rules.Error, rules.Warning:
		return s.String()
	}
	return "notice"
}

// gitHubProperties says where a finding is. Columns are for findings within one
// line only.
func gitHubProperties(rep *Report, f rules.Finding) []string {
	p := f.Pos
	out := []string{"file=" + commandProperty.Replace(p.File)}
	if p.Line > 0 {
		out = append(out, fmt.Sprintf("line=%d", p.Line))
	}
	if p.EndLine > p.Line {
		out = append(out, fmt.Sprintf("endLine=%d", p.EndLine))
	}
	if column := rep.utf16Column(p.File, p.Line, p.Column); p.EndLine == p.Line && p.EndColumn > p.Column && column > 0 {
		out = append(out, fmt.Sprintf("col=%d,endColumn=%d", column, rep.utf16Column(p.File, p.Line, p.EndColumn)))
	}
	return append(out, "title="+commandProperty.Replace("expandcheck: "+f.Rule.Name))
}
