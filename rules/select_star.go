package rules

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// SelectStar reports a SELECT * whose columns change.
var SelectStar = &Rule{
	Name:     "select-star",
	Family:   Code,
	Severity: Warning,
	Summary:  "SELECT * on a table whose columns change",
	Doc: `## What it does

Reports SELECT * in Go code whose rows the code reads, or that feeds an INSERT, on a
table to which a pending migration adds a column, from which it takes one, or whose
columns it puts in another order; and on a table that a move in flight will take a column
from, or give one to.

## Why it breaks

A strict mapper such as sqlx fails when a column comes for which the struct has no
field ("missing destination name"). Scan fails when it gets another number of values,
and fills the wrong variables when they come in another order. INSERT … SELECT * fails
with error 1136.

## Do this instead

Name the columns that the code reads, and deploy that first.

## When it is silent

When the columns are named; where a mapper that goes by name meets the same columns in
another order, or is told to let columns go that the struct has no field for, as with
Unsafe of sqlx; in EXISTS (SELECT *) and COUNT(*); where a SELECT around it names what it
takes; for a table whose columns stay as they are, and for one that the same release
creates; for a move whose columns of the table are added and dropped already.
Under --all, where the code meets the last schema only, moves count alone.`,
	Bad:  "column-added-fires",
	Good: "columns-named-is-silent",
	Run:  runSelectStar,
}

func runSelectStar(p *Pass) {
	p.reportShape(readsStar, func(u *schema.Use, r reshaping) (message, help string) {
		breaks := starBreaks(u.Query, r)
		if breaks == "" {
			return "", ""
		}
		return fmt.Sprintf("SELECT * reads all columns of `%s`, and %s: %s", u.Table, r, breaks),
			"name the columns that are read, and deploy that first"
	})
}

// starBreaks says what fails with other columns; "" when nothing does.
func starBreaks(q *schema.Query, r reshaping) string {
	switch {
	case q.Kind != schema.SelectQuery:
		return "the INSERT gets other values than it has columns for (error 1136)"
	case q.Lenient:
		return ""
	case q.Mapped && len(r.added) > 0:
		return "a strict mapper fails as soon as a column comes that the struct has no field for"
	case q.Mapped && len(r.gone) > 0:
		return "until then a strict mapper fails if the struct has no field for it any more, and after that a field stays empty"
	case q.Mapped:
		return ""
	case slices.ContainsFunc(q.Results, func(r schema.Result) bool { return r.Into != nil }):
		return "Scan gets other values than it has variables for"
	}
	return "code that counts on the columns as they are fails"
}

// readsStar says whether what * stands for goes to the code, or into an INSERT.
func readsStar(u *schema.Use) bool {
	if u.By != schema.ByStar || u.Part != schema.InResult || u.Write {
		return false
	}
	switch u.Query.Kind {
	case schema.InsertQuery, schema.ReplaceQuery:
		return true
	case schema.SelectQuery:
		return slices.ContainsFunc(u.Query.Results, func(r schema.Result) bool {
			return r.Star && schema.SameName(r.Table.Name, u.Table.Name)
		})
	}
	return false
}
