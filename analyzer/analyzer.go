// Package analyzer brings the rules about Go code to the drivers of go/analysis:
// golangci-lint, go vet, and editors.
//
// Whether a read comes before the dual-write is a fact of the whole module, and
// facts of go/analysis travel only from a package to those that import it. So the
// state of the module is read once, from its files; a pass takes the uses of its
// package from the driver's syntax and types, with the same code, and judges them
// against that state.
package analyzer

import (
	"context"
	"go/token"
	"path"
	"path/filepath"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/rules"
)

// New returns the analyzer of a module's state. It has no facts: a driver needs
// to load nothing but the packages that are asked for.
func New(state *lint.State) *analysis.Analyzer {
	c := &checker{state: state, findings: sync.OnceValue(func() []Finding { return Findings(state) })}
	return analyzer(c.run)
}

// A Finding is what is reported in a Go file, small enough to be handed from one
// process to another.
type Finding struct {
	File    string `json:"file"` // relative to the root
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Rule    string `json:"rule"`
	URL     string `json:"url"`
	Message string `json:"message"`
}

// Findings are what a state has to say of the Go files of its module.
func Findings(state *lint.State) []Finding {
	var out []Finding
	for _, f := range state.InCode() {
		if path.Ext(f.Pos.File) != ".go" {
			continue // of a routine: lint alone tells of it
		}
		out = append(out, Finding{File: f.Pos.File, Line: f.Pos.Line, Column: f.Pos.Column, Rule: f.Rule.Name, URL: f.Rule.URL(), Message: message(f)})
	}
	return out
}

// Known returns the analyzer that reports findings which are known already. Files
// are relative to root, a folder on disk.
func Known(root string, findings []Finding) *analysis.Analyzer {
	return analyzer(func(pass *analysis.Pass) (any, error) {
		report(pass, root, findings)
		return nil, nil
	})
}

func analyzer(run func(*analysis.Pass) (any, error)) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "expandcheck",
		Doc:  "check that code and schema changes can be deployed one after the other\n\nIt reads the migrations of the repository, and reports code that uses a column too early, too late, or not everywhere.",
		URL:  "https://github.com/expandcheck/expandcheck",
		Run:  run,
	}
}

type checker struct {
	state    *lint.State
	findings func() []Finding // of the state as it was read
}

func (c *checker) run(pass *analysis.Pass) (any, error) {
	program := gosrc.Wrap(c.state.Root(), pass.Fset, pass.Files, pass.Pkg, pass.TypesInfo)
	findings := c.findings
	read := func(file string) ([]byte, error) {
		return pass.ReadFile(filepath.Join(c.state.Root(), filepath.FromSlash(file)))
	}
	state, changed, err := c.state.WithPackage(context.Background(), program, read)
	if err != nil {
		return nil, err
	}
	if changed {
		findings = func() []Finding { return Findings(state) }
	}
	report(pass, c.state.Root(), findings())
	return nil, nil
}

// report reports the findings that stand in files of the pass.
func report(pass *analysis.Pass, root string, findings []Finding) {
	files := filesOf(pass, root)
	for _, f := range findings {
		file := files[f.File]
		if file == nil || f.Line < 1 || f.Line > file.LineCount() {
			continue
		}
		at := file.LineStart(f.Line) + token.Pos(f.Column-1)
		pass.Report(analysis.Diagnostic{Pos: at, Category: f.Rule, Message: f.Message, URL: f.URL})
	}
}

// filesOf are the files of the pass by their names as seen from the root.
func filesOf(pass *analysis.Pass, root string) map[string]*token.File {
	out := map[string]*token.File{}
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		if rel, err := filepath.Rel(root, file.Name()); err == nil {
			out[filepath.ToSlash(rel)] = file
		}
	}
	return out
}

// message is a finding on one line: drivers show no more.
func message(f rules.Finding) string {
	if f.Help == "" {
		return f.Message
	}
	return f.Message + "; " + f.Help
}
