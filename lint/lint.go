// Package lint joins the parts: it reads migrations, replays them release by
// release, lets the rules judge each, and gathers what they say.
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

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/release"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
	"github.com/expandcheck/expandcheck/rules"
)

// A State is what is known before any rule is asked.
type State struct {
	Databases []*Database
	Release   *release.Release // nil where git was not asked

	cfg        Config // with the trees that are compared
	repository *release.Repository
	noBase     string   // why nothing is known to be deployed
	changed    []string // files that differ from what is deployed, where that was asked
}

// A Database is one migration directory with the schema that its replay gives.
type Database struct {
	Directory *migration.Directory
	Server    *server.Server
	Schema    *schema.Schema   // after the last migration
	Pending   []*rules.Release // to be judged, in order
	// BaseUses and HeadUses are what the deployed and the pending code do, with the
	// views and triggers that are left; nil when no code was read.
	BaseUses, HeadUses *schema.Uses

	before     *schema.Schema           // what the pending migrations found
	gone       map[string]*schema.Table // what was dropped or renamed, by folded name
	entry      MigrationsEntry
	configured []Move          // by the configuration
	only       map[string]bool // files that findings are asked for; nil for all
	pending    map[*migration.Migration]bool
	dark       map[*migration.Statement]bool // could not be read for a placeholder
	ddl        map[*migration.Statement]bool // more than rows may be changed by it
	missing    []string                      // what migrations speak of and none makes
	routines   []*routine                    // with DDL in their bodies, in the order in which they are made
	stored     []*routine                    // every routine and event that is left
	// routinesBefore are those that the pending migrations find; storedBefore is what
	// stays in the database then, nil where they change none of it.
	routinesBefore []*routine
	storedBefore   []*schema.Query
	remarks        []string // on what was taken for deployed
	session        session
	record         record // of what the replay did
	moves          []*move.Move
	aheadUses      *schema.Uses // of the code that was deployed since the work tree branched off
	sameCode       bool         // no Go file differs from what is deployed
	code           *code        // that all databases share
	expected       uses.Options // that the pending code is read with
	read           trees        // the code, as it was read last
	further        struct{ base, head further }
	inFlight       bool                     // a move that the migrations tell of
	past           *past                    // nil when git was not asked
	order          map[move.Run]move.Answer // as the past tells
	lineage        lineage
	history
}

// Load reads the migrations and replays them.
func Load(ctx context.Context, cfg Config) (*State, error) {
	state := &State{cfg: cfg}
	err := errors.Join(state.load(ctx), state.closeTrees())
	if err != nil {
		return nil, err
	}
	return state, nil
}

func (s *State) load(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.readNearest(ctx); err != nil {
		return err
	}
	s.cfg.deployedFlags = s.cfg.flagsThere()
	cfg := s.cfg
	dirs, err := directories(cfg)
	if err != nil {
		return err
	}
	if err := checkBaselines(cfg, dirs); err != nil {
		return err
	}
	same, err := s.sameCode(ctx)
	if err != nil {
		return err
	}
	code := s.newCode(same)
	for _, d := range dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		d.sameCode, d.code = same, code
		if s.Release != nil && s.Release.Base != nil {
			d.past = &past{s.Release, s.repository}
		}
		if err := d.replay(ctx, cfg); err != nil {
			return err
		}
	}
	code.leaveOut(dirs)
	s.Databases = dirs
	s.configured()
	return s.follow(ctx)
}

// follow reads the code of each database: first of those that need most of it, since
// what is read serves the others.
func (s *State) follow(ctx context.Context) error {
	var most, least []*Database
	for _, d := range s.Databases {
		if d.foresee(s.cfg) {
			most = append(most, d)
		} else {
			least = append(least, d)
		}
	}
	all := slices.Concat(most, least)
	for _, d := range all {
		if !s.cfg.usesOnly && !d.readsCode(s.cfg) {
			continue
		}
		if err := d.expect(ctx, s.cfg); err != nil {
			return err
		}
	}
	for _, d := range all {
		if err := d.follow(ctx, s.cfg); err != nil {
			return err
		}
	}
	return nil
}

// sameCode says whether no Go file differs between what is deployed and what is
// pending, so that only what is in motion can be wrong.
func (s *State) sameCode(ctx context.Context) (bool, error) {
	if s.Release == nil || s.Release.Commit == "" || s.cfg.WholeCode || s.cfg.NoCode || !maps.Equal(s.cfg.Flags, s.cfg.deployedFlags) {
		return false, nil
	}
	changed, err := s.Release.Changed(ctx)
	if err != nil {
		return false, err
	}
	s.changed = changed
	return !slices.ContainsFunc(changed, func(name string) bool { return strings.HasSuffix(name, ".go") || path.Base(name) == "go.mod" }), nil
}

// Run reads the migrations and judges those that are pending.
func Run(ctx context.Context, cfg Config) (*report.Report, error) {
	state := &State{cfg: cfg}
	rep, err := state.run(ctx)
	if err = errors.Join(err, state.closeTrees()); err != nil {
		return nil, err
	}
	return rep, nil
}

func (s *State) run(ctx context.Context) (*report.Report, error) {
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	rep := s.Report()
	rep.Findings = rules.Once(rep.Findings)
	nothing, err := s.nothing(ctx)
	if err != nil {
		return nil, err
	}
	if nothing != "" {
		rep.Notes = append(rep.Notes, nothing)
	}
	if err := s.onlyStale(ctx, rep); err != nil {
		return nil, err
	}
	return rep, s.leaveOut(ctx, rep)
}

// Report judges the migrations that are pending, and the code.
func (s *State) Report() *report.Report {
	cfg := s.cfg
	rep := &report.Report{Base: s.base(), Mode: s.mode(), Changed: s.changed, Source: s.source()}
	sup := newSuppressor(cfg)
	sup.takeCode(s)
	for _, d := range s.Databases {
		rep.Layouts = append(rep.Layouts, report.Layout{Dir: d.Directory.Path, Name: d.Directory.Layout.Name})
		d.cover(&rep.Coverage)
		findings, proofs := d.judge(cfg)
		rep.Findings = append(rep.Findings, sup.filter(d, findings)...)
		rep.Proofs = append(rep.Proofs, proofs...)
		rep.Moves = append(rep.Moves, d.moves...)
		rep.Notes = append(rep.Notes, d.notes()...)
		rep.Failures = append(rep.Failures, d.failures()...)
	}
	rep.Findings = append(rep.Findings, sup.unusedInConfig()...)
	rep.Findings = append(rep.Findings, sup.aboutCode()...)
	rep.Coverage.Suppressed = sup.suppressed
	slices.SortStableFunc(rep.Findings, compareFindings)
	return rep
}

func compareFindings(a, b rules.Finding) int {
	if c := strings.Compare(a.Pos.File, b.Pos.File); c != 0 {
		return c
	}
	if a.Pos.Line != b.Pos.Line {
		return a.Pos.Line - b.Pos.Line
	}
	if a.Pos.Column != b.Pos.Column {
		return a.Pos.Column - b.Pos.Column
	}
	return strings.Compare(a.Rule.Name, b.Rule.Name)
}

// source returns the lines of the files that were read.
func (s *State) source() func(string, int) string {
	files := map[string]*sqltext.File{}
	for _, d := range s.Databases {
		for _, m := range d.Directory.Migrations {
			for _, st := range m.Up {
				files[st.File.Name] = st.File
			}
		}
	}
	return func(name string, line int) string {
		if files[name] == nil && strings.HasSuffix(name, ".go") {
			text, err := fs.ReadFile(s.cfg.Root, name)
			if err != nil {
				return ""
			}
			files[name] = sqltext.NewFile(name, string(text))
		}
		if f := files[name]; f != nil {
			return f.Line(line)
		}
		return ""
	}
}

func (d *Database) cover(c *report.Coverage) {
	if u := d.HeadUses; u.Analysed() {
		c.Code = true
		c.GoFiles = max(c.GoFiles, u.Files)
		c.SQLStrings += u.Strings
		c.Unresolved += len(u.Unresolved)
	}
	for _, p := range d.Directory.Problems {
		if p.Rule == rules.UnparsedStatement.Name && d.unreadFile(p.File) {
			c.Unparsed++
		}
	}
	for _, m := range d.Directory.Migrations {
		c.Migrations++
		if d.pending[m] {
			c.NewMigrations++
		}
		c.Statements += len(m.Up)
		if m.Opaque != "" {
			c.Unparsed++
		}
	}
	for _, r := range d.Pending {
		for i, step := range r.Steps {
			if _, dark := step.Change.(*schema.Opaque); dark && (i == 0 || r.Steps[i-1].Statement != step.Statement) {
				c.Unparsed++
			}
		}
	}
}

// unreadFile says whether a file with a problem gave no statement at all.
func (d *Database) unreadFile(file string) bool {
	for _, m := range d.Directory.Migrations {
		if len(m.Up) > 0 && (m.Path == file || m.Up[0].File.Name == file) {
			return false
		}
	}
	return true
}

// notes says once what the replay did not find.
func (d *Database) notes() []string {
	var out []string
	if n := len(d.missing); n > 0 {
		shown := d.missing
		more := ""
		if n > 5 {
			shown, more = shown[:5], fmt.Sprintf(" and %d more", n-5)
		}
		out = append(out, fmt.Sprintf("%s: changed here, made by no migration that was read, so not known before: %s%s",
			d.Directory.Path, strings.Join(shown, ", "), more))
	}
	out = append(out, d.remarks...)
	out = append(out, d.Directory.Notes...)
	for _, s := range d.Directory.Skipped {
		out = append(out, fmt.Sprintf("%s: not read: %s", s.Path, s.Why))
	}
	return out
}

// failures says what kept the directory from being read whole; the rest of it was.
func (d *Database) failures() []string {
	var out []string
	for _, p := range d.Directory.Problems {
		if p.Rule != "" {
			continue
		}
		at := p.File
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, max(p.Column, 1))
		}
		message := at + ": " + p.Message
		if p.Help != "" {
			message += "; " + p.Help
		}
		out = append(out, message)
	}
	return out
}
