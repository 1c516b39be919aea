package gosrc

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"
)

//go:embed stubs/*.txtar
var stubFiles embed.FS

// stubSources are the sources of the stubs by import path. One that several paths
// name is that of each.
var stubSources = sync.OnceValue(func() map[string][]byte {
	out := map[string][]byte{}
	entries, err := stubFiles.ReadDir("stubs")
	if err != nil {
		panic(fmt.Sprintf("reading the embedded stubs: %v", err))
	}
	for _, e := range entries {
		data, err := stubFiles.ReadFile("stubs/" + e.Name())
		if err != nil {
			panic(fmt.Sprintf("reading the embedded stubs: %v", err))
		}
		for _, f := range txtar.Parse(data).Files {
			for importPath := range strings.FieldsSeq(f.Name) {
				out[importPath] = f.Data
			}
		}
	}
	return out
})

// stubs are the packages from outside of the program: a few declarations for
// those that matter, and nothing for the rest.
type stubs struct {
	fset *token.FileSet
	mu   sync.Mutex
	pkgs map[string]*types.Package
}

func newStubs() *stubs {
	return &stubs{fset: token.NewFileSet(), pkgs: map[string]*types.Package{"unsafe": types.Unsafe}}
}

// pkg returns the stub of an import path, empty when there is none.
func (s *stubs) pkg(path string) (*types.Package, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Import(path)
}

// Import is for the imports among stubs.
func (s *stubs) Import(path string) (*types.Package, error) {
	if p := s.pkgs[path]; p != nil {
		return p, nil
	}
	src, known := stubSources()[path]
	if !known {
		p := types.NewPackage(path, packageName(path))
		p.MarkComplete()
		s.pkgs[path] = p
		return p, nil
	}
	f, err := parser.ParseFile(s.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading the stub of %s: %w", path, err)
	}
	conf := types.Config{Importer: s, IgnoreFuncBodies: true}
	p, err := conf.Check(path, s.fset, []*ast.File{f}, nil)
	if err != nil {
		return nil, fmt.Errorf("typing the stub of %s: %w", path, err)
	}
	s.pkgs[path] = p
	return p, nil
}
