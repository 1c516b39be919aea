package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// What the rules that follow moves have in common.

// Moves returns the moves that are judged: those that are declared or evident,
// and neither given up nor over.
func (p *Pass) Moves() []*move.Move {
	return slices.DeleteFunc(slices.Clone(p.Motion), func(m *move.Move) bool { return !m.InFlight() })
}

// AtUse returns a finding of the rule on a use in Go code, for Report to complete.
func (p *Pass) AtUse(u *schema.Use) Finding {
	return Finding{Rule: p.Rule, Severity: p.Severity, Pos: u.Place(), Table: u.Table.String(), Object: u.Column,
		Statement: strings.Join(strings.Fields(u.Query.Text), " ")}
}

// spot names where a use stands, `store/star.go:41` (Save), or who has a function make it.
func spot(u *schema.Use) string {
	if len(u.Query.Callers) > 0 {
		return spotOf(u.Query.Callers[0].Pos, u.Query.Callers[0].Function)
	}
	return spotOf(u.Place(), u.Query.Function)
}

func spotOf(at schema.Position, function string) string {
	out := fmt.Sprintf("`%s:%d`", at.File, at.Line)
	if function != "" {
		out += " (" + function + ")"
	}
	return out
}

// calledBy names the first who has a function make the statement; "" when its text is
// its own.
func calledBy(q *schema.Query) string {
	if len(q.Callers) == 0 {
		return ""
	}
	return " for " + spotOf(q.Callers[0].Pos, q.Callers[0].Function)
}

// object is the column or table that a use of a move is about.
func object(m *move.Move, u *schema.Use) string {
	if m.OfTables() || u.Column == "" {
		return u.Table.Name
	}
	return u.Table.Name + "." + u.Column
}

// A writer is a place that writes old without new.
type writer struct {
	*move.Write
	deployed bool // and not in the pending code any more
}

func (w writer) String() string {
	if w.deployed {
		return "the deployed " + spot(w.Use)
	}
	return spot(w.Use)
}

// behind are the writers of old, deployed and pending, that do not write new:
// during the rollout both run.
func behind(m *move.Move) []writer {
	var out []writer
	for _, w := range m.Head.Lacking() {
		out = append(out, writer{w, false})
	}
	for _, w := range m.Base.Lacking() {
		if !slices.ContainsFunc(out, func(h writer) bool { return sameSite(h.Use, w.Use) }) {
			out = append(out, writer{w, true})
		}
	}
	return out
}

// sameSite says whether uses of two trees are the same as far as people care.
func sameSite(a, b *schema.Use) bool {
	return a.Query.Package == b.Query.Package && a.Query.Function == b.Query.Function && a.Column == b.Column && a.Branch == b.Branch &&
		strings.Join(strings.Fields(a.Query.Text), " ") == strings.Join(strings.Fields(b.Query.Text), " ")
}

// unsure lowers a finding that rests on what is not certain, and says why.
func (p *Pass) unsure(f *Finding, w *move.Write) {
	if w.Unsure != "" {
		f.Severity = p.AtMost(Warning)
		f.Message += "; this is not certain: " + w.Unsure
	}
}

// early says whether a read of new comes before the dual-write: some writer that
// runs beside it leaves new as it is.
func early(m *move.Move, r *move.Read) []writer {
	if r.Fallback && (m.Base == nil || m.Base.Doubled() == 0 && len(m.Base.NewWrites) == 0) {
		return nil // old stands in
	}
	return behind(m)
}

// firstOfEach keeps the first write of each statement: the branches of an upsert
// have one cause.
func firstOfEach(writes []*move.Write) []*move.Write {
	var out []*move.Write
	for _, w := range writes {
		if !slices.ContainsFunc(out, func(o *move.Write) bool { return o.Query == w.Query }) {
			out = append(out, w)
		}
	}
	return out
}

// A readSet is what one statement reads of the new side: it has one cause.
type readSet struct {
	*move.Read
	names []string
}

// eachRead gathers reads by statement.
func eachRead(m *move.Move, reads []*move.Read) []readSet {
	var out []readSet
	for _, r := range reads {
		name := "`" + object(m, r.Use) + "`"
		if n := len(out); n > 0 && out[n-1].Query == r.Query {
			out[n-1].names = append(out[n-1].names, name)
			continue
		}
		out = append(out, readSet{r, []string{name}})
	}
	return out
}

func (r readSet) String() string { return strings.Join(r.names, ", ") }
