package lint

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// readCode reads the Go code that uses the schema: the pending tree on the schema
// after the last migration, and the deployed one on that before the pending ones.
//
// Of the deployed tree only what is in motion counts; of the pending one too where
// no Go file of it differs. A tree that was read before is read again only to learn
// of those who call what uses the schema, or of the fields that columns are mapped to.
func (d *Database) readCode(ctx context.Context, cfg Config) error {
	motion := d.inMotion()
	head, err := d.usesIn(ctx, cfg, d.code.head, catalog{d.Schema, d.gone}, d.wanted(motion), d.further.head, d.read.head)
	if err != nil {
		return err
	}
	for _, remark := range head.Remarks {
		d.remark(remark)
	}
	if fields := move.Fields(d.moves, head); d.read.head == nil && len(fields) > 0 {
		more := further{callers: true, fields: fields}
		d.further.base = more // the deployed code has them, too, and takes over what is read first
		if head, err = d.usesIn(ctx, cfg, d.code.head, catalog{d.Schema, d.gone}, d.wanted(motion), more, head); err != nil {
			return err
		}
	}
	base, ahead := head, (*schema.Uses)(nil)
	if made := d.usedOfMade(head); cfg.Deployed != nil && !cfg.All && len(motion)+len(made) > 0 {
		motion = append(motion, slices.Sorted(maps.Keys(made))...)
		maps.Copy(made, d.gone)
		before, cfg := catalog{d.before, made}, cfg
		cfg.Flags = cfg.deployedFlags
		if base, err = d.usesIn(ctx, cfg, d.code.base, before, motion, d.further.base, d.read.base); err != nil {
			return fmt.Errorf("the deployed code: %w", err)
		}
		if cfg.Ahead != nil {
			if ahead, err = d.usesIn(ctx, cfg, d.code.ahead, before, motion, d.further.base, d.read.ahead); err != nil {
				return fmt.Errorf("the code that was added since: %w", err)
			}
		}
	}
	d.read = trees{head: head, ahead: ahead}
	if base != head {
		d.read.base = base
	}
	stored := d.storedQueries(d.Schema, d.stored)
	if cfg.Deployed != nil && !cfg.All && d.changesStored() {
		d.storedBefore = append([]*schema.Query{}, d.storedQueries(d.before, d.routinesBefore)...)
	}
	d.HeadUses, d.aheadUses = withStored(head, stored), ahead
	d.BaseUses = d.HeadUses
	if base != head {
		d.BaseUses = withStored(base, stored)
	}
	return nil
}

// wanted are the tables whose uses by the pending code count, where some are in motion;
// nil for all.
func (d *Database) wanted(motion []string) []string {
	if d.sameCode {
		return motion
	}
	return nil
}

// expect finds out which pending code may use the schema, before that of any is read.
func (d *Database) expect(ctx context.Context, cfg Config) error {
	if err := d.checkCode(cfg); err != nil {
		return err
	}
	o := d.usesOptions(cfg, catalog{d.Schema, d.gone})
	o.Tables = d.wanted(d.inMotion())
	var err error
	d.expected, err = d.code.head.Expect(ctx, o)
	return err
}

// code is the Go code of each tree.
type code struct {
	base, ahead, head *uses.Tree
	migrations        []string // folders with migrations in Go, which run once
}

func (s *State) newCode(same bool) *code {
	head := uses.NewTree(s.cfg.Root)
	c := &code{base: head.Version(s.cfg.Deployed), ahead: head.Version(s.cfg.Ahead), head: head}
	if same {
		c.base = c.head // the same files, and nearer
	}
	return c
}

// leaveOut passes over the migrations in Go, as they lie and as they lay.
func (c *code) leaveOut(databases []*Database) {
	for _, d := range databases {
		if d.inGo() {
			c.migrations = append(c.migrations, d.Directory.Path, d.formerPath())
		}
	}
}

// trees are the uses of each tree, without what stays in the database; nil for one
// that was not read.
type trees struct{ base, ahead, head *schema.Uses }

// further says what is read of a tree beside the statements: those who call what uses
// the schema, and what becomes of the fields, by name, that columns are mapped to.
type further struct {
	callers bool
	fields  []string
}

func (f further) any() bool { return f.callers || len(f.fields) > 0 }

// inMotion are the tables that the pending migrations change, and those of the
// moves that the migrations alone tell of. It is never nil: that would be all.
func (d *Database) inMotion() []string {
	names := map[string]bool{}
	for _, r := range d.Pending {
		for i := range r.Steps {
			e := r.Steps[i].Effect
			if e.Before != nil {
				names[e.Before.Name.Name] = true
			}
			if n, on := schema.TableName(r.Steps[i].Change); on && (e.Before != nil || e.Missing != "" || e.After == nil) {
				names[n.Name] = true
			}
		}
	}
	for _, m := range d.moves {
		for _, o := range slices.Concat(m.From, m.To) {
			names[o.Table.Name] = true
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(names))...)
}

// usedOfMade returns the tables that the pending migrations make and the pending
// code uses: deployed code that uses one, too, tells that it is there already.
func (d *Database) usedOfMade(head *schema.Uses) map[string]*schema.Table {
	out := map[string]*schema.Table{}
	for _, t := range d.Schema.Tables() {
		if d.before.Table(t.Name) == nil && d.before.View(t.Name) == nil && len(head.Of(t.Name.Name, "")) > 0 {
			out[schema.Fold(t.Name.Name)] = t
		}
	}
	return out
}

// codeDirs are the folders whose code uses the schema: as configured, or else the
// whole tree. Migrations in a folder that the go command passes over belong to an
// example: its module, or the folder around them, is all of its code.
func (d *Database) codeDirs(cfg Config) []string {
	if len(d.entry.Code) > 0 {
		return d.entry.Code
	}
	return d.exampleDirs(uses.NewTree(cfg.Root), d.Directory.Path)
}

// exampleDirs are the folders of the code around migrations that the go command passes
// over; the whole tree, which is none, for others.
func (d *Database) exampleDirs(code *uses.Tree, migrations string) []string {
	if !gosrc.Skipped(migrations) {
		return nil
	}
	for dir := migrations; gosrc.Skipped(dir); dir = path.Dir(dir) {
		if code.HasFile(path.Join(dir, "go.mod")) {
			return []string{dir}
		}
	}
	return []string{path.Dir(migrations)}
}

// usesIn reads the uses of some tables, or of all when tables is nil: further than it
// was done before, where that is asked.
func (d *Database) usesIn(ctx context.Context, cfg Config, code *uses.Tree, c catalog, tables []string, more further, before *schema.Uses) (*schema.Uses, error) {
	if before != nil && !more.any() {
		return before, nil
	}
	if before == nil && code == d.code.head && !more.any() {
		return code.Read(ctx, d.expected)
	}
	o := d.usesOptions(cfg, c)
	o.Tables, o.Callers, o.Words = tables, more.any(), more.fields
	if code != d.code.head {
		var err error
		if o.Dirs, err = d.formerDirs(ctx, cfg, code); err != nil {
			return nil, err
		}
		if len(o.Dirs) == 0 && len(d.entry.Code) > 0 {
			return &schema.Uses{}, nil // the code is new
		}
	}
	if before != nil {
		return code.ReadOn(ctx, before, o)
	}
	return code.Read(ctx, o)
}

// checkCode refuses folders of code that are not there; the deployed tree may well
// be without some.
func (d *Database) checkCode(cfg Config) error {
	for _, dir := range d.entry.Code {
		if !d.code.head.Has(dir) {
			return fmt.Errorf("%s: code of %s: no such folder: %s", cfg.File, d.Directory.Path, dir)
		}
	}
	return nil
}

// inGo says whether some migrations are written in Go: the other files in their folder
// help them. Beside migrations in SQL stands code like any other.
func (d *Database) inGo() bool {
	return slices.ContainsFunc(d.Directory.Migrations, func(m *migration.Migration) bool { return strings.HasSuffix(m.Path, ".go") })
}

func (d *Database) usesOptions(cfg Config, c catalog) uses.Options {
	return uses.Options{
		Dirs:     d.codeDirs(cfg),
		Server:   d.Server,
		Schema:   c,
		Skip:     d.code.migrations,
		SQL:      []string{d.Directory.Path, d.formerPath()},
		Wrappers: cfg.Wrappers,
		Flags:    cfg.Flags,
		Moving:   d.inFlight,
	}
}
