package move

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// Unwritten is a column that was added and that nothing ever writes, with the
// reads of the pending code.
type Unwritten struct {
	Object
	Added *Event
	Reads []*schema.Use
}

// FindUnwritten returns the added columns that code reads and nothing writes: no
// code, migration or trigger, no default and no generation.
func FindUnwritten(in Input) []*Unwritten {
	u := in.Head
	if !u.Analysed() || len(u.Unresolved) > 0 {
		return nil
	}
	added := in.addedColumns()
	if len(added) == 0 {
		return nil
	}
	in.follow(added)
	var out []*Unwritten
	for _, t := range added {
		if !t.present || t.fillsItself() || in.writesInMigration(t) {
			continue
		}
		if w := in.unwritten(t); w != nil {
			out = append(out, w)
		}
	}
	return out
}

// addedColumns are those that ALTER TABLE added.
func (in *Input) addedColumns() []*track {
	var out []*track
	for i := range in.Events {
		e := &in.Events[i]
		c, ok := e.Change.(*schema.AddColumn)
		if !ok || e.Effect.After == nil {
			continue
		}
		if col := e.Effect.After.Column(c.Column.Name); col != nil {
			out = append(out, &track{Object: Object{e.Effect.After.Name, col.Name}, table: e.Effect.After.ID, column: col.ID, addedAt: -1})
		}
	}
	return out
}

// fillsItself says whether the server gives the column a value.
func (t *track) fillsItself() bool {
	c := t.def
	return c == nil || c.Generated != schema.NotGenerated || c.AutoIncrement || c.OnUpdate != "" || c.Default != nil && !c.Default.Null || !c.Nullable
}

func (in *Input) writesInMigration(t *track) bool {
	return slices.ContainsFunc(in.Events, func(e Event) bool {
		switch c := e.Change.(type) {
		case *schema.Insert:
			return t.named(c.Table) && (c.Columns == nil || slices.ContainsFunc(c.Columns, func(name string) bool { return sameColumn(name, t.Column) }))
		case *schema.Update:
			return slices.ContainsFunc(c.Set, func(name string) bool { return sameColumn(name, t.Column) })
		}
		return false
	})
}

// unwritten returns the column with its reads, unless some code may write it, or
// nothing shows that the code writes its table with SQL that is read.
func (in *Input) unwritten(t *track) *Unwritten {
	u := in.Head
	if len(u.Libraries) > 0 && u.Mentions != nil && u.Mentions(t.Column) {
		return nil
	}
	out := &Unwritten{Object: t.Object, Added: t.added}
	inserts := false
	for _, q := range u.Queries {
		for _, use := range q.Uses {
			if !t.named(use.Table) {
				continue
			}
			inserts = inserts || use.Write && use.Certain && q.Kind == schema.InsertQuery && !stored(q)
			if !sameColumn(use.Column, t.Column) {
				continue
			}
			if use.Write && use.By != schema.ByOmission {
				return nil
			}
			if !use.Write && use.Certain && use.By == schema.ByName && use.Part == schema.InResult && len(use.Fallback) == 0 && !stored(q) {
				out.Reads = append(out.Reads, use)
			}
		}
	}
	if !inserts || len(out.Reads) == 0 {
		return nil
	}
	return out
}
