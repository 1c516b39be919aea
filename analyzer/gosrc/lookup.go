package gosrc

import (
	"bytes"
	"go/types"
)

// Program is what the package was read with.
func (pkg *Package) Program() *Program { return pkg.prog }

// PackageOf returns the package of the program with the given types; nil when it has
// none.
func (p *Program) PackageOf(t *types.Package) *Package {
	for _, pkg := range p.Packages {
		if pkg.Types == t {
			return pkg
		}
	}
	return nil
}

// Has says whether a package is one of the program.
func (p *Program) Has(pkg *types.Package) bool {
	known := p.byPath[pkg.Path()]
	return known != nil && known.Types == pkg
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

// MethodResult evaluates what a method of a declared type returns first, whatever
// its receiver holds; nil when the program has no such method.
func (pkg *Package) MethodResult(t types.Type, name string) Value {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	d := pkg.prog.function(fn)
	if d == nil {
		return nil
	}
	w := &Walker{Program: pkg.prog}
	if out := w.Func(d.pkg, d.decl); len(out) > 0 {
		return out[0]
	}
	return nil
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
