package rules

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// What a rebuild copies: which rows and columns of the old table the new one gets.

// A copying is the search for rows of one table, by the IDs of the tables that
// got them, perhaps by way of a third.
type copying struct {
	*Rebuild
	now   map[string]*schema.Table // by name, as far as rows of the old table can be there
	rows  map[int]Rows
	fed   map[int]bool // columns of the new table, by ID
	exact bool         // fed is the whole truth
}

// follow finds out what the new table gets of the old one.
func (r *Release) follow(b *Rebuild) {
	c := &copying{Rebuild: b, now: map[string]*schema.Table{schema.Fold(b.Old.Name.Name): b.Old},
		rows: map[int]Rows{b.Old.ID: AllRows}, fed: map[int]bool{}, exact: true}
	for i := range r.Steps {
		c.step(&r.Steps[i])
	}
	b.Rows = c.rows[b.New.ID]
	if b.Rows != AllRows && r.start[b.New.ID] != nil {
		b.Rows = ElsewhereFilled
		return
	}
	if b.Copy != nil && c.exact {
		b.Uncopied = c.uncopied()
	}
}

func (c *copying) step(s *Step) {
	switch change := s.Change.(type) {
	case *schema.Insert:
		c.insert(s, change)
	case *schema.CreateTable:
		if made := s.Effect.After; made != s.Effect.Before {
			if _, got := c.copies(made, change.Select, change.Filtered); got {
				c.exact = false
			}
		}
	case *schema.Update:
		if t := s.Effect.After; t != nil && t.ID == c.New.ID {
			for _, name := range change.Set {
				c.feed(t.Column(name))
			}
		}
	case *schema.TruncateTable:
		c.empty(s.Effect.After, NoRows)
	case *schema.Delete:
		c.empty(s.Effect.After, SomeRows)
	}
	c.rename(s.Effect.Before, s.Effect.After)
}

func (c *copying) rename(before, after *schema.Table) {
	if before != nil {
		if t := c.now[schema.Fold(before.Name.Name)]; t != nil && t.ID == before.ID {
			delete(c.now, schema.Fold(before.Name.Name))
		}
	}
	if after != nil {
		c.now[schema.Fold(after.Name.Name)] = after
	}
}

// empty: rows that were copied are deleted.
func (c *copying) empty(t *schema.Table, left Rows) {
	if t != nil && t.ID != c.Old.ID && c.rows[t.ID] > left {
		c.rows[t.ID] = left
	}
}

// copies notes the rows that a table gets from a query, and returns the table
// that they come from.
func (c *copying) copies(to *schema.Table, from []schema.Name, filtered bool) (*schema.Table, bool) {
	for _, n := range from {
		source := c.now[schema.Fold(n.Name)]
		if source == nil || source.ID == to.ID || c.rows[source.ID] == NoRows {
			continue
		}
		got := c.rows[source.ID]
		if filtered {
			got = SomeRows
		}
		if had := c.rows[to.ID]; had != NoRows && got != AllRows {
			got = max(had, Parts)
		}
		c.rows[to.ID] = got
		return source, true
	}
	return nil, false
}

func (c *copying) insert(s *Step, in *schema.Insert) {
	to := s.Effect.After
	if to == nil || len(in.Select) == 0 {
		return
	}
	source, got := c.copies(to, in.Select, in.Filtered)
	if !got || to.ID != c.New.ID {
		return
	}
	c.Copy = s
	targets, values := in.Columns, expand(in.Fields, source)
	if targets == nil {
		targets = visible(to)
	}
	if source.ID != c.Old.ID || len(in.Select) > 1 || source.Unknown || to.Unknown || len(values) != len(targets) {
		c.exact = false // the last: a union, or the server refuses it
		return
	}
	for i, name := range targets {
		col := to.Column(name)
		if col == nil {
			continue
		}
		if end := c.New.ColumnByID(col.ID); end != nil && slices.ContainsFunc(values[i], func(from string) bool { return schema.SameName(from, end.Name) }) {
			c.feed(col)
		}
	}
}

func (c *copying) feed(col *schema.Column) {
	if col != nil {
		c.fed[col.ID] = true
	}
}

// expand returns the columns that each value of a query names.
func expand(fields []schema.Field, source *schema.Table) [][]string {
	var out [][]string
	for _, f := range fields {
		if !f.Star {
			out = append(out, f.Columns)
			continue
		}
		for _, name := range visible(source) {
			out = append(out, []string{name})
		}
	}
	return out
}

// visible returns the columns that a star, or no column list, stands for.
func visible(t *schema.Table) []string {
	var out []string
	for _, col := range t.Columns {
		if !col.Invisible {
			out = append(out, col.Name)
		}
	}
	return out
}

func (c *copying) uncopied() []*schema.Column {
	var out []*schema.Column
	for _, old := range c.Old.Columns {
		if now := c.New.Column(old.Name); now != nil && now.Generated == schema.NotGenerated && !c.fed[now.ID] {
			out = append(out, old)
		}
	}
	return out
}
