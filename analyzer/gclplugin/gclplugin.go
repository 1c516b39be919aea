// Package gclplugin is the golangci-lint module plugin of expandcheck. It is
// registered as "expandcheck", which must also be its key in .golangci.yml:
//
//	linters:
//	  enable: [expandcheck]
//	  settings:
//	    custom:
//	      expandcheck:
//	        type: module
//	        settings: {config: .expandcheck.yml}
package gclplugin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/expandcheck/expandcheck/analyzer"
	"github.com/expandcheck/expandcheck/lint"
)

func init() { register.Plugin("expandcheck", New) }

// Settings are what .golangci.yml can say; everything else stands in the
// configuration of expandcheck.
type Settings struct {
	// Config is the configuration file, .expandcheck.yml when it is empty. It is
	// looked for in the folder that golangci-lint was started in, and then in those
	// above it up to the root of the work tree.
	Config string `json:"config"`
}

// New makes the plugin from its settings. Unknown settings are an error.
func New(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](raw)
	if err != nil {
		return nil, fmt.Errorf("expandcheck: settings: %w; there is one: config, the name of a file", err)
	}
	return plugin{s}, nil
}

type plugin struct{ settings Settings }

// BuildAnalyzers reads the module and returns its analyzer, with another one
// whose name tells the state apart. golangci-lint caches what it found in a
// package under the names of the analyzers and the Go files alone: without it, a
// changed migration would get yesterday's answer.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	cfg, err := lint.Configure(lint.Config{}, ".", nearest(p.settings.Config))
	if err != nil {
		return nil, fmt.Errorf("expandcheck: %w", err)
	}
	state, err := lint.Load(context.Background(), cfg)
	if err != nil {
		return nil, fmt.Errorf("expandcheck: %w", err)
	}
	return []*analysis.Analyzer{analyzer.New(state), stateAnalyzer(state.Digest())}, nil
}

// nearest returns the path of a file in this folder or in the nearest one above it
// within the work tree; its name alone when there is none.
func nearest(name string) string {
	dir, err := os.Getwd()
	if err != nil || name == "" || filepath.IsAbs(name) {
		return name
	}
	for {
		if file := filepath.Join(dir, name); exists(file) {
			return file
		}
		if exists(filepath.Join(dir, ".git")) || dir == filepath.Dir(dir) {
			return name
		}
		dir = filepath.Dir(dir)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func stateAnalyzer(digest string) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "expandcheck_" + digest,
		Doc:  "reports nothing: its name is a part of the key under which results are cached",
		Run:  func(*analysis.Pass) (any, error) { return nil, nil },
	}
}

// GetLoadMode asks for types: no dependency is loaded from source for them.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
