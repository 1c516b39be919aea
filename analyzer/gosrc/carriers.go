package gosrc

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/mod/modfile"
)

// carriers are names of one file whose declarations contain a word.
type carriers struct {
	held   []carrier
	called called
}

// called are exported functions and methods that give no strings. Whoever calls a
// function imports its package; a method comes along with a value.
type called struct{ functions, methods []string }

func (c *called) add(fn *ast.FuncDecl) {
	if fn.Recv == nil {
		c.functions = append(c.functions, fn.Name.Name)
	} else {
		c.methods = append(c.methods, fn.Name.Name)
	}
}

// A carrier is a constant, variable, or function that gives strings.
type carrier struct {
	name      string
	statement bool // it begins like a statement
}

// carriers finds those of a file. Of a file that embeds SQL everything may hold some
// of it.
func (s *Scan) carriers(i int, set *wordSet, callers, embeds bool) carriers {
	var out carriers
	for _, d := range s.declarations(s.Files[i]) {
		if !embeds && !set.inStrings(literals(d.text)) {
			continue
		}
		fn, _ := d.node.(*ast.FuncDecl)
		switch {
		case fn == nil, fn.Recv == nil && evaluable(fn.Type):
			out.add(d, embeds || hasStatement(literals(d.text)))
		case callers && fn.Name.IsExported():
			out.called.add(fn)
		}
	}
	return out
}

func (c *carriers) add(d declaration, statement bool) {
	for _, name := range d.names {
		c.held = append(c.held, carrier{name, statement})
	}
}

// A declaration is a constant, variable or function at package level.
type declaration struct {
	names []string
	node  ast.Node // *ast.ValueSpec or *ast.FuncDecl
	text  []byte
}

// declarations are those of a file.
func (s *Scan) declarations(f Source) []declaration {
	return declarationsOf(s.syntax.of(f.Name, f.Text, true), f.Text)
}

func declarationsOf(f *ast.File, text []byte) []declaration {
	if f == nil {
		return nil
	}
	var out []declaration
	add := func(n ast.Node, names ...*ast.Ident) {
		from, to := int(n.Pos()-f.FileStart), min(int(n.End()-f.FileStart), len(text))
		if from > to {
			return
		}
		d := declaration{node: n, text: text[from:to]}
		for _, name := range names {
			d.names = append(d.names, name.Name)
		}
		out = append(out, d)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d, d.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					add(v, v.Names...)
				}
			}
		}
	}
	return out
}

// A vocabulary is the carriers of some files, as code in their package or in others names
// them. Packages are told apart by the last element of their path alone.
type vocabulary struct {
	names, statements           map[string]*wordSet // the exported ones, by the last element of the path
	localNames, localStatements map[string]*wordSet // all, by directory
}

func newVocabulary() *vocabulary {
	return &vocabulary{map[string]*wordSet{}, map[string]*wordSet{}, map[string]*wordSet{}, map[string]*wordSet{}}
}

// add takes what the files of a directory hold, whose import path ends in last.
func (v *vocabulary) add(dir, last string, held []carrier) {
	for _, c := range held {
		carry(v.localNames, dir, c.name)
		if c.statement {
			carry(v.localStatements, dir, c.name)
		}
		if !ast.IsExported(c.name) {
			continue
		}
		carry(v.names, last, c.name)
		if c.statement {
			carry(v.statements, last, c.name)
		}
	}
}

func carry(sets map[string]*wordSet, key, word string) {
	if sets[key] == nil {
		sets[key] = newWordSet(nil)
	}
	sets[key].add([]string{word})
}

// maxMade bounds how often a constant is made of others.
const maxMade = 3

// naming returns, by file, the exported functions and methods that name a carrier of
// their own directory, as those of sqlc do: the statement is a constant beside them.
func (s *Scan) naming(carriers map[string]*wordSet) []called {
	found := make([]called, len(s.Files))
	parallel(len(s.Files), func(i int) {
		f := s.Files[i]
		local := carriers[path.Dir(f.Name)]
		if local == nil || protobuf(f.Name) || !local.in(f.Text) {
			return
		}
		for _, d := range s.declarations(f) {
			if fn, ok := d.node.(*ast.FuncDecl); ok && fn.Name.IsExported() && fn.Body != nil && local.in(d.text[fn.Body.Pos()-fn.Pos():]) {
				found[i].add(fn)
			}
		}
	})
	return found
}

// vocabulary joins the carriers of the files, with those that are made of them: constants,
// variables, and functions that give strings, in directories that spell statements.
func (s *Scan) vocabulary(found []carriers, imports imported, spells map[string]bool) *vocabulary {
	all, last := newVocabulary(), s.lastElements()
	for round := 0; ; round++ {
		fresh := newVocabulary()
		for i, f := range s.Files {
			dir := path.Dir(f.Name)
			fresh.add(dir, last(dir), found[i].held)
			all.add(dir, last(dir), found[i].held)
		}
		if len(fresh.localNames) == 0 || round == maxMade {
			return all
		}
		found = make([]carriers, len(s.Files))
		parallel(len(s.Files), func(i int) {
			if f := s.Files[i]; spells[path.Dir(f.Name)] && !protobuf(f.Name) {
				found[i] = imports.madeOf(i, f, fresh, all)
			}
		})
	}
}

// lastElements returns what gives the last element of the import path of a directory.
func (s *Scan) lastElements() func(dir string) string {
	roots := map[string]string{}
	for _, dir := range s.modules {
		if data, err := fs.ReadFile(s.fsys, path.Join(dir, "go.mod")); err == nil {
			roots[dir] = path.Base(modfile.ModulePath(data))
		}
	}
	return func(dir string) string { return cmp.Or(roots[dir], path.Base(dir)) }
}

// madeOf finds the carriers of a file that are made of fresh ones, and were not found
// before.
func (m imported) madeOf(i int, f Source, fresh, all *vocabulary) carriers {
	dir := path.Dir(f.Name)
	local := fresh.localNames[dir]
	if local == nil && len(m.of(i, f.Text, fresh.names)) == 0 {
		return carriers{}
	}
	text := stripped(f.Text) // of bodies that make no carrier
	near := m.of(i, text, fresh.names)
	if local != nil && local.in(text) {
		near = append(near, local)
	}
	if len(near) == 0 {
		return carriers{}
	}
	statements := m.of(i, text, fresh.statements)
	if local := fresh.localStatements[dir]; local != nil {
		statements = append(statements, local)
	}
	var out carriers
	syntax, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution) // as far as it goes
	for _, d := range declarationsOf(syntax, text) {
		if fn, is := d.node.(*ast.FuncDecl); is && (fn.Recv != nil || !givesString(fn.Type)) {
			continue
		}
		if all.localNames[dir].hasAll(d.names) || !inSome(near, d.text) {
			continue
		}
		out.add(d, hasStatement(literals(d.text)) || inSome(statements, d.text))
	}
	return out
}

func inSome(sets []*wordSet, text []byte) bool {
	return slices.ContainsFunc(sets, func(s *wordSet) bool { return s.in(text) })
}

// imported are the last elements of the paths that each file imports.
type imported [][]string

func (s *Scan) imported() imported {
	out := make(imported, len(s.Files))
	for i, f := range s.Files {
		if protobuf(f.Name) {
			continue
		}
		for _, p := range f.Imports {
			out[i] = append(out[i], path.Base(p))
		}
	}
	return out
}

// of returns the words of the packages that a file imports, where its text has one.
func (m imported) of(i int, text []byte, words map[string]*wordSet) []*wordSet {
	var out []*wordSet
	for _, last := range m[i] {
		if set := words[last]; set != nil && set.in(text) {
			out = append(out, set)
		}
	}
	return out
}
