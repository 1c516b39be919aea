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
	var known []string
	for _, d := range state.Databases {
		found := target == ""
		for _, t := range d.Schema.Tables() {
			known = append(known, t.Name.Name)
			if strings.EqualFold(t.Name.Name, table) {
				found = true
				if column != "" && t.Column(column) == nil && !t.Unknown {
					return nil, fmt.Errorf("table %s has no column %q: %s", t.Name, column, nearest.Hint(column, columnNames(t)))
				}
			}
		}
		if !found {
			continue
		}
		out.Known = true
		out.Add(d.HeadUses, func(u *schema.Use) bool {
			return (table == "" || strings.EqualFold(u.Table.Name, table)) && (column == "" || strings.EqualFold(u.Column, column))
		})
	}
	if !out.Known {
		slices.Sort(known)
		return nil, fmt.Errorf("no migration makes a table %q: %s", table, nearest.Hint(table, slices.Compact(known)))
	}
	return out, nil
}

func columnNames(t *schema.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}
