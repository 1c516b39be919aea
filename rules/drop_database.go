package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropDatabase reports a database that goes away.
var DropDatabase = &Rule{
	Name:     "drop-database",
	Family:   Contract,
	Severity: Error,
	Summary:  "a database is dropped",
	Doc: `## What it does

Reports DROP DATABASE and DROP SCHEMA.

## Why it breaks

Everything in it is gone, and every statement of the running code fails. Going back
means a backup.

## Do this instead

Drop it by hand, when nothing runs on it any more.

## When it is silent

For a database that the same release creates.`,
	Bad:  "drop-database-fires",
	Good: "made-in-the-release-is-silent",
	Run:  runDropDatabase,
}

func runDropDatabase(p *Pass) {
	for s, c := range Changed[*schema.DropDatabase](p) {
		made := false
		for _, d := range Changed[*schema.CreateDatabase](p) {
			made = made || d.Name == c.Name
		}
		if made {
			continue
		}
		f := p.At(s)
		f.Object, f.Verdict = c.Name, Unknown
		f.Message = fmt.Sprintf("database `%s` is dropped: every statement of the running code on it fails, and its data is gone", c.Name)
		f.Help = "drop it by hand, when nothing runs on it any more"
		p.Report(f)
	}
}
