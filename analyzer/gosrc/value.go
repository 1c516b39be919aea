package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// A Value is what the evaluator knows of a Go value: a Text, a Const, a *List,
// a *Record, a *Func, a OneOf of these, or an Unknown.
type Value interface{ isValue() }

// A Text is a string, piece by piece in the order of its bytes.
type Text []Part

// A Part is a piece of a text: what the source spells, or a hole.
type Part struct {
	Text string // "" for a hole
	// Pos is the place of the first byte in the source. The bytes that follow
	// stand behind it one by one if Verbatim is set; otherwise (an escape, a
	// constant that another file spells) all of them stand at Pos.
	Pos      token.Pos
	Verbatim bool
	// Hole says why the text is not known; "" when it is.
	Hole string
	// Expr is what gives the text of a hole, when an expression does; of a
	// placeholder that a builder writes, its argument.
	Expr ast.Expr
	// Param and Field are the parameter or struct field that a hole comes from.
	Param, Field *types.Var
	// May says that the piece is added under a condition only.
	May bool
	// Crossed says that the piece is one of several, as another of the text is: of the
	// combinations not all may come up.
	Crossed bool
	// Row is the struct field that a column stands for, where a library spells the
	// columns of a whole row; Origin is where the value comes from that it is given,
	// Set the place where the field is set, if that is known.
	Row    *types.Var
	Origin Origin
	Set    token.Pos
	Star   bool // the text that runs has a * in place of the column
	// Choice counts the values, from 1, that a library's text has side by side where the
	// code gives one of them; Between is what stands between two. 0 elsewhere.
	Choice uint8
	// Named is the name of the type, or with Column of the field, that a library makes
	// this name of; "" when the code spells it.
	Named  string
	Column bool
}

// Between is the choice of what joins two values that stand side by side.
const Between = 255

// Origin says where the value of a field of a struct comes from.
type Origin uint8

// The origins of fields.
const (
	Assigned Origin = iota // in a literal or by an assignment, on the way
	Zero                   // nobody gave it one
	Loaded                 // the row had it when it was loaded
	Unseen                 // the struct comes from where nobody looked
)

// A Const is a number or a truth value that is known.
type Const struct{ constant.Value }

// A List is a slice or an array.
type List struct {
	Elems []Elem
	Type  types.Type // nil when it is not known
	Open  bool       // there may be more elements, which are not known
	Made  bool       // open for its length alone: the others are zero, or like those that are known
}

// An Elem is an element of a list.
type Elem struct {
	Value Value
	May   bool // appended under a condition only
}

// A Record is a struct, a pointer to one, or a map with constant keys.
type Record struct {
	Fields map[string]Value
	Keys   map[string]Text // of a map: where its keys are spelled
	Type   types.Type      // nil when it is not known
	Open   bool            // fields that are not listed are unknown, not zero
	// At is where the fields of a struct are set; Rest what gave it the others, nil
	// when nobody did.
	At   map[string]token.Pos
	Rest *Unknown
}

// Origin is where the value of a field comes from, which embedded structs may hold:
// path names them, and the field.
func (r *Record) Origin(path ...string) Origin {
	if _, set := r.At[path[len(path)-1]]; set { // by its own name, or promoted
		return Assigned
	}
	_, set := r.At[path[0]]
	in, ok := r.Fields[path[0]].(*Record)
	switch {
	case set && ok:
		return in.Origin(path[1:]...)
	case set:
		return Unseen
	case r.Rest == nil:
		return Zero
	}
	return r.Rest.origin()
}

// Place is where a field is set; not valid when that is not known.
func (r *Record) Place(path ...string) token.Pos {
	for i := range path {
		if at, ok := r.At[path[len(path)-1-i]]; ok {
			return at
		}
	}
	return token.NoPos
}

// origin is that of the fields of a struct that is not known.
func (u Unknown) origin() Origin {
	if u.Loaded {
		return Loaded
	}
	return Unseen
}

// A Func is a function value: a literal, a declared function or a bound method.
type Func struct {
	Lit      *ast.FuncLit
	Obj      *types.Func
	Receiver Value
	pkg      *Package
	env      *env // that a literal closes over
}

// OneOf are the values that a conditional can leave, at least two.
type OneOf []Value

// Unknown is a value of which nothing is known.
type Unknown struct {
	Why   string
	Expr  ast.Expr
	Param *types.Var // the parameter that it, or the list that it is of, comes from, unchanged
	Field *types.Var // the struct field that it comes from, unchanged
	// Loaded says that it is a row as it was loaded or saved.
	Loaded bool
}

func (Text) isValue()    {}
func (Const) isValue()   {}
func (*List) isValue()   {}
func (*Record) isValue() {}
func (*Func) isValue()   {}
func (OneOf) isValue()   {}
func (Unknown) isValue() {}

// maxAlternatives is how many values a conditional may leave before they become one hole.
const maxAlternatives = 8

// Alternatives returns the values that v can be.
func Alternatives(v Value) []Value {
	if many, ok := v.(OneOf); ok {
		return many
	}
	return []Value{v}
}

// Texts returns the texts that v can be; what is no text is left out.
func Texts(v Value) []Text {
	var out []Text
	for _, a := range Alternatives(v) {
		if t, ok := a.(Text); ok {
			out = append(out, t)
		}
	}
	return out
}

// String returns the text with its holes shown in braces.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t {
		if p.Hole != "" {
			b.WriteString("{")
			if p.Expr != nil {
				b.WriteString(types.ExprString(p.Expr))
			}
			b.WriteString("}")
			continue
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// Known returns the text, and whether it has no hole and no conditional piece.
func (t Text) Known() (string, bool) {
	if len(t) == 1 && t[0].Hole == "" && !t[0].May {
		return t[0].Text, true
	}
	var b strings.Builder
	for _, p := range t {
		if p.Hole != "" || p.May {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// known returns the one string that v is, if it is one.
func known(v Value) (string, bool) {
	t, ok := v.(Text)
	if !ok {
		return "", false
	}
	return t.Known()
}

func hole(e ast.Expr, why string) Text {
	t := Text{{Hole: why, Expr: e}}
	if e != nil {
		t[0].Pos = e.Pos()
	}
	return t
}

// placed is a text that the code does not spell at pos.
func placed(s string, pos token.Pos) Text {
	if s == "" {
		return Text{}
	}
	return Text{{Text: s, Pos: pos}}
}

// at is a text that stands at pos.
func (t Text) at(pos token.Pos) Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].Pos, out[i].Verbatim = pos, false
	}
	return out
}

// What one value may hold; code that makes more of it makes data, no statement.
const (
	maxParts = 2000    // of a text
	maxBytes = 1 << 20 // of a text that is joined
	maxElems = 1000    // of a list, or keys of a map
)

// A joiner joins texts as long as they are no data.
type joiner struct {
	text Text
	size int
}

// add appends parts, and says whether more would be.
func (j *joiner) add(parts ...Part) bool {
	for _, p := range parts {
		if j.size += len(p.Text); len(j.text) >= maxParts || j.size > maxBytes && len(j.text) > 0 {
			if j.text[len(j.text)-1].Hole != whyLong {
				j.text = append(j.text, Part{Hole: whyLong, Pos: p.Pos})
			}
			return false
		}
		j.text = append(j.text, p)
	}
	return true
}

// concat joins texts; no part is shared with them.
func concat(texts ...Text) Text {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	j := joiner{text: make(Text, 0, min(n, maxParts+1))}
	for _, t := range texts {
		if !j.add(t...) {
			break
		}
	}
	return j.text
}

const whyLong = "too long"

// may is the text as one that is added under a condition.
func (t Text) may() Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].May = true
	}
	return out
}

// crossed is the text as one of several beside another.
func (t Text) crossed() Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].Crossed = true
	}
	return out
}

func sameText(a, b Text) bool {
	return slices.EqualFunc(a, b, samePart)
}

func samePart(a, b Part) bool { return a == b }

// same says whether two values are known to be the same.
func same(a, b Value) bool { return sameWithin(a, b, maxNesting) }

// maxNesting is how deep lists within lists are compared.
const maxNesting = 4

func sameWithin(a, b Value, depth int) bool {
	if depth < 0 {
		return false
	}
	switch a := a.(type) {
	case Text:
		b, ok := b.(Text)
		return ok && sameText(a, b)
	case Const:
		b, ok := b.(Const)
		return ok && a.Kind() == b.Kind() && constant.Compare(a.Value, token.EQL, b.Value)
	case *List:
		b, ok := b.(*List)
		return ok && (a == b || a.Open == b.Open && slices.EqualFunc(a.Elems, b.Elems, func(x, y Elem) bool { return x.May == y.May && sameWithin(x.Value, y.Value, depth-1) }))
	case *Record:
		b, ok := b.(*Record)
		return ok && (a == b || a.sameAs(b, depth))
	case *Func:
		b, ok := b.(*Func)
		return ok && (a == b || a.sameAs(b, depth))
	case *Chain:
		b, ok := b.(*Chain)
		return ok && sameChain(a, b)
	case OneOf:
		b, ok := b.(OneOf)
		return ok && slices.EqualFunc(a, b, func(x, y Value) bool { return sameWithin(x, y, depth) })
	case Unknown:
		_, ok := b.(Unknown)
		return ok
	}
	return false
}

// maxClosed bounds the variables that are compared of what literals close over.
const maxClosed = 8

// sameAs: two literals of one place that close over the same, or one function.
func (fn *Func) sameAs(o *Func, depth int) bool {
	if fn.Lit != o.Lit || fn.Obj != o.Obj || (fn.Receiver == nil) != (o.Receiver == nil) || fn.Receiver != nil && !sameWithin(fn.Receiver, o.Receiver, depth-1) {
		return false
	}
	if fn.Lit == nil || fn.env == o.env {
		return true
	}
	return len(fn.env.vars) <= maxClosed && maps.EqualFunc(fn.env.vars, o.env.vars, func(x, y Value) bool { return sameWithin(x, y, depth-1) })
}

// sameAs: two records that one place of the code makes, of the same values.
func (r *Record) sameAs(o *Record, depth int) bool {
	if r.Type != o.Type || r.Open != o.Open || len(r.At)+len(r.Keys) == 0 || (r.Rest == nil) != (o.Rest == nil) || r.Rest != nil && *r.Rest != *o.Rest {
		return false
	}
	return maps.Equal(r.At, o.At) && maps.EqualFunc(r.Keys, o.Keys, sameText) &&
		maps.EqualFunc(r.Fields, o.Fields, func(x, y Value) bool { return sameWithin(x, y, depth-1) })
}

// oneOf is the value that is one of those given.
func oneOf(values ...Value) Value {
	var out OneOf
	for _, v := range values {
		for _, a := range Alternatives(v) {
			if len(out) > maxAlternatives {
				return collapse(out)
			}
			if !slices.ContainsFunc(out, func(have Value) bool { return same(have, a) }) {
				out = append(out, a)
			}
		}
	}
	switch {
	case len(out) == 0:
		return Unknown{Why: "no value"}
	case len(out) == 1:
		return out[0]
	case len(out) > maxAlternatives:
		return collapse(out)
	}
	return out
}

const whyMany = "too many values"

// collapse makes one value of many: what texts have in common, with a hole in between.
func collapse(values []Value) Value {
	unknown := Unknown{Why: whyMany}
	if c, ok := collapseChains(values); ok {
		return c
	}
	first, ok := values[0].(Text)
	if !ok {
		return unknown
	}
	shortest := len(first)
	for _, v := range values[1:] {
		t, ok := v.(Text)
		if !ok {
			return unknown
		}
		shortest = min(shortest, len(t))
	}
	head, tail := shortest, shortest
	for _, v := range values[1:] {
		t := v.(Text) //nolint:forcetypeassert // seen above
		for head > 0 && !sameText(first[:head], t[:head]) {
			head--
		}
		for tail > 0 && !sameText(first[len(first)-tail:], t[len(t)-tail:]) {
			tail--
		}
	}
	if head == 0 {
		return unknown
	}
	tail = min(tail, shortest-head)
	return concat(first[:head], Text{{Hole: whyMany, Pos: first[head-1].Pos}}, first[len(first)-tail:])
}

// Either is the value that is one of those given.
func Either(values ...Value) Value { return oneOf(values...) }

// Same says whether two values are known to be the same.
func Same(a, b Value) bool { return same(a, b) }

// Names returns the names of the fields that are known, sorted.
func (r *Record) Names() []string { return sortedKeys(r.Fields) }

// key is the text of a key of a map, where the code spells it.
func (r *Record) key(name string) Text {
	if t, ok := r.Keys[name]; ok {
		return t
	}
	return placed(name, token.NoPos)
}
