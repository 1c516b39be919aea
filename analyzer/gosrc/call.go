package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A Callee says what a call calls, as far as types and spelling tell.
type Callee struct {
	Pkg  string // import path; "" for a method of an unknown type
	Recv string // the name of the receiver's type; "" for functions
	Name string
	Func *types.Func // nil when it is not typed
}

func (c Callee) String() string {
	s := c.Name
	if c.Recv != "" {
		s = c.Recv + "." + s
	}
	if c.Pkg != "" {
		s = c.Pkg + "." + s
	}
	return s
}

// callee identifies what a call calls.
func (f *frame) callee(call *ast.CallExpr) Callee { return f.pkg.Callee(call) }

// Callee identifies what a call of the package calls.
func (pkg *Package) Callee(call *ast.CallExpr) Callee {
	fun := ast.Unparen(call.Fun)
	switch i := fun.(type) {
	case *ast.IndexExpr:
		fun = i.X
	case *ast.IndexListExpr:
		fun = i.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		if fn, ok := pkg.Info.Uses[fun].(*types.Func); ok {
			return calleeOf(fn)
		}
		return Callee{Name: fun.Name}
	case *ast.SelectorExpr:
		if fn, ok := pkg.Info.Uses[fun.Sel].(*types.Func); ok {
			return calleeOf(fn)
		}
		if id, ok := fun.X.(*ast.Ident); ok {
			if p, ok := pkg.Info.Uses[id].(*types.PkgName); ok {
				return Callee{Pkg: p.Imported().Path(), Name: fun.Sel.Name}
			}
		}
		return Callee{Name: fun.Sel.Name, Recv: "?"}
	}
	return Callee{}
}

func calleeOf(fn *types.Func) Callee {
	c := Callee{Name: fn.Name(), Func: fn}
	if fn.Pkg() != nil {
		c.Pkg = fn.Pkg().Path()
	}
	if sig, ok := fn.Type().(*types.Signature); ok && sig.Recv() != nil {
		t := sig.Recv().Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		c.Recv = "?"
		if n, ok := t.(*types.Named); ok {
			c.Recv = n.Obj().Name()
		}
	}
	return c
}

// call evaluates a call and returns its results.
func (f *frame) call(call *ast.CallExpr) []Value {
	if v, ok := f.conversion(call); ok {
		return []Value{v}
	}
	c := f.callee(call)
	if v, ok := f.builtin(call, c); ok {
		return []Value{v}
	}
	if v, ok := f.builder(call, c); ok {
		return []Value{v}
	}
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		results, _ := f.w.apply(&Func{Lit: lit, pkg: f.pkg, env: f.env}, f.arguments(call), f.guards)
		return results
	}
	var receiver Value
	var called Value
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		called, receiver = f.selected(fun)
	default:
		called = f.eval(call.Fun)
	}
	fn, _ := called.(*Func)
	if fn != nil && fn.Receiver != nil {
		receiver = fn.Receiver
	}
	args := f.arguments(call)
	if v, ok := f.known(call, c, receiver, args); ok {
		return []Value{v}
	}
	if v, ok := f.template(call, c, receiver, args); ok {
		return []Value{v}
	}
	if results, ok := f.several(call, c, args); ok {
		return results
	}
	if results, ok := f.chain(call, c, receiver, args); ok {
		return results
	}
	if fn != nil && f.w.follows(fn, f.givesAddress(call) || givesShared(args)) {
		results, params := f.w.apply(fn, args, f.guards)
		f.changedBy(call, fn, args)
		if !f.w.Follow { // else it shows itself by the calls in it
			f.show(Call{Expr: call, Callee: c, Receiver: receiver, Args: args, Results: results})
		}
		f.handBack(call, params)
		return results
	}
	results := f.resultsOfAny(call, called, receiver, args)
	f.show(Call{Expr: call, Callee: c, Receiver: receiver, Called: called, Args: args, Results: results})
	made := f.handedOver(args)
	f.handBack(call, nil)
	f.changedBy(call, fn, args)
	if made != nil && len(results) == 1 {
		results[0] = made
	}
	return results
}

// resultsOfAny are what one of several functions gives, as a field can hold them.
func (f *frame) resultsOfAny(call *ast.CallExpr, called, receiver Value, args []Value) []Value {
	out := f.unknownResults(call)
	if u, ok := called.(Unknown); ok && u.Field != nil {
		out[0] = Unknown{Why: "the result of " + u.Why, Expr: call, Field: u.Field}
	}
	if p := f.askedOf(call, receiver); p != nil {
		why := "the result of " + types.ExprString(call.Fun)
		if strings.EqualFold(f.callee(call).Name, "ToSql") {
			why = WhyBuilt
		}
		out[0] = Unknown{Why: why, Expr: call, Param: p}
	}
	if !isOneOf(called) || f.w.Follow {
		return out
	}
	var all []Value
	for _, v := range Alternatives(called) {
		fn, ok := v.(*Func)
		if !ok || !f.w.follows(fn, false) {
			return out
		}
		f.w.quiet++
		results, _ := f.w.apply(fn, args, f.guards)
		f.w.quiet--
		if len(results) != len(out) {
			return out
		}
		all = append(all, results[0])
	}
	out[0] = oneOf(all...)
	return out
}

// WhyBuilt is why the statement of a builder is not known that a caller hands over.
const WhyBuilt = "what a caller has built"

// askedOf is the parameter of which a call gives a text, by a method of an interface: only
// the caller knows which; nil for other calls.
func (f *frame) askedOf(call *ast.CallExpr, receiver Value) *types.Var {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	fn, ok := f.pkg.Info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Signature().Recv() == nil || !types.IsInterface(fn.Signature().Recv().Type()) || fn.Signature().Results().Len() == 0 {
		return nil
	}
	t := fn.Signature().Results().At(0).Type()
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	if !isString(t) {
		return nil
	}
	u, _ := receiver.(Unknown)
	return u.Param
}

// givesAddress says whether a call is handed the address of a variable.
func (f *frame) givesAddress(call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(a ast.Expr) bool { return f.addressOf(a) != nil })
}

// addressOf is the variable that an argument hands the address of.
func (f *frame) addressOf(e ast.Expr) ast.Expr {
	if at := f.pointsTo(e); at != nil {
		return at
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		if at, ok := variableNamed(e.X); ok && e.Op == token.AND {
			return at
		}
	case *ast.Ident, *ast.SelectorExpr:
		if isBuilderType(f.pkg.Info.TypeOf(e)) {
			return e
		}
	}
	return nil
}

// handBack gives the variables whose addresses a call was handed what it left in
// them: what is known of the parameters at the end of its body, or nothing.
func (f *frame) handBack(call *ast.CallExpr, params []Value) {
	for i, a := range call.Args {
		target := f.addressOf(a)
		if target == nil {
			f.handBackShared(a, params, i)
			continue
		}
		why := "set by " + types.ExprString(call.Fun)
		v := Value(Unknown{Why: why, Expr: target, Loaded: loads(f.callee(call).Name)})
		switch {
		case i < len(params) && params[i] != nil && !isWriter(params[i]):
			v = params[i]
		case f.pointsTo(a) != nil || isBuilderType(f.pkg.Info.TypeOf(target)):
			v = lift(func(v []Value) Value { return concat(f.text(v[0], target), hole(target, why)) }, f.eval(target))
		}
		f.store(target, v)
	}
}

// handBackShared gives a variable what a function added to the chain in it, or set in the
// struct that it points to.
func (f *frame) handBackShared(arg ast.Expr, params []Value, i int) {
	id, isVar := ast.Unparen(arg).(*ast.Ident)
	if i >= len(params) || !isVar {
		return
	}
	if isLeft(params[i], f.pkg.Info.TypeOf(id)) {
		f.store(id, params[i])
	}
}

// isLeft says whether a function that was handed a value of a type leaves it so to its
// caller: chains that are shared, and structs that a pointer points to.
func isLeft(v Value, t types.Type) bool {
	for _, a := range Alternatives(v) {
		switch a := a.(type) {
		case *Chain:
			if !a.Shared {
				return false
			}
		case *Record:
			if !isPointer(t) || a.Keys != nil || !isStruct(t) && TypeParam(t.Underlying().(*types.Pointer).Elem()) == nil { //nolint:forcetypeassert // seen by isPointer
				return false
			}
		default:
			return false
		}
	}
	return true
}

// show tells the owner of the walker of a call, here and under these conditions.
func (f *frame) show(call Call) {
	if f.w.Call == nil || f.w.quiet > 0 {
		return
	}
	call.Package, call.Guards = f.pkg, slices.Clone(f.guards)
	f.w.Call(&call)
}

// handedOver walks the function literals that are arguments of a call whose
// body is not known: it will call them, most likely once and at once. It returns the
// list of what they build, as lo.Map gives it; nil when they build no chain.
func (f *frame) handedOver(args []Value) Value {
	var made Value
	for _, a := range args {
		fn, ok := a.(*Func)
		if !ok || fn.Lit == nil || f.w.quiet > 0 {
			continue
		}
		results, _ := f.w.apply(fn, nil, f.guards)
		if len(results) == 1 && isLonger(results[0]) {
			made = &List{Elems: []Elem{{Value: results[0]}}, Open: true, Made: true}
		}
	}
	return made
}

func (f *frame) arguments(call *ast.CallExpr) []Value {
	if len(call.Args) == 1 && !call.Ellipsis.IsValid() {
		if inner, ok := call.Args[0].(*ast.CallExpr); ok {
			return f.call(inner)
		}
	}
	out := make([]Value, len(call.Args))
	for i, a := range call.Args {
		out[i] = f.eval(a)
	}
	if n := len(out); call.Ellipsis.IsValid() && n > 0 {
		if l, ok := out[n-1].(*List); ok && !l.Open && len(l.Elems) <= maxElems {
			out = out[:n-1]
			for _, e := range l.Elems {
				out = append(out, e.handed())
			}
		}
	}
	return out
}

// handed is the element as an argument of its own: what is appended under a condition is
// there under one.
func (e Elem) handed() Value {
	if !e.May {
		return e.Value
	}
	return lift(func(v []Value) Value {
		switch v := v[0].(type) {
		case Text:
			return v.may()
		case *Chain:
			return (&Chain{Base: v.Base, Shared: v.Shared}).may(v.Links)
		}
		return v[0]
	}, e.Value)
}

func (f *frame) unknownResults(call *ast.CallExpr) []Value {
	n := 1
	if t, ok := f.pkg.Info.TypeOf(call).(*types.Tuple); ok {
		n = max(t.Len(), 1)
	}
	out := make([]Value, n)
	loaded := gets(f.callee(call).Name)
	for i := range out {
		out[i] = Unknown{Why: "the result of " + types.ExprString(call.Fun), Expr: call, Loaded: loaded}
	}
	return out
}

// follows says whether the walker goes into a function: always where it follows
// calls, else only into one that can tell something of a string, or sets a variable.
func (w *Walker) follows(fn *Func, setsVariable bool) bool {
	if len(w.active) >= maxDepth {
		return false
	}
	body, t := w.body(fn)
	if body == nil || slices.Contains(w.active, body) {
		return false
	}
	if w.Follow || fn.Lit != nil {
		return true
	}
	return w.quiet < maxQuiet && (setsVariable || evaluable(t)) && small(body)
}

// maxQuiet is how deep calls are evaluated for their results alone.
const maxQuiet = 3

// small says whether a body is short enough to be a helper that tells something
// of a string.
func small(body *ast.BlockStmt) bool {
	n := 0
	ast.Inspect(body, func(at ast.Node) bool {
		if _, ok := at.(ast.Stmt); ok {
			n++
		}
		return n <= maxHelper
	})
	return n <= maxHelper
}

// maxHelper is the number of statements of a helper.
const maxHelper = 60

// body returns what a function value runs.
func (w *Walker) body(fn *Func) (*ast.BlockStmt, *ast.FuncType) {
	if fn.Lit != nil {
		return fn.Lit.Body, fn.Lit.Type
	}
	if d := w.Program.function(fn.Obj); d != nil {
		return d.decl.Body, d.decl.Type
	}
	return nil, nil
}

// evaluable says whether the results of a function are spelled as strings,
// lists of them, or something declared that could hold them.
func evaluable(t *ast.FuncType) bool {
	if t.Results == nil || len(t.Results.List) == 0 {
		return false
	}
	first := t.Results.List[0].Type
	if star, ok := first.(*ast.StarExpr); ok {
		first = star.X
	}
	if generic, ok := first.(*ast.IndexExpr); ok {
		first = generic.X
	}
	switch e := first.(type) {
	case *ast.Ident:
		return e.Name != "error" && e.Name != "bool"
	case *ast.ArrayType:
		switch elt := e.Elt.(type) {
		case *ast.Ident:
			return elt.Name == "string"
		case *ast.SelectorExpr:
			return ofBuilder(elt.Sel.Name) || isPredicate(elt)
		}
	case *ast.SelectorExpr:
		return ofBuilder(e.Sel.Name) || isPredicate(e) || e.Sel.Name == "Template"
	case *ast.FuncType: // that adds to a query
		return e.Results != nil && len(e.Results.List) == 1 && evaluable(e)
	}
	return false
}

// isPredicate says whether a type is a condition of ent: predicate.User.
func isPredicate(e *ast.SelectorExpr) bool {
	id, ok := e.X.(*ast.Ident)
	return ok && id.Name == "predicate"
}

// ofBuilder says whether the name of a type is one that query builders have.
func ofBuilder(name string) bool {
	switch name {
	case "DB", "Eq", "NotEq", "Lt", "LtOrEq", "Gt", "GtOrEq", "Like", "NotLike", "ILike", "NotILike", "And", "Or", "Ex", "Record", "Sqlizer", "Cond", "ScopeFunc", "Session", "QueryMod", "OrderOption", "OrderFunc":
		return true
	}
	for _, suffix := range [...]string{"Builder", "BuilderType", "Dataset", "Query", "Expression", "ExpressionList", "Create", "Update", "UpdateOne", "Delete"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
