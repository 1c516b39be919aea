package gosrc

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"sync"
)

// Syntax is what the parser makes of files. Versions of a tree that have most files
// in common share it, so that each of these is parsed once. It is safe for concurrent
// use; nobody changes what it has given.
type Syntax struct {
	fset  *token.FileSet
	mu    sync.Mutex
	files map[syntaxKey][]parsed
}

// syntaxKey tells the files of one name apart: without bodies those of functions that
// give no strings are missing.
type syntaxKey struct {
	name   string
	bodies bool
}

type parsed struct {
	text []byte
	file *ast.File // nil when it is no Go at all
}

// NewSyntax returns room for what will be parsed.
func NewSyntax() *Syntax {
	return &Syntax{fset: token.NewFileSet(), files: map[syntaxKey][]parsed{}}
}

// of parses a text, as far as that goes; nil when it is no Go at all.
func (s *Syntax) of(name string, text []byte, bodies bool) *ast.File {
	key := syntaxKey{name, bodies}
	if f, ok := s.known(key, text); ok {
		return f
	}
	f := s.parse(name, text, bodies)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[key] = append(s.files[key], parsed{text, f})
	return f
}

func (s *Syntax) known(key syntaxKey, text []byte) (*ast.File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.files[key] {
		if bytes.Equal(p.text, text) {
			return p.file, true
		}
	}
	return nil, false
}

// parse trusts that a text whose bodies nobody asks for is formatted; one that does
// not parse without them is parsed whole.
func (s *Syntax) parse(name string, text []byte, bodies bool) *ast.File {
	const mode = parser.ParseComments | parser.SkipObjectResolution
	if !bodies {
		if f, err := parser.ParseFile(s.fset, name, stripped(text), mode); err == nil {
			dropBodies(f)
			return f
		}
	}
	f, err := parser.ParseFile(s.fset, name, text, mode)
	if f == nil || err != nil && (f.Name == nil || f.Name.Name == "" || f.Name.Name == "_") {
		return nil
	}
	if !bodies {
		dropBodies(f)
	}
	return f
}

// dropBodies frees what nobody will look at.
func dropBodies(f *ast.File) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !(givesString(fn.Type) && small(fn.Body)) {
			fn.Body = nil
		}
	}
	f.Comments = nil
}
