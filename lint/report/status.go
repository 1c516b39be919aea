package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

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
func steps(m *move.Move) [6]string {
	added := "column"
	switch {
	case m.OfTables():
		added = "table"
	case len(m.To) > 1:
		added = "columns"
	}
	return [6]string{"add the new " + added, "write old and new", "copy the old rows", "read the new", "stop writing the old", "drop the old"}
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
		return "nothing: it is done"
	}
	names := steps(m)
	switch m.Steps[n].State {
	case move.Pending:
		if together := pending(m); len(together) > 1 {
			last := len(together) - 1
			return fmt.Sprintf("steps %s and %s are pending together: `expandcheck lint` says whether they may be", strings.Join(together[:last], ", "), together[last])
		}
		out := fmt.Sprintf("deploy step %d", n+1)
		if int(n)+1 < len(names) {
			out += fmt.Sprintf("; then, in a release of its own, step %d: %s", n+2, names[n+1])
		}
		return out
	case move.Partial:
		return fmt.Sprintf("finish step %d: %s", n+1, names[n])
	case move.Missing, move.Deployed:
	}
	return fmt.Sprintf("step %d, in a release of its own: %s", n+1, names[n])
}

// pending are the numbers of the steps that this release completes.
func pending(m *move.Move) []string {
	var out []string
	for n := range m.Steps {
		if m.Steps[n].State == move.Pending {
			out = append(out, strconv.Itoa(n+1))
		}
	}
	return out
}

// A board is the moves by what there is to say of them.
type board struct{ inFlight, done, candidates []*move.Move }

func boardOf(rep *Report) board {
	var out board
	for _, m := range rep.Moves {
		_, left := nextStep(m)
		switch {
		case m.Candidate:
			out.candidates = append(out.candidates, m)
		case !left && !m.Abandoned:
			out.done = append(out.done, m)
		default:
			out.inFlight = append(out.inFlight, m)
		}
	}
	return out
}

// none says that there is nothing to show; "" when there is.
func (b board) none(rep *Report) string {
	switch {
	case len(b.inFlight) > 0:
		return ""
	case rep.Stale != "":
		return "no move stands still for longer than " + rep.Stale
	case len(b.candidates) == 0:
		return "no move is in flight"
	}
	return ""
}

func statusText(w io.Writer, rep *Report, opts Options) error {
	const columns = 80
	t := &textWriter{rep: rep, color: opts.Color, width: columns}
	if opts.Width > 0 {
		t.width = min(max(opts.Width, leastWidth), columns)
	}
	b := boardOf(rep)
	for _, m := range b.inFlight {
		t.move(m)
	}
	if none := b.none(rep); none != "" {
		t.WriteString(none + "\n\n")
	}
	if len(b.done) > 0 {
		for _, m := range b.done {
			t.hanging(t.paint(cyan, "✓")+" ", "  ", plainArrow(m)+": done")
		}
		t.WriteByte('\n')
	}
	if len(b.candidates) > 0 {
		t.paragraph("Copies that nothing declares a move; to have one judged, write the directive above the statement that adds the new column:")
		for _, m := range b.candidates {
			t.hanging("  ", "    ", plainArrow(m)+declaredAt(m))
			fmt.Fprintf(&t.Builder, "    -- expandcheck:replaces %s\n", oldNames(m))
		}
		t.WriteByte('\n')
	}
	for _, l := range rep.Layouts {
		t.paragraph(l.Dir + ": " + l.Name)
	}
	t.paragraph(rep.Mode)
	_, err := io.WriteString(w, t.String())
	return err
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
	return " (" + place(m.Pos.File, m.Pos.Line, 0) + ")"
}

// stillSince says since when nothing of a move was changed; "" when that was not asked.
func stillSince(m *move.Move) string {
	if m.Changed.IsZero() {
		return ""
	}
	return "stands still since " + m.Changed.Format(time.DateOnly)
}

// move writes one move of the board.
func (t *textWriter) move(m *move.Move) {
	for _, line := range wrap(plainArrow(m), t.width-2) {
		t.WriteString(t.paint(bold, line) + "\n")
	}
	if still := stillSince(m); still != "" {
		t.WriteString("  " + t.paint(yellow, still) + "\n")
	}
	for n, name := range steps(m) {
		s := &m.Steps[n]
		mark, style := stateMark(s.State)
		fmt.Fprintf(&t.Builder, "  %s %d %-20s  %s\n", t.paint(style, mark), n+1, name, s.State)
		for _, text := range remarks(s, func(at string) string { return at }) {
			t.hanging("      ", "        ", text)
		}
	}
	t.hanging("  "+t.paint(bold, "next:")+" ", "        ", advice(m))
	t.WriteByte('\n')
}

// hanging writes a paragraph, its other lines with another lead.
func (t *textWriter) hanging(first, others, text string) {
	lead := first
	for _, line := range wrap(printable(text), t.width-len(others)) {
		t.WriteString(lead + line + "\n")
		lead = others
	}
}

// shownPlaces is how many places one remark names.
const shownPlaces = 6

// remarks says what shows the state of a step: once what several places show.
func remarks(s *move.Step, spell func(string) string) []string {
	var messages []string
	places := map[string][]string{}
	for _, e := range s.Evidence {
		if !slices.Contains(messages, e.Message) {
			messages = append(messages, e.Message)
		}
		if at := place(e.Pos.File, e.Pos.Line, 0); e.Pos.File != "" && !strings.Contains(e.Message, at) && !slices.Contains(places[e.Message], at) {
			places[e.Message] = append(places[e.Message], at)
		}
	}
	for i, m := range messages {
		at := places[m]
		if len(at) == 0 {
			continue
		}
		more := ""
		if n := len(at) - shownPlaces; n > 0 {
			at, more = at[:shownPlaces], fmt.Sprintf(" and %d more", n)
		}
		spelled := make([]string, len(at))
		for j := range at {
			spelled[j] = spell(at[j])
		}
		messages[i] = m + " (" + strings.Join(spelled, ", ") + more + ")"
	}
	return messages
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
	moves := boardOf(rep)
	for _, m := range moves.inFlight {
		fmt.Fprintf(&b, "### %s\n\n", m)
		if still := stillSince(m); still != "" {
			fmt.Fprintf(&b, "It %s.\n\n", still)
		}
		b.WriteString("| | step | state | evidence |\n|---|---|---|---|\n")
		for n, name := range steps(m) {
			s := &m.Steps[n]
			mark, _ := stateMark(s.State)
			evidence := remarks(s, func(at string) string { return "`" + at + "`" })
			for i := range evidence {
				evidence[i] = strings.ReplaceAll(evidence[i], "|", "\\|")
			}
			fmt.Fprintf(&b, "| %s | %d %s | %s | %s |\n", mark, n+1, name, s.State, strings.Join(evidence, "<br>"))
		}
		fmt.Fprintf(&b, "\nNext: %s.\n\n", advice(m))
	}
	if none := moves.none(rep); none != "" {
		b.WriteString(strings.ToUpper(none[:1]) + none[1:] + ".\n\n")
	}
	if len(moves.done) > 0 {
		b.WriteString("Done:\n\n")
		for _, m := range moves.done {
			fmt.Fprintf(&b, "- %s\n", m)
		}
		b.WriteByte('\n')
	}
	if len(moves.candidates) > 0 {
		b.WriteString("Copies that nothing declares a move:\n\n")
		for _, m := range moves.candidates {
			fmt.Fprintf(&b, "- %s%s\n", m, declaredAt(m))
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}
