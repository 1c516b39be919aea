package rules

import (
	"fmt"

	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ChangeDefault reports a default that running code does not expect.
var ChangeDefault = &Rule{
	Name:     "change-default",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a column gets another default: running INSERTs that leave it out store another value",
	Doc: `## What it does

Reports SET DEFAULT, and MODIFY and CHANGE, that give a column of an existing table
another default value.

## Why it breaks

INSERTs of the running code that leave the column out go on without an error, and
store a value that this code does not expect.

## Do this instead

First deploy code that sets the column, or that understands the new value; then
change the default.

## When it is silent

For the same value in other words; for CURRENT_TIMESTAMP that follows its column to more
or fewer digits of a second; where there was no default, and where there is
none afterwards (drop-default and lost-attribute judge that); for a table or column
that the same release creates; when the code was analysed and every deployed INSERT sets
the column.`,
	Bad:  "other-value-fires",
	Good: "same-value-is-silent",
	Run:  runChangeDefault,
}

func runChangeDefault(p *Pass) {
	for s := range p.Changes() {
		column := ""
		switch c := s.Change.(type) {
		case *schema.SetDefault:
			column = c.Column
		case *schema.ModifyColumn:
			column = c.Old
		}
		if column == "" || p.Start(s.Effect.Before) == nil {
			continue
		}
		old := p.Deployed(s.Effect.Before, column)
		if old == nil || old.Default == nil || old.Default.Null {
			continue
		}
		final := p.End(s.Effect.After).ColumnByID(old.ID)
		now := s.Effect.After.ColumnByID(old.ID)
		if final == nil || now == nil || final.Default == nil || now.Default == nil || sameDefault(old, final) || sameDefault(s.Effect.Before.Column(column), now) {
			continue
		}
		table, _ := schema.TableName(s.Change)
		var users []*schema.Use
		why := ""
		if w := p.deployed(s.Effect.Before); w != nil {
			if why, users = w.omitting(old.Name); why == "" {
				continue
			}
			why = "; " + why
		}
		f := p.At(s)
		f.Object, f.Related = column, sitesOf(users)
		f.Help = "first deploy code that sets the column, or understands the new value"
		f.Message = fmt.Sprintf("the default of `%s.%s` goes from %s to %s: INSERTs of the running code that leave it out store another value%s", table, column, old.Default, now.Default, why)
		p.Report(f)
	}
}

func sameDefault(a, b *schema.Column) bool {
	if a.Default == nil || b.Default == nil {
		return false
	}
	return a.Default.String() == b.Default.String() || isClock(a.Default) && isClock(b.Default)
}

// isClock says whether the default is the current time, of whatever precision:
// the server wants that of the type.
func isClock(d *schema.Default) bool {
	name, _, _ := strings.Cut(d.Text, "(")
	return d.Expr && name == "current_timestamp"
}
