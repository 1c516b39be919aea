package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ReorderColumn reports a column that moves.
var ReorderColumn = &Rule{
	Name:     "reorder-column",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a column moves to another place: positional INSERTs and SELECT * see another order",
	Doc: `## What it does

Reports MODIFY and CHANGE with FIRST or AFTER that put a column in another place.

## Why it breaks

INSERT without a column list writes values into other columns, with an error (1366)
or silently. SELECT * returns columns in another order to code that goes by
position.

## Do this instead

Leave columns where they are: their order has no effect on anything else.

## When it is silent

When the column stays where it is; for a table or column that the same release
creates; when the code was analysed, and no deployed INSERT or SELECT goes by the order
of the columns.`,
	Bad:  "moved-first-fires",
	Good: "same-place-is-silent",
	Run:  runReorderColumn,
}

func runReorderColumn(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before := s.Effect.Before
		if !c.Where.Moved() || p.Deployed(before, c.Old) == nil || s.Effect.After == nil || before.Unknown {
			continue
		}
		if index(before, c.Old) == index(s.Effect.After, c.Column.Name) {
			continue
		}
		f := p.At(s)
		f.Object, f.Help = c.Column.Name, "leave it where it is"
		f.Message = fmt.Sprintf("`%s.%s` moves to another place: INSERTs without a column list and SELECT * of running code see another order", c.Table, c.Column.Name)
		if w := p.deployed(before); w != nil {
			users := w.byOrder()
			if len(users) == 0 && w.notRead() == "" {
				continue
			}
			if len(users) > 0 {
				f.Message, f.Related = f.Message+", as "+places(users), sitesOf(users)
			} else {
				f.Message += "; " + w.notRead()
			}
		}
		p.Report(f)
	}
}

// byOrder are the statements that count on the order of the columns: a mapper by
// name does not.
func (w *writers) byOrder() []*schema.Use {
	seen := map[*schema.Query]bool{}
	var out []*schema.Use
	for _, u := range w.of("") {
		if seen[u.Query] || u.By != schema.ByPosition && (!readsStar(u) || u.Query.Mapped) {
			continue
		}
		seen[u.Query] = true
		out = append(out, u)
	}
	return out
}

func index(t *schema.Table, column string) int {
	for i, c := range t.Columns {
		if schema.SameName(c.Name, column) {
			return i
		}
	}
	return -1
}
