package gosrc

import (
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// Running is the scan of a whole tree without the internal packages that no running code
// imports. Go lets nobody outside of the tree import them: they are for tests, or not in
// use yet.
func (s *Scan) Running() *Scan {
	p := newProgram(s)
	idle := map[string]bool{}
	for _, f := range s.Files {
		if dir := path.Dir(f.Name); !idle[dir] && p.isInternal(dir) {
			idle[dir] = true
		}
	}
	if len(idle) == 0 {
		return s
	}
	imports := s.importsOf(idle, p)
	for from := range imports {
		if !idle[from] {
			imports.start(from, idle)
		}
	}
	for _, f := range s.Files {
		if dir := path.Dir(f.Name); idle[dir] && isProgram(f.Text) {
			delete(idle, dir)
			imports.start(dir, idle)
		}
	}
	return s.Without(func(dir string) bool { return idle[dir] })
}

// importing are the directories that each directory imports, of some.
type importing map[string][]string

func (s *Scan) importsOf(wanted map[string]bool, p *Program) importing {
	out := importing{}
	for _, f := range s.Files {
		from := path.Dir(f.Name)
		for _, imported := range f.Imports {
			if !IsInternal(imported) {
				continue
			}
			if dir, inside := p.dirOf(&Package{Dir: from}, imported); inside && wanted[dir] {
				out[from] = append(out[from], dir)
			}
		}
	}
	return out
}

// start takes from the idle directories those that one imports, and what these import.
func (m importing) start(from string, idle map[string]bool) {
	for _, dir := range m[from] {
		if idle[dir] {
			delete(idle, dir)
			m.start(dir, idle)
		}
	}
}

// isInternal says whether only code below a parent of the directory may import it.
func (p *Program) isInternal(dir string) bool {
	m := p.module(dir)
	if m == nil || m.path == "" {
		return false
	}
	return IsInternal(path.Join(m.path, strings.TrimPrefix(dir, strings.TrimPrefix(m.dir, "."))))
}

// IsInternal says whether an import path is one that only code below a parent of the
// package may import.
func IsInternal(importPath string) bool {
	return strings.Contains(importPath, "internal") && slices.Contains(strings.Split(importPath, "/"), "internal")
}

// Has says whether a file of a directory was read, and counts.
func (s *Scan) Has(dir string) bool {
	return slices.ContainsFunc(s.Files, func(f Source) bool { return path.Dir(f.Name) == dir })
}

// isProgram says whether a file may belong to a program.
func isProgram(text []byte) bool {
	f, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	return f == nil || f.Name == nil || f.Name.Name == "main"
}
