package uses

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
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
	crossed     map[schema.Position]bool // names that may not go with all others of the text
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
	begins []*ast.FuncDecl  // functions that it hands the end of a text to, which others begin
	runs   bool             // what it is handed, as it is
	blank  []*ast.CallExpr  // that run a text of which nothing is known
	asks   bool             // a function of the program, with what a field holds
	gave   []fieldKey       // fields that it sets
	called []*ast.FuncDecl  // with arguments that tell a text
	again  bool             // it was walked again
	tried  int              // changes of its calls when it was walked last
	asked  map[fieldKey]int // changes of the fields that it was walked with
}

// maxCalls bounds the calls that a function is walked for.
const maxCalls = 64

// maxRounds bounds how often what callers give is handed on.
const maxRounds = 6

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
	all.dropBegun()
	all.dropUntaken(packages)
	all.entLeftOver(packages)
	all.leftOver(packages)
	return all
}

// passOn finds the functions whose callers give a string that another one makes a text
// of, or runs.
func (c *collector) passOn() {
	runs := c.reaching(func(d *declared) bool { return d.runs })
	for _, d := range c.order {
		d.needs = d.needs || slices.ContainsFunc(d.begins, func(fn *ast.FuncDecl) bool { return runs[fn] })
	}
	depends := c.reaching(func(d *declared) bool { return d.needs || d.hands })
	for _, d := range c.order {
		d.hands = d.hands || slices.ContainsFunc(d.passes, func(fn *ast.FuncDecl) bool { return depends[fn] })
	}
}

// reaching are the functions of which something holds, and those that hand a string on
// to one of them.
func (c *collector) reaching(holds func(*declared) bool) map[*ast.FuncDecl]bool {
	out := map[*ast.FuncDecl]bool{}
	for more := true; more; {
		more = false
		for _, d := range c.order {
			if !out[d.decl] && (holds(d) || slices.ContainsFunc(d.passes, func(fn *ast.FuncDecl) bool { return out[fn] })) {
				out[d.decl], more = true, true
			}
		}
	}
	return out
}

// take adds what another collector found.
func (c *collector) take(o *collector) {
	for fn, calls := range o.calls {
		for _, call := range calls {
			for _, by := range call.by {
				c.addCall(fn, call.handed, *by)
			}
		}
	}
	for fn, open := range o.open {
		for _, by := range open.by {
			c.addCall(fn, handed{}, *by)
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
						c.initialise(pkg, v)
					}
				}
				c.loose = append(c.loose, c.now.found...)
			}
		}
	}
}

// initialise goes through what variables of package level begin with.
func (c *collector) initialise(pkg *gosrc.Package, spec *ast.ValueSpec) {
	for i, e := range spec.Values {
		value := c.walker.Expr(pkg, e)
		if len(spec.Values) != len(spec.Names) {
			continue
		}
		if v, ok := pkg.Info.Defs[spec.Names[i]].(*types.Var); ok && c.program.Assigned(v) {
			c.set(v, value)
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
		c.walker.Param, c.now.from = argument(fn, call.handed), call
		c.walker.Func(d.pkg, d.decl)
	}
	c.walker.Param, c.now.from = nil, nil
	if len(calls) > maxCalls {
		c.now.from = &callArgs{} // whoever calls besides
	}
	if len(calls) == 0 || len(calls) > maxCalls {
		c.walker.Func(d.pkg, d.decl)
	}
	c.now.from = nil
	c.takeBackCalls(d)
	d.asked = c.now.asked
	c.restore(d, had)
	if d.needs { // else its texts are its callers'
		d.found = c.now.found
	}
	d.blank = c.now.blank
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
