package rules

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ChangePrimaryKey reports another primary key.
var ChangePrimaryKey = &Rule{
	Name:     "change-primary-key",
	Family:   Expand,
	Severity: Error,
	Summary:  "the primary key is dropped or gets other columns",
	Doc: `## What it does

Reports DROP PRIMARY KEY, and a primary key of other columns, of an existing table.

## Why it breaks

The running code's upserts and REPLACEs meet another key and change other rows;
rows that it took for unique may be there twice. Replication, online schema tools
and PlanetScale need a primary key (error 3750 where it is required).

## Do this instead

Create a new table with the new key and move the data.

## When it is silent

When the release ends with a primary key of the same columns; for a table that
the same release creates.`,
	Bad:  "drop-primary-key-fires",
	Good: "same-columns-is-silent",
	Run:  runChangePrimaryKey,
}

func runChangePrimaryKey(p *Pass) {
	for s, c := range Changed[*schema.DropKey](p) {
		start := p.Start(s.Effect.Before)
		if c.Name != "PRIMARY" || start == nil {
			continue
		}
		old := start.PrimaryKey()
		end := p.End(s.Effect.After)
		if end == nil || old == nil && !start.Unknown {
			continue
		}
		now := end.PrimaryKey()
		if old != nil && now != nil && strings.EqualFold(strings.Join(columnsOf(old), ","), strings.Join(columnsOf(now), ",")) {
			continue
		}
		what := "is dropped"
		if now != nil {
			what = "becomes (" + strings.Join(columnsOf(now), ", ") + ")"
		}
		p.Reportf(s, "PRIMARY", "create a new table with the new key and move the data",
			"the primary key of `%s` %s: upserts and REPLACEs of the running code meet another key, and what it took for unique may not be", c.Table, what)
	}
}
