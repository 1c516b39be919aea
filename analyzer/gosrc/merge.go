package gosrc

import (
	"go/types"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// merge is the value after a conditional that found before, and left a or b.
// What only one branch appended stays, marked as conditional.
func merge(before, a, b Value) Value {
	if same(a, b) {
		if pointsElsewhere(a, b) {
			return Unknown{Why: "one of several writers"}
		}
		return a
	}
	if v, ok := mergeText(before, a, b); ok {
		return v
	}
	if v, ok := mergeList(before, a, b); ok {
		return v
	}
	if v, ok := mergeChain(before, a, b); ok {
		return v
	}
	if v, ok := mergeMap(before, a, b); ok {
		return v
	}
	return oneOf(a, b)
}

// pointsElsewhere says whether two variables hold writers to different places.
func pointsElsewhere(a, b Value) bool {
	u, ok := a.(Unknown)
	o, too := b.(Unknown)
	return ok && too && (u.Why == whyWriter || o.Why == whyWriter) && (u.Why != o.Why || types.ExprString(u.Expr) != types.ExprString(o.Expr))
}

// mergeMap is a map to which one branch added keys: they are there under a condition.
func mergeMap(before, a, b Value) (Value, bool) {
	if same(a, before) {
		a, b = b, a
	}
	base, ok := before.(*Record)
	longer, too := a.(*Record)
	if !ok || !too || !same(b, before) || !isMap(base.Type) || !isMap(longer.Type) {
		return nil, false
	}
	out := &Record{Fields: maps.Clone(longer.Fields), Keys: maps.Clone(longer.Keys), Type: longer.Type, Open: longer.Open || base.Open}
	for name, key := range base.Keys {
		if !sameText(longer.Keys[name], key) {
			return nil, false
		}
		out.Fields[name] = oneOf(longer.Fields[name], base.Fields[name])
	}
	for name, key := range longer.Keys {
		if _, there := base.Keys[name]; !there {
			out.Keys[name] = key.may()
		}
	}
	return out, true
}

func isMap(t types.Type) bool {
	_, ok := underlying(t).(*types.Map)
	return ok
}

func mergeText(before, a, b Value) (Value, bool) {
	if !hasText(before) {
		return nil, false
	}
	if v, ok := mergeSeparators(a, b); ok {
		return v, true
	}
	if same(b, before) {
		return addedTo(before, a)
	}
	if same(a, before) {
		return addedTo(before, b)
	}
	return nil, false
}

func hasText(v Value) bool { return len(Texts(v)) > 0 }

// addedTo is every text of before with what those of v that begin with it add, as
// conditional. A text that begins under a condition, and goes on under another, is
// a value of its own.
func addedTo(before, v Value) (Value, bool) {
	extended := make([]bool, len(Alternatives(before)))
	var out []Value
	for _, a := range Alternatives(v) {
		t, ok := a.(Text)
		if !ok || len(t) == 0 {
			return nil, false
		}
		best, base := -1, Text(nil)
		for i, b := range Alternatives(before) {
			if b, ok := b.(Text); ok && hasPrefix(t, b) && (best < 0 || len(b) > len(base)) {
				best, base = i, b
			}
		}
		if best < 0 || len(base) == 0 && slices.ContainsFunc(t, func(p Part) bool { return p.May }) {
			return nil, false
		}
		extended[best] = true
		out = append(out, concat(base, t[len(base):].may()))
	}
	for i, b := range Alternatives(before) {
		if !extended[i] {
			out = append(out, b)
		}
	}
	return oneOf(out...), true
}

// mergeSeparators: of commas and blanks it does not matter which branch gave them,
// but whether one did.
func mergeSeparators(a, b Value) (Value, bool) {
	ta, okA := a.(Text)
	tb, okB := b.(Text)
	if !okA || !okB {
		return nil, false
	}
	sa, may, okA := separator(ta)
	sb, mayB, okB := separator(tb)
	switch {
	case !okA || !okB || sa == "" && sb == "" || sa != "" && sb != "" && sa != sb:
		return nil, false
	case sa == "":
		return tb.may(), true
	case sb == "" || may || mayB:
		return ta.may(), true
	}
	return ta, true
}

// separator is a text without letters, digits and holes, and whether some of it is conditional.
func separator(t Text) (s string, may, ok bool) {
	var b strings.Builder
	for _, p := range t {
		if p.Hole != "" || strings.ContainsFunc(p.Text, func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSpace(r) }) {
			return "", false, false
		}
		b.WriteString(p.Text)
		may = may || p.May
	}
	const longest = 8
	return b.String(), may, b.Len() <= longest
}

func hasPrefix(t, prefix Text) bool {
	return len(t) >= len(prefix) && sameText(t[:len(prefix)], prefix)
}

func mergeList(before, a, b Value) (Value, bool) {
	base, ok := before.(*List)
	if !ok {
		base = &List{}
	}
	la, okA := a.(*List)
	lb, okB := b.(*List)
	switch { // what is appended to an unknown list is a list that may hold more
	case okA && la.Open && isUnknown(b):
		lb, okB = &List{Type: la.Type, Open: true}, true
	case okB && lb.Open && isUnknown(a):
		la, okA = &List{Type: lb.Type, Open: true}, true
	}
	if !okA || !okB || !startsWith(la, base) || !startsWith(lb, base) {
		return nil, false
	}
	out := &List{Elems: slices.Clone(base.Elems), Type: la.Type, Open: la.Open || lb.Open, Made: la.Made && lb.Made}
	for _, more := range [][]Elem{la.Elems[len(base.Elems):], lb.Elems[len(base.Elems):]} {
		for _, e := range more {
			if len(out.Elems) >= maxElems {
				out.Open = true
				break
			}
			out.Elems = append(out.Elems, Elem{Value: e.Value, May: true})
		}
	}
	return out, true
}

func isUnknown(v Value) bool {
	_, is := v.(Unknown)
	return is
}

func startsWith(l, base *List) bool {
	return len(l.Elems) >= len(base.Elems) && slices.EqualFunc(l.Elems[:len(base.Elems)], base.Elems, func(x, y Elem) bool { return same(x.Value, y.Value) })
}
