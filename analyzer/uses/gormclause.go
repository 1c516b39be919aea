package uses

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What GORM is handed that is more than a value: expressions, clauses, and queries
// that are part of another.

func hasChain(values []gosrc.Value) bool {
	return slices.ContainsFunc(values, func(v gosrc.Value) bool { _, is := v.(*gosrc.Chain); return is })
}

// template writes a text of a link, with the expressions and queries that stand for
// its placeholders.
func (q *gormQuery) template(l *gosrc.Link, arg int) {
	if !hasChain(l.Args[arg:]) {
		q.value(l.Args[arg])
		return
	}
	q.filled(l.Args[arg], func(_ string, n int) {
		if at := arg + 1 + n; at < len(l.Args) {
			q.argument(l.Args[at])
			return
		}
		q.sql("?")
	})
}

// argument writes a value, an expression or a query.
func (q *gormQuery) argument(v gosrc.Value) {
	ch, ok := v.(*gosrc.Chain)
	switch {
	case !ok || len(ch.Links) == 0:
		q.sql("?")
	case isExpr(ch):
		q.sql("(")
		q.template(&ch.Links[0], 0)
		q.sql(")")
	default:
		q.subquery(ch)
	}
}

// isExpr: gorm.Expr("star_count + ?", 1).
func isExpr(ch *gosrc.Chain) bool {
	l := &ch.Links[0]
	return l.Callee.Recv == "" && l.Callee.Name == "Expr" && len(l.Args) > 0
}

func (q *gormQuery) subquery(ch *gosrc.Chain) {
	ch = spliced(ch)
	in := &gormQuery{speller: &speller{may: q.may, at: q.at}, links: linksOf(ch), last: &ch.Links[len(ch.Links)-1]}
	q.sql("(")
	if in.resolve() {
		in.load()
		q.text = append(q.text, in.text...)
	} else {
		q.sql("SELECT ")
		q.hole("a query that another function builds")
	}
	q.sql(")")
}

// within writes a condition that is an expression, a clause, or conditions of a handle.
func (q *gormQuery) within(ch *gosrc.Chain) {
	switch {
	case len(ch.Links) == 0:
		q.sql("1 = 1")
	case isExpr(ch):
		q.argument(ch)
	case ch.Links[0].Callee.Recv == "":
		q.sql("1 = 1")
		q.clause(q.sequence(" AND ", " AND "), ch)
	default:
		list := q.sequence("(", " AND ")
		q.predicates(list, linksOf(ch))
		if list.n == 0 {
			q.sql("(1 = 1")
		}
		q.sql(")")
	}
}

// maxClauses bounds the clauses that lie in one another.
const maxClauses = 6

// isClause says whether a value is a clause, and none that has its own place.
func isClause(r *gosrc.Record) bool {
	pkg, name := gosrc.Named(r.Type)
	return strings.HasPrefix(pkg, gorm2Path) && strings.HasSuffix(pkg, "/clause") && name != "OnConflict"
}

// clause writes the columns of a clause, each as a piece of a condition.
func (q *gormQuery) clause(list *sequence, v gosrc.Value) {
	for _, name := range clauseColumns(v, maxClauses) {
		list.next()
		q.sql("(")
		q.value(name)
		q.sql(") IS NOT NULL")
	}
}

// clauseColumns are the names of columns, and the SQL, in a clause.
func clauseColumns(v gosrc.Value, depth int) []gosrc.Value {
	if depth == 0 {
		return nil
	}
	var out []gosrc.Value
	switch v := v.(type) {
	case *gosrc.List:
		for _, e := range v.Elems {
			out = append(out, clauseColumns(e.Value, depth-1)...)
		}
	case *gosrc.Chain:
		for _, l := range v.Links {
			for _, a := range l.Args {
				out = append(out, clauseColumns(a, depth-1)...)
			}
		}
	case *gosrc.Record:
		if !isClause(v) {
			return nil
		}
		for _, field := range [...]string{"Name", "SQL", "Column", "Columns", "Expression", "Exprs"} {
			if t, ok := v.Fields[field].(gosrc.Text); ok && len(t) > 0 && !strings.HasPrefix(t.String(), "~") { // clause.PrimaryKey
				out = append(out, quotedName(t))
				continue
			}
			out = append(out, clauseColumns(v.Fields[field], depth-1)...)
		}
	}
	return out
}
