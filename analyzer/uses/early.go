package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// pastReturn is the condition of a switch of production that has not returned before a
// node: !cond, behind if cond { …; return }. "" where there is none that flags knows.
func pastReturn(decl *ast.FuncDecl, n ast.Node, flags map[string]bool) string {
	if decl == nil || decl.Body == nil || len(flags) == 0 {
		return ""
	}
	out := ""
	ast.Inspect(decl.Body, func(at ast.Node) bool {
		if at == nil || at.Pos() > n.Pos() || at.End() < n.End() {
			return false
		}
		if block, ok := at.(*ast.BlockStmt); ok {
			for _, stmt := range block.List {
				if stmt.End() > n.Pos() {
					break
				}
				if g := returnsUnder(stmt); g != "" {
					if _, known := flags[strings.TrimPrefix(g, "!")]; known {
						out = g
					}
				}
			}
		}
		return true
	})
	return out
}

// returnsUnder is what holds behind an if that returns; "" for another statement.
func returnsUnder(stmt ast.Stmt) string {
	i, ok := stmt.(*ast.IfStmt)
	if !ok || i.Else != nil || !isSwitch(i.Cond) || len(i.Body.List) == 0 {
		return ""
	}
	if _, returns := i.Body.List[len(i.Body.List)-1].(*ast.ReturnStmt); !returns {
		return ""
	}
	cond := ast.Unparen(i.Cond)
	if not, ok := cond.(*ast.UnaryExpr); ok && not.Op == token.NOT {
		return types.ExprString(not.X)
	}
	return "!" + types.ExprString(cond)
}
