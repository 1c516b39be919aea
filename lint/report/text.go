package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

const (
	fullWidth  = 100 // prose in longer lines is hard to read
	leastWidth = 40
)

// A style is what an escape sequence does to the text after it.
type style string

const (
	bold   style = "1"
	red    style = "1;31"
	yellow style = "1;33"
	cyan   style = "1;36"
	blue   style = "1;34"
)

type textWriter struct {
	strings.Builder
	rep   *Report
	color bool
	width int
}

func writeText(w io.Writer, rep *Report, opts Options) error {
	t := &textWriter{rep: rep, color: opts.Color, width: fullWidth}
	if opts.Width > 0 {
		t.width = min(max(opts.Width, leastWidth), fullWidth)
	}
	for _, f := range rep.Findings {
		t.finding(f)
	}
	t.summary()
	_, err := io.WriteString(w, t.String())
	return err
}

func (t *textWriter) finding(f rules.Finding) {
	s := styleOf(f.Severity)
	fmt.Fprintf(&t.Builder, "%s %s\n", t.paint(s, fmt.Sprintf("%s[%s]", f.Severity, f.Rule.Name)), t.paint(bold, place(f.Pos.File, f.Pos.Line, f.Pos.Column)))
	gutter := strings.Repeat(" ", len(strconv.Itoa(max(f.Pos.Line, 1))))
	t.snippet(f, gutter)
	t.remark(gutter, "", f.Message)
	if f.Help != "" {
		t.remark(gutter, "help: ", f.Help)
	}
	for _, r := range f.Related {
		t.remark(gutter, "note: ", place(r.Pos.File, r.Pos.Line, r.Pos.Column)+": "+r.Message)
	}
	t.WriteByte('\n')
}

// snippet shows the line of a finding with the clause underlined.
func (t *textWriter) snippet(f rules.Finding, gutter string) {
	if t.rep.Source == nil || f.Pos.Line < 1 {
		return
	}
	line := t.rep.Source(f.Pos.File, f.Pos.Line)
	if strings.TrimSpace(line) == "" {
		return
	}
	from, to, tail := marked(f, line)
	shown := excerptOf(line, from, to, t.width-len(gutter)-4)
	bar := t.paint(blue, gutter+" |")
	marks := strings.Repeat(" ", shown.from) + t.paint(styleOf(f.Severity), strings.Repeat("^", max(shown.to-shown.from, 1))+tail)
	fmt.Fprintf(&t.Builder, "%s\n%s %s\n%s %s\n%s\n", bar, t.paint(blue, strconv.Itoa(f.Pos.Line)+" |"), shown.text, bar, marks, bar)
}

// marked returns what to underline of the first line of a finding, as byte
// offsets. What goes on in the next line is underlined to the end.
func marked(f rules.Finding, line string) (from, to int, tail string) {
	end := len(strings.TrimRight(line, " \t"))
	from = min(max(f.Pos.Column-1, 0), end)
	switch {
	case f.Pos.EndLine > f.Pos.Line:
		return from, end, "…"
	case f.Pos.EndLine == f.Pos.Line:
		return from, max(min(f.Pos.EndColumn-1, end), from), ""
	}
	return from, from, ""
}

// remark writes a paragraph under a snippet.
func (t *textWriter) remark(gutter, label, text string) {
	const lead = " = "
	room := t.width - len(gutter) - len(lead)
	for i, line := range wrap(label+printable(text), room) {
		switch {
		case i > 0:
			fmt.Fprintf(&t.Builder, "%s%s%s\n", gutter, strings.Repeat(" ", len(lead)), line)
		default:
			line = t.paint(bold, label) + strings.TrimPrefix(line, label)
			fmt.Fprintf(&t.Builder, "%s%s%s\n", gutter, t.paint(blue, lead), line)
		}
	}
}

// summary says how the input was understood, and last how much was covered.
func (t *textWriter) summary() {
	for _, n := range t.rep.Notes {
		t.paragraph("note: " + n)
	}
	for _, l := range t.rep.Layouts {
		line := l.Dir + ": " + l.Name
		if l.Why != "" {
			line += " (" + l.Why + ")"
		}
		t.paragraph(line)
	}
	if t.rep.Mode != "" {
		t.paragraph(t.rep.Mode)
	}
	t.WriteString(printable(coverageLine(t.rep)) + "\n")
}

func (t *textWriter) paragraph(text string) {
	for i, line := range wrap(printable(text), t.width-2) {
		if i > 0 {
			t.WriteString("  ")
		}
		t.WriteString(line + "\n")
	}
}

func (t *textWriter) paint(s style, text string) string {
	if !t.color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func styleOf(s rules.Severity) style {
	switch s {
	case rules.Error:
		return red
	case rules.Warning:
		return yellow
	}
	return cyan
}

// place spells a position so that terminals and editors can follow it.
func place(file string, line, column int) string {
	out := strings.ReplaceAll(printable(file), "\n", `\n`)
	if line > 0 {
		out += ":" + strconv.Itoa(line)
		if column > 0 {
			out += ":" + strconv.Itoa(column)
		}
	}
	return out
}

// coverageLine says how much was looked at, and what came of it.
func coverageLine(rep *Report) string {
	c := rep.Coverage
	migrations := count(c.Migrations, "migration")
	switch {
	case rep.Base != nil:
		migrations += fmt.Sprintf(" (%d new since %s)", c.NewMigrations, rep.Base.name())
	case c.NewMigrations < c.Migrations:
		migrations += fmt.Sprintf(" (%d new)", c.NewMigrations)
	}
	parts := []string{fmt.Sprintf("%s, %s, %d not analysed", migrations, count(c.Statements, "statement"), c.Unparsed)}
	if c.Code {
		parts = append(parts, fmt.Sprintf("%s, %s, %d not resolved", count(c.GoFiles, "Go file"), count(c.SQLStrings, "SQL string"), c.Unresolved))
	} else {
		parts = append(parts, "no Go code")
	}
	return strings.Join(append(parts, outcome(rep)), "; ")
}

func outcome(rep *Report) string {
	var n [rules.Error + 1]int
	for _, f := range rep.Findings {
		n[f.Severity]++
	}
	out := count(n[rules.Error], "error") + ", " + count(n[rules.Warning], "warning")
	if n[rules.Info] > 0 {
		out += fmt.Sprintf(", %d info", n[rules.Info])
	}
	out += fmt.Sprintf(", %d suppressed", rep.Coverage.Suppressed)
	if n := len(rep.Proofs); n > 0 {
		out += fmt.Sprintf(", %d proved unused", n)
	}
	return out
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// name returns the ref and its commit; a ref that is a commit is named once.
func (b *Base) name() string {
	if strings.HasPrefix(b.Commit, b.Ref) {
		return shortCommit(b.Commit)
	}
	return b.Ref + " " + shortCommit(b.Commit)
}

func shortCommit(c string) string { return c[:min(len(c), 7)] }
