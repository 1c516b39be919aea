package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A Walker runs functions without running them: it goes through their
// statements in order, keeps what it knows of each variable, takes every branch
// that may be taken, and shows each call with what its arguments are then.
type Walker struct {
	Program *Program
	// Follow makes it go into the functions that are called, where they are
	// called. Otherwise they are only evaluated for what they return.
	Follow bool
	// Call is told of every call that is not the evaluator's own business.
	Call func(*Call)
	// Chain says what a call is to a library whose values are chains of calls.
	Chain func(Callee) Step
	// Spell gives the text of what a chain has built, where that is part of a string.
	Spell func(*Chain) Text
	// Param gives a parameter of Func its value, Field a field of a struct that is
	// not known, where somebody knows; nil values stay unknown.
	Param func(*types.Var) Value
	Field func(*types.Var) Value
	// Elsewhere says of a place that a text which is spelled there stands where it is
	// taken from a field: in code that a tool made.
	Elsewhere func(token.Pos) bool
	// Set is told of every value that a struct field is given.
	Set func(*types.Var, Value)

	active []*ast.BlockStmt // bodies being walked, outermost first
	quiet  int              // evaluating only: calls are not shown
	steps  int
	turns  int // of loops
	done   map[*ast.FuncLit]bool
	exprs  []ast.Expr             // initialisers being evaluated
	values map[types.Object]Value // of names of package level
}

// A Call is a call as the walker comes upon it.
type Call struct {
	Expr     *ast.CallExpr
	Package  *Package // that spells it
	Callee   Callee
	Receiver Value // of a method
	Called   Value // the function, where a variable or field holds it and it is not known
	Args     []Value
	// Guards are the conditions it stands under, outermost first. That of a range
	// loop is a unary expression with the operator RANGE.
	Guards []ast.Expr
	// Results are what a function gives that was evaluated for them.
	Results []Value
}

const (
	maxDepth    = 12     // calls within calls
	maxSteps    = 50_000 // statements for one function
	maxTurns    = 256    // of a loop that is unrolled
	maxUnrolled = 4096   // turns of all loops of one function
)

// Exhausted says that the last walk was cut short: the code loops or nests too much.
func (w *Walker) Exhausted() bool { return w.steps > maxSteps }

// Func walks a declared function whose parameters are unknown, and returns its results.
func (w *Walker) Func(pkg *Package, decl *ast.FuncDecl) []Value {
	w.begin()
	f := w.frame(pkg, &env{vars: map[types.Object]Value{}})
	f.unknownParams(decl.Recv)
	f.unknownParams(decl.Type.Params)
	return f.run(decl.Type, decl.Body)
}

// Value walks the function that v is, with unknown arguments.
func (w *Walker) Value(v *Func) []Value {
	w.begin()
	results, _ := w.apply(v, nil, nil)
	return results
}

// Expr evaluates an expression of package level.
func (w *Walker) Expr(pkg *Package, e ast.Expr) Value {
	w.begin()
	return w.frame(pkg, &env{vars: map[types.Object]Value{}}).eval(e)
}

func (w *Walker) begin() {
	w.steps, w.turns = 0, 0
	if w.done == nil {
		w.done = map[*ast.FuncLit]bool{}
	}
	clear(w.done) // what a literal does may depend on the arguments
}

// env is what is known of the variables of a function and its literals.
type env struct{ vars map[types.Object]Value }

func (e *env) get(obj types.Object) (Value, bool) {
	v, ok := e.vars[obj]
	return v, ok
}

// A frame is one function at work.
type frame struct {
	w       *Walker
	pkg     *Package
	env     *env
	named   []types.Object // named results
	returns [][]Value
	shown   []types.Object // variables that the caller sees the end of
	ends    [][]Value      // what each return leaves in them
	guards  []ast.Expr
	loops   []*loop
	defers  []deferred
}

// deferred is a call of a literal when the function ends, and the conditions that the
// statement stands under.
type deferred struct {
	call   *ast.CallExpr
	guards []ast.Expr
}

func (w *Walker) frame(pkg *Package, e *env) *frame {
	return &frame{w: w, pkg: pkg, env: e}
}

func (f *frame) unknownParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			if obj, ok := f.pkg.Info.Defs[name].(*types.Var); ok {
				f.env.vars[obj] = f.param(obj, name)
			}
		}
	}
}

// param is the value of a parameter that no call gives.
func (f *frame) param(obj *types.Var, name *ast.Ident) Value {
	if f.w.Param != nil && len(f.w.active) == 0 {
		if v := f.w.Param(obj); v != nil {
			return v
		}
	}
	return Unknown{Why: "parameter " + name.Name, Expr: name, Param: obj}
}

// run walks a body and returns what its results can be.
func (f *frame) run(t *ast.FuncType, body *ast.BlockStmt) []Value {
	if body == nil {
		return nil
	}
	f.w.active = append(f.w.active, body)
	defer func() { f.w.active = f.w.active[:len(f.w.active)-1] }()
	n := 0
	if t.Results != nil {
		n = t.Results.NumFields()
		for _, field := range t.Results.List {
			for _, name := range field.Names {
				if obj, ok := f.pkg.Info.Defs[name].(*types.Var); ok {
					f.named = append(f.named, obj)
					f.env.vars[obj] = zero(obj.Type())
				}
			}
		}
	}
	if f.block(body.List) == next || len(f.ends) == 0 {
		f.ends = append(f.ends, f.valuesOf(f.shown))
	}
	f.runDeferred()
	f.rest(body)
	return f.results(n)
}

// deferCall evaluates a deferred call now, as its arguments are; a literal without any
// sees the variables as they are in the end.
func (f *frame) deferCall(call *ast.CallExpr) {
	if _, is := ast.Unparen(call.Fun).(*ast.FuncLit); !is || len(call.Args) > 0 {
		f.eval(call)
		return
	}
	f.defers = append(f.defers, deferred{call, slices.Clone(f.guards)})
}

func (f *frame) runDeferred() {
	guards, before := f.guards, f.valuesOf(f.named)
	for _, d := range slices.Backward(f.defers) {
		f.guards = d.guards
		f.eval(d.call)
	}
	f.guards = guards
	if after := f.valuesOf(f.named); !slices.EqualFunc(before, after, same) {
		f.returns = append(f.returns, after)
	}
}

// valuesOf are what variables hold now.
func (f *frame) valuesOf(list []types.Object) []Value {
	out := make([]Value, len(list))
	for i, obj := range list {
		out[i] = f.env.vars[obj]
	}
	return out
}

// rest walks the function literals that nothing called: somebody will.
func (f *frame) rest(body *ast.BlockStmt) {
	if f.w.quiet > 0 {
		return
	}
	for _, lit := range f.w.Program.outermost(body) {
		if !f.w.done[lit] {
			f.literal(lit)
		}
	}
}

// outermost are the function literals of a body that are in no other.
func (p *Program) outermost(body *ast.BlockStmt) []*ast.FuncLit {
	if known, ok := p.funcLits.Load(body); ok {
		return known.([]*ast.FuncLit)
	}
	var out []*ast.FuncLit
	ast.Inspect(body, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if ok {
			out = append(out, lit)
		}
		return !ok
	})
	p.funcLits.Store(body, out)
	return out
}

// literal walks a function literal whose caller is not known.
func (f *frame) literal(lit *ast.FuncLit) {
	f.w.apply(&Func{Lit: lit, pkg: f.pkg, env: f.env}, nil, f.guards)
}

// results joins what each return gives; a return of an error gives nothing else,
// unless every return may be one: return x, err.
func (f *frame) results(n int) []Value {
	returns := slices.DeleteFunc(slices.Clone(f.returns), failed)
	if len(returns) == 0 {
		returns = f.returns
	}
	out := make([]Value, n)
	for i := range out {
		var all []Value
		for _, r := range returns {
			if i < len(r) {
				all = append(all, r[i])
			}
		}
		if len(all) == 0 {
			out[i] = Unknown{Why: "no result"}
			continue
		}
		out[i] = oneOf(withoutQuotes(all)...)
	}
	return out
}

// withoutQuotes are the results of a function; one where they are one text in the
// quotes of several dialects: that in backquotes, or the first.
func withoutQuotes(results []Value) []Value {
	if len(results) < 2 {
		return results
	}
	best := results[0]
	for _, v := range results {
		t, ok := v.(Text)
		first, too := best.(Text)
		if !ok || !too || !sameText(unquoted(t), unquoted(first)) {
			return results
		}
		if len(t) > 0 && t[0].Text == "`" {
			best = v
		}
	}
	if len(unquoted(best.(Text))) == 0 { //nolint:forcetypeassert // seen above
		return results
	}
	return []Value{best}
}

// unquoted is a text without the quotes around it, if they are pieces of it.
func unquoted(t Text) Text {
	n := len(t)
	if n < 3 || !isQuote(t[0].Text) || !isQuote(t[n-1].Text) {
		return t
	}
	return t[1 : n-1]
}

func isQuote(s string) bool { return s == "`" || s == `"` || s == "[" || s == "]" }

// failed says whether a return hands back an error beside its values.
func failed(r []Value) bool {
	if len(r) < 2 {
		return false
	}
	u, ok := r[len(r)-1].(Unknown)
	return ok && u.Why == whyError
}

const whyError = "error"

// flow says how a statement ends.
type flow uint8

const (
	next flow = iota // goes on behind it
	left             // leaves the function or the loop's turn
)

func (f *frame) block(list []ast.Stmt) flow {
	for _, s := range list {
		if f.stmt(s) == left {
			return left
		}
	}
	return next
}

func (f *frame) stmt(s ast.Stmt) flow {
	f.w.steps++
	if f.w.steps > maxSteps {
		return left
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.BlockStmt:
		return f.block(s.List)
	case *ast.BranchStmt:
		return f.branch(s)
	case *ast.DeclStmt:
		f.decl(s)
	case *ast.DeferStmt:
		f.deferCall(s.Call)
	case *ast.ExprStmt:
		f.eval(s.X)
		if f.endless(s.X) {
			return left
		}
	case *ast.ForStmt:
		f.forLoop(s)
	case *ast.GoStmt:
		f.eval(s.Call)
	case *ast.IfStmt:
		return f.ifElse(s)
	case *ast.IncDecStmt:
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		f.store(s.X, f.binary(s.X, op, f.eval(s.X), one))
	case *ast.LabeledStmt:
		return f.stmt(s.Stmt)
	case *ast.RangeStmt:
		f.rangeLoop(s)
	case *ast.ReturnStmt:
		f.ret(s)
		return left
	case *ast.SelectStmt:
		return f.clauses(s.Body, func(ast.Stmt) truth { return maybe }, true)
	case *ast.SendStmt:
		f.eval(s.Value)
	case *ast.SwitchStmt:
		return f.switches(s)
	case *ast.TypeSwitchStmt:
		if s.Init != nil {
			f.stmt(s.Init)
		}
		return f.clauses(s.Body, func(ast.Stmt) truth { return maybe }, hasDefault(s.Body))
	}
	return next
}

// endless says whether a call never returns.
func (f *frame) endless(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	return neverReturns(f.callee(call))
}

func (f *frame) ret(s *ast.ReturnStmt) {
	var values []Value
	switch {
	case len(s.Results) == 0:
		for _, v := range f.named {
			values = append(values, f.env.vars[v])
		}
	case len(s.Results) == 1:
		values = f.evalMany(s.Results[0])
	default:
		for _, e := range s.Results {
			values = append(values, f.eval(e))
		}
		if last := s.Results[len(s.Results)-1]; looksLikeError(f.pkg, last) && !isNil(last) && (!f.isCallResult(last) || givesNothing(s)) {
			values[len(values)-1] = Unknown{Why: whyError, Expr: last}
		}
	}
	f.returns = append(f.returns, values)
	if !f.fails(s) {
		f.ends = append(f.ends, f.valuesOf(f.shown))
	}
}

// fails says whether a return hands back an error that is made, or was found, here.
func (f *frame) fails(s *ast.ReturnStmt) bool {
	if len(s.Results) == 0 {
		return false
	}
	last := s.Results[len(s.Results)-1]
	return looksLikeError(f.pkg, last) && !isNil(last) && !f.isCallResult(last)
}

// givesNothing says whether a return gives nil or T{} but for its last value: then it
// is that which it is for.
func givesNothing(s *ast.ReturnStmt) bool {
	for _, e := range s.Results[:len(s.Results)-1] {
		if lit, ok := e.(*ast.CompositeLit); !isNil(e) && (!ok || len(lit.Elts) > 0) {
			return false
		}
	}
	return true
}

func isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "nil"
}

// isCallResult: `return x, tx.Commit()` is no failure.
func (f *frame) isCallResult(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f.callee(call).Pkg {
	case "errors", "fmt", "github.com/pkg/errors":
		return false
	}
	return true
}
