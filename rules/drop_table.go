package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropTable reports a table that goes away.
var DropTable = &Rule{
	Name:     "drop-table",
	Family:   Contract,
	Severity: Error,
	Summary:  "a table is dropped that running code may still use",
	Doc: `## What it does

Reports DROP TABLE of a table that was there before the release.

## Why it breaks

Every statement of the running code that names the table fails with error 1146,
and so do views on it (error 1356). The data is gone: going back means a backup.

## Do this instead

First deploy code that does not use the table. Then, if you can, rename it to a
tombstone such as users_deprecated for a while. Drop it in a release of its own.

## When it is silent

For temporary tables; for a table that the same release creates; for a backup
that a rebuild in the same release made, and for the old table of a rebuild whose
rows were copied to the new one (columns that the new one lacks are
drop-column's to report).`,
	Bad:  "drop-of-deployed-table-fires",
	Good: "drop-of-rebuild-backup-is-silent",
	Run:  runDropTable,
}

func runDropTable(p *Pass) {
	const help = "deploy code that does not use it first, then drop it in a release of its own; if that is done, say so: `-- expandcheck:ignore drop-table: REASON`"
	for s, c := range Changed[*schema.CreateTable](p) {
		if before := s.Effect.Before; c.OrReplace && before != nil && p.Start(before) != nil {
			p.reportContract(s, "", fmt.Sprintf("table `%s` is dropped and made anew", c.Table),
				"its rows are gone, and statements of the running code meet another table", help)
		}
	}
	for s, c := range Changed[*schema.DropTable](p) {
		before := s.Effect.Before
		switch {
		case c.Temporary, before != nil && before.Temporary:
		case before == nil && c.IfExists:
			p.reportUnknownDrop(s, c, help)
		case before != nil && p.Start(before) == nil:
		case before != nil && p.rebuilt(s):
		default:
			p.reportContract(s, "", fmt.Sprintf("table `%s` is dropped", c.Table),
				"statements of the running code that name it fail (error 1146), and its rows are gone", help)
		}
	}
}

// reportUnknownDrop: DROP TABLE IF EXISTS of a table that no migration made is
// usually there to make a first migration repeatable.
func (p *Pass) reportUnknownDrop(s *Step, c *schema.DropTable, help string) {
	if p.EndNamed(c.Table) != nil {
		return
	}
	f := p.At(s)
	f.Severity, f.Verdict = p.AtMost(Warning), Unknown
	f.Message = fmt.Sprintf("table `%s` is dropped if it exists; no migration here makes it, so whether running code uses it is not known", c.Table)
	f.Help = help
	p.Report(f)
}

// rebuilt says whether the dropped table was, in this release, replaced by one
// of its old name that got its rows.
func (p *Pass) rebuilt(s *Step) bool {
	before := s.Effect.Before
	start := p.Start(before)
	taker := p.EndNamed(start.Name)
	if taker == nil || taker.ID == before.ID {
		return false
	}
	for _, in := range Changed[*schema.Insert](p) {
		for _, from := range in.Select {
			if n := schema.Fold(from.Name); n == schema.Fold(start.Name.Name) || n == schema.Fold(before.Name.Name) {
				return true
			}
		}
	}
	for _, made := range Changed[*schema.CreateTable](p) { // CREATE TABLE … SELECT
		for _, from := range made.Select {
			if schema.Fold(from.Name) == schema.Fold(start.Name.Name) {
				return true
			}
		}
	}
	return false
}
