package gosrc

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// check types every package after those it imports, and makes what the
// evaluator looks up known.
func (p *Program) check() {
	for _, level := range p.levels() {
		parallel(len(level), func(i int) { level[i].check() })
	}
	for _, pkg := range p.sorted() {
		pkg.index()
	}
}

// levels groups the packages so that each imports only from groups before its
// own. What an import cycle leaves over comes last, and stays partly unknown.
func (p *Program) levels() [][]*Package {
	waits := map[*Package]int{}
	importers := map[*Package][]*Package{}
	for _, pkg := range p.sorted() {
		waits[pkg] = len(pkg.needs)
		for _, need := range pkg.needs {
			importers[need] = append(importers[need], pkg)
		}
	}
	var out [][]*Package
	var level []*Package
	for _, pkg := range p.sorted() {
		if waits[pkg] == 0 {
			level = append(level, pkg)
		}
	}
	for len(level) > 0 {
		out = append(out, level)
		var next []*Package
		for _, pkg := range level {
			delete(waits, pkg)
			for _, importer := range importers[pkg] {
				if waits[importer]--; waits[importer] == 0 {
					next = append(next, importer)
				}
			}
		}
		level = next
	}
	for _, pkg := range p.sorted() {
		if _, left := waits[pkg]; left {
			out = append(out, []*Package{pkg})
		}
	}
	return out
}

// sorted returns the packages by directory; those beside others last.
func (p *Program) sorted() []*Package {
	out := make([]*Package, 0, len(p.byDir)+len(p.beside))
	for _, dir := range sortedKeys(p.byDir) {
		out = append(out, p.byDir[dir])
	}
	return append(out, p.beside...)
}

// newInfo makes room for what is known of a package: about as much as code of that
// size has.
func (pkg *Package) newInfo() *types.Info {
	size := 0
	for _, f := range pkg.all() {
		size += len(f.Source)
	}
	perExpression, perUse, perDefinition, perSelection := 26, 32, 107, 217 // bytes
	if !pkg.bodies {
		perExpression, perUse, perDefinition, perSelection = 78, 112, 133, 8000
	}
	return &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue, size/perExpression),
		Defs:       make(map[*ast.Ident]types.Object, size/perDefinition),
		Uses:       make(map[*ast.Ident]types.Object, size/perUse),
		Selections: make(map[*ast.SelectorExpr]*types.Selection, size/perSelection),
		Implicits:  map[ast.Node]types.Object{},
		Instances:  map[*ast.Ident]types.Instance{},
	}
}

func (pkg *Package) check() {
	if pkg.Types != nil {
		return // taken over
	}
	var files []*ast.File
	for _, f := range pkg.all() {
		files = append(files, f.Syntax)
	}
	conf := types.Config{
		Importer:                 importer{pkg.prog},
		Error:                    func(error) {}, // what does not type is unknown
		FakeImportC:              true,
		DisableUnusedImportCheck: true,
	}
	pkg.Info = pkg.newInfo()
	pkg.Types, _ = conf.Check(pkg.Path, pkg.prog.Fset, files, pkg.Info) // errors are expected: most imports are missing
}

// importer gives go/types the packages of the program, stubs, and empty
// packages for the rest.
type importer struct{ *Program }

func (p importer) Import(importPath string) (*types.Package, error) {
	if pkg := p.byPath[importPath]; pkg != nil {
		if pkg.Types == nil {
			return nil, errors.New("import cycle")
		}
		return pkg.Types, nil
	}
	return p.stubs.pkg(importPath)
}

// packageName guesses the name of a package from its path.
func packageName(importPath string) string {
	base := path.Base(importPath)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" && path.Dir(importPath) != "." {
		base = path.Base(path.Dir(importPath))
	}
	if i := strings.Index(base, ".v"); i > 0 { // gopkg.in/yaml.v3
		base = base[:i]
	}
	base = strings.TrimPrefix(base, "go-")
	base = strings.TrimSuffix(base, "-go")
	return strings.NewReplacer("-", "_", ".", "_").Replace(base)
}

// index makes the functions and variables of the package known.
func (pkg *Package) index() {
	files := pkg.all()
	for _, f := range files {
		for _, d := range f.Syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				pkg.indexFunc(d)
			case *ast.GenDecl:
				switch d.Tok {
				case token.VAR:
					pkg.indexVars(d, pkg.prog.vars)
				case token.CONST:
					pkg.indexVars(d, pkg.prog.consts)
				}
			}
		}
	}
	for _, f := range files {
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				pkg.markAssigned(fn)
			}
		}
	}
}

func (pkg *Package) indexFunc(d *ast.FuncDecl) {
	fn, ok := pkg.Info.Defs[d.Name].(*types.Func)
	if ok && d.Body != nil {
		pkg.prog.funcs[fn] = &function{pkg: pkg, decl: d}
		pkg.prog.declared = append(pkg.prog.declared, pkg.prog.funcs[fn])
	}
}

func (pkg *Package) indexVars(d *ast.GenDecl, into map[types.Object]*variable) {
	for _, spec := range d.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		embed := embedPattern(d, spec)
		for i, name := range spec.Names {
			v := &variable{pkg: pkg, embed: embed}
			if i < len(spec.Values) && len(spec.Values) == len(spec.Names) {
				v.value = spec.Values[i]
			}
			if obj := pkg.Info.Defs[name]; obj != nil && (d.Tok == token.VAR || v.value != nil) {
				into[obj] = v
			}
		}
	}
}

// embedPattern returns the pattern of the go:embed directive above a variable.
func embedPattern(d *ast.GenDecl, spec *ast.ValueSpec) string {
	for _, group := range []*ast.CommentGroup{spec.Doc, d.Doc} {
		if group == nil {
			continue
		}
		for _, c := range group.List {
			if pattern, ok := strings.CutPrefix(c.Text, embedDirective); ok {
				return strings.Trim(strings.TrimSpace(pattern), "`\"")
			}
		}
	}
	return ""
}

// markAssigned finds package variables that a function sets, or of which it sets a part,
// or takes the address.
func (pkg *Package) markAssigned(fn *ast.FuncDecl) {
	named := func(e ast.Expr) *variable {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok {
			return nil
		}
		return pkg.prog.vars[pkg.Info.Uses[id]]
	}
	assign := func(e ast.Expr) {
		for sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok; sel, ok = ast.Unparen(e).(*ast.SelectorExpr) {
			e = sel.X
		}
		if v := named(e); v != nil {
			v.assigned = true
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				assign(e)
			}
		case *ast.UnaryExpr:
			if v := named(n.X); v != nil && n.Op == token.AND {
				v.assigned, v.shared = true, true
			}
		case *ast.IncDecStmt:
			assign(n.X)
		}
		return true
	})
}

// Assigned says whether functions set a variable of package level, by its name alone.
func (p *Program) Assigned(v *types.Var) bool {
	known := p.vars[v]
	return known != nil && known.assigned && !known.shared
}
