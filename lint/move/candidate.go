package move

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// candidates finds what is copied to a younger column or table, and is not
// declared already.
func (in *Input) candidates(declared []*Move) []*Move {
	f := &finder{in: in, h: newHistory(in), known: declared}
	for i := range in.Events {
		e := &in.Events[i]
		f.h.forward(i + 1)
		switch c := e.Change.(type) {
		case *schema.Update:
			f.update(e, c)
		case *schema.Insert:
			f.insert(e, c)
		case *schema.AddColumn:
			f.generated(e, c)
		}
	}
	f.triggers()
	return f.found
}

type finder struct {
	in    *Input
	h     *history
	known []*Move
	found []*Move
}

// add adds a candidate, or the new columns to the one that there is for the same
// old ones by the same statement.
func (f *finder) add(source Source, pos schema.Position, from []*track, to *track) {
	if to == nil || len(from) == 0 {
		return
	}
	for _, m := range f.known {
		if slices.ContainsFunc(m.to, func(t *track) bool { return t.covers(to) }) {
			return
		}
	}
	for _, m := range f.found {
		if to.in(m.to) {
			return
		}
		if m.Pos == pos && sameTracks(m.from, from) && from[0].Column != "" {
			m.to, m.To = append(m.to, to), append(m.To, to.Object)
			return
		}
	}
	m := newMove(source, pos, from, []*track{to})
	m.Candidate = true
	f.found = append(f.found, m)
}

// covers says whether one object is the other, or a table that has it.
func (t *track) covers(o *track) bool {
	return t.in([]*track{o}) || t.Column == "" && t.table != 0 && t.table == o.table
}

// column finds a column by what a statement calls it; nil when it is a key, which
// tells rows apart and moves nowhere.
func (f *finder) column(c schema.ColumnName) *track {
	if c.Table.Name == "" || c.Column == "" {
		return nil
	}
	table := f.h.named(c.Table)
	if table == nil || isKey(table, c.Column) {
		return nil
	}
	return f.h.object(Object{c.Table, c.Column})
}

// isKey says whether a column tells rows, or those of other tables, apart.
func isKey(t *schema.Table, column string) bool {
	if slices.ContainsFunc(t.ForeignKeys, func(k *schema.ForeignKey) bool {
		return slices.ContainsFunc(k.Columns, func(c string) bool { return sameColumn(c, column) })
	}) {
		return true
	}
	if k := t.PrimaryKey(); k != nil && k.Has(column) {
		return true
	}
	name := schema.Fold(column)
	return name == "id" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_uuid")
}

func (f *finder) columns(list []schema.ColumnName) []*track {
	var out []*track
	for _, c := range list {
		if t := f.column(c); t != nil && !t.in(out) {
			out = append(out, t)
		}
	}
	return out
}

func (f *finder) update(e *Event, u *schema.Update) {
	if u.Copy == nil {
		return
	}
	for _, a := range u.Copy.Sets {
		to := f.column(schema.ColumnName{Table: u.Table, Column: a.Column})
		f.add(Copied, e.Change.Base().Pos(), f.columns(a.From), to)
	}
}

func (f *finder) insert(e *Event, in *schema.Insert) {
	to := e.Effect.After
	if to == nil || to.Temporary || in.Copy == nil {
		return
	}
	if len(in.Select) == 1 && f.whole(in) {
		f.add(Copied, e.Change.Base().Pos(), []*track{f.h.object(Object{Table: in.Select[0]})}, f.h.object(Object{Table: to.Name}))
		return
	}
	for i, a := range in.Copy.Sets {
		name := a.Column
		if name == "" && i < len(to.Columns) {
			name = to.Columns[i].Name
		}
		if !a.Star {
			f.add(Copied, e.Change.Base().Pos(), f.columns(a.From), f.column(schema.ColumnName{Table: to.Name, Column: name}))
		}
	}
}

// whole says whether an INSERT … SELECT takes most of the columns of its table.
func (f *finder) whole(in *schema.Insert) bool {
	from := f.h.named(in.Select[0])
	if from == nil {
		return false
	}
	taken := map[string]bool{}
	for _, a := range in.Copy.Sets {
		if a.Star {
			return true
		}
		for _, c := range a.From {
			taken[schema.Fold(c.Column)] = true
		}
	}
	all, got := 0, 0
	for _, c := range from.Columns {
		if isKey(from, c.Name) {
			continue
		}
		all++
		if taken[schema.Fold(c.Name)] {
			got++
		}
	}
	return all > 0 && 2*got > all
}

func (f *finder) generated(e *Event, c *schema.AddColumn) {
	if c.Column.Generated == schema.NotGenerated || e.Effect.Before == nil || e.Effect.After == nil {
		return
	}
	var from []*track
	for _, old := range e.Effect.Before.Columns {
		if mentions(c.Column.Expr, old.Name) && !isKey(e.Effect.Before, old.Name) {
			from = append(from, f.h.object(Object{e.Effect.Before.Name, old.Name}))
		}
	}
	f.add(Generated, c.Pos(), from, f.h.object(Object{e.Effect.After.Name, c.Column.Name}))
}

// triggers finds what triggers copy.
func (f *finder) triggers() {
	u := f.in.Head
	if u == nil {
		return
	}
	for _, q := range u.Queries {
		if !inTrigger(q) {
			continue
		}
		for _, use := range q.Uses {
			if use.Write && use.Certain && use.Column != "" && use.Value != nil {
				f.add(Triggered, q.Pos, f.columns(use.Value.From), f.column(schema.ColumnName{Table: use.Table, Column: use.Column}))
			}
		}
	}
}

// rebuilds says whether the new table takes the name of the old one: that is one
// table for the code.
func (m *Move) rebuilds() bool {
	for _, t := range m.to {
		for _, f := range m.from {
			if t.table != f.table && slices.ContainsFunc(t.names, func(o Object) bool { return f.named(o.Table) }) {
				return true
			}
		}
	}
	return false
}

// younger says whether new came when old was there.
func (m *Move) younger() bool {
	for _, t := range m.to {
		if t.added == nil || slices.ContainsFunc(m.from, func(f *track) bool { return f.addedAt >= t.addedAt }) {
			return false
		}
	}
	return true
}

// evident says whether more than a copy speaks for a candidate: old is on its way
// out, or new has its name in another table.
func (m *Move) evident(in *Input) bool {
	for _, t := range m.from {
		if t.gone != nil || t.soft != nil {
			return true
		}
	}
	if m.sameName() {
		return true
	}
	return m.left(in)
}

// sameName says whether new is an old column under its name in another table
// that was there before.
func (m *Move) sameName() bool {
	if m.OfTables() || len(m.from) != 1 || len(m.to) != 1 {
		return false
	}
	from, to := m.from[0], m.to[0]
	if from.table == to.table || !sameColumn(from.Column, to.Column) || to.added == nil {
		return false
	}
	_, added := to.added.Change.(*schema.AddColumn)
	return added
}

// left says whether a function of the pending code uses new where the deployed
// one uses old.
func (m *Move) left(in *Input) bool {
	if m.Base == nil || m.Head == nil || in.Base == in.Head {
		return false
	}
	using := func(c *Code, old bool) map[string]bool {
		out := map[string]bool{}
		note := func(q *schema.Query) {
			for _, name := range functions(q) {
				out[name] = true
			}
		}
		reads, writes := c.NewReads, c.NewWrites
		if old {
			reads, writes = c.OldReads, c.OldWrites
		}
		for _, r := range reads {
			note(r.Query)
		}
		for _, w := range writes {
			note(w.Query)
		}
		return out
	}
	was, is, starts := using(m.Base, true), using(m.Head, true), using(m.Head, false)
	had := using(m.Base, false)
	for name := range was {
		if !is[name] && starts[name] && !had[name] {
			return true
		}
	}
	return false
}
