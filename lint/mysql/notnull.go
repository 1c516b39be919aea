package mysql

import (
	"slices"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// rejects notes the columns of which a condition lets no NULL pass.
func (q *reading) rejects(e ast.ExprNode, sc *scope) {
	if e == nil {
		return
	}
	switch n := plainExpr(e).(type) {
	case *ast.BinaryOperationExpr:
		switch n.Op {
		case opcode.LogicAnd:
			q.rejects(n.L, sc)
			q.rejects(n.R, sc)
		case opcode.EQ, opcode.NE, opcode.LT, opcode.LE, opcode.GT, opcode.GE:
			q.rejectsNull(n.L, sc)
			q.rejectsNull(n.R, sc)
		}
	case *ast.IsNullExpr:
		if n.Not {
			q.rejectsNull(n.Expr, sc)
		}
	case *ast.PatternInExpr:
		q.rejectsNull(n.Expr, sc)
	case *ast.PatternLikeOrIlikeExpr:
		q.rejectsNull(n.Expr, sc)
	case *ast.BetweenExpr:
		q.rejectsNull(n.Expr, sc)
	}
}

// rejectsNull notes a column that stands alone on one side of a comparison, if its
// table stands in the SELECT but once.
func (q *reading) rejectsNull(e ast.ExprNode, sc *scope) {
	n, ok := plainExpr(e).(*ast.ColumnNameExpr)
	if !ok {
		return
	}
	ms := q.peek(n.Name, sc)
	if len(ms) != 1 || ms[0].out.column == nil {
		return
	}
	o := ms[0].out
	times := 0
	for _, s := range sc.sources {
		if s.table != nil && s.table.Name == o.table {
			times++
		}
	}
	if times <= 1 {
		sc.notNull = append(sc.notNull, schema.ColumnName{Table: o.table, Column: o.column.Name})
	}
}

// leaveOut marks the results that the conditions keep from being NULL.
func (sc *scope) leaveOut(out []output) {
	for i := range out {
		if o := &out[i]; o.column != nil && slices.Contains(sc.notNull, schema.ColumnName{Table: o.table, Column: o.column.Name}) {
			o.notNull = true
		}
	}
}
