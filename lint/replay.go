package lint

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
	"github.com/expandcheck/expandcheck/rules"
)

// directories reads the directories that the targets name, or else those of the
// configuration, or else those that are found.
func directories(cfg Config) ([]*Database, error) {
	switch {
	case slices.Equal(cfg.Targets, []string{"-"}):
		d, err := standardInput(cfg)
		return []*Database{d}, err
	case len(cfg.Targets) > 0:
		return fromTargets(cfg)
	case len(cfg.Migrations) > 0:
		var out []*Database
		for _, e := range cfg.Migrations {
			d, err := open(cfg, e)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
		return out, nil
	}
	return found(cfg, ".")
}

func standardInput(cfg Config) (*Database, error) {
	text, err := io.ReadAll(cfg.Stdin)
	if err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	d, err := newDatabase(cfg, MigrationsEntry{Dir: "-"})
	if err != nil {
		return nil, err
	}
	d.Directory, err = migration.ReadText("-", string(text), d.options(cfg))
	return d, err
}

func newDatabase(cfg Config, e MigrationsEntry) (*Database, error) {
	name := cfg.Server
	if name == "" {
		name = e.Server
	}
	if name == "" {
		name = server.Default
	}
	srv, err := server.Named(name)
	if err != nil {
		return nil, err
	}
	if named := cfg.Server != "" || e.Server != ""; named && cfg.Dialect != "" && cfg.Dialect != string(srv.Family) {
		return nil, fmt.Errorf("--dialect %s contradicts the server %s, whose dialect is %s: leave --dialect out", cfg.Dialect, name, srv.Family)
	}
	return &Database{Server: srv, entry: e, pending: map[*migration.Migration]bool{}, dark: map[*migration.Statement]bool{}, gone: map[string]*schema.Table{}, ddl: map[*migration.Statement]bool{}, lineage: newLineage(cfg.Tombstone)}, nil
}

func (d *Database) options(cfg Config) migration.Options {
	layout := cfg.Layout
	if layout == "" {
		layout = d.entry.Layout
	}
	dialect := cfg.Dialect
	if dialect == "" {
		dialect = string(d.Server.Family)
	}
	return migration.Options{Layout: layout, Dialect: dialect, Placeholders: d.entry.Placeholders}
}

// open reads the directory of an entry.
func open(cfg Config, e MigrationsEntry) (*Database, error) {
	d, err := newDatabase(cfg, e)
	if err != nil {
		return nil, err
	}
	d.Directory, err = migration.Read(cfg.Root, e.Dir, d.options(cfg))
	return d, err
}

// entryFor returns the configuration of a directory; one that it does not name
// has none.
func (cfg Config) entryFor(dir string) MigrationsEntry {
	for _, e := range cfg.Migrations {
		if path.Clean(e.Dir) == dir {
			return e
		}
	}
	return MigrationsEntry{Dir: dir}
}

// found reads every migration directory below dir.
func found(cfg Config, dir string) ([]*Database, error) {
	if cfg.Layout != "" && dir != "." {
		d, err := open(cfg, cfg.entryFor(dir))
		return []*Database{d}, err
	}
	dirs, err := migration.Find(cfg.Root, dir)
	if err != nil {
		return nil, err
	}
	if len(dirs) == 0 { // its own words say what was looked for
		dirs = []string{dir}
	}
	var out []*Database
	for _, name := range dirs {
		d, err := open(cfg, cfg.entryFor(name))
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// fromTargets reads the directories that are named. A file narrows what is
// reported; its directory is replayed all the same.
func fromTargets(cfg Config) ([]*Database, error) {
	var out []*Database
	for _, target := range cfg.Targets {
		name := path.Clean(target)
		info, err := fs.Stat(cfg.Root, name)
		if err != nil {
			return nil, fmt.Errorf("%s: no such file or directory", target)
		}
		var more []*Database
		if info.IsDir() {
			more, err = found(cfg, name)
		} else {
			more, err = around(cfg, name, out)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// around reads the directory that a file is a migration of; it may lie some
// folders up, as with Prisma. One that was read already is narrowed further.
func around(cfg Config, file string, read []*Database) ([]*Database, error) {
	for _, d := range read {
		if d.only != nil && d.holds(file) {
			d.only[file] = true
			return nil, nil
		}
	}
	var first error
	for dir, up := path.Dir(file), 0; up < 3; dir, up = path.Dir(dir), up+1 {
		d, err := open(cfg, cfg.entryFor(dir))
		if err == nil && d.holds(file) {
			d.only = map[string]bool{file: true}
			return []*Database{d}, nil
		}
		if first == nil {
			first = err
		}
		if dir == "." {
			break
		}
	}
	if first == nil {
		first = fmt.Errorf("%s: it is no migration of the directory that holds it", file)
	}
	return nil, first
}

func (d *Database) holds(file string) bool {
	for _, m := range d.Directory.Migrations {
		if m.Path == file || slices.ContainsFunc(m.Up, func(st migration.Statement) bool { return st.File.Name == file }) {
			return true
		}
	}
	return false
}

// replay reads every statement and makes its changes: those that are deployed,
// then those that are not, release by release.
func (d *Database) replay(ctx context.Context, cfg Config) error {
	d.Schema = schema.New()
	if err := d.findPending(ctx, cfg); err != nil {
		return err
	}
	if err := d.snapshot(d.deployedTree(cfg)); err != nil {
		return err
	}
	deployed := d.deployed()
	results := parse(ctx, d.Server, deployed)
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, m := range deployed {
		if i == 0 || !together(deployed[:i], m) {
			d.record.release++
		}
		d.run(nil, m, results[i])
	}
	var pending, known []*migration.Migration
	for _, m := range d.Directory.Migrations {
		if d.pending[m] {
			pending = append(pending, m)
		} else if d.was != nil { // a baseline is no list of what ran
			known = append(known, m)
		}
	}
	known = append(known, d.ahead...)
	results = parse(ctx, d.Server, pending)
	if err := ctx.Err(); err != nil {
		return err
	}
	d.before, d.routinesBefore = d.Schema.Clone(), slices.Clone(d.stored)
	oneRelease := d.oneRelease(cfg)
	var release *rules.Release
	for i, m := range pending {
		if release == nil || !oneRelease && !together(release.Migrations, m) {
			release = d.startRelease(known)
			release.Steps = make([]rules.Step, 0, len(m.Up))
		}
		release.Migrations = append(release.Migrations, m)
		d.run(release, m, results[i])
	}
	if release == nil && cfg.Deployed != nil && !cfg.All {
		d.startRelease(known) // of code alone
	}
	d.uncalled()
	for _, r := range d.Pending {
		r.Finish()
	}
	return nil
}

// together says whether a migration is another part of the change before it.
func together(before []*migration.Migration, m *migration.Migration) bool {
	return m.Split != "" && before[len(before)-1].Split == m.Split
}

// startRelease adds a release to those that are judged.
func (d *Database) startRelease(deployed []*migration.Migration) *rules.Release {
	r := rules.NewRelease(len(d.Pending) + 1)
	r.Directory, r.Base, r.Downs = d.Directory, deployed, d.downs()
	d.Pending = append(d.Pending, r)
	d.record.release++
	d.record.pending = append(d.record.pending, r)
	return r
}

// run makes the changes of a migration.
func (d *Database) run(release *rules.Release, m *migration.Migration, changes [][]schema.Change) {
	d.session.start()
	if m.Opaque != "" {
		d.lineage.doubtAll(d.Schema)
	}
	for i := range m.Up {
		for _, c := range changes[i] {
			d.make(release, rules.Step{Change: c, Migration: m, Statement: &m.Up[i]})
		}
	}
}

// downs says whether most migrations of the directory have a way back.
func (d *Database) downs() bool {
	with, all := 0, 0
	for _, m := range d.Directory.Migrations {
		if m.Repeatable || m.Opaque != "" {
			continue
		}
		all++
		if m.HasDown {
			with++
		}
	}
	return with > 0 && 2*with >= all
}

// make makes a change: in a pending release, or before all of them.
func (d *Database) make(release *rules.Release, step rules.Step) {
	d.session.enter(d.Schema, step.Change)
	switch c := step.Change.(type) {
	case *schema.CreateRoutine:
		d.define(c.Routine, step)
	case *schema.DropRoutine:
		d.undefine(c.Kind, c.Name)
	case *schema.Call:
		d.call(release, c, step)
	}
	if step.Change.Base().Hidden != nil && d.Schema.Moot(step.Change) {
		return
	}
	var effect schema.Effect
	number := 0 // deployed
	if release == nil {
		effect = d.Schema.Apply(step.Change)
	} else {
		effect, number = release.Add(d.Schema, step).Effect, release.Number
	}
	d.record.add(step, effect)
	d.lineage.add(step.Change, step.Migration, effect, number)
	d.keepGone(step.Change, effect)
	if o, dark := step.Change.(*schema.Opaque); dark {
		d.lineage.doubt(d.Schema, o, step.Statement)
	}
	if u, ok := step.Change.(*schema.Update); ok && step.Change.Base().Hidden == nil {
		d.lineage.fill(d.Schema, u, step.Migration, number)
	}
	if missing := effect.Missing; missing != "" && !slices.Contains(d.missing, missing) {
		d.missing = append(d.missing, missing)
	}
}

// keepGone keeps a table that a change dropped or renamed as it was, and one that
// no migration makes as one of which nothing is known: code may use either.
func (d *Database) keepGone(c schema.Change, e schema.Effect) {
	if t := e.Before; t != nil && !t.Temporary && (e.After == nil || e.After.Name != t.Name) {
		d.gone[schema.Fold(t.Name.Name)] = t
		return
	}
	if _, made := c.(*schema.CreateTable); made || e.Before != nil && e.Missing == "" {
		return
	}
	n, on := schema.TableName(c)
	if key := schema.Fold(n.Name); on && d.gone[key] == nil {
		d.gone[key] = &schema.Table{Name: n, Unknown: true}
	}
}

// oneRelease says whether all that is pending is deployed together.
func (d *Database) oneRelease(cfg Config) bool {
	return (d.since(cfg) != "" || cfg.Deployed != nil) && !cfg.All
}

// parse reads the statements of migrations on every core.
func parse(ctx context.Context, srv *server.Server, migrations []*migration.Migration) [][][]schema.Change {
	results := make([][][]schema.Change, len(migrations))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(migrations)/4, 1)) {
		wg.Go(func() {
			r := mysql.NewReader(srv)
			for i := int(next.Add(1)) - 1; i < len(migrations) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				up := migrations[i].Up
				r.Forget()
				results[i] = make([][]schema.Change, len(up))
				for j := range up {
					results[i][j] = r.Read(&up[j].Statement).Changes
				}
			}
		})
	}
	wg.Wait()
	return results
}

// snapshot starts the replay from the dump that the configuration names.
func (d *Database) snapshot(tree fs.FS) error {
	if d.entry.Schema == "" {
		return nil
	}
	data, err := fs.ReadFile(tree, path.Clean(d.entry.Schema))
	if err != nil {
		return fmt.Errorf("reading the schema dump %s: %w", d.entry.Schema, err)
	}
	f := sqltext.NewFile(d.entry.Schema, string(data))
	r := mysql.NewReader(d.Server)
	statements := sqltext.Split(f, 0, len(f.Text), 0)
	for i := range statements {
		for _, c := range r.Read(&statements[i]).Changes {
			if o, dark := c.(*schema.Opaque); dark && o.Kind == schema.Unparsed {
				return fmt.Errorf("%s:%d:%d: the schema dump cannot be read: %s", o.Pos().File, o.Pos().Line, o.Pos().Column, o.Why)
			}
			effect := d.Schema.Apply(c)
			d.record.add(rules.Step{Change: c}, effect)
			d.lineage.add(c, nil, effect, 0)
		}
	}
	return nil
}
