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
	empty    bool                // the next column is asked for being empty
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
	case *ast.IsNullExpr:
		return v.asked(n, n.Expr)
	case *ast.BinaryOperationExpr:
		if n.Op == opcode.EQ || n.Op == opcode.NE {
			switch {
			case isEmpty(n.R):
				return v.asked(n, n.L)
			case isEmpty(n.L):
				return v.asked(n, n.R)
			}
		}
	case *ast.FuncCallExpr:
		if n.FnName.L == "coalesce" || n.FnName.L == "ifnull" {
			v.coalesce(n)
			return n, true
		}
	}
	return n, false
}

// asked reads an operand that a condition compares to nothing.
func (v *exprVisitor) asked(n ast.Node, operand ast.ExprNode) (ast.Node, bool) {
	if _, plain := plainExpr(operand).(*ast.ColumnNameExpr); !plain {
		return n, false
	}
	w := exprVisitor{q: v.q, sc: v.sc, c: v.c, empty: true}
	operand.Accept(&w)
	v.from = append(v.from, w.from...)
	return n, true
}

// isEmpty says whether an expression is ” or 0.
func isEmpty(e ast.ExprNode) bool {
	c, ok := plainExpr(e).(*driver.ValueExpr)
	if !ok {
		return false
	}
	switch c.Kind() {
	case driver.KindString:
		return c.GetString() == ""
	case driver.KindInt64:
		return c.GetInt64() == 0
	}
	return false
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
	for _, m := range q.column(n, v.sc, schema.Use{Part: v.c.part, Branch: v.c.branch, Fallback: v.fallback, EmptyTest: v.empty}) {
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
