package mysql

import (
	"github.com/pingcap/tidb/pkg/parser/ast"

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
			q.describe()
			return
		}
		q.otherQuery(n, sc)
	default:
		q.otherQuery(n, sc)
	}
	q.pieceUses()
	if q.explained {
		q.describe()
	}
}

// otherQuery reads what a statement of another kind names: tables, but not
// those that it makes, and a SELECT in it.
func (q *reading) otherQuery(n ast.StmtNode, sc *scope) {
	if q.definition(n, sc) {
		return
	}
	switch n := n.(type) {
	case *ast.CreateTableStmt:
		q.created(n, sc)
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
		d := &namer{q: v.q, sc: v.sc, certain: true}
		d.on(n)
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

// filter is the context of WHERE and the like.
func filter(c context) context { return context{part: schema.InFilter, branch: c.branch} }

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
