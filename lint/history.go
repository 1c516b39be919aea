package lint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// A history is what became of the migrations of a directory since what is deployed.
type history struct {
	base    *migration.Directory // as it is deployed; nil when it is not
	was     map[*migration.Migration]*migration.Migration
	ahead   []*migration.Migration // that are deployed, and that this work tree may lack
	edits   []edit
	picked  map[*migration.Migration]bool // that are here and ahead
	instead map[*migration.Migration]bool // that stand for those which a squash took away
}

// An edit is a deployed migration that is not what it was.
type edit struct {
	now, was   *migration.Migration // now is nil when it is gone
	at         *migration.Statement // the first that differs; nil for the migration as a whole
	kind       editKind
	others     []*migration.Migration // that are gone too
	difference string                 // why what is here instead of one that is gone is no squash of it
	severity   rules.Severity         // at most
}

type editKind uint8

const (
	editedStatements editKind = iota
	editedBytes               // of a file whose checksum the tool compares
	editedCode                // that makes statements which are not known
)

// findPending marks the migrations that are not deployed.
func (d *Database) findPending(ctx context.Context, cfg Config) error {
	first, err := d.firstPending(cfg)
	if err != nil {
		return err
	}
	if cfg.Deployed != nil && !cfg.All {
		if err := d.compare(ctx, cfg); err != nil {
			return err
		}
	}
	for i, m := range d.Directory.Migrations {
		d.pending[m] = i >= first && d.was[m] == nil && !d.picked[m] && !d.instead[m]
	}
	return nil
}

// compare reads the directory as it is deployed, and finds its migrations again.
func (d *Database) compare(ctx context.Context, cfg Config) error {
	var err error
	if d.base, err = d.in(cfg, cfg.Deployed); err != nil {
		return err
	}
	d.was = map[*migration.Migration]*migration.Migration{}
	if d.base != nil {
		d.was = migration.Match(d.Directory.Migrations, d.base.Migrations)
	}
	if cfg.Ahead != nil {
		if err := d.readAhead(cfg); err != nil {
			return err
		}
	}
	if d.base == nil {
		return nil
	}
	for now, was := range d.was {
		if now.Opaque != "" && now.Version == "" && !now.Repeatable && !d.sameFile(cfg, now, was) {
			delete(d.was, now) // a changelog that cannot be read: who knows what is new in it
		}
	}
	return d.findEdits(ctx, cfg)
}

// findEdits finds the deployed migrations that are not what they were.
func (d *Database) findEdits(ctx context.Context, cfg Config) error {
	now := map[*migration.Migration]*migration.Migration{}
	for m, was := range d.was {
		now[was] = m
	}
	first := 0
	if since := d.since(cfg); since != "" {
		first, _, _ = d.base.After(since) // what came before is not reported
	}
	var gone []*migration.Migration
	for _, was := range d.base.Migrations[first:] {
		switch m := now[was]; {
		case was.Repeatable || was.Version == "": // made to be edited, or no migration at all
		case m != nil:
			d.edited(cfg, m, was)
		default:
			gone = append(gone, was)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	squashed, difference, err := d.squash(ctx, cfg)
	if err != nil || squashed {
		return err
	}
	if len(gone) == 1 && d.entry.Schema == "" {
		difference = "" // what is new stands for itself
	}
	d.edits = append(d.edits, edit{was: gone[0], others: gone[1:], difference: difference, severity: d.editSeverity()})
	return nil
}

// deployed returns the migrations that ran, as they were when they did.
func (d *Database) deployed() []*migration.Migration {
	now := map[*migration.Migration]*migration.Migration{}
	for m, was := range d.was {
		if !d.instead[m] && !d.isEdited(m) {
			now[was] = m
		}
	}
	var out []*migration.Migration
	if d.base != nil {
		for _, was := range d.base.Migrations {
			if m := now[was]; m != nil {
				was = m // the same, and its file is at hand
			}
			out = append(out, was)
		}
	}
	for _, m := range d.Directory.Migrations {
		if !d.pending[m] && d.was[m] == nil && !d.instead[m] {
			out = append(out, m)
		}
	}
	return out
}

// deployedTree returns the tree that the replay starts in.
func (d *Database) deployedTree(cfg Config) fs.FS {
	if d.base == nil || d.entry.Schema == "" {
		return cfg.Root
	}
	if _, err := fs.Stat(cfg.Deployed, path.Clean(d.entry.Schema)); err != nil {
		return cfg.Root
	}
	return cfg.Deployed
}

// edited keeps what is not as it was deployed.
func (d *Database) edited(cfg Config, now, was *migration.Migration) {
	e := edit{now: now, was: was, severity: d.editSeverity()}
	at, same := now.SameStatements(was)
	switch {
	case !same:
		e.at = at
	case d.base.Layout == d.Directory.Layout && d.Directory.Refuses(now, was):
		e.kind = editedBytes
	case now.Opaque != "" && !d.sameFile(cfg, now, was):
		e.kind, e.severity = editedCode, rules.Warning
	default:
		return
	}
	d.edits = append(d.edits, e)
}

// editSeverity is a warning where no tool is known that runs each migration once.
func (d *Database) editSeverity() rules.Severity {
	if d.Directory.OutOfOrder == migration.Unknown {
		return rules.Warning
	}
	return rules.Error
}

func (d *Database) sameFile(cfg Config, now, was *migration.Migration) bool {
	a, err := fs.ReadFile(cfg.Root, now.Path)
	b, baseErr := fs.ReadFile(cfg.Deployed, was.Path)
	return err == nil && baseErr == nil && string(a) == string(b)
}

// readAhead finds what the ref that is deployed got since the merge base. What is
// in the work tree too, with the same statements, is deployed there.
func (d *Database) readAhead(cfg Config) error {
	dir, err := d.in(cfg, cfg.Ahead)
	if err != nil || dir == nil {
		return err
	}
	var before []*migration.Migration
	if d.base != nil {
		before = d.base.Migrations
	}
	old := migration.Match(dir.Migrations, before)
	for _, m := range dir.Migrations {
		if old[m] == nil && !m.Repeatable {
			d.ahead = append(d.ahead, m)
		}
	}
	var fresh []*migration.Migration
	for _, m := range d.Directory.Migrations {
		if d.was[m] == nil {
			fresh = append(fresh, m)
		}
	}
	d.picked = map[*migration.Migration]bool{}
	for now, there := range migration.Match(fresh, d.ahead) {
		_, d.picked[now] = now.SameStatements(there)
	}
	return nil
}

// in reads the directory in another tree, where it may have another name; nil
// when it is not there.
func (d *Database) in(cfg Config, tree fs.FS) (*migration.Directory, error) {
	name := path.Clean(d.Directory.Path)
	_, err := fs.ReadDir(tree, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the deployed %s: %w", name, err)
	}
	if err == nil {
		dir, err := migration.Read(tree, name, d.options(cfg))
		if err == nil {
			return dir, nil
		}
		d.remark("as it is deployed, " + err.Error())
	}
	return d.formerly(cfg, tree)
}

// formerly finds the directory under the name that it had before it was renamed:
// one that is not there any more, and most of whose migrations are here now.
func (d *Database) formerly(cfg Config, tree fs.FS) (*migration.Directory, error) {
	names, err := migration.Find(tree, ".")
	if err != nil {
		return nil, fmt.Errorf("looking for the deployed migrations of %s: %w", d.Directory.Path, err)
	}
	var best *migration.Directory
	most := 0
	for _, name := range names {
		if _, err := migration.Read(cfg.Root, name, migration.Options{}); err == nil {
			continue // it is still there
		}
		dir, err := migration.Read(tree, name, d.options(cfg))
		if err != nil {
			continue
		}
		same := 0
		for now, was := range migration.Match(d.Directory.Migrations, dir.Migrations) {
			if _, ok := now.SameStatements(was); ok {
				same++
			}
		}
		if same > most && 2*same >= len(dir.Migrations) {
			best, most = dir, same
		}
	}
	if best != nil {
		d.remark(fmt.Sprintf("%s: was %s, as the migrations tell", d.Directory.Path, best.Path))
	}
	return best, nil
}

// squash says whether migrations that are new, or the schema dump, stand for those
// that are gone: whether they come to the schema that is deployed. It marks them. If
// they do not, it says where the schemas differ.
func (d *Database) squash(ctx context.Context, cfg Config) (squashed bool, difference string, err error) {
	want, err := d.replayed(ctx, cfg.Deployed, d.base.Migrations, nil)
	if err != nil {
		return false, "", err
	}
	last := -1 // that is what it was
	for i, m := range d.Directory.Migrations {
		if d.was[m] != nil && !d.isEdited(m) {
			last = i
		}
	}
	end, fresh := -1, d.entry.Schema != ""
	same := func(i int, now *schema.Schema) bool {
		fresh = fresh || i >= 0 && (d.was[d.Directory.Migrations[i]] == nil || d.isEdited(d.Directory.Migrations[i]))
		if !fresh || i < last {
			return false
		}
		differs := want.Difference(now)
		if differs == "" {
			end, squashed = i, true
		} else if difference == "" {
			difference = differs
		}
		return squashed
	}
	if _, err := d.replayed(ctx, cfg.Root, d.Directory.Migrations, same); err != nil || !squashed {
		return false, difference, err
	}
	d.instead = map[*migration.Migration]bool{}
	for _, m := range d.Directory.Migrations[:end+1] {
		d.instead[m] = d.was[m] == nil || d.isEdited(m)
	}
	d.edits = slices.DeleteFunc(d.edits, func(e edit) bool { return d.instead[e.now] })
	return true, "", nil
}

// replayed returns the schema that migrations come to, after the dump of their
// tree. It stops where until says so, which is asked before the first and after each.
func (d *Database) replayed(ctx context.Context, tree fs.FS, migrations []*migration.Migration, until func(int, *schema.Schema) bool) (*schema.Schema, error) {
	other := &Database{Server: d.Server, Schema: schema.New(), entry: d.entry, lineage: newLineage(nil),
		pending: map[*migration.Migration]bool{}, gone: map[string]*schema.Table{}}
	if err := other.snapshot(tree); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if until != nil && until(-1, other.Schema) {
		return other.Schema, nil
	}
	results := parse(ctx, d.Server, migrations)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, m := range migrations {
		other.run(nil, m, results[i])
		if until != nil && until(i, other.Schema) {
			break
		}
	}
	return other.Schema, nil
}

func (d *Database) remark(text string) {
	if !slices.Contains(d.remarks, text) {
		d.remarks = append(d.remarks, text)
	}
}

// isOld says whether a problem came with what is deployed.
func (d *Database) isOld(p migration.Problem) bool {
	if d.base != nil && slices.ContainsFunc(d.base.Problems, func(was migration.Problem) bool {
		return was.Rule == p.Rule && was.Message == p.Message && path.Base(was.File) == path.Base(p.File)
	}) {
		return true
	}
	deployed := false
	for _, m := range d.Directory.Migrations {
		if m.Path == p.File || slices.ContainsFunc(m.Up, func(st migration.Statement) bool { return st.File.Name == p.File }) {
			if d.pending[m] {
				return false
			}
			deployed = true
		}
	}
	return deployed
}

func (d *Database) isEdited(m *migration.Migration) bool {
	return slices.ContainsFunc(d.edits, func(e edit) bool { return e.now == m })
}
