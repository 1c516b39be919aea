package move

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A Backfill is one copy of old into new.
type Backfill struct {
	Pos      schema.Position
	To       []Object
	Pending  bool
	InGo     bool
	Function string // that it stands in, in Go; without its package
	Event    *Event // in a migration; nil in Go
	// Lacks says why rows are left out; "" when it is complete.
	Lacks string
	// Early says why rows that are written beside it are lost: the dual-write was
	// not deployed when it ran. "" when it was, or when that is not known.
	Early string
	// Order is whether the dual-write was deployed when it ran.
	Order Answer

	to      []*track
	trigger bool // one stood on old when it ran
}

// Counts says whether new has every row once it ran.
func (b *Backfill) Counts() bool { return b.Lacks == "" && b.Early == "" }

// sqlBackfills finds the copies of old into new in migrations.
func (m *Move) sqlBackfills(in *Input) {
	for i := range in.Events {
		e := &in.Events[i]
		c, _ := rowsOf(e.Change)
		var b *Backfill
		switch change := e.Change.(type) {
		case *schema.Update:
			b = m.fromUpdate(change, c)
		case *schema.Insert:
			b = m.fromInsert(e, change, c)
		}
		if b == nil || !m.begun(i) {
			continue
		}
		b.Pos, b.Event, b.Pending = e.Change.Base().Pos(), e, e.Release >= in.Pending
		b.trigger = m.triggerBefore(in, i)
		for _, t := range b.to {
			b.To = append(b.To, t.Object)
			if t.added != nil && t.added.Release == e.Release && !b.trigger {
				b.Early = "it runs in the release that adds " + Names([]Object{t.Object})
			}
		}
		m.Backfills = append(m.Backfills, b)
	}
}

// begun says whether new is there when the event happens.
func (m *Move) begun(i int) bool {
	return !slices.ContainsFunc(m.to, func(t *track) bool { return t.addedAt > i })
}

// triggerBefore says whether a trigger stands on old when the event happens.
func (m *Move) triggerBefore(in *Input, i int) bool {
	return slices.ContainsFunc(in.Events[:i], func(e Event) bool {
		c, ok := e.Change.(*schema.CreateTrigger)
		return ok && slices.ContainsFunc(m.from, func(t *track) bool { return sameTable(t.Table, c.Trigger.Table) })
	})
}

func (m *Move) fromUpdate(u *schema.Update, c *schema.Copy) *Backfill {
	if c == nil {
		return nil
	}
	b := &Backfill{Lacks: m.lacks(c)}
	for _, a := range c.Sets {
		if !m.comesFromOld(a) {
			continue
		}
		for _, t := range m.to {
			table := sameTable(t.Table, u.Table) || t.named(u.Table)
			if u.Table.Name == "" {
				table = slices.ContainsFunc(u.Reads, t.named)
			}
			if table && (m.OfTables() || sameColumn(t.Column, a.Column)) {
				b.to = append(b.to, t)
			}
		}
	}
	if len(b.to) == 0 {
		return nil
	}
	return b
}

func (t *track) named(n schema.Name) bool {
	return slices.ContainsFunc(t.names, func(o Object) bool { return sameTable(o.Table, n) })
}

// comesFromOld says whether what is stored is computed from old.
func (m *Move) comesFromOld(a schema.Assignment) bool {
	return slices.ContainsFunc(a.From, func(c schema.ColumnName) bool {
		return slices.ContainsFunc(m.from, func(t *track) bool { return t.meant(c, a.Star) })
	})
}

// meant says whether a column name is the object; one without a table may be.
func (t *track) meant(c schema.ColumnName, star bool) bool {
	if c.Table.Name != "" && !t.named(c.Table) {
		return false
	}
	if t.Column == "" {
		return c.Table.Name != ""
	}
	return star || slices.ContainsFunc(t.names, func(o Object) bool { return sameColumn(o.Column, c.Column) })
}

func (m *Move) fromInsert(e *Event, in *schema.Insert, c *schema.Copy) *Backfill {
	reads := slices.ContainsFunc(m.from, func(t *track) bool { return slices.ContainsFunc(in.Select, t.named) })
	if !reads {
		return nil
	}
	b := &Backfill{}
	for _, t := range m.to {
		if t.named(in.Table) && (t.Column == "" || m.insertsInto(t, e, c)) {
			b.to = append(b.to, t)
		}
	}
	if len(b.to) == 0 {
		return nil
	}
	if c != nil {
		b.Lacks = m.lacks(c)
	} else if in.Filtered {
		b.Lacks = "its query leaves rows out"
	}
	return b
}

// insertsInto says whether an INSERT … SELECT stores old in a column.
func (m *Move) insertsInto(t *track, e *Event, c *schema.Copy) bool {
	if c == nil {
		return false
	}
	for i, a := range c.Sets {
		name := a.Column
		if name == "" && e.Effect.After != nil && i < len(e.Effect.After.Columns) {
			name = e.Effect.After.Columns[i].Name
		}
		if (a.Star || sameColumn(name, t.Column)) && m.comesFromOld(a) {
			return true
		}
	}
	return false
}

// lacks says why a copy leaves rows out; "" when it takes every row that has
// something to take.
func (m *Move) lacks(c *schema.Copy) string {
	if c.Limit {
		return "it has a LIMIT, and one run does not take every row"
	}
	for _, r := range c.Rows {
		if !m.harmless(r) {
			return "its WHERE leaves rows out"
		}
	}
	return ""
}

// harmless says whether a condition leaves out only rows that need no copy.
func (m *Move) harmless(c schema.Condition) bool {
	all := func(tracks ...*track) bool {
		for _, col := range c.Columns {
			if !slices.ContainsFunc(tracks, func(t *track) bool { return t.meant(col, false) }) {
				return false
			}
		}
		return len(c.Columns) > 0
	}
	switch c.Kind {
	case schema.Joins, schema.Absent:
		return true
	case schema.IsNull:
		return all(m.to...) || m.inTables(m.to, c.Columns)
	case schema.IsNotNull:
		return all(m.from...) || m.inTables(m.from, c.Columns)
	case schema.Equals:
		return all(m.to...) && m.isDefault(c.Text)
	case schema.Differs:
		if c.Text == "" && len(c.Columns) == 1 || c.Text == "0" {
			return all(m.from...)
		}
		return len(c.Columns) == 2 && all(slices.Concat(m.from, m.to)...)
	case schema.OneOf:
		return !slices.ContainsFunc(c.Any, func(c schema.Condition) bool { return !m.harmless(c) })
	}
	return false
}

// inTables says whether a condition on the row as a whole is about one side: what
// a LEFT JOIN has not is NULL.
func (m *Move) inTables(tracks []*track, columns []schema.ColumnName) bool {
	if len(columns) != 1 || columns[0].Table.Name == "" {
		return false
	}
	return slices.ContainsFunc(tracks, func(t *track) bool {
		c := t.shape.Column(columns[0].Column)
		return t.named(columns[0].Table) && (m.OfTables() || c != nil && !c.Nullable)
	})
}

func (m *Move) isDefault(text string) bool {
	for _, t := range m.to {
		if t.def == nil || t.def.Default == nil || t.def.Default.Text != text {
			return text == "0" || text == ""
		}
	}
	return true
}

// goBackfills finds the functions that copy old into new.
func (m *Move) goBackfills() {
	seen := map[schema.Position]bool{}
	for _, tree := range []struct {
		code    *Code
		pending bool
	}{{m.Base, false}, {m.Head, true}} {
		if tree.code == nil {
			continue
		}
		for _, u := range tree.code.Fills {
			if tree.pending && m.Base != nil && slices.ContainsFunc(m.Base.Fills, func(old *schema.Use) bool { return together(old.Query, u.Query) }) || seen[u.Pos] {
				continue
			}
			seen[u.Pos] = true
			b := &Backfill{Pos: u.Place(), InGo: true, Function: u.Query.Function, Pending: tree.pending}
			if callers := u.Query.Callers; len(callers) > 0 {
				b.Pos, b.Function = callers[0].Pos, callers[0].Function
			}
			for _, t := range m.to {
				if slices.ContainsFunc(u.Query.Uses, func(v *schema.Use) bool { return v.Write && t.is(v.Table, v.Column) }) {
					b.to = append(b.to, t)
					b.To = append(b.To, t.Object)
				}
			}
			m.Backfills = append(m.Backfills, b)
		}
	}
}

// Run names the run of a backfill.
func (m *Move) Run(b *Backfill) Run { return Run{m.String(), b.Pos} }

// order tells which backfills ran after the dual-write was deployed.
func (m *Move) order(in *Input) {
	double := m.Steps[DualWrite]
	for _, b := range m.Backfills {
		b.Order = in.Order[m.Run(b)]
		switch {
		case b.Early != "" || double.State == Deployed && b.Pending:
		case b.trigger && m.byTriggers:
			b.Order = Yes
		case b.Order == Yes:
		case b.Order == No:
			b.Early = "it was added before the dual-write was deployed"
		case m.Base == nil && m.Head == nil:
		case double.State != Deployed && !m.past(DualWrite):
			b.Early = "the dual-write is not deployed yet"
		}
	}
}

// Doubled says whether the code of some tree writes new whenever it writes old, as
// of the release that in has for pending.
func (m *Move) Doubled(in Input, u *schema.Uses) Answer {
	in.Base = u
	c := m.code(&in, false)
	if c == nil || len(c.OldWrites) == 0 {
		return NotKnown
	}
	for _, w := range c.Lacking() {
		if w.Unsure == "" {
			return No
		}
	}
	if len(c.Lacking()) > 0 {
		return NotKnown
	}
	return Yes
}

// past says whether a step behind n is deployed.
func (m *Move) past(n StepName) bool {
	for s := n + 1; s <= ContractSchema; s++ {
		if m.Deployed(s) {
			return true
		}
	}
	return false
}

func at(p schema.Position) string { return fmt.Sprintf("%s:%d", p.File, p.Line) }
