package lint

import (
	"maps"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A catalog is a schema, with the tables that are gone as they were last: code
// that still names them must be understood.
type catalog struct {
	*schema.Schema
	gone map[string]*schema.Table
}

// Table returns the table of that name, also when it is gone.
func (c catalog) Table(n schema.Name) *schema.Table {
	if t := c.Schema.Table(n); t != nil || c.View(n) != nil {
		return t
	}
	return c.gone[schema.Fold(n.Name)]
}

// Tables returns the tables, those that are gone last.
func (c catalog) Tables() []*schema.Table {
	out := c.Schema.Tables()
	for _, name := range slices.Sorted(maps.Keys(c.gone)) {
		if c.Schema.Table(schema.Name{Name: name}) == nil {
			out = append(out, c.gone[name])
		}
	}
	return out
}
