package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropDefault reports a column that INSERTs can no longer leave out.
var DropDefault = &Rule{
	Name:     "drop-default",
	Family:   Expand,
	Severity: Error,
	Summary:  "a column loses its default: running INSERTs that leave it out fail",
	Doc: `## What it does

Reports ALTER COLUMN … DROP DEFAULT of a column that was there before the release.

## Why it breaks

INSERTs of the running code that leave the column out fail with error 1364. On
MySQL that holds for nullable columns too: they do not go back to NULL.

## Do this instead

Use SET DEFAULT NULL on a nullable column. On a NOT NULL column, drop the default
after every writer sets the column.

## When it is silent

For AUTO_INCREMENT and generated columns; for a column without a default; for
nullable columns on MariaDB, which go back to NULL; when the release ends with a
default. It is an info when the code was analysed and every deployed INSERT sets the
column.`,
	Bad:  "not-null-column-fires",
	Good: "set-default-null-is-silent",
	Run:  runDropDefault,
}

func runDropDefault(p *Pass) {
	for s, c := range Changed[*schema.DropDefault](p) {
		before := s.Effect.Before
		old := p.Deployed(before, c.Column)
		if old == nil && (before == nil || !before.Unknown || before.Column(c.Column) != nil) {
			continue
		}
		if old != nil && !p.missesDefault(s, before.Column(c.Column)) {
			continue
		}
		f := p.At(s)
		f.Object, f.Help = c.Column, "drop it after every writer sets the column; on a nullable column use SET DEFAULT NULL"
		f.Message = fmt.Sprintf("`%s.%s` loses its default: INSERTs of the running code that leave it out fail (error 1364)", c.Table, c.Column)
		if w := p.deployed(before); w != nil && old != nil {
			who, uses := w.omitting(old.Name)
			if who == "" {
				f.Severity, who = min(f.Severity, Info), "every INSERT of the running code sets it"
			}
			f.Message, f.Related = f.Message+"; "+who, sitesOf(uses)
		}
		p.Report(f)
	}
}

// missesDefault says whether INSERTs without the column worked before the step
// and fail when the release is over.
func (p *Pass) missesDefault(s *Step, col *schema.Column) bool {
	if col.AutoIncrement || col.Generated != schema.NotGenerated || col.Type.Name == "enum" && !col.Nullable {
		return false
	}
	if col.Default == nil && !col.Nullable || col.Nullable && p.Server.KeepsNullDefault {
		return false
	}
	final := p.End(s.Effect.After).ColumnByID(col.ID)
	return final != nil && final.Default == nil
}
