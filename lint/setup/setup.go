// Package setup looks at a repository for the first time, and proposes how to
// have it checked: the configuration, a hook, and a check of pull requests.
package setup

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/server"
)

// Options say what is known beside the files.
type Options struct {
	Branch string // what the configuration would name as base: origin/main; "" when there is no such branch
	Ref    string // a tag or commit of expandcheck that can be fetched; "" when there is none
}

// A Proposal is what a repository needs to be checked.
type Proposal struct {
	Seen  []string // what was seen and what follows from it, for people
	Files []File
	Steps []string // what is left to do by hand
}

// A File is one that should be there.
type File struct {
	Name string // relative to the root, with slashes
	Text string
	What string // what it is for
	Kept string // the file that is there already and does its work; "" when there is none
	Add  string // what to add to that by hand; "" when nothing is missing
}

// A directory is a migration directory and what was found out about it.
type directory struct{ path, layout string }

// Look reads the files of a work tree and proposes those that are missing.
func Look(fsys fs.FS, o Options) (*Proposal, error) {
	p := &Proposal{}
	dirs, err := p.directories(fsys)
	if err != nil {
		return nil, err
	}
	ev, err := gather(fsys, dirs)
	if err != nil {
		return nil, err
	}
	c := config{dirs: dirs, server: p.server(ev), deploy: p.deploy(ev), branch: o.Branch}
	if o.Branch != "" {
		p.saw("%s is the remote's default branch: what a pull request adds to its target is checked, and in a clone what it adds to %s", o.Branch, o.Branch)
	} else {
		p.saw("no branch of a remote is known: what is new since the last commit is checked, until there is one")
	}
	p.Files = []File{
		{Name: lint.ConfigFile, Text: c.text(), What: "where the migrations are, and how they are deployed"},
		hook(fsys, o.Ref),
		pullRequests(fsys, o.Ref),
	}
	if exists(fsys, lint.ConfigFile) {
		p.Files[0].Kept = lint.ConfigFile
	}
	p.Steps = steps(p.Files)
	return p, nil
}

func (p *Proposal) saw(format string, args ...any) {
	p.Seen = append(p.Seen, fmt.Sprintf(format, args...))
}

// directories finds the migrations. Without any there is nothing to propose.
func (p *Proposal) directories(fsys fs.FS) ([]directory, error) {
	found, err := migration.Find(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("looking for migrations: %w", err)
	}
	if len(found) == 0 { // its own words say what was looked for
		_, err := migration.Read(fsys, ".", migration.Options{})
		return nil, fmt.Errorf("%w; if they are for MySQL and lie elsewhere, name them in %s: migrations: [{dir: PATH}]", err, lint.ConfigFile)
	}
	var out []directory
	for _, name := range found {
		d, err := migration.Read(fsys, name, migration.Options{})
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		p.saw("%s: %s, laid out as %s does", name, plural(len(d.Migrations), "migration"), d.Layout.Name)
		out = append(out, directory{name, d.Layout.Name})
	}
	return out, nil
}

// server decides on the oldest one that the repository runs: what holds there
// holds on the newer ones.
func (p *Proposal) server(ev *evidence) sighting {
	if len(ev.servers) == 0 {
		p.saw("no file says which server runs: %s is taken", server.Default)
		return sighting{}
	}
	names := server.Names()
	best := slices.MinFunc(ev.servers, func(a, b sighting) int {
		return slices.Index(names, a.name) - slices.Index(names, b.name)
	})
	others := ""
	for _, s := range ev.servers {
		if s.name != best.name {
			others = "; it is the oldest that is named, and what holds there holds on the others"
		}
	}
	p.saw("%s: %s: the server is %s%s", best.at, best.text, best.name, others)
	return best
}

func (p *Proposal) deploy(ev *evidence) sighting {
	if ev.runs.at == "" {
		p.saw("no Go code runs the migrations: they and the code that needs them are taken to be deployed one after the other")
		return sighting{}
	}
	p.saw("%s: %s: the program migrates before it starts, so deploy is %s", ev.runs.at, ev.runs.text, lint.MigrationsFirst)
	return ev.runs
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// anyOf returns the first of the files that there is.
func anyOf(fsys fs.FS, names ...string) string {
	for _, name := range names {
		if exists(fsys, name) {
			return name
		}
	}
	return ""
}

// steps says what is left to do, in order.
func steps(files []File) []string {
	var out []string
	for _, f := range files {
		if f.Add != "" {
			out = append(out, fmt.Sprintf("add to %s:\n\n%s", f.Kept, Indent(f.Add, "    ")))
		}
	}
	hook := files[1]
	if hook.Kept == "" || path.Base(hook.Kept) == preCommitConfig {
		out = append(out, "pre-commit install --hook-type pre-commit   # once in each clone; https://pre-commit.com")
	}
	return append(out,
		"expandcheck lint --all                      # what the migrations so far would have got, if you are curious",
		"git add, commit and push these files")
}

// Indent puts a text further to the right.
func Indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	return b.String()
}
