// Package gosrc reads Go source from an fs.FS: typed packages, constants, the
// strings that code builds, and who calls whom. It knows no SQL.
//
// A package is typed from the source of its own module, with small stubs for
// the libraries that matter and nothing for the rest: no build, no build cache,
// no network. What a missing import leaves untyped is unknown, not an error.
package gosrc

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"
)

// A Program is a set of packages that were read together.
type Program struct {
	Fset     *token.FileSet
	Packages []*Package // those that were asked for, by directory
	fsys     fs.FS
	scan     *Scan
	modules  map[string]*module // by directory; nil where there is no go.mod
	byDir    map[string]*Package
	beside   []*Package // other packages of the same directories, such as scripts
	byPath   map[string]*Package
	funcs    map[*types.Func]*function
	declared []*function // in the order of their packages and files
	vars     map[types.Object]*variable
	consts   map[types.Object]*variable
	stubs    *stubs
	root     string // on disk, that positions are made relative to; "" when they are already

	embeddedMu    sync.Mutex
	embeddedTexts map[string]Value // by the names of embedded files
	nestedOnce    sync.Once
	nestedModules []*module
	namedMu       sync.Mutex
	named         map[named]bool // functions that Names was asked for
	assignedOnce  sync.Once
	assigned      map[string][]*Source // the files that assign what a selector names
	methodsOnce   sync.Once
	callersOnce   sync.Once
	callersOf     map[*ast.FuncDecl][]Site
	instances     instances
	methodsByName map[string][]*function
	targetsMu     sync.Mutex
	targetsOf     map[*types.Func][]*function // as far as somebody asked
	setters       traits                      // whether methods set their receivers
	fluent        traits                      // whether they give what they are called on
	funcLits      sync.Map                    // that are not in others: []*ast.FuncLit by *ast.BlockStmt
}

// A Package is one package of the program. Files that declare again what others do,
// as those of build variants, make a package of their own.
type Package struct {
	Dir    string // relative to the root of the fs.FS
	Path   string // import path
	Files  []*File
	Types  *types.Package
	Info   *types.Info
	shared []*File // of another variant of the package, to type the files with
	bodies bool    // those of functions are there
	// Known is what was found out about the package, by keys of who did; versions of a
	// tree in which it is the same share it.
	Known *sync.Map
	prog  *Program
	needs []*Package // imported from the same program
}

// A File is one Go file.
type File struct {
	Name   string // slash-separated, relative to the root of the fs.FS
	Source []byte
	Syntax *ast.File
}

// A module is what a go.mod file says.
type module struct{ dir, path string }

// A function is a declared function with its body.
type function struct {
	pkg  *Package
	decl *ast.FuncDecl
}

// A variable is one of package level, with what it starts as.
type variable struct {
	pkg      *Package
	value    ast.Expr // nil when it has none of its own
	embed    string   // the pattern of a go:embed directive
	assigned bool     // somewhere in its package
	shared   bool     // its address is taken: who knows what it is set to
}

// Load reads the packages in dirs and what they import from the same module.
// Files that do not parse are read as far as they do. An error means that a
// directory could not be read.
func Load(ctx context.Context, fsys fs.FS, dirs []string) (*Program, error) {
	return load(ctx, &Scan{fsys: fsys, syntax: NewSyntax()}, dirs, reach{Everything, true}, nil)
}

// Reach says how far away from what is walked declarations are read.
type Reach uint8

// How far a program reaches: to what the walked packages import themselves, whose
// own imports stay unknown, or to all that these import in turn. Types that go
// through a package unnamed are known to the second alone; it costs several times
// as much.
const (
	Imports Reach = iota
	Everything
)

// reach is how much of a tree becomes a program: bodies are those of the functions
// of what is imported.
type reach struct {
	Reach
	bodies bool
}

// Load is Load of files that are read already. The function bodies of what dirs
// import are not typed: the walker does not go into them. What is the same as in like,
// which may be nil, is taken from there: a program of the same syntax that reaches as far.
func (s *Scan) Load(ctx context.Context, dirs []string, r Reach, like *Program) (*Program, error) {
	return load(ctx, s, dirs, reach{r, false}, like)
}

func load(ctx context.Context, scan *Scan, dirs []string, r reach, like *Program) (*Program, error) {
	p := newProgram(scan)
	if like != nil {
		p.stubs = like.stubs
	}
	if err := p.parse(ctx, dirs, r, p.adoptable(like, dirs)); err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if pkg := p.byDir[path.Clean(dir)]; pkg != nil {
			p.Packages = append(p.Packages, pkg)
		}
	}
	for _, pkg := range slices.Concat(p.Packages, p.beside) {
		p.beside = append(p.beside, pkg.variants()...)
	}
	p.Packages = append(p.Packages, p.beside...)
	for _, pkg := range p.sorted() {
		pkg.link()
	}
	p.check()
	return p, ctx.Err()
}

func newProgram(scan *Scan) *Program {
	return &Program{
		Fset:    scan.syntax.fset,
		scan:    scan,
		fsys:    scan.fsys,
		modules: map[string]*module{},
		byDir:   map[string]*Package{},
		byPath:  map[string]*Package{},
		funcs:   map[*types.Func]*function{},
		vars:    map[types.Object]*variable{},
		consts:  map[types.Object]*variable{},
		stubs:   newStubs(),

		targetsOf: map[*types.Func][]*function{},
	}
}

// maxSpelled bounds how many packages a text can be made in, one importing the other.
const maxSpelled = 4

// parse reads the files of dirs, then of what they import, level by level; where that is
// not read in full, what texts are made with.
func (p *Program) parse(ctx context.Context, dirs []string, r reach, from adoption) error {
	wave := slices.Clone(dirs)
	for level := 0; len(wave) > 0 && ctx.Err() == nil && (r.Reach == Everything || level <= maxSpelled); level++ {
		first := level == 0
		pkgs := make([][]*Package, len(wave))
		errs := make([]error, len(wave))
		parallel(len(wave), func(i int) {
			if dir := path.Clean(wave[i]); !from.dirs[dir] {
				pkgs[i], errs[i] = p.parseDir(dir, r.bodies || first)
			}
		})
		var next []string
		for i := range pkgs {
			if errs[i] != nil && first {
				return errs[i]
			}
			for k, pkg := range pkgs[i] {
				if k == 0 || first {
					p.add(pkg, k > 0)
				}
			}
			if dir := path.Clean(wave[i]); from.dirs[dir] {
				p.adopt(from, dir, first)
			}
		}
		for i := range pkgs {
			for k, pkg := range pkgs[i] {
				if k == 0 || first {
					next = append(next, p.wanted(pkg, first || r.Reach == Everything)...)
				}
			}
		}
		slices.Sort(next)
		wave = slices.Compact(next)
	}
	return ctx.Err()
}

// link finds the packages of the program that pkg imports.
func (pkg *Package) link() {
	for _, f := range pkg.all() {
		for _, spec := range f.Syntax.Imports {
			need := pkg.prog.byPath[strings.Trim(spec.Path.Value, "`\"")]
			if need != nil && need != pkg && !slices.Contains(pkg.needs, need) {
				pkg.needs = append(pkg.needs, need)
			}
		}
	}
}

// all are the files that the package is typed from.
func (pkg *Package) all() []*File { return slices.Concat(pkg.Files, pkg.shared) }

// add makes a package known by directory and import path; one that stands beside
// another in its directory cannot be imported.
func (p *Program) add(pkg *Package, beside bool) {
	pkg.prog = p
	if m := p.module(pkg.Dir); m != nil {
		pkg.Path = path.Join(m.path, strings.TrimPrefix(strings.TrimPrefix(pkg.Dir, m.dir), "/"))
		if m.dir == "." {
			pkg.Path = path.Join(m.path, pkg.Dir)
		}
	} else {
		pkg.Path = pkg.Dir
	}
	if beside {
		p.beside = append(p.beside, pkg)
		return
	}
	p.byDir[pkg.Dir], p.byPath[pkg.Path] = pkg, pkg
}

// wanted returns the directories of the tree that pkg imports and nobody has read: all,
// or those alone of which its constants and variables take a part.
func (p *Program) wanted(pkg *Package, all bool) []string {
	imports := pkg.spellingImports
	if all {
		imports = pkg.Imports
	}
	var out []string
	for _, imported := range imports() {
		dir, ok := p.dirOf(pkg, imported)
		if !ok {
			continue
		}
		if _, read := p.byDir[dir]; !read {
			out = append(out, dir)
		}
	}
	return out
}

// dirOf returns where the tree has the package that pkg imports: in its own module,
// or in that with the longest path that fits.
func (p *Program) dirOf(pkg *Package, imported string) (string, bool) {
	var best *module
	rest := ""
	for _, m := range append([]*module{p.module(pkg.Dir)}, p.nested()...) {
		if m == nil || best != nil && len(m.path) <= len(best.path) {
			continue
		}
		if r, ok := strings.CutPrefix(imported, m.path); ok && m.path != "" && (r == "" || r[0] == '/') {
			best, rest = m, r
		}
	}
	if best == nil {
		return "", false
	}
	return path.Join(best.dir, rest), true
}

// Outside says whether a package that pkg imports is from another module than those
// of the tree.
func (pkg *Package) Outside(imported string) bool {
	_, inside := pkg.prog.dirOf(pkg, imported)
	return !inside
}

// nested are the modules of the tree that was scanned.
func (p *Program) nested() []*module {
	p.nestedOnce.Do(func() {
		for _, dir := range p.scan.modules {
			if m := p.module(dir); m != nil {
				p.nestedModules = append(p.nestedModules, m)
			}
		}
	})
	return p.nestedModules
}

// Imports returns the import paths of all files, each once.
func (pkg *Package) Imports() []string {
	var out []string
	for _, f := range pkg.Files {
		for _, spec := range f.Syntax.Imports {
			out = append(out, strings.Trim(spec.Path.Value, "`\""))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// module returns the module that a directory belongs to.
func (p *Program) module(dir string) *module {
	if m, known := p.modules[dir]; known {
		return m
	}
	var m *module
	if data, err := fs.ReadFile(p.fsys, path.Join(dir, "go.mod")); err == nil {
		m = &module{dir: dir, path: modfile.ModulePath(data)}
	} else if dir != "." {
		m = p.module(path.Dir(dir))
	}
	p.modules[dir] = m
	return m
}

// Text is the source of a part of the file.
func (f *File) Text(n ast.Node) []byte {
	from, to := int(n.Pos()-f.Syntax.FileStart), int(n.End()-f.Syntax.FileStart)
	if from < 0 || from > to || to > len(f.Source) {
		return nil
	}
	return f.Source[from:to]
}

// parseDir reads the Go files of a directory, without tests. Of several packages in
// it the one with the most files is the first. Without bodies only declarations and
// functions that give strings are kept, and what a protocol compiler made is left
// out: it is large, and tells nothing of strings.
func (p *Program) parseDir(dir string, bodies bool) ([]*Package, error) {
	names, err := p.scan.list(dir)
	if err != nil {
		return nil, fmt.Errorf("reading Go files: %w", err)
	}
	byName := map[string][]*File{}
	best := ""
	for _, name := range names {
		if !bodies && protobuf(name) {
			continue
		}
		f, err := p.parseFile(name, bodies)
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		name := f.Syntax.Name.Name
		byName[name] = append(byName[name], f)
		if len(byName[name]) > len(byName[best]) {
			best = name
		}
	}
	if best == "" {
		return nil, nil
	}
	out := []*Package{{Dir: dir, Files: byName[best], bodies: bodies, Known: &sync.Map{}}}
	for _, name := range sortedKeys(byName) {
		if name != best {
			out = append(out, &Package{Dir: dir, Files: byName[name], bodies: bodies, Known: &sync.Map{}})
		}
	}
	return out, nil
}

// parseFile reads one file; nil when it is no Go at all. Without bodies those that
// nobody will look at are not even parsed.
func (p *Program) parseFile(name string, bodies bool) (*File, error) {
	data, err := p.scan.read(name)
	if err != nil {
		return nil, fmt.Errorf("reading Go files: %w", err)
	}
	syntax := p.scan.syntax.of(name, data, bodies && !p.scan.MadeByEnt(name, data))
	if syntax == nil {
		return nil, nil
	}
	return &File{Name: name, Source: data, Syntax: syntax}, nil
}

// givesString says whether the first result of a function is spelled as a string,
// or a list of them.
func givesString(t *ast.FuncType) bool {
	if t.Results == nil || len(t.Results.List) == 0 {
		return false
	}
	first := t.Results.List[0].Type
	if list, ok := first.(*ast.ArrayType); ok {
		first = list.Elt
	}
	id, ok := first.(*ast.Ident)
	return ok && id.Name == "string"
}

// parallel calls do for 0 to n-1 on every core.
func parallel(n int, do func(int)) {
	if n == 1 {
		do(0)
		return
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// File returns the file that holds pos, or nil.
func (p *Program) File(pos token.Pos) *File {
	tf := p.Fset.File(pos)
	if tf == nil {
		return nil
	}
	dir := path.Dir(tf.Name())
	for _, pkg := range append([]*Package{p.byDir[dir]}, p.beside...) {
		if pkg == nil || pkg.Dir != dir {
			continue
		}
		for _, f := range pkg.Files {
			if f.Name == tf.Name() {
				return f
			}
		}
	}
	return nil
}
