package uses

import (
	"go/ast"
	"go/constant"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What ent's predicates compare. Joins are written as subqueries: they read the same
// columns.

// where writes the conditions of a query.
func (s *entSpeller) where(q *entQuery) {
	list := s.sequence(" WHERE ", " AND ")
	if q.one && q.from == nil {
		list.next()
		s.ident(q.entity.id)
		s.sql(" = ?")
	}
	if q.edge != nil {
		list.next()
		s.arrives(q)
	}
	if q.open {
		list.next()
		s.hole("conditions of another function")
	}
	for _, l := range q.named("Where") {
		s.at(l, func() {
			for _, v := range l.Args {
				list.next()
				s.predicate(q.entity, v)
			}
		})
	}
	for _, l := range q.named("Modify") {
		if q.does == "Update" {
			break // it sets columns
		}
		s.at(l, func() {
			for _, v := range l.Args {
				list.next()
				s.free(q.entity, v)
			}
		})
	}
}

// arrives writes that a row is at the end of the edge which a query came along.
func (s *entSpeller) arrives(q *entQuery) {
	before, edge := q.from, q.edge
	came := func(column string) {
		s.sql("(SELECT ")
		s.ident(column)
		s.sql(" FROM ")
		s.ident(before.entity.table)
		s.where(before)
		s.sql(")")
	}
	switch {
	case edge.own:
		s.ident(q.entity.id)
		s.sql(" IN ")
		came(edge.column)
	case edge.column != "":
		s.ident(edge.column)
		s.sql(" IN ")
		came(before.entity.id)
	default:
		s.ident(q.entity.id)
		s.sql(" IN (SELECT ")
		pair := before.entity.pair(edge, s.in)
		if len(pair) != 2 {
			s.hole("columns of " + edge.table)
			s.sql(" FROM ")
			s.ident(edge.table)
			s.sql(")")
			return
		}
		s.ident(pair[1])
		s.sql(" FROM ")
		s.ident(edge.table)
		s.sql(" WHERE ")
		s.ident(pair[0])
		s.sql(" IN ")
		came(before.entity.id)
		s.sql(")")
	}
}

// neighbours writes that an edge leads somewhere, to rows for which more is written.
func (s *entSpeller) neighbours(e *entEntity, edge *entEdge, more func(to *entQuery)) {
	to := &entQuery{entity: edge.target}
	part := func(column, table string) {
		s.ident(column)
		s.sql(" FROM ")
		s.ident(table)
	}
	switch {
	case edge.own && more == nil:
		s.ident(edge.column)
		s.sql(" IS NOT NULL")
		return
	case edge.own:
		s.ident(edge.column)
		s.sql(" IN (SELECT ")
		part(edge.target.id, edge.target.table)
		more(to)
	case edge.column != "":
		s.ident(e.id)
		s.sql(" IN (SELECT ")
		part(edge.column, edge.table)
		if more != nil {
			more(to)
		}
	default:
		s.ident(e.id)
		s.sql(" IN (SELECT ")
		pair := e.pair(edge, s.in)
		if len(pair) != 2 {
			s.hole("columns of " + edge.table)
			pair = nil
		} else {
			s.ident(pair[0])
		}
		s.sql(" FROM ")
		s.ident(edge.table)
		if more != nil && pair != nil {
			s.sql(" WHERE ")
			s.ident(pair[1])
			s.sql(" IN (SELECT ")
			part(edge.target.id, edge.target.table)
			more(to)
			s.sql(")")
		}
	}
	s.sql(")")
}

// predicate writes a condition, or each that it can be.
func (s *entSpeller) predicate(e *entEntity, v gosrc.Value) {
	s.condition(v, func(v gosrc.Value) {
		if list, ok := v.(*gosrc.List); ok {
			s.all(e, list)
			return
		}
		l := lastLink(v)
		if l == nil {
			s.free(e, v)
			return
		}
		s.at(l, func() { s.comparison(e, l) })
	})
}

// all writes a list of conditions.
func (s *entSpeller) all(e *entEntity, list *gosrc.List) {
	s.sql("(1 = 1")
	for _, elem := range list.Elems {
		s.perhaps(elem.May, func() {
			s.sql(" AND ")
			s.predicate(e, elem.Value)
		})
	}
	if list.Open {
		s.sql(" AND ")
		s.hole("more conditions")
	}
	s.sql(")")
}

// entOperators are what the names of predicates end in.
var entOperators = map[string]string{
	"": " = ?", "EQ": " = ?", "NEQ": " <> ?", "In": " IN (?)", "NotIn": " NOT IN (?)", "GT": " > ?", "GTE": " >= ?", "LT": " < ?", "LTE": " <= ?",
	"Contains": " LIKE ?", "ContainsFold": " LIKE ?", "EqualFold": " LIKE ?", "HasPrefix": " LIKE ?", "HasSuffix": " LIKE ?",
	"HasPrefixFold": " LIKE ?", "HasSuffixFold": " LIKE ?", "IsNil": " IS NULL", "NotNil": " IS NOT NULL", "IsNull": " IS NULL", "NotNull": " IS NOT NULL",
}

// comparison writes what a function that gives a predicate compares.
func (s *entSpeller) comparison(e *entEntity, l *gosrc.Link) {
	name := l.Callee.Name
	if isEntPath(l.Callee.Pkg) {
		name = strings.TrimSuffix(name, "Predicates")
	}
	switch name {
	case "And", "Or", "Not":
		list := s.sequence(map[string]string{"And": "(", "Or": "(", "Not": "NOT ("}[name], map[string]string{"Or": " OR "}[name])
		if name != "Or" {
			list.between = " AND "
		}
		for _, v := range l.Args {
			list.next()
			s.predicate(e, v)
		}
		if list.n == 0 {
			list.next()
			s.sql("1 = 1")
		}
		s.sql(")")
		return
	}
	if isEntPath(l.Callee.Pkg) {
		s.comparisonByName(l)
		return
	}
	if owner := s.client.of(l); owner != nil {
		e = owner
	}
	if s.ofField(e, name) {
		return
	}
	edge, with := strings.TrimPrefix(name, "Has"), false
	if e.edges[edge] == nil {
		edge, with = strings.TrimSuffix(edge, "With"), true
	}
	if to := e.edges[edge]; to != nil && strings.HasPrefix(name, "Has") {
		var more func(*entQuery)
		if with {
			more = func(to *entQuery) {
				list := s.sequence(" WHERE ", " AND ")
				for _, v := range l.Args {
					list.next()
					s.predicate(to.entity, v)
				}
			}
		}
		s.neighbours(e, to, more)
		return
	}
	s.hole("predicate " + name)
}

// ofField writes the comparison of a field, if the name of a predicate is of one.
func (s *entSpeller) ofField(e *entEntity, name string) bool {
	for i := len(name); i > 0; i-- {
		f := e.field(name[:i])
		operator, known := entOperators[name[i:]]
		if f != nil && known {
			s.ident(f.column)
			s.sql(operator)
			return true
		}
	}
	return false
}

// comparisonByName writes FieldEQ of ent's own package: the field is its first argument.
func (s *entSpeller) comparisonByName(l *gosrc.Link) {
	operator, known := entOperators[strings.TrimPrefix(strings.TrimPrefix(l.Callee.Name, "Field"), "s")]
	if !known {
		operator = " = ?"
	}
	s.columnAt(firstOf(l.Args))
	s.sql(operator)
	if strings.HasPrefix(l.Callee.Name, "Fields") && len(l.Args) > 1 {
		s.sql(" AND ")
		s.columnAt(l.Args[1])
		s.sql(" = ?")
	}
}

// of is the entity whose package declares what a link calls.
func (c *entClient) of(l *gosrc.Link) *entEntity {
	for _, e := range c.entities {
		if l.Callee.Func != nil && e.pkg != nil && e.pkg == l.Callee.Func.Pkg() {
			return e
		}
	}
	return nil
}

// free writes what a function adds to a statement by ent's package of SQL: the columns
// that it names, and a hole for what it may add beside.
func (s *entSpeller) free(e *entEntity, v gosrc.Value) {
	switch v := v.(type) {
	case *gosrc.Func:
		if v.Lit == nil {
			s.hole("what a function adds")
			return
		}
		names, whole := e.namesIn(v.Lit, s.in)
		s.sql("(1 = 1")
		for _, name := range names {
			s.sql(" AND ")
			s.ident(name)
			s.sql(" = ?")
		}
		if !whole {
			s.sql(" AND ")
			s.hole("what a function adds")
		}
		s.sql(")")
	case *gosrc.Chain: // of a function that adds nothing that is known
		s.hole("what a function adds")
	default:
		s.value(v)
	}
}

// namesIn are the columns of the entity that a literal spells, and whether these may be
// all: every string that it hands on is one.
func (e *entEntity) namesIn(lit *ast.FuncLit, in *gosrc.Package) (names []string, whole bool) {
	whole = true
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		expr, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		tv := in.Info.Types[expr]
		if tv.Value == nil || tv.Value.Kind() != constant.String {
			return true
		}
		name := constant.StringVal(tv.Value)
		switch {
		case e.column(name) != nil:
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		case strings.ContainsAny(name, " `.("):
			whole = false
		}
		return false
	})
	return names, whole && len(names) > 0
}
