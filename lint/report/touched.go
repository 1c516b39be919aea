package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/rules"
)

// touched returns the moves that the pending release has to do with: it takes a
// step of them, changes a file that shows how far they are, or something is found
// about them.
func touched(rep *Report) []*move.Move {
	var out []*move.Move
	for _, m := range rep.Moves {
		if !m.Candidate && (takesStep(m) || shownIn(m, rep.Changed) || slices.ContainsFunc(rep.Findings, func(f rules.Finding) bool { return isAbout(f, m) })) {
			out = append(out, m)
		}
	}
	return out
}

func takesStep(m *move.Move) bool {
	return slices.ContainsFunc(m.Steps[:], func(s move.Step) bool { return s.State == move.Pending })
}

func shownIn(m *move.Move, files []string) bool {
	return slices.ContainsFunc(m.Steps[:], func(s move.Step) bool {
		return slices.ContainsFunc(s.Evidence, func(e move.Evidence) bool { return slices.Contains(files, e.Pos.File) })
	})
}

func isAbout(f rules.Finding, m *move.Move) bool {
	return slices.ContainsFunc(slices.Concat(m.From, m.To), func(o move.Object) bool {
		return strings.EqualFold(f.Table, o.Table.String()) && (o.Column == "" || f.Object == "" || strings.EqualFold(f.Object, o.Column))
	})
}

// shortSteps are the heads of a board that has one line for each move.
var shortSteps = [6]string{"add new", "write both", "copy", "read new", "stop writing old", "drop old"}

// markdownBoard shows how far moves are, and what is next.
func markdownBoard(moves []*move.Move) string {
	var b strings.Builder
	b.WriteString("| move |")
	for n, s := range shortSteps {
		fmt.Fprintf(&b, " %d %s |", n+1, s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(shortSteps)) + "\n")
	for _, m := range moves {
		fmt.Fprintf(&b, "| %s |", inTable(m.String()))
		for n := range m.Steps {
			mark, _ := stateMark(m.Steps[n].State)
			fmt.Fprintf(&b, " %s %s |", mark, m.Steps[n].State)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	for _, m := range moves {
		fmt.Fprintf(&b, "- %s: %s\n", markdown(m.String()), markdown("next: "+advice(m)+lacking(m)))
	}
	b.WriteByte('\n')
	return b.String()
}

// inTable spells a text within a table.
func inTable(text string) string { return strings.ReplaceAll(markdown(text), "|", `\|`) }

// lacking says what keeps a step that was begun from being complete.
func lacking(m *move.Move) string {
	n, ok := nextStep(m)
	if !ok || m.Abandoned || m.Steps[n].State != move.Partial || len(m.Steps[n].Evidence) == 0 {
		return ""
	}
	return " (" + m.Steps[n].Evidence[0].Message + ")"
}
