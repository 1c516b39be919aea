package move

import (
	"cmp"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// Of a row that is loaded or saved as a whole the steps count only what the code
// does with the fields that old and new are mapped to.

// fieldNames are the fields of structs that the objects of the move are mapped to.
func (m *Move) fieldNames(u *schema.Uses) []string {
	var out []string
	if u == nil || m.OfTables() {
		return nil
	}
	r := &reader{move: m, uses: u}
	for _, q := range u.Queries {
		for _, use := range r.intoFields(q).Uses {
			if use.Field != nil && !use.Field.Local && (side(m.from, use) || side(m.to, use)) && !slices.Contains(out, use.Field.Name) {
				out = append(out, use.Field.Name)
			}
		}
	}
	return out
}

// Fields are the fields of structs that the code of a tree maps the objects of moves
// to, by name. A move that is over has none that count, nor one that is not judged.
func Fields(moves []*Move, u *schema.Uses) []string {
	var out []string
	for _, m := range moves {
		if !m.Candidate && !m.Deployed(ContractSchema) {
			out = append(out, m.fieldNames(u)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// intoFields is a statement that names both sides and gives them to fields of structs:
// what becomes of the fields tells which of them is read. Any other is itself.
func (r *reader) intoFields(q *schema.Query) *schema.Query {
	var old, fresh, out []*schema.Use
	for _, u := range q.Uses {
		switch {
		case u.Into == nil || u.Write:
		case r.isOld(u):
			old = append(old, u)
		case r.isNew(u):
			fresh = append(fresh, u)
		}
	}
	if len(old) == 0 || len(fresh) == 0 || q.Kind != schema.SelectQuery || *r.endsIn(old[0].Into) == *r.endsIn(fresh[0].Into) {
		return q
	}
	read := *q
	for _, u := range q.Uses {
		if slices.Contains(old, u) || slices.Contains(fresh, u) {
			row := *u
			row.Query, row.Field = &read, r.endsIn(u.Into)
			u = &row
		}
		out = append(out, u)
	}
	read.Uses = out
	return &read
}

// endsIn is the field that a variable is read for alone, if there is one.
func (r *reader) endsIn(f *schema.RowField) *schema.RowField {
	if !f.Local || r.uses.Rows == nil {
		return f
	}
	var into *schema.RowField
	for _, read := range r.uses.Rows(*f).Reads {
		if len(read.Into) != 1 || into != nil && *into != read.Into[0] {
			return f
		}
		into = &read.Into[0]
	}
	return cmp.Or(into, f)
}

// byField says whether a use counts by what happens to the field that it is mapped to.
func (r *reader) byField(u *schema.Use) bool {
	return u.Field != nil && r.uses.Rows != nil && !r.move.OfTables()
}

// fieldReads returns the reads of the fields that either side is mapped to, as
// queries. Those that are part of a new value of the pair are read to build a row:
// their use stands in InSet.
func (r *reader) fieldReads(queries []*schema.Query) []*schema.Query {
	if r.uses.Rows == nil || r.move.OfTables() {
		return nil
	}
	mapped := map[schema.RowField]bool{}
	loads := map[schema.RowField]*schema.Use{}
	var order []schema.RowField
	writes := map[schema.Position]bool{}
	for _, q := range queries {
		for _, u := range q.Uses {
			if !r.isOld(u) && !r.isNew(u) {
				continue
			}
			if u.Write {
				writes[q.Site] = true
			}
			if u.Field == nil {
				continue
			}
			mapped[*u.Field] = true
			if !u.Write && loads[*u.Field] == nil {
				loads[*u.Field] = u
				order = append(order, *u.Field)
			}
		}
	}
	var out []*schema.Query
	for _, f := range order {
		for _, read := range r.uses.Rows(f).Reads {
			builds := slices.ContainsFunc(read.Into, func(f schema.RowField) bool { return mapped[f] }) ||
				slices.ContainsFunc(read.Within, func(p schema.Position) bool { return writes[p] })
			q := r.fieldRead(loads[f], read, builds)
			if f.Local {
				r.locals[q] = read
			}
			out = append(out, q)
		}
	}
	return out
}

func (r *reader) fieldRead(u *schema.Use, read *schema.FieldRead, builds bool) *schema.Query {
	q := *read.Query
	use := &schema.Use{Query: &q, Pos: q.Pos, Table: u.Table, Column: u.Column, Certain: u.Certain, Part: schema.InResult}
	if builds {
		use.Part = schema.InSet
	}
	q.Uses = []*schema.Use{use}
	return &q
}

// writesRow says whether a save of a whole row counts as a write of the column: a
// field that keeps what was loaded is none, nor one that nobody was seen to set
// where the other side was.
func (r *reader) writesRow(u *schema.Use, other func(*schema.Use) bool) bool {
	if !r.byField(u) {
		return true
	}
	switch u.Origin {
	case schema.Loaded:
		return false
	case schema.Unseen:
		return !slices.ContainsFunc(u.Query.Uses, func(o *schema.Use) bool {
			return o.Write && o.Branch == u.Branch && other(o) && o.Origin == schema.Assigned && !isConstant(o.Value)
		})
	case schema.Assigned:
	}
	return true
}

// rowStores says whether a field that is saved is the partner of a write. Where
// nobody saw the row being made, both are set by whoever made it, if anybody sets
// the field at all, or one field gives both.
func (r *reader) rowStores(u *schema.Use, w *Write) bool {
	if !r.byField(u) {
		return true
	}
	switch u.Origin {
	case schema.Loaded:
		return false
	case schema.Unseen:
		if w.Field == nil || w.Origin != schema.Unseen {
			return false
		}
		f := r.uses.Rows(*u.Field)
		return *u.Field == *w.Field || f.Assigned || f.Decoded
	case schema.Assigned:
		return !isConstant(u.Value) || isConstant(w.Value)
	}
	return true
}

// unseen says why it is not certain that a row lacks a field; "" when it is.
func (r *reader) unseen(w *Write, t *track) string {
	for _, u := range w.Query.Uses {
		if u.Write && u.Branch == w.Branch && t.is(u.Table, u.Column) && r.byField(u) && u.Origin == schema.Unseen {
			return "the row is saved as a whole, and who sets its field " + u.Field.Name + " was not found"
		}
	}
	return ""
}
