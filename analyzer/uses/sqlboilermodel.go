package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A boilTable is a table as a package that SQLBoiler made has it.
type boilTable struct {
	*model
	of       *types.Struct
	columns  []string // in the order of the fields
	keys     []string // columns of the primary key
	deleted  string   // the column that marks a row as deleted; ""
	table    string   // "" when the package was not read
	foreign  bool     // it is of another database: the package quotes names otherwise than MySQL
	defaults []string // columns that an INSERT leaves out where their fields are zero
	kept     []string // columns that an UPDATE leaves alone unless it lists them
	stamped  map[string][]string
	rereads  bool // an upsert reads back what it did not store
	softly   bool // DELETE may be an UPDATE that marks the row
	hooks    map[string][]gosrc.Hook
	// hooked are the kinds of statements before which functions run that are not known.
	hooked map[string]bool
}

// A boilPackage is a package that SQLBoiler made.
type boilPackage struct {
	home      *gosrc.Package        // nil when its source is not there
	tables    map[string]*boilTable // by the names of their types: userQuery, User and UserSlice
	functions map[token.Pos]*ast.FuncDecl
}

// boilPackages are the packages that were read, by boilKey.
var boilPackages sync.Map

// A boilKey tells versions of a tree apart, which may share the types of a package and
// register other hooks.
type boilKey struct {
	program *gosrc.Program
	pkg     *types.Package
}

// boilPackageOf reads the package that SQLBoiler made of which a function is.
func boilPackageOf(from *gosrc.Package, pkg *types.Package) *boilPackage {
	key := boilKey{from.Program(), pkg}
	if known, ok := boilPackages.Load(key); ok {
		return known.(*boilPackage) //nolint:forcetypeassert // the map holds nothing else
	}
	out := &boilPackage{tables: map[string]*boilTable{}, functions: map[token.Pos]*ast.FuncDecl{}}
	out.home = from.Program().PackageOf(pkg)
	lists := out.lists()
	for _, name := range pkg.Scope().Names() {
		if query := queryBegun(pkg.Scope().Lookup(name)); query != nil && out.tables[query.Name()] == nil {
			out.add(query, lists)
		}
	}
	out.read()
	out.readHooks(from.Program())
	boilPackages.Store(key, out)
	return out
}

// queryBegun is the type of the query that a function makes, as Users does; nil when it
// makes none.
func queryBegun(obj types.Object) *types.TypeName {
	fn, ok := obj.(*types.Func)
	if !ok || signatureOf(fn).Results().Len() == 0 {
		return nil
	}
	query, ok := types.Unalias(signatureOf(fn).Results().At(0).Type()).(*types.Named)
	if !ok || boilKindOf(query) != boilQueries {
		return nil
	}
	return query.Obj()
}

var boilMapping = mapping(func(_ *types.Var, tag reflect.StructTag) mappedField {
	name, _, _ := strings.Cut(tag.Get("boil"), ",")
	if name == "-" {
		return mappedField{}
	}
	return mappedField{column: name}
})

// add finds the types of a table by what the finishers of its query give.
func (p *boilPackage) add(query *types.TypeName, lists map[string][]string) {
	row := boilResult(query, "One")
	named, s := structOf(row)
	if named == nil {
		return
	}
	prefix := strings.TrimSuffix(query.Name(), "Query")
	t := &boilTable{model: boilMapping.of(named, s, load), of: s, defaults: lists[prefix+"ColumnsWithDefault"], stamped: map[string][]string{}, hooks: map[string][]gosrc.Hook{}, hooked: map[string]bool{}}
	t.keys = lists[prefix+"PrimaryKeyColumns"]
	for _, f := range t.fields {
		t.columns = append(t.columns, f.column)
	}
	p.tables[query.Name()], p.tables[named.Obj().Name()] = t, t
	if slice, ok := types.Unalias(boilResult(query, "All")).(*types.Named); ok {
		p.tables[slice.Obj().Name()] = t
	}
}

// boilResult is what a method of a query gives first.
func boilResult(query *types.TypeName, method string) types.Type {
	obj, _, _ := types.LookupFieldOrMethod(query.Type(), true, query.Pkg(), method)
	fn, ok := obj.(*types.Func)
	if !ok {
		return types.Typ[types.Invalid]
	}
	results := signatureOf(fn).Results()
	if results.Len() == 0 {
		return types.Typ[types.Invalid]
	}
	return results.At(0).Type()
}

// of is the table that a type of the package stands for; nil when it is none.
func (p *boilPackage) of(t types.Type) *boilTable {
	if t == nil {
		return nil
	}
	_, name := gosrc.Named(t)
	if s, ok := t.(*types.Slice); ok {
		return p.of(s.Elem())
	}
	return p.tables[name]
}

// declarations calls do for every declaration that SQLBoiler made.
func (p *boilPackage) declarations(do func(ast.Decl)) {
	if p.home == nil {
		return
	}
	for _, f := range p.home.Files {
		if !f.GeneratedBy(sqlboilerName) {
			continue
		}
		for _, d := range f.Syntax.Decls {
			do(d)
		}
	}
}

// lists are the variables that hold names of columns.
func (p *boilPackage) lists() map[string][]string {
	out := map[string][]string{}
	p.declarations(func(d ast.Decl) {
		gen, ok := d.(*ast.GenDecl)
		if !ok {
			return
		}
		for _, spec := range gen.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok || len(v.Names) != len(v.Values) {
				continue
			}
			for i, name := range v.Names {
				if lit, ok := v.Values[i].(*ast.CompositeLit); ok {
					out[name.Name] = stringsIn(lit)
				}
			}
		}
	})
	return out
}

// stringsIn are the elements of []string{…}; nil when it is something else.
func stringsIn(lit *ast.CompositeLit) []string {
	if t, ok := lit.Type.(*ast.ArrayType); !ok || types.ExprString(t.Elt) != "string" {
		return nil
	}
	var out []string
	for _, e := range lit.Elts {
		out = append(out, literalText(e))
	}
	return out
}

// read learns from the functions of the package what they do to their tables.
func (p *boilPackage) read() {
	p.declarations(func(d ast.Decl) {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			return
		}
		p.functions[fn.Name.Pos()] = fn
		if fn.Recv == nil {
			p.readStarter(fn)
			return
		}
		t := p.of(p.home.Info.TypeOf(fn.Recv.List[0].Type))
		if t == nil {
			return
		}
		switch fn.Name.Name {
		case "Insert", "Update", "Upsert", "Delete":
			t.readMethod(fn)
		}
	})
}

// readStarter reads Users(mods…), which names the table.
func (p *boilPackage) readStarter(fn *ast.FuncDecl) {
	if fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
		return
	}
	t := p.of(p.home.Info.TypeOf(fn.Type.Results.List[0].Type))
	if t == nil {
		return
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		name := literalText(call.Args[0])
		switch p.home.Callee(call).Name {
		case "From":
			t.table = strings.ReplaceAll(name, "`", "")
			t.foreign = strings.ContainsAny(name, `"[`)
		case "WhereIsNull":
			t.deleted = strings.Trim(name[strings.LastIndexByte(name, '.')+1:], "`")
		}
		return true
	})
}

// readMethod learns what a method stores of itself, and what it leaves alone.
func (t *boilTable) readMethod(fn *ast.FuncDecl) {
	verb := fn.Name.Name
	stamp := func(e, value ast.Expr) {
		if id, ok := value.(*ast.Ident); !ok || id.Name != "currTime" {
			return
		}
		if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
			for _, f := range t.fields {
				if f.field == sel.Sel.Name {
					t.stamped[verb] = append(t.stamped[verb], f.column)
				}
			}
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && len(n.Rhs) == 1 {
				stamp(n.Lhs[0], n.Rhs[0])
			}
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || len(n.Args) != 2 {
				return true
			}
			switch sel.Sel.Name {
			case "SetScanner":
				if u, ok := n.Args[0].(*ast.UnaryExpr); ok {
					stamp(u.X, n.Args[1])
				}
			case "SetComplement":
				if lit, ok := n.Args[1].(*ast.CompositeLit); ok && verb == "Update" {
					t.kept = append(t.kept, stringsIn(lit)...)
				}
			case "SetIntersect":
				t.rereads = true
			}
		case *ast.Ident:
			t.softly = t.softly || verb == "Delete" && n.Name == "hardDelete"
		}
		return true
	})
}

// key are the columns of the primary key, or else id.
func (t *boilTable) key() []string {
	if len(t.keys) == 0 && slices.Contains(t.columns, "id") {
		return []string{"id"}
	}
	return t.keys
}

// field is the field that a column is kept in.
func (t *boilTable) field(column string) (modelField, bool) {
	i := slices.Index(t.columns, column)
	if i < 0 {
		return modelField{}, false
	}
	return t.fields[i], true
}

// declaration is the function that SQLBoiler made; nil when its body is not here.
func (p *boilPackage) declaration(fn *types.Func) *ast.FuncDecl {
	if p.home == nil || fn == nil {
		return nil
	}
	return p.functions[fn.Pos()]
}

// readHooks finds the functions that the program has run before a row is stored:
// models.AddUserHook(boil.BeforeInsertHook, f).
func (p *boilPackage) readHooks(program *gosrc.Program) {
	for _, pkg := range program.Packages {
		for _, f := range pkg.Files {
			if f.GeneratedBy(sqlboilerName) {
				continue
			}
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 {
					p.readHook(program, pkg, call)
				}
				return true
			})
		}
	}
}

func (p *boilPackage) readHook(program *gosrc.Program, pkg *gosrc.Package, call *ast.CallExpr) {
	c := pkg.Callee(call)
	model, isHook := strings.CutSuffix(strings.TrimPrefix(c.Name, "Add"), "Hook")
	t := p.tables[model]
	point, ok := call.Args[0].(*ast.SelectorExpr)
	if !isHook || t == nil || c.Func == nil || p.functions[c.Func.Pos()] == nil || !ok {
		return
	}
	kind, before := strings.CutPrefix(strings.TrimSuffix(point.Sel.Name, "Hook"), "Before")
	if !before {
		return
	}
	if decl, in := hookFunc(program, pkg, call.Args[1]); decl != nil {
		t.hooks[kind] = append(t.hooks[kind], gosrc.Hook{Kind: kind, Func: decl, In: in})
		return
	}
	t.hooked[kind] = true
}

// hookFunc is the function that an expression names or spells.
func hookFunc(program *gosrc.Program, pkg *gosrc.Package, e ast.Expr) (*ast.FuncDecl, *gosrc.Package) {
	e = ast.Unparen(e)
	if lit, ok := e.(*ast.FuncLit); ok {
		return &ast.FuncDecl{Type: lit.Type, Body: lit.Body}, pkg
	}
	id, _ := e.(*ast.Ident)
	if sel, ok := e.(*ast.SelectorExpr); ok {
		id = sel.Sel
	}
	fn, _ := pkg.Info.Uses[id].(*types.Func)
	if fn == nil {
		return nil, nil
	}
	in := program.PackageOf(fn.Pkg())
	if decls := program.Declarations(fn); in != nil && len(decls) == 1 {
		return decls[0], in
	}
	return nil, nil
}
