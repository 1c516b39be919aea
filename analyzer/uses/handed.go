package uses

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What calls are handed: the texts and builders that become candidates, and what tells
// that more has to be known of a caller.

// call keeps the texts that a call is handed, and the arguments of functions of
// the program.
func (c *collector) call(call *gosrc.Call) {
	if fn := call.Callee.Func; fn != nil && mayBeTold(fn) {
		h := handed{receiver: calledOn(fn, call.Receiver)}
		if h.receiver != nil || slices.ContainsFunc(call.Args, tellsText) || slices.ContainsFunc(call.Args, c.isOption) || handsNil(fn, call.Args) {
			h.args = append([]gosrc.Value{}, call.Args...)
		}
		for _, target := range c.program.Declarations(fn) {
			c.addCall(target, h, caller{gosrc.Site{Package: call.Package, Decl: c.now.decl, Node: call.Expr}, c.now.from, c.walks})
			if !slices.Contains(c.now.called, target) {
				c.now.called = append(c.now.called, target)
			}
			c.now.asks = c.now.asks || c.now.decl != nil && slices.ContainsFunc(call.Args, func(v gosrc.Value) bool { return h.args != nil && ofTextField(v) || ofBuilderField(v) })
		}
	}
	if fn := call.Callee.Func; fn != nil && slices.ContainsFunc(call.Args, stringOn) {
		c.now.passes = append(c.now.passes, c.program.Declarations(fn)...)
	}
	c.now.needs = c.now.needs || c.asksOption(call)
	done, wrapped := c.wrapped(call)
	if !wrapped && says(call.Callee) {
		return
	}
	c.now.hands = c.now.hands || call.Callee.Func != nil && slices.ContainsFunc(call.Args, handedOn)
	c.mappedCall(call)
	if call.Receiver != nil {
		c.chains(call, call.Receiver)
	}
	for i, arg := range call.Args {
		if i != done && !goesInto(arg, call.Results) {
			c.texts(call, i, arg, 2)
		}
	}
}

// ofBuilderField says whether a value is a builder that a field holds, or what a function
// gives that one holds: one that hands builders on.
func ofBuilderField(v gosrc.Value) bool {
	u, ok := v.(gosrc.Unknown)
	return ok && u.Field != nil && (givesChain(u.Field.Type()) || isChain(u.Field.Type()))
}

// ofTextField says whether a value is that of a field that holds texts, and not known.
func ofTextField(v gosrc.Value) bool {
	u, ok := v.(gosrc.Unknown)
	return ok && u.Field != nil && holdsText(u.Field.Type())
}

// stringOn says whether a value is a parameter that holds a string, or made of one.
func stringOn(v gosrc.Value) bool {
	switch v := v.(type) {
	case gosrc.Unknown:
		return v.Param != nil && holdsText(v.Param.Type())
	case gosrc.Text:
		return slices.ContainsFunc(v, func(p gosrc.Part) bool { return p.Param != nil })
	}
	return false
}

// handedOn says whether a value is a parameter of which only the caller knows what it
// holds: a list, or an interface.
func handedOn(v gosrc.Value) bool {
	u, ok := v.(gosrc.Unknown)
	if !ok || u.Param == nil {
		return false
	}
	t := u.Param.Type()
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	face, ok := t.Underlying().(*types.Interface)
	pkg, _ := gosrc.Named(t)
	return ok && (face.Empty() || pkg != "" && libraryAt(pkg) != nil)
}

// chains adds the statements of the builders that a call runs.
func (c *collector) chains(call *gosrc.Call, v gosrc.Value) {
	for _, a := range gosrc.Alternatives(v) {
		if ch, ok := a.(*gosrc.Chain); ok {
			c.chain(call, -1, ch)
		}
	}
}

func (c *collector) chain(call *gosrc.Call, arg int, ch *gosrc.Chain) {
	if u, ok := ch.Base.(gosrc.Unknown); ok && u.Field != nil || fromCaller(ch.Base) {
		c.now.needs = true
	}
	if len(ch.Links) == 0 {
		return
	}
	if args := ch.Links[len(ch.Links)-1].Args; rowLink(ch) >= 0 && len(args) > 0 && fromCaller(args[0]) {
		c.now.needs = true
	}
	n := len(c.now.found)
	for _, t := range c.statements(ch) {
		c.built(call, arg, t)
	}
	for i := range c.now.found[n:] {
		for _, l := range ch.Links {
			c.now.found[n+i].steps = append(c.now.found[n+i].steps, l.Call)
		}
	}
}

// statements are the texts of the statements that a chain stands for.
func (c *collector) statements(ch *gosrc.Chain) []gosrc.Text {
	var out []gosrc.Text
	for _, row := range rowsOf(ch) {
		for _, instance := range c.instances(row) {
			for _, one := range apart(instance) {
				if t := spelled(one); t != nil {
					out = append(out, c.renamed.in(t, one))
				}
			}
		}
	}
	return out
}

// instances are the chains that a chain of a generic function is, one for each type
// that its rows are of.
func (c *collector) instances(ch *gosrc.Chain) []*gosrc.Chain {
	var param *types.TypeParam
	for _, l := range ch.Links {
		for _, a := range l.Call.Args {
			if p := gosrc.TypeParam(l.Package.Info.TypeOf(a)); p != nil && param == nil {
				param = p
			}
		}
	}
	if param == nil {
		return []*gosrc.Chain{ch}
	}
	var out []*gosrc.Chain
	for _, i := range c.program.Instances(param) {
		one := &gosrc.Chain{Base: ch.Base, Links: slices.Clone(ch.Links), Shared: ch.Shared}
		for n := range one.Links {
			one.Links[n].As = i
			one.Links[n].Args = slices.Clone(one.Links[n].Args)
			for k, a := range one.Links[n].Args {
				if r, ok := a.(*gosrc.Record); ok && len(r.Keys) == 0 && r.Type != nil && types.TypeString(deref(r.Type), nil) != types.TypeString(i.Type, nil) {
					one.Links[n].Args[k] = gosrc.Unknown{Why: "of another type"}
				}
			}
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return []*gosrc.Chain{ch}
	}
	return out
}

// built adds a text that is spelled for a builder.
func (c *collector) built(call *gosrc.Call, arg int, t gosrc.Text) {
	n := len(c.now.found)
	c.text(call, arg, nil, t)
	for i := range c.now.found[n:] {
		c.now.found[n+i].built = true
	}
}

// fromCaller says whether a value is, or goes on from, a parameter; a context tells
// nothing.
func fromCaller(v gosrc.Value) bool {
	switch v := v.(type) {
	case gosrc.Unknown:
		return v.Param != nil && !isNamed(v.Param.Type(), "context", "Context")
	case *gosrc.Record:
		return v.Rest != nil && v.Rest.Param != nil
	}
	return false
}

// goesInto says whether a text or builder is part of what an evaluated call gives back:
// what becomes of that shows more.
func goesInto(arg gosrc.Value, results []gosrc.Value) bool {
	if ch, ok := arg.(*gosrc.Chain); ok {
		return slices.ContainsFunc(results, func(r gosrc.Value) bool { return begins(ch, r) })
	}
	for _, t := range gosrc.Texts(arg) {
		if len(t) == 0 || t[0].Hole != "" {
			continue
		}
		for _, r := range results {
			for _, out := range gosrc.Texts(r) {
				if slices.ContainsFunc(out, func(p gosrc.Part) bool { return p.Hole == "" && p.Pos == t[0].Pos }) {
					return true
				}
			}
		}
	}
	return false
}

// begins says whether all that a value can be goes on from a chain.
func begins(ch *gosrc.Chain, v gosrc.Value) bool {
	n := len(ch.Links)
	return n > 0 && !slices.ContainsFunc(gosrc.Alternatives(v), func(a gosrc.Value) bool {
		longer, ok := a.(*gosrc.Chain)
		return !ok || len(longer.Links) < n || !slices.EqualFunc(longer.Links[:n], ch.Links, func(a, b gosrc.Link) bool { return a.Call == b.Call })
	})
}

// mayBeTold says whether a function has a parameter that a text could come by, or is a
// method of a struct that holds some.
func mayBeTold(fn *types.Func) bool {
	sig := fn.Signature()
	if recv := sig.Recv(); recv != nil && holdsTexts(recv.Type(), maxEmbedded) {
		return true
	}
	for p := range sig.Params().Variables() {
		switch t := p.Type().Underlying().(type) {
		case *types.Basic:
			if t.Info()&types.IsString != 0 {
				return true
			}
		case *types.Signature, *types.Chan:
		default:
			return true
		}
	}
	return false
}

// holdsTexts says whether a struct has a field that holds a text.
func holdsTexts(t types.Type, depth int) bool {
	_, st := structOf(t)
	if st == nil {
		return false
	}
	for f := range st.Fields() {
		if holdsText(f.Type()) || isChain(f.Type()) || depth > 0 && f.Embedded() && holdsTexts(f.Type(), depth-1) {
			return true
		}
	}
	return false
}

// handsNil says whether a function is called with nil for what may be anything, or a list.
func handsNil(fn *types.Func, args []gosrc.Value) bool {
	params := fn.Signature().Params()
	for i, v := range args {
		if u, ok := v.(gosrc.Unknown); !ok || u.Why != "nil" || i >= params.Len() {
			continue
		}
		switch t := params.At(i).Type().Underlying().(type) {
		case *types.Interface:
			return t.Empty()
		case *types.Slice, *types.Map:
			return true
		}
	}
	return false
}

// isOption says whether a value is a function that sets fields, from which a text may be
// made.
func (c *collector) isOption(v gosrc.Value) bool {
	fn, ok := v.(*gosrc.Func)
	return ok && c.program.IsOption(fn)
}

// asksOption says whether a call hands a struct of the program to a function that only
// the caller knows: what that sets may be part of a text.
func (c *collector) asksOption(call *gosrc.Call) bool {
	u, ok := call.Called.(gosrc.Unknown)
	return ok && u.Param != nil && c.program.TakesOption(u.Param)
}

func tellsText(v gosrc.Value) bool {
	switch v.(type) {
	case gosrc.Text, *gosrc.List, *gosrc.Record, *gosrc.Chain, gosrc.OneOf:
		return true
	}
	return false
}

// texts adds the texts of a value, also those in lists and structs.
func (c *collector) texts(call *gosrc.Call, arg int, v gosrc.Value, depth int) {
	for _, a := range gosrc.Alternatives(v) {
		switch a := a.(type) {
		case gosrc.Unknown:
			c.notKnown(call, arg, a)
		case gosrc.Text:
			c.text(call, arg, call.Args[arg+1:], a)
		case *gosrc.Chain:
			if a.Shared && call.Callee.Func != nil && len(c.program.Declarations(call.Callee.Func)) > 0 {
				continue // what that makes of it, it runs, or its caller does
			}
			c.chain(call, arg, a)
		case *gosrc.List:
			if depth > 0 && len(a.Elems) <= 64 {
				for _, e := range a.Elems {
					c.texts(call, arg, e.Value, depth-1)
				}
			}
		case *gosrc.Record:
			if depth > 0 {
				for _, name := range a.Names() {
					n := len(c.now.found)
					c.texts(call, arg, a.Fields[name], depth-1)
					c.keep(n, fieldNamed(a, name))
				}
			}
		}
	}
}

// notKnown notes what a call runs that is not known here: what a field holds, or a caller
// gives, may be later.
func (c *collector) notKnown(call *gosrc.Call, arg int, v gosrc.Unknown) {
	_, result := v.Expr.(*ast.CallExpr)
	asked := ofTextField(v) || result && v.Param != nil
	c.now.needs = c.now.needs || ofBuilderField(v) || asked && runsSQL(call.Callee)
	c.now.runs = c.now.runs || stringOn(v) && runsSQL(call.Callee)
	callers := v.Param != nil && (!result || v.Why == gosrc.WhyBuilt) // will tell
	if !callers && v.Why != "nil" && c.isQuery(call, arg) {
		c.now.blank = append(c.now.blank, call.Expr)
	}
}

// isQuery says whether an argument of a call is the text of a statement, of which the
// values follow: of a function that is none of the program's, since those are walked. A
// builder that is run, which is no argument, has its text to itself.
func (c *collector) isQuery(call *gosrc.Call, arg int) bool {
	fn := call.Callee.Func
	if arg < 0 {
		return runsSQL(call.Callee)
	}
	name := strings.ToLower(call.Callee.Name)
	named := call.Callee.Pkg == sqlxPath || strings.Contains(name, "exec") || strings.Contains(name, "query") || strings.Contains(name, "prepare")
	if fn == nil || !named || !runsSQL(call.Callee) || len(c.program.Declarations(fn)) > 0 {
		return false
	}
	params := fn.Signature().Params()
	if arg >= params.Len() || !types.Identical(params.At(arg).Type().Underlying(), types.Typ[types.String]) {
		return false
	}
	prepares := arg == params.Len()-1 && strings.HasPrefix(call.Callee.Name, "Prepare")
	return prepares || fn.Signature().Variadic() && arg == params.Len()-2
}

// text adds a text, with the arguments of its placeholders where they follow it.
func (c *collector) text(call *gosrc.Call, arg int, args []gosrc.Value, t gosrc.Text) {
	cand := candidate{
		given: call.Callee.Func != nil && len(c.program.Declarations(call.Callee.Func)) > 0,
		text:  whole(behindHoles(c.placed(t, call.Expr.Lparen))), call: call.Expr, arg: arg, args: args, guards: call.Guards,
		site: gosrc.Site{Package: call.Package, Decl: c.now.decl, Node: call.Expr},
	}
	if !mayBeSQL(cand.text) && !((maintains(t) || hidesHead(t)) && runs(cand)) {
		c.noStatement(call, arg, cand, t)
		return
	}
	for _, p := range t {
		if p.Param != nil || p.Field != nil {
			c.now.needs = true
		}
	}
	if len(args) > 0 && fromCaller(args[0]) && isRow(call, arg+1) {
		c.now.needs = true
	}
	cand.from = c.now.givenBy(cand.text, call.Expr)
	cand.open = c.now.from != nil && c.now.from.args == nil && slices.ContainsFunc(cand.text, func(p gosrc.Part) bool { return p.Hole != "" })
	c.now.found = append(c.now.found, cand)
}

// noStatement notes what becomes of a text that does not read as SQL, or not yet.
func (c *collector) noStatement(call *gosrc.Call, arg int, cand candidate, t gosrc.Text) {
	var first gosrc.Part // an empty text is what is left of one that was lost
	if len(t) > 0 {
		first = t[0]
	}
	asked := first.Param != nil || first.Field != nil
	switch {
	case first.Param != nil && first.Hole == gosrc.WhyReplaced, first.Hole != "" && asked && runs(cand):
		c.now.needs = true // others begin it
	case !slices.ContainsFunc(t, func(p gosrc.Part) bool { return p.Hole == "" || p.Param != nil }) && c.isQuery(call, arg):
		c.now.blank = append(c.now.blank, call.Expr)
	}
	if cand.given && first.Param != nil {
		c.now.begins = append(c.now.begins, c.program.Declarations(call.Callee.Func)...)
	}
}

// whole is a text that is added under a condition as a whole: where it is run, all
// of it is.
func whole(t gosrc.Text) gosrc.Text {
	if slices.ContainsFunc(t, func(p gosrc.Part) bool { return !p.May }) {
		return t
	}
	out := slices.Clone(t)
	for i := range out {
		out[i].May = false
	}
	return out
}
