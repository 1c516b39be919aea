package uses

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// modes knows the constants that fields of structs are given: a branch for another one
// is most likely that of another program, or of another database.
type modes struct {
	program  *gosrc.Program
	packages []*gosrc.Package // without those for other databases
	known    map[fieldKey]*mode
}

// A mode is what one field is given.
type mode struct {
	values []constant.Value
	open   bool // something else, too
}

// unchosen says whether code stands under a condition that a field be a constant which
// nobody gives it.
func (m *modes) unchosen(pkg *gosrc.Package, guards []ast.Expr) bool {
	return slices.ContainsFunc(guards, func(g ast.Expr) bool {
		if g == nil {
			return false
		}
		field, wanted := comparison(pkg, g)
		if field == nil || len(wanted) == 0 {
			return false
		}
		given := m.of(field)
		if given.open || len(given.values) == 0 {
			return false
		}
		return !slices.ContainsFunc(wanted, func(w constant.Value) bool {
			return zeroConstant(w) || slices.ContainsFunc(given.values, func(v constant.Value) bool { return equal(v, w) })
		})
	})
}

// comparison is the field that a condition, or a case, compares with constants.
func comparison(pkg *gosrc.Package, guard ast.Expr) (*types.Var, []constant.Value) {
	if b, ok := ast.Unparen(guard).(*ast.BinaryExpr); ok {
		if b.Op != token.EQL {
			return nil, nil
		}
		return selectedField(pkg, b.X), constants(pkg, []ast.Expr{b.Y})
	}
	if pkg.Info.Types[guard].Value == nil {
		return nil, nil
	}
	for _, f := range pkg.Files {
		if guard.Pos() < f.Syntax.FileStart || f.Syntax.FileEnd < guard.Pos() {
			continue
		}
		return caseOf(pkg, f.Syntax, guard)
	}
	return nil, nil
}

// caseOf is the field of the switch that a constant is a case of, and all of that case.
func caseOf(pkg *gosrc.Package, file *ast.File, guard ast.Expr) (field *types.Var, wanted []constant.Value) {
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SwitchStmt)
		if !ok || s.Tag == nil || guard.Pos() < s.Pos() || s.End() < guard.Pos() {
			return n == nil || n.Pos() <= guard.Pos() && guard.Pos() < n.End()
		}
		for _, c := range s.Body.List {
			if clause, ok := c.(*ast.CaseClause); ok && slices.Contains(clause.List, guard) {
				field, wanted = selectedField(pkg, s.Tag), constants(pkg, clause.List)
			}
		}
		return field == nil
	})
	return field, wanted
}

// selectedField is the field that an expression selects; nil for another.
func selectedField(pkg *gosrc.Package, e ast.Expr) *types.Var {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	s, ok := pkg.Info.Selections[sel]
	if !ok || s.Kind() != types.FieldVal {
		return nil
	}
	field, _ := s.Obj().(*types.Var)
	return field
}

// constants are the values of expressions; none when one is no constant.
func constants(pkg *gosrc.Package, list []ast.Expr) []constant.Value {
	var out []constant.Value
	for _, e := range list {
		v := pkg.Info.Types[e].Value
		if v == nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

func equal(a, b constant.Value) bool {
	return a.Kind() == b.Kind() && constant.Compare(a, token.EQL, b)
}

// zeroConstant: a struct that is given no value for a field holds zero there.
func zeroConstant(v constant.Value) bool {
	switch v.Kind() {
	case constant.String:
		return constant.StringVal(v) == ""
	case constant.Bool:
		return !constant.BoolVal(v)
	case constant.Int, constant.Float:
		return constant.Sign(v) == 0
	}
	return true
}

// of is what a field is given. Code for other databases does not count; where something
// else may give it a value, code that is not loaded or a decoder, it is open.
func (m *modes) of(field *types.Var) *mode {
	key := keyOf(field)
	if known := m.known[key]; known != nil {
		return known
	}
	out := &mode{}
	m.known[key] = out
	loaded := map[string]bool{}
	for _, pkg := range m.packages {
		loaded[pkg.Dir] = true
		for _, f := range pkg.Files {
			out.read(pkg, f.Syntax, key)
		}
	}
	dirs, known := m.program.Selecting(field.Name())
	out.open = out.open || !known
	for _, dir := range dirs {
		out.open = out.open || !loaded[dir] && otherDatabase(&gosrc.Package{Dir: dir}) == ""
	}
	return out
}

// read notes what a file gives the field.
func (m *mode) read(pkg *gosrc.Package, file *ast.File, key fieldKey) {
	is := func(e ast.Expr) bool {
		var obj types.Object
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			obj = pkg.Info.Uses[e]
		case *ast.SelectorExpr:
			obj = pkg.Info.Uses[e.Sel]
		}
		v, ok := obj.(*types.Var)
		return ok && v.IsField() && keyOf(v) == key
	}
	give := func(e ast.Expr) {
		if v := pkg.Info.Types[e].Value; v != nil {
			m.values = append(m.values, v)
		} else if !is(e) { // a copy
			m.open = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if is(n.Key) {
				give(n.Value)
			}
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				switch {
				case !is(l):
				case n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs):
					give(n.Rhs[i])
				default:
					m.open = true
				}
			}
		case *ast.UnaryExpr:
			m.open = m.open || n.Op == token.AND && is(n.X)
		case *ast.IncDecStmt:
			m.open = m.open || is(n.X)
		case *ast.CompositeLit:
			m.open = m.open || givesByPlace(pkg, n, key)
		case *ast.Field:
			m.open = m.open || n.Tag != nil && slices.ContainsFunc(n.Names, func(id *ast.Ident) bool { return id.Pos() == key.pos })
		}
		return true
	})
}

// givesByPlace says whether a literal gives all fields of the struct, without their names.
func givesByPlace(pkg *gosrc.Package, lit *ast.CompositeLit, key fieldKey) bool {
	if len(lit.Elts) == 0 {
		return false
	}
	if _, named := lit.Elts[0].(*ast.KeyValueExpr); named {
		return false
	}
	t := pkg.Info.TypeOf(lit)
	if t == nil {
		return false
	}
	st, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if keyOf(f) == key {
			return true
		}
	}
	return false
}
