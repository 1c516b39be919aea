package lint

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// storedQueries reads the views, triggers, routines and events of a schema: they are
// users too.
func (d *Database) storedQueries(s *schema.Schema, routines []*routine) []*schema.Query {
	var out []*schema.Query
	c := catalog{s, d.gone}
	r := mysql.NewQueryReader(d.Server, c)
	read := func(name, text string, made *schema.Clause, in mysql.QueryInput) {
		in.Position = func(int, int) schema.Position { return made.Pos() }
		queries, _ := r.Query(text, in) // what does not parse gives its words as possible uses
		for _, q := range queries {
			q.Function, q.Site = name, made.Pos()
			out = append(out, q)
		}
	}
	for _, v := range c.Views() {
		if v.Made != nil {
			read("view "+v.Name.Name, v.Select, v.Made, mysql.QueryInput{})
		}
	}
	for _, t := range c.Triggers() {
		if t.Made != nil {
			read("trigger "+t.Name, t.Body, t.Made, mysql.QueryInput{Row: t.Table})
		}
	}
	for _, s := range routines {
		read(strings.ToLower(s.Kind)+" "+s.Name, "CREATE "+s.Kind+" x "+s.Body, s.made.Change.Base(), mysql.QueryInput{})
	}
	return out
}

// changesStored says whether the pending migrations make or drop what stays in the
// database and uses tables.
func (d *Database) changesStored() bool {
	return slices.ContainsFunc(d.Pending, func(r *rules.Release) bool {
		return slices.ContainsFunc(r.Steps, func(s rules.Step) bool {
			switch s.Change.(type) {
			case *schema.CreateTrigger, *schema.DropTrigger, *schema.CreateRoutine, *schema.DropRoutine, *schema.CreateView, *schema.DropView:
				return true
			}
			return false
		})
	})
}

func withStored(u *schema.Uses, stored []*schema.Query) *schema.Uses {
	out := *u
	out.Queries = slices.Concat(u.Queries, stored)
	return &out
}

// usesBefore are the uses of what is deployed, with what stands in the database until
// the pending migrations run: the steps of a move are taken from there.
func (d *Database) usesBefore() *schema.Uses {
	if d.storedBefore == nil || d.BaseUses == nil {
		return d.BaseUses
	}
	out := *d.BaseUses
	out.Queries = slices.DeleteFunc(slices.Clone(out.Queries), func(q *schema.Query) bool { return q.Package == "" })
	return withStored(&out, d.storedBefore)
}
