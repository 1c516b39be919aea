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
	return func(yield func(*schema.Use) bool) {
		if p.HeadUses == nil {
			return
		}
		moving := p.moving()
		for _, q := range p.HeadUses.Queries {
			if q.Package == "" {
				continue // stays in the database
			}
			for _, u := range q.Uses {
				if (moving[schema.Fold(u.Table.Name)] || p.edits(u)) && !yield(u) {
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

// A reshaping is what a release does to the columns of a table, and their order.
type reshaping struct {
	step        *Step
	added, gone []string
}

// at is the clause that does it.
func (r reshaping) at() schema.Position { return r.step.Change.Base().Pos() }

func (r reshaping) String() string {
	switch {
	case len(r.added) > 0 && len(r.gone) > 0:
		return "gives " + strings.Join(r.gone, ", ") + " the name " + strings.Join(r.added, ", ")
	case len(r.added) > 0:
		return "adds " + strings.Join(r.added, ", ")
	case len(r.gone) > 0:
		return "takes " + strings.Join(r.gone, ", ") + " away"
	}
	return "puts columns in another order"
}

// reshapings returns, by folded name, the existing tables whose visible columns
// are others at the end of the release, or stand in another order.
func (p *Pass) reshapings() map[string]reshaping {
	out := map[string]reshaping{}
	for s := range p.Changes() {
		before, after := s.Effect.Before, s.Effect.After
		start, end := p.Start(before), p.End(before)
		if start == nil || end == nil || after == nil || before.Unknown || sameOrder(start, end) {
			continue
		}
		name := schema.Fold(start.Name.Name)
		if _, seen := out[name]; seen || sameOrder(before, after) {
			continue
		}
		out[name] = reshaping{step: s, added: beyond(after, before), gone: beyond(before, after)}
	}
	return out
}

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
