package rules

import "github.com/expandcheck/expandcheck/lint/schema"

// ChangeEnum reports members of an ENUM or SET that go, move or come in between.
var ChangeEnum = &Rule{
	Name:     "change-enum",
	Family:   Expand,
	Severity: Error,
	Summary:  "a member of an ENUM or SET is removed, renamed, reordered or inserted",
	Doc: `## What it does

Reports MODIFY and CHANGE of an ENUM or SET that do more than append members at
the end.

## Why it breaks

A member that is gone: the ALTER is refused while rows hold it (error 1265), and
the running code's writes of it fail. Members in another order: they get other
numbers, so ORDER BY, comparisons with numbers and inserts of numbers mean
something else, without any error.

## Do this instead

Append new members at the end. To remove one, stop writing it, change the rows
that hold it, and remove it in a later release.

## When it is silent

For members that are appended at the end; for a table or column that the same
release creates.`,
	Bad:  "member-removed-fires",
	Good: "member-appended-is-silent",
	Run:  runChangeEnum,
}

func runChangeEnum(p *Pass) {
	for r := range p.retypings() {
		if r.Verdict != schema.Narrowing || !r.Enum {
			continue
		}
		c := r.change
		p.Reportf(r.step, c.Column.Name, "append members at the end only; remove one after no code writes it and no row holds it",
			"the members of `%s.%s` change: %s", c.Table, c.Column.Name, r.Why)
	}
}
