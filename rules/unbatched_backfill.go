package rules

import (
	"github.com/expandcheck/expandcheck/lint/schema"
)

// UnbatchedBackfill reports statements that lock a whole table.
var UnbatchedBackfill = &Rule{
	Name:     "unbatched-backfill",
	Family:   Order,
	Severity: Warning,
	Summary:  "rows of a whole existing table change in one statement",
	Doc: `## What it does

Reports UPDATE and DELETE without LIMIT and without a condition, and INSERT … SELECT
from an existing table without one, in a migration.

## Why it breaks

One statement locks every row it touches until it ends, and replicas wait as long:
writes of the running code time out.

## Do this instead

Change rows in batches by primary key, in code or with a LIMIT in a loop, so that it
can be repeated.

## When it is silent

With a LIMIT, or a WHERE; for a table that the same release creates; for temporary
tables.`,
	Bad:  "update-all-fires",
	Good: "limited-update-is-silent",
	Run:  runUnbatchedBackfill,
}

func runUnbatchedBackfill(p *Pass) {
	for s := range p.Changes() {
		var table schema.Name
		var whole bool
		switch c := s.Change.(type) {
		case *schema.Update:
			table, whole = c.Table, !c.Where && !c.Limit
		case *schema.Delete:
			table, whole = c.Table, !c.Where && !c.Limit && len(c.Reads) == 0
		default:
			continue
		}
		before := s.Effect.Before
		if !whole || before != nil && (p.Start(before) == nil || before.Temporary) {
			continue
		}
		p.Reportf(s, "", "change the rows in batches by primary key, so that it can be repeated",
			"one statement changes every row of `%s`: it locks them until it ends, and writes of the running code wait or time out", table)
	}
}
