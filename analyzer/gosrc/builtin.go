package gosrc

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
)

// conversion: string(x), []byte(x), Name(x).
func (f *frame) conversion(call *ast.CallExpr) (Value, bool) {
	if len(call.Args) != 1 {
		return nil, false
	}
	if tv, ok := f.pkg.Info.Types[call.Fun]; ok && tv.IsType() {
		v := f.eval(call.Args[0])
		if c, isConst := v.(Const); isConst && c.Kind() != constant.Bool {
			if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
				return Unknown{Why: "conversion", Expr: call}, true
			}
		}
		return v, true
	}
	return nil, false
}

func (f *frame) builtin(call *ast.CallExpr, c Callee) (Value, bool) {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return nil, false
	}
	if obj := f.pkg.Info.Uses[id]; obj != nil {
		if _, builtin := obj.(*types.Builtin); !builtin {
			return nil, false
		}
	}
	switch c.Name {
	case "append":
		return f.appendTo(call), true
	case "len", "cap":
		return f.length(call), true
	case "make":
		return f.made(call), true
	case "new":
		if len(call.Args) == 1 {
			return zero(f.pkg.Info.TypeOf(call.Args[0])), true
		}
	}
	return nil, false
}

func (f *frame) appendTo(call *ast.CallExpr) Value {
	args := f.arguments(call)
	if len(args) == 0 {
		return Unknown{Why: "append", Expr: call}
	}
	spread := call.Ellipsis.IsValid()
	if _, ok := args[0].(Text); ok || isBytes(f.pkg.Info.TypeOf(call)) {
		return f.appendText(call, args)
	}
	return lift(func(v []Value) Value {
		base, ok := v[0].(*List)
		if !ok {
			base = &List{Open: true}
			if u, unknown := v[0].(Unknown); unknown && (u.Why == "nil" || u.Why == "zero value") {
				base.Open = false
			}
		}
		out := &List{Elems: slices.Clone(base.Elems), Type: base.Type, Open: base.Open}
		if spread {
			if _, unknown := lastOf(args).(Unknown); unknown {
				out.Open = true
				return out
			}
			if l, ok := lastOf(args).(*List); ok { // open, or very long
				out.Open = true
				out.Elems = append(out.Elems, l.Elems[:min(len(l.Elems), max(maxElems-len(out.Elems), 0))]...)
				return out
			}
		}
		for _, a := range args[1:] {
			if len(out.Elems) >= maxElems {
				out.Open = true
				break
			}
			out.Elems = append(out.Elems, Elem{Value: a})
		}
		return out
	}, args[0])
}

func isBytes(t types.Type) bool {
	s, ok := underlying(t).(*types.Slice)
	if !ok {
		return false
	}
	b, ok := s.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Byte
}

// appendText is append of bytes, which are text.
func (f *frame) appendText(call *ast.CallExpr, args []Value) Value {
	args = slices.Clone(args)
	args[0] = f.buffer(args[0], call.Args[0])
	last := len(args) - 1
	if l, ok := args[last].(*List); ok && call.Ellipsis.IsValid() && last > 0 {
		args[last] = f.buffer(l, call)
	}
	return lift(func(v []Value) Value {
		var out joiner
		for i, a := range v {
			e := call.Args[min(i, len(call.Args)-1)]
			if !out.add(f.text(character(a, e), e)...) {
				break
			}
		}
		return out.text
	}, args...)
}

func lastOf(v []Value) Value { return v[len(v)-1] }

func (f *frame) length(call *ast.CallExpr) Value {
	if len(call.Args) == 1 {
		switch v := f.eval(call.Args[0]).(type) {
		case *List:
			if !v.Open && !slices.ContainsFunc(v.Elems, func(e Elem) bool { return e.May }) {
				return number(len(v.Elems))
			}
		case Text:
			if s, ok := v.Known(); ok {
				return number(len(s))
			}
		}
	}
	return Unknown{Why: "length", Expr: call}
}

func (f *frame) made(call *ast.CallExpr) Value {
	t := f.pkg.Info.TypeOf(call)
	if t == nil {
		return Unknown{Why: "make", Expr: call}
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		if len(call.Args) < 2 {
			return &List{}
		}
		n, ok := integer(f.eval(call.Args[1]))
		if !ok || n < 0 || n > maxTurns {
			return &List{Open: true, Made: true}
		}
		l := &List{}
		for range n {
			l.Elems = append(l.Elems, Elem{Value: zero(t.Elem())})
		}
		return l
	case *types.Map:
		return &Record{Type: t, Open: true}
	}
	return Unknown{Why: "make", Expr: call}
}
