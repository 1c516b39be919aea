package uses

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// nullness says whether a Go value of a type may be NULL when it is handed to a
// statement.
func nullness(t types.Type) schema.Nullness {
	if t == nil {
		return schema.PerhapsNull
	}
	if isSQLNull(t) {
		return schema.MaybeNull
	}
	if hasMethod(t, "Value") { // a driver.Valuer of its own
		return schema.PerhapsNull
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return schema.MaybeNull
	case *types.Basic:
		if u.Kind() == types.UntypedNil {
			return schema.MaybeNull
		}
		if u.Kind() != types.Invalid && u.Kind() != types.UnsafePointer {
			return schema.NeverNull
		}
	}
	if isTime(t) {
		return schema.NeverNull
	}
	return schema.PerhapsNull
}

// refusesNull says whether a scan of NULL into a value of the type fails.
func refusesNull(t types.Type) bool {
	if t == nil || isSQLNull(t) || hasMethod(t, "Scan") {
		return false
	}
	if isTime(t) {
		return true
	}
	u, ok := t.Underlying().(*types.Basic)
	return ok && u.Info()&(types.IsBoolean|types.IsNumeric|types.IsString) != 0
}

func isTime(t types.Type) bool { return isNamed(t, "time", "Time") }

// isSQLNull says whether a type is sql.NullString or one of its kind.
func isSQLNull(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "database/sql" && strings.HasPrefix(n.Obj().Name(), "Null")
}

func isNamed(t types.Type, pkg, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg && n.Obj().Name() == name
}

// hasMethod says whether a value of the type, or its address, has a method; also
// where an embedded type that is not known may bring it.
func hasMethod(t types.Type, name string) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	if _, ok := obj.(*types.Func); ok {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Embedded() && isUnknown(f.Type()) {
			return true
		}
	}
	return false
}

func isUnknown(t types.Type) bool {
	b, ok := deref(t).Underlying().(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// isStruct says whether rows are read into the fields of a type, by name.
func isStruct(t types.Type) (*types.Struct, bool) {
	s, ok := t.Underlying().(*types.Struct)
	return s, ok && !isTime(t) && !isSQLNull(t) && !hasMethod(t, "Scan")
}

// argument says whether what is handed over for a placeholder may be NULL.
func (c *candidate) argument(v *schema.Value) schema.Nullness {
	if c.built {
		return c.builtArgument(v.Param)
	}
	if len(c.args) == 0 {
		return schema.PerhapsNull
	}
	if v.Name != "" {
		return c.namedArgument(v.Name)
	}
	if v.Param < 0 || v.Param >= len(c.args) {
		return schema.PerhapsNull
	}
	if i := c.arg + 1 + v.Param; i < len(c.call.Args) && !(c.call.Ellipsis.IsValid() && i == len(c.call.Args)-1) {
		return c.expression(c.call.Args[i])
	}
	return c.handed(c.args[v.Param])
}

// builtArgument says it of what a builder was handed for its n-th placeholder.
func (c *candidate) builtArgument(n int) schema.Nullness {
	for _, p := range c.text {
		in := strings.Count(p.Text, "?")
		if p.Text == "?" && n == 0 && p.Expr != nil {
			return c.expression(p.Expr)
		}
		if n -= in; n < 0 {
			break
		}
	}
	return schema.PerhapsNull
}

// expression says whether an argument that is spelled may be NULL.
func (c *candidate) expression(e ast.Expr) schema.Nullness {
	e = ast.Unparen(e)
	if u, ok := e.(*ast.UnaryExpr); ok && addressed(u) != nil { // never nil itself
		return nullness(c.site.Package.Info.TypeOf(u.X))
	}
	return nullness(c.site.Package.Info.TypeOf(e))
}

// handed says whether an element of a list of arguments may be NULL.
func (c *candidate) handed(v gosrc.Value) schema.Nullness {
	switch v := v.(type) {
	case gosrc.Text, gosrc.Const:
		return schema.NeverNull
	case gosrc.OneOf:
		out := schema.NeverNull
		for _, a := range v {
			switch c.handed(a) {
			case schema.MaybeNull:
				return schema.MaybeNull
			case schema.PerhapsNull:
				out = schema.PerhapsNull
			case schema.NeverNull:
			}
		}
		return out
	case gosrc.Unknown:
		if v.Why == "nil" {
			return schema.MaybeNull
		}
		if v.Expr != nil {
			return c.expression(v.Expr)
		}
	}
	return schema.PerhapsNull
}

// namedArgument is argument for :name, which a struct or map gives.
func (c *candidate) namedArgument(name string) schema.Nullness {
	if len(c.call.Args) <= c.arg+1 {
		return schema.PerhapsNull
	}
	e := ast.Unparen(c.call.Args[c.arg+1])
	if u, ok := e.(*ast.UnaryExpr); ok && addressed(u) != nil {
		e = ast.Unparen(u.X)
	}
	if lit, ok := e.(*ast.CompositeLit); ok {
		for _, elt := range lit.Elts {
			kv, ok := elt.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			if key, ok := kv.Key.(*ast.BasicLit); ok && strings.Trim(key.Value, "`\"") == name {
				return c.expression(kv.Value)
			}
		}
	}
	t := c.site.Package.Info.TypeOf(e)
	if t == nil {
		return schema.PerhapsNull
	}
	if s, ok := isStruct(deref(t)); ok {
		if f := c.tags.field(s, name); f != nil {
			return nullness(f.Type())
		}
	}
	return schema.PerhapsNull
}
