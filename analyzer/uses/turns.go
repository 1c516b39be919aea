package uses

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// turns is the loop or list that gives the call of a candidate, or the call that hands its text
// over, another text in each turn; zero where there is none.
func (c *collector) turns(cand *candidate) schema.Position {
	if len(cand.from) == 0 {
		switch {
		case cand.arg < 0 || cand.call == nil:
			return schema.Position{}
		case listed(cand.site.Package, cand.call):
			return spot(c.program.Position(cand.call.Pos()), 1)
		case cand.arg >= len(cand.call.Args):
			return schema.Position{}
		}
		return c.loop(cand.site, cand.call.Args[cand.arg:cand.arg+1])
	}
	if len(cand.from) > 1 || len(cand.from[0].by) != 1 {
		return schema.Position{}
	}
	by := cand.from[0].by[0]
	var texts []ast.Expr
	call, _ := by.site.Node.(*ast.CallExpr)
	if call != nil && listed(by.site.Package, call) {
		return spot(c.program.Position(call.Pos()), 1)
	}
	for i, v := range cand.from[0].args {
		if call != nil && i < len(call.Args) && tellsText(v) {
			texts = append(texts, call.Args[i])
		}
	}
	return c.loop(by.site, texts)
}

// listed says whether a call is handed a list of known texts.
func listed(pkg *gosrc.Package, call *ast.CallExpr) bool {
	fn := pkg.Callee(call).Func
	if fn == nil {
		return false
	}
	sig, ok := fn.Type().(*types.Signature)
	if !ok || !sig.Variadic() || !holdsText(sig.Params().At(sig.Params().Len()-1).Type()) {
		return false
	}
	list := call.Args[min(sig.Params().Len()-1, len(call.Args)):]
	return len(list) > 0 && !slices.ContainsFunc(list, func(e ast.Expr) bool { return !isConstantText(pkg, e) })
}

// isConstantText says whether an expression is a constant, or a list of them.
func isConstantText(pkg *gosrc.Package, e ast.Expr) bool {
	if list, ok := ast.Unparen(e).(*ast.CompositeLit); ok {
		return !slices.ContainsFunc(list.Elts, func(e ast.Expr) bool { return !isConstantText(pkg, e) })
	}
	return pkg.Info.Types[e].Value != nil
}

// loop is the innermost loop that a call stands in whose variable one of the expressions
// has, if every turn that does not fail comes to the call.
func (c *collector) loop(site gosrc.Site, texts []ast.Expr) schema.Position {
	var out schema.Position
	if site.Decl == nil || len(texts) == 0 {
		return out
	}
	ast.Inspect(site.Decl.Body, func(n ast.Node) bool {
		if n == nil || site.Node.Pos() < n.Pos() || n.End() < site.Node.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.RangeStmt:
			out = schema.Position{}
			if names(site.Package, texts, n.Key, n.Value) && straight(n.Body, site.Node) {
				out = spot(c.program.Position(n.Pos()), 1)
			}
		case *ast.ForStmt:
			out = schema.Position{}
			if init, ok := n.Init.(*ast.AssignStmt); ok && names(site.Package, texts, init.Lhs...) && straight(n.Body, site.Node) {
				out = spot(c.program.Position(n.Pos()), 1)
			}
		}
		return true
	})
	return out
}

// names says whether one of some expressions has one of some variables.
func names(pkg *gosrc.Package, texts []ast.Expr, variables ...ast.Expr) bool {
	var wanted []types.Object
	for _, v := range variables {
		if id, ok := v.(*ast.Ident); ok && id.Name != "_" {
			wanted = append(wanted, pkg.Info.ObjectOf(id))
		}
	}
	found := false
	for _, e := range texts {
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			found = found || ok && slices.Contains(wanted, pkg.Info.ObjectOf(id))
			return !found
		})
	}
	return found
}

// leaves says whether a statement may leave the turn of a loop.
func leaves(stmt ast.Stmt) bool {
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		_, branch := n.(*ast.BranchStmt)
		found = found || branch
		return !found
	})
	return found
}

// straight says whether a body comes to a node without a condition: it stands at its top,
// or in what an if does first.
func straight(body *ast.BlockStmt, node ast.Node) bool {
	for _, stmt := range body.List {
		if stmt.End() < node.Pos() {
			if leaves(stmt) {
				return false
			}
			continue
		}
		switch stmt := stmt.(type) {
		case *ast.IfStmt:
			return stmt.Init != nil && node.End() <= stmt.Init.End()
		case *ast.AssignStmt, *ast.ExprStmt, *ast.DeclStmt, *ast.DeferStmt:
			return true
		}
		return false
	}
	return false
}
