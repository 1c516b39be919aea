package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ChangeType reports a type that holds all values but shows them differently.
var ChangeType = &Rule{
	Name:     "change-type",
	Family:   Expand,
	Severity: Error,
	Summary:  "a type that holds every value, but shows it to running code in another way",
	Doc: `## What it does

Reports MODIFY and CHANGE to a type that keeps every value but changes what the
running code sees: another text form, another driver type, another order. It is a
warning where statements answer with the same values and only drivers, parsers or later
definitions see it, as from CHAR to VARCHAR, or from DATETIME to DATETIME(6). Another
expression of a generated column counts too, and so does a column that becomes generated,
or is no longer.

## Why it breaks

DECIMAL(12,4) prints more digits than DECIMAL(12,2); text sorts and compares
differently from numbers; a driver returns bytes where it returned text, or a
number where it returned a boolean. No statement fails, but its answer differs.

A column that becomes generated loses the values that it had, and every INSERT or UPDATE
of the running code that gives it a value fails (error 3105; 1906 on MariaDB). One that is
no longer generated is computed for no new row: running code reads what it leaves out.

## Do this instead

Add a new column of the new type and move the data: running code keeps the old one.

## When it is silent

For a type that is wider and looks the same, such as INT to BIGINT, or VARCHAR to TEXT:
on four servers no statement told the two apart, and where TEXT lacks something, a
literal DEFAULT or a length in an index, the server refuses the ALTER or lost-attribute
speaks; for members appended to an ENUM; for a table or column that the same release
creates.`,
	Bad:  "decimal-scale-fires",
	Good: "int-to-bigint-is-silent",
	Run:  runChangeType,
}

func runChangeType(p *Pass) {
	for r := range p.retypings() {
		c := r.change
		if computesOtherwise(r) {
			p.Reportf(r.step, c.Column.Name, "add a new generated column, and move the readers to it",
				"the expression of the generated column `%s.%s` changes: running code reads other values", c.Table, c.Column.Name)
			continue
		}
		if why := p.generatedOtherwise(r); why != "" {
			p.Reportf(r.step, c.Column.Name, "add a new column and move the data step by step", "`%s.%s` %s", c.Table, c.Column.Name, why)
		}
		if r.Verdict != schema.SideEffect || r.Enum || r.Charset {
			continue
		}
		f := p.At(r.step)
		f.Object = c.Column.Name
		if r.Quiet {
			f.Severity = p.AtMost(Warning)
		}
		f.Message = fmt.Sprintf("`%s.%s` goes from %s to %s: %s", c.Table, c.Column.Name, r.old.Type, c.Column.Type, r.Why)
		f.Help = "add a new column of the new type and move the data step by step"
		p.Report(f)
	}
}

// computesOtherwise says whether a generated column gets another expression.
func computesOtherwise(r retyping) bool {
	now := r.change.Column
	return r.old != nil && r.old.Generated != schema.NotGenerated && now.Generated != schema.NotGenerated &&
		r.old.Expr != "" && now.Expr != "" && r.old.Expr != now.Expr
}

// generatedOtherwise says what a column does that becomes generated, or stops being so.
func (p *Pass) generatedOtherwise(r retyping) string {
	if r.old == nil {
		return ""
	}
	now := r.change.Column
	switch was, is := r.old.Generated != schema.NotGenerated, now.Generated != schema.NotGenerated; {
	case is && !was:
		return "becomes a generated column: its values are lost, and INSERTs and UPDATEs of the running code that give it a value fail (error " + p.Server.GeneratedError() + ")"
	case was && !is && now.Required():
		return "is no longer generated, NOT NULL, and has no default: INSERTs of the running code, which leave it out, fail (error 1364)"
	case was && !is:
		return "is no longer generated: in rows that the running code inserts it holds its default, and after an UPDATE what it held before"
	}
	return ""
}
