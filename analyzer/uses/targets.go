package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// scanned notes what the rows of a query are scanned into, and whether what it
// stores may be NULL: what the call that runs it is handed tells.
func (c *candidate) scanned(q *schema.Query) {
	if c.loose || c.call == nil {
		return
	}
	for _, u := range q.Uses {
		if v := u.Value; v != nil && v.Kind == schema.Placeholder {
			v.Null = c.argument(v)
			c.bound(u)
		}
	}
	if len(q.Results) == 0 {
		return
	}
	if dest := c.destination(); dest != nil {
		c.mapped(q, dest)
		return
	}
	if c.site.Decl == nil {
		return
	}
	f := follower{info: c.site.Package.Info, body: c.site.Decl.Body}
	if scan := f.scan(c.call, maxFollowed); scan != nil {
		c.into(q, scan)
	}
}

// destination is the argument that a call such as Get(&dest, query) fills.
func (c *candidate) destination() ast.Expr {
	if c.prepared {
		return filledBy(c.call)
	}
	if dest := boundBy(c.site.Package.Callee(c.call), c.call); dest != nil {
		return dest
	}
	name := strings.ToLower(c.site.Package.Callee(c.call).Name)
	if c.arg <= 0 || c.arg > len(c.call.Args) || !strings.Contains(name, "get") && !strings.Contains(name, "select") {
		return nil
	}
	dest := c.call.Args[c.arg-1]
	if t := c.site.Package.Info.TypeOf(dest); t == nil || deref(t) == t {
		return nil
	}
	return dest
}

// into notes the arguments of a call that scans.
func (c *candidate) into(q *schema.Query, scan *ast.CallExpr) {
	switch name := methodName(scan); {
	case name == "Scan":
		if scan.Ellipsis.IsValid() || len(scan.Args) != len(q.Results) {
			return
		}
		for i, e := range scan.Args {
			q.Results[i].Into = c.target(e)
			if f := c.fieldIn(e); f != nil {
				c.ofField(q, &q.Results[i], f)
			}
		}
	case name == "StructScan" && len(scan.Args) > 0:
		c.mapped(q, scan.Args[len(scan.Args)-1])
	default:
		if dest := filledBy(scan); dest != nil {
			c.mapped(q, dest)
		}
	}
}

// filledBy is what a method of a prepared statement fills, such as Get(&dest, args...).
func filledBy(call *ast.CallExpr) ast.Expr {
	name, context := strings.CutSuffix(methodName(call), "Context")
	if name != "Get" && name != "Select" {
		return nil
	}
	dest := 0
	if context {
		dest = 1
	}
	if dest >= len(call.Args) {
		return nil
	}
	return call.Args[dest]
}

// target is what an argument of Scan points to.
func (c *candidate) target(e ast.Expr) *schema.Target {
	t := c.site.Package.Info.TypeOf(e)
	if t == nil || isUnknown(t) {
		return nil
	}
	p, ok := t.Underlying().(*types.Pointer)
	if !ok || isUnknown(p.Elem()) {
		return nil
	}
	name := e
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		name = u.X
	}
	return c.targetOf(types.ExprString(name), p.Elem())
}

func (c *candidate) targetOf(name string, t types.Type) *schema.Target {
	pkg := c.site.Package.Types
	return &schema.Target{Name: name, Type: types.TypeString(t, func(p *types.Package) string {
		if p == pkg {
			return ""
		}
		return p.Name()
	}), NotNull: refusesNull(t)}
}

// mapped notes what a mapper such as sqlx reads each column into.
func (c *candidate) mapped(q *schema.Query, dest ast.Expr) {
	t := c.site.Package.Info.TypeOf(dest)
	if t == nil {
		return
	}
	t = deref(t)
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = deref(s.Elem())
	}
	if p := gosrc.TypeParam(t); p != nil {
		c.mappedAny(q, p)
		return
	}
	s, ok := isStruct(t)
	if !ok {
		if len(q.Results) == 1 && !isUnknown(t) {
			q.Results[0].Into = c.targetOf(strings.TrimPrefix(types.ExprString(dest), "&"), t)
		}
		return
	}
	find := c.tags.field
	q.Mapped, q.Lenient = true, c.unsafe()
	if boundBy(c.site.Package.Callee(c.call), c.call) != nil {
		find, q.Lenient = boundField, true
	}
	for i := range q.Results {
		r := &q.Results[i]
		f := find(s, r.Name)
		if f != nil && !isUnknown(f.Type()) {
			r.Into = c.targetOf(structName(t)+f.Name(), f.Type())
		}
		switch {
		case r.Star:
			c.ofRow(q, r, f, c.tags.open || hides(s))
		case f == nil:
		default:
			c.ofField(q, r, f)
		}
	}
}

// mappedAny is mapped for rows of a type parameter: SELECT * fills what the structs
// have that it stands for. Which of several the table goes with is not known.
func (c *candidate) mappedAny(q *schema.Query, p *types.TypeParam) {
	var structs []*types.Struct
	for _, i := range c.program.Instances(p) {
		s, ok := isStruct(deref(i.Type))
		if !ok {
			return
		}
		structs = append(structs, s)
	}
	for i := range q.Results {
		r := &q.Results[i]
		var fields []*types.Var
		unseen := c.tags.open
		for _, s := range structs {
			unseen = unseen || hides(s)
			if f := c.tags.field(s, r.Name); f != nil {
				fields = append(fields, f)
			}
		}
		switch {
		case !r.Star || len(structs) == 0:
		case len(fields) == 0:
			c.ofRow(q, r, nil, unseen)
		case len(structs) == 1:
			c.ofRow(q, r, fields[0], false)
		case len(fields) < len(structs):
			c.ofRow(q, r, nil, true)
		}
	}
	q.Mapped, q.Lenient = len(structs) > 0, c.unsafe()
}

// unsafe says whether the handle that runs a statement is one of sqlx that is told to
// let columns go which no field is for.
func (c *candidate) unsafe() bool {
	fun, ok := ast.Unparen(c.call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	handles := append([]ast.Expr{fun.X}, c.call.Args[:max(c.arg, 0)]...) // sqlx.Get is handed it
	return slices.ContainsFunc(handles, c.isUnsafe)
}

// isUnsafe says whether a handle, or what a statement was prepared on, is such.
func (c *candidate) isUnsafe(e ast.Expr) bool {
	for range maxFollowed {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			e = definition(c.site.Package.Info, []*ast.BlockStmt{c.site.Decl.Body}, id)
		}
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return false
		}
		on, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		switch name := methodName(call); {
		case name == "Unsafe" && len(call.Args) == 0:
			return true
		case !ok || !strings.HasPrefix(name, "Prepare"):
			return false
		}
		e = on.X
	}
	return false
}

// ofRow notes the field that a column of SELECT * goes into, or that it goes into none,
// as far as all are seen.
func (c *candidate) ofRow(q *schema.Query, r *schema.Result, f *types.Var, unseen bool) {
	for _, u := range q.Uses {
		if u.By != schema.ByStar || u.Part != schema.InResult || u.Table != r.Table || !strings.EqualFold(u.Column, r.Column) {
			continue
		}
		switch {
		case f != nil:
			u.Field = fieldAt(c.site.Package.Position, f)
		case unseen:
			u.Certain = false
		default:
			u.Unmapped = true
		}
	}
}

// hides says whether a struct embeds what is not known: it may hold any field.
func hides(s *types.Struct) bool {
	for f := range s.Fields() {
		if !f.Embedded() {
			continue
		}
		inner, ok := deref(f.Type()).Underlying().(*types.Struct)
		if isUnknown(f.Type()) || ok && hides(inner) {
			return true
		}
	}
	return false
}

// ofField notes the field that a column goes into which the statement names.
func (c *candidate) ofField(q *schema.Query, r *schema.Result, f *types.Var) {
	column := schema.ColumnName{Table: r.Table, Column: r.Column}
	if r.Column == "" && len(r.From) == 1 {
		column = r.From[0]
	}
	for _, u := range q.Uses {
		if u.By == schema.ByName && u.Part == schema.InResult && u.Table == column.Table && strings.EqualFold(u.Column, column.Column) {
			u.Into = fieldAt(c.site.Package.Position, f)
		}
	}
}

// fieldIn is the field of a struct, or the local variable, that an argument of Scan
// points to, or nil.
func (c *candidate) fieldIn(e ast.Expr) *types.Var {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return nil
	}
	switch x := ast.Unparen(u.X).(type) {
	case *ast.SelectorExpr:
		if f, ok := c.site.Package.Info.Uses[x.Sel].(*types.Var); ok && f.IsField() {
			return f
		}
	case *ast.Ident:
		if v, ok := c.site.Package.Info.Uses[x].(*types.Var); ok && isLocal(v) {
			return v
		}
	}
	return nil
}

// isLocal says whether a variable is of a function.
func isLocal(v *types.Var) bool {
	return !v.IsField() && v.Pkg() != nil && v.Parent() != v.Pkg().Scope()
}

func structName(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name() + "."
	}
	return ""
}

// A follower looks for what becomes of the result of a call within a function.
type follower struct {
	info *types.Info
	body *ast.BlockStmt
}

// maxFollowed is how many calls lie between a statement and its scan: Prepare,
// QueryRow, Scan.
const maxFollowed = 3

// scan returns the only call that scans what call gives.
func (f follower) scan(call *ast.CallExpr, depth int) *ast.CallExpr {
	var found *ast.CallExpr
	for _, m := range f.calls(call) {
		name := methodName(m)
		switch {
		case name == "Scan", name == "StructScan", name == "Get", name == "GetContext", name == "Select", name == "SelectContext":
		case strings.HasPrefix(name, "Query") && depth > 0:
			if m = f.scan(m, depth-1); m == nil {
				continue
			}
		default:
			continue
		}
		if found != nil && found != m {
			return nil
		}
		found = m
	}
	return found
}

// calls returns the calls of methods on what a call gives: chained to it, or on
// the variable that it is assigned to, up to the next assignment. StructScan of
// sqlx is a function.
func (f follower) calls(call *ast.CallExpr) []*ast.CallExpr {
	v, from := f.variable(call)
	to := f.assignedAgain(v, from)
	var out []*ast.CallExpr
	ast.Inspect(f.body, func(n ast.Node) bool {
		m, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fun, ok := ast.Unparen(m.Fun).(*ast.SelectorExpr)
		if !ok {
			return true
		}
		on := ast.Unparen(fun.X)
		if fun.Sel.Name == "StructScan" && len(m.Args) == 2 {
			on = ast.Unparen(m.Args[0])
		}
		switch {
		case on == ast.Expr(call):
			out = append(out, m)
		case v != nil && from < m.Pos() && m.Pos() < to:
			if id, ok := on.(*ast.Ident); ok && f.info.ObjectOf(id) == v {
				out = append(out, m)
			}
		}
		return true
	})
	return out
}

// variable returns the variable that the first result of a call is assigned to.
func (f follower) variable(call *ast.CallExpr) (types.Object, token.Pos) {
	var target ast.Expr
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Rhs) == 1 && ast.Unparen(n.Rhs[0]) == ast.Expr(call) {
				target = n.Lhs[0]
			}
		case *ast.ValueSpec:
			if len(n.Values) == 1 && ast.Unparen(n.Values[0]) == ast.Expr(call) {
				target = n.Names[0]
			}
		}
		return target == nil
	})
	id, ok := target.(*ast.Ident)
	if !ok {
		return nil, token.NoPos
	}
	return f.info.ObjectOf(id), call.End()
}

// definition is what a variable is given where it is made, if nothing else is ever
// assigned to it below some nodes; else nil.
func definition[N ast.Node](info *types.Info, in []N, id *ast.Ident) ast.Expr {
	var out []ast.Expr
	v := info.ObjectOf(id)
	for _, n := range in {
		ast.Inspect(n, func(at ast.Node) bool {
			switch at := at.(type) {
			case *ast.AssignStmt:
				for i, l := range at.Lhs {
					if to, ok := l.(*ast.Ident); ok && info.ObjectOf(to) == v {
						out = append(out, at.Rhs[min(i, len(at.Rhs)-1)])
					}
				}
			case *ast.ValueSpec:
				for i, name := range at.Names {
					if info.ObjectOf(name) == v && len(at.Values) > 0 {
						out = append(out, at.Values[min(i, len(at.Values)-1)])
					}
				}
			}
			return true
		})
	}
	if len(out) != 1 || v == nil {
		return nil
	}
	return out[0]
}

// assignedAgain returns where a variable is assigned the next time.
func (f follower) assignedAgain(v types.Object, from token.Pos) token.Pos {
	to := f.body.End()
	if v == nil {
		return to
	}
	ast.Inspect(f.body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for _, e := range a.Lhs {
			if id, ok := e.(*ast.Ident); ok && a.Pos() > from && f.info.ObjectOf(id) == v {
				to = min(to, a.Pos())
			}
		}
		return true
	})
	return to
}

func methodName(call *ast.CallExpr) string {
	if fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return fun.Sel.Name
	}
	return ""
}

// addressed is what & takes the address of.
func addressed(u *ast.UnaryExpr) ast.Expr {
	if u.Op == token.AND {
		return u.X
	}
	return nil
}
