package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

var one = Const{constant.MakeInt64(1)}

func number(i int) Const { return Const{constant.MakeInt64(int64(i))} }

func integer(v Value) (int, bool) {
	c, ok := v.(Const)
	if !ok {
		return 0, false
	}
	i, exact := constant.Int64Val(constant.ToInt(c.Value))
	return int(i), exact
}

func truthOf(v Value) truth {
	c, ok := v.(Const)
	switch {
	case !ok || c.Kind() != constant.Bool:
		return maybe
	case constant.BoolVal(c.Value):
		return yes
	}
	return no
}

// zero is the zero value of a type.
func zero(t types.Type) Value {
	if t == nil {
		return Unknown{Why: "its type is not known"}
	}
	if isBuilder(t) {
		return Text{}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return Text{}
		case u.Info()&types.IsInteger != 0:
			return number(0)
		case u.Info()&types.IsBoolean != 0:
			return Const{constant.MakeBool(false)}
		}
	case *types.Slice:
		return &List{}
	case *types.Struct:
		return &Record{Type: t}
	}
	return Unknown{Why: "zero value"}
}

// zeroOf is the zero value of a variable, also where a library that its type
// comes from is missing.
func (f *frame) zeroOf(obj types.Object, spelled ast.Expr) Value {
	if sel, ok := spelled.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Builder" || sel.Sel.Name == "Buffer") {
		return Text{}
	}
	return zero(obj.Type())
}

func isBuilder(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	switch n.Obj().Pkg().Path() + "." + n.Obj().Name() {
	case "strings.Builder", "bytes.Buffer":
		return true
	}
	return false
}

// evalMany evaluates an expression that may give several values.
func (f *frame) evalMany(e ast.Expr) []Value {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return f.call(e)
	case *ast.IndexExpr, *ast.TypeAssertExpr:
		return []Value{f.eval(e), Unknown{Why: "ok"}}
	}
	return []Value{f.eval(e)}
}

// eval evaluates an expression; calls in it are shown as they come.
func (f *frame) eval(e ast.Expr) Value {
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.BinaryExpr:
		if v, ok := f.sum(e); ok {
			return v
		}
		return f.binary(e, e.Op, f.eval(e.X), f.eval(e.Y))
	case *ast.CallExpr:
		if out := f.call(e); len(out) > 0 {
			return out[0]
		}
		return Unknown{Why: "call", Expr: e}
	case *ast.CompositeLit:
		return f.composite(e)
	case *ast.FuncLit:
		return &Func{Lit: e, pkg: f.pkg, env: f.env}
	case *ast.Ident:
		return f.ident(e)
	case *ast.IndexExpr:
		return f.element(e)
	case *ast.ParenExpr:
		return f.eval(e.X)
	case *ast.SelectorExpr:
		return f.selector(e)
	case *ast.SliceExpr:
		return f.slice(e)
	case *ast.StarExpr:
		return f.eval(e.X)
	case *ast.TypeAssertExpr:
		return f.eval(e.X)
	case *ast.UnaryExpr:
		return f.unary(e)
	case *ast.KeyValueExpr:
		return f.eval(e.Value)
	}
	return Unknown{Why: "expression", Expr: e}
}

// literal is a literal with the place of each of its bytes.
func literal(e *ast.BasicLit) Value {
	if e.Kind != token.STRING {
		c := constant.MakeFromLiteral(e.Value, e.Kind, 0)
		if c.Kind() == constant.Unknown {
			return Unknown{Why: "literal", Expr: e}
		}
		return Const{c}
	}
	if len(e.Value) < 2 {
		return hole(e, "literal")
	}
	body, pos := e.Value[1:len(e.Value)-1], e.Pos()+1
	if body == "" {
		return Text{}
	}
	if e.Value[0] == '`' {
		return raw(body, pos)
	}
	if strings.Count(body, "\\") > maxEscapes {
		if s, err := strconv.Unquote(e.Value); err == nil {
			return placed(s, e.Pos()) // data, not SQL that somebody reads
		}
	}
	return unescape(body, pos)
}

// maxEscapes is how many escapes of one literal keep their places.
const maxEscapes = 200

// raw is the text of a raw literal: carriage returns are not part of it.
func raw(body string, pos token.Pos) Text {
	var out Text
	for i, piece := range strings.Split(body, "\r") {
		if piece != "" {
			out = append(out, Part{Text: piece, Pos: pos, Verbatim: true})
		}
		_ = i
		pos += token.Pos(len(piece) + 1)
	}
	return out
}

func unescape(body string, pos token.Pos) Text {
	var out Text
	for body != "" {
		n := strings.IndexByte(body, '\\')
		if n < 0 {
			n = len(body)
		}
		if n > 0 {
			out = append(out, Part{Text: body[:n], Pos: pos, Verbatim: true})
			body, pos = body[n:], pos+token.Pos(n)
			continue
		}
		r, multibyte, rest, err := strconv.UnquoteChar(body, '"')
		if err != nil {
			return append(out, Part{Hole: "a bad escape", Pos: pos})
		}
		text := string(r)
		if !multibyte && r < 256 {
			text = string([]byte{byte(r)})
		}
		out = append(out, Part{Text: text, Pos: pos})
		pos += token.Pos(len(body) - len(rest))
		body = rest
	}
	return out
}

func (f *frame) ident(e *ast.Ident) Value {
	obj := f.pkg.Info.ObjectOf(e)
	switch obj := obj.(type) {
	case *types.Const:
		return f.constant(obj, e)
	case *types.Func:
		return &Func{Obj: obj, pkg: f.pkg}
	case *types.Var:
		if v, ok := f.env.get(obj); ok {
			if isWriter(v) {
				return f.eval(v.(Unknown).Expr) //nolint:forcetypeassert // seen above
			}
			return v
		}
		return f.packageVar(obj, e)
	case *types.Nil:
		return Unknown{Why: "nil", Expr: e}
	}
	switch e.Name {
	case "true", "false":
		return Const{constant.MakeBool(e.Name == "true")}
	}
	return Unknown{Why: "name " + e.Name, Expr: e}
}

// constant is a declared constant: the text it is made of, at the place that spells it.
func (f *frame) constant(obj *types.Const, use ast.Expr) Value {
	if obj.Val().Kind() == constant.String {
		if c := f.w.Program.consts[obj]; c != nil && !f.w.entered(c.value) {
			return f.w.initial(obj, c)
		}
		return placed(constant.StringVal(obj.Val()), use.Pos())
	}
	if obj.Val().Kind() == constant.Unknown {
		return Unknown{Why: "constant " + obj.Name(), Expr: use}
	}
	return Const{obj.Val()}
}

// entered says whether an initialiser is being evaluated, so that a cycle ends.
func (w *Walker) entered(e ast.Expr) bool {
	return len(w.exprs) > maxDepth || slices.Contains(w.exprs, e)
}

// packageVar is a variable of package level: what it starts as, and that it may
// have changed if anything sets it.
func (f *frame) packageVar(obj *types.Var, use ast.Expr) Value {
	unknown := Unknown{Why: "variable " + obj.Name(), Expr: use}
	v := f.w.Program.vars[obj]
	if v == nil {
		return unknown
	}
	if v.embed != "" {
		return f.embedded(v, use)
	}
	switch {
	case f.w.Program.assignedOutside(obj):
		return unknown
	case f.w.Program.Assigned(obj):
		unknown.Field = obj
		return f.given(obj, unknown)
	case v.value == nil || v.assigned || f.w.entered(v.value):
		return unknown
	}
	return f.w.initial(obj, v)
}

// given is what the program gives a field, or a variable of package level, if somebody
// knows.
func (f *frame) given(v *types.Var, unknown Unknown) Value {
	if f.w.Field != nil {
		if known := f.w.Field(v); known != nil {
			return known
		}
	}
	return unknown
}

// initial evaluates what a name of package level is declared with, once.
func (w *Walker) initial(obj types.Object, v *variable) Value {
	if known, ok := w.values[obj]; ok {
		return known
	}
	w.exprs = append(w.exprs, v.value)
	w.quiet++
	defer func() { w.exprs = w.exprs[:len(w.exprs)-1]; w.quiet-- }()
	out := w.frame(v.pkg, &env{vars: map[types.Object]Value{}}).eval(v.value)
	if w.values == nil {
		w.values = map[types.Object]Value{}
	}
	w.values[obj] = out
	return out
}

// selector is a name of another package, a field, or a method value.
func (f *frame) selector(e *ast.SelectorExpr) Value {
	v, _ := f.selected(e)
	return v
}

// method is a method of a value: of an interface, those of the structs that the value is.
func (f *frame) method(fn *types.Func, owner Value) Value {
	if recv := fn.Signature().Recv(); recv == nil || !types.IsInterface(recv.Type()) {
		return &Func{Obj: fn, Receiver: owner, pkg: f.pkg}
	}
	var out []Value
	for _, o := range Alternatives(owner) {
		r, ok := o.(*Record)
		if !ok || r.Type == nil {
			return &Func{Obj: fn, Receiver: owner, pkg: f.pkg}
		}
		t := r.Type
		if !isPointer(t) {
			t = types.NewPointer(t)
		}
		obj, _, _ := types.LookupFieldOrMethod(t, true, fn.Pkg(), fn.Name())
		concrete, ok := obj.(*types.Func)
		if !ok {
			return &Func{Obj: fn, Receiver: owner, pkg: f.pkg}
		}
		out = append(out, &Func{Obj: concrete, Receiver: r, pkg: f.pkg})
	}
	return oneOf(out...)
}

// selected is what a selector selects, and its owner, if that is a value.
func (f *frame) selected(e *ast.SelectorExpr) (v, owner Value) {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, isPkg := f.pkg.Info.Uses[id].(*types.PkgName); isPkg {
			return f.imported(e), nil
		}
	}
	owner = f.eval(e.X)
	if fn, ok := f.pkg.Info.Uses[e.Sel].(*types.Func); ok {
		return f.method(fn, owner), owner
	}
	var out []Value
	for _, o := range Alternatives(owner) {
		out = append(out, f.field(o, e))
	}
	v = oneOf(withoutDefault(out)...)
	if t, ok := v.(Text); ok && len(t) > 0 && f.w.Elsewhere != nil && f.w.Elsewhere(t[0].Pos) {
		v = t.at(e.Sel.Pos())
	}
	return v, owner
}

// withoutDefault are the values of a field without the empty text that it has until
// somebody sets it, where somebody may: that is not known then.
func withoutDefault(values []Value) []Value {
	if !slices.ContainsFunc(values, func(v Value) bool { _, unknown := v.(Unknown); return unknown }) {
		return values
	}
	return slices.DeleteFunc(values, func(v Value) bool { t, ok := v.(Text); return ok && len(t) == 0 })
}

func (f *frame) imported(e *ast.SelectorExpr) Value {
	switch obj := f.pkg.Info.Uses[e.Sel].(type) {
	case *types.Const:
		return f.constant(obj, e)
	case *types.Func:
		return &Func{Obj: obj, pkg: f.pkg}
	case *types.Var:
		return f.packageVar(obj, e)
	}
	return Unknown{Why: types.ExprString(e), Expr: e}
}

func (f *frame) field(owner Value, e *ast.SelectorExpr) Value {
	unknown := Unknown{Why: "field " + e.Sel.Name, Expr: e}
	r, ok := owner.(*Record)
	if t := f.pkg.Info.TypeOf(e); t != nil && isStruct(t) { // a part of a row is as loaded as the row
		unknown.Loaded = isLoaded(owner) || ok && r.Rest != nil && r.Rest.Loaded
	}
	switch {
	case unknown.Loaded && !ok:
		return unknown
	case !ok:
		return f.unknownField(e, unknown)
	}
	if v, ok := r.Fields[e.Sel.Name]; ok {
		return v
	}
	for _, v := range r.Fields { // promoted from an embedded struct
		if in, ok := v.(*Record); ok && in != r {
			if v, ok := in.Fields[e.Sel.Name]; ok {
				return v
			}
		}
	}
	if t := f.pkg.Info.TypeOf(e); t != nil && !r.Open && r.Rest == nil {
		return zero(t)
	}
	if unknown.Loaded {
		return unknown
	}
	return f.unknownField(e, unknown)
}

// unknownField is a field of a struct of which nothing is known here: what the
// program gives it elsewhere, if somebody knows.
func (f *frame) unknownField(e *ast.SelectorExpr, unknown Unknown) Value {
	sel, ok := f.pkg.Info.Selections[e]
	if !ok {
		return unknown
	}
	field, ok := sel.Obj().(*types.Var)
	if !ok {
		return unknown
	}
	unknown.Field = field
	return f.given(field, unknown)
}
