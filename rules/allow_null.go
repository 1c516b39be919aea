package rules

import "github.com/expandcheck/expandcheck/lint/schema"

// AllowNull reports a column that starts to take NULL.
var AllowNull = &Rule{
	Name:     "allow-null",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a NOT NULL column takes NULL: running code may read it into a value that cannot hold NULL",
	Doc: `## What it does

Reports MODIFY and CHANGE that spell NULL for a column that was NOT NULL.

## Why it breaks

Writes go on as before. But as soon as the new release stores the first NULL, code
that is still running and scans the column into a string or int fails.

## Do this instead

First deploy readers that can hold NULL, such as sql.NullString; then allow it.

## When it is silent

When NULL is not spelled: that is lost-attribute; for a table or column that the
same release creates.`,
	Bad:  "not-null-to-null-fires",
	Good: "null-before-is-silent",
	Run:  runAllowNull,
}

func runAllowNull(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before := s.Effect.Before
		if !c.Column.Nullable || !c.Column.NullSpelled || p.Deployed(before, c.Old) == nil {
			continue
		}
		old := p.Deployed(before, c.Old)
		now := s.Effect.After.Column(c.Column.Name)
		if old.Nullable || now == nil || !now.Nullable {
			continue
		}
		p.Reportf(s, c.Column.Name, "first deploy readers that can hold NULL",
			"`%s.%s` takes NULL from here on: running code that reads it into a value without NULL fails at the first one", c.Table, c.Column.Name)
	}
}
