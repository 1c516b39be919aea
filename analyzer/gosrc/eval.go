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

// sum evaluates a + b + c … at once: strings that are added one by one would be
// copied as often as there are summands.
func (f *frame) sum(e *ast.BinaryExpr) (Value, bool) {
	var sums []*ast.BinaryExpr
	var at ast.Expr = e
	for {
		b, ok := ast.Unparen(at).(*ast.BinaryExpr)
		if !ok || b.Op != token.ADD {
			break
		}
		sums = append(sums, b)
		at = b.X
	}
	if len(sums) < 2 {
		return nil, false
	}
	slices.Reverse(sums)
	values := []Value{f.eval(at)}
	for _, b := range sums {
		values = append(values, f.eval(b.Y))
	}
	if !f.isString(e) {
		v := values[0]
		for i, b := range sums {
			v = f.binary(b, token.ADD, v, values[i+1])
		}
		return v, true
	}
	return lift(func(v []Value) Value {
		texts := []Text{f.text(v[0], at)}
		for i, b := range sums {
			texts = append(texts, f.text(v[i+1], b.Y))
		}
		return concat(texts...)
	}, values...), true
}

// isString says whether an expression is a string, as far as types and literals tell.
func (f *frame) isString(e ast.Expr) bool {
	if t := f.pkg.Info.TypeOf(e); t != nil {
		if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() != types.Invalid {
			return b.Info()&types.IsString != 0
		}
	}
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			found = true
		}
		_, call := n.(*ast.CallExpr)
		return !found && !call
	})
	return found
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
	if v.value == nil || v.assigned || f.w.entered(v.value) {
		return unknown
	}
	return f.w.initial(obj, v)
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

// selected is what a selector selects, and its owner, if that is a value.
func (f *frame) selected(e *ast.SelectorExpr) (v, owner Value) {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, isPkg := f.pkg.Info.Uses[id].(*types.PkgName); isPkg {
			return f.imported(e), nil
		}
	}
	owner = f.eval(e.X)
	if fn, ok := f.pkg.Info.Uses[e.Sel].(*types.Func); ok {
		return &Func{Obj: fn, Receiver: owner, pkg: f.pkg}, owner
	}
	var out []Value
	for _, o := range Alternatives(owner) {
		out = append(out, f.field(o, e))
	}
	return oneOf(out...), owner
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
	if !ok {
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
	if t := f.pkg.Info.TypeOf(e); t != nil && !r.Open {
		return zero(t)
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
	if f.w.Field != nil {
		if v := f.w.Field(field); v != nil {
			return v
		}
	}
	return unknown
}

func (f *frame) composite(e *ast.CompositeLit) Value {
	t := f.pkg.Info.TypeOf(e)
	if t == nil {
		return Unknown{Why: "composite literal", Expr: e}
	}
	if p, ok := t.Underlying().(*types.Pointer); ok { // an element whose & is left out
		t = p.Elem()
	}
	if isBuilder(t) {
		return Text{}
	}
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Array:
		return f.listOf(e.Elts, t)
	case *types.Struct:
		return f.record(e, t, u)
	case *types.Map:
		return f.mapOf(e, t)
	}
	if _, isArray := e.Type.(*ast.ArrayType); isArray {
		return f.listOf(e.Elts, nil)
	}
	return f.record(e, t, nil)
}

func (f *frame) listOf(elts []ast.Expr, t types.Type) Value {
	l := &List{Type: t, Elems: make([]Elem, 0, len(elts))}
	for _, elt := range elts {
		l.Elems = append(l.Elems, Elem{Value: f.eval(elt)})
	}
	return l
}

func (f *frame) record(e *ast.CompositeLit, t types.Type, u *types.Struct) Value {
	r := &Record{Fields: map[string]Value{}, Type: t, Open: u == nil}
	for i, elt := range e.Elts {
		kv, keyed := elt.(*ast.KeyValueExpr)
		switch {
		case keyed:
			if id, ok := kv.Key.(*ast.Ident); ok {
				r.Fields[id.Name] = f.eval(kv.Value)
				f.told(t, id.Name, r.Fields[id.Name])
				continue
			}
			f.eval(kv.Value)
		case u != nil && i < u.NumFields():
			r.Fields[u.Field(i).Name()] = f.eval(elt)
			f.told(t, u.Field(i).Name(), r.Fields[u.Field(i).Name()])
		default:
			f.eval(elt)
		}
	}
	return r
}

func (f *frame) mapOf(e *ast.CompositeLit, t types.Type) Value {
	r := &Record{Fields: map[string]Value{}, Keys: map[string]Text{}, Type: t, Open: true}
	for _, elt := range e.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		v := f.eval(kv.Value)
		key := f.text(f.eval(kv.Key), kv.Key)
		r.Fields[key.String()], r.Keys[key.String()] = v, key
	}
	return r
}

func (f *frame) element(e *ast.IndexExpr) Value {
	if tv, ok := f.pkg.Info.Types[e.X]; ok && !tv.IsValue() {
		return Unknown{Why: "instance", Expr: e}
	}
	owner := f.eval(e.X)
	if fn, ok := owner.(*Func); ok { // f[T]
		return fn
	}
	index := f.eval(e.Index)
	var out []Value
	for _, o := range Alternatives(owner) {
		out = append(out, elementOf(o, index, e))
	}
	return oneOf(out...)
}

// elementOf is the element of one list, array or map.
func elementOf(owner, index Value, e ast.Expr) Value {
	switch owner := owner.(type) {
	case *List:
		if i, ok := integer(index); ok && i >= 0 && i < len(owner.Elems) {
			return owner.Elems[i].Value
		}
		return anyElem(owner, e)
	case *Record:
		if key, ok := known(index); ok {
			if v, ok := owner.Fields[key]; ok {
				return v
			}
		}
		return anyField(owner, e)
	}
	return Unknown{Why: "element", Expr: e}
}

// anyElem is an element whose place is not known.
func anyElem(l *List, e ast.Expr) Value {
	if l.Open || len(l.Elems) == 0 {
		return Unknown{Why: "element", Expr: e}
	}
	values := make([]Value, len(l.Elems))
	for i, elem := range l.Elems {
		values[i] = elem.Value
	}
	return oneOf(values...)
}

func anyField(r *Record, e ast.Expr) Value {
	if _, isMap := underlying(r.Type).(*types.Map); !isMap || len(r.Fields) == 0 {
		return Unknown{Why: "element", Expr: e}
	}
	values := make([]Value, 0, len(r.Fields))
	for _, key := range sortedKeys(r.Fields) {
		values = append(values, r.Fields[key])
	}
	return oneOf(values...)
}

func (f *frame) slice(e *ast.SliceExpr) Value {
	owner := f.eval(e.X)
	low, high := 0, -1
	var ok bool
	if e.Low != nil {
		if low, ok = integer(f.eval(e.Low)); !ok {
			return Unknown{Why: "slice", Expr: e}
		}
	}
	if e.High != nil {
		if high, ok = integer(f.eval(e.High)); !ok {
			return f.shortened(e, owner)
		}
	}
	switch owner := owner.(type) {
	case *List:
		if high < 0 {
			high = len(owner.Elems)
		}
		if low >= 0 && low <= high && high <= len(owner.Elems) {
			return &List{Elems: owner.Elems[low:high:high], Open: owner.Open}
		}
	case Text:
		return cut(owner, low, high, e)
	}
	return Unknown{Why: "slice", Expr: e}
}

// shortened is x[:len(x)-n] of a text that is not known whole.
func (f *frame) shortened(e *ast.SliceExpr, owner Value) Value {
	unknown := Unknown{Why: "slice", Expr: e}
	b, ok := ast.Unparen(e.High).(*ast.BinaryExpr)
	if !ok || b.Op != token.SUB || e.Low != nil {
		return unknown
	}
	call, ok := ast.Unparen(b.X).(*ast.CallExpr)
	n, isNumber := integer(f.eval(b.Y))
	if !ok || !isNumber || n < 0 || len(call.Args) != 1 || types.ExprString(call.Args[0]) != types.ExprString(e.X) {
		return unknown
	}
	return lift(func(v []Value) Value {
		t, ok := v[0].(Text)
		if !ok {
			return unknown
		}
		return t.withoutLast(n)
	}, owner)
}

// withoutLast is a text without its last n bytes, if they are one piece.
func (t Text) withoutLast(n int) Text {
	if len(t) == 0 || t[len(t)-1].Hole != "" || len(t[len(t)-1].Text) < n {
		return t
	}
	out := slices.Clone(t)
	end := &out[len(out)-1]
	end.Text = end.Text[:len(end.Text)-n]
	if end.Text == "" {
		return out[:len(out)-1]
	}
	return out
}

// cut is a piece of a text that is known.
func cut(t Text, low, high int, e ast.Expr) Value {
	s, ok := t.Known()
	if !ok {
		return Unknown{Why: "slice", Expr: e}
	}
	if high < 0 {
		high = len(s)
	}
	if low < 0 || low > high || high > len(s) {
		return Unknown{Why: "slice", Expr: e}
	}
	return piece(t, low, high)
}

// piece is a piece of a text without holes.
func piece(t Text, low, high int) Text {
	c := cutter{text: t}
	return c.piece(low, high)
}

// A cutter takes pieces out of a text without holes, each behind the one before.
type cutter struct {
	text Text
	i    int // the part that the last piece ended in
	at   int // where it begins
}

func (c *cutter) piece(low, high int) Text {
	var out Text
	for ; c.i < len(c.text); c.i++ {
		p := c.text[c.i]
		from, to := max(low-c.at, 0), min(high-c.at, len(p.Text))
		if from < to {
			piece := p
			piece.Text = p.Text[from:to]
			if p.Verbatim {
				piece.Pos += token.Pos(from)
			}
			out = append(out, piece)
		}
		if high <= c.at+len(p.Text) {
			break
		}
		c.at += len(p.Text)
	}
	return out
}

func (f *frame) unary(e *ast.UnaryExpr) Value {
	v := f.eval(e.X)
	switch e.Op {
	case token.AND:
		return v
	case token.NOT, token.SUB, token.ADD:
		if c, ok := v.(Const); ok {
			if out := constant.UnaryOp(e.Op, c.Value, 0); out.Kind() != constant.Unknown {
				return Const{out}
			}
		}
	}
	return Unknown{Why: "expression", Expr: e}
}

// binary evaluates an operator; + joins strings.
func (f *frame) binary(e ast.Expr, op token.Token, x, y Value) Value {
	if op == token.LAND || op == token.LOR {
		return logic(e, op, x, y)
	}
	return lift(func(v []Value) Value { return f.operate(e, op, v[0], v[1]) }, x, y)
}

func (f *frame) operate(e ast.Expr, op token.Token, x, y Value) Value {
	tx, isTextX := x.(Text)
	ty, isTextY := y.(Text)
	if op == token.ADD && (isTextX || isTextY) {
		return concat(f.text(x, operand(e, 0)), f.text(y, operand(e, 1)))
	}
	if isTextX && isTextY {
		return compareTexts(e, op, tx, ty)
	}
	cx, okX := x.(Const)
	cy, okY := y.(Const)
	if !okX || !okY || cx.Kind() != cy.Kind() {
		return Unknown{Why: "expression", Expr: e}
	}
	return arithmetic(e, op, cx, cy)
}

func operand(e ast.Expr, i int) ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok {
		return [...]ast.Expr{b.X, b.Y}[i]
	}
	return e
}

func compareTexts(e ast.Expr, op token.Token, x, y Text) Value {
	a, okA := x.Known()
	b, okB := y.Known()
	if okA && okB && comparison(op) {
		return Const{constant.MakeBool(constant.Compare(constant.MakeString(a), op, constant.MakeString(b)))}
	}
	return Unknown{Why: "expression", Expr: e}
}

func comparison(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}

func arithmetic(e ast.Expr, op token.Token, x, y Const) Value {
	unknown := Unknown{Why: "expression", Expr: e}
	if comparison(op) {
		if x.Kind() == constant.Bool && op != token.EQL && op != token.NEQ {
			return unknown
		}
		return Const{constant.MakeBool(constant.Compare(x.Value, op, y.Value))}
	}
	if x.Kind() != constant.Int {
		return unknown
	}
	switch op {
	case token.QUO, token.REM:
		if constant.Sign(y.Value) == 0 {
			return unknown
		}
		if op == token.QUO {
			op = token.QUO_ASSIGN // integer division
		}
	case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR, token.AND_NOT:
	default:
		return unknown
	}
	return Const{constant.BinaryOp(x.Value, op, y.Value)}
}

func logic(e ast.Expr, op token.Token, x, y Value) Value {
	a, b := truthOf(x), truthOf(y)
	decides := no
	if op == token.LOR {
		decides = yes
	}
	switch {
	case a == decides || b == decides:
		return Const{constant.MakeBool(decides == yes)}
	case a == maybe || b == maybe:
		return Unknown{Why: "condition", Expr: e}
	}
	return Const{constant.MakeBool(decides == no)}
}

// text is a value as the string that it is, or prints as.
func (f *frame) text(v Value, e ast.Expr) Text {
	switch v := v.(type) {
	case Text:
		return v
	case Const:
		if v.Kind() == constant.Int || v.Kind() == constant.Bool {
			return placed(v.ExactString(), e.Pos())
		}
	case Unknown:
		t := hole(e, v.Why)
		t[0].Param, t[0].Field = v.Param, v.Field
		if v.Expr != nil {
			t[0].Expr = v.Expr
		}
		return t
	}
	return hole(e, "not a string")
}

func isOneOf(v Value) bool {
	_, ok := v.(OneOf)
	return ok
}

// lift applies do to every combination of what the values can be.
func lift(do func([]Value) Value, values ...Value) Value {
	if !slices.ContainsFunc(values, isOneOf) {
		return do(values)
	}
	combos := [][]Value{nil}
	for _, v := range values {
		alternatives := Alternatives(v)
		if len(combos)*len(alternatives) > maxAlternatives {
			alternatives = []Value{collapse(alternatives)}
		}
		var more [][]Value
		for _, c := range combos {
			for _, a := range alternatives {
				more = append(more, append(slices.Clip(c), a))
			}
		}
		combos = more
	}
	out := make([]Value, len(combos))
	for i, c := range combos {
		out[i] = do(c)
	}
	return oneOf(out...)
}
