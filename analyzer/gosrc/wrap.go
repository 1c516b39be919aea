package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// Wrap makes a program of one package that somebody else has parsed and typed,
// such as a driver of go/analysis. Positions are made relative to root, a folder
// on disk; files from outside of it, and tests, are left out.
func Wrap(root string, fset *token.FileSet, files []*ast.File, pkg *types.Package, info *types.Info) *Program {
	p := newProgram(&Scan{fsys: os.DirFS(root), syntax: NewSyntax()})
	p.Fset, p.root = fset, root
	out := &Package{Path: pkg.Path(), Types: pkg, Info: info, prog: p, Known: &sync.Map{}}
	for _, f := range files {
		name, ok := p.relative(fset.Position(f.FileStart).Filename)
		if !ok || !isSource(path.Base(name)) {
			continue
		}
		out.Dir = path.Dir(name)
		out.Files = append(out.Files, &File{Name: name, Syntax: f})
	}
	p.byDir[out.Dir], p.byPath[out.Path] = out, out
	p.Packages = []*Package{out}
	out.index()
	return p
}

// relative returns the name of a file as seen from the root.
func (p *Program) relative(name string) (string, bool) {
	if p.root == "" {
		return name, true
	}
	rel, err := filepath.Rel(p.root, name)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return name, false
	}
	return filepath.ToSlash(rel), true
}

// Position returns the place of a position, with its file relative to the root.
func (p *Program) Position(pos token.Pos) token.Position {
	at := p.Fset.Position(pos)
	at.Filename, _ = p.relative(at.Filename)
	return at
}

// Position is that of the program, for code of the package.
func (pkg *Package) Position(pos token.Pos) token.Position { return pkg.prog.Position(pos) }
