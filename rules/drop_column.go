package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropColumn reports a column that goes away.
var DropColumn = &Rule{
	Name:     "drop-column",
	Family:   Contract,
	Severity: Error,
	Summary:  "a column is dropped that running code may still use",
	Doc: `## What it does

Reports DROP COLUMN of a column that was there before the release, and a column
that a table rebuild or swap leaves out.

## Why it breaks

Every statement of the running code that names the column fails with error 1054.
A view that names it fails with error 1356, and a trigger that names it makes
every write of its table fail. SELECT * and INSERT without a column list see
other columns. The data is gone: going back means a backup.

## Do this instead

First deploy code that neither reads nor writes the column. Then, if you can, make
the column INVISIBLE for a while. Drop it in a release of its own.

## When it is silent

For a table or column that the same release creates.`,
	Bad:  "drop-of-deployed-column-fires",
	Good: "drop-of-new-column-is-silent",
	Run:  runDropColumn,
}

const dropColumnHelp = "deploy code that neither reads nor writes it first, then drop it in a release of its own; if that is done, say so: `-- expandcheck:ignore drop-column: REASON`"

func runDropColumn(p *Pass) {
	for s, c := range Changed[*schema.DropColumn](p) {
		before := s.Effect.Before
		if before != nil && p.Start(before) == nil {
			continue
		}
		old := before.Column(c.Column)
		if old == nil && (c.IfExists || before != nil && !before.Unknown) {
			continue // nothing to drop, or the server refuses it
		}
		if old != nil && p.Deployed(before, c.Column) == nil {
			continue
		}
		p.reportContract(s, c.Column, fmt.Sprintf("`%s.%s` is dropped%s", c.Table, c.Column, aside(before, old)),
			"statements of the running code that name it fail (error 1054)", dropColumnHelp)
	}
	for s, lost := range p.lostInRebuild() {
		for _, col := range lost {
			p.reportContract(s, col.Name, fmt.Sprintf("the table that takes the place of `%s` has no column `%s`", s.Effect.Before.Name, col.Name),
				"statements of the running code that name it fail (error 1054)", dropColumnHelp)
		}
	}
}

// aside says what else goes with the column, or that no data does.
func aside(t *schema.Table, c *schema.Column) string {
	if c == nil {
		return ""
	}
	if c.Generated == schema.Virtual {
		return " (a virtual column: no data goes with it)"
	}
	var shrinks []string
	for _, k := range t.Keys {
		if !k.Has(c.Name) {
			continue
		}
		kind := "index"
		if k.Unique() {
			kind = "unique key"
		}
		verb := "goes with it"
		if len(k.Columns) > 1 {
			verb = "loses it"
		}
		shrinks = append(shrinks, fmt.Sprintf("%s `%s` %s", kind, k.Name, verb))
	}
	if len(shrinks) == 0 {
		return ""
	}
	return " (" + strings.Join(shrinks, ", ") + ")"
}

// lostInRebuild yields the steps that take a table's name away for another
// table, with the columns that the other has not.
func (p *Pass) lostInRebuild() func(yield func(*Step, []*schema.Column) bool) {
	return func(yield func(*Step, []*schema.Column) bool) {
		for s := range p.Changes() {
			taker := p.successor(s)
			if _, drop := s.Change.(*schema.DropTable); taker == nil || drop && !p.rebuilt(s) {
				continue // drop-table reports a drop without a copy
			}
			var lost []*schema.Column
			for _, c := range p.Start(s.Effect.Before).Columns {
				if taker.Column(c.Name) == nil {
					lost = append(lost, c)
				}
			}
			if len(lost) > 0 && !yield(s, lost) {
				return
			}
		}
	}
}

// successor returns the table that has, when the release is over, the name that
// the step takes from a deployed table: the release rebuilds or swaps the table.
// It is nil where the step takes no name away, or nothing takes it up.
func (p *Pass) successor(s *Step) *schema.Table {
	switch s.Change.(type) {
	case *schema.RenameTable, *schema.DropTable:
	default:
		return nil
	}
	before := s.Effect.Before
	start := p.Start(before)
	if start == nil || schema.Fold(start.Name.Name) != schema.Fold(before.Name.Name) {
		return nil
	}
	taker := p.EndNamed(before.Name)
	if taker == nil || taker.ID == before.ID || taker.Unknown && len(taker.Columns) == 0 {
		return nil
	}
	return taker
}
