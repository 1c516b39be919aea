package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/cfg"
)

// A Site is a place in a declared function: a call that runs a statement.
type Site struct {
	Package *Package
	Decl    *ast.FuncDecl // the function that it stands in, also by way of literals
	Node    ast.Node
	// From are the calls of the function that make it happen at the node; every call
	// does when there are none.
	From []Site
}

// A Flow answers what must happen when something else does, within functions and
// along calls. It is not safe for concurrent use.
type Flow struct {
	program *Program
	// flags are conditions whose value is known, as the code spells them.
	flags   map[string]bool
	graphs  map[*ast.BlockStmt]*graph
	covered map[*ast.FuncDecl]bool // of the question at hand
	asked   []*ast.FuncDecl        // in the order in which that came up
	leading nodeSet                // calls that were found to lead to what is asked for
}

// NewFlow returns the flow of a program under conditions that are known.
func NewFlow(p *Program, flags map[string]bool) *Flow {
	return &Flow{program: p, flags: flags, graphs: map[*ast.BlockStmt]*graph{}}
}

// Must says whether one of the sites b happens whenever a does: before or after
// it, on every path to a return without an error; in the same function, in one
// that it calls, or in every known caller.
func (f *Flow) Must(a Site, b []Site) bool {
	g := f.goal(b)
	f.covered, f.asked, f.leading = map[*ast.FuncDecl]bool{}, nil, nodeSet{}
	return f.must(a, g, nil)
}

// nodeSet are the nodes of which one must be reached.
type nodeSet map[ast.Node]bool

func (f *Flow) must(a Site, b *goal, seen []*ast.FuncDecl) bool {
	if len(seen) > maxDepth {
		return false
	}
	if f.within(a, b) {
		return true
	}
	callers := a.From
	if len(callers) == 0 {
		callers = f.program.Callers(a.Decl)
	}
	seen = append(seen, a.Decl)
	outside := false // calls in a circle begin with one that is not
	for _, c := range callers {
		if slices.Contains(seen, c.Decl) {
			continue
		}
		if !f.leading[c.Node] && !f.must(c, b, seen) {
			return false
		}
		f.leading[c.Node] = f.leading[c.Node] || len(c.From) == 0
		outside = true
	}
	return outside
}

// within says whether b happens in the function of a, itself or in what is called.
func (f *Flow) within(a Site, g *goal) bool {
	if len(g.some) > 0 {
		f.covered = map[*ast.FuncDecl]bool{}
	}
	bodies, b := enclosing(a.Decl, a.Node), g.in(a)
	for i := len(bodies) - 1; i >= 0; i-- {
		at := a.Node
		if i+1 < len(bodies) {
			at = bodies[i+1].lit
		}
		if f.graph(a.Package, bodies[i].block).through(at, f.assume(a), f.leadsTo(a.Package, a.Decl, b)) {
			return true
		}
		if bodies[i].lit != nil && !runsInPlace(a.Decl, bodies[i].lit) {
			return false // nobody knows when it runs
		}
	}
	return false
}

// assume are the conditions that hold where a site is reached.
func (f *Flow) assume(a Site) map[string]bool {
	out := map[string]bool{}
	maps.Copy(out, f.flags)
	for _, c := range conditions(a.Decl, a.Node) {
		out[c.text] = c.holds
	}
	return out
}

// leadsTo returns what says whether b surely happens in a node of a body.
func (f *Flow) leadsTo(pkg *Package, decl *ast.FuncDecl, b nodeSet) func(ast.Node) bool {
	return func(n ast.Node) bool { return f.happensIn(pkg, decl, n, b) }
}

// happensIn says whether b surely happens when a node of a body does.
func (f *Flow) happensIn(pkg *Package, decl *ast.FuncDecl, n ast.Node, b nodeSet) bool {
	found := false
	ast.Inspect(n, func(at ast.Node) bool {
		if found || at == nil {
			return false
		}
		switch at := at.(type) {
		case *ast.GoStmt:
			return false
		case *ast.FuncLit:
			if runsInPlace(decl, at) && f.graph(pkg, at.Body).everyPath(f.flags, f.leadsTo(pkg, decl, b)) {
				found = true
			}
			return false
		case *ast.CallExpr:
			if b[at] || f.callCovers(pkg, at, b) {
				found = true
				return false
			}
		}
		return true
	})
	return found
}

// callCovers says whether a call runs a function in which b surely happens.
func (f *Flow) callCovers(pkg *Package, call *ast.CallExpr, b nodeSet) bool {
	callee := pkg.Callee(call).Func
	if callee == nil {
		return false
	}
	targets := f.program.targets(callee)
	if len(targets) == 0 {
		return false
	}
	for _, t := range targets {
		if !f.covers(t, b) {
			return false
		}
	}
	return true
}

// covers says whether b happens on every path through a function.
func (f *Flow) covers(fn *function, b nodeSet) bool {
	if known, ok := f.covered[fn.decl]; ok {
		return known
	}
	f.covered[fn.decl] = true // a call of itself ends, if at all, on a path without one
	from := len(f.asked)
	f.asked = append(f.asked, fn.decl)
	out := f.graph(fn.pkg, fn.decl.Body).everyPath(f.flags, f.leadsTo(fn.pkg, fn.decl, b))
	if !out {
		f.forget(f.asked[from:])
		f.covered[fn.decl] = false
	}
	return out
}

// forget drops what was found to be covered while that was taken for granted of another.
func (f *Flow) forget(asked []*ast.FuncDecl) {
	for _, decl := range asked {
		if f.covered[decl] {
			delete(f.covered, decl)
		}
	}
}

// function is the declaration of a function or method; of a generic one also
// where it is instantiated.
func (p *Program) function(fn *types.Func) *function { return p.funcs[fn.Origin()] }

// targets are the declared functions that a call of fn may run: itself, or for
// a method of an interface those of the types that have it.
func (p *Program) targets(fn *types.Func) []*function {
	p.targetsMu.Lock()
	defer p.targetsMu.Unlock()
	if known, ok := p.targetsOf[fn]; ok {
		return known
	}
	out := p.findTargets(fn)
	p.targetsOf[fn] = out
	return out
}

func (p *Program) findTargets(fn *types.Func) []*function {
	if d := p.function(fn); d != nil {
		return []*function{d}
	}
	sig, ok := fn.Type().(*types.Signature)
	if !ok || sig.Recv() == nil || !types.IsInterface(sig.Recv().Type()) {
		return nil
	}
	iface, ok := sig.Recv().Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*function
	for _, d := range p.methods()[fn.Name()] {
		m, ok := d.pkg.Info.Defs[d.decl.Name].(*types.Func)
		if !ok {
			continue
		}
		recv := m.Type().(*types.Signature).Recv().Type()
		if types.Implements(recv, iface) || types.Implements(types.NewPointer(recv), iface) {
			out = append(out, d)
		}
	}
	return out
}

// Declarations are those of the functions that a call of fn may run.
func (p *Program) Declarations(fn *types.Func) []*ast.FuncDecl {
	var out []*ast.FuncDecl
	for _, d := range p.targets(fn) {
		out = append(out, d.decl)
	}
	return out
}

// methods are the declared methods by name.
func (p *Program) methods() map[string][]*function {
	p.methodsOnce.Do(func() {
		p.methodsByName = map[string][]*function{}
		for _, d := range p.declared {
			if d.decl.Recv != nil {
				p.methodsByName[d.decl.Name.Name] = append(p.methodsByName[d.decl.Name.Name], d)
			}
		}
	})
	return p.methodsByName
}

// Callers are the known calls of a declared function.
func (p *Program) Callers(decl *ast.FuncDecl) []Site {
	p.callersOnce.Do(func() { p.callersOf = p.callers() })
	return p.callersOf[decl]
}

// callers finds every call of every declared function.
func (p *Program) callers() map[*ast.FuncDecl][]Site {
	out := map[*ast.FuncDecl][]Site{}
	for _, d := range p.declared {
		ast.Inspect(d.decl.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if fn := d.pkg.Callee(call).Func; fn != nil {
				for _, t := range p.targets(fn) {
					out[t.decl] = append(out[t.decl], Site{Package: d.pkg, Decl: d.decl, Node: call})
				}
			}
			return true
		})
	}
	return out
}

// body is one body around a node: of the declared function or of a literal.
type body struct {
	block *ast.BlockStmt
	lit   *ast.FuncLit // nil for the declared function
}

// enclosing returns the bodies around a node, outermost first.
func enclosing(decl *ast.FuncDecl, n ast.Node) []body {
	out := []body{{block: decl.Body}}
	ast.Inspect(decl.Body, func(at ast.Node) bool {
		if at == nil || n.Pos() < at.Pos() || n.End() > at.End() {
			return false
		}
		if lit, ok := at.(*ast.FuncLit); ok && at != n {
			out = append(out, body{lit.Body, lit})
		}
		return true
	})
	return out
}

// runsInPlace says whether a function literal runs where it stands: it is called
// there, deferred, or handed to a call, as transaction helpers want it. One that
// a go statement starts, or that is kept for later, does not.
func runsInPlace(decl *ast.FuncDecl, lit *ast.FuncLit) bool {
	in := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			return lit.Pos() < n.Pos() || lit.End() > n.End() || !directly(n.Call, lit)
		case *ast.CallExpr:
			if directly(n, lit) && !keeps(n) {
				in = true
			}
		}
		return !in
	})
	return in
}

// keeps says whether a call keeps what it is handed for later: a list, a timer, a server.
func keeps(call *ast.CallExpr) bool {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return fun.Name == "append"
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "AfterFunc", "HandleFunc", "HandlerFunc":
			return true
		}
	}
	return false
}

// directly says whether a literal is what a call calls, or one of its arguments.
func directly(call *ast.CallExpr, lit *ast.FuncLit) bool {
	return ast.Unparen(call.Fun) == lit || slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return ast.Unparen(a) == lit })
}

// A graph is the control flow of one body.
type graph struct {
	cfg    *cfg.CFG
	failed map[ast.Node]bool // returns that hand back an error, and ifs that leave a turn because of one
}

func (f *Flow) graph(pkg *Package, block *ast.BlockStmt) *graph {
	if g := f.graphs[block]; g != nil {
		return g
	}
	g := &graph{
		cfg:    cfg.New(block, func(call *ast.CallExpr) bool { return !neverReturns(pkg.Callee(call)) }),
		failed: map[ast.Node]bool{},
	}
	markFailed(pkg, block, false, g.failed)
	f.graphs[block] = g
	return g
}

func neverReturns(c Callee) bool {
	switch c.String() {
	case "panic", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit":
		return true
	}
	return false
}

// everyPath says whether every path through the body that ends well holds a node
// for which happens is true.
func (g *graph) everyPath(known map[string]bool, happens func(ast.Node) bool) bool {
	return !g.escapes(g.cfg.Blocks[0], 0, known, happens, nil)
}

// through says whether every path through a node at that ends well holds a node
// for which happens is true, before or behind it.
func (g *graph) through(at ast.Node, known map[string]bool, happens func(ast.Node) bool) bool {
	block, i := g.find(at)
	if block == nil {
		return false
	}
	if happensBeside(block.Nodes[i], at, happens) {
		return true
	}
	if !g.endsWell(block.Nodes[i]) && !g.escapes(block, i+1, known, happens, nil) {
		return true
	}
	return !g.escapes(g.cfg.Blocks[0], 0, known, happens, block.Nodes[i])
}

// happensBeside: one expression may hold both, as `return errors.Join(a(), b())`.
func happensBeside(n, at ast.Node, happens func(ast.Node) bool) bool {
	return n != at && happens(n)
}

// find returns the node of the graph that holds a node of the syntax: the smallest.
func (g *graph) find(at ast.Node) (*cfg.Block, int) {
	var block *cfg.Block
	index := 0
	for _, b := range g.cfg.Blocks {
		for i, n := range b.Nodes {
			if n.Pos() <= at.Pos() && at.End() <= n.End() && (block == nil || n.End()-n.Pos() < block.Nodes[index].End()-block.Nodes[index].Pos()) {
				block, index = b, i
			}
		}
	}
	return block, index
}

// escapes looks for a path from a place to a good end, or to the node until,
// on which nothing happens.
func (g *graph) escapes(from *cfg.Block, index int, known map[string]bool, happens func(ast.Node) bool, until ast.Node) bool {
	seen := make([]bool, len(g.cfg.Blocks))
	var walk func(b *cfg.Block, i int) bool
	walk = func(b *cfg.Block, i int) bool {
		for _, n := range b.Nodes[min(i, len(b.Nodes)):] {
			if until != nil && n == until {
				return true
			}
			if happens(n) || rollsBack(n) {
				return false
			}
			if ret, ok := n.(*ast.ReturnStmt); ok {
				return until == nil && g.endsWell(ret)
			}
		}
		for _, next := range feasible(b, known) {
			if !seen[next.Index] && !(next.Kind == cfg.KindIfThen && g.failed[next.Stmt]) {
				seen[next.Index] = true
				if walk(next, 0) {
					return true
				}
			}
		}
		return false
	}
	return walk(from, index)
}

// endsWell says whether a node is a return without an error.
func (g *graph) endsWell(n ast.Node) bool {
	ret, ok := n.(*ast.ReturnStmt)
	return ok && !g.failed[ret]
}

// feasible are the blocks that can follow, where a condition is known.
func feasible(b *cfg.Block, known map[string]bool) []*cfg.Block {
	if len(b.Succs) != 2 || len(b.Nodes) == 0 || len(known) == 0 {
		return b.Succs
	}
	cond, ok := b.Nodes[len(b.Nodes)-1].(ast.Expr)
	if !ok {
		return b.Succs
	}
	for {
		not, ok := ast.Unparen(cond).(*ast.UnaryExpr)
		if !ok || not.Op != token.NOT {
			break
		}
		if v, ok := known[types.ExprString(ast.Unparen(not.X))]; ok {
			return succ(b, !v)
		}
		cond = not.X
	}
	if v, ok := known[types.ExprString(ast.Unparen(cond))]; ok {
		return succ(b, v)
	}
	return b.Succs
}

func succ(b *cfg.Block, holds bool) []*cfg.Block {
	if holds {
		return b.Succs[:1]
	}
	return b.Succs[1:]
}

// rollsBack: what a path wrote before an explicit Rollback is gone. A deferred
// one runs behind a Commit too, and does nothing then.
func rollsBack(n ast.Node) bool {
	if _, deferred := n.(*ast.DeferStmt); deferred {
		return false
	}
	found := false
	ast.Inspect(n, func(at ast.Node) bool {
		if _, lit := at.(*ast.FuncLit); lit {
			return false
		}
		if call, ok := at.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Rollback" {
				found = true
			}
		}
		return !found
	})
	return found
}

// condition is a condition around a node, and what it is there.
type condition struct {
	text  string
	holds bool
}

// conditions are the if conditions around a node that do not change in between,
// as far as their spelling tells: names and fields, no calls.
func conditions(decl *ast.FuncDecl, n ast.Node) []condition {
	var out []condition
	ast.Inspect(decl.Body, func(at ast.Node) bool {
		if at == nil || n.Pos() < at.Pos() || n.End() > at.End() {
			return false
		}
		s, ok := at.(*ast.IfStmt)
		if !ok {
			return true
		}
		cond, holds := ast.Unparen(s.Cond), s.Body.Pos() <= n.Pos() && n.End() <= s.Body.End()
		if !holds && (s.Else == nil || n.Pos() < s.Else.Pos()) {
			return true
		}
		for {
			not, ok := cond.(*ast.UnaryExpr)
			if !ok || not.Op != token.NOT {
				break
			}
			cond, holds = ast.Unparen(not.X), !holds
		}
		if stable(cond) {
			out = append(out, condition{types.ExprString(cond), holds})
		}
		return true
	})
	return out
}

func stable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name != "ok"
	case *ast.SelectorExpr:
		return stable(e.X)
	}
	return false
}

// markFailed finds the returns of a body that hand back an error, and those that
// leave a function without an error result because of one.
func markFailed(pkg *Package, n ast.Node, onError bool, failed map[ast.Node]bool) {
	ast.Inspect(n, func(at ast.Node) bool {
		switch at := at.(type) {
		case *ast.FuncLit:
			return at == n
		case *ast.IfStmt:
			if at.Init != nil {
				markFailed(pkg, at.Init, onError, failed)
			}
			is, isNot := errorCheck(pkg, at.Cond)
			failed[at] = is && leavesTurn(at.Body)
			markFailed(pkg, at.Body, onError || is, failed)
			if at.Else != nil {
				markFailed(pkg, at.Else, onError || isNot, failed)
			}
			return false
		case *ast.ReturnStmt:
			failed[at] = fails(pkg, at, onError)
		}
		return true
	})
}

// leavesTurn says whether a block ends with continue or break.
func leavesTurn(block *ast.BlockStmt) bool {
	if len(block.List) == 0 {
		return false
	}
	b, ok := block.List[len(block.List)-1].(*ast.BranchStmt)
	return ok && (b.Tok == token.CONTINUE || b.Tok == token.BREAK)
}

// errorCheck says whether a condition is that there is an error, or that there is none.
func errorCheck(pkg *Package, cond ast.Expr) (is, isNot bool) {
	switch cond := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		switch cond.Op {
		case token.NEQ, token.EQL:
			if isNil(cond.Y) && looksLikeError(pkg, cond.X) {
				return cond.Op == token.NEQ, cond.Op == token.EQL
			}
		case token.LAND, token.LOR:
			a, notA := errorCheck(pkg, cond.X)
			b, notB := errorCheck(pkg, cond.Y)
			if cond.Op == token.LAND {
				return a || b, false
			}
			return a && b, notA || notB
		}
	case *ast.CallExpr:
		c := pkg.Callee(cond)
		return c.Pkg == "errors" && (c.Name == "Is" || c.Name == "As"), false
	}
	return false, false
}

func looksLikeError(pkg *Package, e ast.Expr) bool {
	if t := pkg.Info.TypeOf(e); t != nil && t.String() == "error" {
		return true
	}
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && strings.HasPrefix(strings.ToLower(id.Name), "err")
}

// fails says whether a return hands back an error.
func fails(pkg *Package, ret *ast.ReturnStmt, onError bool) bool {
	if len(ret.Results) == 0 {
		return onError
	}
	last := ast.Unparen(ret.Results[len(ret.Results)-1])
	if isNil(last) {
		return false
	}
	if call, ok := last.(*ast.CallExpr); ok {
		switch c := pkg.Callee(call); {
		case c.Pkg == "errors" && c.Name == "New", c.Pkg == "fmt" && c.Name == "Errorf":
			return true
		}
		return onError && pkg.givesError(call)
	}
	if !looksLikeError(pkg, last) {
		return onError
	}
	switch last := last.(type) {
	case *ast.Ident:
		_, packageLevel := pkg.Info.Uses[last].(*types.Var)
		return onError || packageLevel && pkg.prog.vars[pkg.Info.Uses[last]] != nil
	case *ast.SelectorExpr: // store.ErrNotFound, as opposed to db.Save(r).Error
		id, ok := ast.Unparen(last.X).(*ast.Ident)
		if ok {
			_, ok = pkg.Info.Uses[id].(*types.PkgName)
		}
		return ok || onError
	case *ast.UnaryExpr, *ast.CompositeLit:
		return true
	}
	return onError
}

// givesError says whether a call's last result is, or may be, an error.
func (pkg *Package) givesError(call *ast.CallExpr) bool {
	t := pkg.Info.TypeOf(call)
	if t == nil {
		return true
	}
	if tuple, ok := t.(*types.Tuple); ok {
		return tuple.Len() > 0 && tuple.At(tuple.Len()-1).Type().String() == "error"
	}
	return t.String() == "error" || t.String() == "invalid type"
}
