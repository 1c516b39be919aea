package lint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// Uses lists who reads and writes what target names: a table, or table.column;
// everything when it is empty.
func Uses(ctx context.Context, cfg Config, target string) (*report.Uses, error) {
	cfg.NoCode, cfg.WholeCode, cfg.usesOnly = false, true, true
	state, err := Load(ctx, cfg)
	if err != nil {
		return nil, err
	}
	out := &report.Uses{Target: target}
	table, column, _ := strings.Cut(target, ".")
	wanted := func(u *schema.Use) bool {
		return (table == "" || strings.EqualFold(u.Table.Name, table)) && (column == "" || strings.EqualFold(u.Column, column))
	}
	var known []string
	var lacking error
	for _, d := range state.Databases {
		uses := d.HeadUses.Of(table, column)
		found := target == "" || slices.ContainsFunc(uses, func(u *schema.Use) bool { return !u.Missing }) // where migrations do not tell all
		for _, t := range d.Schema.Tables() {
			known = append(known, t.Name.Name)
			switch {
			case !strings.EqualFold(t.Name.Name, table):
			case column != "" && t.Column(column) == nil && !t.Unknown && (len(uses) == 0 || d.lineage.whole(t)):
				lacking = fmt.Errorf("table %s has no column %q: %s", t.Name, column, nearest.Hint(column, columnNames(t)))
			default:
				found = true
			}
		}
		if found {
			out.Known = true
			out.Add(d.HeadUses, wanted)
		}
	}
	switch {
	case out.Known:
		return out, nil
	case lacking != nil:
		return nil, lacking
	}
	slices.Sort(known)
	return nil, fmt.Errorf("no migration makes a table %q: %s", table, nearest.Hint(table, slices.Compact(known)))
}

func columnNames(t *schema.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}
