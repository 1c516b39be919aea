package mysql

import (
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// results keeps the columns that a SELECT gives back.
func (q *reading) results(columns []output) {
	if hasRest(columns) {
		return
	}
	q.query.Results = make([]schema.Result, len(columns))
	for i, c := range columns {
		r := &q.query.Results[i]
		*r = schema.Result{Name: c.name, Table: c.table, From: c.from, Star: c.star, Nullable: c.nullable, NotNull: c.notNull}
		switch {
		case c.column != nil:
			r.Column = c.column.Name
		case c.spelled != "":
			r.Column = c.spelled
		}
	}
}

// with makes the common table expressions known.
func (q *reading) with(w *ast.WithClause, sc *scope, part schema.Part) *scope {
	if w == nil {
		return sc
	}
	inner := &scope{outer: sc}
	c := context{part: part}
	for _, e := range w.CTEs {
		names := q.names(e.ColNameList)
		t := &cte{name: q.nameOf(e.Name).text}
		if w.IsRecursive {
			t.columns = []output{{rest: true}}
			inner.ctes = append(inner.ctes, t)
			t.columns = renamed(q.setOperation(e.Query.Query, inner, c, func(first []output) { t.columns = renamed(first, names) }), names)
			continue
		}
		t.columns = renamed(q.resultSet(e.Query.Query, inner, c), names)
		inner.ctes = append(inner.ctes, t)
	}
	return inner
}

func (q *reading) names(list []ast.CIStr) []string {
	var out []string
	for _, c := range list {
		out = append(out, q.nameOf(c).text)
	}
	return out
}

// resultSet reads a SELECT, a UNION and the like, and returns its columns.
func (q *reading) resultSet(n ast.ResultSetNode, sc *scope, c context) []output {
	return q.setOperation(n, sc, c, nil)
}

// setOperation calls first with the columns of the first SELECT of a UNION,
// which a recursive part may read.
func (q *reading) setOperation(n ast.Node, sc *scope, c context, first func([]output)) []output {
	q.depth++
	defer func() { q.depth-- }()
	if q.depth > maxNesting {
		return []output{{rest: true}}
	}
	switch n := n.(type) {
	case *ast.SelectStmt:
		return q.selectQuery(n, sc, c)
	case *ast.SubqueryExpr:
		return q.setOperation(n.Query, sc, c, first)
	case *ast.SetOprStmt:
		sc = q.with(n.With, sc, c.part)
		out := q.members(n.SelectList.Selects, sc, c, first)
		q.orderBy(n.OrderBy, &scope{outer: sc, aliases: out}, c)
		return out
	case *ast.SetOprSelectList:
		sc = q.with(n.With, sc, c.part)
		out := q.members(n.Selects, sc, c, first)
		q.orderBy(n.OrderBy, &scope{outer: sc, aliases: out}, c)
		return out
	}
	return []output{{rest: true}}
}

func (q *reading) members(selects []ast.Node, sc *scope, c context, first func([]output)) []output {
	var out []output
	for i, s := range selects {
		columns := q.setOperation(s, sc, c, nil)
		if i > 0 {
			out = united(out, columns)
			continue
		}
		if out = columns; first != nil {
			first(out)
		}
	}
	return out
}

// united are the columns of a UNION: each comes from both.
func united(a, b []output) []output {
	if hasRest(a) || hasRest(b) || len(a) != len(b) {
		return append([]output{{rest: true}}, a...)
	}
	out := make([]output, len(a))
	for i := range a {
		o := a[i]
		o.from = distinct(append(slices.Clip(o.from), b[i].from...))
		if o.table != b[i].table || o.column != b[i].column {
			o.nullable = o.mayBeNull() || b[i].mayBeNull()
			o.table, o.column, o.spelled = schema.Name{}, nil, ""
		}
		o.nullable, o.notNull = o.nullable || b[i].nullable, o.notNull && b[i].notNull
		o.value = nil
		out[i] = o
	}
	return out
}

func (q *reading) selectQuery(n *ast.SelectStmt, outer *scope, c context) []output {
	sc := &scope{outer: q.with(n.With, outer, c.part)}
	inner := context{part: c.part, branch: c.branch}
	conditions := filter(c)
	if n.From != nil {
		q.from(n.From.TableRefs, sc, inner)
	}
	if n.Kind == ast.SelectStmtKindValues {
		return q.valuesQuery(n, sc, inner)
	}
	out := q.selectList(n, sc, c)
	q.expr(n.Where, sc, conditions)
	q.rejects(n.Where, sc)
	sc.results = out
	sc.leaveOut(out)
	if n.GroupBy != nil {
		q.items(n.GroupBy.Items, sc, conditions, out, false)
	}
	if n.Having != nil {
		sc.aliases = out
		q.expr(n.Having.Expr, sc, conditions)
		sc.aliases = nil
	}
	for i := range n.WindowSpecs {
		q.window(&n.WindowSpecs[i], sc, conditions)
	}
	sc.aliases = out
	q.orderBy(n.OrderBy, sc, conditions)
	if n.LockInfo != nil {
		for _, t := range n.LockInfo.Tables {
			if s := sc.named(q.nameOf(t.Name).text); s == nil {
				q.source(sc, t, "", false)
			}
		}
	}
	q.selected = sc
	return out
}

func (q *reading) valuesQuery(n *ast.SelectStmt, sc *scope, c context) []output {
	var out []output
	for i, row := range n.Lists {
		for j, e := range row.Values {
			o := q.outputOf(e, sc, c)
			switch {
			case i == 0:
				out = append(out, o)
			case j < len(out):
				out[j] = united(out[j:j+1], []output{o})[0]
			}
		}
	}
	return out
}

// selectList reads the select list and returns its columns.
func (q *reading) selectList(n *ast.SelectStmt, sc *scope, c context) []output {
	var out []output
	grouped := n.GroupBy != nil
	for _, f := range n.Fields.Fields {
		switch {
		case f.WildCard != nil:
			if !c.exists {
				out = append(out, q.star(f, sc, c)...)
			}
		case f.Expr != nil:
			o := q.outputOf(f.Expr, sc, c)
			if !grouped && isAggregate(f.Expr) {
				o.nullable = !isCount(f.Expr)
			}
			if f.AsName.O != "" {
				o.name = q.nameOf(f.AsName).text
			} else if o.name == "" {
				o.name = q.spelledAt(f.Offset, f.OriginalText())
			}
			out = append(out, o)
		}
	}
	return out
}

// star reads * or t.*, and returns the columns that it stands for.
func (q *reading) star(f *ast.SelectField, sc *scope, c context) []output {
	from, to := f.Offset, f.Offset+1
	if from >= len(q.plain.text) || q.plain.text[from] != '*' { // TABLE t
		from, to = -1, -1
	}
	sources := sc.sources
	if f.WildCard.Table.O != "" {
		sp := q.nameOf(f.WildCard.Table)
		from, to = sp.start, sp.end
		s := sc.named(sp.text)
		if s == nil {
			s = q.row(sp.text)
		}
		if s == nil && (sp.hole || q.mayHideTable()) {
			s = q.hiddenQualifier(sc, sp)
		}
		if s == nil {
			return []output{{rest: true}}
		}
		sources = []*source{s}
	}
	var out []output
	for _, s := range sources {
		columns := s.all()
		q.starUses(s, columns, schema.Use{Part: c.part, Branch: c.branch, By: schema.ByStar, Certain: true}, from, to)
		for _, o := range columns {
			if o.star = true; !contains(sc.using, o.name) || f.WildCard.Table.O != "" || !hasNamed(out, o.name) {
				out = append(out, o)
			}
		}
	}
	if len(out) > maxColumns {
		return []output{{rest: true}}
	}
	return out
}

// maxColumns bounds what * of * of * can come to; it is also what a server takes.
const maxColumns = 4096

// spelledAt returns a piece of the statement as it is spelled, on one line.
func (q *reading) spelledAt(offset int, parsed string) string {
	to := offset + len(strings.TrimRight(parsed, " \t\r\n"))
	if offset < 0 || to > len(q.plain.text) {
		return oneLine(parsed)
	}
	return oneLine(q.text.source[q.text.offset(q.base+offset, false):q.text.offset(q.base+to, true)])
}

func hasNamed(columns []output, name string) bool {
	for _, o := range columns {
		if strings.EqualFold(o.name, name) {
			return true
		}
	}
	return false
}

// starUses notes that all columns of a source are used.
func (q *reading) starUses(s *source, columns []output, use schema.Use, from, to int) {
	if s.guess != nil {
		s.guess.add(use, from, to)
		return
	}
	if s.table == nil && !s.view {
		return // the SELECT below reads them
	}
	for _, o := range columns {
		q.outputUses(s, o, use, from, to)
	}
}

// outputUses notes a use of a column of a table, or of those that a column of a
// view is made of.
func (q *reading) outputUses(s *source, o output, use schema.Use, from, to int) {
	if s.table == nil && !s.view {
		return
	}
	if use.Write && o.column == nil && o.spelled == "" {
		return
	}
	for _, f := range o.from {
		use.Table, use.Column = f.Table, f.Column
		q.add(use, from, to)
	}
}

// outputOf reads one expression of a select list.
func (q *reading) outputOf(e ast.ExprNode, sc *scope, c context) output {
	if n, ok := plainExpr(e).(*ast.ColumnNameExpr); ok {
		sp := q.nameOf(n.Name.Name)
		ms := q.column(n.Name, sc, schema.Use{Part: c.part, Branch: c.branch})
		if sp.hole {
			return output{rest: true}
		}
		if len(ms) == 0 {
			return output{name: sp.text, nullable: true}
		}
		out := ms[0].out
		for _, m := range ms[1:] {
			out.from = append(slices.Clip(out.from), m.out.from...)
		}
		if len(ms) > 1 || ms[0].source != nil && ms[0].source.guess != nil {
			out.table, out.column, out.spelled, out.nullable = schema.Name{}, nil, "", true
		}
		out.name, out.star = sp.text, false
		return out
	}
	out := output{from: distinct(q.expr(e, sc, c)), value: q.literal(e)}
	out.nullable = q.nullable(e, sc)
	return out
}

func plainExpr(e ast.ExprNode) ast.ExprNode {
	for {
		p, ok := e.(*ast.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expr
	}
}

func (q *reading) orderBy(n *ast.OrderByClause, sc *scope, c context) {
	if n != nil {
		q.items(n.Items, sc, filter(c), sc.aliases, true)
	}
}

// items reads ORDER BY and GROUP BY. ORDER BY takes the name of a result before
// that of a column, GROUP BY the other way round.
func (q *reading) items(items []*ast.ByItem, sc *scope, c context, aliases []output, aliasFirst bool) {
	for _, i := range items {
		n, ok := plainExpr(i.Expr).(*ast.ColumnNameExpr)
		if ok && n.Name.Table.O == "" && hasNamed(aliases, q.nameOf(n.Name.Name).text) && (aliasFirst || !sc.has(q.nameOf(n.Name.Name).text)) {
			if !q.isOwnColumn(aliases, n, sc) {
				continue
			}
		}
		q.expr(i.Expr, sc, c)
	}
}

// isOwnColumn says whether the result of that name is the column of that name:
// then it is read where it is ordered by, too.
func (q *reading) isOwnColumn(aliases []output, n *ast.ColumnNameExpr, sc *scope) bool {
	name := q.nameOf(n.Name.Name).text
	for _, o := range aliases {
		if strings.EqualFold(o.name, name) {
			return o.column != nil && strings.EqualFold(o.column.Name, name) && sc.has(name)
		}
	}
	return false
}
