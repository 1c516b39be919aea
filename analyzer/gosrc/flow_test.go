package gosrc_test

import (
	"context"
	"go/ast"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// TestMust asks of every call of old in the scenario whether some call of fresh
// must happen with it, and compares with what the function's comment says.
func TestMust(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/flow/must.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	p, err := gosrc.Load(context.Background(), fsys, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	pkg := p.Packages[0]
	var fresh []gosrc.Site
	each(pkg, "fresh", func(s gosrc.Site) { fresh = append(fresh, s) })
	flow := gosrc.NewFlow(p, nil)
	asked := 0
	each(pkg, "old", func(s gosrc.Site) {
		word, _, ok := strings.Cut(s.Decl.Doc.Text(), ":")
		if !ok {
			return
		}
		asked++
		got := "may"
		if flow.Must(s, fresh) {
			got = "must"
		}
		if got != word {
			t.Errorf("%s: %s, want %s", s.Decl.Name.Name, got, word)
		}
	})
	if asked < 25 {
		t.Errorf("only %d functions were asked about", asked)
	}
}

// each finds the calls of a function.
func each(pkg *gosrc.Package, name string, do func(gosrc.Site)) {
	for _, f := range pkg.Files {
		for _, d := range f.Syntax.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			ast.Inspect(decl, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && pkg.Callee(call).Name == name {
					do(gosrc.Site{Package: pkg, Decl: decl, Node: call})
				}
				return true
			})
		}
	}
}
