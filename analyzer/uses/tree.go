package uses

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// A Tree is Go code that several schemas are looked for in. What reading one schema
// learns of its files, types and functions serves the next. It is not safe for
// concurrent use.
type Tree struct {
	fsys     fs.FS
	of       *Tree // that most files are the same in; nil for the first
	syntax   *gosrc.Syntax
	scans    map[string]*gosrc.Scan // by the folders
	ignored  map[*gosrc.Scan][]schema.Ignore
	programs []*program
	expected []expectation
	asked    sync.Mutex // of Runs
	readings map[*schema.Uses]walked
}

// walked is what uses were read from.
type walked struct {
	callers bool
	dirs    []string
}

// An expectation is packages that will be walked for a schema.
type expectation struct {
	folders string // that were scanned
	reach   gosrc.Reach
	dirs    []string
}

// NewTree returns the code below the root of fsys, unread.
func NewTree(fsys fs.FS) *Tree {
	return &Tree{fsys: fsys, syntax: gosrc.NewSyntax(), scans: map[string]*gosrc.Scan{}, ignored: map[*gosrc.Scan][]schema.Ignore{}, readings: map[*schema.Uses]walked{}}
}

// Version returns the code below the root of fsys, of which most is the same: what was
// read of that serves it. If fsys has a method Same(name string) bool, that says which
// files are.
func (t *Tree) Version(fsys fs.FS) *Tree {
	out := NewTree(fsys)
	out.of, out.syntax = t, t.syntax
	return out
}

// Has says whether the tree has a folder.
func (t *Tree) Has(dir string) bool {
	info, err := fs.Stat(t.fsys, dir)
	return err == nil && info.IsDir()
}

// HasFile says whether the tree has a file.
func (t *Tree) HasFile(name string) bool {
	info, err := fs.Stat(t.fsys, name)
	return err == nil && !info.IsDir()
}

// Runs says whether the package of a folder is code that runs, as far as the folders of
// code tell: Read leaves out the others. Several may ask at once.
func (t *Tree) Runs(ctx context.Context, dirs []string, pkg *gosrc.Package) (bool, error) {
	if !gosrc.IsInternal(pkg.Path) || len(dirs) > 0 && !slices.Contains(dirs, ".") {
		return true, nil
	}
	t.asked.Lock()
	defer t.asked.Unlock()
	s, err := t.scan(ctx, []string{"."})
	return err == nil && s.Has(pkg.Dir), err
}

// GoFiles are the names of the Go files below some folders, without tests.
func (t *Tree) GoFiles(ctx context.Context, dirs []string) ([]string, error) {
	return gosrc.GoFiles(ctx, t.fsys, dirs)
}

// A program is code that is loaded and walked.
type program struct {
	*gosrc.Program
	folders string // that it was scanned in
	reach   gosrc.Reach
	dirs    []string // of the packages that are walked
	found   *collector
}

// scan reads the files below some folders.
func (t *Tree) scan(ctx context.Context, dirs []string) (*gosrc.Scan, error) {
	key := strings.Join(dirs, "\x00")
	if s := t.scans[key]; s != nil {
		return s, nil
	}
	s, err := gosrc.ScanTree(ctx, t.fsys, dirs, t.syntax, t.like(key))
	if err != nil {
		return nil, err
	}
	if slices.Contains(dirs, ".") {
		s = s.Running()
	}
	t.scans[key] = s
	return s, nil
}

// like is a scan of the tree that this is a version of, of the same folders if there is
// one; nil when there is none.
func (t *Tree) like(folders string) *gosrc.Scan {
	if t.of == nil {
		return nil
	}
	if s := t.of.scans[folders]; s != nil {
		return s
	}
	for _, s := range t.of.scans {
		return s
	}
	return nil
}

// load returns a program in which the packages of the wanted folders are walked: one
// that is there already, if it has them all, or else one with all that is expected.
func (t *Tree) load(ctx context.Context, s *gosrc.Scan, wanted []string, o *Options) (*program, error) {
	folders, reach := o.key(), o.reach(s)
	for _, p := range t.programs {
		if p.folders == folders && p.reach >= reach && !slices.ContainsFunc(wanted, func(dir string) bool { return !slices.Contains(p.dirs, dir) }) {
			return p, nil
		}
	}
	for _, e := range t.expected {
		if e.folders == folders && e.reach <= reach {
			wanted = append(slices.Clone(wanted), slices.DeleteFunc(slices.Clone(e.dirs), o.skips)...)
		}
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	loaded, err := s.Load(ctx, wanted, reach, t.nearest(folders, reach))
	if err != nil {
		return nil, err
	}
	p := &program{Program: loaded, folders: folders, reach: reach, dirs: wanted}
	t.programs = append(t.programs, p)
	return p, nil
}

// key tells the folders that are scanned apart.
func (o *Options) key() string { return strings.Join(o.Dirs, "\x00") }

// Expect says that the code will be read for a schema, and returns the options that this
// takes: the packages of several schemas are loaded and walked together.
func (t *Tree) Expect(ctx context.Context, o Options) (Options, error) {
	names := o.names()
	if len(o.Dirs) == 0 {
		o.Dirs = []string{"."}
	}
	if len(names) == 0 {
		return o, nil
	}
	whole, err := t.scan(ctx, o.Dirs)
	if err != nil {
		return o, err
	}
	scan := whole.Without(o.skips)
	o.folders = o.wanted(scan, names)
	t.expected = append(t.expected, expectation{o.key(), o.reach(scan), o.folders})
	return o, nil
}

// ReadOn reads further than what Read returned did, for the same schema; that stands
// where nobody else has a part in it.
func (t *Tree) ReadOn(ctx context.Context, from *schema.Uses, o Options) (*schema.Uses, error) {
	had, ok := t.readings[from]
	if !ok || !had.callers {
		return t.Read(ctx, o)
	}
	if len(o.Dirs) == 0 {
		o.Dirs = []string{"."}
	}
	whole, err := t.scan(ctx, o.Dirs)
	if err != nil {
		return nil, err
	}
	scan := whole.Without(o.skips)
	selecting := writtenByHand(scan, scan.Selecting(o.Words))
	if slices.ContainsFunc(selecting, func(dir string) bool { return !slices.Contains(had.dirs, dir) }) {
		return t.Read(ctx, o)
	}
	return from, nil
}

// nearest is the largest program of the tree, or else of the one that it is a version
// of, which reaches as far; nil when there is none.
func (t *Tree) nearest(folders string, reach gosrc.Reach) *gosrc.Program {
	var out *program
	for of := t; of != nil && out == nil; of = of.of {
		for _, p := range of.programs {
			if p.folders == folders && p.reach >= reach && (out == nil || len(p.dirs) > len(out.dirs)) {
				out = p
			}
		}
	}
	if out == nil {
		return nil
	}
	return out.Program
}

// Read reads the code for one schema. An error means that a file could not be
// read; code that does not parse or type is read as far as it does.
func (t *Tree) Read(ctx context.Context, o Options) (*schema.Uses, error) {
	if len(o.Dirs) == 0 {
		o.Dirs = []string{"."}
	}
	if o.Tables != nil && len(o.Tables) == 0 {
		files, err := gosrc.GoFiles(ctx, t.fsys, o.Dirs)
		return &schema.Uses{Files: len(slices.DeleteFunc(files, func(name string) bool { return o.skips(path.Dir(name)) }))}, err
	}
	whole, err := t.scan(ctx, o.Dirs)
	if err != nil {
		return nil, err
	}
	scan := whole.Without(o.skips)
	out, libraries := &schema.Uses{}, unread(scan)
	if names := o.names(); len(names) > 0 {
		wanted := o.folders
		if wanted == nil {
			wanted = o.wanted(scan, names)
		}
		p, err := t.load(ctx, scan, wanted, &o)
		if err != nil {
			return nil, err
		}
		out = p.uses(ctx, o, wanted)
		t.readings[out] = walked{o.Callers, wanted}
		libraries = append(libraries, p.found.renamed.names()...)
	}
	out.Files, out.Ignores, out.Libraries, out.Mentions, out.Remarks = len(scan.Files), t.ignores(whole, &o), libraries, scan.Mentions, o.wrong(scan)
	return out, ctx.Err()
}

// ignores are the comments of a scan that silence findings, without those in the folders
// that are left out.
func (t *Tree) ignores(s *gosrc.Scan, o *Options) []schema.Ignore {
	all, known := t.ignored[s]
	if !known {
		all = ignores(s)
		t.ignored[s] = all
	}
	return slices.DeleteFunc(slices.Clone(all), func(g schema.Ignore) bool { return o.skips(path.Dir(g.Pos.File)) })
}

// wanted are the folders that may use what has one of the names.
func (o *Options) wanted(s *gosrc.Scan, names []string) []string {
	out := append(s.Mentioning(names, o.Callers, o.libraryPaths()), o.strange(s)...)
	if importsSQLBoiler(s) {
		out = append(out, s.ImportingGenerated(sqlboilerName)...)
	}
	if len(o.Words) > 0 {
		out = append(out, s.Selecting(o.Words)...)
	}
	if s.Imports(sqlxPath) {
		out = append(out, s.Selecting(sqlxMappers)...)
	}
	return withEnt(s, out)
}

// uses are those of the packages in some folders.
func (p *program) uses(ctx context.Context, o Options, dirs []string) *schema.Uses {
	var packages []*gosrc.Package
	var skipped []schema.SkippedCode
	for _, pkg := range p.Packages {
		if other := otherDatabase(pkg); other != "" {
			if slices.Contains(dirs, pkg.Dir) {
				skipped = append(skipped, schema.SkippedCode{Dir: pkg.Dir, Why: other})
			}
			continue
		}
		packages = append(packages, pkg)
	}
	if p.found == nil {
		p.found = collect(ctx, p.Program, packages, o.Wrappers)
	}
	r := p.found.in(dirs).read(ctx, o)
	flow := newFlow(p.Program, o.Flags, r)
	guessed := guesses(p.Program, packages, &o, dirs)
	return &schema.Uses{
		Queries: append(r.queries, guessed...), Unresolved: r.unresolved, Strings: r.strings, Skipped: append(skipped, r.skipped()...),
		Must: flow.must, Rows: newFields(p.Program, packages, o.Flags).of,
	}
}

// in is what was found in the packages of some folders.
func (c *collector) in(dirs []string) *collector {
	here := func(pkg *gosrc.Package) bool { return slices.Contains(dirs, pkg.Dir) }
	out := *c
	out.order = slices.DeleteFunc(slices.Clone(c.order), func(d *declared) bool { return !here(d.pkg) })
	out.loose = slices.DeleteFunc(slices.Clone(c.loose), func(l candidate) bool { return !here(l.site.Package) })
	return &out
}
