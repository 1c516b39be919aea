package gosrc_test

import (
	"context"
	"go/ast"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/analyzer/internal/mutate"
)

// FuzzWalk walks every function of a Go file, into what it calls and without. It
// must end, without a panic.
func FuzzWalk(f *testing.F) {
	mutate.Seed(f, "testdata/*/*.txtar")
	f.Fuzz(func(t *testing.T, src string, edits []byte) {
		src = mutate.Go(src, edits)
		fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.com/app")}, "app.go": {Data: []byte(src)}}
		scan, err := gosrc.ScanTree(context.Background(), fsys, []string{"."}, gosrc.NewSyntax(), nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := scan.Load(context.Background(), []string{"."}, gosrc.Everything, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, follow := range []bool{false, true} {
			walkAll(p, follow)
		}
	})
}

func walkAll(p *gosrc.Program, follow bool) {
	w := &gosrc.Walker{Program: p, Follow: follow}
	w.Call = func(c *gosrc.Call) {
		for _, arg := range c.Args {
			for _, text := range gosrc.Texts(arg) {
				_ = text.String()
			}
		}
	}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			for _, d := range f.Syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
					w.Func(pkg, fn)
				}
			}
		}
	}
}
