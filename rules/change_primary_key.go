package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ChangePrimaryKey reports another primary key.
var ChangePrimaryKey = &Rule{
	Name:     "change-primary-key",
	Family:   Expand,
	Severity: Error,
	Summary:  "the primary key is dropped or gets other columns",
	Doc: `## What it does

Reports DROP PRIMARY KEY, and a primary key of other columns, of an existing table.

## Why it breaks

The running code's upserts and REPLACEs meet another key and change other rows;
rows that it took for unique may be there twice. Replication, online schema tools
and PlanetScale need a primary key (error 3750 where it is required).

## Do this instead

Create a new table with the new key and move the data.

## When it is silent

When the release ends with a primary key of the same columns; when the columns of the
old one stay unique, and the new one is a new number that the server counts; where a rebuild
leaves a column of the old key out, which drop-column reports; for a table that the same
release creates.

It is a warning where the new key is the old one and new columns with a default: running
code goes on with that default, and is wrong only when other values are written.`,
	Bad:  "drop-primary-key-fires",
	Good: "same-columns-is-silent",
	Run:  runChangePrimaryKey,
}

func runChangePrimaryKey(p *Pass) {
	for s, c := range Changed[*schema.DropKey](p) {
		start := p.Start(s.Effect.Before)
		if c.Name != "PRIMARY" || start == nil {
			continue
		}
		old := start.PrimaryKey()
		end := p.End(s.Effect.After)
		if end == nil || old == nil && !start.Unknown {
			continue
		}
		now := end.PrimaryKey()
		if old != nil && now != nil && strings.EqualFold(strings.Join(columnsOf(old), ","), strings.Join(columnsOf(now), ",")) {
			continue
		}
		if old != nil && now != nil && (stillUnique(start, end, old, now) || s.reshapes && replacedByNew(start, end, old, now)) {
			continue
		}
		what := "is dropped"
		if now != nil {
			what = "becomes (" + strings.Join(columnsOf(now), ", ") + ")"
		}
		f := p.At(s)
		f.Object, f.Help = "PRIMARY", "create a new table with the new key and move the data"
		f.Message = fmt.Sprintf("the primary key of `%s` %s: upserts and REPLACEs of the running code meet another key, and what it took for unique may not be", c.Table, what)
		if added := widenedBy(start, end, old); len(added) > 0 {
			f.Severity = p.AtMost(Warning)
			f.Message = fmt.Sprintf("the primary key of `%s` %s: running code leaves `%s` at its default, and once other values are written finds two rows where it takes one for granted", c.Table, what, strings.Join(added, "`, `"))
			f.Help = "write other values of it only after all code that knows one row per old key is gone"
		}
		p.Report(f)
	}
}

// stillUnique says whether writes of the running code meet the same duplicates: the
// columns of the old primary key stay unique, and the new one asks nothing of them.
func stillUnique(start, end *schema.Table, old, now *schema.Key) bool {
	for _, part := range old.Columns {
		if col := end.Column(part.Column); col == nil || col.Nullable {
			return false
		}
	}
	return narrower(end, old) && (newNumber(start, end, now) || narrower(start, now))
}

// newNumber says whether the key has a new column that the server counts: running
// code gives that no value of its own.
func newNumber(start, end *schema.Table, k *schema.Key) bool {
	return slices.ContainsFunc(k.Columns, func(part schema.KeyPart) bool {
		col := end.Column(part.Column)
		return col != nil && col.AutoIncrement && start.ColumnByID(col.ID) == nil
	})
}

// replacedByNew says whether the old key lost a column and the new one has a new one.
func replacedByNew(start, end *schema.Table, old, now *schema.Key) bool {
	lacks := func(t *schema.Table) func(schema.KeyPart) bool {
		return func(part schema.KeyPart) bool { return !t.Unknown && t.Column(part.Column) == nil }
	}
	return slices.ContainsFunc(old.Columns, lacks(end)) && slices.ContainsFunc(now.Columns, lacks(start))
}
