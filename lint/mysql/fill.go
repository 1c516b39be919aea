package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// fill says whether an assignment of an UPDATE leaves no NULL in its column: it
// reaches every row that has one, and what it stores is none.
func fill(n *ast.UpdateStmt, a *ast.Assignment) (schema.Fill, bool) {
	column := a.Column.Name.O
	if n.Limit != nil || narrows(n.Where) && !takesNulls(n.Where, column) {
		return schema.Fill{}, false
	}
	from, ok := notNullFrom(a.Expr)
	return schema.Fill{Column: column, From: from}, ok
}

// takesNulls says whether a condition holds for every row with a NULL in the column.
func takesNulls(e ast.ExprNode, column string) bool {
	switch e := plainExpr(e).(type) {
	case *ast.IsNullExpr:
		c, ok := plainExpr(e.Expr).(*ast.ColumnNameExpr)
		return ok && !e.Not && strings.EqualFold(c.Name.Name.O, column)
	case *ast.BinaryOperationExpr:
		switch e.Op {
		case opcode.LogicOr:
			return takesNulls(e.L, column) || takesNulls(e.R, column)
		case opcode.LogicAnd:
			return (takesNulls(e.L, column) || alwaysTrue(e.L)) && (takesNulls(e.R, column) || alwaysTrue(e.R))
		}
	}
	return false
}

// notNullFrom returns the columns that must hold no NULL for an expression to be
// none; not ok when that is not known.
func notNullFrom(e ast.ExprNode) (from []string, ok bool) {
	switch e := plainExpr(e).(type) {
	case *driver.ValueExpr:
		return nil, e.Kind() != driver.KindNull
	case *ast.ColumnNameExpr:
		return []string{e.Name.Name.O}, true
	case *ast.BinaryOperationExpr:
		switch e.Op {
		case opcode.Plus, opcode.Minus, opcode.Mul:
			return allNotNull([]ast.ExprNode{e.L, e.R})
		}
	case *ast.FuncCallExpr:
		switch e.FnName.L {
		case "now", "current_timestamp", "utc_timestamp", "uuid", "curdate", "current_date", "unix_timestamp", "concat", "lower", "upper", "trim", "md5", "sha1":
			return allNotNull(e.Args)
		case "coalesce", "ifnull":
			var first []string
			for i, a := range e.Args {
				from, ok := notNullFrom(a)
				if ok && len(from) == 0 {
					return nil, true
				}
				if i == 0 && ok {
					first = from
				}
			}
			return first, len(first) > 0
		}
	}
	return nil, false
}

func allNotNull(list []ast.ExprNode) (from []string, ok bool) {
	for _, e := range list {
		more, ok := notNullFrom(e)
		if !ok {
			return nil, false
		}
		from = append(from, more...)
	}
	return from, true
}
