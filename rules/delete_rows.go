package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DeleteRows reports rows that a migration deletes.
var DeleteRows = &Rule{
	Name:     "delete-rows",
	Family:   Contract,
	Severity: Error,
	Summary:  "a migration deletes rows of an existing table",
	Doc: `## What it does

Reports DELETE in a migration: without WHERE as an error, by a condition as a
warning. MariaDB's DROP SYSTEM VERSIONING and DELETE HISTORY delete the rows that a table
had before.

## Why it breaks

The rows are gone for the running code too, and going back means a backup. Without
system versioning queries with FOR SYSTEM_TIME fail (error 4124).

## Do this instead

Make sure that nothing reads the rows, and say so in an ignore with its reason.

## When it is silent

For a table that the same release creates; for temporary tables; for rows of some
condition, after the same release inserted rows into the table.`,
	Bad:  "delete-all-fires",
	Good: "rows-of-the-release-are-silent",
	Run:  runDeleteRows,
}

func runDeleteRows(p *Pass) {
	p.historyLost()
	for s, c := range Changed[*schema.Delete](p) {
		before := s.Effect.Before
		if before != nil && (p.Start(before) == nil || before.Temporary) {
			continue
		}
		f := p.At(s)
		f.Message = fmt.Sprintf("all rows of `%s` are deleted, for the running code too", c.Table)
		if c.Where || c.Limit || len(c.Reads) > 0 {
			if p.filled(s, c.Table) {
				continue
			}
			f.Severity = p.AtMost(Warning)
			f.Message = fmt.Sprintf("rows of `%s` are deleted, for the running code too", c.Table)
		}
		f.Help = "make sure that nothing reads them, and say so: `-- expandcheck:ignore delete-rows: REASON`"
		p.Report(f)
	}
}

// historyLost reports the rows that a table with system versioning had before.
func (p *Pass) historyLost() {
	for s, c := range Changed[*schema.DropHistory](p) {
		if before := s.Effect.Before; before != nil && p.Start(before) == nil {
			continue
		}
		f := p.At(s)
		f.Help = "make sure that nothing reads it, and say so: `-- expandcheck:ignore delete-rows: REASON`"
		switch {
		case c.Versioning:
			f.Message = fmt.Sprintf("`%s` loses its system versioning: its history is deleted, and queries of the running code with FOR SYSTEM_TIME fail (error 4124)", c.Table)
		case c.Before:
			f.Severity = p.AtMost(Warning)
			f.Message = fmt.Sprintf("the older history of `%s` is deleted: queries of the running code with FOR SYSTEM_TIME no longer find it", c.Table)
		default:
			f.Message = fmt.Sprintf("the history of `%s` is deleted: queries of the running code with FOR SYSTEM_TIME no longer find it", c.Table)
		}
		p.Report(f)
	}
}

// filled says whether the release inserts rows into the table before a step.
func (p *Pass) filled(before *Step, t schema.Name) bool {
	for s := range p.Changes() {
		if s == before {
			break
		}
		if in, ok := s.Change.(*schema.Insert); ok && schema.SameName(in.Table.Name, t.Name) {
			return true
		}
	}
	return false
}
