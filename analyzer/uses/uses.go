// Package uses reads Go code for the uses that it makes of the tables and
// columns of a schema: the SQL that it can build, where it runs it, and what it
// reads the rows into.
package uses

import (
	"context"
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
	// SQL are the folders of migrations, whose SQL runs once: code that embeds it does not
	// run it time and again.
	SQL []string
	// Tables narrow what is looked for; all tables of the schema when nil.
	Tables []string
	// Moving says that rows may be asked for, which takes all types where a library maps
	// them: what is typed then serves a further reading.
	Moving bool
	// Callers makes Must know the callers in packages that do not spell a table.
	Callers bool
	// Words are fields of structs whose uses count, wherever they are.
	Words []string
	// Wrappers are functions that run what they are handed.
	Wrappers []Wrapper
	// Flags are conditions whose value in production is known, as the code spells them.
	Flags map[string]bool

	folders []string // that may use the schema, once Expect has found them
}

// reach is how far away types must be known: of whole rows, and of who calls whom,
// all; what a string is handed to tells its name.
func (o *Options) reach(s *gosrc.Scan) gosrc.Reach {
	if o.Callers || len(o.Words) > 0 || o.Moving && s.Imports(sqlxPath) || slices.ContainsFunc(o.libraryPaths().Mappers, s.Imports) {
		return gosrc.Everything
	}
	return gosrc.Imports
}

func (o *Options) skips(dir string) bool { return inFolder(dir, o.Skip) }

// inFolder says whether a folder is one of several, or lies in one.
func inFolder(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return dir == f || strings.HasPrefix(dir, f+"/") })
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
func Of(ctx context.Context, loaded *gosrc.Program, o Options) *schema.Uses {
	var dirs []string
	for _, pkg := range loaded.Packages {
		dirs = append(dirs, pkg.Dir)
	}
	p := &program{Program: loaded}
	return p.uses(ctx, o, dirs)
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
