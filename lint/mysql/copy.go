package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// An origin is what a FROM gives a name to: a table, or the query of a derived one.
type origin struct {
	alias string
	table schema.Name
	query *ast.SelectStmt
}

// origins are the tables that the names of a statement can mean, those of the
// query around it behind them.
type origins struct {
	own   []origin
	outer *origins
}

// maxDerived bounds how deep derived tables and subqueries are followed.
const maxDerived = 8

// copied says what an UPDATE stores in one of its tables.
func copied(n *ast.UpdateStmt, table schema.Name) *schema.Copy {
	c := &schema.Copy{Limit: n.Limit != nil}
	tables := &origins{}
	if n.TableRefs != nil {
		tables.own = originsOf(n.TableRefs.TableRefs)
		c.Rows = joined(n.TableRefs.TableRefs, tables)
	}
	all := refs(n.TableRefs)
	for _, a := range n.List {
		if owner(all, a.Column) != table {
			continue
		}
		from, rows := sourcesOf(a.Expr, tables, 0)
		c.Sets = append(c.Sets, schema.Assignment{Column: a.Column.Name.O, From: from})
		c.Rows = append(c.Rows, rows...)
	}
	c.Rows = append(c.Rows, conditions(n.Where, tables)...)
	return c
}

// inserted says what an INSERT … SELECT stores; nil for other queries than one SELECT.
func inserted(n *ast.InsertStmt) *schema.Copy {
	q, ok := n.Select.(*ast.SelectStmt)
	if !ok || q.Fields == nil || q.From == nil {
		return nil
	}
	tables := &origins{own: originsOf(q.From.TableRefs)}
	c := &schema.Copy{Limit: q.Limit != nil, Rows: joined(q.From.TableRefs, tables)}
	for i, f := range q.Fields.Fields {
		var a schema.Assignment
		if i < len(n.Columns) {
			a.Column = n.Columns[i].Name.O
		}
		if f.WildCard != nil {
			a.Star = true
			for _, o := range tables.own {
				if f.WildCard.Table.O == "" || o.named(f.WildCard.Table.O) {
					a.From = append(a.From, schema.ColumnName{Table: o.table})
				}
			}
		} else {
			var rows []schema.Condition
			a.From, rows = sourcesOf(f.Expr, tables, 0)
			c.Rows = append(c.Rows, rows...)
		}
		c.Sets = append(c.Sets, a)
	}
	c.Rows = append(c.Rows, conditions(q.Where, tables)...)
	if q.Having != nil {
		c.Rows = append(c.Rows, schema.Condition{})
	}
	return c
}

func (o *origin) named(name string) bool {
	if o.alias != "" {
		return strings.EqualFold(o.alias, name)
	}
	return strings.EqualFold(o.table.Name, name)
}

// originsOf returns the tables of a FROM, those of joins included.
func originsOf(n ast.ResultSetNode) []origin {
	switch n := n.(type) {
	case *ast.Join:
		var out []origin
		if n.Left != nil {
			out = originsOf(n.Left)
		}
		if n.Right != nil {
			out = append(out, originsOf(n.Right)...)
		}
		return out
	case *ast.TableSource:
		o := origin{alias: n.AsName.O}
		switch t := n.Source.(type) {
		case *ast.TableName:
			o.table = name(t)
		case *ast.SelectStmt:
			o.query = t
		case *ast.Join:
			return originsOf(t)
		}
		return []origin{o}
	case *ast.TableName:
		return []origin{{table: name(n)}}
	}
	return nil
}

// joined are the conditions of the joins in a FROM.
func joined(n ast.ResultSetNode, tables *origins) []schema.Condition {
	j, ok := n.(*ast.Join)
	if !ok {
		return nil
	}
	out := joined(j.Left, tables)
	if j.Right != nil {
		out = append(out, joined(j.Right, tables)...)
	}
	if j.On != nil {
		out = append(out, conditions(j.On.Expr, tables)...)
	}
	return out
}

// sourcesOf returns the columns that the value of an expression comes from, and
// the conditions of the subqueries that it is taken from.
func sourcesOf(e ast.ExprNode, tables *origins, depth int) ([]schema.ColumnName, []schema.Condition) {
	if e == nil || depth > maxDerived {
		return nil, nil
	}
	v := &sourceVisitor{tables: tables, depth: depth}
	e.Accept(v)
	return distinct(v.from), v.rows
}

type sourceVisitor struct {
	tables *origins
	depth  int
	from   []schema.ColumnName
	rows   []schema.Condition
}

func (v *sourceVisitor) Enter(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.SubqueryExpr:
		if q, ok := n.Query.(*ast.SelectStmt); ok && q.Fields != nil {
			v.subquery(q)
		}
		return n, true
	case *ast.ColumnName:
		v.column(n)
	}
	return n, false
}

// Leave ends the visit of a node.
func (v *sourceVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

func (v *sourceVisitor) subquery(q *ast.SelectStmt) {
	tables := v.tables
	if q.From != nil {
		tables = &origins{own: originsOf(q.From.TableRefs), outer: v.tables}
		v.rows = append(v.rows, joined(q.From.TableRefs, tables)...)
	}
	for _, f := range q.Fields.Fields {
		from, rows := sourcesOf(f.Expr, tables, v.depth+1)
		v.from = append(v.from, from...)
		v.rows = append(v.rows, rows...)
	}
	v.rows = append(v.rows, conditions(q.Where, tables)...)
}

func (v *sourceVisitor) column(n *ast.ColumnName) {
	o := v.tables.of(n)
	if o == nil {
		v.from = append(v.from, schema.ColumnName{Column: n.Name.O})
		return
	}
	if o.query == nil {
		v.from = append(v.from, schema.ColumnName{Table: o.table, Column: n.Name.O})
		return
	}
	if o.query.Fields == nil || o.query.From == nil {
		return
	}
	inner := &origins{own: originsOf(o.query.From.TableRefs)}
	for _, f := range o.query.Fields.Fields {
		named := strings.EqualFold(f.AsName.O, n.Name.O)
		if c, ok := f.Expr.(*ast.ColumnNameExpr); ok && f.AsName.O == "" {
			named = strings.EqualFold(c.Name.Name.O, n.Name.O)
		}
		if named {
			from, rows := sourcesOf(f.Expr, inner, v.depth+1)
			v.from = append(v.from, from...)
			v.rows = append(v.rows, rows...)
			v.rows = append(v.rows, conditions(o.query.Where, inner)...)
		}
	}
}

// of finds the table of a column. Where an unqualified one could be of several,
// it is not known.
func (t *origins) of(n *ast.ColumnName) *origin {
	if n.Table.O == "" {
		if len(t.own) == 1 {
			return &t.own[0]
		}
		return nil
	}
	for ; t != nil; t = t.outer {
		for i := range t.own {
			if t.own[i].named(n.Table.O) {
				return &t.own[i]
			}
		}
	}
	return nil
}

// conditions are the parts of a condition that must all hold.
func conditions(e ast.ExprNode, tables *origins) []schema.Condition {
	switch n := e.(type) {
	case nil:
		return nil
	case *ast.ParenthesesExpr:
		return conditions(n.Expr, tables)
	case *ast.BinaryOperationExpr:
		if n.Op == opcode.LogicAnd {
			return append(conditions(n.L, tables), conditions(n.R, tables)...)
		}
	}
	if alwaysTrue(e) {
		return nil
	}
	return []schema.Condition{condition(e, tables)}
}

func condition(e ast.ExprNode, tables *origins) schema.Condition {
	from, _ := sourcesOf(e, tables, 0)
	c := schema.Condition{Columns: from}
	switch n := plainExpr(e).(type) {
	case *ast.IsNullExpr:
		if c.Kind = schema.IsNull; n.Not {
			c.Kind = schema.IsNotNull
		}
		if _, plain := plainExpr(n.Expr).(*ast.ColumnNameExpr); !plain {
			c.Kind = schema.OtherCondition
		}
	case *ast.ExistsSubqueryExpr:
		if n.Not {
			c.Kind = schema.Absent
		}
	case *ast.PatternInExpr:
		if n.Not && n.Sel != nil {
			c.Kind = schema.Absent
		}
	case *ast.UnaryOperationExpr:
		return negated(n, c, tables)
	case *ast.BinaryOperationExpr:
		return binary(n, c, tables)
	}
	return c
}

// negated reads NOT (a <=> b), NOT EXISTS and the like.
func negated(n *ast.UnaryOperationExpr, c schema.Condition, tables *origins) schema.Condition {
	if n.Op != opcode.Not && n.Op != opcode.Not2 {
		return c
	}
	inner := condition(n.V, tables)
	switch {
	case inner.Kind == schema.Joins || inner.Kind == schema.Equals:
		inner.Kind = schema.Differs
		return inner
	case isExists(n.V):
		c.Kind = schema.Absent
	}
	return c
}

func isExists(e ast.ExprNode) bool {
	_, ok := plainExpr(e).(*ast.ExistsSubqueryExpr)
	return ok
}

func binary(n *ast.BinaryOperationExpr, c schema.Condition, tables *origins) schema.Condition {
	switch n.Op {
	case opcode.LogicOr:
		c.Kind = schema.OneOf
		for _, side := range []ast.ExprNode{n.L, n.R} {
			part := conditions(side, tables)
			if len(part) != 1 {
				return schema.Condition{Columns: c.Columns}
			}
			c.Any = append(c.Any, part[0])
		}
		return c
	case opcode.EQ, opcode.NullEQ, opcode.NE:
		text, constant, ok := compared(n)
		if !ok {
			return c
		}
		c.Text = text
		switch {
		case n.Op == opcode.NE:
			c.Kind = schema.Differs
		case constant:
			c.Kind = schema.Equals
		default:
			c.Kind = schema.Joins
		}
	}
	return c
}

// compared tells a comparison of two columns from that of one with a constant.
func compared(n *ast.BinaryOperationExpr) (text string, constant, ok bool) {
	l, r := plainExpr(n.L), plainExpr(n.R)
	_, left := l.(*ast.ColumnNameExpr)
	_, right := r.(*ast.ColumnNameExpr)
	if left && right {
		return "", false, true
	}
	value, isValue := r.(ast.ValueExpr)
	if right {
		value, isValue = l.(ast.ValueExpr)
	}
	if !left && !right || !isValue {
		return "", false, false
	}
	return valueText(value), true, true
}
