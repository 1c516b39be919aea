// Package uses reads Go code for the uses that it makes of the tables and
// columns of a schema: the SQL that it can build, where it runs it, and what it
// reads the rows into.
package uses

import (
	"context"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// Options say which code is read, and for which schema.
type Options struct {
	Dirs   []string // folders whose code uses the schema; the whole tree when empty
	Server *server.Server
	Schema mysql.Catalog
	// Skip are folders that are not read: the migrations themselves.
	Skip []string
	// Tables narrow what is looked for; all tables of the schema when nil.
	Tables []string
	// Callers makes Must know the callers in packages that do not spell a table.
	Callers bool
	// Words are fields of structs whose uses count, wherever they are.
	Words []string
	// Wrappers are functions that run what they are handed.
	Wrappers []Wrapper
	// Flags are conditions whose value in production is known, as the code spells them.
	Flags map[string]bool
}

// Read reads the Go code of a tree. An error means that a file could not be
// read; code that does not parse or type is read as far as it does.
func Read(ctx context.Context, fsys fs.FS, o Options) (*schema.Uses, error) {
	dirs := o.Dirs
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	if o.Tables != nil && len(o.Tables) == 0 {
		files, err := gosrc.GoFiles(ctx, fsys, dirs)
		return &schema.Uses{Files: len(slices.DeleteFunc(files, func(name string) bool { return o.skips(path.Dir(name)) }))}, err
	}
	scan, err := gosrc.ScanTree(ctx, fsys, dirs)
	if err != nil {
		return nil, err
	}
	scan.Files = slices.DeleteFunc(scan.Files, func(f gosrc.Source) bool { return o.skips(path.Dir(f.Name)) })
	wrong := o.wrong(scan)
	names := o.names()
	if len(names) == 0 {
		return &schema.Uses{Files: o.files(scan), Ignores: ignores(scan), Libraries: unread(scan), Mentions: scan.Mentions, Remarks: wrong}, nil
	}
	wanted := scan.Mentioning(names, o.Callers, o.libraryPaths())
	if len(o.Words) > 0 {
		wanted = append(wanted, scan.Having(o.Words)...)
		slices.Sort(wanted)
		wanted = slices.Compact(wanted)
	}
	wanted = slices.DeleteFunc(wanted, o.skips)
	program, err := scan.Load(ctx, wanted, o.reach(scan))
	if err != nil {
		return nil, err
	}
	out := Of(ctx, program, o)
	out.Files, out.Ignores, out.Libraries, out.Mentions, out.Remarks = o.files(scan), ignores(scan), unread(scan), scan.Mentions, wrong
	return out, ctx.Err()
}

// reach is how far away types must be known: of whole rows, and of who calls whom,
// all; what a string is handed to tells its name.
func (o *Options) reach(s *gosrc.Scan) gosrc.Reach {
	if o.Callers || len(o.Words) > 0 || slices.ContainsFunc(o.libraryPaths().Mappers, s.Imports) {
		return gosrc.Everything
	}
	return gosrc.Imports
}

// files counts the files outside of the folders that are not read.
func (o *Options) files(s *gosrc.Scan) int {
	n := 0
	for _, f := range s.Files {
		if !o.skips(path.Dir(f.Name)) {
			n++
		}
	}
	return n
}

func (o *Options) skips(dir string) bool {
	return slices.ContainsFunc(o.Skip, func(skip string) bool { return dir == skip || strings.HasPrefix(dir, skip+"/") })
}

// names are what the code has to spell somewhere to use the schema.
func (o *Options) names() []string {
	if o.Tables != nil {
		return o.Tables
	}
	var out []string
	for _, t := range o.Schema.Tables() {
		out = append(out, t.Name.Name)
	}
	for _, v := range o.Schema.Views() {
		out = append(out, v.Name.Name)
	}
	return out
}

// Of returns the uses of packages that are loaded.
func Of(ctx context.Context, program *gosrc.Program, o Options) *schema.Uses {
	var packages []*gosrc.Package
	out := &schema.Uses{}
	for _, pkg := range program.Packages {
		if other := otherDatabase(pkg); other != "" {
			out.Skipped = append(out.Skipped, schema.SkippedCode{Dir: pkg.Dir, Why: other})
			continue
		}
		packages = append(packages, pkg)
	}
	c := collect(ctx, program, packages, o.Wrappers)
	r := c.read(ctx, o)
	out.Queries, out.Unresolved, out.Strings = r.queries, r.unresolved, r.strings
	out.Skipped = append(out.Skipped, r.skipped()...)
	flow := newFlow(program, o.Flags, r)
	out.Must = flow.must
	out.Rows = newFields(program, packages).of
	return out
}

// each calls do for every index below n, on every core, with a state of its own.
func each[S any](n int, state func() S, do func(s S, i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(n, 1)) {
		wg.Go(func() {
			s := state()
			for i := range next {
				do(s, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
