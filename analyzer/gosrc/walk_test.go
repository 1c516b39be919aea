package gosrc_test

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

var update = flag.Bool("update", false, "write the golden parts of the scenarios")

// TestWalk walks each function of the root package of every scenario and
// compares the calls that it shows, with the texts of their arguments.
func TestWalk(t *testing.T) {
	files, err := filepath.Glob("testdata/walk/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { walkScenario(t, name) })
	}
}

func walkScenario(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var want string
	var rest []txtar.File
	for _, f := range archive.Files {
		if f.Name == "calls" {
			want = string(f.Data)
			continue
		}
		rest = append(rest, f)
	}
	archive.Files = rest
	fsys, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	got := calls(t, fsys, strings.Contains(string(archive.Comment), "(follow)"))
	if *update {
		archive.Files = append(archive.Files, txtar.File{Name: "calls", Data: []byte(got)})
		if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("calls:\n%s\nwant:\n%s", got, want)
	}
}

// calls lists what each function of the root package calls.
func calls(t *testing.T, fsys fs.FS, follow bool) string {
	t.Helper()
	p, err := gosrc.Load(context.Background(), fsys, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := &gosrc.Walker{Program: p, Follow: follow}
	w.Call = func(c *gosrc.Call) {
		for i, arg := range c.Args {
			for _, text := range gosrc.Texts(arg) {
				if text.String() == "" {
					continue
				}
				fmt.Fprintf(&b, "  %s %d: %s", c.Callee, i, show(p, text))
				if n := len(c.Guards); n > 0 && c.Guards[n-1] != nil {
					fmt.Fprintf(&b, "  when %s", types.ExprString(c.Guards[n-1]))
				}
				b.WriteString("\n")
			}
		}
	}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Files {
			for _, d := range f.Syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && (!follow || ast.IsExported(fn.Name.Name)) {
					fmt.Fprintf(&b, "%s\n", fn.Name.Name)
					w.Func(pkg, fn)
				}
			}
		}
	}
	return b.String()
}

// show writes a text with its holes in braces, what is conditional in brackets,
// and checks that what is verbatim stands where it says.
func show(p *gosrc.Program, text gosrc.Text) string {
	var b strings.Builder
	for _, part := range text {
		s := part.Text
		if part.Hole != "" {
			s = "{" + part.Hole + "}"
		}
		if part.Verbatim {
			at := p.Fset.Position(part.Pos)
			if src := p.File(part.Pos).Source; !strings.HasPrefix(string(src[at.Offset:]), part.Text) {
				s += fmt.Sprintf("!!! not at %s", at)
			}
		}
		if part.May {
			s = "[" + s + "]"
		}
		b.WriteString(s)
	}
	return fmt.Sprintf("%q", b.String())
}
