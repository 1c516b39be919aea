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

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// known evaluates the functions of libraries that make strings.
func (f *frame) known(call *ast.CallExpr, c Callee, receiver Value, args []Value) (Value, bool) {
	if c.Recv != "" {
		if c.Recv == "Replacer" && c.Name == "Replace" && len(args) == 1 {
			return f.replacer(call, receiver, args[0])
		}
		if c.Pkg == "embed" && c.Name == "ReadFile" && len(args) == 1 {
			if fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
				return f.readFile(call, fun.X, args[0])
			}
		}
		return knownMethod(c, args)
	}
	switch c.Pkg {
	case "fmt", "io", "bufio":
		return f.knownPrinter(call, c, args)
	case "strconv":
		return f.knownNumber(call, c, args)
	case "strings":
		if v, ok := f.knownOfStrings(call, c, args); ok {
			return v, true
		}
		return f.pure(call, c.Name, args)
	case "bytes":
		return f.newBuffer(call, c, args)
	case "io/fs":
		if c.Name == "ReadFile" && len(args) == 2 && len(call.Args) == 2 {
			return f.readFile(call, call.Args[0], args[1])
		}
	case "github.com/jmoiron/sqlx":
		return knownOfSqlx(c, args)
	}
	return nil, false
}

// knownPrinter evaluates what prints to a string, or to what somebody follows.
func (f *frame) knownPrinter(call *ast.CallExpr, c Callee, args []Value) (Value, bool) {
	switch c.Pkg + "." + c.Name {
	case "fmt.Sprintf":
		if len(args) > 0 {
			return lift(func(v []Value) Value { return f.sprintf(call, v) }, args...), true
		}
	case "fmt.Sprint", "fmt.Sprintln":
		return lift(func(v []Value) Value { return f.sprint(call, c, v) }, args...), true
	case "fmt.Fprintf", "fmt.Fprint", "fmt.Fprintln":
		return f.fprint(call, c, args)
	case "fmt.Appendf", "fmt.Append", "fmt.Appendln":
		if len(args) > 1 && len(call.Args) > 1 {
			return f.printed(call, c, f.buffer(args[0], call.Args[0]), args[1:]), true
		}
	case "io.WriteString":
		if len(args) != 2 || len(call.Args) != 2 {
			return nil, false
		}
		if w, ok := f.writer(call.Args[0], c.Name); ok {
			f.write(w, args[1], call.Args[1])
			return Unknown{Why: c.String(), Expr: call}, true
		}
	case "bufio.NewWriter", "bufio.NewWriterSize":
		if len(args) > 0 && f.pointsTo(call) != nil {
			return args[0], true
		}
	}
	return nil, false
}

// knownNumber evaluates what makes a text of a number.
func (f *frame) knownNumber(call *ast.CallExpr, c Callee, args []Value) (Value, bool) {
	switch c.Name {
	case "AppendInt", "AppendUint", "AppendFloat":
		if len(args) > 1 && len(call.Args) > 1 {
			return lift(func(v []Value) Value { return concat(f.text(v[0], call.Args[0]), hole(call.Args[1], WhyNumber)) }, f.buffer(args[0], call.Args[0])), true
		}
	case "Itoa":
		if len(args) == 1 {
			return f.text(args[0], call.Args[0]), true
		}
	case "FormatInt", "FormatUint":
		return hole(call, WhyNumber), true
	}
	return nil, false
}

// knownOfStrings evaluates what package strings does with lists, other texts or conditions.
func (f *frame) knownOfStrings(call *ast.CallExpr, c Callee, args []Value) (Value, bool) {
	switch c.Name {
	case "Join":
		if len(args) == 2 {
			return lift(func(v []Value) Value { return f.join(call, v[0], v[1]) }, args[0], args[1]), true
		}
	case "Repeat":
		if len(args) == 2 {
			return lift(func(v []Value) Value { return f.repeat(call, v[0], v[1]) }, args[0], args[1]), true
		}
	case "Replace", "ReplaceAll":
		if len(args) >= 3 {
			return lift(func(v []Value) Value { return f.replaced(call, v) }, args...), true
		}
	case "HasPrefix", "HasSuffix", "Contains", "EqualFold":
		if len(args) == 2 {
			return lift(func(v []Value) Value { return tested(call, c.Name, v) }, args...), true
		}
	case "NewReplacer":
		l := &List{}
		for _, a := range args {
			l.Elems = append(l.Elems, Elem{Value: a})
		}
		return l, true
	case "Split":
		return f.split(args)
	case "CutPrefix", "CutSuffix":
		return f.pure(call, "Trim"+strings.TrimPrefix(c.Name, "Cut"), args)
	case "Clone":
		return f.newBuffer(call, c, args)
	}
	return nil, false
}

// newBuffer evaluates what begins with a text, and may hold more.
func (f *frame) newBuffer(call *ast.CallExpr, c Callee, args []Value) (Value, bool) {
	switch c.Name {
	case "Clone", "NewBufferString", "NewBuffer":
		if len(args) == 1 {
			return f.buffer(args[0], call.Args[0]), true
		}
	}
	return nil, false
}

// knownOfSqlx: functions that hand back the text that they expand, before its arguments.
func knownOfSqlx(c Callee, args []Value) (Value, bool) {
	switch c.Name {
	case "In", "Named":
		if len(args) > 0 {
			return args[0], true
		}
	case "Rebind", "BindNamed":
		if len(args) > 1 {
			return args[1], true
		}
	}
	return nil, false
}

// knownMethod: methods that hand back the query they are given.
func knownMethod(c Callee, args []Value) (Value, bool) {
	if c.Name == "Rebind" && len(args) == 1 || c.Name == "BindNamed" && len(args) == 2 {
		return args[0], true
	}
	return nil, false
}

// buffer is what a buffer holds that begins with v.
func (f *frame) buffer(v Value, e ast.Expr) Value {
	if u, ok := v.(Unknown); ok && u.Why == "nil" {
		return Text{}
	}
	if l, ok := v.(*List); ok && (len(l.Elems) == 0 || !l.Open) { // make([]byte, 0, n), []byte{' '}
		var out joiner
		for _, b := range l.Elems {
			if !out.add(f.text(character(b.Value, e), e)...) {
				break
			}
		}
		return out.text
	}
	return lift(func(v []Value) Value { return f.text(v[0], e) }, v)
}

// several evaluates functions of libraries that make several strings.
func (f *frame) several(call *ast.CallExpr, c Callee, args []Value) ([]Value, bool) {
	if c.Pkg != "strings" || c.Name != "Cut" || c.Recv != "" || len(args) != 2 {
		return nil, false
	}
	side := func(i int) Value {
		return lift(func(v []Value) Value { return f.cutAt(call, v[0], v[1])[i] }, args...)
	}
	return []Value{side(0), side(1), Unknown{Why: "ok", Expr: call}}, true
}

// cutAt is what stands before and behind a separator.
func (f *frame) cutAt(call *ast.CallExpr, v, sep Value) [2]Value {
	unknown := Value(hole(call, "strings.Cut of what is not known"))
	t, ok := v.(Text)
	s, okS := known(v)
	by, okSep := known(sep)
	if !ok || !okS || !okSep {
		return [2]Value{unknown, unknown}
	}
	i := strings.Index(s, by)
	if i < 0 {
		return [2]Value{v, Text{}}
	}
	return [2]Value{piece(t, 0, i), piece(t, i+len(by), len(s))}
}

// split is strings.Split of what is known.
func (f *frame) split(args []Value) (Value, bool) {
	if len(args) != 2 {
		return nil, false
	}
	t, ok := args[0].(Text)
	s, okS := known(args[0])
	sep, okSep := known(args[1])
	if !ok || !okS || !okSep || sep == "" {
		return nil, false
	}
	l := &List{}
	at := 0
	for field := range strings.SplitSeq(s, sep) {
		l.Elems = append(l.Elems, Elem{Value: piece(t, at, at+len(field))})
		at += len(field) + len(sep)
	}
	return l, true
}

// tested is what a function says of two texts, if both are known.
func tested(call *ast.CallExpr, name string, v []Value) Value {
	s, ok := known(v[0])
	part, too := known(v[1])
	if !ok || !too {
		return Unknown{Why: "strings." + name, Expr: call}
	}
	do := map[string]func(string, string) bool{"HasPrefix": strings.HasPrefix, "HasSuffix": strings.HasSuffix, "Contains": strings.Contains, "EqualFold": strings.EqualFold}[name]
	return Const{constant.MakeBool(do(s, part))}
}

// pure evaluates functions of package strings whose arguments are known.
func (f *frame) pure(call *ast.CallExpr, name string, args []Value) (Value, bool) {
	if do, ok := caseFuncs[name]; ok && len(args) == 1 {
		return lift(func(v []Value) Value { return f.inCase(call, v[0], do) }, args[0]), true
	}
	do, ok := pureFuncs[name]
	if !ok || len(args) < do.args {
		return nil, false
	}
	v := lift(func(v []Value) Value {
		texts := make([]string, do.args)
		for i := range texts {
			s, ok := known(v[i])
			if !ok {
				return f.untrimmed(name, v, call)
			}
			texts[i] = s
		}
		out := do.do(texts)
		if t, ok := v[0].(Text); ok {
			return within(t, texts[0], out, call)
		}
		return placed(out, call.Pos())
	}, args[:do.args]...)
	return v, true
}

// untrimmed: what trims a text that is not known whole leaves the text, but for
// the end that is known.
func (f *frame) untrimmed(name string, v []Value, call *ast.CallExpr) Value {
	if t, ok := v[0].(Text); ok && strings.HasPrefix(name, "Trim") {
		if suffix, ok := known(lastOf(v)); ok && (name == "TrimSuffix" || name == "TrimRight") && len(t) > 0 && strings.HasSuffix(t[len(t)-1].Text, suffix) {
			return t.withoutLast(len(suffix))
		}
		return t
	}
	return hole(call, "strings."+name+" of what is not known")
}

// within keeps the places of a text that was only cut.
func within(t Text, whole, out string, call *ast.CallExpr) Value {
	if i := strings.Index(whole, out); i >= 0 && out != "" {
		return cut(t, i, i+len(out), call)
	}
	return placed(out, call.Pos())
}

type pureFunc struct {
	args int
	do   func([]string) string
}

var pureFuncs = map[string]pureFunc{
	"Trim":       {2, func(a []string) string { return strings.Trim(a[0], a[1]) }},
	"TrimLeft":   {2, func(a []string) string { return strings.TrimLeft(a[0], a[1]) }},
	"TrimPrefix": {2, func(a []string) string { return strings.TrimPrefix(a[0], a[1]) }},
	"TrimRight":  {2, func(a []string) string { return strings.TrimRight(a[0], a[1]) }},
	"TrimSpace":  {1, func(a []string) string { return strings.TrimSpace(a[0]) }},
	"TrimSuffix": {2, func(a []string) string { return strings.TrimSuffix(a[0], a[1]) }},
}

// caseFuncs change the case of letters and nothing else.
var caseFuncs = map[string]func(string) string{
	"Title":   strings.Title, //nolint:staticcheck // it is what the code calls
	"ToLower": strings.ToLower,
	"ToUpper": strings.ToUpper,
}

// inCase is a text in another case; each word stands where it stood.
func (f *frame) inCase(call *ast.CallExpr, v Value, do func(string) string) Value {
	var out joiner
	for _, p := range f.text(v, call.Args[0]) {
		if p.Hole != "" {
			p.Hole, p.Param, p.Field = "in another case", nil, nil
			out.add(p)
			continue
		}
		changed := do(p.Text)
		if len(changed) != len(p.Text) {
			p.Text, p.Verbatim = changed, false
			out.add(p)
			continue
		}
		for from := 0; from < len(changed); {
			to := from + wordLength(p.Text[from:])
			word := p.Cut(from, to)
			word.Verbatim = word.Verbatim && word.Text == changed[from:to]
			word.Text = changed[from:to]
			out.add(word)
			from = to
		}
	}
	return out.text
}

// wordLength is how long a text is that begins another: a word, or what is none.
func wordLength(s string) int {
	is := wordByte()
	n := 1
	for n < len(s) && is[s[n]] == is[s[0]] {
		n++
	}
	return n
}

// sprintf fills a format.
func (f *frame) sprintf(call *ast.CallExpr, args []Value) Value {
	format, ok := args[0].(Text)
	if !ok {
		return holeOf(args[0], call, "its format is not known")
	}
	var out joiner
	next := 1
	for _, p := range format {
		if p.Hole != "" {
			out.add(p)
			continue
		}
		for p.Text != "" {
			n := strings.IndexByte(p.Text, '%')
			if n != 0 {
				head := p
				if n > 0 {
					head.Text = p.Text[:n]
				}
				out.add(head)
				p = p.after(len(head.Text))
				continue
			}
			v := verbOf(p.Text)
			if !out.add(f.verb(call, p, v, args, &next)...) {
				return out.text
			}
			p = p.after(v.size)
		}
	}
	return out.text
}

// after is the part behind its first n bytes.
func (p Part) after(n int) Part {
	p.Text = p.Text[n:]
	if p.Verbatim {
		p.Pos += token.Pos(n)
	}
	return p
}

// A verb is one directive of a format.
type verb struct {
	size  int
	char  byte
	index int // explicit, from 1; 0 when not
	plain bool
}

func verbOf(s string) verb {
	v := verb{plain: true}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '[':
			for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
				v.index = v.index*10 + int(s[i]-'0')
			}
		case strings.IndexByte("+-# 0123456789.*", c) >= 0:
			v.plain = false
		default:
			v.size, v.char = i+1, c
			return v
		}
	}
	v.size = len(s)
	return v
}

// verb is what a directive prints.
func (f *frame) verb(call *ast.CallExpr, p Part, v verb, args []Value, next *int) Text {
	if v.char == '%' {
		return Text{{Text: "%", Pos: p.Pos, May: p.May}}
	}
	if v.index > 0 {
		*next = v.index
	}
	i := *next
	*next++
	if i >= len(args) {
		return Text{{Hole: "no argument for %" + string(v.char), Pos: p.Pos, May: p.May}}
	}
	var at ast.Expr = call
	if i < len(call.Args) {
		at = call.Args[i]
	}
	var out Text
	switch {
	case v.char == 'q':
		out = concat(placed(`"`, p.Pos), f.text(args[i], at), placed(`"`, p.Pos))
	case strings.IndexByte("sv", v.char) >= 0 && f.saysItself(args[i], at):
		out = hole(at, "what its String method gives")
	case v.plain && strings.IndexByte("svd", v.char) >= 0:
		out = f.text(args[i], at)
		if v.char == 'd' && len(out) == 1 && out[0].Hole != "" {
			out = hole(at, WhyNumber)
		}
	default:
		if c, ok := args[i].(Const); ok && strings.IndexByte("dsv", v.char) >= 0 {
			out = f.text(c, at)
		} else if t, ok := args[i].(Text); ok && v.char == 's' {
			out = t
		} else {
			out = hole(at, "formatted by %"+string(v.char))
		}
	}
	if p.May {
		out = out.may()
	}
	return out
}

// saysItself says whether a number or flag is printed by a method of its type.
func (f *frame) saysItself(v Value, e ast.Expr) bool {
	t := f.pkg.Info.TypeOf(e)
	if _, is := v.(Const); t == nil || !is && !isNumber(t) {
		return false
	}
	for _, name := range [...]string{"String", "Error"} {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if _, is := obj.(*types.Func); is {
			return true
		}
	}
	return false
}

func (f *frame) sprint(call *ast.CallExpr, c Callee, args []Value) Value {
	var out Text
	line := strings.HasSuffix(c.Name, "ln")
	for i, a := range args {
		if line && i > 0 {
			out = concat(out, placed(" ", call.Pos()))
		}
		var at ast.Expr = call
		if i < len(call.Args) {
			at = call.Args[i]
		}
		if f.saysItself(a, at) {
			out = concat(out, hole(at, "what its String method gives"))
			continue
		}
		out = concat(out, f.text(a, at))
	}
	return out
}

// fprint writes to a builder.
func (f *frame) fprint(call *ast.CallExpr, c Callee, args []Value) (Value, bool) {
	if len(args) < 2 || len(call.Args) < 2 {
		return nil, false
	}
	w, ok := f.writer(call.Args[0], "Write")
	if !ok {
		if _, ok = args[0].(Text); !ok {
			return nil, false
		}
		w = writer{at: call.Args[0]}
	}
	f.rewrite(w, f.printed(call, c, f.written(w), args[1:]))
	return Unknown{Why: "fmt." + c.Name, Expr: call}, true
}

// printed is a text with what a function prints behind it, whose first argument is
// what it prints to.
func (f *frame) printed(call *ast.CallExpr, c Callee, base Value, args []Value) Value {
	rest := &ast.CallExpr{Fun: call.Fun, Lparen: call.Lparen, Args: call.Args[1:], Ellipsis: call.Ellipsis, Rparen: call.Rparen}
	return lift(func(v []Value) Value {
		var printed Value
		if strings.HasSuffix(c.Name, "f") {
			printed = f.sprintf(rest, v[1:])
		} else {
			printed = f.sprint(rest, c, v[1:])
		}
		return concat(f.text(v[0], call.Args[0]), f.text(printed, rest))
	}, append([]Value{base}, args...)...)
}

// holeOf is a hole that is known where a value is.
func holeOf(v Value, e ast.Expr, why string) Text {
	t := hole(e, why)
	if u, unknown := v.(Unknown); unknown {
		t[0].Param, t[0].Field = u.Param, u.Field
	}
	return t
}

// join is strings.Join; a separator belongs to the element behind it.
func (f *frame) join(call *ast.CallExpr, list, sep Value) Value {
	l, ok := list.(*List)
	if !ok {
		return holeOf(list, call, "strings.Join of what is not known")
	}
	elems := make([]Value, len(l.Elems))
	for i, e := range l.Elems {
		elems[i] = e.Value
	}
	return lift(func(v []Value) Value { return f.joined(call, l, v, sep) }, elems...)
}

func (f *frame) joined(call *ast.CallExpr, l *List, elems []Value, sep Value) Value {
	between := f.text(sep, call.Args[1])
	var out joiner
	for i, e := range l.Elems {
		piece := f.text(elems[i], call.Args[0])
		if i > 0 {
			piece = concat(between, piece)
		}
		if e.May {
			piece = piece.may()
		}
		if !out.add(piece...) {
			return out.text
		}
	}
	if l.Open {
		if len(l.Elems) > 0 {
			out.add(between.may()...)
		}
		out.add(Part{Hole: "more elements of " + types.ExprString(call.Args[0]), Expr: call.Args[0], Pos: call.Args[0].Pos(), May: len(l.Elems) > 0})
	}
	return out.text
}

func (f *frame) repeat(call *ast.CallExpr, s, count Value) Value {
	text := f.text(s, call.Args[0])
	n, ok := integer(count)
	if !ok {
		// One shows what is repeated, and placeholders are most of what is.
		return concat(text, Text{{Hole: "repeated", Expr: call, Pos: call.Pos(), May: true}})
	}
	if n < 0 || n > maxParts {
		return hole(call, "strings.Repeat")
	}
	var out joiner
	for range n {
		out.add(text...)
	}
	return out.text
}
