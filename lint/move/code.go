package move

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// Code is what the code of one tree does with the old and the new side of a move.
type Code struct {
	OldWrites, NewWrites []*Write
	OldReads, NewReads   []*Read
	// MayReadOld are the statements that may read old, such as SELECT *.
	MayReadOld []*schema.Use
	// Fills are the statements of functions that fill new from old.
	Fills []*schema.Use
}

// A Read is one read whose value leaves the pair.
type Read struct {
	*schema.Use
	// Fallback says that the other side stands in, or that both are read.
	Fallback bool
}

// A reader reads the uses of one tree for one move.
type reader struct {
	in       *Input
	move     *Move
	uses     *schema.Uses
	pending  bool
	triggers map[string]*schema.CreateTrigger // that stand in the tree, by name
	fills    map[string]bool                  // functions that fill new from old
	// locals are the reads of variables that a statement puts old or new into.
	locals map[*schema.Query]*schema.FieldRead
	unsure string
}

const triggerPrefix = "trigger "

func stored(q *schema.Query) bool { return q.Package == "" }

// inRoutine says whether the statement is of a routine or event.
func inRoutine(q *schema.Query) bool { return stored(q) && !inTrigger(q) }

func inTrigger(q *schema.Query) bool {
	return stored(q) && strings.HasPrefix(q.Function, triggerPrefix)
}

// code reads a tree; nil when none was analysed.
func (m *Move) code(in *Input, pending bool) *Code {
	u := in.Base
	if pending {
		u = in.Head
	}
	if !u.Analysed() {
		return nil
	}
	r := &reader{in: in, move: m, uses: u, pending: pending, triggers: in.triggers(pending), fills: map[string]bool{}, locals: map[*schema.Query]*schema.FieldRead{}}
	r.doubt()
	return r.read()
}

// triggers are those that stand before, or after, the pending release.
func (in *Input) triggers(pending bool) map[string]*schema.CreateTrigger {
	out := map[string]*schema.CreateTrigger{}
	for i := range in.Events {
		e := &in.Events[i]
		if e.Release >= in.Pending && !pending {
			break
		}
		switch c := e.Change.(type) {
		case *schema.CreateTrigger:
			out[schema.Fold(c.Trigger.Name)] = c
		case *schema.DropTrigger:
			delete(out, schema.Fold(c.Name))
		}
	}
	return out
}

// doubt says what keeps a missing partner from being certain.
func (r *reader) doubt() {
	for _, o := range r.move.To {
		name := o.Column
		if name == "" {
			name = o.Table.Name
		}
		if len(r.uses.Libraries) > 0 && r.uses.Mentions != nil && r.uses.Mentions(name) {
			r.unsure = "the code also uses " + strings.Join(r.uses.Libraries, ", ") + ", which is not read, and has the word `" + name + "`"
			return
		}
	}
	for _, q := range r.uses.Queries {
		if loose(q) && slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.Write && r.isNew(u) }) {
			r.unsure = "where the statement of `" + at(q.Pos) + "` runs is not known"
			return
		}
		if slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.Write && !u.Certain && u.Column != "" && r.isNew(u) }) {
			r.unsure = "`" + at(q.Pos) + "` may write it"
			return
		}
	}
}

// loose says that nobody was seen to run the statement.
func loose(q *schema.Query) bool { return !stored(q) && q.Function == "" }

func (r *reader) isOld(u *schema.Use) bool { return side(r.move.from, u) }
func (r *reader) isNew(u *schema.Use) bool { return side(r.move.to, u) }

func side(tracks []*track, u *schema.Use) bool {
	return slices.ContainsFunc(tracks, func(t *track) bool { return t.is(u.Table, u.Column) })
}

// standing says whether a stored statement is in this tree.
func (r *reader) standing(q *schema.Query) bool {
	if !inTrigger(q) {
		return true
	}
	return r.triggers[schema.Fold(strings.TrimPrefix(q.Function, triggerPrefix))] != nil
}

func (r *reader) flags() map[string]bool {
	if r.pending {
		return r.in.Flags
	}
	return r.in.BaseFlags
}

func (r *reader) queries() []*schema.Query {
	var out []*schema.Query
	for _, q := range r.uses.Queries {
		if r.standing(q) && !q.Off(r.flags()) {
			if r.uses.Rows != nil && !r.move.OfTables() {
				q = r.intoFields(q)
			}
			out = append(out, q)
		}
	}
	return out
}

func (r *reader) read() *Code {
	out := &Code{}
	queries := r.queries()
	for _, q := range r.fieldReads(queries) {
		if !q.Off(r.flags()) {
			queries = append(queries, q)
		}
	}
	r.findFills(queries)
	for _, q := range queries {
		if inRoutine(q) {
			out.OldWrites = append(out.OldWrites, r.writes(q, queries, r.move.from, r.move.to, false)...)
			continue // of a routine or event; who reads a view is a reader
		}
		if loose(q) {
			continue // who runs it is not known
		}
		if r.isFill(q) {
			for _, u := range q.Uses {
				if u.Write && u.Certain && r.isNew(u) {
					out.Fills = append(out.Fills, u)
					break
				}
			}
			continue
		}
		out.OldWrites = append(out.OldWrites, r.writes(q, queries, r.move.from, r.move.to, false)...)
		if !inTrigger(q) && r.ownTables() {
			out.NewWrites = append(out.NewWrites, r.writes(q, queries, r.move.to, r.move.from, true)...)
		}
		if writesPair := slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.Write && (r.isOld(u) || r.isNew(u)) }); writesPair && !r.escapes(q) || inTrigger(q) {
			continue
		}
		old := r.reads(q, queries, r.isOld, r.isNew)
		if len(old) == 0 {
			out.MayReadOld = append(out.MayReadOld, r.mayRead(q)...)
		}
		out.OldReads = append(out.OldReads, old...)
		if r.ownTables() {
			out.NewReads = append(out.NewReads, r.reads(q, queries, r.isNew, r.isOld)...)
		}
	}
	out.Fills = slices.DeleteFunc(out.Fills, func(u *schema.Use) bool { return r.mirrors(u.Query, out.OldWrites) })
	return out
}

// ownTables says whether what happens to the new side happens for the move: a
// table that was there before has uses of its own.
func (r *reader) ownTables() bool {
	return !r.move.OfTables() || !slices.ContainsFunc(r.move.to, func(t *track) bool { return t.added == nil })
}

// functions names what a query belongs to, with the package: its function, or those that
// give it its text. It is empty when the query stands in none.
func functions(q *schema.Query) []string {
	var out []string
	for _, c := range q.Callers {
		if name := c.Package + "." + c.Function; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 && q.Function != "" && !stored(q) {
		out = []string{q.Package + "." + q.Function}
	}
	return out
}

// together says whether one function has both queries.
func together(a, b *schema.Query) bool {
	others := functions(b)
	return slices.ContainsFunc(functions(a), func(name string) bool { return slices.Contains(others, name) })
}

// escapes says whether a statement that writes one of the pair stores the value
// of one of them elsewhere.
func (r *reader) escapes(q *schema.Query) bool {
	for _, u := range q.Uses {
		if !u.Write || u.Value == nil || r.isOld(u) || r.isNew(u) {
			continue
		}
		for _, from := range u.Value.From {
			f := &schema.Use{Table: from.Table, Column: from.Column}
			if r.isOld(f) || r.isNew(f) {
				return true
			}
		}
	}
	return false
}

// reads returns the reads that a statement makes of one side.
func (r *reader) reads(q *schema.Query, queries []*schema.Query, own, other func(*schema.Use) bool) []*Read {
	var out []*Read
	seen := map[string]*Read{}
	for _, u := range q.Uses {
		if u.Write || !u.Certain || u.By == schema.ByStar || u.By == schema.ByRow || u.By == schema.ByHole || r.byField(u) || !own(u) {
			continue
		}
		if q.Kind == schema.OtherQuery && u.Part == schema.InSet || u.Part == schema.InDefinition {
			continue // a field that is read to build a row; what gives no value
		}
		name := schema.Fold(u.Column)
		if r.move.OfTables() {
			name = ""
		}
		read := &Read{Use: u, Fallback: r.fallsBack(u, queries, other)}
		have := seen[name]
		switch {
		case have == nil:
			seen[name] = read
			out = append(out, read)
		case have.Fallback && !read.Fallback && !r.move.OfTables():
			*have = *read
		}
	}
	return out
}

// mayRead returns the first use of a statement that may read old.
func (r *reader) mayRead(q *schema.Query) []*schema.Use {
	for _, u := range q.Uses {
		if !u.Write && u.Part != schema.InDefinition && r.isOld(u) && (!u.Unmapped || r.move.OfTables()) && (!r.byField(u) || len(r.uses.Rows(*u.Field).Handed) > 0) {
			return []*schema.Use{u}
		}
	}
	return nil
}

// fallsBack says whether the function reads the other side too: where this one
// has no value, in its place, or to compare. A condition on this one alone chooses
// rows by it, whatever they give; unless it asks for those that are not filled.
func (r *reader) fallsBack(u *schema.Use, queries []*schema.Query, other func(*schema.Use) bool) bool {
	reads := func(v *schema.Use) bool {
		return !v.Write && other(v) && v.Part != schema.InFilter && v.Field == nil
	}
	beside := func(v *schema.Use) bool {
		switch {
		case v.Write || !other(v):
			return false
		case u.Part == schema.InFilter && !r.move.OfTables():
			return v.Part == schema.InFilter || u.EmptyTest && reads(v)
		}
		return v.EmptyTest || reads(v)
	}
	if slices.ContainsFunc(u.Query.Uses, beside) {
		return true
	}
	return slices.ContainsFunc(queries, func(q *schema.Query) bool {
		return q != u.Query && together(q, u.Query) && slices.ContainsFunc(q.Uses, reads) && r.chooses(u.Query, q)
	})
}

// chooses says whether what one function reads of both sides may stand in for each
// other: of two variables the code tells.
func (r *reader) chooses(a, b *schema.Query) bool {
	x, y := r.locals[a], r.locals[b]
	return x == nil || y == nil || x.Chooses(y)
}
