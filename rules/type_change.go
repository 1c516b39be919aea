package rules

import (
	"iter"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// What narrow-type, change-type, change-enum and change-charset have in common:
// they look at the same changes, and each at another kind of outcome.

// A retyping is a deployed column that gets a definition of another type.
type retyping struct {
	step     *Step
	change   *schema.ModifyColumn
	old      *schema.Column // nil when it is not known
	from, to schema.Type    // with the character sets in force
	schema.TypeChange
}

// retypings returns the MODIFY and CHANGE of deployed columns.
func (p *Pass) retypings() iter.Seq[retyping] {
	return func(yield func(retyping) bool) {
		for s, c := range Changed[*schema.ModifyColumn](p) {
			before := s.Effect.Before
			if p.Start(before) == nil {
				continue
			}
			old := before.Column(c.Old)
			if old == nil && !before.Unknown || old != nil && p.Deployed(before, c.Old) == nil {
				continue
			}
			r := retyping{step: s, change: c, old: old, TypeChange: schema.TypeChange{Verdict: schema.UnknownType}}
			if old != nil {
				r.from, r.to = effective(old.Type, before), effective(c.Column.Type, s.Effect.After)
				r.TypeChange = schema.CompareTypes(r.from, r.to, typeOptions(p.Server))
			}
			if !yield(r) {
				return
			}
		}
	}
}

// effective fills in the character set that a column takes from its table.
func effective(t schema.Type, table *schema.Table) schema.Type {
	if !t.Text() || table == nil || t.Charset != "" {
		return t
	}
	if t.Collation != "" {
		t.Charset, _, _ = strings.Cut(t.Collation, "_")
		return t
	}
	t.Charset, t.Collation = table.Charset, table.Collation
	return t
}

func typeOptions(s *server.Server) schema.TypeOptions {
	return schema.TypeOptions{
		TruncatesFraction: s.Family == server.MariaDB,
		Timestamp2106:     s.Timestamp2106,
	}
}
