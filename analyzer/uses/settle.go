package uses

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// settle compares the texts of one place: the same query is one, and of a text that
// could not be read only what no other tells of counts.
func settle(all []candidate, answers []answer) {
	read := readTexts(all, answers)
	dropTold(all, answers)
	uncross(all, answers)
	joinSame(all, answers)
	said := map[schema.Position]bool{}
	for i := range answers {
		a := &answers[i]
		switch {
		case a.unresolved == nil:
		case all[i].call != nil && !all[i].open && read.beside(&all[i]) != nil:
			a.unresolved = nil
			a.queries = read.beside(&all[i]).without(a.queries)
		case said[a.unresolved.Pos]: // once for each place
			a.unresolved = nil
		default:
			said[a.unresolved.Pos] = true
		}
	}
}

// place is where an argument of a call spells a name.
type place struct {
	call *ast.CallExpr
	arg  int
	at   schema.Position
}

// uncross judges texts that combine what may not come together. A column that only one
// of the tables has is of that; of those that several have, each is possible.
func uncross(all []candidate, answers []answer) {
	tables := map[place]map[schema.Name]bool{}
	crossed := func(do func(a *answer, u *schema.Use, at place)) {
		for i := range answers {
			for _, q := range answers[i].queries {
				for _, u := range q.Uses {
					if u.Column != "" && all[i].crossed[u.Pos] {
						do(&answers[i], u, place{all[i].call, all[i].arg, u.Pos})
					}
				}
			}
		}
	}
	crossed(func(_ *answer, u *schema.Use, at place) {
		if tables[at] == nil {
			tables[at] = map[schema.Name]bool{}
		}
		if !u.Missing {
			tables[at][u.Table] = true
		}
	})
	crossed(func(a *answer, u *schema.Use, at place) {
		switch {
		case u.Missing && len(tables[at]) > 0:
			a.impossible = true
		case len(tables[at]) > 1:
			u.Certain = false
		}
	})
	for i := range answers {
		if answers[i].impossible {
			answers[i] = answer{}
		}
	}
}

// beginning is where texts begin with the same literal: those that one argument of a
// call can be, or one that is handed to a function of the program and what that makes
// of it.
type beginning struct {
	call  *ast.CallExpr // nil for whatever is made of the literal
	arg   int
	begin token.Pos
}

// told is what texts say that could be read: of a column, and of what stands at a place.
type told struct {
	names  map[schema.ColumnName]bool
	places map[schema.Position]bool
}

// tellings are what texts tell that could be read, by how they begin.
type tellings map[beginning]*told

func readTexts(all []candidate, answers []answer) tellings {
	read := tellings{}
	for i, a := range answers {
		if a.unresolved != nil || a.foreign != "" || len(a.queries) == 0 || all[i].call == nil {
			continue
		}
		begin := all[i].text[0].Pos
		for _, b := range [...]beginning{{all[i].call, all[i].arg, begin}, {begin: begin}} {
			if read[b] == nil {
				read[b] = &told{map[schema.ColumnName]bool{}, map[schema.Position]bool{}}
			}
			read[b].note(a.queries)
		}
	}
	return read
}

// beside is what is told of texts that begin like one; nil for nothing.
func (t tellings) beside(c *candidate) *told {
	begin := c.text[0].Pos
	if have := t[beginning{c.call, c.arg, begin}]; have != nil || !c.given {
		return have
	}
	return t[beginning{begin: begin}]
}

func (t *told) note(queries []*schema.Query) {
	for _, q := range queries {
		for _, u := range q.Uses {
			t.names[schema.ColumnName{Table: u.Table, Column: u.Column}] = true
			t.places[u.Pos] = true
		}
	}
}

// without leaves out of queries what is told already.
func (t *told) without(queries []*schema.Query) []*schema.Query {
	return slices.DeleteFunc(queries, func(q *schema.Query) bool {
		q.Uses = slices.DeleteFunc(q.Uses, func(u *schema.Use) bool {
			return t.places[u.Pos] || t.names[schema.ColumnName{Table: u.Table, Column: u.Column}]
		})
		return len(q.Uses) == 0
	})
}

// joinSame makes one of the queries of a call that differ in nothing.
func joinSame(all []candidate, answers []answer) {
	same := map[string]int{}
	for i := range answers {
		if all[i].call == nil {
			continue
		}
		answers[i].queries = slices.DeleteFunc(answers[i].queries, func(q *schema.Query) bool {
			s := fmt.Sprintf("%d %d %s", all[i].call.Pos(), all[i].arg, signature(q))
			first, is := same[s]
			if is {
				all[first].from = joinCalls(all[first].from, all[i].from)
			} else {
				same[s] = i
			}
			return is
		})
	}
}

// signature spells all that a query uses, and where: two texts of one call that
// differ in nothing else are one query.
func signature(q *schema.Query) string {
	var b strings.Builder
	b.WriteString(q.Kind.String())
	for _, u := range q.Uses {
		fmt.Fprintf(&b, " %s:%d:%d %s.%s %t%t%t%t %d%d%d", u.Pos.File, u.Pos.Line, u.Pos.Column, u.Table, u.Column, u.Write, u.Certain, u.Missing, u.May, u.By, u.Part, u.Branch)
		if u.Field != nil {
			fmt.Fprintf(&b, " %d %s:%d", u.Origin, u.Set.File, u.Set.Line)
		}
		if u.Value != nil {
			fmt.Fprintf(&b, "=%+v", *u.Value)
		}
	}
	return b.String()
}
