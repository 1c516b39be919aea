package uses

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// callArgs are what a function is called with, and the calls that hand it over.
type callArgs struct {
	handed
	by []*caller
}

// handed is what a call gives a function: args are nil where it tells nothing, receiver
// where that is not known.
type handed struct {
	receiver gosrc.Value
	args     []gosrc.Value
}

func (h handed) same(o handed) bool {
	if (h.receiver == nil) != (o.receiver == nil) || h.receiver != nil && !gosrc.Same(h.receiver, o.receiver) {
		return false
	}
	return slices.EqualFunc(h.args, o.args, gosrc.Same)
}

// A caller is a call of a function, made where its own function is called so.
type caller struct {
	site gosrc.Site // From is not set
	from *callArgs  // nil for whoever calls
	walk int        // that came upon it last
}

// maxChain bounds how many functions hand a part of a text on.
const maxChain = 4

// add adds a call; false for one that is there.
func (a *callArgs) add(by caller) bool {
	for _, have := range a.by {
		if have.site.Node == by.site.Node && have.from == by.from {
			have.walk = by.walk
			return false
		}
	}
	a.by = append(a.by, &by)
	return true
}

// addCall keeps what a function is called with.
func (c *collector) addCall(fn *ast.FuncDecl, h handed, by caller) {
	if h.args == nil {
		open := c.open[fn]
		if open == nil {
			open = &callArgs{}
			c.open[fn] = open
		}
		if fresh := open.add(by); fresh && (len(open.by) == 1 || by.from != nil && by.from.args != nil) {
			c.newCalls[fn]++
		}
		return
	}
	for _, have := range c.calls[fn] {
		if have.same(h) {
			have.add(by)
			return
		}
	}
	if len(c.calls[fn]) <= maxCalls {
		c.calls[fn] = append(c.calls[fn], &callArgs{h, []*caller{&by}})
		c.newCalls[fn]++
	}
}

// calledElsewhere adds a call that tells nothing to each function whose texts depend on
// its callers and that not only the calls that were walked may call.
func (c *collector) calledElsewhere() {
	var depend []*types.Func
	decls := map[*types.Func]*ast.FuncDecl{}
	for _, d := range c.order {
		if fn, ok := d.pkg.Info.Defs[d.decl.Name].(*types.Func); ok && (d.needs || d.hands) && mayBeTold(fn) {
			depend = append(depend, fn)
			decls[fn] = d.decl
		}
	}
	for fn, is := range c.program.CalledElsewhere(depend) {
		if decl := decls[fn]; is && decl != nil {
			c.addCall(decl, handed{}, caller{})
		}
	}
}

// callsOf are the calls that a function is walked for: those that tell a text, and
// beside them those that do not, as one.
func (c *collector) callsOf(d *declared) []*callArgs {
	calls := c.calls[d.decl]
	if len(calls) == 0 || !c.begun(d.decl, map[*ast.FuncDecl]bool{}) {
		return calls
	}
	return append(slices.Clone(calls), c.open[d.decl])
}

// begun says whether calls of a function that tell nothing come from elsewhere than
// such calls in a circle, which nobody begins; seen are those that were asked of.
func (c *collector) begun(fn *ast.FuncDecl, seen map[*ast.FuncDecl]bool) bool {
	open := c.open[fn]
	if open == nil {
		return false
	}
	seen[fn] = true
	return slices.ContainsFunc(open.by, func(by *caller) bool {
		from := by.site.Decl
		if from == nil || by.from != nil && by.from.args != nil {
			return true
		}
		return !seen[from] && (by.from == nil || c.begun(from, seen))
	})
}

// takeBackCalls forgets the calls of a function that its last walk did not come upon
// again: it knows its arguments better now.
func (c *collector) takeBackCalls(d *declared) {
	stale := func(by *caller) bool { return by.site.Decl == d.decl && by.walk != c.walks }
	for _, fn := range d.called {
		c.calls[fn] = slices.DeleteFunc(c.calls[fn], func(call *callArgs) bool {
			call.by = slices.DeleteFunc(call.by, stale)
			if len(call.by) == 0 {
				c.newCalls[fn]++
			}
			return len(call.by) == 0
		})
		if open := c.open[fn]; open != nil && slices.ContainsFunc(open.by, stale) {
			open.by = slices.DeleteFunc(open.by, stale)
			c.newCalls[fn]++
		}
	}
}

// givenBy are the calls that a text comes about by; nil where it is the same whoever calls.
func (d *declared) givenBy(t gosrc.Text, call *ast.CallExpr) []*callArgs {
	if d.from == nil || slices.ContainsFunc(d.plain, func(p candidate) bool { return p.call == call && sameParts(p.text, t) }) {
		return nil
	}
	return []*callArgs{d.from}
}

// joinCalls are the calls by which either of two texts comes about.
func joinCalls(a, b []*callArgs) []*callArgs {
	if a == nil || b == nil {
		return nil
	}
	out := slices.Clone(a)
	for _, call := range b {
		if !slices.Contains(out, call) {
			out = append(out, call)
		}
	}
	return out
}

// maxSites bounds the ways by which a text comes about: of more it is told who calls
// last, not who begins them.
const maxSites = 1000

// sitesOf are the sites of calls with those that come before them; nil when not all are
// known.
func sitesOf(calls []*callArgs) []gosrc.Site {
	depth := maxChain
	for depth > 0 && waysOf(calls, depth, maxSites) >= maxSites {
		depth--
	}
	return callSites(calls, depth)
}

// waysOf counts the ways to calls, as far as most.
func waysOf(calls []*callArgs, depth, most int) int {
	n := 0
	for _, call := range calls {
		for _, by := range call.by {
			ways := 1
			if by.from != nil && depth > 0 {
				ways = max(1, waysOf([]*callArgs{by.from}, depth-1, most-n))
			}
			if n += ways; n >= most {
				return n
			}
		}
	}
	return n
}

// callSites are the sites of calls; nil when not all are known.
func callSites(calls []*callArgs, depth int) []gosrc.Site {
	var out []gosrc.Site
	for _, call := range calls {
		if len(call.by) == 0 {
			return nil
		}
		for _, by := range call.by {
			if by.site.Decl == nil {
				return nil
			}
			site := by.site
			if by.from != nil && depth > 0 {
				site.From = callSites([]*callArgs{by.from}, depth-1)
			}
			out = append(out, site)
		}
	}
	return out
}

// outermost are the calls that begin the way to a site of which only some callers make
// the text.
func (c *collector) outermost(sites []gosrc.Site) []schema.Caller {
	var out []schema.Caller
	for _, s := range sites {
		if s.From != nil {
			out = append(out, c.outermost(s.From)...)
			continue
		}
		out = append(out, schema.Caller{Pos: spot(c.program.Position(s.Node.Pos()), 1), Package: s.Package.Path, Function: functionName(s.Decl)})
	}
	return out
}

// markedCallers says whether all of those functions are marked as ones that fill a new column.
func markedCallers(sites []gosrc.Site) bool {
	return len(sites) > 0 && !slices.ContainsFunc(sites, func(s gosrc.Site) bool { return !marked(s.Decl) && !markedCallers(s.From) })
}

// calledOn is the struct that a method is called on, as far as a text may be made of
// it: an embedded one where the method is that of its type.
func calledOn(fn *types.Func, v gosrc.Value) gosrc.Value {
	recv := fn.Signature().Recv()
	if recv == nil {
		return nil
	}
	return partOf(v, deref(recv.Type()), maxEmbedded)
}

// maxEmbedded bounds how deep embedded structs are looked for.
const maxEmbedded = 2

func partOf(v gosrc.Value, t types.Type, depth int) gosrc.Value {
	r, ok := v.(*gosrc.Record)
	if !ok || r.Type == nil || r.Keys != nil {
		return nil
	}
	if types.Identical(deref(r.Type), t) {
		for _, name := range r.Names() {
			if tellsText(r.Fields[name]) {
				return r
			}
		}
		return nil
	}
	if depth == 0 {
		return nil
	}
	for _, name := range r.Names() {
		if f := fieldNamed(r, name); f != nil && f.Embedded() {
			if in := partOf(r.Fields[name], t, depth-1); in != nil {
				return in
			}
		}
	}
	return nil
}

// argument gives the parameters of a function, its receiver too, the values of one call.
func argument(fn *types.Func, h handed) func(*types.Var) gosrc.Value {
	sig, ok := fn.Type().(*types.Signature)
	if !ok {
		return nil
	}
	args := h.args
	return func(p *types.Var) gosrc.Value {
		if p == sig.Recv() && h.receiver != nil {
			return general(h.receiver)
		}
		for i := range sig.Params().Len() {
			if sig.Params().At(i) != p || i >= len(args) {
				continue
			}
			if sig.Variadic() && i == sig.Params().Len()-1 {
				l := &gosrc.List{}
				for _, a := range args[i:] {
					l.Elems = append(l.Elems, gosrc.Elem{Value: a})
				}
				return l
			}
			return general(args[i])
		}
		return nil
	}
}

// general is what holds of an argument for every caller that hands over the same
// text: its numbers and flags, and fields that it leaves out, are those of one call.
// What is not known is left to the parameter itself.
func general(v gosrc.Value) gosrc.Value {
	switch v := v.(type) {
	case gosrc.Unknown:
		if v.Why != "nil" {
			return nil
		}
	case gosrc.Const:
		return nil
	case *gosrc.Record:
		return openRecord(v)
	}
	return v
}

func openRecord(r *gosrc.Record) gosrc.Value {
	out := &gosrc.Record{Fields: map[string]gosrc.Value{}, Keys: r.Keys, Type: r.Type, Open: true, At: r.At, Rest: r.Rest}
	for name, v := range r.Fields {
		switch v = general(v); {
		case v != nil:
			out.Fields[name] = v
		case r.Keys != nil: // the key of a map tells a column, whatever it is set to
			out.Fields[name] = gosrc.Unknown{Why: "an argument"}
		}
	}
	return out
}
