package uses

import (
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

func xormBuilderStep(c gosrc.Callee) gosrc.Step {
	switch c.Name {
	case "ToSQL", "ToBoundSQL":
		if c.Recv != "" {
			return gosrc.Finish
		}
		return gosrc.NoStep
	case "IsValid":
		return gosrc.NoStep
	}
	if c.Recv == "Builder" {
		return gosrc.GrowLink
	}
	return gosrc.AddLink
}

// xormCondition writes a condition: text, a map or list of the builder, a chain.
func xormCondition(s *speller, v gosrc.Value) {
	switch v := v.(type) {
	case *gosrc.Record:
		xormComparisons(s, v)
	case *gosrc.List:
		xormFixed(s, v)
	case *gosrc.Chain:
		xormChain(s, v)
	case gosrc.OneOf:
		s.condition(v, func(v gosrc.Value) { xormCondition(s, v) })
	default:
		s.value(v)
	}
}

// xormComparisons writes Eq{"a": 1} and its kin, and Between.
func xormComparisons(s *speller, r *gosrc.Record) {
	_, kind := gosrc.Named(r.Type)
	if kind == "Between" {
		s.columnName(r.Fields["Col"])
		s.sql(" BETWEEN ? AND ?")
		return
	}
	if len(r.Keys) == 0 {
		s.hole("columns of a map")
		return
	}
	op := map[string]string{"Neq": "<>", "Gt": ">", "Gte": ">=", "Lt": "<", "Lte": "<="}[kind]
	if op == "" {
		op = "="
	}
	list := s.sequence("(", " AND ")
	for _, key := range r.Names() {
		list.next()
		s.name(r.Keys[key])
		switch v := r.Fields[key].(type) {
		case *gosrc.List:
			s.sql(" IN (?)")
		case *gosrc.Chain:
			s.sql(" " + op + " ")
			xormOperand(s, v)
		default:
			s.sql(" " + op + " ")
			s.stored(v)
		}
	}
	s.sql(")")
}

// xormFixed writes Like{"a", "x"}, IsNull{"a"}, NotNull{"a"}, Not{cond}.
func xormFixed(s *speller, l *gosrc.List) {
	_, kind := gosrc.Named(l.Type)
	if len(l.Elems) == 0 {
		s.sql("1 = 1")
		return
	}
	first := l.Elems[0].Value
	switch kind {
	case "Not":
		s.sql("NOT (")
		xormCondition(s, first)
		s.sql(")")
	case "Like":
		s.columnName(first)
		s.sql(" LIKE ?")
	case "NotNull":
		s.columnName(first)
		s.sql(" IS NOT NULL")
	case "IsNull":
		s.columnName(first)
		s.sql(" IS NULL")
	default:
		s.hole("a condition")
	}
}

// xormOperand writes a query in parentheses, or an expression.
func xormOperand(s *speller, ch *gosrc.Chain) {
	s.sql("(")
	xormChain(s, ch)
	s.sql(")")
}

func xormIn(s *speller, l *gosrc.Link) {
	s.columnName(firstOf(l.Args))
	if strings.HasPrefix(l.Callee.Name, "Not") {
		s.sql(" NOT")
	}
	s.sql(" IN ")
	if len(l.Args) == 2 {
		if ch, ok := l.Args[1].(*gosrc.Chain); ok {
			xormOperand(s, ch)
			return
		}
	}
	s.sql("(?)")
}

// xormChain writes conditions joined by calls, or a query of the builder.
func xormChain(s *speller, ch *gosrc.Chain) {
	if xormStatement(s, ch) {
		return
	}
	list := s.sequence("", "")
	join := func(word string, v gosrc.Value) {
		list.join(word)
		s.sql("(")
		xormCondition(s, v)
		s.sql(")")
	}
	if ch.Base != nil {
		join("", ch.Base)
	}
	for i := range ch.Links {
		l := &ch.Links[i]
		s.inside(l, func() {
			switch l.Callee.Name {
			case "And", "Or":
				word := map[string]string{"And": " AND ", "Or": " OR "}[l.Callee.Name]
				for _, v := range l.Args {
					join(word, v)
				}
			case "If":
				s.perhaps(true, func() {
					for _, v := range l.Args[min(len(l.Args), 1):] {
						join(" OR ", v)
					}
				})
			case "Expr":
				list.next()
				s.first(l.Args)
			case "In", "NotIn":
				list.next()
				xormIn(s, l)
			case "Exists", "NotExists":
				list.next()
				s.sql(map[string]string{"Exists": "EXISTS ", "NotExists": "NOT EXISTS "}[l.Callee.Name])
				if in, ok := firstOf(l.Args).(*gosrc.Chain); ok {
					xormOperand(s, in)
				}
			}
		})
	}
	if list.n == 0 {
		s.sql("1 = 1")
	}
}

// xormStatement writes a statement of the builder, and says whether the chain is one.
func xormStatement(s *speller, ch *gosrc.Chain) bool {
	q := &xormBuilderQuery{speller: s, links: linksOf(ch), all: ch.Links}
	q.start = q.links.last("Select", "Insert", "Update", "Delete")
	if q.start == nil {
		return false
	}
	switch q.start.Callee.Name {
	case "Select":
		q.selects()
	case "Insert":
		q.sql("INSERT INTO ")
		q.table("Into")
		q.sets()
	case "Update":
		q.sql("UPDATE ")
		q.table("From")
		q.sets()
	case "Delete":
		q.sql("DELETE FROM ")
		q.table("From")
	}
	q.where()
	for _, name := range [...][2]string{{"GroupBy", " GROUP BY "}, {"Having", " HAVING "}, {"OrderBy", " ORDER BY "}} {
		if l := q.links.last(name[0]); l != nil {
			q.inside(l, func() { q.sql(name[1]); q.first(l.Args) })
		}
	}
	return true
}

// A xormBuilderQuery is a chain of the builder that is a statement.
type xormBuilderQuery struct {
	*speller
	links links
	all   []gosrc.Link
	start *gosrc.Link // that says which
}

// table writes the table that the last call of a name gives: a name or a query, with
// its alias.
func (q *xormBuilderQuery) table(name string) {
	l := q.links.last(name)
	if l == nil {
		q.hole("a table that another function names")
		return
	}
	q.inside(l, func() {
		if in, ok := firstOf(l.Args).(*gosrc.Chain); ok {
			xormOperand(q.speller, in)
		} else {
			q.name(firstOf(l.Args))
		}
		if len(l.Args) == 2 {
			q.sql(" AS ")
			q.name(l.Args[1])
		}
	})
}

func (q *xormBuilderQuery) selects() {
	q.sql("SELECT ")
	if len(q.start.Args) == 0 {
		q.sql("*")
	}
	q.inside(q.start, func() { q.list(q.start.Args) })
	q.sql(" FROM ")
	q.table("From")
	for i := range q.all {
		l := &q.all[i]
		word := xormJoins[l.Callee.Name]
		if word == "" || len(l.Args) != 2 {
			continue
		}
		q.inside(l, func() {
			q.sql(word)
			q.name(l.Args[0])
			q.sql(" ON ")
			xormCondition(q.speller, l.Args[1])
		})
	}
}

// sets writes what the first call is handed: maps, and expressions.
func (q *xormBuilderQuery) sets() {
	list := q.sequence(" SET ", ", ")
	for _, v := range q.start.Args {
		if r, ok := v.(*gosrc.Record); ok && len(r.Keys) > 0 {
			q.pairs(list, r, q.given)
			continue
		}
		list.next()
		xormCondition(q.speller, v)
	}
	if list.n == 0 {
		list.next()
		q.hole("columns that another function sets")
	}
}

// given writes what a column is set to: a query or an expression, or a value.
func (q *xormBuilderQuery) given(v gosrc.Value) {
	if in, ok := v.(*gosrc.Chain); ok {
		xormOperand(q.speller, in)
		return
	}
	q.stored(v)
}

func (q *xormBuilderQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	if q.start.Callee.Name == "Delete" {
		for _, v := range q.start.Args {
			list.next()
			xormCondition(q.speller, v)
		}
	}
	for i := range q.all {
		l := &q.all[i]
		switch l.Callee.Name {
		case "Where", "And", "Or":
			q.inside(l, func() {
				list.next()
				q.sql("(")
				xormCondition(q.speller, firstOf(l.Args))
				q.sql(")")
			})
		}
	}
}

var xormJoins = map[string]string{"InnerJoin": " INNER JOIN ", "LeftJoin": " LEFT JOIN ", "RightJoin": " RIGHT JOIN ", "CrossJoin": " CROSS JOIN "}
