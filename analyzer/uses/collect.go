package uses

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A candidate is a text that code builds and hands over, which may be SQL.
type candidate struct {
	text   gosrc.Text
	site   gosrc.Site // Decl is nil for what stands at package level
	call   *ast.CallExpr
	arg    int           // of the call, where the text stands
	args   []gosrc.Value // behind it
	guards []ast.Expr
	// from are the calls of its function that give parts of the text; nil where it is
	// the same whoever calls.
	from  []*callArgs
	open  bool // parts of it are what callers give who tell nothing, though others do
	loose bool // a string that nobody was seen to hand over
	given bool // to a function of the program, which may make another text of it
	doubt bool // nobody was seen to send it
	// wrapped says that the configuration tells the function to run it.
	wrapped bool
	// prepared says that the call executes what was prepared elsewhere.
	prepared bool
	built    bool // spelled for a builder: its placeholders have their arguments with them
	// kept are the calls of a builder that is kept in a field of a struct which is
	// handed on; steps are those of any builder.
	kept, steps []*ast.CallExpr
	keptField   *types.Var
	tags        structTags
	program     *gosrc.Program
}

// A collector walks functions and gathers candidates.
type collector struct {
	program  *gosrc.Program
	wrappers []Wrapper
	// calls are the arguments that each function of the program is called with,
	// each list once.
	calls map[*ast.FuncDecl][]*callArgs
	// open are the calls of each that tell none.
	open map[*ast.FuncDecl]*callArgs
	// fields are the values that each struct field is given; changes counts how
	// often those of one became others.
	fields  map[fieldKey][]given
	changes map[fieldKey]int
	// decodedIn are the fields of packages that decoders give values.
	decodedIn map[*types.Package]map[*types.Var]bool
	outside   map[fieldKey]bool // fields that code which is not walked may set, as far as asked
	// newCalls counts how often the calls of a function became others.
	newCalls map[*ast.FuncDecl]int
	order    []*declared
	loose    []candidate
	unused   []candidate // builders that are kept where nobody takes them
	modes    *modes
	tables   registrations
	flags    map[string]bool // what conditions are in production
	renamed  renamed
	tags     structTags
	boiled   map[string]bool // files that SQLBoiler made

	walker *gosrc.Walker
	now    *declared // the function being walked
	walks  int       // of functions again
}

// fieldKey tells fields apart, also where the types of a package are made twice.
type fieldKey struct {
	pos  token.Pos
	name string
}

func keyOf(f *types.Var) fieldKey { return fieldKey{f.Pos(), f.Name()} }

// given is a value of a field, and the function that gives it.
type given struct {
	by    *ast.FuncDecl
	value gosrc.Value
}

// maxGiven bounds the values that are kept of one field.
const maxGiven = 16

// declared is a function with what was found in it.
type declared struct {
	pkg    *gosrc.Package
	decl   *ast.FuncDecl
	found  []candidate
	plain  []candidate      // found without knowing who calls
	from   *callArgs        // that it is walked for
	needs  bool             // parts of its texts, or of fields that it sets, come from parameters or fields
	sets   bool             // a field, from a parameter
	cut    bool             // it was not walked to its end
	hands  bool             // on what it is given, and a text may be made of that
	passes []*ast.FuncDecl  // functions that it hands a string on to
	asks   bool             // a function of the program, with what a field holds
	gave   []fieldKey       // fields that it sets
	called []*ast.FuncDecl  // with arguments that tell a text
	again  bool             // it was walked again
	tried  int              // changes of its calls when it was walked last
	asked  map[fieldKey]int // changes of the fields that it was walked with
}

// maxCalls bounds the calls that a function is walked for.
const maxCalls = 16

// maxRounds bounds how often what callers give is handed on.
const maxRounds = 3

func newCollector(p *gosrc.Program, wrappers []Wrapper) *collector {
	c := &collector{program: p, wrappers: wrappers, calls: map[*ast.FuncDecl][]*callArgs{}, open: map[*ast.FuncDecl]*callArgs{}, fields: map[fieldKey][]given{}, changes: map[fieldKey]int{}, decodedIn: map[*types.Package]map[*types.Var]bool{}, newCalls: map[*ast.FuncDecl]int{}, outside: map[fieldKey]bool{}}
	c.walker = &gosrc.Walker{Program: p, Call: c.call, Set: c.set, Chain: step, Spell: partly}
	return c
}

// collect walks every function of the packages; again with the arguments of its
// callers where its texts depend on them.
func collect(ctx context.Context, p *gosrc.Program, packages []*gosrc.Package, wrappers []Wrapper) *collector {
	all := newCollector(p, wrappers)
	all.tables, all.renamed, all.tags = registered(p), renaming(p), tagsOf(p)
	all.knows(boiledFiles(p))
	var mu sync.Mutex
	found := make([]*collector, len(packages))
	each(len(packages), func() struct{} { return struct{}{} }, func(_ struct{}, i int) {
		if ctx.Err() != nil {
			return
		}
		c := newCollector(p, wrappers)
		c.tables, c.renamed, c.tags = all.tables, all.renamed, all.tags
		c.knows(all.boiled)
		c.walk(packages[i])
		mu.Lock()
		defer mu.Unlock()
		found[i] = c
	})
	for _, c := range found {
		if c != nil {
			all.take(c)
		}
	}
	all.passOn()
	all.calledElsewhere()
	for range maxRounds {
		if ctx.Err() != nil || !all.again() {
			break
		}
	}
	all.modes = &modes{program: p, packages: packages, known: map[fieldKey]*mode{}}
	all.dropKept()
	all.dropUntaken(packages)
	all.entLeftOver(packages)
	all.leftOver(packages)
	return all
}

// passOn finds the functions whose callers give a string that another one makes a text of.
func (c *collector) passOn() {
	depends := map[*ast.FuncDecl]bool{}
	for more := true; more; {
		more = false
		for _, d := range c.order {
			if depends[d.decl] {
				continue
			}
			d.hands = d.hands || slices.ContainsFunc(d.passes, func(fn *ast.FuncDecl) bool { return depends[fn] })
			depends[d.decl] = d.needs || d.hands
			more = more || depends[d.decl]
		}
	}
}

// take adds what another collector found.
func (c *collector) take(o *collector) {
	for fn, calls := range o.calls {
		for _, call := range calls {
			for _, by := range call.by {
				c.addCall(fn, call.args, *by)
			}
		}
	}
	for fn, open := range o.open {
		for _, by := range open.by {
			c.addCall(fn, nil, *by)
		}
	}
	for field, values := range o.fields {
		for _, v := range values {
			c.give(field, v)
		}
	}
	c.order = append(c.order, o.order...)
	c.loose = append(c.loose, o.loose...)
}

// walk goes through the functions and initialisers of a package.
func (c *collector) walk(pkg *gosrc.Package) {
	for _, f := range pkg.Files {
		if f.GeneratedBy(sqlboilerName) {
			continue
		}
		for _, d := range f.Syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body == nil {
					continue
				}
				c.now = &declared{pkg: pkg, decl: d}
				c.order = append(c.order, c.now)
				c.walker.Func(pkg, d)
				c.now.cut = c.walker.Exhausted()
			case *ast.GenDecl:
				c.now = &declared{pkg: pkg}
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR {
						for _, e := range v.Values {
							c.walker.Expr(pkg, e)
						}
					}
				}
				c.loose = append(c.loose, c.now.found...)
			}
		}
	}
}

// again walks the functions whose texts depend on what callers or constructors
// give, for the calls that came up since; it reports whether there were any. Those
// that set fields come first.
func (c *collector) again() bool {
	more := false
	c.walker.Field = c.field
	for _, sets := range [...]bool{true, false} {
		for _, d := range c.order {
			if (d.needs || d.asks || d.hands && len(c.callsOf(d)) > 0) && d.sets == sets && c.walkAgain(d) {
				more = true
			}
		}
	}
	return more
}

func (c *collector) walkAgain(d *declared) bool {
	fn, ok := d.pkg.Info.Defs[d.decl.Name].(*types.Func)
	if !ok {
		return false
	}
	calls := c.callsOf(d)
	if d.again && !c.changed(d) {
		return false
	}
	had := map[fieldKey]past{}
	if d.sets {
		had = c.takeBack(d)
	}
	if !d.again {
		d.plain = d.found
	}
	c.now = &declared{pkg: d.pkg, decl: d.decl, plain: d.plain, asked: map[fieldKey]int{}}
	c.walks++
	d.again, d.tried = true, c.newCalls[d.decl]
	for _, call := range calls[:min(len(calls), maxCalls)] {
		c.walker.Param, c.now.from = argument(fn, call.args), call
		c.walker.Func(d.pkg, d.decl)
	}
	c.walker.Param, c.now.from = nil, nil
	if len(calls) == 0 || len(calls) > maxCalls {
		c.walker.Func(d.pkg, d.decl)
	}
	c.takeBackCalls(d)
	d.asked = c.now.asked
	c.restore(d, had)
	if d.needs { // else its texts are its callers'
		d.found = c.now.found
	}
	d.gave, d.called = c.now.gave, append(d.called, c.now.called...)
	return true
}

// changed says whether something is known now that a function was not walked with.
func (c *collector) changed(d *declared) bool {
	if d.tried != c.newCalls[d.decl] {
		return true
	}
	for field, n := range d.asked {
		if c.changes[field] != n {
			return true
		}
	}
	return false
}

// past is what a field was given, and how often that had changed.
type past struct {
	values  []given
	changes int
}

// takeBack forgets what a function gave to fields: it is about to tell better.
func (c *collector) takeBack(d *declared) map[fieldKey]past {
	had := map[fieldKey]past{}
	for _, field := range d.gave {
		if _, done := had[field]; !done {
			had[field] = past{c.fields[field], c.changes[field]}
			c.fields[field] = slices.DeleteFunc(slices.Clone(c.fields[field]), func(g given) bool { return g.by == d.decl })
		}
	}
	return had
}

// restore takes for unchanged what a function gave again as it had done, and counts as
// a change what it did not.
func (c *collector) restore(d *declared, had map[fieldKey]past) {
	for field, before := range had {
		now := c.fields[field]
		in := func(list []given) func(given) bool {
			return func(g given) bool {
				return !slices.ContainsFunc(list, func(h given) bool { return h.by == g.by && sameGiven(h.value, g.value) })
			}
		}
		if slices.ContainsFunc(now, in(before.values)) || slices.ContainsFunc(before.values, in(now)) {
			c.changes[field]++
			continue
		}
		if n, asked := d.asked[field]; asked {
			if d.asked[field] = before.changes; n != c.changes[field] {
				d.asked[field] = -1 // it was walked with less
			}
		}
		c.changes[field] = before.changes
	}
}

// argument gives the parameters of a function the arguments of one call.
func argument(fn *types.Func, args []gosrc.Value) func(*types.Var) gosrc.Value {
	sig, ok := fn.Type().(*types.Signature)
	if !ok {
		return nil
	}
	return func(p *types.Var) gosrc.Value {
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

// field is what a struct field is given; what is not known of that is a value too, if
// anybody calls what would give it.
func (c *collector) field(f *types.Var) gosrc.Value {
	if c.now.asked != nil {
		c.now.asked[keyOf(f)] = c.changes[keyOf(f)]
	}
	if c.decoded(f) {
		return nil // what the code gives it is a default, or for a test
	}
	var values []gosrc.Value
	var unknown []given
	for _, g := range c.fields[keyOf(f)] {
		if _, is := g.value.(gosrc.Unknown); is {
			unknown = append(unknown, g)
		} else {
			values = append(values, g.value)
		}
	}
	if len(values) == 0 {
		return nil
	}
	if slices.ContainsFunc(unknown, func(g given) bool { return g.by == nil || c.program.Names(g.by) }) || c.setElsewhere(f) {
		values = append(values, gosrc.Unknown{Why: "field " + f.Name()})
	}
	return gosrc.Either(values...)
}

// setElsewhere says whether code that is not walked may set a field.
func (c *collector) setElsewhere(f *types.Var) bool {
	is, known := c.outside[keyOf(f)]
	if !known {
		is = holdsText(f.Type()) && c.program.SetElsewhere(f)
		c.outside[keyOf(f)] = is
	}
	return is
}

// set keeps the value of a struct field, if it is one that a text could be made of.
func (c *collector) set(f *types.Var, v gosrc.Value) {
	if isBoiled(f.Pkg()) {
		return // of a row: the database gives it others
	}
	switch v := v.(type) {
	case gosrc.Unknown:
		if v.Why == "nil" || !holdsText(f.Type()) {
			return
		}
		if (v.Param != nil || v.Field != nil) && c.now.decl != nil {
			c.now.needs, c.now.sets = true, true
		}
	case gosrc.OneOf:
		for _, a := range v {
			c.set(f, a)
		}
		return
	case gosrc.Text, *gosrc.List, *gosrc.Record:
	case *gosrc.Func:
		if !givesChain(f.Type()) {
			return
		}
	case *gosrc.Chain:
		if c.now.decl != nil && v.Open() {
			c.now.needs, c.now.sets = true, true
		}
	default:
		return
	}
	c.give(keyOf(f), given{c.now.decl, v})
	c.now.gave = append(c.now.gave, keyOf(f))
}

func (c *collector) give(field fieldKey, g given) {
	have := c.fields[field]
	if len(have) == maxGiven {
		g = given{value: gosrc.Unknown{Why: "a field that is given many values"}}
	}
	if len(have) > maxGiven || slices.ContainsFunc(have, func(h given) bool { return h.by == g.by && sameGiven(h.value, g.value) }) {
		return
	}
	c.fields[field] = append(have, g)
	c.changes[field]++
}

// sameGiven: a function is the same as often as it is made.
func sameGiven(a, b gosrc.Value) bool {
	f, isFunc := a.(*gosrc.Func)
	g, too := b.(*gosrc.Func)
	if isFunc && too {
		return f.Lit == g.Lit && f.Obj == g.Obj
	}
	return gosrc.Same(a, b)
}

// givesChain says whether a type is that of functions that give the value of a library.
func givesChain(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Results().Len() == 0 {
		return false
	}
	pkg, _ := gosrc.Named(sig.Results().At(0).Type())
	return pkg != "" && libraryAt(pkg) != nil
}

// holdsText says whether a type is a string, or a list or map of them.
func holdsText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		return holdsText(u.Elem())
	case *types.Map:
		return holdsText(u.Elem())
	}
	return false
}

// call keeps the texts that a call is handed, and the arguments of functions of
// the program.
func (c *collector) call(call *gosrc.Call) {
	if fn := call.Callee.Func; fn != nil && mayBeTold(fn) {
		var args []gosrc.Value // nil where they tell nothing
		if slices.ContainsFunc(call.Args, tellsText) || handsNil(fn, call.Args) {
			args = call.Args
		}
		for _, target := range c.program.Declarations(fn) {
			c.addCall(target, args, caller{gosrc.Site{Package: call.Package, Decl: c.now.decl, Node: call.Expr}, c.now.from, c.walks})
			if !slices.Contains(c.now.called, target) {
				c.now.called = append(c.now.called, target)
			}
			c.now.asks = c.now.asks || c.now.decl != nil && slices.ContainsFunc(call.Args, func(v gosrc.Value) bool { return args != nil && ofTextField(v) || ofBuilderField(v) })
		}
	}
	if fn := call.Callee.Func; fn != nil && slices.ContainsFunc(call.Args, stringOn) {
		c.now.passes = append(c.now.passes, c.program.Declarations(fn)...)
	}
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

// ofBuilderField says whether a value is what a function gives that a field holds: one
// that hands builders on.
func ofBuilderField(v gosrc.Value) bool {
	u, ok := v.(gosrc.Unknown)
	return ok && u.Field != nil && givesChain(u.Field.Type())
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

// goesInto says whether a text is part of what an evaluated call gives back: what
// becomes of that shows more.
func goesInto(arg gosrc.Value, results []gosrc.Value) bool {
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

// mayBeTold says whether a function has a parameter that a text could come by.
func mayBeTold(fn *types.Func) bool {
	for p := range fn.Signature().Params().Variables() {
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

// text adds a text, with the arguments of its placeholders where they follow it.
func (c *collector) text(call *gosrc.Call, arg int, args []gosrc.Value, t gosrc.Text) {
	cand := candidate{
		given: call.Callee.Func != nil && len(c.program.Declarations(call.Callee.Func)) > 0,
		text:  whole(behindHoles(c.placed(t, call.Expr.Lparen))), call: call.Expr, arg: arg, args: args, guards: call.Guards,
		site: gosrc.Site{Package: call.Package, Decl: c.now.decl, Node: call.Expr},
	}
	if !mayBeSQL(cand.text) && !((maintains(t) || hidesHead(t)) && runs(cand)) {
		if len(t) > 0 && t[0].Param != nil && t[0].Hole == gosrc.WhyReplaced {
			c.now.needs = true // the callers give what does not read as SQL yet
		}
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
	cand.open = c.now.from != nil && c.now.from.args == nil && slices.ContainsFunc(cand.text, func(p gosrc.Part) bool { return p.Param != nil })
	c.now.found = append(c.now.found, cand)
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
