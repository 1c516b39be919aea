package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// switches tells the conditions of a function that may be set for all of production,
// such as a field of a configuration, from those that data decide.
type switches struct {
	program *gosrc.Program
	flags   map[string]bool // that the configuration names
	pkg     *gosrc.Package
	decl    *ast.FuncDecl
	depth   int
}

// maxOrigins bounds how far the value of a variable is followed.
const maxOrigins = 4

func (c *collector) switches(site gosrc.Site) *switches {
	return &switches{program: c.program, flags: c.flags, pkg: site.Package, decl: site.Decl}
}

// guard is the innermost condition that a person would call a switch: one name,
// field, or call without arguments, that data do not decide.
func (s *switches) guard(guards []ast.Expr) string {
	for i := len(guards) - 1; i >= 0; i-- {
		g := guards[i]
		if g == nil || !isSwitch(g) {
			continue
		}
		text := types.ExprString(g)
		if _, known := s.flags[strings.TrimPrefix(text, "!")]; known || s.set(g) {
			return text
		}
	}
	return ""
}

// isSwitch says whether a condition is spelled like a switch.
func isSwitch(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name != "ok"
	case *ast.SelectorExpr:
		return isSwitch(e.X)
	case *ast.StarExpr:
		return isSwitch(e.X)
	case *ast.UnaryExpr:
		return e.Op == token.NOT && isSwitch(e.X)
	case *ast.CallExpr:
		return len(e.Args) == 0 && isSwitch(e.Fun)
	}
	return false
}

// set says whether a value may be one that is set for all of production. What stands in
// another function is not looked into.
func (s *switches) set(e ast.Expr) bool {
	if s.decl == nil || e.Pos() < s.decl.Pos() || s.decl.End() < e.End() {
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return s.named(e)
	case *ast.SelectorExpr:
		return s.field(e)
	case *ast.StarExpr:
		return s.set(e.X)
	case *ast.UnaryExpr:
		return s.set(e.X)
	case *ast.BinaryExpr:
		return s.set(e.X) && s.set(e.Y)
	case *ast.CallExpr:
		return s.called(e)
	case *ast.BasicLit:
		return true
	}
	return false
}

// named: a local variable is what it is given; a constant or variable of a package may
// be set for all.
func (s *switches) named(id *ast.Ident) bool {
	v, ok := s.pkg.Info.ObjectOf(id).(*types.Var)
	if !ok || !isLocal(v) {
		return true
	}
	if s.depth >= maxOrigins || looksLikeError(v) {
		return false
	}
	inner := *s
	inner.depth++
	if i := parameter(s.decl, v, s.pkg.Info); i >= 0 {
		return inner.givenByCallers(i)
	}
	return inner.assigned(v)
}

func looksLikeError(v *types.Var) bool {
	return types.Identical(v.Type(), types.Universe.Lookup("error").Type())
}

// field: one of a row or of a request is data; others are as what holds them, which
// a parameter or receiver may for all of production.
func (s *switches) field(e *ast.SelectorExpr) bool {
	if isData(s.pkg.Info.TypeOf(e.X)) {
		return false
	}
	id, ok := ast.Unparen(e.X).(*ast.Ident)
	if !ok {
		return s.set(e.X)
	}
	v, ok := s.pkg.Info.ObjectOf(id).(*types.Var)
	if !ok || !isLocal(v) || isReceiver(s.decl, v, s.pkg.Info) || parameter(s.decl, v, s.pkg.Info) >= 0 {
		return true
	}
	return s.named(id)
}

// called: a function may read a switch if it is told no more than its name.
func (s *switches) called(call *ast.CallExpr) bool {
	if fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && !s.field(fun) {
		return false
	}
	if tv, ok := s.pkg.Info.Types[call.Fun]; ok && tv.IsBuiltin() || isDriver(s.pkg.Callee(call).Pkg) {
		return false
	}
	return !slices.ContainsFunc(call.Args, func(a ast.Expr) bool {
		return !isContext(s.pkg.Info.TypeOf(a)) && !s.set(a)
	})
}

func isContext(t types.Type) bool {
	return t != nil && strings.HasSuffix(t.String(), "context.Context")
}

// assigned says it of all that a variable is given.
func (s *switches) assigned(v *types.Var) bool {
	given, data := 0, false
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && s.pkg.Info.ObjectOf(id) == v
	}
	var stack []ast.Node
	ast.Inspect(s.decl.Body, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return false
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.AssignStmt:
			if i := slices.IndexFunc(n.Lhs, is); i >= 0 {
				given++
				data = data || !s.value(n.Rhs, i, len(n.Lhs)) || s.chosenByData(stack)
			}
		case *ast.ValueSpec:
			if i := slices.IndexFunc(n.Names, func(id *ast.Ident) bool { return is(id) }); i >= 0 {
				given++
				data = data || len(n.Values) > 0 && !s.value(n.Values, i, len(n.Names))
			}
		case *ast.RangeStmt:
			data = data || n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value)
		case *ast.UnaryExpr:
			data = data || n.Op == token.AND && is(n.X) && !s.toFlag(stack)
		}
		return true
	})
	return given > 0 && !data
}

// value says it of the i-th value of an assignment. Whether something is there is data,
// but for what a call gives.
func (s *switches) value(values []ast.Expr, i, names int) bool {
	if len(values) == names {
		return s.set(values[i])
	}
	call, ok := ast.Unparen(values[0]).(*ast.CallExpr)
	return ok && s.set(call)
}

// chosenByData says whether a statement, the last of those around it, runs in a loop or
// under a condition that data decide.
func (s *switches) chosenByData(stack []ast.Node) bool {
	at := stack[len(stack)-1]
	for _, n := range stack {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return true
		case *ast.IfStmt:
			if n.Body.Pos() <= at.Pos() && !s.set(n.Cond) {
				return true
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && !s.set(n.Tag) {
				return true
			}
		}
	}
	return false
}

// toFlag says whether an address goes to the package flag, which sets what is there.
func (s *switches) toFlag(stack []ast.Node) bool {
	for _, n := range stack {
		if call, ok := n.(*ast.CallExpr); ok {
			if c := s.pkg.Callee(call); strings.HasSuffix(c.Pkg, "flag") || strings.HasSuffix(c.Pkg, "pflag") {
				return true
			}
		}
	}
	return false
}

// givenByCallers says it of what every known caller hands over, of which one that is
// always on is no switch; nobody knows without a caller.
func (s *switches) givenByCallers(i int) bool {
	callers := s.program.Callers(s.decl)
	for _, c := range callers {
		call, ok := c.Node.(*ast.CallExpr)
		if !ok || i >= len(call.Args) {
			continue
		}
		from := &switches{program: s.program, flags: s.flags, pkg: c.Package, decl: c.Decl, depth: s.depth}
		if t := c.Package.Info.Types[call.Args[i]]; t.Value != nil && t.Value.String() == "true" || !from.set(call.Args[i]) {
			return false
		}
	}
	return true
}

// parameter is the index of a variable among the parameters of a function; -1 if it is none.
func parameter(decl *ast.FuncDecl, v *types.Var, info *types.Info) int {
	n := 0
	for _, f := range decl.Type.Params.List {
		for _, name := range f.Names {
			if info.Defs[name] == v {
				return n
			}
			n++
		}
		if len(f.Names) == 0 {
			n++
		}
	}
	return -1
}

func isReceiver(decl *ast.FuncDecl, v *types.Var, info *types.Info) bool {
	return decl.Recv != nil && len(decl.Recv.List) == 1 && len(decl.Recv.List[0].Names) == 1 && info.Defs[decl.Recv.List[0].Names[0]] == v
}

// isData says whether a type is that of a row, of a column, or of a request.
func isData(t types.Type) bool {
	if t == nil {
		return false
	}
	pkg, name := gosrc.Named(deref(t))
	switch {
	case pkg == "database/sql" && strings.HasPrefix(name, "Null"), pkg == "net/http" && name == "Request", pkg == "database/sql" && name == "Rows":
		return true
	}
	for _, end := range [...]string{"Request", "Req", "Form", "Payload", "Event", "Message"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	st, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range st.NumFields() {
		for _, key := range [...]string{`db:"`, `gorm:"`, `bun:"`, `xorm:"`} {
			if strings.Contains(st.Tag(i), key) {
				return true
			}
		}
	}
	return false
}
