package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropTrigger reports a trigger that goes away.
var DropTrigger = &Rule{
	Name:     "drop-trigger",
	Family:   Contract,
	Severity: Warning,
	Summary:  "a trigger is dropped that running code may rely on",
	Doc: `## What it does

Reports DROP TRIGGER of a trigger that was there before the release.

## Why it breaks

What the trigger did to every write stops: values are no longer filled in, copied or
checked. Running code that relies on it writes wrong rows, without an error.

## Do this instead

First deploy code that does the work of the trigger, then drop it.

## When it is silent

When the release makes a trigger of the same name again, or made it itself.`,
	Bad:  "drop-of-deployed-trigger-fires",
	Good: "trigger-made-again-is-silent",
	Run:  runDropTrigger,
}

func runDropTrigger(p *Pass) {
	for s, c := range Changed[*schema.DropTrigger](p) {
		made := false
		for _, t := range Changed[*schema.CreateTrigger](p) {
			made = made || schema.SameName(t.Trigger.Name, c.Name)
		}
		if made {
			continue
		}
		f := p.At(s)
		f.Object = c.Name
		f.Message = fmt.Sprintf("trigger `%s` is dropped: what it did to every write stops, and running code may rely on it", c.Name)
		f.Help = "deploy code that does its work first, then drop it"
		p.Report(f)
	}
}
