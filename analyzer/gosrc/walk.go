package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
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
	// Chain says what a call is to a library whose values are chains of calls; on
	// tells that its receiver is one.
	Chain func(c Callee, on bool) Step
	// Param gives a parameter of Func its value, Field a field of a struct that is
	// not known, where somebody knows; nil values stay unknown.
	Param func(*types.Var) Value
	Field func(*types.Var) Value
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
	named   []*types.Var // named results
	returns [][]Value
	guards  []ast.Expr
	loops   []*loop
}

// A loop, or switch, collects what the variables are where it is left early.
type loop struct {
	exits    []map[types.Object]Value
	isSwitch bool
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
	f.block(body.List)
	f.rest(body)
	return f.results(n)
}

// rest walks the function literals that nothing called: somebody will.
func (f *frame) rest(body *ast.BlockStmt) {
	if f.w.quiet > 0 {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			return true
		}
		if !f.w.done[lit] {
			f.literal(lit)
		}
		return false
	})
}

// literal walks a function literal whose caller is not known.
func (f *frame) literal(lit *ast.FuncLit) {
	f.w.apply(&Func{Lit: lit, pkg: f.pkg, env: f.env}, nil, f.guards)
}

// results joins what each return gives; a return of an error gives nothing else.
func (f *frame) results(n int) []Value {
	out := make([]Value, n)
	for i := range out {
		var all []Value
		for _, r := range f.returns {
			if i < len(r) && !failed(r) {
				all = append(all, r[i])
			}
		}
		if len(all) == 0 {
			out[i] = Unknown{Why: "no result"}
			continue
		}
		out[i] = oneOf(all...)
	}
	return out
}

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
		f.eval(s.Call)
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
	switch c := f.callee(call); c.String() {
	case "panic", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit":
		return true
	}
	return false
}

func (f *frame) branch(s *ast.BranchStmt) flow {
	if s.Tok == token.FALLTHROUGH {
		return next
	}
	for i := len(f.loops) - 1; i >= 0; i-- {
		l := f.loops[i]
		if s.Tok == token.BREAK || s.Tok == token.CONTINUE && !l.isSwitch {
			l.exits = append(l.exits, maps.Clone(f.env.vars))
			break
		}
	}
	return left
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
		if last := s.Results[len(s.Results)-1]; f.isError(last) && !isNil(last) && !f.isCallResult(last) {
			values[len(values)-1] = Unknown{Why: whyError, Expr: last}
		}
	}
	f.returns = append(f.returns, values)
}

func isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "nil"
}

// isError says whether an expression is an error, also where its type is unknown.
func (f *frame) isError(e ast.Expr) bool {
	if t := f.pkg.Info.TypeOf(e); t != nil && t.String() == "error" {
		return true
	}
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "err"
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

// truth is what is known of a condition.
type truth uint8

const (
	maybe truth = iota
	yes
	no
)

func (f *frame) ifElse(s *ast.IfStmt) flow {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	switch truthOf(f.eval(s.Cond)) {
	case yes:
		return f.block(s.Body.List)
	case no:
		if s.Else == nil {
			return next
		}
		return f.stmt(s.Else)
	}
	var other func() flow
	if s.Else != nil {
		other = func() flow { return f.stmt(s.Else) }
	}
	return f.either(s.Cond, func() flow { return f.block(s.Body.List) }, other)
}

// either takes both ways of a condition, and joins what they leave.
func (f *frame) either(cond ast.Expr, then, other func() flow) flow {
	before := f.env.vars
	f.guards = append(f.guards, cond)
	defer func() { f.guards = f.guards[:len(f.guards)-1] }()

	f.env.vars = maps.Clone(before)
	undo := f.narrow(cond, true)
	a := then()
	undo()
	afterA := f.env.vars

	f.env.vars = maps.Clone(before)
	undo = f.narrow(cond, false)
	b := next
	if other != nil {
		f.guards[len(f.guards)-1] = &ast.UnaryExpr{Op: token.NOT, X: cond, OpPos: cond.Pos()}
		b = other()
	}
	if a != left {
		undo()
	}
	afterB := f.env.vars
	switch {
	case a == left && b == left:
		f.env.vars = before
		return left
	case a == left:
		f.env.vars = afterB
	case b == left:
		f.env.vars = afterA
	default:
		f.env.vars = join(before, afterA, afterB)
	}
	return next
}

// join merges the variables that two ways leave.
func join(before, a, b map[types.Object]Value) map[types.Object]Value {
	for obj, vb := range b {
		va, ok := a[obj]
		if !ok {
			a[obj] = vb
			continue
		}
		a[obj] = merge(before[obj], va, vb)
	}
	return a
}

func (f *frame) switches(s *ast.SwitchStmt) flow {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	var tag Value
	if s.Tag != nil {
		tag = f.eval(s.Tag)
	}
	return f.clauses(s.Body, func(c ast.Stmt) truth {
		clause, ok := c.(*ast.CaseClause)
		if !ok || clause.List == nil {
			return maybe
		}
		out := no
		for _, e := range clause.List {
			v := f.eval(e)
			if tag != nil {
				v = f.binary(e, token.EQL, tag, v)
			}
			switch truthOf(v) {
			case yes:
				return yes
			case maybe:
				out = maybe
			case no:
			}
		}
		return out
	}, hasDefault(s.Body))
}

func hasDefault(body *ast.BlockStmt) bool {
	for _, c := range body.List {
		if clause, ok := c.(*ast.CaseClause); ok && clause.List == nil {
			return true
		}
	}
	return false
}

// clauses takes every clause that may be chosen; one surely is when exhaustive.
func (f *frame) clauses(body *ast.BlockStmt, chosen func(ast.Stmt) truth, exhaustive bool) flow {
	before := f.env.vars
	var ends []map[types.Object]Value
	take := func(c ast.Stmt) {
		f.env.vars = maps.Clone(before)
		l := &loop{isSwitch: true}
		f.loops = append(f.loops, l)
		f.guards = append(f.guards, clauseGuard(c))
		end := f.clause(c)
		f.guards = f.guards[:len(f.guards)-1]
		f.loops = f.loops[:len(f.loops)-1]
		ends = append(ends, l.exits...)
		if end == next {
			ends = append(ends, f.env.vars)
		}
	}
	sure := exhaustive
	var otherwise ast.Stmt
	for _, c := range body.List {
		if clause, ok := c.(*ast.CaseClause); ok && clause.List == nil {
			otherwise = c
			continue
		}
		t := chosen(c)
		if t == no {
			continue
		}
		take(c)
		if t == yes {
			sure, otherwise = true, nil
			break
		}
	}
	if otherwise != nil {
		take(otherwise)
	}
	if !sure {
		ends = append(ends, before)
	}
	if len(ends) == 0 {
		f.env.vars = before
		return left
	}
	out := ends[0]
	for _, e := range ends[1:] {
		out = join(before, out, e)
	}
	f.env.vars = out
	return next
}

func (f *frame) clause(c ast.Stmt) flow {
	switch c := c.(type) {
	case *ast.CaseClause:
		return f.block(c.Body)
	case *ast.CommClause:
		if c.Comm != nil {
			f.stmt(c.Comm)
		}
		return f.block(c.Body)
	}
	return next
}

// clauseGuard is what a clause stands under; nil for a default.
func clauseGuard(c ast.Stmt) ast.Expr {
	if clause, ok := c.(*ast.CaseClause); ok && len(clause.List) > 0 {
		return clause.List[0]
	}
	return nil
}

func (f *frame) forLoop(s *ast.ForStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	for range maxTurns {
		if f.w.turns > maxUnrolled {
			break
		}
		if s.Cond == nil || truthOf(f.eval(s.Cond)) != yes {
			break
		}
		if !f.turn(s.Body, false) {
			return
		}
		if s.Post != nil {
			f.stmt(s.Post)
		}
	}
	if s.Cond != nil && truthOf(f.eval(s.Cond)) == no {
		return
	}
	f.someTurns(s.Cond, s.Body, s.Post)
}

// turn takes one turn of a loop, and says whether another can follow.
func (f *frame) turn(body *ast.BlockStmt, may bool) bool {
	f.w.turns++
	before := f.env.vars
	if may {
		f.env.vars = maps.Clone(before)
	}
	l := &loop{}
	f.loops = append(f.loops, l)
	end := f.block(body.List)
	f.loops = f.loops[:len(f.loops)-1]
	ends := l.exits
	if end == next {
		ends = append(ends, f.env.vars)
	}
	if may {
		ends = append(ends, before)
	}
	if len(ends) == 0 {
		f.env.vars = before
		return false
	}
	out := ends[0]
	for _, e := range ends[1:] {
		out = join(before, out, e)
	}
	f.env.vars = out
	return true
}

// someTurns takes a loop of which nobody knows how often it turns: one turn shows what it does.
func (f *frame) someTurns(cond ast.Expr, body *ast.BlockStmt, post ast.Stmt) {
	if cond != nil {
		f.guards = append(f.guards, cond)
		defer func() { f.guards = f.guards[:len(f.guards)-1] }()
	}
	f.turn(body, true)
	if post != nil {
		f.stmt(post)
	}
}

func (f *frame) rangeLoop(s *ast.RangeStmt) {
	turns, open := elements(f.eval(s.X))
	if f.w.turns > maxUnrolled {
		turns, open = nil, true
	}
	for i, t := range turns {
		f.set(s.Key, number(i))
		if t.key != nil {
			f.set(s.Key, t.key)
		}
		f.set(s.Value, t.elem.Value)
		if !f.turn(s.Body, t.elem.May) {
			return
		}
	}
	if open {
		f.set(s.Key, Unknown{Why: "range", Expr: s.Key})
		f.set(s.Value, Unknown{Why: "an element of " + types.ExprString(s.X), Expr: s.Value})
		f.someTurns(&ast.UnaryExpr{Op: token.RANGE, X: s.X, OpPos: s.Range}, s.Body, nil)
	}
}

// an element is one turn of a range loop.
type element struct {
	key  Value // nil for a number
	elem Elem
}

// elements are what a range loop goes through, and whether there may be more.
func elements(v Value) (out []element, open bool) {
	switch v := v.(type) {
	case *List:
		open = v.Open
		for _, e := range v.Elems {
			out = append(out, element{elem: e})
		}
	case *Record:
		if _, isMap := underlying(v.Type).(*types.Map); !isMap || len(v.Fields) == 0 {
			return nil, true
		}
		for _, key := range v.Names() {
			out = append(out, element{key: v.key(key), elem: Elem{Value: v.Fields[key]}})
		}
	default:
		open = true
	}
	if len(out) > maxTurns {
		return nil, true
	}
	return out, open
}

func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

func (f *frame) set(target ast.Expr, v Value) {
	if target != nil {
		f.store(target, v)
	}
}

func (f *frame) decl(s *ast.DeclStmt) {
	gen, ok := s.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return
	}
	for _, spec := range gen.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		values := f.evalAll(spec.Values, len(spec.Names))
		for i, name := range spec.Names {
			obj := f.pkg.Info.Defs[name]
			if obj == nil {
				continue
			}
			if i < len(values) {
				f.env.vars[obj] = values[i]
				continue
			}
			f.env.vars[obj] = f.zeroOf(obj, spec.Type)
		}
	}
}

func (f *frame) assign(s *ast.AssignStmt) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 {
			op := assignOps[s.Tok]
			f.store(s.Lhs[0], f.binary(s.Lhs[0], op, f.eval(s.Lhs[0]), f.eval(s.Rhs[0])))
		}
		return
	}
	values := f.evalAll(s.Rhs, len(s.Lhs))
	for i, target := range s.Lhs {
		if i < len(values) {
			f.store(target, values[i])
		}
	}
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
	token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

// evalAll evaluates the right side of an assignment to n targets.
func (f *frame) evalAll(list []ast.Expr, n int) []Value {
	if len(list) == 1 && n > 1 {
		return f.evalMany(list[0])
	}
	out := make([]Value, len(list))
	for i, e := range list {
		out[i] = f.eval(e)
	}
	return out
}

// store gives a variable, field, or element its value.
func (f *frame) store(target ast.Expr, v Value) {
	switch t := ast.Unparen(target).(type) {
	case *ast.Ident:
		if obj := f.pkg.Info.ObjectOf(t); obj != nil {
			f.env.vars[obj] = v
		}
	case *ast.SelectorExpr:
		f.storeField(t.X, t.Sel.Name, v)
	case *ast.IndexExpr:
		f.storeElem(t, v)
	case *ast.StarExpr:
		f.store(t.X, v)
	}
}

// storeField sets a field of a record: a new record, since others may hold the old one.
func (f *frame) storeField(owner ast.Expr, name string, v Value) {
	r, ok := f.eval(owner).(*Record)
	if !ok {
		if _, unknown := f.eval(owner).(Unknown); !unknown {
			return
		}
		r = &Record{Type: f.pkg.Info.TypeOf(owner), Open: true}
	}
	out := &Record{Fields: maps.Clone(r.Fields), Keys: r.Keys, Type: r.Type, Open: r.Open}
	if out.Fields == nil {
		out.Fields = map[string]Value{}
	}
	out.Fields[name] = v
	f.told(r.Type, name, v)
	f.store(owner, out)
}

// told tells the owner of the walker of the value of a field.
func (f *frame) told(t types.Type, name string, v Value) {
	if f.w.Set == nil || f.w.quiet > 0 || t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for field := range s.Fields() {
		if field.Name() == name {
			f.w.Set(field, v)
		}
	}
}

// storeKey sets an element of a map.
func (f *frame) storeKey(t *ast.IndexExpr, r *Record, key Text, v Value) {
	if len(r.Fields) >= maxElems {
		return
	}
	out := &Record{Fields: maps.Clone(r.Fields), Keys: maps.Clone(r.Keys), Type: r.Type, Open: r.Open}
	if out.Fields == nil {
		out.Fields = map[string]Value{}
	}
	if out.Keys == nil {
		out.Keys = map[string]Text{}
	}
	out.Fields[key.String()], out.Keys[key.String()] = v, key
	f.store(t.X, out)
}

func (f *frame) storeElem(t *ast.IndexExpr, v Value) {
	index := f.eval(t.Index)
	switch owner := f.eval(t.X).(type) {
	case *Record:
		f.storeKey(t, owner, f.text(index, t.Index), v)
	case *List:
		i, ok := integer(index)
		out := &List{Elems: append([]Elem(nil), owner.Elems...), Type: owner.Type, Open: owner.Open}
		if ok && i >= 0 && i < len(out.Elems) {
			out.Elems[i].Value = v
		} else {
			if out.Open && len(out.Elems) < maxAlternatives { // as in x := make([]string, n)
				out.Elems = append(out.Elems, Elem{Value: v, May: len(out.Elems) > 0})
			}
			out.Open = true
		}
		f.store(t.X, out)
	}
}
