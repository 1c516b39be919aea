package uses

import (
	"go/ast"
	"go/token"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// leftOver adds the strings of a package that look like SQL and that no call was
// seen to be handed: they are kept in fields, tables and variables.
func (c *collector) leftOver(pkg *gosrc.Package) {
	covered := map[token.Pos]bool{}
	cover := func(list []candidate) {
		for _, found := range list {
			for _, p := range found.text {
				covered[p.Pos] = true
			}
		}
	}
	for _, d := range c.order {
		cover(d.found)
	}
	cover(c.loose)
	for _, f := range pkg.Files {
		for _, d := range f.Syntax.Decls {
			decl, _ := d.(*ast.FuncDecl)
			c.looseIn(pkg, decl, d, covered)
		}
	}
}

func (c *collector) looseIn(pkg *gosrc.Package, decl *ast.FuncDecl, root ast.Node, covered map[token.Pos]bool) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if says(pkg.Callee(n)) && pkg.Callee(n).Name != "Sprintf" && pkg.Callee(n).Pkg != "strings" {
				return false
			}
		case *ast.BinaryExpr, *ast.BasicLit:
			e := n.(ast.Expr)
			first := firstLiteral(e)
			if first == nil || first.Kind != token.STRING || covered[first.Pos()+1] {
				return true
			}
			w := &gosrc.Walker{Program: c.program}
			for _, t := range gosrc.Texts(w.Expr(pkg, e)) {
				if mayBeSQL(t) {
					c.loose = append(c.loose, candidate{text: t, loose: true, site: gosrc.Site{Package: pkg, Decl: decl, Node: e}})
					covered[first.Pos()+1] = true
				}
			}
			return false
		}
		return true
	})
}

// firstLiteral is the literal that a string expression begins with.
func firstLiteral(e ast.Expr) *ast.BasicLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return e
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return firstLiteral(e.X)
		}
	}
	return nil
}
