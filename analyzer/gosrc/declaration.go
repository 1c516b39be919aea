package gosrc

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
)

// Declaration finds a function, or a method of a type or interface, by the import path
// of its package; nil when the package has none. It returns false when the tree does
// not have the package.
func (s *Scan) Declaration(pkg, recv, name string) (fn *ast.FuncType, known bool) {
	for _, dir := range s.dirsOf(pkg) {
		for _, f := range s.dir(dir) {
			known = true
			syntax, _ := parser.ParseFile(token.NewFileSet(), "", f.Text, parser.SkipObjectResolution) // as far as it goes
			if syntax == nil {
				continue
			}
			for _, d := range syntax.Decls {
				if t := declared(d, recv, name); t != nil {
					return t, true
				}
			}
		}
	}
	return nil, known
}

// dirsOf returns the directories that can hold a package.
func (s *Scan) dirsOf(pkg string) []string {
	out := []string{pkg} // without go.mod
	for _, dir := range s.modules {
		data, err := fs.ReadFile(s.fsys, path.Join(dir, "go.mod"))
		if err != nil {
			continue
		}
		if rest, in := strings.CutPrefix(pkg, modfile.ModulePath(data)); in && (rest == "" || rest[0] == '/') {
			out = append(out, path.Join(dir, rest))
		}
	}
	return out
}

// declared returns the type of the function that d declares, if it is the one.
func declared(d ast.Decl, recv, name string) *ast.FuncType {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == name && receiverName(d) == recv {
			return d.Type
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok || t.Name.Name != recv {
				continue
			}
			i, ok := t.Type.(*ast.InterfaceType)
			if !ok {
				continue
			}
			for _, m := range i.Methods.List {
				if ft, ok := m.Type.(*ast.FuncType); ok && len(m.Names) == 1 && m.Names[0].Name == name {
					return ft
				}
			}
		}
	}
	return nil
}
