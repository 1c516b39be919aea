package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// builder handles the methods of strings.Builder, bytes.Buffer, and what writes to one.
func (f *frame) builder(call *ast.CallExpr, c Callee) (Value, bool) {
	fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	switch c.Name {
	case "WriteString", "WriteByte", "WriteRune", "String", "Reset", "Grow", "Len", "Bytes", "Write", "Truncate":
	default:
		return nil, false
	}
	w, ok := f.writer(fun.X, c.Name)
	if !ok {
		return nil, false
	}
	owner := f.written(w)
	none := Unknown{Why: "builder", Expr: call}
	if strings.HasPrefix(c.Name, "Write") && len(call.Args) == 1 {
		f.write(w, f.eval(call.Args[0]), call.Args[0])
		return none, true
	}
	switch c.Name {
	case "String", "Bytes":
		return owner, true
	case "Reset":
		f.rewrite(w, Text{})
	case "Truncate":
		f.truncate(call, w, owner)
	}
	return none, true
}

// A writer is where text is written: a variable or field that holds a builder, or a
// struct that embeds one.
type writer struct {
	at   ast.Expr
	path []*types.Var // the embedded fields from there to the builder
}

// writer is what a method of an expression writes to, if somebody follows it.
func (f *frame) writer(e ast.Expr, method string) (writer, bool) {
	if at := f.pointsTo(e); at != nil {
		return writer{at: at}, true
	}
	e = ast.Unparen(e)
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = ast.Unparen(u.X)
	}
	t := f.pkg.Info.TypeOf(e)
	if isBuilderType(t) {
		return writer{at: e}, true
	}
	if _, ok := variableNamed(e); !ok || t == nil {
		return writer{}, false
	}
	if types.IsInterface(t) {
		r, ok := f.eval(e).(*Record)
		if !ok || r.Type == nil {
			return writer{}, false
		}
		t = r.Type
	}
	path := pathToBuilder(t, method)
	return writer{at: e, path: path}, path != nil
}

// pathToBuilder are the embedded fields that promote a method of a builder to a struct;
// nil when it has none, or its own.
func pathToBuilder(t types.Type, method string) []*types.Var {
	for _, name := range [...]string{method, "WriteString"} { // one that every builder has
		obj, index, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if obj == nil {
			continue
		}
		fn, ok := obj.(*types.Func)
		if !ok || len(index) < 2 || !isBuilderType(fn.Signature().Recv().Type()) {
			return nil
		}
		return embeddedFields(t, index[:len(index)-1])
	}
	return nil
}

func embeddedFields(t types.Type, index []int) []*types.Var {
	var out []*types.Var
	for _, i := range index {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok || i >= s.NumFields() {
			return nil
		}
		out = append(out, s.Field(i))
		t = s.Field(i).Type()
	}
	return out
}

// write adds what a value is, as text, to what was written.
func (f *frame) write(w writer, v Value, e ast.Expr) {
	f.rewrite(w, lift(func(v []Value) Value {
		return concat(f.text(v[0], w.at), f.text(character(v[1], e), e))
	}, f.written(w), v))
}

// character is a byte or rune as the text that it is written as.
func character(v Value, e ast.Expr) Value {
	if k, ok := v.(Const); ok {
		if r, exact := constant.Int64Val(constant.ToInt(k.Value)); exact {
			return placed(string(rune(r)), e.Pos())
		}
	}
	return v
}

// written is what was written so far.
func (f *frame) written(w writer) Value {
	v := f.eval(w.at)
	for _, field := range w.path {
		v = lift(func(v []Value) Value { return f.structField(v[0], field, w.at) }, v)
	}
	return v
}

// structField is a field of a struct that no selector names.
func (f *frame) structField(owner Value, field *types.Var, e ast.Expr) Value {
	if r, ok := owner.(*Record); ok {
		if v, ok := r.Fields[field.Name()]; ok {
			return v
		}
		if !r.Open && r.Rest == nil {
			return zero(field.Type())
		}
	}
	return f.given(field, Unknown{Why: "field " + field.Name(), Expr: e, Field: field})
}

// rewrite makes a text all that was written.
func (f *frame) rewrite(w writer, v Value) {
	if len(w.path) == 0 {
		f.store(w.at, v)
		return
	}
	owners := []Value{}
	for i := range w.path[1:] {
		owners = append(owners, f.written(writer{at: w.at, path: w.path[:i+1]}))
	}
	for i := len(owners) - 1; i >= 0; i-- {
		name := &ast.Ident{Name: w.path[i+1].Name(), NamePos: w.at.Pos()}
		set, t := v, w.path[i].Type()
		v = lift(func(o []Value) Value { return withField(o[0], t, name, set) }, owners[i])
	}
	f.storeField(w.at, &ast.Ident{Name: w.path[0].Name(), NamePos: w.at.Pos()}, v)
}

// whyWriter is why the value is not kept of a variable that points to another, which
// holds what is written.
const whyWriter = "a writer"

func isWriter(v Value) bool {
	u, ok := v.(Unknown)
	return ok && u.Why == whyWriter
}

// pointsTo is the variable or field that holds what is written to the writer which an
// expression gives; nil when it gives none.
func (f *frame) pointsTo(e ast.Expr) ast.Expr {
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		if at, ok := variableNamed(e.X); ok && e.Op == token.AND && isBuilderType(f.pkg.Info.TypeOf(at)) {
			return at
		}
	case *ast.Ident:
		if u, ok := f.env.vars[f.pkg.Info.ObjectOf(e)].(Unknown); ok && u.Why == whyWriter {
			return u.Expr
		}
		return f.holdsWritten(e)
	case *ast.SelectorExpr:
		return f.holdsWritten(e)
	case *ast.CallExpr:
		if len(e.Args) == 0 || len(e.Args) > 2 {
			return nil
		}
		tv, ok := f.pkg.Info.Types[e.Fun]
		if c := f.callee(e); ok && tv.IsType() || c.Pkg == "bufio" && strings.HasPrefix(c.Name, "NewWriter") {
			return f.pointsTo(e.Args[0])
		}
	}
	return nil
}

// holdsWritten is a variable or field that holds a pointer to a builder, or the writer
// that is one.
func (f *frame) holdsWritten(e ast.Expr) ast.Expr {
	t := f.pkg.Info.TypeOf(e)
	switch {
	case t == nil:
		return nil
	case isPointer(t) && isBuilder(t):
		return e
	case !types.IsInterface(t) && !isBuffered(t) || !hasMethod(t, "Write") && !hasMethod(t, "WriteString"):
		return nil
	}
	if _, named := variableNamed(e); !named || !hasText(f.eval(e)) {
		return nil
	}
	return e
}

// isBuffered says whether a type is *bufio.Writer.
func isBuffered(t types.Type) bool {
	p, ok := t.(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := p.Elem().(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "bufio" && n.Obj().Name() == "Writer"
}

func hasMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := obj.(*types.Func)
	return ok
}

// variableNamed is an expression that names a variable or field; none that calls give,
// which are not to be evaluated again.
func variableNamed(e ast.Expr) (ast.Expr, bool) {
	e = ast.Unparen(e)
	switch e := e.(type) {
	case *ast.Ident:
		return e, true
	case *ast.SelectorExpr:
		return e, !hasCall(e)
	}
	return nil, false
}

func hasCall(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		_, call := n.(*ast.CallExpr)
		found = found || call
		return !found
	})
	return found
}

// pointing is the value of a variable that is given what an expression gives: the
// variable that holds what is written, where it gives a pointer to that.
func (f *frame) pointing(target, e ast.Expr, v Value) Value {
	id, ok := target.(*ast.Ident)
	if !ok {
		return v
	}
	at := f.pointsTo(e)
	if at == nil {
		return v
	}
	obj := f.pkg.Info.ObjectOf(id)
	if same, ok := at.(*ast.Ident); ok && f.pkg.Info.ObjectOf(same) == obj {
		return v
	}
	if slices.Contains(f.named, obj) {
		return v // the caller does not see what it points to
	}
	return Unknown{Why: whyWriter, Expr: at}
}

// truncate is b.Truncate(n), or b.Truncate(b.Len() - n).
func (f *frame) truncate(call *ast.CallExpr, w writer, owner Value) {
	if len(call.Args) != 1 {
		return
	}
	less, ok := ast.Unparen(call.Args[0]).(*ast.BinaryExpr)
	f.rewrite(w, lift(func(v []Value) Value {
		t, isText := v[0].(Text)
		if n, isNumber := integer(v[1]); isNumber && isText {
			return cut(t, 0, n, call)
		}
		if ok && isText && less.Op == token.SUB {
			if n, isNumber := integer(f.eval(less.Y)); isNumber && n >= 0 {
				return t.withoutLast(n)
			}
		}
		return Unknown{Why: "Truncate", Expr: call}
	}, owner, f.eval(call.Args[0])))
}

func isBuilderType(t types.Type) bool { return t != nil && isBuilder(t) }
