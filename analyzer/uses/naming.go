package uses

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// renamed are the libraries that code tells to name tables and columns otherwise than
// they do by themselves.
type renamed map[*library]naming

// A naming is what a library is told to make of the names of types and fields.
type naming struct{ table, column namer }

func (n naming) open() bool { return n.table.style == unknown || n.column.style == unknown }

// A namer makes a name of that of a type or field.
type namer struct {
	style          style
	prefix, suffix string
}

type style string

const (
	itsOwn  style = "" // as the library does by itself
	unknown style = "?"
)

// styles are what a namer makes of a name before what it adds.
var styles = map[style]func(string) string{
	"same":       func(name string) string { return name },
	"snake":      snake,
	"bun snake":  bunSnake,
	"xorm snake": xormSnake,
	"gonic":      gonic,
}

// of is the name that a namer makes, given the one that the library makes by itself.
func (n namer) of(own, named string) string {
	if do := styles[n.style]; do != nil {
		own = do(named)
	}
	return n.prefix + own + n.suffix
}

var unknownNaming = naming{table: namer{style: unknown}, column: namer{style: unknown}}

// renamingNames are what code calls or sets to that end.
var renamingNames = map[string]bool{
	"SetMapper": true, "SetTableMapper": true, "SetColumnMapper": true, // xorm
	"NamingStrategy": true, "SingularTable": true, "DefaultTableNameHandler": true, "AddNamingStrategy": true, // GORM
	"SetTableNameInflector": true, // bun
}

// renaming finds the libraries that packages tell so.
func renaming(p *gosrc.Program) renamed {
	out := renamed{}
	told := map[*library]ast.Decl{} // where
	for _, pkg := range p.Packages {
		libs := mappers(pkg)
		if len(libs) == 0 {
			continue
		}
		for _, f := range pkg.Files {
			for _, d := range f.Syntax.Decls {
				tell := func(change func(*naming)) {
					for _, lib := range libs {
						as := out[lib]
						change(&as)
						if have, before := out[lib]; before && have != as && told[lib] != d {
							as = unknownNaming
						}
						out[lib], told[lib] = as, d
					}
				}
				ast.Inspect(d, func(n ast.Node) bool { return !tells(pkg, n, tell) })
			}
		}
	}
	return out
}

// tells looks whether a node tells a library how to name, and says how.
func tells(pkg *gosrc.Package, n ast.Node, tell func(func(*naming))) bool {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if id, ok := n.Key.(*ast.Ident); ok && id.Name == "NamingStrategy" {
			as := strategy(pkg, n.Value)
			tell(func(to *naming) { *to = as })
			return true
		}
	case *ast.AssignStmt:
		if sel, ok := n.Lhs[0].(*ast.SelectorExpr); ok && sel.Sel.Name == "DefaultTableNameHandler" && len(n.Rhs) == 1 {
			as := affixes(pkg, n.Rhs[0], itsOwn)
			tell(func(to *naming) { to.table = as })
			return true
		}
	case *ast.CallExpr:
		fun, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) != 1 {
			return false
		}
		switch fun.Sel.Name {
		case "SingularTable":
			as := namer{style: unknown}
			if isTrue(n.Args[0]) {
				as.style = "snake"
			}
			tell(func(to *naming) { to.table = as })
			return true
		case "SetTableNameInflector":
			as := affixes(pkg, n.Args[0], "bun snake")
			tell(func(to *naming) { to.table = as })
			return true
		case "SetMapper", "SetTableMapper", "SetColumnMapper":
			as := xormMapper(pkg, n.Args[0], maxMappers)
			tell(func(to *naming) {
				if fun.Sel.Name != "SetColumnMapper" {
					to.table = as
				}
				if fun.Sel.Name != "SetTableMapper" {
					to.column = as
				}
			})
			return true
		}
	case *ast.Ident:
		if renamingNames[n.Name] {
			tell(func(to *naming) { *to = unknownNaming })
		}
	}
	return false
}

// strategy reads schema.NamingStrategy{TablePrefix: "app_", SingularTable: true}.
func strategy(pkg *gosrc.Package, e ast.Expr) naming {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return unknownNaming
	}
	if t, ok := lit.Type.(*ast.SelectorExpr); !ok || t.Sel.Name != "NamingStrategy" || !pkg.Outside(pkg.Callee(&ast.CallExpr{Fun: t}).Pkg) {
		return unknownNaming
	}
	var out naming
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return unknownNaming
		}
		key, _ := kv.Key.(*ast.Ident)
		text := constantText(pkg, kv.Value)
		switch {
		case key != nil && key.Name == "SingularTable" && isTrue(kv.Value):
			out.table.style = "snake"
		case key != nil && key.Name == "TablePrefix" && text != "":
			out.table.prefix = text
		case key != nil && key.Name == "IdentifierMaxLength":
		default:
			return unknownNaming
		}
	}
	return out
}

// affixes reads func(name string) string { return "app_" + name }: what it makes of
// the name that it is given, which is of a style.
func affixes(pkg *gosrc.Package, e ast.Expr, given style) namer {
	lit, ok := ast.Unparen(e).(*ast.FuncLit)
	if !ok || len(lit.Body.List) != 1 {
		return namer{style: unknown}
	}
	ret, ok := lit.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return namer{style: unknown}
	}
	params := lit.Type.Params.List
	names := params[len(params)-1].Names
	var read func(e ast.Expr) namer
	read = func(e ast.Expr) namer {
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			if len(names) > 0 && pkg.Info.ObjectOf(e) == pkg.Info.ObjectOf(names[len(names)-1]) {
				return namer{style: given}
			}
		case *ast.CallExpr:
			if pkg.Callee(e).Name == "Plural" && len(e.Args) == 1 && read(e.Args[0]) == (namer{style: given}) {
				return namer{} // as bun does by itself
			}
		case *ast.BinaryExpr:
			if text := constantText(pkg, e.X); text != "" {
				out := read(e.Y)
				out.prefix = text + out.prefix
				return out
			}
			if text := constantText(pkg, e.Y); text != "" {
				out := read(e.X)
				out.suffix += text
				return out
			}
		}
		return namer{style: unknown}
	}
	return read(ret.Results[0])
}

func isTrue(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "true"
}

// names says of those whose naming is not known that they are not read.
func (r renamed) names() []string {
	var out []string
	for lib, as := range r {
		if name := lib.name + " with a mapper of names"; as.open() && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// mappers are the libraries that a package imports which name tables after types.
func mappers(pkg *gosrc.Package) []*library {
	var out []*library
	for _, imported := range pkg.Imports() {
		if lib := libraryAt(imported); lib != nil && lib.maps && !slices.Contains(out, lib) {
			out = append(out, lib)
		}
	}
	return out
}

// in is the text of a chain as such a library names tables and columns, with holes
// for what is not known.
func (r renamed) in(t gosrc.Text, ch *gosrc.Chain) gosrc.Text {
	lib := libraryOf(ch.Links[0].Callee)
	as, told := r[lib]
	if !told && lib != xorm && lib != xorm0 {
		return t
	}
	out := slices.Clone(t)
	for i, p := range out {
		if p.Named == "" {
			continue
		}
		by := as.table
		if p.Column {
			by = as.column
		}
		if by.style == unknown || !told && xormSnake(p.Named) != gonic(p.Named) { // RepoID is repo_i_d, unless a mapper was not seen
			out[i] = gosrc.Part{Hole: "the name that is made of " + p.Named, Pos: p.Pos, May: p.May}
			continue
		}
		own := strings.Trim(p.Text, "`")
		if p.Column { // those of a struct within may have a prefix
			prefix := strings.TrimSuffix(own, xormSnake(p.Named))
			by.prefix, own = prefix+by.prefix, own[len(prefix):]
		}
		out[i].Text = "`" + by.of(own, p.Named) + "`"
	}
	return out
}
