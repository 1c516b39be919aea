package rules

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// InsertWithoutRequiredColumn reports an INSERT that leaves out a column which
// has to be given.
var InsertWithoutRequiredColumn = &Rule{
	Name:     "insert-without-required-column",
	Family:   Code,
	Severity: Error,
	Summary:  "an INSERT leaves out a column that is NOT NULL and has no default",
	Doc: `## What it does

Reports INSERT and REPLACE in Go code whose column list leaves out a column that is
NOT NULL without a default, before or after the pending migrations: the code meets
both, unless the configuration says ` + "`deploy: migrations-first`" + `.

## Why it breaks

The statement fails with error 1364; so does an INSERT … ON DUPLICATE KEY UPDATE, even
one that would only update. Without strict mode the server stores 0 or '' silently.

## Do this instead

Set the column. To stop writing it, first give it a DEFAULT or let it take NULL, in a
release of its own.

## When it is silent

For AUTO_INCREMENT and generated columns; for an ENUM, which takes its first member;
where a BEFORE INSERT trigger sets the column; for INSERT IGNORE; where a hole in the
text may name the column; where the definition of the table is not known whole.`,
	Bad:  "column-left-out-fires",
	Good: "column-with-default-is-silent",
	Run:  runInsertWithoutRequiredColumn,
}

func runInsertWithoutRequiredColumn(p *Pass) {
	seen := map[schema.Position]bool{}
	for u := range p.PendingUses() {
		if seen[u.Pos] || !u.Certain || !isInsertOf(u) || u.Query.Ignore {
			continue
		}
		seen[u.Pos] = true
		p.insertLeavesOut(u, p.After, "")
		if before := p.Before; before != nil && !p.MigrationsFirst {
			p.insertLeavesOut(u, before, ", until this release is deployed whole")
		}
	}
}

// isInsertOf says whether a use is that of the table which an INSERT or REPLACE
// writes to.
func isInsertOf(u *schema.Use) bool {
	return u.Write && u.Column == "" && (u.Query.Kind == schema.InsertQuery || u.Query.Kind == schema.ReplaceQuery)
}

// insertLeavesOut reports the required columns of one schema that are left out;
// when says for how long, for what only the schema before the release requires.
func (p *Pass) insertLeavesOut(u *schema.Use, s *schema.Schema, when string) {
	t := s.Table(u.Table)
	if t == nil || !p.Whole(t) {
		return
	}
	for _, c := range t.Columns {
		if !c.Required() || given(u, c.Name) != never || p.setByTrigger(u.Table.Name, c.Name) {
			continue
		}
		if when != "" {
			if now := p.After.Table(u.Table).ColumnByID(c.ID); now != nil && now.Required() {
				continue // reported for the schema after it
			}
		}
		f := p.atUse(u)
		f.Object = c.Name
		f.Message = fmt.Sprintf("this %s leaves out `%s.%s`, which is NOT NULL and has no default: it fails (error 1364)%s", u.Query.Kind, t.Name, c.Name, when)
		f.Help = "set the column; to stop writing it, first give it a DEFAULT or NULL, in a release of its own"
		if d, ok := p.Definition(c); ok {
			f.Message += "; " + spell(d.Pos) + " defines it so"
			f.Related = []Related{{Pos: d.Pos, Message: "defined here"}}
		}
		p.Report(f)
	}
}

// setByTrigger says whether a BEFORE INSERT trigger sets a column.
func (p *Pass) setByTrigger(table, column string) bool {
	for _, t := range p.After.Triggers() {
		if t.Timing != "BEFORE" || t.Event != "INSERT" || !schema.SameName(t.Table.Name, table) {
			continue
		}
		if slices.ContainsFunc(p.HeadUses.Of(table, column), func(u *schema.Use) bool {
			return u.Query.Package == "" && u.Query.Function == "trigger "+t.Name && (u.Write || !u.Certain)
		}) {
			return true
		}
	}
	return false
}
