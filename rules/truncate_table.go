package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// TruncateTable reports a table that is emptied.
var TruncateTable = &Rule{
	Name:     "truncate-table",
	Family:   Contract,
	Severity: Error,
	Summary:  "a table is emptied",
	Doc: `## What it does

Reports TRUNCATE of a table that was there before the release.

## Why it breaks

The rows are gone for the running code too, at once and without a way back: TRUNCATE
cannot be rolled back.

## Do this instead

Delete what is no longer needed in the code, in batches, after nothing reads it.

## When it is silent

For a table that the same release creates, and for temporary tables.`,
	Bad:  "truncate-fires",
	Good: "new-table-is-silent",
	Run:  runTruncateTable,
}

func runTruncateTable(p *Pass) {
	for s, c := range Changed[*schema.TruncateTable](p) {
		before := s.Effect.Before
		if before != nil && (p.Start(before) == nil || before.Temporary) {
			continue
		}
		p.contract(contraction{step: s, table: c.Table,
			what:   fmt.Sprintf("table `%s` is emptied", c.Table),
			breaks: "its rows are gone for the running code too",
			help:   "delete what is no longer needed in batches, after nothing reads it"})
	}
}
