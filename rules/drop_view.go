package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropView reports a view that goes away.
var DropView = &Rule{
	Name:     "drop-view",
	Family:   Contract,
	Severity: Warning,
	Summary:  "a view is dropped that running code may still read",
	Doc: `## What it does

Reports DROP VIEW of a view that was there before the release.

## Why it breaks

Statements of the running code that read the view fail with error 1146.

## Do this instead

First deploy code that does not read the view, then drop it.

## When it is silent

When the release makes the view again under the same name; for a view that the
release itself made. DROP VIEW IF EXISTS of a view that no migration makes is a warning
that says so, as it is for tables.`,
	Bad:  "drop-of-deployed-view-fires",
	Good: "view-made-again-is-silent",
	Run:  runDropView,
}

func runDropView(p *Pass) {
	for s, c := range Changed[*schema.DropView](p) {
		if p.viewMade(c.View.Name) {
			continue
		}
		if c.IfExists && !s.Effect.ViewGone {
			f := p.At(s)
			f.Severity, f.Verdict = p.AtMost(Warning), Unknown
			f.Message = fmt.Sprintf("view `%s` is dropped if it exists; no migration here makes it, so whether running code reads it is not known", c.View)
			f.Help = "deploy code that does not read it first, then drop it"
			p.Report(f)
			continue
		}
		p.contract(contraction{step: s, table: c.View,
			what:   fmt.Sprintf("view `%s` is dropped", c.View),
			breaks: "statements of the running code that read it fail (error 1146)",
			help:   "deploy code that does not read it first, then drop it"})
	}
}

// viewMade says whether the release makes a view of that name.
func (p *Pass) viewMade(name string) bool {
	for _, v := range Changed[*schema.CreateView](p) {
		if schema.SameName(v.View.Name.Name, name) {
			return true
		}
	}
	return false
}
