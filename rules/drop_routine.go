package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropRoutine reports a routine that goes away.
var DropRoutine = &Rule{
	Name:     "drop-routine",
	Family:   Contract,
	Severity: Warning,
	Summary:  "a procedure, function or event is dropped that running code may call",
	Doc: `## What it does

Reports DROP of a procedure, function, event or package that was there before the
release.

## Why it breaks

Statements of the running code that call it fail with error 1305; what an event did
stops.

## Do this instead

First deploy code that does not call it, then drop it.

## When it is silent

When the release makes it again, or made it itself, as a helper of a migration that
is dropped at its end.`,
	Bad:  "drop-of-deployed-procedure-fires",
	Good: "helper-of-the-migration-is-silent",
	Run:  runDropRoutine,
}

func runDropRoutine(p *Pass) {
	for s, c := range Changed[*schema.DropRoutine](p) {
		made := false
		for _, r := range Changed[*schema.CreateRoutine](p) {
			made = made || schema.SameName(r.Routine.Name, c.Name)
		}
		if made {
			continue
		}
		f := p.At(s)
		f.Object = c.Name
		f.Message = fmt.Sprintf("%s `%s` is dropped: statements of the running code that call it fail (error 1305)", strings.ToLower(c.Kind), c.Name)
		if c.Kind == "EVENT" {
			f.Message = fmt.Sprintf("event `%s` is dropped: what it did stops", c.Name)
		}
		f.Help = "deploy code that does without it first, then drop it"
		p.Report(f)
	}
}
