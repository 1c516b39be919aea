package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// NarrowType reports a type that cannot hold every value of the type before.
var NarrowType = &Rule{
	Name:     "narrow-type",
	Family:   Expand,
	Severity: Error,
	Summary:  "a column gets a type that cannot hold, or rounds, values of the old type",
	Doc: `## What it does

Reports MODIFY and CHANGE to a type that cannot hold every value of the old one,
or that changes values on the way. Display widths, as in INT(11), are no change.

## Why it breaks

In strict mode the ALTER is refused as soon as one row does not fit, and
afterwards the running code's writes of such values fail (errors 1264, 1265,
1406, 1366). Some conversions lose data without any error: DECIMAL and FLOAT
round, DATETIME loses its time, fractional seconds are rounded or cut.

## Do this instead

Add a new column of the new type and move the data: write both, backfill with a
check, read the new one, stop writing the old one, drop it.

## When it is silent

For a table or column that the same release creates; for a type that holds all
values of the old one. It is a warning when the old type is not known, and says so; and
for an AUTO_INCREMENT column that becomes UNSIGNED.`,
	Bad:  "bigint-to-int-fires",
	Good: "widening-is-silent",
	Run:  runNarrowType,
}

func runNarrowType(p *Pass) {
	for r := range p.retypings() {
		switch {
		case r.Verdict == schema.UnknownType:
			p.reportUnknownType(r.step, r.change)
		case r.Verdict == schema.Narrowing && !r.Enum && !r.Charset:
			loss := r.step.act() + " is refused while rows hold such values, and writes of the running code fail afterwards"
			if r.Silent {
				loss = "data is lost without an error"
			}
			c := r.change
			f := p.At(r.step)
			f.Object, f.Help = c.Column.Name, "add a new column of the new type and move the data step by step"
			if p.countsOnly(r) {
				f.Severity, loss = p.AtMost(Warning), "the server counts it from 1, so only code that writes such values by itself fails"
			}
			f.Message = fmt.Sprintf("`%s.%s` goes from %s to %s: %s; %s", c.Table, c.Column.Name, r.old.Type, c.Column.Type, r.Why, loss)
			p.Report(f)
		}
	}
}

// countsOnly says whether an AUTO_INCREMENT column loses nothing but its negative
// numbers, which the server never gives.
func (p *Pass) countsOnly(r retyping) bool {
	if !r.old.AutoIncrement || !r.change.Column.AutoIncrement || r.from.Unsigned || !r.to.Unsigned {
		return false
	}
	positive := r.from
	positive.Unsigned = true
	return schema.CompareTypes(positive, r.to, typeOptions(p.Server)).Verdict <= schema.Widening
}

func (p *Pass) reportUnknownType(s *Step, c *schema.ModifyColumn) {
	f := p.At(s)
	f.Severity, f.Object = p.AtMost(Warning), c.Column.Name
	to := c.Column.Type.String()
	if c.Column.Type.Name == "" {
		to = "a type that could not be read"
	}
	if !c.Column.Nullable {
		to += " NOT NULL"
	}
	f.Message = fmt.Sprintf("`%s.%s` becomes %s; what it was is not known, so neither is whether all its values fit", c.Table, c.Column.Name, to)
	f.Help = "name a dump under `schema:` in the configuration, and the replay knows the type"
	p.Report(f)
}
