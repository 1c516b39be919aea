package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// What the rules of the family Code have in common.

// PendingUses returns the uses of the pending code that are judged, statement by
// statement: of tables that the release changes everywhere, of others in the files
// that it edits.
func (p *Pass) PendingUses() iter.Seq[*schema.Use] {
	return p.usesAround(p.moving())
}

// usesAround returns the uses of the pending code that meet one of the tables, or
// stand in a file that the release edits.
func (p *Pass) usesAround(tables map[string]bool) iter.Seq[*schema.Use] {
	return func(yield func(*schema.Use) bool) {
		if p.HeadUses == nil {
			return
		}
		for _, q := range p.HeadUses.Queries {
			if q.Package == "" {
				continue // stays in the database
			}
			for _, u := range q.Uses {
				if (tables[schema.Fold(u.Table.Name)] || p.edits(u)) && !yield(u) {
					return
				}
			}
		}
	}
}

// edits says whether the release edits the file of a use.
func (p *Pass) edits(u *schema.Use) bool {
	return p.Edited == nil || p.Edited(u.Pos.File) || p.Edited(u.Query.Site.File)
}

// moving are the tables that the release changes, by their names before and after.
func (p *Pass) moving() map[string]bool {
	out := map[string]bool{}
	for s := range p.Changes() {
		for _, t := range []*schema.Table{s.Effect.Before, s.Effect.After} {
			if t != nil && s.Effect.Before != s.Effect.After {
				out[schema.Fold(t.Name.Name)] = true
			}
		}
	}
	return out
}

// atUse returns a finding of the rule on a use in code, for Report to complete.
func (p *Pass) atUse(u *schema.Use) Finding {
	return Finding{Rule: p.Rule, Severity: p.Severity, Pos: u.Place(), Table: u.Table.String(), Object: u.Column,
		Statement: strings.Join(strings.Fields(u.Query.Text), " ")}
}

// spell names a place: `db/0002_add.sql:3`.
func spell(at schema.Position) string { return fmt.Sprintf("`%s:%d`", at.File, at.Line) }

// sameOrder says whether two states of a table have the same visible columns in
// the same order.
func sameOrder(a, b *schema.Table) bool {
	return slices.EqualFunc(visible(a), visible(b), schema.SameName)
}

// beyond are the visible columns of a that b does not have.
func beyond(a, b *schema.Table) []string {
	var out []string
	for _, name := range visible(a) {
		if c := b.Column(name); c == nil || c.Invisible {
			out = append(out, "`"+name+"`")
		}
	}
	return out
}
