package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// What code writes to a table, for the rules that ask what INSERTs leave out and
// where a NULL can come from.

// A certainty says whether something happens.
type certainty uint8

const (
	never certainty = iota
	perhaps
	always
)

// given says whether an INSERT gives a column a value, when u is its use of the
// table as a whole. A hole in its column list may name any.
func given(u *schema.Use, column string) certainty {
	out, named := never, false
	for _, w := range u.Query.Uses {
		switch {
		case !w.Write || w.Branch != schema.OnInsert || w.By == schema.ByOmission || w.Part != schema.InSet:
			continue
		case w.By == schema.ByHole || w.Column == "":
			out = max(out, perhaps)
		case !schema.SameName(w.Table.Name, u.Table.Name) || !schema.SameName(w.Column, column):
		case w.Certain && !w.May:
			return always
		default:
			out = perhaps
		}
		named = true
	}
	if !named {
		return perhaps
	}
	return out
}

// writers are the statements of code that write to a table.
type writers struct {
	uses    *schema.Uses
	ahead   *schema.Uses // deployed since the pending code branched off; nil without such
	table   string
	inserts []*schema.Use // of the table as a whole
	unsure  []*schema.Use // statements that may insert
}

func writersOf(uses, ahead *schema.Uses, table string) *writers {
	w := &writers{uses: uses, ahead: ahead, table: table}
	for _, u := range w.of("") {
		switch {
		case !isInsertOf(u):
		case u.Certain:
			w.inserts = append(w.inserts, u)
		default:
			w.unsure = append(w.unsure, u)
		}
	}
	return w
}

// of returns the uses of a column, or of the table by whatever column.
func (w *writers) of(column string) []*schema.Use {
	return usesOf(w.uses, w.ahead, w.table, column)
}

// usesOf are the uses that two trees make of a column, or of the table by whatever
// column when it is empty; what both have counts once.
func usesOf(base, ahead *schema.Uses, table, column string) []*schema.Use {
	out := base.Of(table, column)
	n := len(out)
	for _, u := range ahead.Of(table, column) {
		if !slices.ContainsFunc(out[:n], func(have *schema.Use) bool {
			return have.Pos == u.Pos && have.Column == u.Column && have.Query.Text == u.Query.Text
		}) {
			out = append(out, u)
		}
	}
	return out
}

// leaveOut returns the INSERTs that surely leave a column out, and those that may.
func (w *writers) leaveOut(column string) (surely, maybe []*schema.Use) {
	for _, u := range w.inserts {
		switch given(u, column) {
		case never:
			surely = append(surely, u)
		case perhaps:
			maybe = append(maybe, u)
		case always:
		}
	}
	return surely, append(maybe, w.unsure...)
}

// storeNull returns the writes of a column that can store a NULL, and those of
// which nobody knows.
func (w *writers) storeNull(column string) (can, maybe []*schema.Use) {
	for _, u := range w.of(column) {
		if !u.Write || u.Value == nil || u.By == schema.ByOmission {
			continue
		}
		switch u.Value.MayBeNull() {
		case schema.MaybeNull:
			can = append(can, u)
		case schema.PerhapsNull:
			if u.Value.Kind != schema.DefaultValue && !computedFromItself(u) {
				maybe = append(maybe, u)
			}
		case schema.NeverNull:
		}
	}
	return can, maybe
}

// computedFromItself: SET a = a + 1 stores a NULL only where there is one.
func computedFromItself(u *schema.Use) bool {
	return u.Value.Kind == schema.Computed && len(u.Value.From) > 0 && !slices.ContainsFunc(u.Value.From, func(c schema.ColumnName) bool {
		return !schema.SameName(c.Table.Name, u.Table.Name) || !schema.SameName(c.Column, u.Column)
	})
}

// notRead names the libraries that may write to the table unseen; "" when there
// are none, or no file has its name.
func (w *writers) notRead() string {
	if len(w.uses.Libraries) == 0 || w.uses.Mentions == nil {
		return ""
	}
	if !w.uses.Mentions(w.table) && !w.uses.Mentions(strings.TrimSuffix(w.table, "s")) {
		return ""
	}
	return fmt.Sprintf("the code also uses %s, which is not read", strings.Join(w.uses.Libraries, ", "))
}

// deployed returns what the deployed code writes to a table; nil when no code was
// analysed.
func (p *Pass) deployed(t *schema.Table) *writers {
	start := p.Start(t)
	if start == nil || !p.BaseUses.Analysed() {
		return nil
	}
	return writersOf(p.BaseUses, p.AheadUses, start.Name.Name)
}

// holdsNoNull says whether the rows that held NULL in a column were filled before the
// release: by an UPDATE, or by the backfill of a move.
func (p *Pass) holdsNoNull(t *schema.Table, c *schema.Column) bool {
	return p.Filled(t, c) || slices.ContainsFunc(p.Motion, func(m *move.Move) bool { return m.Deployed(move.BackfillRows) && replaces(m, t, c) })
}

// replaces says whether a column is the new one of a move, or in its new table.
func replaces(m *move.Move, t *schema.Table, c *schema.Column) bool {
	return slices.ContainsFunc(m.To, func(o move.Object) bool {
		return schema.SameName(o.Table.Name, t.Name.Name) && (o.Column == "" || schema.SameName(o.Column, c.Name))
	})
}

// none says whether nothing inserts into the table, surely or perhaps.
func (w *writers) none() bool {
	return len(w.inserts) == 0 && len(w.unsure) == 0 && w.notRead() == ""
}

// omitting says in words who leaves a column out; "" when every INSERT sets it.
// The uses are those that it names.
func (w *writers) omitting(column string) (string, []*schema.Use) {
	surely, maybe := w.leaveOut(column)
	switch {
	case len(surely) > 0:
		return places(surely) + " leaves it out", surely
	case len(maybe) > 0:
		return places(maybe) + " may leave it out", maybe
	}
	if not := w.notRead(); not != "" {
		return not + ", and may leave it out", nil
	}
	return "", nil
}

// storing says in words who can store a NULL in a column; "" when nobody can.
func (w *writers) storing(column string) (string, []*schema.Use) {
	can, maybe := w.storeNull(column)
	switch {
	case len(can) > 0:
		return places(can) + " can store NULL", can
	case len(maybe) > 0:
		return "whether " + places(maybe) + " can store NULL is not known", maybe
	}
	return "", nil
}

// places names the first statements of several.
func places(uses []*schema.Use) string {
	const shown = 3
	var names []string
	for _, u := range uses {
		if at := spell(u.Pos); !slices.Contains(names, at) {
			names = append(names, at)
		}
	}
	if more := len(names) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), more)
	}
	return strings.Join(names, ", ")
}
