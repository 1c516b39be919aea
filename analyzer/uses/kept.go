package uses

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// keep notes of the builders found since that they are kept in a field.
func (c *collector) keep(since int, field *types.Var) {
	for i := range c.now.found[since:] {
		f := &c.now.found[since+i]
		f.kept = f.steps
		if f.keptField == nil {
			f.keptField = field
		}
	}
}

// fieldNamed is a field of the struct that a record is; nil of another.
func fieldNamed(r *gosrc.Record, name string) *types.Var {
	_, st := structOf(r.Type)
	if st == nil {
		return nil
	}
	for f := range st.Fields() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

// dropKept leaves out builders that are kept in a struct where that is handed on, if
// some function takes them from there and adds to them: that tells what is run.
func (c *collector) dropKept() {
	begun := map[*ast.CallExpr][][]*ast.CallExpr{}
	for _, d := range c.order {
		for _, f := range d.found {
			if len(f.steps) > 0 && f.kept == nil {
				begun[f.steps[0]] = append(begun[f.steps[0]], f.steps)
			}
		}
	}
	for _, d := range c.order {
		d.found = slices.DeleteFunc(d.found, func(f candidate) bool {
			n := len(f.kept)
			return n > 0 && slices.ContainsFunc(begun[f.kept[0]], func(steps []*ast.CallExpr) bool {
				return len(steps) > n && slices.Equal(steps[:n], f.kept)
			})
		})
	}
}

// dropBegun leaves out texts and builders that are handed to a function of the program
// which adds to them, and runs none of them as it is.
func (c *collector) dropBegun() {
	of := map[*ast.FuncDecl]*declared{}
	for _, d := range c.order {
		of[d.decl] = d
	}
	begun := func(f candidate) bool {
		if !f.given {
			return false
		}
		more := false
		for _, target := range c.program.Declarations(f.site.Package.Callee(f.call).Func) {
			if of[target] == nil {
				return false
			}
			for _, g := range of[target].found {
				switch longer, goesOn := f.goesOnAs(g); {
				case goesOn && !longer:
					return false
				case goesOn:
					more = true
				}
			}
		}
		return more
	}
	for _, d := range c.order {
		d.found = slices.DeleteFunc(d.found, begun)
	}
	c.dropHanded(of)
}

// dropHanded leaves out builders where they are run as a caller hands them over: that has
// them.
func (c *collector) dropHanded(of map[*ast.FuncDecl]*declared) {
	for _, d := range c.order {
		for _, f := range d.found {
			if !f.given || len(f.steps) == 0 {
				continue
			}
			for _, target := range c.program.Declarations(f.site.Package.Callee(f.call).Func) {
				if in := of[target]; in != nil && in != d {
					in.found = slices.DeleteFunc(in.found, func(g candidate) bool { return g.handedBy(f) })
				}
			}
		}
	}
}

// handedBy says whether a function was handed the builder that another hands over, and
// runs it as it is.
func (f *candidate) handedBy(by candidate) bool {
	return slices.Equal(f.steps, by.steps) && slices.ContainsFunc(f.from, func(call *callArgs) bool {
		return slices.ContainsFunc(call.by, func(at *caller) bool { return at.site.Node == by.call })
	})
}

// goesOnAs says whether another text or builder begins as one does, and has more.
func (f *candidate) goesOnAs(g candidate) (longer, goesOn bool) {
	if n := len(f.steps); n > 0 {
		return len(g.steps) > n, len(g.steps) >= n && slices.Equal(g.steps[:n], f.steps)
	}
	n := len(f.text)
	if len(g.steps) > 0 || len(g.text) < n {
		return false, false
	}
	same := func(a, b gosrc.Part) bool { return a.Pos == b.Pos && a.Text == b.Text && a.Hole == b.Hole }
	return len(g.text) > n, slices.EqualFunc(g.text[:n], f.text, same)
}

// dropUntaken leaves out builders that are kept in a field from which nobody takes
// them: they are never run.
func (c *collector) dropUntaken(packages []*gosrc.Package) {
	taken := map[*types.Var]bool{}
	untaken := func(f candidate) bool {
		if len(f.kept) == 0 || f.keptField == nil {
			return false
		}
		known, ok := taken[f.keptField]
		if !ok {
			known = seenOutside(f.keptField) || c.program.Reads(f.keptField) || handedAsAny(packages, f.keptField)
			taken[f.keptField] = known
		}
		return !known
	}
	for _, d := range c.order {
		for _, f := range d.found {
			if untaken(f) {
				c.unused = append(c.unused, f)
			}
		}
		d.found = slices.DeleteFunc(d.found, untaken)
	}
}

// seenOutside says whether code that is not of the module could name a field, or does
// not have to, as its methods are those of the struct.
func seenOutside(field *types.Var) bool {
	pkg := field.Pkg()
	return pkg == nil || field.Embedded() || field.Exported() && pkg.Name() != "main" && !slices.Contains(strings.Split(pkg.Path(), "/"), "internal")
}

// handedAsAny says whether the struct of a field is handed to what takes anything, which
// may look through its fields.
func handedAsAny(packages []*gosrc.Package, field *types.Var) bool {
	found := false
	holds := func(t types.Type) bool {
		_, st := structOf(types.Unalias(t))
		if st == nil {
			return false
		}
		for f := range st.Fields() {
			if f == field || f.Pos() == field.Pos() {
				return true
			}
		}
		return false
	}
	for _, pkg := range packages {
		for _, file := range pkg.Files {
			ast.Inspect(file.Syntax, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || found {
					return !found
				}
				for i, arg := range call.Args {
					if t := pkg.Info.TypeOf(arg); t != nil && holds(t) {
						found = found || takesAny(pkg, call, i)
					}
				}
				return true
			})
		}
	}
	return found
}

// takesAny says whether a call takes an argument as an interface, or is not known.
func takesAny(pkg *gosrc.Package, call *ast.CallExpr, arg int) bool {
	t := pkg.Info.TypeOf(call.Fun)
	if t == nil {
		return true
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return types.IsInterface(t) // a conversion
	}
	params := sig.Params()
	if params.Len() == 0 {
		return true
	}
	p := params.At(min(arg, params.Len()-1)).Type()
	if sig.Variadic() && arg >= params.Len()-1 {
		if s, ok := p.(*types.Slice); ok {
			p = s.Elem()
		}
	}
	return types.IsInterface(p)
}
