package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// RenameTable reports a table that gets another name.
var RenameTable = &Rule{
	Name:     "rename-table",
	Family:   Contract,
	Severity: Error,
	Summary:  "a table is renamed under the running code",
	Doc: `## What it does

Reports RENAME TABLE and ALTER TABLE … RENAME of a table that was there before
the release.

## Why it breaks

The moment the migration runs, every statement of the running code that names
the old table fails with error 1146, and so do views on it (error 1356).

## Do this instead

Create a table with the new name, write both, backfill, read the new one, stop
writing the old one, drop it: one release each. Or rename it and create, in the
same release, an updatable view under the old name that lists every column: what
is left then is the gap between the two statements, a warning.

## When it is silent

For a table that the same release creates, and for a swap or rebuild: when
another table takes the old name in the same release. A column that the other
table lacks is drop-column's to report.`,
	Bad:  "rename-of-deployed-table-fires",
	Good: "swap-of-equal-shapes-is-silent",
	Run:  runRenameTable,
}

func runRenameTable(p *Pass) {
	for s, c := range Changed[*schema.RenameTable](p) {
		before := s.Effect.Before
		if before == nil || s.Effect.Missing == "" && p.Start(before) == nil || schema.SameName(c.Table.Name, c.To.Name) {
			continue
		}
		start := p.Start(before)
		if start != nil && schema.Fold(start.Name.Name) != schema.Fold(before.Name.Name) {
			continue // its deployed name went earlier: that step was reported
		}
		if p.successor(s) != nil {
			continue
		}
		if end := p.End(before); end != nil && schema.SameName(end.Name.Name, before.Name.Name) {
			continue // renamed back
		}
		p.reportRename(s, c)
	}
}

func (p *Pass) reportRename(s *Step, c *schema.RenameTable) {
	f := p.At(s)
	f.Verdict = Unknown
	for _, v := range Changed[*schema.CreateView](p) {
		if schema.SameName(v.View.Name.Name, c.Table.Name) {
			f.Severity = p.AtMost(Warning)
			f.Message = fmt.Sprintf("table `%s` is renamed to `%s`, and a view takes its name: between the two statements the running code fails (error 1146); no Go code was analysed, so nothing shows that the view has every column it uses", c.Table, c.To)
			f.Help = "make sure that the view lists every column that the running code uses, and is updatable"
			p.Report(f)
			return
		}
	}
	p.reportContract(s, "", fmt.Sprintf("table `%s` is renamed to `%s`", c.Table, c.To),
		"statements of the running code that name it fail from that moment on (error 1146)",
		"create a new table, write both, backfill, read the new one, stop writing the old one, then drop it: a release each; or keep the old name as an updatable view")
}
