package rules

import (
	"iter"

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
			if old == nil && c.IfExists || old != nil && p.Deployed(before, c.Old) == nil {
				continue
			}
			r := retyping{step: s, change: c, old: old, TypeChange: schema.TypeChange{Verdict: schema.UnknownType}}
			if old != nil {
				r.from, r.to = before.TypeInForce(old.Type), s.Effect.After.TypeInForce(c.Column.Type)
				r.TypeChange = schema.CompareTypes(r.from, r.to, typeOptions(p.Server))
			}
			if !yield(r) {
				return
			}
		}
	}
}

func typeOptions(s *server.Server) schema.TypeOptions {
	return schema.TypeOptions{
		TruncatesFraction: s.Family == server.MariaDB,
		Timestamp2106:     s.Timestamp2106,
	}
}
