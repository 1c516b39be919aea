package gosrc

import (
	"go/ast"
	"go/types"
	"slices"
)

// apply walks a function with the given arguments; unknown ones when nil. It
// returns the results, and what the parameters are at the end.
func (w *Walker) apply(fn *Func, args []Value, guards []ast.Expr) (results, params []Value) {
	if fn.Lit != nil {
		return w.applyLiteral(fn, args, guards)
	}
	d := w.Program.function(fn.Obj)
	if d == nil || len(w.active) >= maxDepth || slices.Contains(w.active, d.decl.Body) {
		return nil, nil
	}
	f := w.frame(d.pkg, &env{vars: map[types.Object]Value{}})
	f.guards = slices.Clone(guards)
	f.bindReceiver(d.decl.Recv, fn.Receiver)
	f.bind(d.decl.Type.Params, args)
	if !w.Follow {
		w.quiet++
		defer func() { w.quiet-- }()
	}
	return f.runFor(d.decl.Type, d.decl.Body)
}

// params are the parameters, in order; nil for one without a name.
func (f *frame) params(t *ast.FuncType) []types.Object {
	var out []types.Object
	for _, field := range t.Params.List {
		for _, name := range field.Names {
			out = append(out, f.pkg.Info.Defs[name])
		}
		if len(field.Names) == 0 {
			out = append(out, nil)
		}
	}
	return out
}

func (w *Walker) applyLiteral(fn *Func, args []Value, guards []ast.Expr) (results, params []Value) {
	if len(w.active) >= maxDepth || slices.Contains(w.active, fn.Lit.Body) {
		return nil, nil
	}
	f := w.frame(fn.pkg, fn.env)
	f.guards = slices.Clone(guards)
	if w.quiet == 0 {
		w.done[fn.Lit] = true
	}
	f.bind(fn.Lit.Type.Params, args)
	return f.runFor(fn.Lit.Type, fn.Lit.Body)
}

// runFor walks a body for a caller, who sees the results and what is left in the
// parameters.
func (f *frame) runFor(t *ast.FuncType, body *ast.BlockStmt) (results, params []Value) {
	f.shown = f.params(t)
	before := f.valuesOf(f.shown)
	results = f.run(t, body)
	return results, f.leftIn(before)
}

// leftIn is what the variables that the caller sees may hold in the end, and held before.
func (f *frame) leftIn(before []Value) []Value {
	out := f.ends[len(f.ends)-1]
	for _, end := range f.ends[:len(f.ends)-1] {
		for i, v := range end {
			out[i] = merge(before[i], out[i], v)
		}
	}
	return out
}

func (f *frame) bindReceiver(recv *ast.FieldList, v Value) {
	f.unknownParams(recv)
	if recv == nil || v == nil || len(recv.List) == 0 || len(recv.List[0].Names) == 0 {
		return
	}
	if obj := f.pkg.Info.Defs[recv.List[0].Names[0]]; obj != nil {
		f.env.vars[obj] = v
	}
}

// bind gives parameters their values; a variadic one takes the rest.
func (f *frame) bind(params *ast.FieldList, args []Value) {
	f.unknownParams(params)
	if params == nil || args == nil {
		return
	}
	i := 0
	for _, field := range params.List {
		_, variadic := field.Type.(*ast.Ellipsis)
		for _, name := range field.Names {
			obj := f.pkg.Info.Defs[name]
			switch {
			case obj == nil:
			case variadic:
				l := &List{}
				for _, a := range args[min(i, len(args)):] {
					l.Elems = append(l.Elems, Elem{Value: a})
				}
				f.env.vars[obj] = l
			case i < len(args) && args[i] != nil:
				f.env.vars[obj] = args[i]
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
}
