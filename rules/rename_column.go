package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// RenameColumn reports a column that gets another name.
var RenameColumn = &Rule{
	Name:     "rename-column",
	Family:   Contract,
	Severity: Error,
	Summary:  "a column is renamed under the running code",
	Doc: `## What it does

Reports RENAME COLUMN, and CHANGE with another name, of a column that was there
before the release.

## Why it breaks

The moment the migration runs, every statement of the running code that names
the old column fails with error 1054. No order of deploying helps: the old code
needs the old name and the new code the new one. Views and triggers are not
rewritten either. PlanetScale knows no renames: its deploy requests drop the old
column and add an empty new one.

## Do this instead

Add a column with the new name, write both, backfill, read the new one, stop
writing the old one, drop it: one release each.

## When it is silent

For a table or column that the same release creates; for a change of upper and
lower case alone; for a column that no code names: so it gets the name of a tombstone,
such as nick_deprecated, before it is dropped.`,
	Bad:  "rename-of-deployed-column-fires",
	Good: "rename-of-new-column-is-silent",
	Run:  runRenameColumn,
}

func runRenameColumn(p *Pass) {
	for s := range p.Changes() {
		var table schema.Name
		var from, to string
		var ifExists bool
		switch c := s.Change.(type) {
		case *schema.RenameColumn:
			table, from, to, ifExists = c.Table, c.Old, c.New, c.IfExists
		case *schema.ModifyColumn:
			table, from, to, ifExists = c.Table, c.Old, c.Column.Name, c.IfExists
		default:
			continue
		}
		before := s.Effect.Before
		if schema.SameName(from, to) || before != nil && p.Start(before) == nil {
			continue
		}
		known := before.Column(from) != nil
		if known && p.Deployed(before, from) == nil || !known && !s.unresolved() && (ifExists || before != nil && !before.Unknown) {
			continue
		}
		p.contract(contraction{step: s, table: table, column: from, object: from, to: to,
			what:   fmt.Sprintf("`%s.%s` is renamed to `%s`", table, from, to),
			breaks: "statements of the running code that name it fail from that moment on (error 1054)" + p.renameLoses("column"),
			help:   p.renameHelp(to, fmt.Sprintf("add `%s`, write both, backfill, read the new one, stop writing the old one, then drop it: a release each", to))})
	}
}
