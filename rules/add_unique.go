package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// AddUnique reports a uniqueness that running code does not know of.
var AddUnique = &Rule{
	Name:     "add-unique",
	Family:   Expand,
	Severity: Error,
	Summary:  "existing columns become unique: running writes of a duplicate fail",
	Doc: `## What it does

Reports UNIQUE and PRIMARY KEY over columns that were there before the release,
and over a new column whose default is not NULL.

## Why it breaks

The ALTER is refused while duplicates are there, and afterwards the running
code's writes of a duplicate fail (error 1062). Without an error, INSERT IGNORE
skips rows, an upsert updates another row, and REPLACE deletes one.

## Do this instead

Find the duplicates, stop the code from writing more, and add the key in a later release.

## When it is silent

For a table that the same release creates; over a new column that is NULL; over a new
column without a default that the release fills, which add-required-column reports; when
a unique key on some of these columns stands, or is dropped in the same statement. A key
over the first characters of a column forbids more than one over the whole.`,
	Bad:  "unique-over-existing-fires",
	Good: "subset-is-unique-is-silent",
	Run:  runAddUnique,
}

func runAddUnique(p *Pass) {
	for s, c := range Changed[*schema.AddKey](p) {
		before := s.Effect.Before
		start := p.Start(before)
		if start != nil && c.Key.Kind == schema.PrimaryKey && start.PrimaryKey() != nil {
			continue // change-primary-key judges it
		}
		if start == nil || !c.Key.Unique() || c.IfExists && before.Key(c.Key.Name) != nil {
			continue
		}
		if end := p.End(s.Effect.After); end == nil || end.Key(added(s, c).Name) == nil {
			continue
		}
		if p.freshColumn(s, c.Key) || narrower(start, c.Key) {
			continue
		}
		what := "UNIQUE key `" + added(s, c).Name + "`"
		if c.Key.Kind == schema.PrimaryKey {
			what = "PRIMARY KEY"
		}
		p.Reportf(s, added(s, c).Name, "find duplicates, stop them in the code, then add the key in a later release",
			"%s over (%s) of `%s`: %s is refused while duplicates are there, and running writes of one fail (error 1062)",
			what, strings.Join(columnsOf(c.Key), ", "), c.Table, s.act())
	}
}

// added returns the key as it stands after the step, with the name it got.
func added(s *Step, c *schema.AddKey) *schema.Key {
	if t := s.Effect.After; t != nil && len(t.Keys) > 0 {
		return t.Keys[len(t.Keys)-1]
	}
	return c.Key
}

// freshColumn says whether the key has a column that the release adds and in which
// no two rows are equal: all hold NULL, or each its own number, or what the release
// fills in.
func (p *Pass) freshColumn(s *Step, k *schema.Key) bool {
	for _, name := range columnsOf(k) {
		col := p.addedAs(s.Effect.Before.Column(name))
		if col == nil {
			continue
		}
		if col.AutoIncrement || k.Kind != schema.PrimaryKey && col.Nullable && (col.Default == nil || col.Default.Null) && col.Generated == schema.NotGenerated {
			return true
		}
		if end := p.End(s.Effect.After).Column(name); end != nil && end.Required() && (s.reshapes || p.fills(s.Effect.Before, name)) {
			return true // running INSERTs fail for want of it
		}
	}
	return false
}

// fills says whether the release updates the column of the table.
func (p *Pass) fills(t *schema.Table, column string) bool {
	for _, c := range Changed[*schema.Update](p) {
		if schema.SameName(c.Table.Name, t.Name.Name) && slices.ContainsFunc(c.Set, func(set string) bool { return schema.SameName(set, column) }) {
			return true
		}
	}
	return false
}

// addedAs returns the definition with which the release added the column, which
// decides what its rows hold; nil for a column that was there before.
func (p *Pass) addedAs(col *schema.Column) *schema.Column {
	if col == nil {
		return nil
	}
	for s, c := range Changed[*schema.AddColumn](p) {
		if added := s.Effect.After.ColumnByID(col.ID); added != nil && s.Effect.Before.ColumnByID(col.ID) == nil {
			return c.Column
		}
	}
	return nil
}

// narrower says whether the deployed table has a unique key on some of these columns.
func narrower(t *schema.Table, k *schema.Key) bool {
	for _, other := range t.Keys {
		if other.Unique() && containsAll(t, k, other) {
			return true
		}
	}
	return false
}

// widenedBy returns the columns that a release adds to a unique key, each with a
// default that INSERTs of the running code take; none when it ends otherwise.
func widenedBy(start, end *schema.Table, old *schema.Key) []string {
	if old == nil {
		return nil
	}
	for _, k := range end.Keys {
		if !k.Unique() || !containsAll(end, k, old) {
			continue
		}
		var added []string
		for _, part := range k.Columns {
			if old.Has(part.Column) {
				continue
			}
			col := end.Column(part.Column)
			if col == nil || start.ColumnByID(col.ID) != nil || col.Default == nil || col.Default.Null || col.Default.Expr {
				added = nil
				break
			}
			added = append(added, col.Name)
		}
		if len(added) > 0 {
			return added
		}
	}
	return nil
}

func containsAll(t *schema.Table, k, other *schema.Key) bool {
	for _, part := range other.Columns {
		if part.Column == "" || !hasPart(t, k, part) {
			return false
		}
	}
	return len(other.Columns) > 0
}

// hasPart says whether the key has a column with at least as many characters.
func hasPart(t *schema.Table, k *schema.Key, part schema.KeyPart) bool {
	for _, p := range k.Columns {
		if !schema.SameName(p.Column, part.Column) {
			continue
		}
		if p.Length == 0 || part.Length > 0 && p.Length >= part.Length {
			return true
		}
		if col := t.Column(p.Column); col != nil && col.Type.Length > 0 && p.Length >= col.Type.Length {
			return true // the prefix is the whole
		}
	}
	return false
}

func columnsOf(k *schema.Key) []string {
	var out []string
	for _, p := range k.Columns {
		switch {
		case p.Column == "":
			out = append(out, "("+p.Expr+")")
		case p.Length > 0:
			out = append(out, fmt.Sprintf("%s(%d)", p.Column, p.Length))
		default:
			out = append(out, p.Column)
		}
	}
	return out
}
