package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"text/template/parse"
)

// execute writes what a template makes of its data.
func (f *frame) execute(call *ast.CallExpr, c Callee, receiver Value, args []Value) (Value, bool) {
	n := 2
	if c.Name == "ExecuteTemplate" {
		n = 3
	}
	if len(args) != n || len(call.Args) != n {
		return nil, false
	}
	dot := datum{args[n-1], f.pkg.Info.TypeOf(call.Args[n-1])}
	made := func(base Value) Value {
		return lift(func(v []Value) Value {
			r, ok := v[1].(*Record)
			if !ok || !isTemplate(r.Type) {
				return concat(f.text(v[0], call), f.unknownTemplate(call, v[1]))
			}
			name := r.Fields[tmplName]
			if n == 3 {
				name = args[1]
			}
			return f.executed(call, r, name, dot, f.text(v[0], call))
		}, base, receiver)
	}
	if w, ok := f.writer(call.Args[0], "Write"); ok {
		f.rewrite(w, made(f.written(w)))
		return Unknown{Why: c.Name, Expr: call}, true
	}
	if c.Pkg == "html/template" { // a page
		return nil, false
	}
	shown := slices.Clone(args)
	shown[n-1] = made(Text{}) // it goes where nobody follows it
	f.show(Call{Expr: call, Callee: c, Args: shown})
	f.handBack(call, nil)
	return Unknown{Why: c.Name, Expr: call}, true
}

// executed is a text with what a template makes of its data behind it.
func (f *frame) executed(call *ast.CallExpr, r *Record, name Value, dot datum, base Text) Value {
	x := &execution{f: f, call: call, trees: map[string]*source{}, funcs: r.Fields[tmplFuncs]}
	x.parse(r)
	x.vars = []scoped{{"$", dot}}
	return x.run(name, dot, base)
}

// Actions are the texts that a template of text/template makes, as far as it spells them,
// of data that is not known: its own, and those of the templates that it defines. There
// are none when it has no action, or does not parse.
func (w *Walker) Actions(pkg *Package, t Text) []Text {
	if len(t) == 0 || !strings.Contains(t.String(), "{{") {
		return nil
	}
	at := &ast.Ident{Name: "template", NamePos: t[0].Pos}
	x := &execution{f: w.frame(pkg, &env{vars: map[types.Object]Value{}}), call: &ast.CallExpr{Fun: at}, trees: map[string]*source{}}
	x.parse((&Record{}).withSource(Text{}, t))
	dot := datum{v: Unknown{Why: "the data of a template"}}
	var out []Text
	for _, name := range sortedKeys(x.trees) {
		x.vars = []scoped{{"$", dot}}
		out = append(out, Texts(x.run(placed(name, at.NamePos), dot, Text{}))...)
	}
	return out
}

// unknownTemplate is what a template makes that is not known, or whose text is not.
func (f *frame) unknownTemplate(call *ast.CallExpr, v Value) Text {
	out := hole(call, "a template that is not known")
	if u, ok := v.(Unknown); ok {
		out[0].Param, out[0].Field = u.Param, u.Field
	}
	if out[0].Param != nil || out[0].Field != nil {
		out[0].Hole = WhyReplaced
	}
	return out
}

// maxTemplate is how long, in bytes, a template may be: what is longer makes pages.
const maxTemplate = 1 << 16

// A datum is a value that a template is given, with its type if that is known.
type datum struct {
	v Value
	t types.Type
}

// An execution is a template at work.
type execution struct {
	f     *frame
	call  *ast.CallExpr
	trees map[string]*source
	open  Text // why there may be templates that are not known; nil when there are none
	funcs Value
	vars  []scoped
	depth int
	steps int
}

// A scoped value is a variable of a template.
type scoped struct {
	name string
	datum
}

// A source is the text that a template was parsed of.
type source struct {
	text Text // without holes: these are runs of unknownRune
	tree *parse.Tree
}

// unknownRune stands for a hole in the text of a template: Unicode leaves it to those who
// use it.
const unknownRune = "\ue000"

// parse parses all texts of a template.
func (x *execution) parse(r *Record) {
	for _, e := range r.sources() {
		s, ok := e.Value.(*Record)
		if !ok {
			continue
		}
		for _, a := range Alternatives(s.Fields[tmplText]) { // the last defines, as when it is parsed twice
			x.parseSource(s, a)
		}
	}
}

func (x *execution) parseSource(s *Record, v Value) {
	t, ok := v.(Text)
	if !ok {
		x.open = x.f.unknownTemplate(x.call, v)
		return
	}
	src, size := make(Text, len(t)), 0
	for i, p := range t {
		if p.Hole != "" {
			p.Text = unknownRune
		}
		src[i] = p
		size += len(p.Text)
	}
	if size > maxTemplate {
		x.open = hole(x.call, "a template that is too long")
		return
	}
	var b strings.Builder
	for _, p := range src {
		b.WriteString(p.Text)
	}
	left, _ := known(s.Fields[tmplLeft])
	right, _ := known(s.Fields[tmplRight])
	trees := map[string]*parse.Tree{}
	tree := parse.New(nameText(s.Fields[tmplName]))
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(b.String(), left, right, trees); err != nil {
		x.open = hole(x.call, "a template that does not parse")
		return
	}
	for name, tree := range trees {
		if x.trees[name] == nil || !parse.IsEmptyTree(tree.Root) {
			x.trees[name] = &source{src, tree}
		}
	}
}

func nameText(v Value) string {
	t, _ := v.(Text)
	return t.String()
}

// run adds what the template of a name makes.
func (x *execution) run(name Value, dot datum, out Value) Value {
	src := x.trees[nameText(name)]
	switch {
	case src == nil && x.open != nil:
		return x.add(out, x.open)
	case src == nil:
		return x.add(out, hole(x.call, "a template that is not known"))
	case x.depth == maxDepth:
		return x.add(out, hole(x.call, whyLong))
	}
	x.depth++
	out = x.list(src, src.tree.Root, dot, out)
	x.depth--
	return out
}

// add is a text with more behind it.
func (x *execution) add(out, more Value) Value {
	if t, ok := more.(Text); ok && len(t) == 0 {
		return out
	}
	return lift(func(v []Value) Value { return concat(x.f.text(v[0], x.call), x.f.text(v[1], x.call)) }, out, more)
}

// piece is what the code spells of the text of a template.
func (s *source) piece(from, to int) Text {
	out := piece(s.text, from, to)
	for i := range out {
		if out[i].Hole != "" {
			out[i].Text = ""
		}
	}
	return out
}

// at is where a node stands.
func (s *source) at(n parse.Node) token.Pos {
	if p := piece(s.text, int(n.Position()), int(n.Position())+1); len(p) > 0 {
		return p[0].Pos
	}
	return token.NoPos
}

// expr stands for a node where an expression is asked for.
func (s *source) expr(n parse.Node) ast.Expr {
	return &ast.Ident{Name: n.String(), NamePos: s.at(n)}
}

func (x *execution) list(src *source, l *parse.ListNode, dot datum, out Value) Value {
	if l == nil {
		return out
	}
	var run joiner // added at once: a page has many pieces
	for _, n := range l.Nodes {
		if x.steps++; x.steps > maxParts {
			run.add(hole(src.expr(n), whyLong)...)
			break
		}
		v, ok := x.made(src, n, dot)
		if t, isText := v.(Text); ok && isText {
			run.add(t...)
			continue
		}
		out, run = x.add(out, run.text), joiner{}
		if ok {
			out = x.add(out, v)
		} else {
			out = x.node(src, n, dot, out)
		}
	}
	return x.add(out, run.text)
}

// made is what a node makes that does not depend on what stands before it.
func (x *execution) made(src *source, n parse.Node, dot datum) (Value, bool) {
	switch n := n.(type) {
	case *parse.TextNode:
		return src.piece(int(n.Pos), int(n.Pos)+len(n.Text)), true
	case *parse.ActionNode:
		d := x.pipe(src, n.Pipe, dot)
		if len(n.Pipe.Decl) > 0 {
			return Text{}, true
		}
		return x.printed(d, src.expr(n.Pipe)), true
	case *parse.BreakNode, *parse.ContinueNode:
		return hole(src.expr(n), "a loop that may end"), true
	}
	return nil, false
}

func (x *execution) node(src *source, n parse.Node, dot datum, out Value) Value {
	switch n := n.(type) {
	case *parse.IfNode:
		return x.branch(src, &n.BranchNode, dot, out)
	case *parse.WithNode:
		return x.branch(src, &n.BranchNode, dot, out)
	case *parse.RangeNode:
		return x.loop(src, &n.BranchNode, dot, out)
	case *parse.TemplateNode:
		d := datum{v: Unknown{Why: "nil"}}
		if n.Pipe != nil {
			d = x.pipe(src, n.Pipe, dot)
		}
		vars := x.vars
		x.vars = []scoped{{"$", d}}
		out = x.run(placed(n.Name, src.at(n)), d, out)
		x.vars = vars
		return out
	}
	return out
}

// printed is a value as a template prints it.
func (x *execution) printed(d datum, e ast.Expr) Value {
	return lift(func(v []Value) Value {
		switch v[0].(type) {
		case Unknown:
			if d.t != nil && isNumber(d.t) {
				return hole(e, WhyNumber)
			}
		case Const:
			if d.t != nil && hasMethod(d.t, "String") {
				return hole(e, "what its String method gives")
			}
		}
		return x.f.text(v[0], e)
	}, d.v)
}

// branch is {{if}} or {{with}}, which a template decides by its data, or both ways.
func (x *execution) branch(src *source, n *parse.BranchNode, dot datum, out Value) Value {
	vars := len(x.vars)
	defer func() { x.vars = x.vars[:vars] }()
	d := x.pipe(src, n.Pipe, dot)
	inner := dot
	if n.NodeType == parse.NodeWith {
		inner = d
	}
	switch isTrue(d.v) {
	case yes:
		return x.list(src, n.List, inner, out)
	case no:
		return x.list(src, n.ElseList, dot, out)
	}
	then := x.list(src, n.List, inner, out)
	return merge(out, then, x.list(src, n.ElseList, dot, out))
}

// isTrue says whether a template takes a value for true: not the zero value.
func isTrue(v Value) truth {
	switch v := v.(type) {
	case Const:
		if n, ok := integer(v); ok {
			return truthIf(n != 0)
		}
		return truthOf(v)
	case Text:
		if s, ok := v.Known(); ok {
			return truthIf(s != "")
		}
		for _, p := range v {
			if p.Text != "" && !p.May {
				return yes
			}
		}
	case *List:
		for _, e := range v.Elems {
			if !e.May {
				return yes
			}
		}
		if !v.Open && len(v.Elems) == 0 {
			return no
		}
	case *Record:
		if !isMap(v.Type) {
			return yes
		}
	case OneOf:
		first := isTrue(v[0])
		for _, a := range v[1:] {
			if isTrue(a) != first {
				return maybe
			}
		}
		return first
	case Unknown:
		if v.Why == "nil" {
			return no
		}
	}
	return maybe
}

func truthValue(b bool) Value { return Const{constant.MakeBool(b)} }

func truthIf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// loop is {{range}}: a turn for each element that is known, or one that may be.
func (x *execution) loop(src *source, n *parse.BranchNode, dot datum, out Value) Value {
	vars := len(x.vars)
	defer func() { x.vars = x.vars[:vars] }()
	d := x.pipe(src, n.Pipe, dot)
	var of types.Type
	switch t := underlying(d.t).(type) {
	case *types.Slice:
		of = t.Elem()
	case *types.Array:
		of = t.Elem()
	case *types.Map:
		of = t.Elem()
	}
	turn := func(key, elem Value, out Value) Value {
		if decl := n.Pipe.Decl; len(decl) > 0 {
			x.vars = append(x.vars[:vars:vars], scoped{decl[0].Ident[0], datum{elem, of}})
			if len(decl) > 1 {
				x.vars = append(x.vars[:vars:vars], scoped{decl[0].Ident[0], datum{v: key}}, scoped{decl[1].Ident[0], datum{elem, of}})
			}
		}
		return x.list(src, n.List, datum{elem, of}, out)
	}
	turns, open := elements(d.v)
	for i, t := range turns {
		key := t.key
		if key == nil {
			key = number(i)
		}
		took := turn(key, t.elem.Value, out)
		if t.elem.May {
			took = merge(out, took, out)
		}
		out = took
	}
	switch {
	case open:
		e := src.expr(n.Pipe)
		once := turn(Unknown{Why: "range", Expr: e}, Unknown{Why: "an element of " + types.ExprString(e), Expr: e}, out)
		return merge(out, once, x.list(src, n.ElseList, dot, out))
	case len(turns) == 0:
		return x.list(src, n.ElseList, dot, out)
	}
	return out
}

// pipe evaluates a pipeline, and gives the variables that it declares their value.
func (x *execution) pipe(src *source, p *parse.PipeNode, dot datum) datum {
	var d datum
	for i, c := range p.Cmds {
		var last *datum
		if i > 0 {
			given := d
			last = &given
		}
		d = x.command(src, c, dot, last)
	}
	for _, v := range p.Decl {
		x.declare(v.Ident[0], d, p.IsAssign)
	}
	return d
}

// declare gives a variable a value; one that is assigned may keep what it has.
func (x *execution) declare(name string, d datum, assign bool) {
	if !assign {
		x.vars = append(slices.Clip(x.vars), scoped{name, d})
		return
	}
	for i := len(x.vars) - 1; i >= 0; i-- {
		if x.vars[i].name == name {
			x.vars[i].v = oneOf(x.vars[i].v, d.v)
			return
		}
	}
}

// command evaluates one command of a pipeline, whose last argument the one before gives.
func (x *execution) command(src *source, c *parse.CommandNode, dot datum, last *datum) datum {
	first := c.Args[0]
	var args []datum
	for _, a := range c.Args[1:] {
		args = append(args, x.arg(src, a, dot))
	}
	if last != nil {
		args = append(args, *last)
	}
	if id, ok := first.(*parse.IdentifierNode); ok {
		return datum{v: x.function(src, id, c, args)}
	}
	if len(args) == 0 {
		return x.arg(src, first, dot)
	}
	return datum{v: Unknown{Why: "what the template calls", Expr: src.expr(c)}}
}

// arg evaluates an operand.
func (x *execution) arg(src *source, n parse.Node, dot datum) datum {
	e := src.expr(n)
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.NilNode:
		return datum{v: Unknown{Why: "nil", Expr: e}}
	case *parse.FieldNode:
		return x.fields(dot, n.Ident, e)
	case *parse.VariableNode:
		for i := len(x.vars) - 1; i >= 0; i-- {
			if x.vars[i].name == n.Ident[0] {
				return x.fields(x.vars[i].datum, n.Ident[1:], e)
			}
		}
	case *parse.ChainNode:
		return x.fields(x.arg(src, n.Node, dot), n.Field, e)
	case *parse.PipeNode:
		return x.pipe(src, n, dot)
	case *parse.IdentifierNode:
		return datum{v: x.function(src, n, n, nil)}
	case *parse.StringNode:
		if n.Quoted[1:len(n.Quoted)-1] == n.Text {
			return datum{v: src.piece(int(n.Pos)+1, int(n.Pos)+1+len(n.Text))}
		}
		return datum{v: placed(n.Text, e.Pos())}
	case *parse.NumberNode:
		if n.IsInt {
			return datum{v: number(int(n.Int64))}
		}
		return datum{v: placed(n.Text, e.Pos())}
	case *parse.BoolNode:
		return datum{v: truthValue(n.True)}
	}
	return datum{v: Unknown{Why: "what the template gives", Expr: e}}
}

// fields are fields of fields, keys of maps, or methods.
func (x *execution) fields(d datum, names []string, e ast.Expr) datum {
	for _, name := range names {
		d = x.field(d, name, e)
	}
	return d
}

func (x *execution) field(owner datum, name string, e ast.Expr) datum {
	var t types.Type
	v := lift(func(v []Value) Value {
		of := owner.t
		r, ok := v[0].(*Record)
		if ok && r.Type != nil {
			of = r.Type
		}
		if ok && isMap(of) {
			if m, isMap := underlying(of).(*types.Map); isMap {
				t = m.Elem()
			}
			return elementOf(r, placed(name, e.Pos()), e)
		}
		var obj types.Object
		if of != nil {
			obj, _, _ = types.LookupFieldOrMethod(of, true, x.f.pkg.Types, name)
		}
		switch obj := obj.(type) {
		case *types.Func:
			return x.method(obj, v[0], e)
		case *types.Var:
			t = obj.Type()
			return x.fieldOf(v[0], obj, e)
		}
		if ok {
			if v, ok := r.Fields[name]; ok {
				return v
			}
		}
		return Unknown{Why: "field " + name, Expr: e}
	}, owner.v)
	return datum{v, t}
}

// fieldOf is a field of a struct, which may be promoted.
func (x *execution) fieldOf(owner Value, field *types.Var, e ast.Expr) Value {
	if r, ok := owner.(*Record); ok && r.Fields[field.Name()] == nil {
		for _, name := range r.Names() {
			in, ok := r.Fields[name].(*Record)
			if ok && in != r && in.Fields[field.Name()] != nil {
				return in.Fields[field.Name()]
			}
		}
	}
	return x.f.structField(owner, field, e)
}

// method is what a method gives that is called without arguments.
func (x *execution) method(fn *types.Func, receiver Value, e ast.Expr) Value {
	unknown := Unknown{Why: "the result of " + fn.Name(), Expr: e}
	return x.applied(&Func{Obj: fn, Receiver: receiver, pkg: x.f.pkg}, []Value{}, unknown)
}

// applied is what a function of the program gives first.
func (x *execution) applied(fn *Func, args []Value, unknown Value) Value {
	if !x.f.w.follows(fn, false) {
		return unknown
	}
	x.f.w.quiet++
	results, _ := x.f.w.apply(fn, args, x.f.guards)
	x.f.w.quiet--
	if len(results) == 0 {
		return unknown
	}
	return results[0]
}

// function evaluates a function of a template: one that every template has, or that the
// code gives it.
func (x *execution) function(src *source, id *parse.IdentifierNode, n parse.Node, args []datum) Value {
	call := &ast.CallExpr{Fun: src.expr(id), Lparen: src.at(id), Rparen: src.at(id)}
	values := make([]Value, len(args))
	for i, a := range args {
		values[i] = a.v
		call.Args = append(call.Args, src.expr(n))
	}
	unknown := Unknown{Why: "what the template's function " + id.Ident + " gives", Expr: src.expr(n)}
	if given, ok := x.funcs.(*Record); ok {
		if fn, ok := given.Fields[id.Ident].(*Func); ok {
			return x.given(call, fn, values, unknown)
		}
	}
	switch {
	case id.Ident == "printf" && len(args) > 0:
		return lift(func(v []Value) Value { return x.f.sprintf(call, v) }, values...)
	case id.Ident == "print":
		return lift(func(v []Value) Value { return x.f.sprint(call, Callee{Name: "Sprint"}, v) }, values...)
	case id.Ident == "not" && len(args) == 1:
		if t := isTrue(values[0]); t != maybe {
			return truthValue(t == no)
		}
	case id.Ident == "index" && len(args) == 2:
		return elementOf(values[0], values[1], src.expr(n))
	case (id.Ident == "eq" || id.Ident == "ne") && len(args) == 2:
		op := token.EQL
		if id.Ident == "ne" {
			op = token.NEQ
		}
		return x.f.binary(src.expr(n), op, values[0], values[1])
	case id.Ident == "and" || id.Ident == "or":
		return decided(values, id.Ident == "or", unknown)
	}
	return unknown
}

// decided is {{and}} or {{or}}: the value that decides, or the last.
func decided(values []Value, or bool, unknown Value) Value {
	for i, v := range values {
		t := isTrue(v)
		if t == maybe {
			return unknown
		}
		if (t == yes) == or || i == len(values)-1 {
			return v
		}
	}
	return unknown
}

// given evaluates a function that the code gives a template.
func (x *execution) given(call *ast.CallExpr, fn *Func, args []Value, unknown Value) Value {
	if fn.Obj != nil && fn.Obj.Pkg() != nil {
		if c := calleeOf(fn.Obj); c.Pkg == "strings" && c.Recv == "" {
			if v, ok := x.f.known(call, c, nil, args); ok {
				return v
			}
		}
	}
	return x.applied(fn, args, unknown)
}
