package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// SetNotNull reports a column that stops to take NULL.
var SetNotNull = &Rule{
	Name:     "set-not-null",
	Family:   Expand,
	Severity: Error,
	Summary:  "a nullable column becomes NOT NULL while running code may leave it out or write NULL",
	Doc: `## What it does

Reports MODIFY and CHANGE that make a nullable column NOT NULL. A column that the
same release adds as NULL counts too: the running code does not write it yet.

## Why it breaks

Running code that writes NULL fails with error 1048, and INSERTs that leave the
column out fail with error 1364 unless it has a DEFAULT. If rows hold NULL, the
ALTER is refused (error 1138 on MySQL, 1265 on MariaDB); without strict mode they
become 0 or '' silently.

## Do this instead

One release each: write the column everywhere; fill the old rows; then make it
NOT NULL, best with a DEFAULT.

## When it is silent

For a table that the same release creates; for columns of the primary key, which
are NOT NULL anyway; when a later statement of the same release makes the column
nullable again. When the code was analysed and all three hold: a deployed migration
filled the rows that held NULL, by an UPDATE or as a backfilled directive says; the
column has a DEFAULT, or every deployed INSERT sets it; and no deployed statement can
store a NULL. The message says which of these is missing. When the definition of the column before is not known,
narrow-type says so.`,
	Bad:  "modify-to-not-null-fires",
	Good: "not-null-before-is-silent",
	Run:  runSetNotNull,
}

func runSetNotNull(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before, after := s.Effect.Before, s.Effect.After
		if c.Column.Nullable || after == nil || p.Start(after) == nil {
			continue
		}
		old := before.Column(c.Old)
		if old == nil {
			continue // narrow-type says that nothing is known of it
		}
		final := p.End(after).ColumnByID(old.ID)
		if !old.Nullable || final == nil || final.Nullable {
			continue
		}
		p.reportNotNull(s, c, p.Start(after).ColumnByID(old.ID) == nil)
	}
}

func (p *Pass) reportNotNull(s *Step, c *schema.ModifyColumn, isNew bool) {
	why := "running code that writes NULL fails (error 1048)"
	if c.Column.Required() {
		why += ", and INSERTs that leave it out fail (error 1364)"
	}
	help := "write it everywhere first, then fill the old rows, then make it NOT NULL, each in a release of its own"
	if isNew {
		why = "it is new in this release, so the running code does not write it: INSERTs that leave it out fail (error 1364)"
		if c.Column.Default != nil {
			why = "it is new in this release and rows written since its ADD may hold NULL: running code that writes NULL fails (error 1048)"
		}
		help = "leave it nullable in this release; make it NOT NULL in a later one, after every writer sets it"
	}
	f := p.At(s)
	f.Object, f.Help = c.Column.Name, help
	if w := p.deployed(s.Effect.Before); w != nil && !isNew {
		var missing []string
		if missing, f.Related = p.unreadyForNotNull(s, c, w); len(missing) == 0 {
			return
		}
		why += "; what is missing: " + strings.Join(missing, "; ")
	}
	f.Message = fmt.Sprintf("`%s.%s` becomes NOT NULL: %s", c.Table, c.Column.Name, why)
	p.Report(f)
}

// unreadyForNotNull says what has to happen before a column takes no NULL any
// more: old rows are filled, every INSERT sets it, and nothing stores a NULL.
func (p *Pass) unreadyForNotNull(s *Step, c *schema.ModifyColumn, w *writers) (missing []string, at []Related) {
	start := p.Start(s.Effect.Before)
	old := start.ColumnByID(s.Effect.Before.Column(c.Old).ID)
	if !p.holdsNoNull(start, old) {
		missing = append(missing, "no deployed migration fills the rows that hold NULL")
	}
	if final := p.End(s.Effect.After).ColumnByID(old.ID); final.Required() {
		if who, uses := w.omitting(old.Name); who != "" {
			missing, at = append(missing, who), append(at, sitesOf(uses)...)
		}
	}
	if who, uses := w.storing(old.Name); who != "" {
		missing, at = append(missing, who), append(at, sitesOf(uses)...)
	}
	return missing, at
}
