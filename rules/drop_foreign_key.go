package rules

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropForeignKey reports a reference that is no longer kept.
var DropForeignKey = &Rule{
	Name:     "drop-foreign-key",
	Family:   Contract,
	Severity: Info,
	Summary:  "a foreign key is dropped: nothing keeps the references any more",
	Doc: `## What it does

Reports DROP FOREIGN KEY, and DROP CONSTRAINT of a foreign key, that was there
before the release.

## Why it breaks

No statement fails. But rows may point nowhere from here on, and ON DELETE CASCADE
deletes nothing any more.

## Do this instead

Make sure that no code relies on the cascade.

## When it is silent

When a column of the key goes too; when the release ends with a foreign key over the same
columns, or over more of them to the same table with the same ON DELETE; for a table
that the same release creates.`,
	Bad:  "drop-of-foreign-key-informs",
	Good: "added-again-is-silent",
	Run:  runDropForeignKey,
}

func runDropForeignKey(p *Pass) {
	for s := range p.Changes() {
		name := ""
		switch c := s.Change.(type) {
		case *schema.DropForeignKey:
			name = c.Name
		case *schema.DropConstraint:
			name = c.Name
		}
		start, end := p.Start(s.Effect.Before), p.End(s.Effect.After)
		if name == "" || start == nil || end == nil {
			continue
		}
		fk := foreignKey(start, name)
		if fk == nil || standsIn(start, end, fk) {
			continue
		}
		table, _ := schema.TableName(s.Change)
		p.Reportf(s, name, "make sure that no code relies on its cascades",
			"foreign key `%s` of `%s` is dropped: rows may point nowhere from here on, and its cascades stop", name, table)
	}
}

func foreignKey(t *schema.Table, name string) *schema.ForeignKey {
	for _, fk := range t.ForeignKeys {
		if schema.SameName(fk.Name, name) {
			return fk
		}
	}
	return nil
}

// standsIn says whether the table ends with another foreign key over the columns, or
// over more of them to the same table, or with one of the columns no more.
func standsIn(start, end *schema.Table, fk *schema.ForeignKey) bool {
	for _, c := range fk.Columns {
		if end.Column(c) == nil && (!end.Unknown || start.Column(c) != nil) {
			return true
		}
	}
	for _, other := range end.ForeignKeys {
		same := strings.EqualFold(strings.Join(other.Columns, ","), strings.Join(fk.Columns, ","))
		if same || schema.SameName(other.RefTable.Name, fk.RefTable.Name) && other.OnDelete == fk.OnDelete && hasAll(other.Columns, fk.Columns) {
			return true
		}
	}
	return false
}

func hasAll(columns, some []string) bool {
	for _, name := range some {
		if !slices.ContainsFunc(columns, func(c string) bool { return schema.SameName(c, name) }) {
			return false
		}
	}
	return true
}
