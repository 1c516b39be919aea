package lint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/rules"
)

// leaveOut takes out the findings that the state of NewFrom has too: by
// fingerprint, since a line that nobody changed may be wrong now.
func (s *State) leaveOut(ctx context.Context, rep *report.Report) error {
	if s.cfg.NewFrom == "" || s.repository == nil {
		return nil
	}
	there, err := s.findingsAt(ctx, s.cfg.NewFrom)
	if err != nil {
		return fmt.Errorf("findings of %s, which are to be left out: %w", s.cfg.NewFrom, err)
	}
	old := map[string]bool{}
	for _, print := range report.Fingerprints(there) {
		old[print] = true
	}
	prints := report.Fingerprints(rep.Findings)
	var left []rules.Finding
	for i, f := range rep.Findings {
		if !old[prints[i]] {
			left = append(left, f)
		}
	}
	if n := len(rep.Findings) - len(left); n > 0 {
		rep.Notes = append(rep.Notes, fmt.Sprintf("%s that %s has too %s left out", plural(n, "finding", "findings"), s.cfg.NewFrom, were(n)))
	}
	rep.Findings = left
	return nil
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// findingsAt lints the state of a ref against what is deployed.
func (s *State) findingsAt(ctx context.Context, ref string) ([]rules.Finding, error) {
	commit, err := s.repository.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	cfg := s.cfg
	if cfg.Root, err = s.repository.Tree(ctx, commit); err != nil {
		return nil, err
	}
	cfg.RootDir, cfg.NewFrom, cfg.Staged = "", "", false // the trees are there
	missing := func(name string) bool {
		_, err := fs.Stat(cfg.Root, path.Clean(name))
		return errors.Is(err, fs.ErrNotExist)
	}
	cfg.Targets = slices.DeleteFunc(slices.Clone(cfg.Targets), missing)
	cfg.Migrations = slices.DeleteFunc(slices.Clone(cfg.Migrations), func(e MigrationsEntry) bool { return missing(e.Dir) })
	if len(s.cfg.Targets) > len(cfg.Targets) && len(cfg.Targets) == 0 || len(s.cfg.Migrations) > len(cfg.Migrations) && len(cfg.Migrations) == 0 {
		return nil, s.closeTrees() // what is asked for is new
	}
	state, err := Load(ctx, cfg)
	if err := errors.Join(err, s.closeTrees()); err != nil {
		return nil, err
	}
	return state.Report().Findings, nil
}
