package rules

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A Rebuild is a table whose place another one takes in the release: CREATE,
// copy, DROP and RENAME in any order, or a swap. For the running code, which
// knows the name alone, it is an ALTER of that table.
type Rebuild struct {
	Old, New *schema.Table // as deployed, and as the release leaves it
	Gone     *Step         // takes the name from the old table
	Taken    *Step         // gives it to the new one
	Kept     bool          // the old table stays, under another name
	Rows     Rows          // of the old table that the new one has
	// Copy is the last statement that copies from one to the other, or nil;
	// Uncopied are columns of both that get no values from the old table.
	Copy     *Step
	Uncopied []*schema.Column
}

// Rows says which rows a copy carries over.
type Rows uint8

// What a copy carries over.
const (
	NoRows   Rows = iota
	SomeRows      // by a condition or LIMIT
	Parts         // by several statements, each with a condition
	AllRows
	ElsewhereFilled // the new table was there before the release
)

// Atomic says whether running code meets one of the two tables at every moment.
func (r *Rebuild) Atomic() bool { return r.Gone.Statement == r.Taken.Statement }

// OtherMeaning says whether the name stands for something else from here on: a
// table without the rows, and without most of the columns, of the old one.
func (r *Rebuild) OtherMeaning() bool {
	if r.Old.Unknown || r.New.Unknown || r.Rows != NoRows && r.Rows != ElsewhereFilled {
		return false
	}
	return 2*len(r.missing()) > len(r.Old.Columns)
}

// missing returns the columns of the old table that the new one lacks.
func (r *Rebuild) missing() []string {
	var out []string
	for _, c := range r.Old.Columns {
		if r.New.Column(c.Name) == nil {
			out = append(out, c.Name)
		}
	}
	return out
}

// Finish pairs the tables of a release, when all its steps are added, with those
// that take their places, and makes the changes that this comes to.
func (r *Release) Finish() {
	for i := range r.Steps {
		if b := r.rebuild(&r.Steps[i]); b != nil {
			r.rebuilds = append(r.rebuilds, b)
		}
	}
	for _, b := range r.rebuilds {
		r.follow(b)
		if b.OtherMeaning() {
			continue
		}
		end, made := schema.Reshape(b.Old, b.New, r.Number)
		for _, m := range made {
			r.reshaped = append(r.reshaped, r.spell(b, m))
		}
		r.end[b.Old.ID] = end
	}
}

// rebuild returns the rebuild in which the step takes the name from the old table.
func (r *Release) rebuild(s *Step) *Rebuild {
	before, after := s.Effect.Before, s.Effect.After
	if before == nil || after == before || before.Temporary {
		return nil
	}
	old := r.start[before.ID]
	if old == nil || !sameTable(before.Name, old.Name) || after != nil && after.ID == old.ID && sameTable(after.Name, old.Name) {
		return nil
	}
	kept := r.end[old.ID]
	taken := r.taken(old)
	if taken == nil || kept != nil && sameTable(kept.Name, old.Name) || slices.ContainsFunc(r.rebuilds, func(b *Rebuild) bool { return b.Old == old }) {
		return nil
	}
	return &Rebuild{Old: old, New: r.end[taken.Effect.After.ID], Gone: s, Taken: taken, Kept: kept != nil}
}

// rebuildOf returns the rebuild in which another table takes the place of t, or nil.
func (p *Pass) rebuildOf(t *schema.Table) *Rebuild {
	for _, r := range p.rebuilds {
		if t != nil && r.Old.ID == t.ID {
			return r
		}
	}
	return nil
}

// related points to another step of a rebuild.
func related(s *Step, message string) []Related {
	if s == nil {
		return nil
	}
	return []Related{{Pos: s.Change.Base().Pos(), Message: message}}
}

// taken returns the step that gives the name of the old table to another, which
// has it when the release is over.
func (r *Release) taken(old *schema.Table) *Step {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		s := &r.Steps[i]
		before, after := s.Effect.Before, s.Effect.After
		if after == nil || after.ID == old.ID || after.Temporary || !sameTable(after.Name, old.Name) {
			continue
		}
		if before != nil && before.ID == after.ID && sameTable(before.Name, old.Name) {
			continue
		}
		if end := r.end[after.ID]; end != nil && sameTable(end.Name, old.Name) {
			return s
		}
	}
	return nil
}

// sameTable: migrations mix names with and without their database.
func sameTable(a, b schema.Name) bool {
	return schema.Fold(a.Name) == schema.Fold(b.Name) && (a.DB == b.DB || a.DB == "" || b.DB == "")
}

// spell gives a change that a rebuild comes to the clause at fault: the
// definition in the new table, or else what takes the name from the old one.
func (r *Release) spell(b *Rebuild, m schema.Made) Step {
	step, clause := b.Gone, b.Gone.Change.Base()
	if s := r.maker(b, m.Change); s != nil {
		step, clause = s, s.Change.Base()
		if c, ok := s.Change.(*schema.CreateTable); ok {
			clause = definition(c, s.Effect.After, m.Change)
		}
	}
	*m.Change.Base() = *clause
	return Step{Change: m.Change, Effect: m.Effect, Migration: step.Migration, Statement: step.Statement, reshapes: true}
}

// maker returns the last step that gave the new table what a change is about, or
// took it away; nil when none did.
func (r *Release) maker(b *Rebuild, c schema.Change) *Step {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		s := &r.Steps[i]
		before, after := s.Effect.Before, s.Effect.After
		if after == nil || after.ID != b.New.ID {
			continue
		}
		if before != nil && before.ID != after.ID {
			before = nil
		}
		if part(before, c) != part(after, c) {
			return s
		}
	}
	return nil
}

// part returns what the table has of the column, key or constraint that the
// change is about: something else after every change of it.
func part(t *schema.Table, c schema.Change) any {
	if t == nil {
		t = &schema.Table{}
	}
	switch c := c.(type) {
	case *schema.AddColumn:
		return t.Column(c.Column.Name)
	case *schema.ModifyColumn:
		return t.Column(c.Column.Name)
	case *schema.DropColumn:
		return t.Column(c.Column)
	case *schema.AddKey:
		return t.Key(c.Key.Name)
	case *schema.DropKey:
		return t.Key(c.Name)
	}
	return place(t, c) >= 0
}

// place returns the index of that part among those of its kind, or -1.
func place(t *schema.Table, c schema.Change) int {
	switch c := c.(type) {
	case *schema.AddColumn:
		return index(t, c.Column.Name)
	case *schema.ModifyColumn:
		return index(t, c.Column.Name)
	case *schema.AddKey:
		return slices.Index(t.Keys, t.Key(c.Key.Name))
	case *schema.DropKey:
		return slices.Index(t.Keys, t.Key(c.Name))
	case *schema.AddForeignKey:
		return slices.IndexFunc(t.ForeignKeys, func(fk *schema.ForeignKey) bool { return slices.Equal(fk.Columns, c.ForeignKey.Columns) })
	case *schema.AddCheck:
		return slices.IndexFunc(t.Checks, func(check *schema.Check) bool { return check.Expr == c.Check.Expr })
	}
	return -1
}

// definition returns the clause of a CREATE TABLE that defines what the change is about.
func definition(create *schema.CreateTable, made *schema.Table, c schema.Change) *schema.Clause {
	var parts []schema.Span
	switch c.(type) {
	case *schema.AddColumn, *schema.ModifyColumn:
		parts = create.Parts.Columns
	case *schema.AddKey, *schema.DropKey:
		parts = create.Parts.Keys
	case *schema.AddForeignKey:
		parts = create.Parts.ForeignKeys
	case *schema.AddCheck:
		parts = create.Parts.Checks
	}
	if i := place(made, c); i >= 0 && i < len(parts) {
		return create.Part(parts[i])
	}
	return create.Base()
}
