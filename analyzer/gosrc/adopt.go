package gosrc

import (
	"bytes"
	"slices"
)

// An adoption says of which directories the packages are taken over from a program of
// a tree that has most files in common: they, and all that they import, are the same.
type adoption struct {
	like *Program
	dirs map[string]bool
}

// adoptable finds what can be taken over. Those in bodies are wanted with the bodies of
// their functions.
func (p *Program) adoptable(like *Program, bodies []string) adoption {
	if like == nil || !slices.EqualFunc(p.nested(), like.nested(), func(a, b *module) bool { return *a == *b }) {
		return adoption{}
	}
	out := adoption{like, map[string]bool{}}
	for dir, pkg := range like.byDir {
		if (pkg.bodies || !slices.Contains(bodies, dir)) && sameModule(p.module(dir), like.module(dir)) && sameFiles(p.scan.dir(dir), like.scan.dir(dir)) {
			out.dirs[dir] = true
		}
	}
	for again := true; again; {
		again = false
		for _, pkg := range like.sorted() {
			if out.dirs[pkg.Dir] && slices.ContainsFunc(pkg.needs, func(need *Package) bool { return !out.dirs[need.Dir] }) {
				delete(out.dirs, pkg.Dir)
				again = true
			}
		}
	}
	return out
}

func sameModule(a, b *module) bool { return a == b || a != nil && b != nil && *a == *b }

// sameFiles says whether there are files, and the same in both.
func sameFiles(a, b []Source) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(a, b Source) bool { return a.Name == b.Name && bytes.Equal(a.Text, b.Text) })
}

// adopt takes over the package of a directory and what it imports; where that was asked
// for by name, also what stands beside it.
func (p *Program) adopt(from adoption, dir string, asked bool) {
	if p.byDir[dir] == nil {
		pkg := from.like.byDir[dir]
		p.takeOver(pkg, false)
		for _, need := range pkg.needs {
			p.adopt(from, need.Dir, false)
		}
	}
	for _, beside := range from.like.beside {
		if asked && beside.Dir == dir {
			p.takeOver(beside, true)
		}
	}
}

func (p *Program) takeOver(pkg *Package, beside bool) {
	out := *pkg
	out.needs = nil
	p.add(&out, beside)
}
