package lint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/release"
	"github.com/expandcheck/expandcheck/lint/report"
)

// settle finds out what is deployed, where the configuration asks git for it.
func (s *State) settle(ctx context.Context) error {
	cfg := &s.cfg
	fixed := cfg.All || cfg.Since != "" && cfg.Base == ""
	if cfg.Deployed != nil || cfg.RootDir == "" || cfg.fromStdin() || fixed && !cfg.Staged && cfg.NewFrom == "" {
		return nil
	}
	var err error
	s.repository, err = release.Open(ctx, cfg.RootDir)
	if errors.Is(err, release.ErrNoRepository) && !cfg.needsGit() {
		s.noBase = err.Error() + ", and --since was not given"
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for what is deployed: %w", err)
	}
	if fixed {
		if cfg.Staged {
			cfg.Root, err = s.repository.Index(ctx)
		}
		return err
	}
	r, err := s.repository.Release(ctx, release.Options{Ref: cfg.Base, Staged: cfg.Staged})
	if err != nil {
		return err
	}
	s.Release, s.noBase = r, r.NoBase
	cfg.Root, cfg.Deployed, cfg.Ahead = r.Head, r.Base, r.Ahead
	return nil
}

// readNearest reads what is deployed from the work tree, where that is the same. Git is
// asked what differs for the sake of the code anyhow.
func (s *State) readNearest(ctx context.Context) error {
	if s.Release == nil || s.Release.Base == nil || s.cfg.NoCode {
		return nil
	}
	var err error
	s.cfg.Deployed, err = s.Release.Unchanged(ctx)
	return err
}

// flagsThere returns the conditions as the deployed configuration has them. Where
// there was none, the one that is new tells of what is deployed, too.
func (cfg Config) flagsThere() map[string]bool {
	if there, ok := cfg.there(); ok {
		return there.Flags
	}
	return cfg.Flags
}

// there is the deployed configuration, if there was one.
func (cfg Config) there() (there Config, ok bool) {
	if cfg.Deployed == nil || cfg.All || cfg.File == "" {
		return there, false
	}
	data, err := fs.ReadFile(cfg.Deployed, cfg.File)
	if err != nil {
		return there, false
	}
	_ = there.decode(cfg.File, path.Dir(cfg.File), data) // what an older version of it says otherwise is of no matter
	return there, true
}

func (cfg Config) fromStdin() bool { return slices.Equal(cfg.Targets, []string{"-"}) }

// needsGit says whether the configuration names something that only git has.
func (cfg Config) needsGit() bool { return cfg.Base != "" || cfg.NewFrom != "" || cfg.Staged }

// closeTrees ends the processes that trees are read with; what is read later
// starts them anew.
func (s *State) closeTrees() error {
	if s.repository == nil {
		return nil
	}
	return s.repository.Close()
}

// AtBase returns the configuration for what is deployed, as cfg.Base names it,
// without regard to what is pending.
func AtBase(ctx context.Context, cfg Config) (Config, error) {
	s := State{cfg: cfg}
	if err := s.settle(ctx); err != nil {
		return cfg, err
	}
	if s.Release == nil || s.Release.Base == nil {
		return cfg, fmt.Errorf("base %s: %s", cfg.Base, s.noBase)
	}
	cfg.Flags = s.cfg.flagsThere()
	cfg.Root, cfg.All, cfg.Base = s.Release.Base, true, ""
	return cfg, nil
}

// mode says in words how pending was told from deployed.
func (s *State) mode() string {
	cfg := s.cfg
	var since []string
	for _, d := range s.Databases {
		if v := d.since(cfg); v != "" && !slices.Contains(since, v) {
			since = append(since, v)
		}
	}
	after := strings.Join(since, ", ")
	switch r := s.Release; {
	case cfg.All && after != "":
		return "every migration after " + after + " is a release of its own (--all)"
	case cfg.All:
		return "every migration is a release of its own (--all)"
	case cfg.Deployed != nil && r != nil:
		why := r.Why
		if r.Ahead != nil {
			why += ", which has gone on to " + shortCommit(r.Tip)
		}
		return fmt.Sprintf("deployed is %s (%s): what is new since is pending, as one release", shortCommit(r.Commit), why)
	case cfg.Deployed != nil:
		return "migrations that are not deployed are pending, as one release"
	case after != "":
		return "migrations after " + after + " are pending, as one release"
	case s.noBase != "":
		return "every migration is a release of its own, as with --all: " + s.noBase
	}
	return "every migration is a release of its own, as with --all: what is deployed was not named"
}

func shortCommit(c string) string { return c[:min(len(c), 7)] }

// base returns the base for the report; nil without one.
func (s *State) base() *report.Base {
	r := s.Release
	if r == nil || r.Base == nil {
		return nil
	}
	return &report.Base{Ref: r.Ref, Commit: r.Commit, Tip: r.Tip, Why: r.Why}
}

// nothing says aloud that nothing was pending; "" when something was.
func (s *State) nothing(ctx context.Context) (string, error) {
	for _, d := range s.Databases {
		if len(d.edits) > 0 || slices.ContainsFunc(d.Directory.Migrations, func(m *migration.Migration) bool { return d.pending[m] }) {
			return "", nil
		}
	}
	if s.base() == nil && slices.ContainsFunc(s.Databases, func(d *Database) bool { return d.HeadUses.Analysed() }) {
		return "0 new migrations: only the Go code was checked", nil
	}
	if s.base() == nil || s.cfg.NoCode {
		return "0 new migrations: nothing was checked", nil
	}
	changed, err := s.Release.Changed(ctx)
	if err != nil {
		return "", err
	}
	if !maps.Equal(s.cfg.Flags, s.cfg.deployedFlags) || slices.ContainsFunc(changed, func(name string) bool { return strings.HasSuffix(name, ".go") }) {
		return "", nil
	}
	return "0 new migrations, no Go file changed: nothing was checked", nil
}
