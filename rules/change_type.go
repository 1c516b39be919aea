package rules

import "github.com/expandcheck/expandcheck/lint/schema"

// ChangeType reports a type that holds all values but shows them differently.
var ChangeType = &Rule{
	Name:     "change-type",
	Family:   Expand,
	Severity: Error,
	Summary:  "a type that holds every value, but shows it to running code in another way",
	Doc: `## What it does

Reports MODIFY and CHANGE to a type that keeps every value but changes what the
running code sees: another text form, another driver type, another order.

## Why it breaks

DECIMAL(12,4) prints more digits than DECIMAL(12,2); text sorts and compares
differently from numbers; a driver returns bytes where it returned text, or a
number where it returned a boolean. No statement fails, but its answer differs.

## Do this instead

Add a new column of the new type and move the data: running code keeps the old one.

## When it is silent

For a type that is wider and looks the same, such as INT to BIGINT; for members
appended to an ENUM; for a table or column that the same release creates.`,
	Bad:  "decimal-scale-fires",
	Good: "int-to-bigint-is-silent",
	Run:  runChangeType,
}

func runChangeType(p *Pass) {
	for r := range p.retypings() {
		if r.Verdict != schema.SideEffect || r.Enum || r.Charset {
			continue
		}
		c := r.change
		p.Reportf(r.step, c.Column.Name, "add a new column of the new type and move the data step by step",
			"`%s.%s` goes from %s to %s: %s", c.Table, c.Column.Name, r.old.Type, c.Column.Type, r.Why)
	}
}
