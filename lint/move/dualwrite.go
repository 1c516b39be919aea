package move

import (
	"cmp"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A Write is one write of a side, for each branch of an upsert.
type Write struct {
	*schema.Use
	// Lacks are the objects of the other side that are not written whenever this is.
	Lacks []Object
	// Unsure says why that is not certain; "" when it is.
	Unsure string
	// Adds says that the value is computed from the column itself: n = n + 1.
	Adds bool
	// apart says that the code writes elsewhere what is lacking here.
	apart bool
}

// writes returns the writes that a statement makes of one side, one for each
// branch, or for each column of a table that moves.
func (r *reader) writes(q *schema.Query, queries []*schema.Query, own, other []*track, reverse bool) []*Write {
	var out []*Write
	for _, u := range q.Uses {
		if !u.Write || !u.Certain || loose(q) || !side(own, u) || !r.writesRow(u, func(o *schema.Use) bool { return side(other, o) }) {
			continue
		}
		if slices.ContainsFunc(out, func(w *Write) bool { return w.Branch == u.Branch && sameColumn(w.Column, u.Column) }) {
			continue
		}
		w := &Write{Use: u, Adds: adds(u)}
		r.partners(w, queries, other, reverse)
		out = append(out, w)
	}
	if r.move.OfTables() {
		return joinWrites(out)
	}
	return out
}

// joinWrites makes one write of those of a table: the first that lacks something.
func joinWrites(list []*Write) []*Write {
	for i, w := range list {
		if len(w.Lacks) > 0 {
			w.apart = slices.ContainsFunc(list[i:], func(w *Write) bool { return w.apart })
			return []*Write{w}
		}
	}
	return list[:min(len(list), 1)]
}

// partners finds what of the other side is not written whenever a use is.
func (r *reader) partners(w *Write, queries []*schema.Query, other []*track, reverse bool) {
	if reverse && isNewRow(w.Use) && isConstant(w.Value) {
		return // the start of a row that the other side has not
	}
	for _, t := range r.targets(w.Use, other) {
		if t.generated != "" || r.byTrigger(w.Use, t, reverse) || r.inStatement(w, t, reverse) {
			continue
		}
		also, together := r.others(w, queries, t, reverse)
		if together || len(also) > 0 && r.uses.Must != nil && r.uses.Must(w.Query, also) {
			continue
		}
		w.apart = w.apart || len(also) > 0
		if reverse && w.Unsure == "" {
			beside, same := r.beside(w, queries, t)
			if same {
				continue
			}
			w.Unsure = beside
		}
		w.Lacks = append(w.Lacks, t.Object)
		if w.Unsure == "" {
			w.Unsure = cmp.Or(r.unseen(w, t), r.unsure)
		}
	}
}

// others are the other statements that store in a target; together says that one of
// them runs with the write.
func (r *reader) others(w *Write, queries []*schema.Query, t *track, reverse bool) (also []*schema.Query, together bool) {
	for _, q := range queries {
		if q == w.Query || loose(q) || !r.storesIn(q, w, t, reverse) {
			continue
		}
		switch {
		case slices.Contains(w.Query.Batch, q), inRoutine(q) && q.Function == w.Query.Function:
			together = true
		case !sameCall(q, w.Query):
			also = append(also, q)
		case q.Turns != (schema.Position{}) && q.Turns == w.Query.Turns:
			together = true
		case q.Pos == w.Query.Pos && w.Field == nil: // one text for several tables: which follows which is not known
			together = true
		}
	}
	return also, together
}

// sameCall says whether one call runs two statements: one or the other. Of a function
// that others give its text it is the call of theirs.
func sameCall(a, b *schema.Query) bool {
	return !stored(a) && a.Site == b.Site && a.Package == b.Package && a.Function == b.Function && !apart(a.Callers, b.Callers)
}

// apart says whether two statements come about by different calls.
func apart(a, b []schema.Caller) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(c schema.Caller) bool { return slices.Contains(b, c) })
}

// beside says whether the function of a write also writes old on some path; same
// when nothing tells the two paths apart.
func (r *reader) beside(w *Write, queries []*schema.Query, t *track) (why string, same bool) {
	for _, q := range queries {
		if q == w.Query || !together(q, w.Query) || !r.storesIn(q, w, t, true) {
			continue
		}
		if q.Guard == w.Query.Guard {
			return "", true
		}
		why = "the same function writes `" + t.String() + "` at `" + at(q.Site) + "`"
	}
	return why, false
}

// targets are the objects of the other side that a write needs a partner in:
// where tables move, those that have the column.
func (r *reader) targets(u *schema.Use, other []*track) []*track {
	if !r.move.OfTables() || u.Column == "" {
		return other
	}
	var out []*track
	for _, t := range other {
		if t.shape == nil || t.shape.Unknown || t.shape.Column(u.Column) != nil {
			out = append(out, t)
		}
	}
	return out
}

func isNewRow(u *schema.Use) bool {
	return u.Branch == schema.OnInsert && (u.Query.Kind == schema.InsertQuery || u.Query.Kind == schema.ReplaceQuery)
}

func isConstant(v *schema.Value) bool {
	return v != nil && (v.Kind == schema.Constant || v.Kind == schema.DefaultValue)
}

// stores says whether a use is the partner of a write in a target.
func (r *reader) stores(u *schema.Use, w *Write, t *track, reverse bool) bool {
	if !u.Write || !t.is(u.Table, u.Column) || !r.rowStores(u, w) {
		return false
	}
	if !r.move.OfTables() {
		return reverse || !isConstant(u.Value) || isConstant(w.Value)
	}
	deletes := func(u *schema.Use) bool {
		return u.Column == "" && (u.Query.Kind == schema.DeleteQuery || u.Query.Kind == schema.TruncateQuery)
	}
	if w.Column == "" || deletes(w.Use) {
		return deletes(w.Use) == deletes(u)
	}
	if t.shape != nil && !t.shape.Unknown && t.shape.Column(w.Column) == nil {
		return !deletes(u)
	}
	return sameColumn(u.Column, w.Column) && (reverse || !isConstant(u.Value) || isConstant(w.Value))
}

// inStatement says whether the statement of a write is its own partner, in the
// same branch.
func (r *reader) inStatement(w *Write, t *track, reverse bool) bool {
	for _, u := range w.Query.Uses {
		if r.stores(u, w, t, reverse) && u.Branch == w.Branch && (!u.May || w.May) {
			return true
		}
	}
	return false
}

// storesIn says whether a statement stores in a target whichever branch it takes.
func (r *reader) storesIn(q *schema.Query, w *Write, t *track, reverse bool) bool {
	var branches, stored [2]bool
	for _, u := range q.Uses {
		if !u.Write {
			continue
		}
		branches[u.Branch] = branches[u.Branch] || u.Part == schema.InSet
		if r.stores(u, w, t, reverse) && !u.May {
			stored[u.Branch] = true
		}
	}
	switch {
	case !stored[0] && !stored[1]:
		return false
	case q.Kind == schema.InsertQuery && branches[schema.OnUpdate]:
		return stored[0] && stored[1]
	}
	return true
}

// adds says whether what is stored is computed from the column itself.
func adds(u *schema.Use) bool {
	return u.Value != nil && u.Value.Kind == schema.Computed && slices.ContainsFunc(u.Value.From, func(c schema.ColumnName) bool {
		return sameTable(c.Table, u.Table) && sameColumn(c.Column, u.Column)
	})
}

// byTrigger says whether a trigger stores in the target whenever the write happens.
func (r *reader) byTrigger(u *schema.Use, t *track, reverse bool) bool {
	for _, q := range r.uses.Queries {
		if !inTrigger(q) || !r.standing(q) {
			continue
		}
		tr := r.triggers[schema.Fold(strings.TrimPrefix(q.Function, triggerPrefix))].Trigger
		if sameTable(tr.Table, u.Table) && strings.EqualFold(tr.Event, eventOf(u)) && r.storesIn(q, &Write{Use: u}, t, reverse) {
			return true
		}
	}
	return false
}

// eventOf is what a write is to triggers.
func eventOf(u *schema.Use) string {
	switch {
	case u.Query.Kind == schema.DeleteQuery:
		return "DELETE"
	case isNewRow(u):
		return "INSERT"
	}
	return "UPDATE"
}
