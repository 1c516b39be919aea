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
	results = f.run(d.decl.Type, d.decl.Body)
	return results, f.params(d.decl.Type)
}

// leaves is what a method leaves in its receiver, a struct that is known; nil when that
// cannot be told.
func (w *Walker) leaves(fn *Func, args []Value) Value {
	d := w.Program.function(fn.Obj)
	if _, known := fn.Receiver.(*Record); !known || d == nil || w.quiet >= maxQuiet || len(w.active) >= maxDepth || slices.Contains(w.active, d.decl.Body) || !small(d.decl.Body) {
		return nil
	}
	f := w.frame(d.pkg, &env{vars: map[types.Object]Value{}})
	f.bindReceiver(d.decl.Recv, fn.Receiver)
	f.bind(d.decl.Type.Params, args)
	w.quiet++
	defer func() { w.quiet-- }()
	f.run(d.decl.Type, d.decl.Body)
	return f.env.vars[d.pkg.Info.Defs[d.decl.Recv.List[0].Names[0]]]
}

// params are the values of the parameters, in order.
func (f *frame) params(t *ast.FuncType) []Value {
	var out []Value
	for _, field := range t.Params.List {
		for _, name := range field.Names {
			out = append(out, f.env.vars[f.pkg.Info.Defs[name]])
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
	results = f.run(fn.Lit.Type, fn.Lit.Body)
	return results, f.params(fn.Lit.Type)
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
