package lint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// readCode reads the Go code that uses the schema of the database, as it is
// after the last migration.
func (d *Database) readCode(ctx context.Context, cfg Config) error {
	u, err := uses.Read(ctx, cfg.Root, uses.Options{
		Dirs:   d.entry.Code,
		Server: d.Server,
		Schema: d.Schema,
		Skip:   []string{d.Directory.Path},
		Flags:  cfg.Flags,
	})
	if err != nil {
		return err
	}
	d.Uses = u
	return nil
}

// Uses lists who reads and writes what target names: a table, or table.column;
// everything when it is empty.
func Uses(ctx context.Context, cfg Config, target string) (*report.Uses, error) {
	cfg.NoCode = false
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
		out.Add(d.Uses, func(u *schema.Use) bool {
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
