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

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/expandcheck/expandcheck/analyzer"
	"github.com/expandcheck/expandcheck/lint"
)

func init() { register.Plugin("expandcheck", New) }

// Settings are what .golangci.yml can say; everything else stands in the
// configuration of expandcheck.
type Settings struct {
	// Config is the configuration file; the one that is found by walking up from
	// the folder that golangci-lint was started in when it is empty.
	Config string `json:"config"`
}

// New makes the plugin from its settings. Unknown settings are an error.
func New(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](raw)
	if err != nil {
		return nil, fmt.Errorf("expandcheck: settings: %w", err)
	}
	return plugin{s}, nil
}

type plugin struct{ settings Settings }

// BuildAnalyzers reads the module and returns its analyzer, with another one
// whose name tells the state apart. golangci-lint caches what it found in a
// package under the names of the analyzers and the Go files alone: without it, a
// changed migration would get yesterday's answer.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	cfg, err := lint.Configure(lint.Config{}, ".", p.settings.Config)
	if err != nil {
		return nil, fmt.Errorf("expandcheck: %w", err)
	}
	state, err := lint.Load(context.Background(), cfg)
	if err != nil {
		return nil, fmt.Errorf("expandcheck: %w", err)
	}
	return []*analysis.Analyzer{analyzer.New(state), stateAnalyzer(state.Digest())}, nil
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
