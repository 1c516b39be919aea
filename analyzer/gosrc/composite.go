package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

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
	r := &Record{Fields: make(map[string]Value, len(e.Elts)), Type: t, Open: u == nil, At: make(map[string]token.Pos, len(e.Elts))}
	for i, elt := range e.Elts {
		kv, keyed := elt.(*ast.KeyValueExpr)
		switch {
		case keyed:
			if id, ok := kv.Key.(*ast.Ident); ok {
				r.Fields[id.Name], r.At[id.Name] = f.eval(kv.Value), id.Pos()
				f.told(t, id.Name, r.Fields[id.Name])
				continue
			}
			f.eval(kv.Value)
		case u != nil && i < u.NumFields():
			name := u.Field(i).Name()
			r.Fields[name], r.At[name] = f.eval(elt), elt.Pos()
			f.told(t, name, r.Fields[name])
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
			if v, ok := owner.Fields[key]; ok && !owner.mayLack(key) {
				return v
			} else if ok {
				return oneOf(v, Unknown{Why: "element", Expr: e})
			}
		}
		return anyField(owner, e)
	}
	return Unknown{Why: "element", Expr: e, Loaded: isLoaded(owner)}
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
		if _, isConst := r.Fields[key].(Const); isConst || r.mayLack(key) {
			values = append(values, Unknown{Why: "element", Expr: e}) // of a key that is not there it is zero
		}
		values = append(values, r.Fields[key])
	}
	return oneOf(values...)
}

// mayLack says whether a key was set under a condition only.
func (r *Record) mayLack(key string) bool {
	t := r.Keys[key]
	return len(t) > 0 && t[0].May
}

func (f *frame) slice(e *ast.SliceExpr) Value {
	owner := f.eval(e.X)
	low, high := 0, -1
	var ok bool
	if e.Low != nil {
		if low, ok = integer(f.eval(e.Low)); !ok {
			return f.someOf(e, owner)
		}
	}
	if e.High != nil {
		if high, ok = integer(f.eval(e.High)); !ok {
			if l := f.someOf(e, owner); isList(l) {
				return l
			}
			return f.shortened(e, owner)
		}
	}
	switch owner := owner.(type) {
	case *List:
		if high < 0 {
			high = len(owner.Elems)
		}
		if low >= 0 && low <= high && high <= len(owner.Elems) {
			return &List{Elems: owner.Elems[low:high:high], Type: owner.Type, Open: owner.Open}
		}
		return f.someOf(e, owner)
	case Text:
		return cut(owner, low, high, e)
	}
	return Unknown{Why: "slice", Expr: e}
}

// someOf is a list of which nobody knows where it was cut: each of its elements may
// be left.
func (f *frame) someOf(e *ast.SliceExpr, owner Value) Value {
	return lift(func(v []Value) Value {
		l, ok := v[0].(*List)
		if !ok {
			return Unknown{Why: "slice", Expr: e}
		}
		out := &List{Type: l.Type, Open: l.Open, Elems: slices.Clone(l.Elems)}
		for i := range out.Elems {
			out.Elems[i].May = true
		}
		return out
	}, owner)
}

func isList(v Value) bool {
	return slices.ContainsFunc(Alternatives(v), func(v Value) bool { _, is := v.(*List); return is })
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

// Cut is the bytes of a part from one offset to another, where they stand.
func (p Part) Cut(from, to int) Part {
	p.Text = p.Text[from:to]
	if p.Verbatim {
		p.Pos += token.Pos(from)
	}
	return p
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
			out = append(out, p.Cut(from, to))
		}
		if high <= c.at+len(p.Text) {
			break
		}
		c.at += len(p.Text)
	}
	return out
}
