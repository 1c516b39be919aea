package uses

import (
	"go/ast"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// renamed are the libraries that code tells to name tables and columns otherwise than
// they do by themselves.
type renamed map[*library]naming

// A naming is what a library is told to make of the names of types. Of one that is
// open nothing is known, of columns neither.
type naming struct {
	open     bool
	prefix   string
	singular bool
}

// renamingNames are what code calls or sets to that end.
var renamingNames = map[string]bool{
	"SetMapper": true, "SetTableMapper": true, "SetColumnMapper": true, // xorm
	"NamingStrategy": true, "SingularTable": true, "DefaultTableNameHandler": true, "AddNamingStrategy": true, // GORM
}

// renaming finds the libraries that packages tell so.
func renaming(p *gosrc.Program) renamed {
	out := renamed{}
	for _, pkg := range p.Packages {
		libs := mappers(pkg)
		if len(libs) == 0 {
			continue
		}
		tell := func(as naming) {
			for _, lib := range libs {
				if have, told := out[lib]; told && have != as {
					as.open = true
				}
				out[lib] = as
			}
		}
		for _, f := range pkg.Files {
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if id, ok := n.Key.(*ast.Ident); ok && id.Name == "NamingStrategy" {
						tell(strategy(pkg, n.Value))
						return false
					}
				case *ast.CallExpr:
					if fun, ok := n.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "SingularTable" && len(n.Args) == 1 {
						tell(naming{singular: isTrue(n.Args[0]), open: !isTrue(n.Args[0])})
						return false
					}
				case *ast.Ident:
					if renamingNames[n.Name] {
						tell(naming{open: true})
					}
				}
				return true
			})
		}
	}
	return out
}

// strategy reads schema.NamingStrategy{TablePrefix: "app_", SingularTable: true}.
func strategy(pkg *gosrc.Package, e ast.Expr) naming {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return naming{open: true}
	}
	if t, ok := lit.Type.(*ast.SelectorExpr); !ok || t.Sel.Name != "NamingStrategy" || !pkg.Outside(pkg.Callee(&ast.CallExpr{Fun: t}).Pkg) {
		return naming{open: true}
	}
	var out naming
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return naming{open: true}
		}
		key, _ := kv.Key.(*ast.Ident)
		switch {
		case key != nil && key.Name == "SingularTable" && isTrue(kv.Value):
			out.singular = true
		case key != nil && key.Name == "TablePrefix" && literalText(kv.Value) != "":
			out.prefix = literalText(kv.Value)
		case key != nil && key.Name == "IdentifierMaxLength":
		default:
			return naming{open: true}
		}
	}
	return out
}

func isTrue(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "true"
}

// names says of those whose naming is not known that they are not read.
func (r renamed) names() []string {
	var out []string
	for lib, as := range r {
		if name := lib.name + " with a mapper of names"; as.open && !slices.Contains(out, name) {
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
	if len(r) == 0 {
		return t
	}
	as, told := r[libraryOf(ch.Links[0].Callee)]
	if !told {
		return t
	}
	out := slices.Clone(t)
	for i, p := range out {
		switch {
		case p.Named == "":
		case as.open:
			out[i] = gosrc.Part{Hole: "the name that is made of " + p.Named, Pos: p.Pos, May: p.May}
		case p.Row == nil:
			out[i].Text = "`" + as.table(p.Named) + "`"
		}
	}
	return out
}

// table is the name of the table of a type.
func (n naming) table(of string) string {
	if n.singular {
		return n.prefix + snake(of)
	}
	return n.prefix + plural(snake(of))
}
