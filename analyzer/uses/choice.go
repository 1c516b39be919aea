package uses

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// choices notes where a variable is tested, what branches it is read in, and the calls
// that may take it in place of another.
func (s *fieldScan) choices(n ast.Node, r *schema.FieldRead) {
	inside := func(part ast.Node) bool { return part.Pos() <= n.Pos() && n.End() <= part.End() }
	within := func(list []ast.Expr) bool {
		return slices.ContainsFunc(list, func(e ast.Expr) bool { return inside(e) })
	}
	for _, at := range s.stack {
		switch at := at.(type) {
		case *ast.IfStmt:
			switch {
			case inside(at.Cond):
				r.Tested = true
			case inside(at.Body):
				r.Under = append(r.Under, s.position(at.Body))
			case at.Else != nil && inside(at.Else):
				r.Under = append(r.Under, s.position(at.Else))
			}
		case *ast.CaseClause:
			r.Tested = r.Tested || within(at.List)
			r.Under = append(r.Under, s.position(at))
		case *ast.SwitchStmt:
			r.Tested = r.Tested || at.Tag != nil && inside(at.Tag)
		case *ast.BinaryExpr:
			r.Tested = r.Tested || compares(at.Op)
		case *ast.CallExpr:
			if within(at.Args) && s.mayChoose(at) {
				r.Arg = append(r.Arg, s.position(at))
			}
		}
	}
}

func compares(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.GTR, token.LEQ, token.GEQ, token.LAND, token.LOR:
		return true
	}
	return false
}

// mayChoose says whether a call may give back one of its arguments in place of another:
// not what is known to write, encode or collect them.
func (s *fieldScan) mayChoose(call *ast.CallExpr) bool {
	if t, ok := s.pkg.Info.Types[call.Fun]; ok && (t.IsBuiltin() || t.IsType()) {
		return false
	}
	c := s.pkg.Callee(call)
	switch {
	case c.Pkg == "cmp":
		return true
	case says(c), isDriver(c.Pkg), strings.HasPrefix(c.Pkg, "encoding/"):
		return false
	}
	return true
}
