package uses

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// fields answers for fields of structs what the code does with them.
type fields struct {
	mu       sync.Mutex
	program  *gosrc.Program
	packages []*gosrc.Package
	known    map[schema.Position]*schema.FieldUses
	flags    map[string]bool // what conditions are in production
}

func newFields(p *gosrc.Program, packages []*gosrc.Package, flags map[string]bool) *fields {
	return &fields{program: p, packages: packages, flags: flags, known: map[schema.Position]*schema.FieldUses{}}
}

func (f *fields) of(field schema.RowField) *schema.FieldUses {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u := f.known[field.Pos]; u != nil {
		return u
	}
	s := &fieldScan{fields: f, field: field, out: &schema.FieldUses{}, held: map[types.Type]bool{}}
	for _, pkg := range f.packages {
		s.scan(pkg)
	}
	f.known[field.Pos] = s.out
	return s.out
}

// A fieldScan looks for one field.
type fieldScan struct {
	*fields
	field schema.RowField
	out   *schema.FieldUses
	pkg   *gosrc.Package
	decl  *ast.FuncDecl
	stack []ast.Node // around the node at hand, outermost first
	held  map[types.Type]bool
}

// scan looks through the declarations of a package that may use the field: few do.
func (s *fieldScan) scan(pkg *gosrc.Package) {
	s.pkg = pkg
	whole, names := wholeStructs(pkg), map[string]bool{s.field.Name: true}
	for _, file := range pkg.Files {
		if s.field.Local && s.program.Position(file.Syntax.Package).Filename != s.field.Pos.File {
			continue
		}
		generated := file.GeneratedBy(sqlboilerName)
		for _, d := range file.Syntax.Decls {
			if _, isFunc := d.(*ast.FuncDecl); isFunc && generated {
				continue
			}
			if file.Names(names, d) || slices.ContainsFunc(whole[d], s.holds) {
				s.declaration(d)
			}
		}
	}
}

// wholeStructs are the types of the structs that the declarations of a package hand on,
// or make, without naming their fields. Versions of a tree share them with the package.
func wholeStructs(pkg *gosrc.Package) map[ast.Decl][]types.Type {
	type key struct{}
	if known, ok := pkg.Known.Load(key{}); ok {
		return known.(map[ast.Decl][]types.Type) //nolint:forcetypeassert // nothing else has the key
	}
	out := map[ast.Decl][]types.Type{}
	for _, file := range pkg.Files {
		for _, d := range file.Syntax.Decls {
			add := func(e ast.Expr) {
				t := pkg.Info.TypeOf(e)
				if _, st := structOf(t); st != nil && !slices.Contains(out[d], t) {
					out[d] = append(out[d], t)
				}
			}
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					for _, a := range n.Args {
						add(a)
					}
				case *ast.CompositeLit:
					if len(n.Elts) > 0 && !isKeyed(n.Elts[0]) {
						add(n)
					}
				}
				return true
			})
		}
	}
	pkg.Known.Store(key{}, out)
	return out
}

func isKeyed(e ast.Expr) bool {
	_, keyed := e.(*ast.KeyValueExpr)
	return keyed
}

func (s *fieldScan) declaration(d ast.Decl) {
	s.decl, _ = d.(*ast.FuncDecl)
	s.stack = s.stack[:0]
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			s.stack = s.stack[:len(s.stack)-1]
			return false
		}
		s.node(n)
		s.stack = append(s.stack, n)
		return true
	})
}

func (s *fieldScan) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Ident:
		if s.field.Local && s.is(n) {
			s.selected(n)
		}
	case *ast.ReturnStmt:
		if s.field.Local && len(n.Results) == 0 && s.isResult() {
			s.read(n)
		}
	case *ast.SelectorExpr:
		if !s.field.Local && s.is(n.Sel) {
			s.selected(n)
		}
	case *ast.CompositeLit:
		s.literal(n)
	case *ast.CallExpr:
		s.call(n)
	case *ast.StructType:
		s.declared(n)
	}
}

// is says whether an identifier names the field.
func (s *fieldScan) is(id *ast.Ident) bool {
	if id.Name != s.field.Name {
		return false
	}
	v, ok := s.pkg.Info.Uses[id].(*types.Var)
	return ok && v.IsField() != s.field.Local && s.isField(v)
}

// isResult says whether the variable is a result of the function at hand.
func (s *fieldScan) isResult() bool {
	if s.decl == nil || s.decl.Type.Results == nil {
		return false
	}
	return slices.ContainsFunc(s.decl.Type.Results.List, func(f *ast.Field) bool { return slices.ContainsFunc(f.Names, s.isAt) })
}

func (s *fieldScan) isField(v *types.Var) bool {
	return v.Name() == s.field.Name && fieldAt(s.program.Position, v).Pos == s.field.Pos
}

// selected notes a selector: a read, unless it stands where it is given a value.
func (s *fieldScan) selected(sel ast.Expr) {
	switch parent := s.parent().(type) {
	case *ast.SelectorExpr:
		if call := s.around(parent); call != nil && gosrc.FieldSetBy(call) == sel {
			s.out.Assigned = true
			return
		}
	case *ast.AssignStmt:
		for i, l := range parent.Lhs {
			if ast.Unparen(l) == sel {
				s.out.Assigned = true
				return
			}
			if id, ok := l.(*ast.Ident); ok && id.Name == "_" && len(parent.Lhs) == len(parent.Rhs) && ast.Unparen(parent.Rhs[i]) == sel {
				return
			}
		}
	case *ast.IncDecStmt:
		s.out.Assigned = true
		return
	case *ast.UnaryExpr:
		if parent.Op == token.AND {
			s.out.Assigned = true
			return
		}
	}
	s.read(sel)
}

func (s *fieldScan) read(n ast.Node) {
	r := &schema.FieldRead{Query: s.query(n), Into: s.into(n), Within: s.within(n)}
	if s.field.Local {
		s.choices(n, r)
	}
	s.out.Reads = append(s.out.Reads, r)
}

// parent is the node around the one at hand, parentheses left out.
func (s *fieldScan) parent() ast.Node {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if _, paren := s.stack[i].(*ast.ParenExpr); !paren {
			return s.stack[i]
		}
	}
	return nil
}

// around is the call of what a selector selects; nil when it is not called.
func (s *fieldScan) around(sel *ast.SelectorExpr) *ast.CallExpr {
	for i := len(s.stack) - 2; i >= 0; i-- {
		if call, ok := s.stack[i].(*ast.CallExpr); ok && ast.Unparen(call.Fun) == ast.Expr(sel) {
			return call
		}
	}
	return nil
}

// query is a place of the code as a statement without uses.
func (s *fieldScan) query(e ast.Node) *schema.Query {
	at, text := s.position(e), s.field.Name
	if e, ok := e.(ast.Expr); ok {
		text = types.ExprString(e)
	}
	return &schema.Query{Text: text, Pos: at, Site: at, Package: s.pkg.Path, Function: functionName(s.decl), Guard: cmp.Or(s.switches().guard(s.guards(e)), pastReturn(s.decl, e, s.flags)), Backfills: marked(s.decl), Run: true}
}

func (s *fieldScan) switches() *switches {
	return &switches{program: s.program, flags: s.flags, pkg: s.pkg, decl: s.decl}
}

func (s *fieldScan) position(n ast.Node) schema.Position {
	from, to := s.program.Position(n.Pos()), s.program.Position(n.End())
	return schema.Position{File: from.Filename, Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column}
}

// guards are the conditions that a node stands under.
func (s *fieldScan) guards(n ast.Node) []ast.Expr { return conditionsAround(s.stack, n) }

// conditionsAround are the conditions of the nodes around one, outermost first.
func conditionsAround(stack []ast.Node, n ast.Node) []ast.Expr {
	var out []ast.Expr
	for _, at := range stack {
		i, ok := at.(*ast.IfStmt)
		switch {
		case !ok:
		case i.Body.Pos() <= n.Pos() && n.End() <= i.Body.End():
			out = append(out, i.Cond)
		case i.Else != nil && i.Else.Pos() <= n.Pos():
			out = append(out, &ast.UnaryExpr{Op: token.NOT, X: i.Cond, OpPos: i.Cond.Pos()})
		}
	}
	return out
}

// into are the fields that a value becomes a part of: x.F = … value …, T{F: value}, or
// that are set if it is so: if x.F == "" { x.F = value }.
func (s *fieldScan) into(e ast.Node) []schema.RowField {
	var out []schema.RowField
	add := func(id *ast.Ident) {
		if v, ok := s.pkg.Info.Uses[id].(*types.Var); ok && v.IsField() {
			out = append(out, *fieldAt(s.program.Position, v))
		}
	}
	for _, at := range s.stack {
		switch at := at.(type) {
		case *ast.CallExpr:
			if f := s.setColumn(at); f != nil && at.Args[0].End() < e.Pos() {
				out = append(out, *fieldAt(s.program.Position, f))
			}
		case *ast.KeyValueExpr:
			if id, ok := at.Key.(*ast.Ident); ok {
				add(id)
			}
		case *ast.CompositeLit:
			if f := s.positional(at, e); f != nil {
				out = append(out, *fieldAt(s.program.Position, f))
			}
		case *ast.IfStmt:
			if at.Cond.Pos() <= e.Pos() && e.End() <= at.Cond.End() {
				for _, sel := range setIn(at.Body) {
					add(sel)
				}
			}
		case *ast.AssignStmt:
			for i, l := range at.Lhs {
				sel, ok := ast.Unparen(l).(*ast.SelectorExpr)
				if ok && (len(at.Lhs) != len(at.Rhs) || at.Rhs[i].Pos() <= e.Pos() && e.End() <= at.Rhs[i].End()) {
					add(sel.Sel)
				}
			}
		}
	}
	return out
}

// positional is the field that a literal without keys gives a value to; nil for another.
func (s *fieldScan) positional(lit *ast.CompositeLit, value ast.Node) *types.Var {
	_, st := structOf(s.pkg.Info.TypeOf(lit))
	for i, e := range lit.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); st == nil || keyed || i >= st.NumFields() {
			return nil
		}
		if e.Pos() <= value.Pos() && value.End() <= e.End() {
			return st.Field(i)
		}
	}
	return nil
}

// setIn are the fields that a block does nothing but set.
func setIn(block *ast.BlockStmt) []*ast.Ident {
	var out []*ast.Ident
	for _, stmt := range block.List {
		a, ok := stmt.(*ast.AssignStmt)
		if !ok {
			return nil
		}
		for _, l := range a.Lhs {
			sel, ok := ast.Unparen(l).(*ast.SelectorExpr)
			if !ok {
				return nil
			}
			out = append(out, sel.Sel)
		}
	}
	return out
}

// setColumn is the field that a hook has set by its name, in the struct of the field
// that is looked for; nil for another call.
func (s *fieldScan) setColumn(call *ast.CallExpr) *types.Var {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "SetColumn" || len(call.Args) != 2 || s.decl == nil || s.decl.Recv == nil {
		return nil
	}
	name, ok := s.pkg.Info.Types[call.Args[0]]
	if !ok || name.Value == nil || name.Value.Kind() != constant.String {
		return nil
	}
	named, st := structOf(s.pkg.Info.TypeOf(s.decl.Recv.List[0].Type))
	if named == nil {
		return nil
	}
	for _, f := range gormMapping.of(named, st, load).fields {
		if v := constant.StringVal(name.Value); v == f.field || v == f.column {
			return f.v
		}
	}
	return nil
}

// within are the calls that a value is handed to.
func (s *fieldScan) within(e ast.Node) []schema.Position {
	var out []schema.Position
	for _, at := range s.stack {
		if call, ok := at.(*ast.CallExpr); ok && call.Lparen < e.Pos() {
			out = append(out, spot(s.program.Position(call.Pos()), 1))
		}
	}
	return out
}

// literal notes a struct that is given the field.
func (s *fieldScan) literal(lit *ast.CompositeLit) {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && s.is(id) {
				s.out.Assigned = true
			}
			continue
		}
		if s.holds(s.pkg.Info.TypeOf(lit)) {
			s.out.Assigned = true
		}
		return
	}
}

// holds says whether a type is a struct with the field, points to one, or is a
// list of them.
func (s *fieldScan) holds(t types.Type) bool {
	if t == nil {
		return false
	}
	held, known := s.held[t]
	if !known {
		_, st := structOf(t)
		held = st != nil && s.hasField(st, maxEmbedding)
		s.held[t] = held
	}
	return held
}

func (s *fieldScan) hasField(st *types.Struct, depth int) bool {
	for f := range st.Fields() {
		if s.isField(f) {
			return true
		}
		if inner, ok := deref(f.Type()).Underlying().(*types.Struct); ok && f.Embedded() && depth > 0 && s.hasField(inner, depth-1) {
			return true
		}
	}
	return false
}

// call notes that the struct goes whole to what is not of the program: an encoder,
// a template.
func (s *fieldScan) call(call *ast.CallExpr) {
	whole := func(a ast.Expr) bool { return s.holds(s.pkg.Info.TypeOf(a)) && !isAddress(a) }
	if !slices.ContainsFunc(call.Args, whole) {
		return
	}
	c := s.pkg.Callee(call)
	if c.Func != nil && len(s.program.Declarations(c.Func)) > 0 || c.Pkg == "" || says(c) || libraryOf(c) != nil || isDriver(c.Pkg) {
		return
	}
	s.out.Handed = append(s.out.Handed, s.query(call))
}

// isAddress: what is handed the address of a variable fills it, most likely.
func isAddress(e ast.Expr) bool {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return false
	}
	_, literal := ast.Unparen(u.X).(*ast.CompositeLit)
	return !literal
}

// isDriver says whether a package runs SQL.
func isDriver(pkg string) bool {
	switch path.Base(pkg) {
	case "sql", "sqlx", "pgx", "gorp", "borp", "scany", "sqlscan", "dbr":
		return true
	}
	return false
}

// declared reads the tag of the field where it is declared.
func (s *fieldScan) declared(st *ast.StructType) {
	for _, f := range st.Fields.List {
		for _, name := range f.Names {
			if f.Tag == nil || name.Name != s.field.Name || !s.isAt(name) {
				continue
			}
			tag, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				continue
			}
			s.out.Decoded = s.out.Decoded || isDecoded(reflect.StructTag(tag))
		}
	}
}

func (s *fieldScan) isAt(id *ast.Ident) bool {
	p := s.program.Position(id.Pos())
	return p.Filename == s.field.Pos.File && p.Line == s.field.Pos.Line && p.Column == s.field.Pos.Column
}
