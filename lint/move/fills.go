package move

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// findFills finds the functions that read old, or are marked as backfills, and write new but not old, other
// than those that every write of old goes through.
func (r *reader) findFills(queries []*schema.Query) {
	type does struct{ readsOld, writesOld, writesNew, marked bool }
	all := map[string]*does{}
	note := func(name string, q *schema.Query) {
		d := all[name]
		if d == nil {
			d = &does{}
			all[name] = d
		}
		d.marked = d.marked || q.Backfills
		for _, u := range q.Uses {
			switch {
			case u.Write && r.isOld(u):
				d.writesOld = d.writesOld || r.writesRow(u, r.isNew)
			case u.Write && r.isNew(u):
				d.writesNew = d.writesNew || r.writesRow(u, r.isOld)
			case !u.Write && u.Certain && r.isOld(u) && u.By != schema.ByHole && !r.byField(u):
				d.readsOld = true
			}
		}
	}
	for _, q := range queries {
		for _, name := range functions(q) {
			note(name, q)
		}
	}
	for name, d := range all {
		if d.writesNew && !d.writesOld && (d.readsOld || d.marked || r.fillsForCallers(name, queries)) {
			r.fills[name] = true
		}
	}
}

// isFill says whether all functions of a query fill new from old.
func (r *reader) isFill(q *schema.Query) bool {
	names := functions(q)
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !r.fills[name] })
}

// fillsForCallers says whether whoever calls the function has read old of the rows in
// which new is empty.
func (r *reader) fillsForCallers(function string, queries []*schema.Query) bool {
	var empty []*schema.Query
	for _, q := range queries {
		if slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.EmptyTest && r.isNew(u) }) &&
			slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return !u.Write && u.Certain && u.Part == schema.InResult && r.isOld(u) }) {
			empty = append(empty, q)
		}
	}
	if len(empty) == 0 || r.uses.Must == nil {
		return false
	}
	for _, q := range queries {
		if slices.Contains(functions(q), function) && slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.Write && r.isNew(u) }) && !r.uses.Must(q, empty) {
			return false
		}
	}
	return true
}

// mirrors says whether a write of old goes through the statement.
func (r *reader) mirrors(q *schema.Query, writes []*Write) bool {
	return r.uses.Must != nil && slices.ContainsFunc(queriesOf(writes), func(w *schema.Query) bool { return r.uses.Must(w, []*schema.Query{q}) })
}
