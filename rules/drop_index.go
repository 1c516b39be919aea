package rules

import (
	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropIndex reports an index that goes away.
var DropIndex = &Rule{
	Name:     "drop-index",
	Family:   Contract,
	Severity: Warning,
	Summary:  "a visible index is dropped: queries may become slow, and hints that name it fail",
	Doc: `## What it does

Reports DROP INDEX of an index that was there before the release, is visible, and is
not unique.

## Why it breaks

Queries that used it read the whole table. Queries that name it in FORCE, USE or
IGNORE INDEX fail with error 1176.

## Do this instead

Make it INVISIBLE (on MariaDB IGNORED) first, in a release of its own: that is
undone in an instant. Drop it when nothing got slow.

## When it is silent

When it was made INVISIBLE or IGNORED before; when a longer or equal index covers
it; when the release adds an index that does; for a table that the same release
creates.`,
	Bad:  "drop-of-visible-index-fires",
	Good: "covered-by-longer-index-is-silent",
	Run:  runDropIndex,
}

func runDropIndex(p *Pass) {
	for s, c := range Changed[*schema.DropKey](p) {
		key := p.droppedKey(s, c.Name)
		if key == nil || key.Unique() || key.Invisible || covered(p.End(s.Effect.After), key) {
			continue
		}
		p.Reportf(s, c.Name, "make it INVISIBLE (on MariaDB IGNORED) first, and drop it when nothing got slow",
			"index `%s` of `%s` is dropped while visible: queries that use it become slow, and those that name it in a hint fail (error 1176)", key.Name, c.Table)
	}
}

// droppedKey returns the key that a step drops, if it was there before the
// release with these columns; a key that shrank since is judged as it was.
func (p *Pass) droppedKey(s *Step, name string) *schema.Key {
	start := p.Start(s.Effect.Before)
	if start == nil {
		return nil
	}
	now := s.Effect.Before.Key(name)
	if now == nil || now.Release == p.Number {
		return nil
	}
	return now
}

// covered says whether another index begins with the columns of the key.
func covered(t *schema.Table, key *schema.Key) bool {
	if t == nil {
		return true // the table goes too: that is reported
	}
	for _, k := range t.Keys {
		if k.Invisible || k.Kind == schema.FulltextKey || k.Kind == schema.SpatialKey || len(k.Columns) < len(key.Columns) || key.Kind != schema.PlainKey {
			continue
		}
		same := true
		for i, part := range key.Columns {
			other := k.Columns[i]
			same = same && schema.SameName(part.Column, other.Column) && part.Expr == other.Expr && (other.Length == 0 || part.Length > 0 && part.Length <= other.Length)
		}
		if same {
			return true
		}
	}
	return false
}
