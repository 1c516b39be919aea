package rules

import "github.com/expandcheck/expandcheck/lint/schema"

// AddCheck reports a condition that running writes may not meet.
var AddCheck = &Rule{
	Name:     "add-check",
	Family:   Expand,
	Severity: Error,
	Summary:  "an enforced CHECK on existing columns: running writes that do not meet it fail",
	Doc: `## What it does

Reports an enforced CHECK that is added to an existing table, and ALTER CHECK …
ENFORCED.

## Why it breaks

The ALTER is refused while a row does not meet it, and afterwards the running
code's writes that do not meet it fail (error 3819 on MySQL, 4025 on MariaDB).

## Do this instead

Add it NOT ENFORCED, mend the rows and the code, and enforce it in a later release.

## When it is silent

For NOT ENFORCED; on servers that read CHECK and ignore it (MySQL before 8.0.16, TiDB as
installed); for a table that the same release creates, and for a check that comes
with a new column.`,
	Bad:  "enforced-check-fires",
	Good: "not-enforced-is-silent",
	Run:  runAddCheck,
}

func runAddCheck(p *Pass) {
	if p.Server.IgnoresCheck {
		return
	}
	for s := range p.Changes() {
		if p.Start(s.Effect.Before) == nil {
			continue
		}
		var name string
		switch c := s.Change.(type) {
		case *schema.AddCheck:
			if !c.Check.Enforced || p.onNewColumn(s) {
				continue
			}
			name = c.Check.Name
		case *schema.AlterCheck:
			if !c.Enforced {
				continue
			}
			name = c.Name
		default:
			continue
		}
		table, _ := schema.TableName(s.Change)
		p.Reportf(s, name, "add it NOT ENFORCED, mend the rows and the code, and enforce it in a later release",
			"a CHECK of `%s` is enforced: rows that do not meet it make %s fail, and running writes that do not meet it fail (error %s)", table, s.act(), p.Server.CheckError())
	}
}

// onNewColumn says whether the clause of the step also adds a column: a check in
// a column definition.
func (p *Pass) onNewColumn(s *Step) bool {
	for _, c := range Changed[*schema.AddColumn](p) {
		if c.Span == s.Change.Base().Span && c.Source == s.Change.Base().Source {
			return true
		}
	}
	return false
}
