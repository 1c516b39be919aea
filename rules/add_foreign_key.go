package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// AddForeignKey reports a reference that running writes may not keep.
var AddForeignKey = &Rule{
	Name:     "add-foreign-key",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a FOREIGN KEY on existing columns: running writes that break it fail",
	Doc: `## What it does

Reports FOREIGN KEY on columns that were there before the release. On PlanetScale
it is an error, since foreign keys are refused unless they are switched on.

## Why it breaks

The ALTER is refused while rows point nowhere. Afterwards INSERTs and UPDATEs of
the running code that point nowhere fail (error 1452), and so do DELETEs and
UPDATEs of rows that are pointed at (error 1451).

## Do this instead

Clean up the rows that point nowhere, make the code write parents before
children and delete them after, and add the key in a later release.

## When it is silent

For a table or a column that the same release creates; for a foreign key that takes the
place of an equal one, unless one of the two refuses a DELETE and the other cascades.
REFERENCES in the definition of a column, which MySQL reads and ignores, is an info.`,
	Bad:  "foreign-key-on-existing-fires",
	Good: "new-table-is-silent",
	Run:  runAddForeignKey,
}

func runAddForeignKey(p *Pass) {
	for s, c := range Changed[*schema.AddForeignKey](p) {
		before := s.Effect.Before
		if p.Start(before) == nil {
			continue
		}
		f := p.At(s)
		f.Object = c.ForeignKey.Name
		f.Help = "clean up rows that point nowhere, mind the order of writes in the code, and add it in a later release"
		switch {
		case c.Inline && !p.Server.InlineReferences:
			f.Severity = p.AtMost(Info)
			f.Message = fmt.Sprintf("this REFERENCES does nothing: the server reads it and makes no foreign key of `%s`", c.Table)
			f.Help = "write FOREIGN KEY (…) REFERENCES … as a clause of its own, or leave it out"
		case p.Server.RefusesForeignKeys:
			f.Severity = max(p.Severity, Error)
			f.Message = fmt.Sprintf("the server refuses the foreign key of `%s` unless foreign keys are switched on for the database", c.Table)
		case p.newColumns(before, c.ForeignKey.Columns):
			continue
		case equalForeignKey(p.Start(before), c.ForeignKey) != nil:
			why := reactsOtherwise(equalForeignKey(p.Start(before), c.ForeignKey), c.ForeignKey)
			if why == "" {
				continue
			}
			f.Message = fmt.Sprintf("the foreign key over (%s) of `%s` takes the place of an equal one, but %s", strings.Join(c.ForeignKey.Columns, ", "), c.Table, why)
			f.Help = "repeat ON DELETE and ON UPDATE as they were, until no code relies on them"
		default:
			f.Message = fmt.Sprintf("a foreign key over (%s) of `%s`: running writes that point nowhere fail (error 1452), and so do deletes of what is pointed at (error 1451)",
				strings.Join(c.ForeignKey.Columns, ", "), c.Table)
		}
		p.Report(f)
	}
}

// equalForeignKey returns the foreign key of the deployed table that points from the
// same columns to the same ones, or nil.
func equalForeignKey(t *schema.Table, fk *schema.ForeignKey) *schema.ForeignKey {
	for _, old := range t.ForeignKeys {
		if schema.SameName(old.RefTable.Name, fk.RefTable.Name) && slices.EqualFunc(old.Columns, fk.Columns, schema.SameName) && slices.EqualFunc(old.RefColumns, fk.RefColumns, schema.SameName) {
			return old
		}
	}
	return nil
}

// reactsOtherwise says what the new one of two equal foreign keys makes of running
// statements; "" when they fare as before, or fail no more.
func reactsOtherwise(old, now *schema.ForeignKey) string {
	switch {
	case old.OnDelete != "" && now.OnDelete == "":
		return "running DELETEs of what is pointed at, which it passed on, fail (error 1451)"
	case old.OnDelete == "" && now.OnDelete != "":
		return "running DELETEs of what is pointed at, which it refused, now go through and change these rows too"
	case old.OnUpdate != "" && now.OnUpdate == "":
		return "running UPDATEs of the key that is pointed at, which it passed on, fail (error 1451)"
	}
	return ""
}

// newColumns says whether the release itself adds one of the columns.
func (p *Pass) newColumns(t *schema.Table, columns []string) bool {
	for _, name := range columns {
		if t.Column(name) != nil && p.Deployed(t, name) == nil {
			return true
		}
	}
	return false
}
