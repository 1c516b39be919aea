package gosrc

import (
	"bytes"
	"go/types"
	"path"
	"slices"
	"strings"
	"sync"
)

// MadeByEnt says whether ent generated a file: its code is the library, and large.
func (s *Scan) MadeByEnt(name string, text []byte) bool {
	return saysEnt(text) || slices.ContainsFunc(s.unmarked(), func(c unmarkedClient) bool { return c.has(name, text) })
}

// saysEnt says whether a file says of itself that ent generated it.
func saysEnt(text []byte) bool {
	if !bytes.Contains(text[:min(len(text), longestHeader)], []byte(" DO NOT EDIT.")) {
		return false
	}
	for at := 0; at >= 0; at = nextLine(text, at) {
		line, _, _ := bytes.Cut(text[at:], []byte("\n"))
		switch {
		case bytes.HasPrefix(line, []byte("package ")):
			return false
		case bytes.HasPrefix(line, []byte("// Code generated ")) && (bytes.Contains(line, []byte("by ent,")) || bytes.Contains(line, []byte("by entc,"))):
			return true
		}
	}
	return false
}

const longestHeader = 4096 // bytes of comments above the package clause

// An unmarkedClient is a client of ent whose files have a header of one's own.
type unmarkedClient struct {
	dir     string
	head    []byte          // above the package clause
	folders map[string]bool // below it
}

// unmarked are such clients of the tree.
func (s *Scan) unmarked() []unmarkedClient {
	if s.clients == nil {
		return nil
	}
	s.clients.once.Do(func() {
		for _, f := range s.Files {
			if path.Base(f.Name) != "client.go" || !bytes.Contains(f.Text, []byte("*migrate.Schema")) || saysEnt(f.Text) {
				continue
			}
			c := unmarkedClient{dir: path.Dir(f.Name), head: headOf(f.Text), folders: map[string]bool{}}
			for _, other := range s.Files {
				if dir := path.Dir(other.Name); path.Dir(dir) == c.dir {
					c.folders[path.Base(dir)] = true
				}
			}
			s.clients.found = append(s.clients.found, c)
		}
	})
	return s.clients.found
}

// unmarkedClients are found when somebody asks.
type unmarkedClients struct {
	once  sync.Once
	found []unmarkedClient
}

func headOf(text []byte) []byte {
	head, _, _ := bytes.Cut(text, []byte("\npackage "))
	return head
}

// has says whether a file is one that ent generates with the client, by its header and
// its name.
func (c unmarkedClient) has(name string, text []byte) bool {
	dir, base := path.Dir(name), strings.TrimSuffix(path.Base(name), ".go")
	if !bytes.Equal(headOf(text), c.head) {
		return false
	}
	if dir != c.dir {
		return path.Dir(dir) == c.dir && path.Base(dir) != "schema"
	}
	switch base {
	case "client", "config", "context", "ent", "entql", "mutation", "runtime", "tx":
		return true
	}
	for _, suffix := range [...]string{"_create", "_delete", "_query", "_update"} {
		base = strings.TrimSuffix(base, suffix)
	}
	return c.folders[base]
}

// StartsAs is the value that a variable of package level is declared with; nil when
// it is not known to have one.
func (pkg *Package) StartsAs(v *types.Var) Value {
	known := pkg.prog.vars[v]
	if known == nil || known.value == nil {
		return nil
	}
	w := &Walker{Program: pkg.prog}
	return w.Expr(known.pkg, known.value)
}

// Has says whether a package is one of the program.
func (p *Program) Has(pkg *types.Package) bool {
	known := p.byPath[pkg.Path()]
	return known != nil && known.Types == pkg
}

// Spelled is the source of a function that the tree declares; nil when it is not known.
func (pkg *Package) Spelled(fn *types.Func) []byte {
	f := pkg.prog.File(fn.Pos())
	if f == nil {
		return nil
	}
	at := pkg.prog.Fset.Position(fn.Pos()).Offset
	if at >= len(f.Source) {
		return nil
	}
	end := bytes.Index(f.Source[at:], []byte("\n}"))
	if end < 0 {
		return nil
	}
	return f.Source[at : at+end]
}

// Reaching returns the directories that import one of some directories, by way of
// whatever packages of the tree lie between, and have a file that is wanted.
func (s *Scan) Reaching(dirs []string, wanted func(text []byte) bool) []string {
	importers, p := map[string][]string{}, newProgram(s)
	for _, f := range s.Files {
		from := &Package{Dir: path.Dir(f.Name)}
		for _, imported := range f.Imports {
			if dir, ok := p.dirOf(from, imported); ok && dir != from.Dir {
				importers[dir] = append(importers[dir], from.Dir)
			}
		}
	}
	seen := map[string]bool{}
	for wave := dirs; len(wave) > 0; {
		var next []string
		for _, dir := range wave {
			for _, importer := range importers[dir] {
				if !seen[importer] {
					seen[importer] = true
					next = append(next, importer)
				}
			}
		}
		wave = next
	}
	return s.where(func(_ int, f Source) bool { return seen[path.Dir(f.Name)] && wanted(f.Text) })
}
