package uses

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// leftOver adds the strings of packages that look like SQL and that no call was
// seen to be handed: they are kept in fields, tables and variables. So are builders.
func (c *collector) leftOver(packages []*gosrc.Package) {
	covered := map[token.Pos]bool{}
	cover := func(list []candidate) {
		for _, found := range list {
			for _, p := range found.text {
				covered[p.Pos] = true
			}
			for _, call := range found.steps {
				covered[call.Lparen] = true
			}
		}
	}
	for _, d := range c.order {
		cover(d.found)
	}
	cover(c.loose)
	cover(c.unused)
	places := slices.Sorted(maps.Keys(covered))
	for _, pkg := range packages {
		for _, f := range pkg.Files {
			if f.GeneratedBy(sqlboilerName) {
				continue
			}
			for _, d := range f.Syntax.Decls {
				decl, _ := d.(*ast.FuncDecl)
				c.looseIn(pkg, decl, d, covered)
				if decl != nil {
					c.looseChains(pkg, decl, places)
				}
			}
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
				if made := w.Actions(pkg, t); len(made) > 0 {
					c.looseActions(made, gosrc.Site{Package: pkg, Decl: decl, Node: e}, covered)
				} else if mayBeSQL(t) {
					c.loose = append(c.loose, candidate{text: t, loose: true, site: gosrc.Site{Package: pkg, Decl: decl, Node: e}})
					covered[first.Pos()+1] = true
				}
			}
			return false
		}
		return true
	})
}

// looseActions adds what a template makes that nobody was seen to execute.
func (c *collector) looseActions(made []gosrc.Text, site gosrc.Site, covered map[token.Pos]bool) {
	for _, t := range made {
		if mayBeSQL(t) && !slices.ContainsFunc(t, func(p gosrc.Part) bool { return p.Hole == "" && covered[p.Pos] }) {
			c.loose = append(c.loose, candidate{text: t, loose: true, site: site})
		}
	}
}

// looseChains adds the statements of builders that were lost on their way to where they
// are run: of too many that it can be, none is known there, and what a function gives
// back may be run by one that was not walked.
func (c *collector) looseChains(pkg *gosrc.Package, decl *ast.FuncDecl, covered []token.Pos) {
	var results []gosrc.Text
	walked := false
	ast.Inspect(decl, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || step(pkg.Callee(call)) != gosrc.AddLink {
			return true
		}
		if i, _ := slices.BinarySearch(covered, call.Pos()); i < len(covered) && covered[i] < call.End() {
			return true
		}
		w := &gosrc.Walker{Program: c.program, Chain: step, Spell: partly}
		texts := c.spelledBy(w.Expr(pkg, call))
		if len(texts) == 0 {
			if !walked {
				results, walked = c.spelledBy(w.Func(pkg, decl)...), true
			}
			texts, results = having(results, call)
		}
		for _, t := range texts {
			c.loose = append(c.loose, candidate{text: t, loose: true, site: gosrc.Site{Package: pkg, Decl: decl, Node: call}})
		}
		return len(texts) == 0
	})
}

// spelledBy are the statements of values that are builders, or what these have spelled.
func (c *collector) spelledBy(values ...gosrc.Value) []gosrc.Text {
	var out []gosrc.Text
	add := func(t gosrc.Text) {
		if mayBeSQL(t) {
			out = append(out, t)
		}
	}
	for _, v := range values {
		for _, a := range gosrc.Alternatives(v) {
			switch a := a.(type) {
			case gosrc.Text:
				add(a)
			case *gosrc.Chain:
				if len(a.Links) == 0 || a.Base != nil {
					continue
				}
				for _, t := range c.statements(a) {
					add(t)
				}
			}
		}
	}
	return out
}

// having parts texts by whether some of them stands in a call.
func having(texts []gosrc.Text, call *ast.CallExpr) (in, rest []gosrc.Text) {
	for _, t := range texts {
		if slices.ContainsFunc(t, func(p gosrc.Part) bool { return call.Pos() <= p.Pos && p.Pos < call.End() }) {
			in = append(in, t)
		} else {
			rest = append(rest, t)
		}
	}
	return in, rest
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
