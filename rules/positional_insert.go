package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// PositionalInsert reports an INSERT that counts on the order of columns.
var PositionalInsert = &Rule{
	Name:     "positional-insert",
	Family:   Code,
	Severity: Warning,
	Summary:  "an INSERT without a column list, on a table whose columns change",
	Doc: `## What it does

Reports INSERT and REPLACE without a column list in Go code, on a table to which a
pending migration adds a column, from which it takes one, or whose columns it puts in
another order; and on a table that a move in flight will take a column from, or give one to.

## Why it breaks

The values go to the columns in the order of the table. With one column more or less
the statement fails (error 1136); in another order it writes values into the wrong
columns. It can suit the table before the migration or after it, never both.

## Do this instead

List the columns, and deploy that first.

## When it is silent

When the columns are listed; for a table whose columns stay as they are, and for one
that the same release creates; for a move whose columns of the table are added and
dropped already. Under --all, where the code meets the last schema only, moves count alone.`,
	Bad:  "column-added-fires",
	Good: "columns-listed-is-silent",
	Run:  runPositionalInsert,
}

func runPositionalInsert(p *Pass) {
	p.reportShape(func(u *schema.Use) bool { return u.By == schema.ByPosition }, func(u *schema.Use, r reshaping) (message, help string) {
		return fmt.Sprintf("this %s lists no columns, and %s: it can suit the table before that or after it, not both (error 1136, or values in the wrong columns)", u.Query.Kind, r),
			"list the columns, and deploy that first"
	})
}
