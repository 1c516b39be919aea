package gosrc

import (
	"go/ast"
	"go/types"
	"slices"
)

// A Chain is a value that a library builds by calls on calls, such as a query
// builder: each method hands back the value with something added.
type Chain struct {
	Base  Value // what the first link is called on, when that is no package; nil otherwise
	Links []Link
	// Shared says that calls change the value that they are made on: what one
	// function adds, its caller has too.
	Shared bool
}

// A Link is one call of a chain.
type Link struct {
	Package *Package // that spells it
	Callee  Callee
	Call    *ast.CallExpr
	Args    []Value
	May     bool // added under a condition only
	// As is what a type parameter of the function stands for, in one of its instances.
	As *Instance
}

// TypeOf is the type of an argument.
func (l *Link) TypeOf(e ast.Expr) types.Type {
	t := l.Package.Info.TypeOf(e)
	if l.As == nil || t == nil {
		return t
	}
	return l.As.in(t)
}

func (*Chain) isValue() {}

// Open says whether a part of what the links are handed comes from a parameter or field.
func (c *Chain) Open() bool {
	open := func(p Part) bool { return p.Param != nil || p.Field != nil }
	for _, l := range c.Links {
		for _, a := range l.Args {
			if u, ok := a.(Unknown); ok && (u.Param != nil || u.Field != nil) {
				return true
			}
			if t, ok := a.(Text); ok && slices.ContainsFunc(t, open) {
				return true
			}
		}
	}
	return false
}

// A Step says what a call is to the library that a chain belongs to.
type Step uint8

// The kinds of steps.
const (
	NoStep Step = iota
	// AddLink: the call adds to a chain, or begins one.
	AddLink
	// GrowLink: as AddLink, and the value that the call is made on has it too.
	GrowLink
	// Finish: the call gives what the chain has built, as ToSql does.
	Finish
	// RunChain: the call runs what the chain has built. It is shown with a
	// receiver of which it is the last link itself.
	RunChain
	// EndChain: as RunChain, and the value that the call is made on starts anew.
	EndChain
)

// chain handles a call that a library of chains knows.
func (f *frame) chain(call *ast.CallExpr, c Callee, receiver Value, args []Value) ([]Value, bool) {
	if f.w.Chain == nil {
		return nil, false
	}
	if c.Func == nil {
		c = ofChain(c, receiver)
	} else if recv := c.Func.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) && f.w.Chain(c) == NoStep {
		c = ofChain(Callee{Name: c.Name}, receiver) // the interface is the program's own
	}
	step := f.w.Chain(c)
	if step == NoStep {
		return nil, false
	}
	if step != RunChain && step != EndChain {
		args = f.appliedTo(args)
	}
	link := Link{Package: f.pkg, Callee: c, Call: call, Args: args}
	longer := lift(func(v []Value) Value { return v[0].(link0).with(link) }, linkable(receiver))
	switch step {
	case AddLink:
		return f.firstOf(call, longer), true
	case GrowLink:
		longer = shared(longer)
		f.grow(call, c, longer)
		return f.firstOf(call, longer), true
	case Finish:
		return f.firstOf(call, receiver), true
	case RunChain, EndChain:
		f.show(Call{Expr: call, Callee: c, Receiver: longer, Args: args})
		f.handedOver(args)
		f.handBack(call, nil)
		f.saved(call)
		if step == EndChain {
			f.grow(call, c, baseOf(receiver))
		}
		return f.unknownResults(call), true
	}
	return nil, false
}

// ofChain is a method that is not known as one of the library whose chain it is called
// on: where the receiver has no type, one of what the last call gives; or else one that a
// later version of the library has.
func ofChain(c Callee, receiver Value) Callee {
	for _, v := range Alternatives(receiver) {
		if ch, ok := v.(*Chain); ok && len(ch.Links) > 0 && c.Pkg == "" {
			last := ch.Links[len(ch.Links)-1].Callee
			if fn := last.gives(c.Name); fn != nil {
				return calleeOf(fn)
			}
			return Callee{Pkg: last.Pkg, Recv: last.Recv, Name: c.Name}
		}
	}
	return c
}

// gives is a method of the first result of a call; nil when it has none of that name.
func (c Callee) gives(name string) *types.Func {
	if c.Func == nil || c.Func.Signature().Results().Len() == 0 {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(c.Func.Signature().Results().At(0).Type(), true, nil, name)
	fn, _ := obj.(*types.Func)
	return fn
}

// appliedTo replaces the functions among the arguments of a link, which add to a
// chain that they are handed, by what they add.
func (f *frame) appliedTo(args []Value) []Value {
	if !slices.ContainsFunc(args, func(v Value) bool { _, is := v.(*Func); return is }) {
		return args
	}
	out := slices.Clone(args)
	for i, a := range args {
		fn, ok := a.(*Func)
		if !ok || !f.w.follows(fn, true) {
			continue
		}
		results, params := f.w.apply(fn, []Value{&Chain{}}, f.guards)
		if len(results) == 0 && len(params) > 0 && isLonger(params[0]) { // it adds to what it is handed
			results = params
		}
		if len(results) > 0 && slices.ContainsFunc(Alternatives(results[0]), isChain) {
			out[i] = results[0]
		}
	}
	return out
}

// isLonger says whether something was added to an empty chain.
func isLonger(v Value) bool {
	return slices.ContainsFunc(Alternatives(v), func(a Value) bool {
		c, ok := a.(*Chain)
		return ok && len(c.Links) > 0
	})
}

func shared(v Value) Value {
	return lift(func(v []Value) Value {
		c, ok := v[0].(*Chain)
		if !ok {
			return v[0]
		}
		return &Chain{Base: c.Base, Links: c.Links, Shared: true}
	}, v)
}

// grow gives the variable that a chain of calls begins with what they add to it.
func (f *frame) grow(call *ast.CallExpr, c Callee, longer Value) {
	root := rootOf(call)
	if pkg, name := Named(f.pkg.Info.TypeOf(root)); pkg != c.Pkg || name != c.Recv {
		return
	}
	switch root.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		f.store(root, longer)
	}
}

// baseOf is what a chain was begun on.
func baseOf(v Value) Value {
	if c, ok := v.(*Chain); ok && c.Base != nil {
		return c.Base
	}
	return Unknown{Why: "begun anew"}
}

// rootOf is what the first call of x.F().G() is made on.
func rootOf(e ast.Expr) ast.Expr {
	for {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			return e
		}
		fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return e
		}
		e = ast.Unparen(fun.X)
	}
}

// givesShared says whether a function is handed a chain that it may add to.
func givesShared(args []Value) bool {
	return slices.ContainsFunc(args, func(v Value) bool {
		c, ok := v.(*Chain)
		return ok && c.Shared
	})
}

func isChain(v Value) bool {
	_, ok := v.(*Chain)
	return ok
}

// link0 is what a link can be added to.
type link0 struct{ *Chain }

func (link0) isValue() {}

func (l link0) with(link Link) Value {
	return &Chain{Base: l.Base, Links: append(slices.Clip(l.Links), link), Shared: l.Shared}
}

func linkable(receiver Value) Value {
	var out OneOf
	for _, a := range Alternatives(receiver) {
		switch a := a.(type) {
		case *Chain:
			out = append(out, link0{a})
		case nil:
			out = append(out, link0{&Chain{}})
		default:
			out = append(out, link0{&Chain{Base: a}})
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// firstOf are the results of a call of which the first is known.
func (f *frame) firstOf(call *ast.CallExpr, v Value) []Value {
	out := f.unknownResults(call)
	if v != nil {
		out[0] = v
	}
	return out
}

func sameChain(a, b *Chain) bool {
	return a == b || len(a.Links) == len(b.Links) && startsChain(a, b)
}

func startsChain(c, base *Chain) bool {
	return len(c.Links) >= len(base.Links) &&
		slices.EqualFunc(c.Links[:len(base.Links)], base.Links, func(x, y Link) bool {
			return x.Call == y.Call && x.May == y.May && slices.EqualFunc(x.Args, y.Args, same)
		})
}

// mergeChain keeps what only one branch added, marked as conditional. What two
// branches added instead of each other makes two chains.
func mergeChain(before, a, b Value) (Value, bool) {
	switch {
	case same(b, before):
		return linkedTo(before, a)
	case same(a, before):
		return linkedTo(before, b)
	}
	return nil, false
}

// linkedTo is every chain of before with what those of v add to it, as conditional.
func linkedTo(before, v Value) (Value, bool) {
	bases := slices.Clone(Alternatives(before))
	for i, b := range bases {
		if u, unknown := b.(Unknown); unknown && u.Expr != nil {
			bases[i] = &Chain{Base: u}
		}
	}
	extended := make([]bool, len(bases))
	var out []Value
	for _, a := range Alternatives(v) {
		c, ok := a.(*Chain)
		if !ok {
			return nil, false
		}
		best := -1
		for i := range bases {
			b, ok := bases[i].(*Chain)
			if ok && (len(b.Links) > 0 || sameBase(c, b)) && startsChain(c, b) && (best < 0 || len(b.Links) > len(bases[best].(*Chain).Links)) { //nolint:forcetypeassert // seen when it was found
				best = i
			}
		}
		if best < 0 {
			return nil, false
		}
		extended[best] = true
		base := bases[best].(*Chain) //nolint:forcetypeassert // as above
		out = append(out, base.may(c.Links[len(base.Links):]))
	}
	for i, b := range Alternatives(before) {
		if !extended[i] {
			out = append(out, b)
		}
	}
	return oneOf(out...), true
}

// sameBase says whether two chains were begun on the same unknown value.
func sameBase(a, b *Chain) bool {
	u, ok := a.Base.(Unknown)
	w, too := b.Base.(Unknown)
	return ok && too && u.Expr == w.Expr
}

// may is the chain with links that are added under a condition.
func (c *Chain) may(links []Link) *Chain {
	out := &Chain{Base: c.Base, Links: slices.Clone(c.Links), Shared: c.Shared}
	for _, l := range links {
		l.May = true
		out.Links = append(out.Links, l)
	}
	return out
}

// collapseChains makes one chain of many: what is not in all of them is conditional.
func collapseChains(values []Value) (Value, bool) {
	var all []*Chain
	for _, v := range values {
		c, ok := v.(*Chain)
		if !ok {
			return nil, false
		}
		all = append(all, c)
	}
	n := len(all[0].Links)
	for _, c := range all[1:] {
		n = min(n, len(c.Links))
		for n > 0 && !startsChain(c, &Chain{Links: all[0].Links[:n]}) {
			n--
		}
	}
	if n == 0 {
		return nil, false
	}
	var rest []Link
	for _, c := range all {
		for _, l := range c.Links[n:] {
			if !slices.ContainsFunc(rest, func(have Link) bool { return have.Call == l.Call }) {
				rest = append(rest, l)
			}
		}
	}
	base := &Chain{Base: all[0].Base, Links: all[0].Links[:n], Shared: all[0].Shared}
	return base.may(rest), true
}

// Named returns the package path and name of a value's type; "" when it has none.
func Named(t types.Type) (pkg, name string) {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return "", ""
	}
	return n.Obj().Pkg().Path(), n.Obj().Name()
}
