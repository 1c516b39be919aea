package uses

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// squirrel is github.com/Masterminds/squirrel, and what is forked from it.
var squirrel = &library{
	name:  "squirrel",
	path:  "github.com/Masterminds/squirrel",
	step:  squirrelStep,
	tells: squirrelTells,
	spell: func(ch *gosrc.Chain) gosrc.Text {
		q := newSquirrelQuery(ch)
		if q.verb == "" {
			return nil
		}
		s := &speller{at: ch.Links[0].Call.Pos()}
		q.write(s)
		return s.text
	},
}

func squirrelStep(c gosrc.Callee) gosrc.Step {
	switch c.Name {
	case "ToSql", "MustSql":
		return gosrc.Finish
	case "Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext", "Scan", "ScanContext":
		return gosrc.RunChain
	case "ExecWith", "QueryWith", "QueryRowWith", "ExecContextWith", "QueryContextWith", "QueryRowContextWith":
		return gosrc.NoStep // they are handed what they run
	}
	return gosrc.AddLink
}

// squirrelTells says which calls name a table, or write SQL of which each text makes
// a statement of its own.
func squirrelTells(name string) bool {
	switch name {
	case "From", "FromSelect", "Into", "Table", "Insert", "Replace", "Update", "Delete", "Expr", "Options", "Prefix", "PrefixExpr", "Suffix", "SuffixExpr", "JoinClause":
		return true
	}
	return strings.HasSuffix(name, "Join")
}

// A squirrelQuery sorts the links of a chain by the clause that they add to.
type squirrelQuery struct {
	verb  string // SELECT, INSERT, REPLACE, UPDATE, DELETE
	start *gosrc.Link
	links links
}

func newSquirrelQuery(ch *gosrc.Chain) *squirrelQuery {
	q := &squirrelQuery{links: links{}}
	for i := range ch.Links {
		l := &ch.Links[i]
		name := l.Callee.Name
		begins := l.Callee.Recv == "" || l.Callee.Recv == "StatementBuilderType"
		switch name {
		case "Select", "Insert", "Replace", "Update", "Delete":
			if begins {
				q.verb, q.start = strings.ToUpper(name), l
				continue
			}
		}
		q.links[name] = append(q.links[name], l)
	}
	if q.verb == "" && len(ch.Links) > 0 {
		q.verb = verbOf(ch.Links[0].Callee.Recv)
	}
	return q
}

// verbOf: a builder that is handed to a function tells by its type what it builds.
func verbOf(recv string) string {
	switch recv {
	case "SelectBuilder", "InsertBuilder", "UpdateBuilder", "DeleteBuilder":
		return strings.ToUpper(strings.TrimSuffix(recv, "Builder"))
	}
	return ""
}

func (q *squirrelQuery) write(s *speller) {
	q.texts(s, "Prefix", "", " ")
	q.texts(s, "PrefixExpr", "", " ")
	switch q.verb {
	case "SELECT":
		q.selects(s)
	case "INSERT", "REPLACE":
		q.inserts(s)
	case "UPDATE":
		q.updates(s)
	case "DELETE":
		s.sql("DELETE FROM ")
		q.table(s, "From")
		q.where(s, "Where", " WHERE ")
	}
	order := s.sequence(" ORDER BY ", ", ")
	for _, l := range q.links["OrderBy"] {
		s.inside(l, func() { order.next(); s.list(spread(l.Args)) })
	}
	for _, l := range q.links["OrderByClause"] {
		s.inside(l, func() { order.next(); s.first(l.Args) })
	}
	if len(q.links["Limit"]) > 0 {
		s.sql(" LIMIT 1")
	}
	q.texts(s, "Suffix", " ", " ")
	q.texts(s, "SuffixExpr", " ", " ")
}

// each writes the links of one name, with words before the first and between them.
func (q *squirrelQuery) each(s *speller, name, before, between string, do func(*gosrc.Link)) bool {
	list := s.sequence(before, between)
	for _, l := range q.links[name] {
		s.inside(l, func() { list.next(); do(l) })
	}
	return list.n > 0
}

func (q *squirrelQuery) texts(s *speller, name, before, behind string) {
	for _, l := range q.links[name] {
		s.inside(l, func() {
			s.sql(before)
			if len(l.Args) > 0 {
				q.part(s, l.Args[0])
			}
			s.sql(behind)
		})
	}
}

// table writes the table: of the link that names it last, or of the first call.
func (q *squirrelQuery) table(s *speller, name string) {
	if l := q.links.last(name); l != nil {
		s.inside(l, func() { s.name(firstOf(l.Args)) })
		return
	}
	if q.start != nil && q.verb != "SELECT" && len(q.start.Args) > 0 {
		s.inside(q.start, func() { s.name(q.start.Args[0]) })
		return
	}
	s.hole("a table that another function names")
}

func (q *squirrelQuery) selects(s *speller) {
	s.sql("SELECT ")
	if len(q.links["Distinct"]) > 0 {
		s.sql("DISTINCT ")
	}
	list := s.sequence("", ", ")
	operand := func(v gosrc.Value) { q.operand(s, v) }
	if q.start != nil {
		s.arguments(list, []*gosrc.Link{q.start}, operand)
	}
	s.arguments(list, q.links["Columns"], operand)
	for _, l := range q.links["Column"] {
		s.inside(l, func() { list.next(); q.operand(s, firstOf(l.Args)) })
	}
	if list.n == 0 {
		s.hole("columns that another function names")
	}
	q.from(s)
	for _, join := range [...][2]string{{"Join", " JOIN "}, {"InnerJoin", " INNER JOIN "}, {"LeftJoin", " LEFT JOIN "}, {"RightJoin", " RIGHT JOIN "}, {"CrossJoin", " CROSS JOIN "}, {"JoinClause", " "}} {
		q.texts(s, join[0], join[1], "")
	}
	q.where(s, "Where", " WHERE ")
	q.each(s, "GroupBy", " GROUP BY ", ", ", func(l *gosrc.Link) { s.list(spread(l.Args)) })
	q.where(s, "Having", " HAVING ")
}

func (q *squirrelQuery) from(s *speller) {
	if l := q.links.last("FromSelect"); l != nil {
		s.inside(l, func() {
			s.sql(" FROM ")
			if len(l.Args) == 2 {
				q.operand(s, l.Args[0])
				s.sql(" AS ")
				s.value(l.Args[1])
			}
		})
		return
	}
	if len(q.links["From"]) > 0 || q.start == nil {
		s.sql(" FROM ")
		q.table(s, "From")
	}
}

func (q *squirrelQuery) inserts(s *speller) {
	s.sql(q.verb + " ")
	q.texts(s, "Options", "", " ")
	s.sql("INTO ")
	q.table(s, "Into")
	if len(q.links["SetMap"]) > 0 {
		q.each(s, "SetMap", " SET ", ", ", func(l *gosrc.Link) { q.assignments(s, l.Args) })
		return
	}
	columns := 0
	if q.each(s, "Columns", " (", ", ", func(l *gosrc.Link) { s.columnNames(l.Args); columns += len(l.Args) }) {
		s.sql(")")
	}
	if list := q.links["Select"]; len(list) > 0 {
		s.sql(" ")
		s.inside(list[0], func() {
			if len(list[0].Args) > 0 {
				q.subselect(s, list[0].Args[0])
			}
		})
		return
	}
	q.values(s, columns)
}

// values writes one row for each call of Values; one of as many placeholders as
// there are columns when another function adds them.
func (q *squirrelQuery) values(s *speller, columns int) {
	s.sql(" VALUES ")
	rows := q.links["Values"]
	if len(rows) == 0 || columns > 0 && len(rows[0].Args) != columns {
		s.sql("(" + placeholders(columns) + ")")
		return
	}
	list := s.sequence("", ", ")
	for _, l := range rows {
		s.inside(l, func() {
			list.next()
			s.sql("(")
			cells := s.sequence("", ", ")
			for _, v := range l.Args {
				cells.next()
				q.stored(s, v)
			}
			s.sql(")")
		})
	}
}

func (q *squirrelQuery) updates(s *speller) {
	s.sql("UPDATE ")
	q.table(s, "Table")
	list := s.sequence(" SET ", ", ")
	for _, l := range q.links["Set"] {
		if len(l.Args) != 2 {
			continue
		}
		s.inside(l, func() {
			list.next()
			s.alternatives(l.Args[0], func(column gosrc.Value) {
				s.name(column)
				s.sql(" = ")
				q.stored(s, l.Args[1])
			})
		})
	}
	for _, l := range q.links["SetMap"] {
		s.inside(l, func() { list.next(); q.assignments(s, l.Args) })
	}
	if list.n == 0 {
		list.next()
		s.hole("columns that another function sets")
	}
	q.where(s, "Where", " WHERE ")
}

// assignments writes the columns of a map with their values.
func (q *squirrelQuery) assignments(s *speller, args []gosrc.Value) {
	r := firstRecord(args)
	if r == nil || len(r.Keys) == 0 {
		s.hole("columns of a map")
		return
	}
	s.pairs(s.sequence("", ", "), r, func(v gosrc.Value) { q.stored(s, v) })
}

// stored writes a value that a column is set to: an expression, a constant, or a
// placeholder.
func (q *squirrelQuery) stored(s *speller, v gosrc.Value) {
	if ch, ok := v.(*gosrc.Chain); ok {
		q.operand(s, ch)
		return
	}
	s.stored(v)
}

// operand writes a column, an expression, or a SELECT in parentheses.
func (q *squirrelQuery) operand(s *speller, v gosrc.Value) {
	ch, ok := v.(*gosrc.Chain)
	if !ok || len(ch.Links) == 0 {
		s.alternatives(v, s.value)
		return
	}
	if ch.Links[0].Callee.Name == "Case" {
		q.cases(s, ch)
		return
	}
	switch last := &ch.Links[len(ch.Links)-1]; last.Callee.Name {
	case "Expr":
		s.inside(last, func() { q.expression(s, last.Args) })
	case "ConcatExpr":
		s.inside(last, func() {
			for _, v := range last.Args {
				q.part(s, v)
			}
		})
	case "Alias":
		if len(last.Args) == 2 {
			q.operand(s, last.Args[0])
			s.sql(" AS ")
			s.value(last.Args[1])
		}
	default:
		s.sql("(")
		q.subselect(s, ch)
		s.sql(")")
	}
}

// expression writes the text of Expr, with what else is built in place of its
// placeholders.
func (q *squirrelQuery) expression(s *speller, args []gosrc.Value) {
	if !slices.ContainsFunc(args, func(v gosrc.Value) bool { return isAnyChain(gosrc.Alternatives(v)) }) {
		s.first(args)
		return
	}
	s.filled(args[0], func(_ string, n int) {
		if n+1 < len(args) && isAnyChain(gosrc.Alternatives(args[n+1])) {
			q.part(s, args[n+1])
			return
		}
		s.sql("?")
	})
}

// part writes a piece of SQL: a text, an expression, or a SELECT without parentheses.
func (q *squirrelQuery) part(s *speller, v gosrc.Value) {
	s.alternatives(v, func(v gosrc.Value) {
		if ch, ok := v.(*gosrc.Chain); ok && newSquirrelQuery(ch).verb != "" {
			q.subselect(s, ch)
			return
		}
		q.operand(s, v)
	})
}

// cases writes CASE what WHEN … THEN … ELSE … END.
func (q *squirrelQuery) cases(s *speller, ch *gosrc.Chain) {
	s.sql("CASE")
	whens := 0
	for i := range ch.Links {
		l := &ch.Links[i]
		before := map[string][]string{"Case": {" "}, "When": {" WHEN ", " THEN "}, "Else": {" ELSE "}}[l.Callee.Name]
		s.inside(l, func() {
			for i, v := range l.Args[:min(len(l.Args), len(before))] {
				s.sql(before[i])
				q.operand(s, v)
			}
		})
		if l.Callee.Name == "When" {
			whens++
		}
	}
	if whens == 0 {
		s.sql(" WHEN ? THEN ?")
	}
	s.sql(" END")
}

func (q *squirrelQuery) subselect(s *speller, v gosrc.Value) {
	if ch, ok := v.(*gosrc.Chain); ok {
		if inner := newSquirrelQuery(ch); inner.verb != "" {
			inner.write(s)
			return
		}
	}
	s.sql("SELECT ")
	s.hole("a query that another function builds")
}

// where writes the predicates of Where or Having.
func (q *squirrelQuery) where(s *speller, name, before string) {
	q.each(s, name, before, " AND ", func(l *gosrc.Link) {
		if len(l.Args) > 0 {
			q.predicate(s, l.Args[0])
		}
	})
}

func (q *squirrelQuery) predicate(s *speller, v gosrc.Value) {
	switch v := v.(type) {
	case gosrc.Text:
		s.sql("(")
		s.part(v)
		s.sql(")")
	case *gosrc.Record:
		q.comparisons(s, v)
	case *gosrc.List:
		q.conjunction(s, v)
	case *gosrc.Chain:
		q.operand(s, v)
	case gosrc.OneOf:
		s.condition(v, func(v gosrc.Value) { q.predicate(s, v) })
	case gosrc.Unknown:
		if v.Why == "nil" { // which adds nothing
			s.sql("1 = 1")
			return
		}
		s.value(v)
	default:
		s.value(v)
	}
}

// comparisons writes Eq{"a": 1} and its kin.
func (q *squirrelQuery) comparisons(s *speller, r *gosrc.Record) {
	_, kind := gosrc.Named(r.Type)
	if len(r.Keys) == 0 {
		s.hole("columns of a map")
		return
	}
	list := s.sequence("(", " AND ")
	for _, key := range r.Names() {
		list.next()
		s.name(r.Keys[key])
		q.compare(s, kind, r.Fields[key])
	}
	s.sql(")")
}

func (q *squirrelQuery) compare(s *speller, kind string, v gosrc.Value) {
	ch, isChain := v.(*gosrc.Chain)
	_, isList := v.(*gosrc.List)
	u, unknown := v.(gosrc.Unknown)
	not := strings.HasPrefix(kind, "Not")
	switch {
	case isChain:
		s.sql(map[bool]string{false: " IN ", true: " NOT IN "}[not])
		q.operand(s, ch)
	case isList:
		s.sql(" IN (?)")
	case unknown && u.Why == "nil":
		s.sql(map[bool]string{false: " IS NULL", true: " IS NOT NULL"}[not])
	case strings.HasSuffix(kind, "Like"):
		s.sql(" LIKE ?")
	default:
		s.sql(" = ?")
	}
}

// conjunction writes And{…} and Or{…}.
func (q *squirrelQuery) conjunction(s *speller, l *gosrc.List) {
	_, kind := gosrc.Named(l.Type)
	between := " AND "
	if kind == "Or" {
		between = " OR "
	}
	if len(l.Elems) == 0 {
		s.sql("1 = 1")
		if l.Open {
			s.sql(" AND ")
			s.hole("more conditions")
		}
		return
	}
	s.sql("(")
	list := s.sequence("", between)
	for _, e := range l.Elems {
		s.perhaps(e.May, func() { list.next(); q.predicate(s, e.Value) })
	}
	if l.Open {
		list.next()
		s.hole("more conditions")
	}
	s.sql(")")
}

// spread puts all that a value can be in its place: for lists whose order and length
// tell nothing.
func spread(values []gosrc.Value) []gosrc.Value {
	var out []gosrc.Value
	for _, v := range values {
		out = append(out, gosrc.Alternatives(v)...)
	}
	return out
}
