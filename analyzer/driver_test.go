package analyzer_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"
)

// A driver types the packages of one module as the go command would, with the
// standard library as it is built, and declarations that stand in for other libraries.
type driver struct {
	dir, module string
	fset        *token.FileSet
	packages    map[string]*packages.Package
	libraries   map[string]*types.Package
}

// standard are the packages of the standard library that scenarios import.
var standard = sync.OnceValues(func() (map[string]*types.Package, error) {
	roots, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps}, "std")
	if err != nil {
		return nil, err
	}
	out := map[string]*types.Package{"unsafe": types.Unsafe}
	packages.Visit(roots, nil, func(p *packages.Package) {
		if p.Types != nil {
			out[p.PkgPath] = p.Types
		}
	})
	return out, nil
})

// libraries are the declarations of other libraries by import path.
var libraries = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, glob := range []string{"gosrc/stubs/*.txtar", "testdata/libraries.txtar"} {
		files, err := filepath.Glob(glob)
		if err != nil {
			panic(err)
		}
		for _, name := range files {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				panic(err)
			}
			for _, f := range archive.Files {
				if strings.Contains(strings.Split(f.Name, "/")[0], ".") {
					out[f.Name] = string(f.Data)
				}
			}
		}
	}
	return out
})

// typed returns the packages of a module; false when one does not type: it imports
// what nothing stands in for, or is broken on purpose.
func typed(t *testing.T, dir string) ([]*packages.Package, bool) {
	t.Helper()
	d := &driver{dir: dir, fset: token.NewFileSet(), packages: map[string]*packages.Package{}, libraries: map[string]*types.Package{}}
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, false
	}
	d.module = modfile.ModulePath(data)
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		_, err = d.Import(path.Join(d.module, filepath.ToSlash(rel)))
		if _, none := errors.AsType[*build.NoGoError](err); none {
			return nil
		}
		return err
	})
	if err != nil {
		t.Logf("not typed: %v", err)
		return nil, false
	}
	var out []*packages.Package
	for _, p := range d.packages {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return out, true
}

// Import is for the imports among packages.
func (d *driver) Import(name string) (*types.Package, error) {
	if rest, own := strings.CutPrefix(name, d.module); own && (rest == "" || rest[0] == '/') {
		return d.own(name, filepath.Join(d.dir, filepath.FromSlash(rest)))
	}
	if source, known := libraries()[name]; known {
		return d.library(name, source)
	}
	std, err := standard()
	if err != nil {
		return nil, err
	}
	if p := std[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("nothing stands in for %s", name)
}

func (d *driver) own(name, dir string) (*types.Package, error) {
	if p := d.packages[name]; p != nil {
		return p.Types, nil
	}
	found, err := build.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	p := &packages.Package{ID: name, PkgPath: name, Name: found.Name, Fset: d.fset, TypesSizes: types.SizesFor("gc", "amd64"), TypesInfo: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		Instances: map[*ast.Ident]types.Instance{}, FileVersions: map[*ast.File]string{},
	}}
	for _, file := range found.GoFiles {
		syntax, err := parser.ParseFile(d.fset, filepath.Join(dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.Syntax = append(p.Syntax, syntax)
		p.GoFiles = append(p.GoFiles, filepath.Join(dir, file))
	}
	p.CompiledGoFiles = p.GoFiles
	p.Types, err = (&types.Config{Importer: d, Sizes: p.TypesSizes}).Check(name, d.fset, p.Syntax, p.TypesInfo)
	d.packages[name] = p
	return p.Types, err
}

func (d *driver) library(name, source string) (*types.Package, error) {
	if p := d.libraries[name]; p != nil {
		return p, nil
	}
	syntax, err := parser.ParseFile(d.fset, name+"/stub.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	p, err := (&types.Config{Importer: d, IgnoreFuncBodies: true}).Check(name, d.fset, []*ast.File{syntax}, nil)
	d.libraries[name] = p
	return p, err
}
