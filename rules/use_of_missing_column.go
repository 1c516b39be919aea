package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// UseOfMissingColumn reports code that names a column which is not there.
var UseOfMissingColumn = &Rule{
	Name:     "use-of-missing-column",
	Family:   Code,
	Severity: Error,
	Summary:  "code names a column that its table does not have",
	Doc: `## What it does

Reports SQL in Go code that reads or writes a column which the table does not have
after the last migration, and names the migration that dropped or renamed it.

## Why it breaks

The statement fails with error 1054 whenever it runs, whatever the rows are.

## Do this instead

Take the column out of the statement; or add it, in a migration of its own that is
deployed before the code.

## When it is silent

Where the definition of a table is not known whole: its CREATE was not replayed, or a
statement that could not be read touched it; where a hole in the text leaves open which
table is meant; for a sentence that only looks like SQL: handed to nothing that runs it, not in
capitals, and without any column that there is; for a table that is gone (drop-table and rename-table judge that);
for a field of a model that GORM loads by SELECT *: it stays empty. Where the deployed
code has the same statement, the finding on what drops or renames the column names it,
and expandcheck lint says no more; golangci-lint and go vet, which show Go files only,
say it here. In a
package that serves several dialects by a variable it is a warning: the statement may
never run on this database.`,
	Bad:  "dropped-column-fires",
	Good: "column-of-other-table-is-silent",
	Run:  runUseOfMissingColumn,
}

func runUseOfMissingColumn(p *Pass) {
	type place struct {
		at     schema.Position
		column string
	}
	seen := map[place]bool{}
	for u := range p.PendingUses() {
		at := place{u.Query.Pos, schema.Fold(u.Column)}
		if !u.Missing || !u.Certain || u.By == schema.ByRow || seen[at] || !isStatement(u.Query) {
			continue
		}
		t := p.After.Table(u.Table)
		if t == nil || !p.Whole(t) || t.Column(u.Column) != nil {
			continue
		}
		seen[at] = true
		p.reportMissing(u)
	}
}

// isStatement tells a statement from a sentence about a table: it is handed to what
// runs it, is spelled in capitals, or names a column that there is.
func isStatement(q *schema.Query) bool {
	head, _, _ := strings.Cut(q.Text, " ")
	return q.Run || head == strings.ToUpper(head) || slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return u.Column != "" && u.Certain && !u.Missing && u.By == schema.ByName })
}

func (p *Pass) reportMissing(u *schema.Use) {
	f := p.atUse(u)
	f.Message = fmt.Sprintf("`%s.%s` does not exist, and this statement %s it: it fails (error 1054); ", u.Table, u.Column, u.Verb())
	f.Help = "take the column out of the statement, or first add it, in a release of its own"
	d, ok := p.Departure(u.Table.Name, u.Column)
	switch {
	case !ok:
		f.Message += "no migration adds it"
	case d.To != "":
		f.Message += fmt.Sprintf("%s renamed it to `%s`", spell(d.Pos), d.To)
		f.Help = fmt.Sprintf("use `%s`, or take the column out of the statement", d.To)
		f.Related = []Related{{Pos: d.Pos, Message: "renamed here"}}
	default:
		f.Message += spell(d.Pos) + " dropped it"
		f.Related = []Related{{Pos: d.Pos, Message: "dropped here"}}
	}
	if ok && slices.ContainsFunc(usesOf(p.BaseUses, p.AheadUses, u.Table.Name, u.Column), func(b *schema.Use) bool { return b.Certain && sameSite(b, u) }) {
		f.Cause = d.Pos
	}
	if u.Query.Portable {
		f.Severity = p.AtMost(Warning)
		f.Message += "; this package serves several dialects, so the statement may be meant for another one"
	}
	p.Report(f)
}
