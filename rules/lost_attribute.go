package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// LostAttribute reports what a MODIFY does not repeat, and so drops.
var LostAttribute = &Rule{
	Name:     "lost-attribute",
	Family:   Expand,
	Severity: Error,
	Summary:  "a MODIFY or CHANGE does not repeat an attribute, which drops it silently",
	Doc: `## What it does

Reports MODIFY and CHANGE that leave out AUTO_INCREMENT, or the DEFAULT of a NOT
NULL column (error); or NOT NULL, another DEFAULT, ON UPDATE, COMMENT, COLLATE or
INVISIBLE (warning).

## Why it breaks

The servers take the new definition whole: what it does not repeat is gone,
without a word. Without AUTO_INCREMENT, or the DEFAULT of a NOT NULL column,
INSERTs of the running code fail (error 1364).

## Do this instead

Repeat every attribute of the column. If one is meant to go, spell it: NULL, or
DEFAULT NULL.

## When it is silent

When the attribute is dropped in words; for NOT NULL of a column of the primary
key, which MySQL keeps; for the DEFAULT of a column that becomes NOT NULL, which
set-not-null reports; for generated columns; for a table or column that the same release
creates.`,
	Bad:  "auto-increment-not-repeated-fires",
	Good: "all-repeated-is-silent",
	Run:  runLostAttribute,
}

func runLostAttribute(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before := s.Effect.Before
		if c.Tokens || p.Deployed(before, c.Old) == nil || s.Effect.After == nil {
			continue
		}
		old, now := before.Column(c.Old), s.Effect.After.Column(c.Column.Name)
		if now == nil || old.Generated != schema.NotGenerated || now.Generated != schema.NotGenerated {
			continue
		}
		if hard := lostHard(old, now); hard != "" {
			p.Reportf(s, c.Column.Name, "repeat it in the definition",
				"`%s.%s` loses %s, which this definition does not repeat: INSERTs of the running code that leave it out fail (error 1364)", c.Table, c.Column.Name, hard)
		} else if soft := lostSoft(old, now); len(soft) > 0 {
			f := p.At(s)
			f.Severity, f.Object = p.AtMost(Warning), c.Column.Name
			f.Message = fmt.Sprintf("`%s.%s` loses %s, which this definition does not repeat", c.Table, c.Column.Name, strings.Join(soft, ", "))
			f.Help = "repeat what is to stay; spell what is to go, as NULL or DEFAULT NULL"
			p.Report(f)
		}
	}
}

// lostHard returns what INSERTs of the running code cannot do without.
func lostHard(old, now *schema.Column) string {
	switch {
	case old.AutoIncrement && !now.AutoIncrement && now.Default == nil:
		return "AUTO_INCREMENT"
	case old.Default != nil && !old.Default.Null && !old.Nullable && now.Required():
		return "its DEFAULT"
	}
	return ""
}

func lostSoft(old, now *schema.Column) []string {
	var lost []string
	if !old.Nullable && now.Nullable && !now.NullSpelled {
		lost = append(lost, "NOT NULL")
	}
	if notNull := old.Nullable && !now.Nullable; !notNull && old.Default != nil && !old.Default.Null && now.Default == nil {
		lost = append(lost, "its DEFAULT")
	}
	if old.OnUpdate != "" && now.OnUpdate == "" {
		lost = append(lost, "ON UPDATE")
	}
	if old.Comment != "" && now.Comment == "" {
		lost = append(lost, "its COMMENT")
	}
	if old.Type.Text() && now.Type.Text() && old.Type.Collation != "" && now.Type.Collation == "" && now.Type.Charset == "" {
		lost = append(lost, "its COLLATE")
	}
	if old.Invisible && !now.Invisible {
		lost = append(lost, "INVISIBLE")
	}
	return lost
}
