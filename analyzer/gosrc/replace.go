package gosrc

import (
	"go/ast"
	"strings"
)

// replacement is what strings.Replace and a strings.Replacer put in.
type replacement struct {
	old string
	new Text
}

// WhyReplaced is why a text is not known of which something is replaced.
const WhyReplaced = "something in it is replaced"

// replace puts new text for old into what is known of a text. What stays keeps
// its places.
func replace(t Text, with []replacement, limit int) Text {
	var out joiner
	var run Text
	flush := func() {
		var n int
		run, n = replaceRun(run, with, limit)
		if limit >= 0 {
			limit -= n
		}
		out.add(run...)
		run = nil
	}
	for _, p := range t {
		if p.Hole != "" {
			flush()
			out.add(p)
			continue
		}
		run = append(run, p)
	}
	flush()
	return out.text
}

// replaceRun is replace in a text without holes; it returns how often it did.
func replaceRun(t Text, with []replacement, limit int) (Text, int) {
	s := t.String()
	c := cutter{text: t}
	var out joiner
	from, n := 0, 0
	for i := 0; i < len(s) && n != limit; {
		r := startsWithOld(s[i:], with)
		if r == nil {
			i++
			continue
		}
		out.add(c.piece(from, i)...)
		put := r.new
		if at := c.piece(i, i+len(r.old)); len(at) > 0 && at[0].May {
			put = put.may()
		}
		if !out.add(put...) {
			return out.text, n
		}
		i += len(r.old)
		from = i
		n++
	}
	out.add(c.piece(from, len(s))...)
	return out.text, n
}

func startsWithOld(s string, with []replacement) *replacement {
	for i := range with {
		if strings.HasPrefix(s, with[i].old) {
			return &with[i]
		}
	}
	return nil
}

// replaced evaluates strings.Replace and strings.ReplaceAll.
func (f *frame) replaced(call *ast.CallExpr, v []Value) Value {
	t, ok := v[0].(Text)
	old, okOld := known(v[1])
	if !ok || !okOld || old == "" {
		out := f.text(v[0], call)
		if len(out) == 1 && out[0].Param != nil {
			out[0].Hole = WhyReplaced
			return out
		}
		return hole(call, WhyReplaced)
	}
	limit := -1
	if len(v) > 3 {
		if n, ok := integer(v[3]); ok {
			limit = n
		}
	}
	return replace(t, []replacement{{old, f.text(v[2], call.Args[2])}}, limit)
}

// replacer evaluates the method Replace of a strings.Replacer, which is the list
// of its pairs.
func (f *frame) replacer(call *ast.CallExpr, receiver, v Value) (Value, bool) {
	pairs, ok := receiver.(*List)
	if !ok {
		return nil, false
	}
	var with []replacement
	for i := 0; i+1 < len(pairs.Elems); i += 2 {
		if old, ok := known(pairs.Elems[i].Value); ok && old != "" {
			with = append(with, replacement{old, f.text(pairs.Elems[i+1].Value, call)})
		}
	}
	return lift(func(v []Value) Value {
		t, ok := v[0].(Text)
		if !ok {
			return hole(call, "Replace of what is not known")
		}
		return replace(t, with, -1)
	}, v), true
}
