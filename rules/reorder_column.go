package rules

import (
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
creates.`,
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
		p.Reportf(s, c.Column.Name, "leave it where it is",
			"`%s.%s` moves to another place: INSERTs without a column list and SELECT * of running code see another order", c.Table, c.Column.Name)
	}
}

func index(t *schema.Table, column string) int {
	for i, c := range t.Columns {
		if schema.SameName(c.Name, column) {
			return i
		}
	}
	return -1
}
