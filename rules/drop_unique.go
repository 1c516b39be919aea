package rules

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropUnique reports a uniqueness that goes away.
var DropUnique = &Rule{
	Name:     "drop-unique",
	Family:   Contract,
	Severity: Warning,
	Summary:  "a unique key is dropped: upserts of the running code start to insert",
	Doc: `## What it does

Reports DROP of a unique key that was there before the release.

## Why it breaks

INSERT … ON DUPLICATE KEY UPDATE, INSERT IGNORE and REPLACE of the running code find
no duplicate any more, and insert a second row. Once duplicates are there, the key
cannot come back.

Where the new key is the old one and new columns with a default, running code finds its own
duplicates still, but takes two rows for one as soon as other values are written.

## Do this instead

First deploy code that does not rely on the key.

## When it is silent

When the release ends with a unique key on the same columns or some of them; when
the column of the key goes too, which drop-column reports; for a table that the same
release creates.`,
	Bad:  "drop-of-unique-fires",
	Good: "replaced-by-unique-is-silent",
	Run:  runDropUnique,
}

func runDropUnique(p *Pass) {
	for s := range p.Changes() {
		name := ""
		switch c := s.Change.(type) {
		case *schema.DropKey:
			name = c.Name
		case *schema.DropConstraint:
			name = c.Name
		}
		if name == "" || name == "PRIMARY" {
			continue
		}
		key := p.droppedKey(s, name)
		end := p.End(s.Effect.After)
		if key == nil || key.Kind != schema.UniqueKey || end == nil || narrower(end, key) || p.columnsGo(end, key) {
			continue
		}
		table, _ := schema.TableName(s.Change)
		if added := widenedBy(p.Start(s.Effect.Before), end, key); len(added) > 0 {
			p.Reportf(s, name, "write other values of it only after all code that knows one row per old key is gone",
				"unique key `%s` of `%s` is dropped for one with `%s`: running code leaves that at its default, and once other values are written finds two rows where it takes one for granted", name, table, strings.Join(added, "`, `"))
			continue
		}
		p.Reportf(s, name, "deploy code that does not rely on it first",
			"unique key `%s` of `%s` is dropped: upserts, INSERT IGNORE and REPLACE of the running code start to insert duplicates", name, table)
	}
}

// columnsGo says whether a column of the key is gone at the end of the release.
func (p *Pass) columnsGo(end *schema.Table, key *schema.Key) bool {
	for _, part := range key.Columns {
		if part.Column != "" && end.Column(part.Column) == nil {
			return true
		}
	}
	return false
}
