package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ReuseName reports a name that changes its meaning under the running code.
var ReuseName = &Rule{
	Name:     "reuse-name",
	Family:   Expand,
	Severity: Error,
	Summary:  "a name that was freed is taken again in the same release with another meaning",
	Doc: `## What it does

Reports a column that is added under the name of a column that the same release
drops or renames, with another definition; and a table that takes the name of one
that the same release drops or renames, without its rows and most of its columns.

## Why it breaks

The running code goes on using the name and gets no error: it reads the new column
for the old one, and writes old values into it.

## Do this instead

Give the new column or table a name of its own.

## When it is silent

For an equal definition; for names that the release itself made; for a rebuild or
swap, where the new table has the rows or most columns of the old one: what differs
is reported column by column.`,
	Bad:  "column-name-taken-again-fires",
	Good: "equal-definition-is-silent",
	Run:  runReuseName,
}

func runReuseName(p *Pass) {
	for s, c := range Changed[*schema.AddColumn](p) {
		start := p.Start(s.Effect.Before)
		if start == nil || s.Effect.Before.Column(c.Column.Name) != nil {
			continue
		}
		p.reuse(s, start.Column(c.Column.Name), c.Column)
	}
	for s, c := range Changed[*schema.RenameColumn](p) {
		p.reuseByRename(s, c.New)
	}
	for s, c := range Changed[*schema.ModifyColumn](p) {
		if !schema.SameName(c.Old, c.Column.Name) {
			p.reuseByRename(s, c.Column.Name)
		}
	}
	for _, r := range p.rebuilds {
		if r.OtherMeaning() {
			p.reuseTable(r)
		}
	}
}

func (p *Pass) reuseTable(r *Rebuild) {
	f := p.At(r.Taken)
	f.Table = r.Old.Name.String()
	f.Message = fmt.Sprintf("`%s` was another table until this release: statements of the running code that name what the new one lacks (%s) fail (error 1054), and others meet rows of another kind",
		r.Old.Name, strings.Join(r.missing(), ", "))
	f.Help = "give the new table a name of its own"
	f.Related = related(r.Gone, "takes the name from the old table")
	p.Report(f)
}

// reuseByRename: another column takes the name.
func (p *Pass) reuseByRename(s *Step, name string) {
	start := p.Start(s.Effect.Before)
	if start == nil || s.Effect.Before.Column(name) != nil {
		return
	}
	now := s.Effect.After.Column(name)
	old := start.Column(name)
	if old != nil && now != nil && old.ID != now.ID {
		p.reuse(s, old, now)
	}
}

func (p *Pass) reuse(s *Step, old, now *schema.Column) {
	if old == nil || sameDefinition(old, now) {
		return
	}
	table, _ := schema.TableName(s.Change)
	p.Reportf(s, now.Name, "give the new column a name of its own",
		"`%s.%s` was another column (%s) until this release: running code reads and writes the new one (%s) for it, without an error", table, now.Name, old.Type, now.Type)
}

func sameDefinition(a, b *schema.Column) bool {
	return a.Type.String() == b.Type.String() && a.Nullable == b.Nullable && (a.Default == nil) == (b.Default == nil) && (a.Default == nil || sameDefault(a, b))
}
