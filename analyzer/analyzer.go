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
	a := &checker{state: state, findings: sync.OnceValue(state.InCode)}
	return &analysis.Analyzer{
		Name: "expandcheck",
		Doc:  "check that code and schema changes can be deployed one after the other\n\nIt reads the migrations of the repository, and reports code that uses a column too early, too late, or not everywhere.",
		URL:  "https://github.com/expandcheck/expandcheck",
		Run:  a.run,
	}
}

type checker struct {
	state    *lint.State
	findings func() []rules.Finding // of the state as it was read
}

func (c *checker) run(pass *analysis.Pass) (any, error) {
	program := gosrc.Wrap(c.state.Root(), pass.Fset, pass.Files, pass.Pkg, pass.TypesInfo)
	findings := c.findings
	if state, changed := c.state.WithPackage(context.Background(), program); changed {
		findings = state.InCode
	}
	files := c.files(pass)
	for _, f := range findings() {
		file := files[f.Pos.File]
		if file == nil || f.Pos.Line > file.LineCount() {
			continue
		}
		at := file.LineStart(f.Pos.Line) + token.Pos(f.Pos.Column-1)
		pass.Report(analysis.Diagnostic{Pos: at, Category: f.Rule.Name, Message: message(f), URL: f.Rule.URL()})
	}
	return nil, nil
}

// files are the files of the pass by their names as seen from the root.
func (c *checker) files(pass *analysis.Pass) map[string]*token.File {
	out := map[string]*token.File{}
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		if rel, err := filepath.Rel(c.state.Root(), file.Name()); err == nil {
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
