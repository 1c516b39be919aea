package rules

import (
	"fmt"
	"slices"
	"strings"

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
not unique. A FULLTEXT index is an error. An index that no migration makes is reported as
not known: it may be unique.

## Why it breaks

Queries that used it read the whole table. Queries that name it in FORCE, USE or
IGNORE INDEX fail with error 1176. MATCH … AGAINST without a FULLTEXT index over just
its columns fails with error 1191.

## Do this instead

Make it INVISIBLE (on MariaDB IGNORED) first, in a release of its own: that is
undone in an instant. Drop it when nothing got slow.

## When it is silent

When a deployed query names it in a hint it is an error, whatever else covers it. It is
silent when it was made INVISIBLE or IGNORED in a release before; when another index does its work, which
may come with the same release: one that begins with the same columns (InnoDB ends every
index with the primary key), or a unique key whose columns it begins with; when its first
column is dropped too, which drop-column reports; for a table that the same release
creates.`,
	Bad:  "drop-of-visible-index-fires",
	Good: "covered-by-longer-index-is-silent",
	Run:  runDropIndex,
}

func runDropIndex(p *Pass) {
	for s, c := range Changed[*schema.DropKey](p) {
		key := p.droppedKey(s, c.Name)
		end := p.End(s.Effect.After)
		if p.unknownKey(s, c) && (end == nil || end.Key(c.Name) == nil) {
			p.Reportf(s, c.Name, "name a dump under `schema:` in the configuration, and the replay knows the index",
				"index `%s` of `%s` is dropped; no migration here makes it, so which queries use it, and whether it is unique, is not known", c.Name, c.Table)
		}
		if key != nil && !key.Unique() && (end == nil || end.Key(c.Name) == nil) && p.hinted(s, key) {
			continue
		}
		if key == nil || key.Unique() || p.invisible(s, key) || covered(end, key) || headless(end, key) {
			continue
		}
		f := p.At(s)
		f.Object, f.Help = c.Name, "make it INVISIBLE (on MariaDB IGNORED) first, and drop it when nothing got slow"
		f.Message = fmt.Sprintf("index `%s` of `%s` is dropped while visible: queries that use it become slow, and those that name it in a hint fail (error 1176)", key.Name, c.Table)
		if key.Kind == schema.FulltextKey {
			f.Severity, f.Help = max(p.Severity, Error), "first deploy code that does not search by it"
			f.Message = fmt.Sprintf("the FULLTEXT index `%s` of `%s` is dropped: MATCH (%s) AGAINST of the running code fails (error 1191)", key.Name, c.Table, strings.Join(columnsOf(key), ", "))
		}
		p.Report(f)
	}
}

// hinted reports an index that deployed queries name in a hint.
func (p *Pass) hinted(s *Step, key *schema.Key) bool {
	start := p.Start(s.Effect.Before)
	if !p.BaseUses.Analysed() || start == nil {
		return false
	}
	users := slices.DeleteFunc(writersOf(p.BaseUses, p.AheadUses, start.Name.Name).of(""), func(u *schema.Use) bool { return !schema.SameName(u.Index, key.Name) })
	if len(users) == 0 {
		return false
	}
	f := p.At(s)
	f.Severity, f.Object, f.Related = max(p.Severity, Error), key.Name, sitesOf(users)
	f.Message = fmt.Sprintf("index `%s` of `%s` is dropped, and %s of the running code names it in a hint: that fails (error 1176)", key.Name, start.Name, places(users))
	f.Help = "first deploy queries without the hint"
	p.Report(f)
	return true
}

// unknownKey says whether a step drops an index of which nothing is known.
func (p *Pass) unknownKey(s *Step, c *schema.DropKey) bool {
	before := s.Effect.Before
	return c.Name != "PRIMARY" && !c.IfExists && c.Hidden == nil && p.Start(before) != nil && before.Unknown && before.Key(c.Name) == nil
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

// invisible says whether a key was INVISIBLE before the release.
func (p *Pass) invisible(s *Step, key *schema.Key) bool {
	was := p.Start(s.Effect.Before).Key(key.Name)
	return key.Invisible && (was == nil || was.Invisible)
}

// covered says whether another index does the work of the key: it begins with the
// same columns, or allows one row at most for those that the key begins with.
func covered(t *schema.Table, key *schema.Key) bool {
	if t == nil {
		return true // the table goes too: that is reported
	}
	for _, k := range t.Keys {
		switch {
		case k.Invisible || k.Kind == schema.VectorKey || k.Kind == schema.SpatialKey:
		case key.Kind == schema.FulltextKey && k.Kind == schema.FulltextKey:
			if len(k.Columns) == len(key.Columns) && beginsWith(k.Columns, key.Columns) {
				return true
			}
		case key.Kind != schema.PlainKey || k.Kind == schema.FulltextKey:
		case beginsWith(stored(t, k), key.Columns) || k.Unique() && !nullable(t, k) && beginsWith(key.Columns, k.Columns):
			return true
		}
	}
	return false
}

// headless says whether the first column of the key is gone: queries that used the
// key name it.
func headless(t *schema.Table, key *schema.Key) bool {
	if t.Unknown || len(key.Columns) == 0 || key.Columns[0].Column == "" {
		return false
	}
	return t.Column(key.Columns[0].Column) == nil
}

// stored returns the columns of a key as InnoDB stores them: with the primary key
// at their end.
func stored(t *schema.Table, k *schema.Key) []schema.KeyPart {
	primary := t.PrimaryKey()
	if primary == nil || primary == k || t.Engine != "" && !strings.EqualFold(t.Engine, "InnoDB") {
		return k.Columns
	}
	out := slices.Clone(k.Columns)
	for _, part := range primary.Columns {
		if !k.Has(part.Column) {
			out = append(out, part)
		}
	}
	return out
}

func beginsWith(parts, prefix []schema.KeyPart) bool {
	if len(parts) < len(prefix) || len(prefix) == 0 {
		return false
	}
	for i, want := range prefix {
		have := parts[i]
		if !schema.SameName(want.Column, have.Column) || want.Expr != have.Expr || have.Length != 0 && (want.Length == 0 || want.Length > have.Length) {
			return false
		}
	}
	return true
}

// nullable says whether a column of the key takes NULL, of which a unique key
// allows many.
func nullable(t *schema.Table, k *schema.Key) bool {
	return slices.ContainsFunc(k.Columns, func(part schema.KeyPart) bool {
		col := t.Column(part.Column)
		return k.Kind != schema.PrimaryKey && (col == nil || col.Nullable)
	})
}
