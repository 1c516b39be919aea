package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// UnbatchedBackfill reports statements that lock a whole table.
var UnbatchedBackfill = &Rule{
	Name:     "unbatched-backfill",
	Family:   Order,
	Severity: Warning,
	Summary:  "rows of a whole existing table change in one statement",
	Doc: `## What it does

Reports UPDATE and DELETE of a whole existing table, and INSERT … SELECT and REPLACE …
SELECT that read a whole existing table: without a LIMIT and without a WHERE. WHERE 1 = 1
and WHERE TRUE are none.

## Why it breaks

One statement locks every row it touches until it ends, and replicas wait as long:
writes of the running code time out. INSERT … SELECT locks the rows that it reads, unless
the session runs at READ COMMITTED.

## Do this instead

Change rows in batches by primary key, in code or with a LIMIT in a loop, so that it
can be repeated.

## When it is silent

With a LIMIT, or a WHERE that leaves rows out; for a table that the same release creates,
and for temporary tables. For INSERT … SELECT it is the table that is read which counts;
one that the release renamed before has no running code that would wait.`,
	Bad:  "update-all-fires",
	Good: "limited-update-is-silent",
	Run:  runUnbatchedBackfill,
}

func runUnbatchedBackfill(p *Pass) {
	for s := range p.Changes() {
		switch c := s.Change.(type) {
		case *schema.Update:
			p.reportWhole(s, c.Table, !c.Where && !c.Limit)
		case *schema.Delete:
			p.reportWhole(s, c.Table, !c.Where && !c.Limit && len(c.Reads) == 0)
		case *schema.Insert:
			p.reportReadWhole(s, c.Whole)
		}
	}
}

func (p *Pass) reportWhole(s *Step, table schema.Name, whole bool) {
	before := s.Effect.Before
	if !whole || before != nil && (p.Start(before) == nil || before.Temporary) {
		return
	}
	p.Reportf(s, "", "change the rows in batches by primary key, so that it can be repeated",
		"one statement changes every row of `%s`: it locks them until it ends, and writes of the running code wait or time out", table)
}

// reportReadWhole speaks of the first existing table that is read whole: one
// statement, one finding.
func (p *Pass) reportReadWhole(s *Step, read []schema.Name) {
	for _, table := range read {
		if p.ownedBefore(s, table) {
			continue
		}
		f := p.At(s)
		f.Table = table.String()
		f.Message = fmt.Sprintf("one statement reads every row of `%s`: it locks them until it ends, unless it runs at READ COMMITTED, and writes of the running code wait or time out", table)
		f.Help = "copy the rows in batches by primary key, so that it can be repeated"
		p.Report(f)
		return
	}
}

// ownedBefore says whether, when a step runs, the table has its name from the
// release: which made it, or renamed it out of the way of the running code.
func (p *Pass) ownedBefore(s *Step, table schema.Name) bool {
	owned := false
	for i := range p.Steps {
		if &p.Steps[i] == s {
			break
		}
		after := p.Steps[i].Effect.After
		if after == nil || !schema.SameName(after.Name.Name, table.Name) {
			continue
		}
		start := p.Start(after)
		owned = start == nil || !schema.SameName(start.Name.Name, table.Name)
	}
	return owned
}
