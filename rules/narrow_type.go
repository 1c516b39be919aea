package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
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
values of the old one. When the old type is not known, it is a warning that says so.`,
	Bad:  "bigint-to-int-fires",
	Good: "widening-is-silent",
	Run:  runNarrowType,
}

func runNarrowType(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before := s.Effect.Before
		if p.Start(before) == nil {
			continue
		}
		old := before.Column(c.Old)
		if old == nil {
			if before.Unknown {
				p.reportUnknownType(s, c)
			}
			continue
		}
		if p.Deployed(before, c.Old) == nil {
			continue
		}
		p.compare(s, c, old)
	}
}

func (p *Pass) compare(s *Step, c *schema.ModifyColumn, old *schema.Column) {
	oldType, newType := effective(old.Type, s.Effect.Before), effective(c.Column.Type, s.Effect.After)
	change := schema.CompareTypes(oldType, newType, typeOptions(p.Server))
	switch change.Verdict {
	case schema.UnknownType:
		p.reportUnknownType(s, c)
	case schema.Narrowing:
		loss := "the ALTER is refused while rows hold such values, and writes of the running code fail afterwards"
		if change.Silent {
			loss = "data is lost without an error"
		}
		p.Reportf(s, c.Column.Name,
			"add a new column of the new type and move the data step by step",
			"`%s.%s` goes from %s to %s: %s; %s", c.Table, c.Column.Name, old.Type, c.Column.Type, change.Why, loss)
	}
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

// effective fills in the character set that a column takes from its table.
func effective(t schema.Type, table *schema.Table) schema.Type {
	if !t.Text() || table == nil {
		return t
	}
	if t.Charset == "" {
		if t.Collation != "" {
			t.Charset, _, _ = strings.Cut(t.Collation, "_")
		} else {
			t.Charset, t.Collation = table.Charset, table.Collation
		}
	}
	return t
}

func typeOptions(s *server.Server) schema.TypeOptions {
	return schema.TypeOptions{
		TruncatesFraction: s.Family == server.MariaDB,
		Timestamp2106:     s.Timestamp2106,
	}
}
