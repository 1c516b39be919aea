package gosrc

import (
	"go/ast"
	"go/types"
	"slices"
	"sync"
)

// What methods do with what they are called on: what they leave in it, and whether they
// hand it back.

// leaves is what a method leaves in its receiver, a struct that is known or one of
// several; nil when that cannot be told.
func (w *Walker) leaves(fn *Func, args []Value) Value {
	d := w.Program.function(fn.Obj)
	if !areRecords(fn.Receiver) || d == nil || w.quiet >= maxQuiet || len(w.active) >= maxDepth || slices.Contains(w.active, d.decl.Body) || !small(d.decl.Body) {
		return nil
	}
	f := w.frame(d.pkg, &env{vars: map[types.Object]Value{}})
	f.bindReceiver(d.decl.Recv, fn.Receiver)
	f.bind(d.decl.Type.Params, args)
	f.shown = []types.Object{d.receiver()}
	before := f.valuesOf(f.shown)
	w.quiet++
	defer func() { w.quiet-- }()
	f.run(d.decl.Type, d.decl.Body)
	return f.leftIn(before)[0]
}

// areRecords says whether a value is a struct that is known, or one of several.
func areRecords(v Value) bool {
	return !slices.ContainsFunc(Alternatives(v), func(a Value) bool { _, is := a.(*Record); return !is })
}

// chained is what methods are called on that hand it back: b of b.Add(x).Add(y).
func (pkg *Package) chained(e ast.Expr, depth int) ast.Expr {
	for {
		e = ast.Unparen(e)
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return e
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return e
		}
		if fn, ok := pkg.Info.Uses[sel.Sel].(*types.Func); !ok || !pkg.prog.handsBack(fn, depth) {
			return e
		}
		e = sel.X
	}
}

// setsReceiver says whether a method sets a field of its receiver, itself or by another
// method.
func (p *Program) setsReceiver(fn *types.Func) bool {
	return p.setters.of(fn, maxHelpers, p.findsSetter)
}

// maxHelpers is how far methods are followed that one calls on its own receiver.
const maxHelpers = 3

// traits is what was found out of methods, by how far the others were followed that they
// call: so that it does not depend on which was asked of first.
type traits struct{ known sync.Map }

type traitKey struct {
	fn    *types.Func
	depth int
}

func (t *traits) of(fn *types.Func, depth int, find func(*types.Func, int) bool) bool {
	if depth == 0 {
		return false
	}
	if v, ok := t.known.Load(traitKey{fn, depth}); ok {
		return v.(bool)
	}
	out := find(fn, depth-1)
	t.known.Store(traitKey{fn, depth}, out)
	return out
}

func (p *Program) findsSetter(fn *types.Func, depth int) bool {
	d := p.function(fn)
	if d == nil || d.receiver() == nil || !isPointer(fn.Signature().Recv().Type()) {
		return false
	}
	found := false
	ast.Inspect(d.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			found = found || slices.ContainsFunc(n.Lhs, d.isOwnField)
		case *ast.CallExpr:
			found = found || d.callsSetter(n, depth)
		}
		return !found
	})
	return found
}

// isOwnField says whether an expression is a field of the receiver of a method.
func (d *function) isOwnField(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && d.pkg.names(sel.X, d.receiver())
}

// callsSetter says whether a method calls another that sets a field of its receiver.
func (d *function) callsSetter(call *ast.CallExpr, depth int) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || !d.pkg.names(d.pkg.chained(sel.X, depth), d.receiver()) {
		return false
	}
	fn, ok := d.pkg.Info.Uses[sel.Sel].(*types.Func)
	return ok && d.pkg.prog.setters.of(fn, depth, d.pkg.prog.findsSetter)
}

// names says whether an expression names a variable.
func (pkg *Package) names(e ast.Expr, v types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && pkg.Info.ObjectOf(id) == v
}

// handsBack says whether a method gives nothing but what it is called on; one of an
// interface does if it gives its type.
func (p *Program) handsBack(fn *types.Func, depth int) bool {
	recv, results := fn.Signature().Recv(), fn.Signature().Results()
	if recv == nil || results.Len() != 1 || !types.Identical(recv.Type(), results.At(0).Type()) {
		return false
	}
	if types.IsInterface(recv.Type()) {
		return true
	}
	return p.fluent.of(fn, depth, p.givesReceiver)
}

// givesReceiver says whether all that a method returns is its receiver.
func (p *Program) givesReceiver(fn *types.Func, depth int) bool {
	d := p.function(fn)
	if d == nil || d.receiver() == nil {
		return false
	}
	itself := true
	ast.Inspect(d.decl.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && (len(r.Results) != 1 || !d.pkg.names(d.pkg.chained(r.Results[0], depth), d.receiver())) {
			itself = false
		}
		_, lit := n.(*ast.FuncLit)
		return itself && !lit
	})
	return itself
}

// receiver is the receiver of a method; nil when it has no name, or there is none.
func (d *function) receiver() types.Object {
	recv := d.decl.Recv
	if recv == nil || len(recv.List) == 0 || len(recv.List[0].Names) == 0 {
		return nil
	}
	return d.pkg.Info.Defs[recv.List[0].Names[0]]
}
