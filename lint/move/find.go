package move

import (
	"cmp"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// Find returns the moves, the declared ones first, with their steps.
func Find(in Input) []*Move {
	moves := in.declared()
	moves = append(moves, in.candidates(moves)...)
	for _, m := range moves {
		in.follow(m.tracks())
	}
	moves = slices.DeleteFunc(moves, func(m *Move) bool { return m.Candidate && (m.rebuilds() || !m.younger()) })
	for _, m := range moves {
		m.rename()
		m.sqlBackfills(&in)
		m.Base, m.Head = m.code(&in, false), m.code(&in, true)
		if m.Candidate && m.evident(&in) {
			m.Candidate = false
		}
		m.judge(&in)
	}
	slices.SortStableFunc(moves, func(a, b *Move) int {
		if a.Candidate != b.Candidate {
			if b.Candidate {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.String(), b.String())
	})
	return moves
}

func (m *Move) tracks() []*track { return slices.Concat(m.from, m.to) }

// rename calls the objects what they are called in the end.
func (m *Move) rename() {
	for i, t := range m.from {
		m.From[i] = t.Object
	}
	for i, t := range m.to {
		m.To[i] = t.Object
	}
}

// ParseObject reads table.column, or a bare table.
func ParseObject(name string) Object {
	table, column, _ := strings.Cut(strings.TrimSpace(name), ".")
	unquote := func(s string) string { return strings.Trim(strings.TrimSpace(s), "`\"") }
	return Object{schema.Name{Name: unquote(table)}, unquote(column)}
}

// declared makes the moves that directives and the configuration declare.
func (in *Input) declared() []*Move {
	var out []*Move
	in.eachDeclared(func(_ Declaration, m *Move) {
		if len(m.from) > 0 && len(m.to) > 0 && !slices.ContainsFunc(out, m.same) {
			out = append(out, m)
		}
	})
	return out
}

func (in *Input) eachDeclared(do func(Declaration, *Move)) {
	h := newHistory(in)
	list := slices.Clone(in.Declared)
	slices.SortStableFunc(list, func(a, b Declaration) int { return a.First - b.First })
	for _, d := range list {
		if d.First < 0 {
			do(d, in.fromConfig(d))
		} else {
			do(d, in.fromDirective(h, d))
		}
	}
}

// Problems says which directives declare no move, since they name what is not there.
func Problems(in Input) []Evidence {
	var out []Evidence
	in.eachDeclared(func(d Declaration, m *Move) {
		if d.First < 0 {
			return
		}
		if len(m.from) > 0 && len(m.to) == 0 {
			what := "column"
			if m.from[0].Column == "" {
				what = "table"
			}
			out = append(out, Evidence{d.Pos, "the statement below adds no " + what})
		}
		for _, t := range m.tracks() {
			switch {
			case t.table == 0:
				out = append(out, Evidence{d.Pos, "no migration makes a table `" + t.Table.Name + "`"})
			case t.Column != "" && t.column == 0 && !t.shape.Unknown:
				out = append(out, Evidence{d.Pos, "the table `" + t.Table.Name + "` has no column `" + t.Column + "`"})
			}
		}
	})
	return out
}

func newMove(source Source, pos schema.Position, from, to []*track) *Move {
	m := &Move{Source: source, Pos: pos, from: from, to: to}
	for _, t := range from {
		m.From = append(m.From, t.Object)
	}
	for _, t := range to {
		m.To = append(m.To, t.Object)
	}
	return m
}

// same says whether two moves are about the same columns or tables.
func (m *Move) same(o *Move) bool { return sameTracks(m.from, o.from) && sameTracks(m.to, o.to) }

func sameTracks(a, b []*track) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(t *track) bool { return !t.in(b) })
}

func (t *track) in(list []*track) bool {
	return slices.ContainsFunc(list, func(o *track) bool {
		if t.table != 0 && t.table == o.table {
			return t.column == o.column && (t.column != 0 || sameColumn(t.Column, o.Column))
		}
		return t.table == o.table && sameTable(t.Table, o.Table) && sameColumn(t.Column, o.Column)
	})
}

func (in *Input) fromDirective(h *history, d Declaration) *Move {
	h.forward(d.First)
	var from []*track
	for _, name := range d.From {
		from = append(from, h.object(ParseObject(name)))
	}
	after := newHistory(in)
	after.forward(d.Last + 1)
	return newMove(d.Source, d.Pos, from, after.replacement(d, len(from) > 0 && from[0].Column == ""))
}

// replacement is what a statement adds, or what its directive names of that.
func (h *history) replacement(d Declaration, tables bool) []*track {
	var out []*track
	var table schema.Name
	for i := d.First; i <= d.Last && i < len(h.in.Events); i++ {
		e := &h.in.Events[i]
		if e.Effect.After == nil {
			continue
		}
		table = e.Effect.After.Name
		if d.To != nil {
			continue
		}
		switch c := e.Change.(type) {
		case *schema.AddColumn:
			if !tables {
				out = append(out, h.object(Object{table, c.Column.Name}))
			}
		case *schema.CreateTable:
			if tables {
				out = append(out, h.object(Object{Table: table}))
			}
		}
	}
	for _, name := range d.To {
		o := ParseObject(name)
		if !tables && o.Column == "" {
			o = Object{table, o.Table.Name}
		}
		out = append(out, h.object(o))
	}
	return out
}

// fromConfig finds the objects that a configuration names where they are there
// last: old may be gone, and new be yet to come.
func (in *Input) fromConfig(d Declaration) *Move {
	return newMove(d.Source, d.Pos, in.ever(d.From), in.ever(d.To))
}

func (in *Input) ever(names []string) []*track {
	out := make([]*track, len(names))
	for i, name := range names {
		out[i] = &track{Object: ParseObject(name), addedAt: -1}
	}
	h := newHistory(in)
	for n := range in.Events {
		h.forward(n + 1)
		after := in.Events[n].Effect.After
		if after == nil {
			continue
		}
		for i, t := range out {
			o := ParseObject(names[i])
			if !sameTable(o.Table, after.Name) {
				continue
			}
			if found := h.object(o); found.table != 0 && (o.Column == "" || found.column != 0 || t.table == 0) {
				out[i] = found
			}
		}
	}
	return out
}
