package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/nearest"
)

// StatusFormats are the formats of WriteStatus.
func StatusFormats() []string { return []string{"text", "json", "markdown"} }

// WriteStatus writes the board: every move with its six steps, what shows each,
// and what is next.
func WriteStatus(w io.Writer, rep *Report, format string, opts Options) error {
	switch format {
	case "text":
		return statusText(w, rep, opts)
	case "json":
		board := *rep
		board.Findings, board.Proofs = nil, nil
		return writeJSON(w, &board, opts)
	case "markdown":
		return statusMarkdown(w, rep)
	}
	return fmt.Errorf("unknown format %q: %s", format, nearest.Hint(format, StatusFormats()))
}

// steps says what each step is, for people.
var steps = [6]string{
	"add the new column or table",
	"write old and new",
	"copy the old rows",
	"read the new",
	"stop writing the old",
	"drop the old",
}

// nextStep returns the first step that is not deployed, and whether there is one.
func nextStep(m *move.Move) (move.StepName, bool) {
	for n := range m.Steps {
		if m.Steps[n].State != move.Deployed {
			return move.StepName(n), true
		}
	}
	return 0, false
}

// advice is what to do next.
func advice(m *move.Move) string {
	if m.Abandoned {
		return "given up: nothing reads or writes the new any more; drop it"
	}
	n, ok := nextStep(m)
	if !ok {
		return "done"
	}
	switch m.Steps[n].State {
	case move.Pending:
		return fmt.Sprintf("deploy step %d, which is complete here", n+1)
	case move.Partial:
		return fmt.Sprintf("finish step %d: %s", n+1, steps[n])
	case move.Missing, move.Deployed:
	}
	return fmt.Sprintf("step %d, in a release of its own: %s", n+1, steps[n])
}

func statusText(w io.Writer, rep *Report, opts Options) error {
	const board = 80
	t := &textWriter{rep: rep, color: opts.Color, width: board}
	if opts.Width > 0 {
		t.width = min(max(opts.Width, leastWidth), board)
	}
	judged, candidates := boardOf(rep)
	for _, m := range judged {
		t.move(m)
	}
	if len(candidates) > 0 {
		t.WriteString("Copies that nothing declares a move; to have one judged, write the directive\nabove the statement that adds the new column:\n")
		for _, m := range candidates {
			fmt.Fprintf(&t.Builder, "  %s\n    -- expandcheck:replaces %s%s\n", plainArrow(m), oldNames(m), declaredAt(m))
		}
		t.WriteByte('\n')
	}
	if len(judged)+len(candidates) == 0 {
		t.WriteString("no move is in flight\n")
	}
	for _, l := range rep.Layouts {
		fmt.Fprintf(&t.Builder, "%s: %s\n", l.Dir, l.Name)
	}
	t.paragraph(rep.Mode)
	_, err := io.WriteString(w, t.String())
	return err
}

func boardOf(rep *Report) (judged, candidates []*move.Move) {
	for _, m := range rep.Moves {
		if m.Candidate {
			candidates = append(candidates, m)
		} else {
			judged = append(judged, m)
		}
	}
	return judged, candidates
}

func plainArrow(m *move.Move) string { return strings.ReplaceAll(m.String(), "`", "") }

func oldNames(m *move.Move) string {
	names := make([]string, len(m.From))
	for i, o := range m.From {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}

func declaredAt(m *move.Move) string {
	if m.Pos.File == "" {
		return ""
	}
	return fmt.Sprintf("   (%s:%d)", m.Pos.File, m.Pos.Line)
}

// move writes one move of the board.
func (t *textWriter) move(m *move.Move) {
	t.WriteString(t.paint(bold, plainArrow(m)) + "\n")
	for n := range m.Steps {
		s := &m.Steps[n]
		mark, style := stateMark(s.State)
		fmt.Fprintf(&t.Builder, "  %s %d %-28s %s\n", t.paint(style, mark), n+1, steps[n], s.State)
		for i, e := range s.Evidence {
			const shown = 4
			if i == shown {
				fmt.Fprintf(&t.Builder, "        and %d more\n", len(s.Evidence)-shown)
				break
			}
			text := e.Message
			if e.Pos.File != "" && !strings.Contains(text, e.Pos.File) {
				text += fmt.Sprintf(" (%s:%d)", e.Pos.File, e.Pos.Line)
			}
			for j, line := range wrap(text, t.width-8) {
				indent := "        "
				if j > 0 {
					indent += "  "
				}
				t.WriteString(indent + line + "\n")
			}
		}
	}
	t.WriteString("  next: " + advice(m) + "\n\n")
}

func stateMark(s move.State) (string, style) {
	switch s {
	case move.Deployed:
		return "✓", cyan
	case move.Pending:
		return "•", blue
	case move.Partial:
		return "◐", yellow
	case move.Missing:
	}
	return "·", bold
}

func statusMarkdown(w io.Writer, rep *Report) error {
	var b strings.Builder
	judged, candidates := boardOf(rep)
	for _, m := range judged {
		fmt.Fprintf(&b, "### %s\n\n| | step | state | evidence |\n|---|---|---|---|\n", m)
		for n := range m.Steps {
			s := &m.Steps[n]
			mark, _ := stateMark(s.State)
			var evidence []string
			for _, e := range s.Evidence {
				text := strings.ReplaceAll(e.Message, "|", "\\|")
				if e.Pos.File != "" && !strings.Contains(text, e.Pos.File) {
					text += fmt.Sprintf(" (`%s:%d`)", e.Pos.File, e.Pos.Line)
				}
				evidence = append(evidence, text)
			}
			fmt.Fprintf(&b, "| %s | %d %s | %s | %s |\n", mark, n+1, steps[n], s.State, strings.Join(evidence, "<br>"))
		}
		fmt.Fprintf(&b, "\nNext: %s.\n\n", advice(m))
	}
	if len(candidates) > 0 {
		b.WriteString("Copies that nothing declares a move:\n\n")
		for _, m := range candidates {
			fmt.Fprintf(&b, "- %s%s\n", m, declaredAt(m))
		}
	}
	if len(judged)+len(candidates) == 0 {
		b.WriteString("No move is in flight.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
