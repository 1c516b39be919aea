package analyzer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/analyzer"
	"github.com/expandcheck/expandcheck/lint"
)

func load(t *testing.T, cfg lint.Config) *lint.State {
	t.Helper()
	state, err := lint.Load(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// TestAnalyzer runs the analyzer on a module with its expectations in comments.
func TestAnalyzer(t *testing.T) {
	dir, err := filepath.Abs("testdata/stars")
	if err != nil {
		t.Fatal(err)
	}
	state := load(t, lint.Config{Root: os.DirFS(dir), RootDir: dir, All: true})
	analysistest.Run(t, dir, analyzer.New(state), "./...")
	analysistest.Run(t, dir, analyzer.Known(dir, analyzer.Findings(state)), "./...")
}

// TestSameAsLint: on every scenario with Go code the analyzer says of each Go file
// what lint says.
func TestSameAsLint(t *testing.T) {
	files, err := filepath.Glob("../rules/testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var compared atomic.Int32
	t.Run("scenarios", func(t *testing.T) {
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return strings.HasSuffix(f.Name, ".go") }) {
				continue
			}
			t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				if same(t, archive) {
					compared.Add(1)
				}
			})
		}
	})
	if n := compared.Load(); n < 150 {
		t.Errorf("only %d scenarios were compared", n)
	}
}

// same compares them, where the module can be typed.
func same(t *testing.T, archive *txtar.Archive) bool {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	base := fstest.MapFS{}
	for _, f := range archive.Files {
		name, deployed := strings.CutPrefix(f.Name, "base/")
		name = strings.TrimPrefix(name, "head/")
		if deployed {
			base[name] = &fstest.MapFile{Data: f.Data}
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		for name := range strings.FieldsSeq(string(f.Data)) {
			if f.Name == "gone" {
				_ = os.Remove(filepath.Join(dir, name))
			}
		}
	}
	cfg := lint.Config{Root: os.DirFS(dir), RootDir: dir, All: len(base) == 0}
	if len(base) > 0 {
		cfg.Deployed = base
	}
	if data, err := os.ReadFile(filepath.Join(dir, ".expandcheck.yml")); err == nil {
		parsed, err := lint.ParseConfig(".expandcheck.yml", data)
		if err != nil {
			t.Fatal(err)
		}
		parsed.Root, parsed.RootDir, parsed.All, parsed.Deployed = cfg.Root, cfg.RootDir, cfg.All, cfg.Deployed
		cfg = parsed
	}
	pkgs, ok := typed(t, dir)
	if !ok {
		return false
	}
	state := load(t, cfg)
	var want []string
	for _, f := range analyzer.Findings(state) {
		want = append(want, fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message))
	}
	slices.Sort(want)
	if got := run(t, dir, pkgs, analyzer.New(state)); !slices.Equal(got, want) {
		t.Errorf("the analyzer says\n%s\nlint says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return true
}

// run runs an analyzer on packages of a module.
func run(t *testing.T, dir string, pkgs []*packages.Package, a *analysis.Analyzer) []string {
	t.Helper()
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for act := range graph.All() {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		if !act.IsRoot {
			continue
		}
		for _, d := range act.Diagnostics {
			at := act.Package.Fset.Position(d.Pos)
			rel, err := filepath.Rel(dir, at.Filename)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%s:%d:%d: %s", filepath.ToSlash(rel), at.Line, at.Column, d.Message))
		}
	}
	slices.Sort(out)
	return out
}
