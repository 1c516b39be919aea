package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A Setting says how a method sets a field of what it is called on.
type Setting uint8

// The ways to set a field, each surer than the one before.
const (
	NotSet      Setting = iota
	SetPerhaps          // under a condition
	SetWhenZero         // where it has its zero value
	SetAlways
)

// maxHook bounds how far calls are followed from a method.
const maxHook = 3

// A Hook is a method that a library calls on a row before it stores it.
type Hook struct {
	Type types.Type // of the row
	Name string     // of the method
	Kind string     // Insert or Update: of a switch over types the cases named so are taken
	// Func is the function instead that the row is handed to, as its last parameter; In
	// is the package of that.
	Func *ast.FuncDecl
	In   *Package
}

// Sets says how a hook sets a field that is kept in a column; byName, that it is the
// statement that is told of it, and not the row alone.
func (pkg *Package) Sets(h Hook, field *types.Var, column string) (how Setting, byName bool) {
	s := &hookScan{prog: pkg.prog, kind: h.Kind, field: field, column: column, depth: maxHook}
	if h.Func != nil {
		if row := parameter(h.Func, h.Func.Type.Params.NumFields()-1); row != nil {
			how = s.body(&function{h.In, h.Func}, row)
		}
		return how, s.byName
	}
	t := h.Type
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, h.Name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return NotSet, false
	}
	how = s.method(fn)
	return how, s.byName
}

// A hookScan goes through the statements of a hook, and of what it hands the row to.
type hookScan struct {
	prog          *Program
	kind          string
	field         *types.Var
	column        string
	depth         int
	byName        bool
	pkg           *Package
	self          types.Object
	behind, ended bool // only some rows get here; none does
}

// method is how a method sets the field of its receiver.
func (s *hookScan) method(fn *types.Func) Setting {
	d := s.prog.function(fn)
	if d == nil || d.decl.Recv == nil || len(d.decl.Recv.List[0].Names) == 0 {
		return NotSet
	}
	if sig, ok := fn.Type().(*types.Signature); !ok || !isPointer(sig.Recv().Type()) {
		return NotSet
	}
	return s.body(d, d.decl.Recv.List[0].Names[0])
}

func (s *hookScan) body(d *function, self *ast.Ident) Setting {
	if s.depth == 0 || d.decl.Body == nil {
		return NotSet
	}
	in := *s
	in.depth, in.pkg, in.self = s.depth-1, d.pkg, d.pkg.Info.Defs[self]
	in.behind, in.ended = false, false
	how := in.list(d.decl.Body.List)
	s.byName = s.byName || in.byName
	return how
}

// list is the surest setting of several statements that follow each other.
func (s *hookScan) list(stmts []ast.Stmt) Setting {
	how, limit := NotSet, SetAlways
	for _, stmt := range stmts {
		if s.ended {
			break
		}
		how = max(how, min(limit, s.stmt(stmt)))
		if s.behind {
			limit = min(limit, s.limit(stmt))
			s.behind = false
		}
	}
	return how
}

// limit is how sure what follows an if can be of which one branch returns.
func (s *hookScan) limit(stmt ast.Stmt) Setting {
	if i, ok := stmt.(*ast.IfStmt); ok && s.comparesToZero(i.Cond, token.NEQ) {
		return SetWhenZero
	}
	return SetPerhaps
}

func (s *hookScan) stmt(stmt ast.Stmt) Setting {
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		return s.assign(stmt)
	case *ast.ExprStmt:
		return s.calls(stmt.X)
	case *ast.ReturnStmt:
		how := NotSet
		for _, e := range stmt.Results {
			how = max(how, s.calls(e))
		}
		s.ended = true
		return how
	case *ast.BlockStmt:
		return s.list(stmt.List)
	case *ast.IfStmt:
		return s.branch(stmt)
	case *ast.SwitchStmt:
		return s.cases(stmt.Body, false)
	case *ast.TypeSwitchStmt:
		return s.cases(stmt.Body, true)
	case *ast.ForStmt:
		return min(SetPerhaps, s.apart(stmt.Body.List))
	case *ast.RangeStmt:
		return min(SetPerhaps, s.apart(stmt.Body.List))
	}
	return NotSet
}

func (s *hookScan) assign(a *ast.AssignStmt) Setting {
	how := NotSet
	for i, l := range a.Lhs {
		if !s.names(l) {
			continue
		}
		if len(a.Lhs) == len(a.Rhs) && s.pkg.Info.Types[a.Rhs[i]].Value != nil {
			continue // a constant is not the value of another field
		}
		how = SetAlways
	}
	for _, r := range a.Rhs {
		how = max(how, s.calls(r))
	}
	return how
}

// names says whether an expression is the field of the row.
func (s *hookScan) names(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	v, ok := s.pkg.Info.Uses[sel.Sel].(*types.Var)
	return ok && v.Name() == s.field.Name() && v.Pos() == s.field.Pos() && s.isSelf(rootOfSelector(sel))
}

func rootOfSelector(e ast.Expr) ast.Expr {
	for {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return ast.Unparen(e)
		}
		e = sel.X
	}
}

func (s *hookScan) isSelf(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && s.self != nil && s.pkg.Info.ObjectOf(id) == s.self
}

// calls is how a call sets the field: by its name, or because it is handed the row.
func (s *hookScan) calls(e ast.Expr) Setting {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return NotSet
	}
	if field := FieldSetBy(call); field != nil && s.names(field) {
		return SetAlways
	}
	sel, isMethod := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if isMethod && sel.Sel.Name == "SetColumn" && len(call.Args) == 2 {
		if tv := s.pkg.Info.Types[call.Args[0]]; tv.Value != nil && tv.Value.Kind() == constant.String {
			if name := constant.StringVal(tv.Value); name == s.field.Name() || strings.EqualFold(name, s.column) {
				s.byName = true
				return SetAlways
			}
		}
		return NotSet
	}
	fn := s.pkg.Callee(call).Func
	if fn == nil {
		return NotSet
	}
	if isMethod && s.isSelf(rootOfSelector(sel.X)) {
		return s.method(fn)
	}
	d := s.prog.function(fn)
	if d == nil {
		return NotSet
	}
	if i := slices.IndexFunc(call.Args, s.isSelf); i >= 0 {
		if p := parameter(d.decl, i); p != nil {
			return s.body(d, p)
		}
	}
	return NotSet
}

// parameter is the name of a parameter of a function, counted from 0.
func parameter(decl *ast.FuncDecl, n int) *ast.Ident {
	for _, f := range decl.Type.Params.List {
		if n < len(f.Names) {
			return f.Names[n]
		}
		n -= max(len(f.Names), 1)
	}
	return nil
}

func (s *hookScan) branch(i *ast.IfStmt) Setting {
	how := NotSet
	if i.Init != nil {
		how = s.stmt(i.Init)
	}
	ended := false
	then := s.until(i.Body.List, &ended)
	if failed, _ := errorCheck(s.pkg, i.Cond); failed {
		return how // what is not stored counts for nothing
	}
	other := NotSet
	if i.Else != nil {
		other = s.until([]ast.Stmt{i.Else}, &ended)
	}
	s.behind = ended
	switch {
	case then == SetAlways && other == SetAlways:
		return SetAlways
	case then == SetAlways && s.comparesToZero(i.Cond, token.EQL):
		return max(how, SetWhenZero)
	}
	return max(how, min(SetPerhaps, max(then, other)))
}

// until is the setting of a branch; ended, that it returns.
func (s *hookScan) until(stmts []ast.Stmt, ended *bool) Setting {
	how := s.list(stmts)
	*ended = *ended || s.ended
	s.ended = false
	return how
}

// apart is the setting of statements that what follows does not depend on.
func (s *hookScan) apart(stmts []ast.Stmt) Setting {
	ended := false
	return s.until(stmts, &ended)
}

func (s *hookScan) cases(body *ast.BlockStmt, types bool) Setting {
	how := NotSet
	for _, stmt := range body.List {
		clause, ok := stmt.(*ast.CaseClause)
		if !ok {
			continue
		}
		set := s.apart(clause.Body)
		if types && slices.ContainsFunc(clause.List, s.isKind) {
			return set
		}
		how = max(how, min(SetPerhaps, set))
	}
	return how
}

// isKind says whether a case of a switch over types is that of the kind of statement.
func (s *hookScan) isKind(e ast.Expr) bool {
	if star, ok := ast.Unparen(e).(*ast.StarExpr); ok {
		e = star.X
	}
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && strings.HasPrefix(sel.Sel.Name, s.kind)
}

// comparesToZero says whether a condition compares the field to its zero value.
func (s *hookScan) comparesToZero(cond ast.Expr, op token.Token) bool {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || b.Op != op {
		return false
	}
	zero := func(e ast.Expr) bool {
		tv := s.pkg.Info.Types[e]
		if tv.IsNil() {
			return true
		}
		if tv.Value == nil {
			return false
		}
		switch tv.Value.Kind() {
		case constant.String:
			return constant.StringVal(tv.Value) == ""
		case constant.Int, constant.Float:
			return constant.Sign(tv.Value) == 0
		}
		return false
	}
	return s.names(b.X) && zero(b.Y) || s.names(b.Y) && zero(b.X)
}
