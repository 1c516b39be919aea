package uses

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A statement that is prepared runs where what was made of it is executed: a field of a
// struct, or a variable of the function, that keeps it.

// prepared puts texts that are prepared and kept where they are executed, unless they are
// handed over there, too, as sqlc does it. One of which that is not found stays where it is.
func (c *collector) prepared(all []candidate) []candidate {
	kept, moved := map[fieldKey][]int{}, map[int][]candidate{}
	run := map[string]bool{}
	for i := range all {
		if v := all[i].keptIn(); v != nil {
			kept[keyOf(v)] = append(kept[keyOf(v)], i)
		} else if runs(all[i]) {
			run[places(all[i].text)] = true
		}
	}
	if len(kept) == 0 {
		return all
	}
	for v, list := range kept {
		kept[v] = slices.DeleteFunc(list, func(i int) bool {
			again := run[places(all[i].text)]
			if again {
				moved[i] = []candidate{}
			}
			return again
		})
	}
	for _, run := range c.executions(kept) {
		for _, i := range lastBefore(all, kept[run.of], run.site) {
			one := all[i]
			one.site, one.call, one.guards = run.site, run.site.Node.(*ast.CallExpr), run.guards
			one.arg, one.args, one.from, one.wrapped, one.prepared = -1, nil, nil, true, true
			moved[i] = append(moved[i], one)
		}
	}
	var out []candidate
	for i, cand := range all {
		if there, ok := moved[i]; ok {
			out = append(out, there...)
		} else {
			out = append(out, cand)
		}
	}
	return out
}

// lastBefore is the text that a variable keeps where it is executed, of several that its
// function prepares one after the other; others keep what any function prepares.
func lastBefore(all []candidate, list []int, site gosrc.Site) []int {
	last := -1
	for _, i := range list {
		if all[i].site.Decl != site.Decl {
			return list
		}
		if all[i].call.Pos() < site.Node.Pos() && (last < 0 || all[last].call.Pos() < all[i].call.Pos()) {
			last = i
		}
	}
	if last < 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(i int) bool { return all[i].call != all[last].call })
}

// keptIn is the field or variable that keeps what the call of a candidate prepares; nil
// for another.
func (c *candidate) keptIn() *types.Var {
	if c.loose || c.call == nil || c.site.Decl == nil || !strings.HasPrefix(methodName(c.call), "Prepare") {
		return nil
	}
	var target ast.Expr
	ast.Inspect(c.site.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Rhs) == 1 && ast.Unparen(n.Rhs[0]) == ast.Expr(c.call) {
				target = n.Lhs[0]
			}
		case *ast.ValueSpec:
			if len(n.Values) == 1 && ast.Unparen(n.Values[0]) == ast.Expr(c.call) {
				target = n.Names[0]
			}
		}
		return target == nil
	})
	return variableOf(c.site.Package, target)
}

// variableOf is the field or variable that an expression names; nil for another.
func variableOf(pkg *gosrc.Package, e ast.Expr) *types.Var {
	switch e := e.(type) {
	case *ast.Ident:
		v, _ := pkg.Info.ObjectOf(e).(*types.Var)
		return v
	case *ast.SelectorExpr:
		v, _ := pkg.Info.ObjectOf(e.Sel).(*types.Var)
		return v
	}
	return nil
}

// An execution is a call that executes what a field or variable keeps.
type execution struct {
	of     fieldKey
	site   gosrc.Site
	guards []ast.Expr
}

// executions finds the calls that execute what is kept: a method of it, or a function
// that it is handed to.
func (c *collector) executions(kept map[fieldKey][]int) []execution {
	var out []execution
	names := map[string]bool{}
	for v := range kept {
		names[v.name] = true
	}
	for _, pkg := range c.program.Packages {
		for _, f := range pkg.Files {
			for _, d := range f.Syntax.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok || decl.Body == nil || !f.Names(names, decl) {
					continue
				}
				var stack []ast.Node
				ast.Inspect(decl.Body, func(n ast.Node) bool {
					if n == nil {
						stack = stack[:len(stack)-1]
						return false
					}
					stack = append(stack, n)
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					for _, e := range executed(call) {
						if v := variableOf(pkg, e); v != nil && kept[keyOf(v)] != nil {
							site := gosrc.Site{Package: pkg, Decl: decl, Node: call}
							out = append(out, execution{keyOf(v), site, conditionsAround(stack, call)})
						}
					}
					return true
				})
			}
		}
	}
	return out
}

func isAppend(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "append"
}

// executed are the expressions that a call may execute: what it is a method of, and its
// arguments, but for those of a transaction that takes a statement over.
func executed(call *ast.CallExpr) []ast.Expr {
	name := methodName(call)
	fun, method := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	switch {
	case method && (strings.HasPrefix(name, "Exec") || strings.HasPrefix(name, "Query") || slices.Contains([]string{"Get", "GetContext", "Select", "SelectContext", "MustExec"}, name)):
		on := ast.Unparen(fun.X)
		if via, ok := on.(*ast.CallExpr); ok && strings.HasPrefix(methodName(via), "Stmt") && len(via.Args) > 0 {
			on = via.Args[len(via.Args)-1] // tx.Stmt(s).Exec()
		}
		return append([]ast.Expr{ast.Unparen(on)}, call.Args...)
	case strings.HasPrefix(name, "Stmt"), isAppend(call):
		return nil
	}
	return call.Args
}
