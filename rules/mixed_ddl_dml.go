package rules

import (
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// MixedDDLDML reports migrations that fail by halves.
var MixedDDLDML = &Rule{
	Name:     "mixed-ddl-dml",
	Family:   Order,
	Severity: Warning,
	Summary:  "a migration changes schema and rows: a failure leaves half of it",
	Doc: `## What it does

Reports a migration that holds both DDL and statements that change rows of a table
that was there before the release.

## Why it breaks

The servers commit at each DDL statement, whatever the tool says of transactions. If
a later statement fails, the earlier ones stay, and the migration can neither be
repeated nor undone.

## Do this instead

Put the DDL into one migration and the change of rows into another.

## When it is silent

For rows of a table that the same release creates; for a migration of one kind; where all
DDL may run again after a failure: IF EXISTS, IF NOT EXISTS, OR REPLACE, or in a string
that is prepared under such a condition.`,
	Bad:  "alter-and-update-fires",
	Good: "rows-of-new-table-are-silent",
	Run:  runMixedDDLDML,
}

func runMixedDDLDML(p *Pass) {
	var in *migration.Migration
	ddl, rows, reported := false, false, false
	for s := range p.Changes() {
		if s.Migration != in {
			in, ddl, rows, reported = s.Migration, false, false, false
		}
		switch s.Change.(type) {
		case *schema.Update, *schema.Delete, *schema.Insert:
			rows = rows || s.Effect.Before == nil || p.Start(s.Effect.Before) != nil
		case *schema.Neutral, *schema.DropHistory, *schema.SetVariable, *schema.Call, *schema.Opaque:
		default:
			ddl = ddl || !schema.Conditional(s.Change)
		}
		if ddl && rows && !reported {
			reported = true
			p.Reportf(s, "", "put the DDL into one migration, and the change of rows into another",
				"this migration changes the schema and rows of existing tables: the server commits at each DDL, so a failure leaves half of it done")
		}
	}
}
