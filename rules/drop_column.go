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
that a table rebuild or swap leaves out, or whose values its copy leaves out.

## Why it breaks

Every statement of the running code that names the column fails with error 1054.
A view that names it fails with error 1356, and a trigger that names it makes
every write of its table fail. SELECT * and INSERT without a column list see
other columns. The data is gone: going back means a backup.

## Do this instead

First deploy code that neither reads nor writes the column. Then, if you can, make
the column INVISIBLE for a while. Drop it in a release of its own.

## When it is silent

For a table or column that the same release creates. Where other programs use the schema
(` + "`shared: true`" + `), it is a warning until a release was deployed in which the column is
INVISIBLE, or has the name of a tombstone (` + "`tombstone:`" + `; nick_deprecated, _drop_nick …). Where no
code was read, it is a warning after such a release, and an error without. A template placeholder that has no
value may stand for any column, and is reported.`,
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
		if old == nil && !s.unresolved() && (c.IfExists || before != nil && !before.Unknown) {
			continue // nothing to drop, or the server refuses it
		}
		if old != nil && p.Deployed(before, c.Column) == nil {
			continue
		}
		var hidden *Hiding
		if old != nil {
			hidden = p.hiding(before, old)
		}
		p.contract(contraction{step: s, table: c.Table, column: c.Column, object: c.Column, hidden: hidden, hide: p.hideColumn(c.Column),
			what:   fmt.Sprintf("`%s.%s` is dropped%s", c.Table, c.Column, aside(before, p.End(before), old)),
			breaks: "statements of the running code that name it fail (error 1054)",
			help:   dropColumnHelp})
	}
	for _, r := range p.rebuilds {
		p.reportUncopied(r)
	}
}

// hideColumn says how a column is hidden before it is dropped.
func (p *Pass) hideColumn(name string) string {
	if p.Server.RenamesDrop {
		return "make it INVISIBLE"
	}
	return "make it INVISIBLE, or rename it to `" + name + "_deprecated`"
}

// reportUncopied: the copy of a rebuild carries over the rows without a column
// that both tables have.
func (p *Pass) reportUncopied(r *Rebuild) {
	for _, col := range r.Uncopied {
		f := p.At(r.Copy)
		f.Table, f.Object = r.Old.Name.String(), col.Name
		f.Verdict = Unknown
		f.Message = fmt.Sprintf("the copy into the table that takes the place of `%s` does not carry over the values of `%s`: running code reads others", r.Old.Name, col.Name)
		if !r.Kept {
			f.Message += ", and they are lost with the old table"
		}
		f.Help = "copy the column under its own name; " + dropColumnHelp
		p.Report(f)
	}
}

// aside says what else goes with the column, or that no data does.
func aside(t, end *schema.Table, c *schema.Column) string {
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
		if end.Key(k.Name) != nil {
			verb = "loses it"
		}
		shrinks = append(shrinks, fmt.Sprintf("%s `%s` %s", kind, k.Name, verb))
	}
	if len(shrinks) == 0 {
		return ""
	}
	return " (" + strings.Join(shrinks, ", ") + ")"
}
