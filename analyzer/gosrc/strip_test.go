package gosrc

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

func TestStripped(t *testing.T) {
	const src = `package app

func plain() {
	a := "}"
	_ = a
}

func text(n int) string {
	return "kept"
}

func results(
	n int,
) (query string, err error) {
	return "kept", nil
}

func (t *T) method(f func() error) (int, error) {
	return 1, nil
}

func short() int { return 1 }

const after = "here"
`
	out := stripped([]byte(src))
	if len(out) != len(src) {
		t.Fatalf("%d bytes of %d", len(out), len(src))
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", out, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"plain": 0, "text": 1, "results": 1, "method": 0, "short": 1}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if got := len(d.Body.List); got != want[d.Name.Name] {
				t.Errorf("%s has %d statements, want %d", d.Name.Name, got, want[d.Name.Name])
			}
		case *ast.GenDecl:
			if at := fset.Position(d.Pos()); src[at.Offset:at.Offset+5] != "const" || at.Line != 24 {
				t.Errorf("the constant stands at %v", at)
			}
		}
	}
}
