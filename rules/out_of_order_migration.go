package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// OutOfOrderMigration reports new migrations before old ones.
var OutOfOrderMigration = &Rule{
	Name:     "out-of-order-migration",
	Family:   Order,
	Severity: Error,
	Summary:  "a new migration sorts before one that is deployed",
	Doc: `## What it does

Reports a new migration whose version comes before that of a migration which is
deployed. It often comes from a branch that was open for long.

## Why it breaks

golang-migrate, tern, Drizzle and Temporal's schema tool go on from the last version
that was applied: they never run it, and the code that needs it fails in production
though every test on a fresh database passes. goose, Flyway and Atlas refuse to run at
all, unless they are told otherwise.

Other tools run what is missing, whatever its version. Then it is for information: a
fresh database gets its migrations in another order than production did. Where no tool
is known it is a warning.

## Do this instead

Give it a version after the last one that is deployed.

## When it is silent

With --since and with --all: there a version is all that tells what is deployed. For
repeatable migrations, Liquibase changesets, and a version that is taken already, which
is duplicate-version's to report. For Flyway with outOfOrder=true it is for information.`,
	Bad:  "late-number-is-skipped-fires",
	Good: "next-number-is-silent",
	Run:  runOutOfOrderMigration,
}

func runOutOfOrderMigration(p *Pass) {
	for _, m := range p.Migrations {
		last := p.Directory.Late(m, p.Base)
		if last == nil {
			continue
		}
		tool := p.Directory.Layout.Name
		f := Finding{Rule: p.Rule, Severity: p.Severity, Migration: m, Object: m.Version, Pos: wholeFile(m),
			Help:    fmt.Sprintf("give it a version after %s, the last one that is deployed", last.Version),
			Related: []Related{{Pos: wholeFile(last), Message: "deployed"}}}
		late := fmt.Sprintf("migration %s comes before %s, which is deployed: ", m.Version, last.Version)
		switch p.Directory.OutOfOrder {
		case migration.Skips:
			f.Message = late + tool + " goes on from the last one that it applied and never runs this one, so code that needs it fails"
		case migration.Refuses:
			f.Message = late + tool + " refuses to run"
		case migration.Unknown:
			f.Severity = p.AtMost(Warning)
			f.Message = late + "a tool that goes on from the last one never runs it"
		default:
			f.Severity = p.AtMost(Info)
			f.Message = late + tool + " runs it all the same, but a fresh database gets the two in another order than production"
		}
		p.Report(f)
	}
}

// wholeFile is the position of a migration as a whole.
func wholeFile(m *migration.Migration) schema.Position {
	return schema.Position{File: m.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
}
