package gosrc

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
)

// A Scan is the Go files of a tree, read and not yet parsed.
type Scan struct {
	Files []Source
	fsys  fs.FS
}

// A Source is the text of one Go file.
type Source struct {
	Name string // relative to the root of the fs.FS
	Text []byte
}

// ScanTree reads the Go files below dirs. Tests, vendored code, testdata and hidden
// folders are left out.
func ScanTree(ctx context.Context, fsys fs.FS, dirs []string) (*Scan, error) {
	var names []string
	for _, dir := range dirs {
		err := fs.WalkDir(fsys, path.Clean(dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name != dir && skipped(d.Name()) {
					return fs.SkipDir
				}
				return ctx.Err()
			}
			if d.Type().IsRegular() && isSource(d.Name()) {
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("looking for Go files: %w", err)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	s := &Scan{fsys: fsys, Files: make([]Source, len(names))}
	errs := make([]error, len(names))
	parallel(len(names), func(i int) {
		s.Files[i].Name = names[i]
		s.Files[i].Text, errs[i] = fs.ReadFile(fsys, names[i])
	})
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("reading Go files: %w", err)
		}
	}
	return s, ctx.Err()
}

// list returns the names of the Go files directly in a directory.
func (s *Scan) list(dir string) ([]string, error) {
	var out []string
	for _, f := range s.dir(dir) {
		out = append(out, f.Name)
	}
	if len(out) > 0 {
		return out, nil
	}
	entries, err := fs.ReadDir(s.fsys, dir)
	for _, e := range entries {
		if !e.IsDir() && isSource(e.Name()) {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out, err
}

// dir returns the files that were read of a directory.
func (s *Scan) dir(dir string) []Source {
	prefix := dir + "/"
	if dir == "." {
		prefix = ""
	}
	from := sort.Search(len(s.Files), func(i int) bool { return s.Files[i].Name >= prefix })
	var out []Source
	for _, f := range s.Files[from:] {
		rest, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			break
		}
		if !strings.Contains(rest, "/") {
			out = append(out, f)
		}
	}
	return out
}

// read returns the text of a file.
func (s *Scan) read(name string) ([]byte, error) {
	if i, ok := slices.BinarySearchFunc(s.Files, name, func(f Source, name string) int { return strings.Compare(f.Name, name) }); ok {
		return s.Files[i].Text, nil
	}
	return fs.ReadFile(s.fsys, name)
}

// skipped says whether the go command, and we, pass over a folder.
func skipped(name string) bool {
	switch name {
	case "vendor", "testdata", "node_modules":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func isSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".")
}

// Having returns the directories of the files that contain one of the words, as
// a word of its own: letters, digits and underscores, in either case, with or
// without the underscores. All directories when there are no words.
func (s *Scan) Having(words []string) []string {
	set := newWordSet(words)
	hit := make([]bool, len(s.Files))
	if len(words) > 0 {
		parallel(len(s.Files), func(i int) { hit[i] = set.in(s.Files[i].Text) })
	}
	var out []string
	for i, f := range s.Files {
		if hit[i] || len(words) == 0 {
			out = append(out, path.Dir(f.Name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Mentions says whether some file has a word, in whatever spelling.
func (s *Scan) Mentions(word string) bool {
	set := newWordSet([]string{word})
	return slices.ContainsFunc(s.Files, func(f Source) bool { return set.in(f.Text) })
}

// A wordSet finds words in text. Words are compared in lower case and without
// underscores: star_count is StarCount.
type wordSet struct {
	words  map[string]bool
	starts [256]bool // bytes that a word can start with
	sizes  [maxWord + 1]bool
}

const maxWord = 64 // the longest name that MySQL takes

func newWordSet(words []string) *wordSet {
	s := &wordSet{words: map[string]bool{}}
	for _, w := range words {
		w = fold(w)
		if w == "" || len(w) > maxWord {
			continue
		}
		s.words[w] = true
		s.sizes[len(w)] = true
		s.starts[w[0]] = true
		s.starts[strings.ToUpper(w[:1])[0]] = true
	}
	return s
}

func fold(w string) string { return strings.ToLower(strings.ReplaceAll(w, "_", "")) }

var wordByte = sync.OnceValue(func() *[256]bool {
	var t [256]bool
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
	}
	return &t
})

// in reports whether text holds one of the words.
func (s *wordSet) in(text []byte) bool {
	is := wordByte()
	var buf [maxWord]byte
	for i := 0; i < len(text); {
		if !is[text[i]] {
			i++
			continue
		}
		for text[i] == '_' && i+1 < len(text) {
			i++
		}
		start := s.starts[text[i]]
		n, fits := 0, true
		for ; i < len(text) && is[text[i]]; i++ {
			c := text[i]
			switch {
			case !start || c == '_':
				continue
			case n == maxWord:
				fits = false
				continue
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			}
			buf[n] = c
			n++
		}
		if start && fits && s.sizes[n] && s.words[string(buf[:n])] {
			return true
		}
	}
	return false
}

// Mentioning is Having of the words, and of what carries them further: of the
// exported constants, variables, functions and methods whose declarations
// contain one, wherever they are named.
func (s *Scan) Mentioning(words []string) []string {
	set := newWordSet(words)
	carriers := make([][]string, len(s.Files))
	parallel(len(s.Files), func(i int) {
		if set.in(s.Files[i].Text) {
			carriers[i] = s.carriers(i, set)
		}
	})
	all := slices.Concat(carriers...)
	return s.Having(append(all, words...))
}

// carriers are the exported names of a file whose declarations contain a word.
func (s *Scan) carriers(i int, set *wordSet) []string {
	text := s.Files[i].Text
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if f == nil || err != nil && len(f.Decls) == 0 {
		return nil
	}
	holds := func(n ast.Node) bool {
		from, to := fset.Position(n.Pos()).Offset, fset.Position(n.End()).Offset
		return from <= to && to <= len(text) && set.in(text[from:to])
	}
	var out []string
	add := func(name *ast.Ident) {
		if name.IsExported() {
			out = append(out, name.Name)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if holds(d) {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && holds(v) {
					for _, name := range v.Names {
						add(name)
					}
				}
			}
		}
	}
	return out
}
