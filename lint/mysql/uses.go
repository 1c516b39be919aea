package mysql

import (
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A located use stands at [from, to) of the statement; -1 when that is not known.
type located struct {
	schema.Use
	from, to int
}

// A context says where an expression stands.
type context struct {
	part   schema.Part
	branch schema.Branch
	exists bool // the select list of EXISTS: its * reads nothing
}

func (q *reading) add(u schema.Use, from, to int) {
	q.uses = append(q.uses, located{Use: u, from: from, to: to})
}

// walk reads the uses of a statement.
func (q *reading) walk(node ast.StmtNode) {
	sc := &scope{}
	result := context{part: schema.InResult}
	switch n := node.(type) {
	case *ast.SelectStmt:
		q.query.Kind = schema.SelectQuery
		q.results(q.resultSet(n, sc, result))
	case *ast.SetOprStmt:
		q.query.Kind = schema.SelectQuery
		q.results(q.resultSet(n, sc, result))
	case *ast.InsertStmt:
		q.insertQuery(n, sc)
	case *ast.UpdateStmt:
		q.updateQuery(n, sc)
	case *ast.DeleteStmt:
		q.deleteQuery(n, sc)
	case *ast.LoadDataStmt:
		q.loadQuery(n, sc)
	case *ast.TruncateTableStmt:
		q.query.Kind = schema.TruncateQuery
		q.source(sc, n.Table, "", true)
	case *ast.LockTablesStmt:
		q.query.Kind = schema.LockQuery
		for _, l := range n.TableLocks {
			q.source(sc, l.Table, "", false)
		}
	case *ast.SetStmt:
		q.setQuery(n, sc)
	case *ast.ExplainStmt:
		if _, show := n.Stmt.(*ast.ShowStmt); !show {
			q.walk(n.Stmt)
			q.query.Kind, q.query.Results = schema.OtherQuery, nil
			return
		}
		q.otherQuery(n, sc)
	default:
		q.otherQuery(n, sc)
	}
	q.pieceUses()
}

// otherQuery reads what a statement of another kind names: tables, but not
// those that it makes, and a SELECT in it.
func (q *reading) otherQuery(n ast.StmtNode, sc *scope) {
	switch n := n.(type) {
	case *ast.CreateTableStmt:
		if n.ReferTable != nil {
			q.source(sc, n.ReferTable, "", false)
		}
		if n.Select != nil {
			q.resultSet(n.Select, sc, context{part: schema.InResult})
		}
		return
	case *ast.CreateViewStmt:
		if set, ok := n.Select.(ast.ResultSetNode); ok {
			q.resultSet(set, sc, context{part: schema.InResult})
		}
		return
	case *ast.DoStmt:
		for _, e := range n.Exprs {
			q.expr(e, sc, context{part: schema.InFilter})
		}
		return
	}
	n.Accept(&otherVisitor{q: q, sc: sc})
}

type otherVisitor struct {
	q  *reading
	sc *scope
}

func (v *otherVisitor) Enter(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.TableName:
		v.q.source(v.sc, n, "", false)
		return n, true
	case *ast.SubqueryExpr:
		v.q.resultSet(n.Query, v.sc, context{part: schema.InFilter})
		return n, true
	case *ast.SelectStmt:
		v.q.resultSet(n, v.sc, context{part: schema.InResult})
		return n, true
	}
	return n, false
}

func (v *otherVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// results keeps the columns that a SELECT gives back.
func (q *reading) results(columns []output) {
	if hasRest(columns) {
		return
	}
	q.query.Results = make([]schema.Result, len(columns))
	for i, c := range columns {
		r := &q.query.Results[i]
		*r = schema.Result{Name: c.name, Table: c.table, Star: c.star, Nullable: c.nullable, NotNull: c.notNull}
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
	sc.results = out
	q.expr(n.Where, sc, conditions)
	q.rejects(n.Where, sc)
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

// filter is the context of WHERE and the like.
func filter(c context) context { return context{part: schema.InFilter, branch: c.branch} }

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

// from adds the tables of FROM to the scope and reads the conditions of their joins.
func (q *reading) from(n ast.ResultSetNode, sc *scope, c context) {
	switch n := n.(type) {
	case *ast.Join:
		q.join(n, sc, c)
	case *ast.TableSource:
		q.tableSource(n, sc, c)
	case *ast.TableName:
		sc.sources = append(sc.sources, q.source(sc, n, "", false))
		q.indexHints(n, sc)
	}
}

func (q *reading) join(n *ast.Join, sc *scope, c context) {
	start := len(sc.sources)
	if n.Left != nil {
		q.from(n.Left, sc, c)
	}
	middle := len(sc.sources)
	if n.Right == nil {
		return
	}
	q.from(n.Right, sc, c)
	left, right := sc.sources[start:middle], sc.sources[middle:]
	conditions := filter(c)
	for _, name := range n.Using {
		sp := q.nameOf(name.Name)
		q.usingColumn(sp, left, conditions)
		q.usingColumn(sp, right, conditions)
		sc.using = append(sc.using, sp.text)
	}
	if n.NaturalJoin {
		q.natural(left, right, sc, conditions)
	}
	switch n.Tp {
	case ast.LeftJoin:
		setNullable(right)
	case ast.RightJoin:
		setNullable(left)
	}
	if n.On != nil {
		q.expr(n.On.Expr, sc, conditions)
		if n.Tp == ast.CrossJoin { // or INNER JOIN
			q.rejects(n.On.Expr, sc)
		}
	}
}

func setNullable(sources []*source) {
	for _, s := range sources {
		s.nullable = true
	}
}

func (q *reading) usingColumn(sp spelling, sources []*source, c context) {
	use := schema.Use{Part: c.part, Branch: c.branch}
	side := &scope{sources: sources}
	if sp.hole {
		q.hiddenColumn(side, sp, use)
		return
	}
	ms := q.unqualified(side, sp.text)
	if len(ms) > 1 { // an earlier USING made them one
		ms = ms[:1]
		ms[0].certain = true
	}
	q.matchUses(ms, sp, use)
}

// natural notes the columns that a NATURAL JOIN compares: those of one name.
func (q *reading) natural(left, right []*source, sc *scope, c context) {
	use := schema.Use{Part: c.part, Branch: c.branch, By: schema.ByStar, Certain: true}
	for _, r := range right {
		for _, o := range r.all() {
			if o.rest {
				continue
			}
			for _, l := range left {
				if other, ok, _ := l.find(o.name); ok {
					q.outputUses(l, other, use, -1, -1)
					q.outputUses(r, o, use, -1, -1)
					sc.using = append(sc.using, o.name)
					break
				}
			}
		}
	}
}

func (q *reading) tableSource(n *ast.TableSource, sc *scope, c context) {
	alias := q.nameOf(n.AsName).text
	switch t := n.Source.(type) {
	case *ast.TableName:
		sc.sources = append(sc.sources, q.source(sc, t, alias, false))
		q.indexHints(t, sc)
	case *ast.Join:
		q.join(t, sc, c)
	default:
		outer := sc.outer
		if n.Lateral {
			outer = sc
		}
		columns := q.setOperation(t, outer, c, nil)
		if q.loose && len(columns) == 1 && len(columns[0].from) == 0 { // what stands for JSON_TABLE
			columns = []output{{rest: true}}
		}
		s := &source{alias: alias, columns: renamed(columns, q.names(n.ColumnNames))}
		sc.sources = append(sc.sources, s)
	}
}

func (q *reading) indexHints(n *ast.TableName, sc *scope) {
	s := sc.sources[len(sc.sources)-1]
	if s.table == nil {
		return
	}
	for _, h := range n.IndexHints {
		for _, i := range h.IndexNames {
			sp := q.nameOf(i)
			q.add(schema.Use{Table: s.table.Name, Certain: true, Part: schema.InFrom, Index: sp.text}, sp.start, sp.end)
		}
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

// has says whether a source of this very scope has the column.
func (sc *scope) has(name string) bool {
	for _, s := range sc.sources {
		if _, ok, _ := s.find(name); ok {
			return true
		}
	}
	return false
}

// column reads one column that is named.
func (q *reading) column(n *ast.ColumnName, sc *scope, use schema.Use) []match {
	sp := q.nameOf(n.Name)
	if n.Table.O != "" {
		table := q.nameOf(n.Table)
		if sp.hole {
			if s := sc.named(table.text); s != nil {
				q.hiddenColumn(&scope{sources: []*source{s}}, sp, use)
			}
			return nil
		}
		ms := q.qualified(sc, table, sp)
		q.matchUses(ms, sp, use)
		return ms
	}
	if sp.hole {
		q.hiddenColumn(sc, sp, use)
		return nil
	}
	ms := q.unqualified(sc, sp.text)
	q.matchUses(ms, sp, use)
	return ms
}

func (q *reading) matchUses(ms []match, sp spelling, use schema.Use) {
	for _, m := range ms {
		use.Certain, use.Missing = m.certain, m.missing
		if m.source.guess != nil {
			use.Column = sp.text
			m.source.guess.add(use, sp.start, sp.end)
			continue
		}
		q.outputUses(m.source, m.out, use, sp.start, sp.end)
	}
}

// hiddenColumn notes what a hole in place of a column may use: every column of
// the tables around that fits the letters beside it.
func (q *reading) hiddenColumn(sc *scope, sp spelling, use schema.Use) {
	use.By, use.Certain = schema.ByHole, false
	for sc != nil && len(sc.sources) == 0 {
		sc = sc.outer
	}
	if sc == nil {
		return
	}
	for _, s := range sc.sources {
		if s.guess != nil {
			if sp.prefix == "" && sp.suffix == "" {
				s.guess.add(use, sp.start, sp.end)
			}
			continue
		}
		for _, o := range s.nameable() {
			if !o.rest && sp.fits(o.name) {
				q.outputUses(s, o, use, sp.start, sp.end)
			}
		}
	}
}

// expr reads the columns of an expression and returns them.
func (q *reading) expr(e ast.ExprNode, sc *scope, c context) []schema.ColumnName {
	if e == nil {
		return nil
	}
	v := exprVisitor{q: q, sc: sc, c: c}
	e.Accept(&v)
	return v.from
}

type exprVisitor struct {
	q        *reading
	sc       *scope
	c        context
	from     []schema.ColumnName
	fallback []schema.ColumnName // for the next column
}

func (v *exprVisitor) Enter(n ast.Node) (ast.Node, bool) {
	q := v.q
	switch n := n.(type) {
	case *ast.ColumnNameExpr:
		v.name(n.Name)
		return n, true
	case *ast.SubqueryExpr:
		for _, o := range q.resultSet(n.Query, v.sc, v.c) {
			v.from = append(v.from, o.from...)
		}
		return n, true
	case *ast.ExistsSubqueryExpr:
		if sub, ok := n.Sel.(*ast.SubqueryExpr); ok {
			c := v.c
			c.exists = true
			q.resultSet(sub.Query, v.sc, c)
			return n, true
		}
	case *ast.ValuesExpr:
		v.name(n.Column.Name)
		return n, true
	case *ast.DefaultExpr:
		if n.Name != nil { // what it gives is not of a row
			q.column(n.Name, v.sc, schema.Use{Part: v.c.part, Branch: v.c.branch})
		}
		return n, true
	case *ast.MatchAgainst:
		for _, c := range n.ColumnNames {
			v.name(c)
		}
		n.Against.Accept(v)
		return n, true
	case *ast.WindowFuncExpr:
		for _, a := range n.Args {
			a.Accept(v)
		}
		q.window(&n.Spec, v.sc, filter(v.c))
		return n, true
	case *ast.FuncCallExpr:
		if n.FnName.L == "coalesce" || n.FnName.L == "ifnull" {
			v.coalesce(n)
			return n, true
		}
	}
	return n, false
}

// Leave ends the visit of a node.
func (v *exprVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

func (v *exprVisitor) name(n *ast.ColumnName) {
	q := v.q
	if n.Table.O == "" && len(v.sc.aliases) > 0 {
		if name := q.nameOf(n.Name).text; hasNamed(v.sc.aliases, name) {
			return // a result, read where it is made
		}
	}
	for _, m := range q.column(n, v.sc, schema.Use{Part: v.c.part, Branch: v.c.branch, Fallback: v.fallback}) {
		v.from = append(v.from, m.out.from...)
	}
}

// coalesce reads COALESCE(a, b, …): b stands in where a is NULL.
func (v *exprVisitor) coalesce(n *ast.FuncCallExpr) {
	columns := make([]exprVisitor, len(n.Args))
	var behind []schema.ColumnName
	for i := len(n.Args) - 1; i >= 0; i-- {
		w := exprVisitor{q: v.q, sc: v.sc, c: v.c}
		if _, plain := plainExpr(n.Args[i]).(*ast.ColumnNameExpr); plain {
			w.fallback = append(slices.Clone(behind), v.fallback...)
		}
		n.Args[i].Accept(&w)
		columns[i] = w
		behind = append(slices.Clone(w.from), behind...)
	}
	for _, w := range columns {
		v.from = append(v.from, w.from...)
	}
}

func (q *reading) window(w *ast.WindowSpec, sc *scope, c context) {
	if w.PartitionBy != nil {
		q.items(w.PartitionBy.Items, sc, c, nil, false)
	}
	if w.OrderBy != nil {
		q.items(w.OrderBy.Items, sc, c, nil, false)
	}
}

// literal returns the value of an expression that needs no row; nil for others.
func (q *reading) literal(e ast.ExprNode) *schema.Value {
	switch n := plainExpr(e).(type) {
	case *driver.ParamMarkerExpr:
		p := q.param(n.Offset)
		if p == nil {
			return &schema.Value{Kind: schema.UnknownValue, Param: -1}
		}
		return &schema.Value{Kind: schema.Placeholder, Param: p.number, Name: p.name}
	case *driver.ValueExpr:
		return &schema.Value{Kind: schema.Constant, Text: sqlText(n)}
	case *ast.UnaryOperationExpr:
		if _, ok := n.V.(*driver.ValueExpr); ok && n.Op == opcode.Minus {
			return &schema.Value{Kind: schema.Constant, Text: sqlText(n)}
		}
	case *ast.DefaultExpr:
		if n.Name == nil {
			return &schema.Value{Kind: schema.DefaultValue}
		}
	case *ast.ColumnNameExpr:
		if q.nameOf(n.Name.Name).hole {
			return &schema.Value{Kind: schema.UnknownValue, Param: -1}
		}
	}
	return nil
}

func sqlText(n ast.Node) string {
	var b strings.Builder
	ctx := format.NewRestoreCtx(format.RestoreStringSingleQuotes|format.RestoreKeyWordUppercase|format.RestoreStringWithoutCharset, &b)
	if err := n.Restore(ctx); err != nil {
		return ""
	}
	return b.String()
}

// value reads what is assigned.
func (q *reading) value(e ast.ExprNode, sc *scope, c context) *schema.Value {
	from := q.expr(e, sc, c)
	if v := q.literal(e); v != nil {
		return v
	}
	if v := q.insertedValue(e, sc); v != nil {
		return v
	}
	v := &schema.Value{Kind: schema.Computed, From: distinct(from)}
	if !q.nullable(e, sc) {
		v.Null = schema.NeverNull
	}
	return v
}

// distinct returns each column once.
func distinct(columns []schema.ColumnName) []schema.ColumnName {
	if len(columns) < 2 {
		return columns
	}
	var out []schema.ColumnName
	for _, c := range columns {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// insertedValue is what VALUES(x), or row.x, gives in the update branch of an
// upsert: what the INSERT sets x to.
func (q *reading) insertedValue(e ast.ExprNode, sc *scope) *schema.Value {
	switch n := plainExpr(e).(type) {
	case *ast.ValuesExpr:
		return q.valueOf(q.nameOf(n.Column.Name.Name).text)
	case *ast.ColumnNameExpr:
		if ms := q.peek(n.Name, sc); len(ms) == 1 && ms[0].source == q.newRow {
			return ms[0].out.value
		}
	}
	return nil
}

// peek returns what a column means without noting a use of it.
func (q *reading) peek(n *ast.ColumnName, sc *scope) []match {
	name := q.nameOf(n.Name)
	if n.Table.O == "" {
		return q.unqualified(sc, name.text)
	}
	if s := sc.named(q.nameOf(n.Table).text); s != nil {
		return s.matches(name.text)
	}
	return nil
}

// nullable says whether an expression may be NULL, as far as it is known.
func (q *reading) nullable(e ast.ExprNode, sc *scope) bool {
	switch n := plainExpr(e).(type) {
	case *driver.ValueExpr:
		return n.Kind() == driver.KindNull
	case *ast.ColumnNameExpr:
		ms := q.peek(n.Name, sc)
		return len(ms) != 1 || ms[0].out.mayBeNull()
	case *ast.IsNullExpr, *ast.IsTruthExpr, *ast.ExistsSubqueryExpr:
		return false
	case *ast.AggregateFuncExpr:
		return !isCount(n) && q.anyNullable(n.Args, sc)
	case *ast.FuncCallExpr:
		switch n.FnName.L {
		case "coalesce", "ifnull":
			for _, a := range n.Args {
				if !q.nullable(a, sc) {
					return false
				}
			}
			return true
		case "nullif":
			return true
		}
		return q.anyNullable(n.Args, sc)
	case *ast.CaseExpr:
		if n.ElseClause == nil || q.nullable(n.ElseClause, sc) {
			return true
		}
		for _, w := range n.WhenClauses {
			if q.nullable(w.Result, sc) {
				return true
			}
		}
		return false
	case *ast.BinaryOperationExpr:
		return n.Op == opcode.Div || n.Op == opcode.IntDiv || n.Op == opcode.Mod || q.nullable(n.L, sc) || q.nullable(n.R, sc)
	case *ast.UnaryOperationExpr:
		return q.nullable(n.V, sc)
	case *ast.FuncCastExpr:
		return q.nullable(n.Expr, sc)
	case *ast.WindowFuncExpr:
		return strings.EqualFold(n.Name, "lag") || strings.EqualFold(n.Name, "lead") || q.anyNullable(n.Args, sc)
	case *ast.TimeUnitExpr, *ast.TrimDirectionExpr, *driver.ParamMarkerExpr:
		return false
	}
	return true
}

func (q *reading) anyNullable(list []ast.ExprNode, sc *scope) bool {
	return slices.ContainsFunc(list, func(e ast.ExprNode) bool { return q.nullable(e, sc) })
}

func isAggregate(e ast.ExprNode) bool {
	_, ok := plainExpr(e).(*ast.AggregateFuncExpr)
	return ok
}

func isCount(e ast.ExprNode) bool {
	n, ok := plainExpr(e).(*ast.AggregateFuncExpr)
	return ok && strings.EqualFold(n.F, "count")
}
