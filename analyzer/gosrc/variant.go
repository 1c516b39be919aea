package gosrc

import (
	"go/ast"
	"slices"
	"sync"
)

// maxVariants bounds how often a package is typed for its build variants.
const maxVariants = 4

// variants takes the files out of pkg that declare again what others declare, as
// files for another platform or edition do, and returns the packages that they
// make together with the rest.
func (pkg *Package) variants() []*Package {
	declared := map[string][]*File{}
	for _, f := range pkg.Files {
		for name := range declarations(f.Syntax) {
			declared[name] = append(declared[name], f)
		}
	}
	clashes := map[*File][]*File{}
	for _, files := range declared {
		for _, a := range files {
			for _, b := range files {
				if a != b && !slices.Contains(clashes[a], b) {
					clashes[a] = append(clashes[a], b)
				}
			}
		}
	}
	if len(clashes) == 0 {
		return nil
	}
	groups := make([][]*File, 1)
	for _, f := range pkg.Files {
		i := slices.IndexFunc(groups, func(g []*File) bool { return !clash(f, g, clashes) })
		switch {
		case i >= 0:
			groups[i] = append(groups[i], f)
		case len(groups) <= maxVariants:
			groups = append(groups, []*File{f})
		default:
			groups[0] = append(groups[0], f) // read with what others declare
		}
	}
	pkg.Files = groups[0]
	var out []*Package
	for _, g := range groups[1:] {
		v := &Package{Dir: pkg.Dir, Path: pkg.Path, Files: g, prog: pkg.prog, bodies: pkg.bodies, Known: &sync.Map{}}
		for _, f := range groups[0] {
			if !clash(f, g, clashes) {
				v.shared = append(v.shared, f)
			}
		}
		out = append(out, v)
	}
	return out
}

func clash(f *File, with []*File, clashes map[*File][]*File) bool {
	return slices.ContainsFunc(clashes[f], func(o *File) bool { return slices.Contains(with, o) })
}

// declarations are the names that a file declares at package level, methods with
// their types.
func declarations(f *ast.File) map[string]bool {
	out := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				out[receiverName(d)+"."+d.Name.Name] = true
			case d.Name.Name != "init":
				out[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						out[name.Name] = true
					}
				case *ast.TypeSpec:
					out[spec.Name.Name] = true
				}
			}
		}
	}
	delete(out, "_")
	return out
}

// receiverName is the name of the type that a method is declared for; "" for a function.
func receiverName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.ParenExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
