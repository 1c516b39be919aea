package uses

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// gorp, and borp that is made from it, map the structs that are registered with a
// table. Their handles are often wrapped: a call of their name that is handed such a
// struct is taken for theirs, whoever declares it.
var gorps = []*library{
	{name: "gorp", path: "github.com/go-gorp/gorp", maps: true, step: noStep},
	{name: "gorp", path: "gopkg.in/gorp", maps: true, step: noStep},
	{name: "borp", path: "github.com/letsencrypt/borp", maps: true, step: noStep},
}

func noStep(gosrc.Callee) gosrc.Step { return gosrc.NoStep }

// A registration is a struct with its table.
type registration struct {
	named     *types.Named
	table     gosrc.Text
	keys      []string          // fields of the primary key
	generated bool              // by the server
	renamed   map[string]string // columns by fields; "" where one is not known
	left      []string          // fields that are kept in no column
}

// registrations are found by the name of the struct and where that stands.
type registrations map[fieldKey]*registration

func (r registrations) of(named *types.Named) *registration {
	return r[fieldKey{named.Obj().Pos(), named.Obj().Name()}]
}

// registered returns the structs that packages register with gorp.
func registered(p *gosrc.Program) registrations {
	out := registrations{}
	for _, pkg := range p.Packages {
		if !slices.ContainsFunc(pkg.Imports(), isGorp) {
			continue
		}
		for _, f := range pkg.Files {
			out.in(p, pkg, f.Syntax)
		}
	}
	return out
}

func isGorp(path string) bool {
	return slices.ContainsFunc(gorps, func(lib *library) bool { return strings.HasPrefix(path, lib.path) })
}

// A mappedTo is a registration that a call is made on, and which of its fields.
type mappedTo struct {
	*registration
	field string
}

// in finds registrations, and what calls on them and on variables that hold them add.
func (r registrations) in(p *gosrc.Program, pkg *gosrc.Package, f *ast.File) {
	held := map[types.Object]mappedTo{}
	var on func(e ast.Expr) mappedTo
	on = func(e ast.Expr) mappedTo {
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			return held[pkg.Info.ObjectOf(e)]
		case *ast.CallExpr:
			fun, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
			if !ok {
				return mappedTo{}
			}
			if strings.HasPrefix(fun.Sel.Name, "AddTable") && len(e.Args) > 0 {
				return mappedTo{registration: r.add(p, pkg, fun.Sel.Name, e)}
			}
			found := on(fun.X)
			if found.registration != nil {
				found.take(pkg, fun.Sel.Name, e)
			}
			return found
		}
		return mappedTo{}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && len(n.Rhs) == 1 {
				if id, ok := n.Lhs[0].(*ast.Ident); ok {
					if found := on(n.Rhs[0]); found.registration != nil {
						held[pkg.Info.ObjectOf(id)] = found
					}
				}
			}
		case *ast.CallExpr:
			return on(n).registration == nil
		}
		return true
	})
}

// add is AddTable(T{}) or AddTableWithName(T{}, "table").
func (r registrations) add(p *gosrc.Program, pkg *gosrc.Package, name string, call *ast.CallExpr) *registration {
	named, _ := structOf(pkg.Info.TypeOf(call.Args[0]))
	if named == nil {
		return nil
	}
	key := fieldKey{named.Obj().Pos(), named.Obj().Name()}
	if r[key] != nil {
		return r[key]
	}
	table := gosrc.Text{{Text: "`" + named.Obj().Name() + "`", Pos: call.Args[0].Pos()}}
	if name == "AddTableDynamic" {
		table = gosrc.Text{{Hole: "a table that a method names", Pos: call.Args[0].Pos()}}
	}
	if strings.HasPrefix(name, "AddTableWithName") && len(call.Args) > 1 {
		w := &gosrc.Walker{Program: p}
		if t, ok := w.Expr(pkg, call.Args[len(call.Args)-1]).(gosrc.Text); ok {
			table = quotedName(t)
		} else {
			table = gosrc.Text{{Hole: "a table that a value names", Pos: call.Args[0].Pos()}}
		}
	}
	r[key] = &registration{named: named, table: table, renamed: map[string]string{}}
	return r[key]
}

// take is SetKeys(true, "ID"), ColMap("Name"), Rename("full_name"), SetTransient(true).
func (m *mappedTo) take(pkg *gosrc.Package, name string, call *ast.CallExpr) {
	switch name {
	case "SetKeys":
		for i, a := range call.Args {
			if id, ok := a.(*ast.Ident); ok && i == 0 {
				m.generated = id.Name == "true"
				continue
			}
			m.keys = append(m.keys, constantText(pkg, a))
		}
	case "ColMap":
		m.field = ""
		if len(call.Args) == 1 {
			m.field = constantText(pkg, call.Args[0])
		}
	case "Rename":
		if len(call.Args) == 1 {
			m.renamed[m.field] = constantText(pkg, call.Args[0])
		}
	case "SetTransient":
		if len(call.Args) == 1 && isTrue(call.Args[0]) {
			m.left = append(m.left, m.field)
		}
	}
}

func literalText(e ast.Expr) string {
	lit, ok := ast.Unparen(e).(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	return constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0))
}

var gorpMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	name, options, _ := strings.Cut(tag.Get("db"), ",")
	if inner := embeddedIn(f); inner != nil {
		return mappedField{inner: inner}
	}
	if name == "-" {
		return mappedField{}
	}
	if name == "" {
		name = f.Name()
	}
	return mappedField{column: name, key: strings.Contains(options, "primarykey")}
})

// mappedCall adds the statement of a call that is handed registered structs.
func (c *collector) mappedCall(call *gosrc.Call) {
	if len(c.tables) == 0 {
		return
	}
	name := withoutContext(call.Callee.Name)
	switch name {
	case "Insert", "Update", "Delete", "Get":
	default:
		return
	}
	l := &gosrc.Link{Package: call.Package, Callee: call.Callee, Call: call.Expr, Args: call.Args}
	s := &speller{at: call.Expr.Lparen}
	for i := range call.Args {
		named, st := structOf(typeOf(l, i))
		if named == nil {
			continue
		}
		r := c.tables.of(named)
		if r == nil {
			continue
		}
		if len(s.text) > 0 {
			s.sql("; ")
		}
		r.write(s, name, gorpMapping.of(named, st, load), rowOf(call.Args[i:]).hooked(l, i, name, "Pre"+name))
	}
	if len(s.text) == 0 && isGorp(call.Callee.Pkg) && !c.handsOn(name) {
		c.tables.any(s, name)
	}
	if len(s.text) > 0 {
		c.built(call, -1, s.text)
	}
}

// any writes the statement for a value of any type that is registered: of which
// table it is, is not known.
func (r registrations) any(s *speller, verb string) {
	order := slices.SortedFunc(maps.Values(r), func(a, b *registration) int { return cmp.Compare(a.named.Obj().Pos(), b.named.Obj().Pos()) })
	for i, of := range order {
		st, ok := of.named.Underlying().(*types.Struct)
		if !ok {
			continue
		}
		if i > 0 {
			s.sql("; ")
		}
		one := *of
		one.table = gosrc.Text{{Hole: "the table of a value", Pos: s.at}}
		one.write(s, verb, gorpMapping.of(of.named, st, load), row{})
	}
}

// handsOn says whether the function being walked is a wrapper of the same name, whose
// callers are looked at.
func (c *collector) handsOn(name string) bool {
	return c.now.decl != nil && withoutContext(c.now.decl.Name.Name) == name
}

func (r *registration) write(s *speller, verb string, m *model, of row) {
	var fields, keys []modelField
	for _, f := range m.fields {
		if slices.Contains(r.left, f.field) || slices.Contains(r.left, f.column) {
			continue
		}
		to, renamed := r.renamed[f.field]
		if !renamed { // a field is found by its column too
			to, renamed = r.renamed[f.column]
		}
		_, others := r.renamed[""] // fields that are not known
		f.unknown = to == "" && (renamed || others)
		f.column = cmp.Or(to, f.column)
		if f.key || slices.ContainsFunc(r.keys, func(k string) bool { return strings.EqualFold(k, f.field) || strings.EqualFold(k, f.column) }) {
			keys = append(keys, f)
			if verb == "Update" || verb == "Insert" && r.generated {
				continue
			}
		}
		fields = append(fields, f)
	}
	switch verb {
	case "Insert":
		s.sql("INSERT INTO ")
		s.part(r.table)
		s.inserts(fields, of)
		return
	case "Update":
		s.sql("UPDATE ")
		s.part(r.table)
		s.sql(" SET ")
		s.assignments(fields, of)
	case "Delete":
		s.sql("DELETE FROM ")
		s.part(r.table)
	case "Get":
		s.sql("SELECT ")
		s.columns(fields, "")
		s.sql(" FROM ")
		s.part(r.table)
	}
	list := s.sequence(" WHERE ", " AND ")
	for _, f := range keys {
		list.next()
		s.compared(f)
	}
}
