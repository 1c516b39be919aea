package gosrc

import (
	"go/ast"
	"go/types"
	"maps"
)

// What becomes of structs that are rows: who loads them, saves them, or may set
// fields of them out of sight.

// loads says whether a call of that name fills what it is handed with a row.
func loads(name string) bool {
	switch name {
	case "Get", "GetContext", "Select", "SelectContext", "Scan", "StructScan", "MapScan", "QueryRow", "QueryOne", "Find", "First", "Take", "Last", "One", "All", "Load":
		return true
	}
	return false
}

// gets says whether a function of that name hands back rows as it loads them.
func gets(name string) bool {
	if name == "One" || name == "All" {
		return true
	}
	for _, word := range [...]string{"get", "find", "load", "fetch", "read", "lookup", "list", "query", "select", "first"} {
		if len(name) >= len(word) && name[0]|0x20 == word[0] && name[1:len(word)] == word[1:] { // in either case
			return true
		}
	}
	return false
}

func isLoaded(v Value) bool {
	u, ok := v.(Unknown)
	return ok && u.Loaded
}

// saved notes that the rows which a chain was handed are now as the database has them.
func (f *frame) saved(call *ast.CallExpr) {
	for _, a := range call.Args {
		target := ast.Unparen(a)
		if u, ok := target.(*ast.UnaryExpr); ok {
			target = ast.Unparen(u.X)
		}
		if f.isRow(target) {
			f.store(target, Unknown{Why: "set by " + types.ExprString(call.Fun), Expr: target, Loaded: true})
		}
	}
}

// isRow says whether an expression names a struct, or a pointer to one.
func (f *frame) isRow(e ast.Expr) bool {
	if _, named := variableNamed(e); !named {
		return false
	}
	t := f.pkg.Info.TypeOf(e)
	if t == nil {
		return false
	}
	return isStruct(t)
}

// isStruct says whether a type is a struct, or a pointer to one.
func isStruct(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// changedBy notes that a call may have set fields of the structs that it was
// handed pointers to, its receiver included.
func (f *frame) changedBy(call *ast.CallExpr, fn *Func, args []Value) {
	for _, a := range call.Args {
		if e := ast.Unparen(a); f.isRow(e) && isPointer(f.pkg.Info.TypeOf(e)) {
			f.unsee(e, "handed to "+types.ExprString(call.Fun))
			if fn == nil && f.isFuncValue(call.Fun) {
				f.reopen(e)
			}
		}
	}
	if e := FieldSetBy(call); e != nil {
		f.store(e, Unknown{Why: "set by " + types.ExprString(call.Fun), Expr: e})
		return
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || fn == nil || fn.Obj == nil || !f.w.Program.setsReceiver(fn.Obj) {
		return
	}
	target, named := variableNamed(f.pkg.chained(sel.X, maxHelpers))
	if t := f.pkg.Info.TypeOf(target); !named || !f.isRow(target) && (t == nil || !types.IsInterface(t)) {
		return
	}
	if v := f.w.leaves(fn, args); v != nil && areRecords(v) {
		f.store(target, v)
		return
	}
	f.unsee(target, "changed by "+sel.Sel.Name)
}

// isFuncValue says whether an expression is a function that a variable or field holds.
func (f *frame) isFuncValue(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, is := f.pkg.Info.Uses[x].(*types.Var)
		return is
	case *ast.SelectorExpr:
		_, is := f.pkg.Info.Uses[x.Sel].(*types.Var)
		return is
	case *ast.IndexExpr, *ast.CallExpr:
		return true
	}
	return false
}

// reopen leaves the texts of a struct to what the program gives its fields anywhere: a
// function that is not known here, such as an option, may set them.
func (f *frame) reopen(e ast.Expr) {
	f.store(e, lift(func(v []Value) Value {
		r, ok := v[0].(*Record)
		if !ok || r.Keys != nil {
			return v[0]
		}
		out := *r
		out.Fields = maps.Clone(r.Fields)
		for name, v := range r.Fields {
			if _, is := v.(Text); is {
				delete(out.Fields, name)
			}
		}
		return &out
	}, f.eval(e)))
}

// unsee notes that fields of a struct may have been set where nobody looked.
func (f *frame) unsee(e ast.Expr, why string) {
	have := f.eval(e)
	opened := lift(func(v []Value) Value {
		r, ok := v[0].(*Record)
		if !ok || r.Rest != nil && !r.Rest.Loaded {
			return v[0]
		}
		out := *r
		out.Rest = &Unknown{Why: why, Expr: e}
		return &out
	}, have)
	if !same(have, opened) {
		f.store(e, opened)
	}
}

// FieldSetBy is the field that a call sets by a method of its value, as those of null
// values do: x.F.SetValid(v); nil when it is no such call.
func FieldSetBy(call *ast.CallExpr) *ast.SelectorExpr {
	method, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 || method.Sel.Name != "SetValid" && method.Sel.Name != "Scan" {
		return nil
	}
	field, _ := ast.Unparen(method.X).(*ast.SelectorExpr)
	return field
}

func isPointer(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}
