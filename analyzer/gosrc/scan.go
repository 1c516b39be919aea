package gosrc

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
)

// A Scan is the Go files of a tree, read and not yet parsed.
type Scan struct {
	Files   []Source
	fsys    fs.FS
	modules []string // folders with a go.mod file
}

// A Source is the text of one Go file.
type Source struct {
	Name string // relative to the root of the fs.FS
	Text []byte
}

// GoFiles returns the names of the Go files below dirs, sorted. Tests, vendored code,
// testdata and hidden folders are left out.
func GoFiles(ctx context.Context, fsys fs.FS, dirs []string) ([]string, error) {
	names, _, err := walkTree(ctx, fsys, dirs)
	return names, err
}

// walkTree returns the names of the Go files below dirs, and the folders with a
// go.mod file.
func walkTree(ctx context.Context, fsys fs.FS, dirs []string) (names, modules []string, err error) {
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
			switch {
			case !d.Type().IsRegular():
			case isSource(d.Name()):
				names = append(names, name)
			case d.Name() == "go.mod":
				modules = append(modules, path.Dir(name))
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("looking for Go files: %w", err)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), modules, nil
}

// ScanTree reads the Go files that GoFiles returns.
func ScanTree(ctx context.Context, fsys fs.FS, dirs []string) (*Scan, error) {
	names, modules, err := walkTree(ctx, fsys, dirs)
	if err != nil {
		return nil, err
	}
	s := &Scan{fsys: fsys, modules: modules, Files: make([]Source, len(names))}
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

// Skipped says whether a path lies in a folder that is passed over.
func Skipped(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if element != "." && element != ".." && skipped(element) {
			return true
		}
	}
	return false
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
	return s.where(func(f Source) bool { return len(words) == 0 || set.in(f.Text) })
}

// Libraries are import paths, by their beginnings, of what spells SQL for others.
type Libraries struct {
	// Builders count as strings that begin like a statement.
	Builders []string
	// Mappers name tables and columns after types: a file that imports one counts
	// whatever it spells.
	Mappers []string
}

// Mentioning returns the directories that have, or import, SQL with one of the
// words in it: a string that begins like a statement, and the word in a string of
// the same package or of an exported constant, variable or function that it
// imports. With callers also every directory that names another function or
// method which contains one: it may call it.
func (s *Scan) Mentioning(words []string, callers bool, libs Libraries) []string {
	set := newWordSet(words)
	found := make([]carriers, len(s.Files))
	quoting, spelling := make([]bool, len(s.Files)), make([]bool, len(s.Files))
	parallel(len(s.Files), func(i int) {
		if protobuf(s.Files[i].Name) {
			return
		}
		spelling[i] = hasStatement(s.Files[i].Text) || slices.ContainsFunc(libs.Builders, s.Files[i].imports)
		embeds := embedsSQL(s.Files[i].Text)
		spelling[i] = spelling[i] || embeds
		quoting[i] = spelling[i] && leavesTableOpen(s.Files[i].Text)
		if embeds || set.inStrings(s.Files[i].Text) {
			quoting[i] = true
			found[i] = s.carriers(i, set, callers, embeds)
		}
	})
	var called []string
	names, statements := map[string]*wordSet{}, map[string]*wordSet{}
	quotes, spells := map[string]bool{}, map[string]bool{}
	for i, f := range s.Files {
		dir := path.Dir(f.Name)
		quotes[dir] = quotes[dir] || quoting[i]
		spells[dir] = spells[dir] || spelling[i]
		called = append(called, found[i].called...)
		carry(names, dir, found[i].names)
		carry(statements, dir, found[i].statements)
	}
	calls := newWordSet(called)
	return s.where(func(f Source) bool {
		dir := path.Dir(f.Name)
		return quotes[dir] && spells[dir] || slices.ContainsFunc(libs.Mappers, f.imports) || calls.in(f.Text) || importsCarrier(f, statements) || spells[dir] && importsCarrier(f, names)
	})
}

// carry adds words to those of the packages whose path ends like dir.
func carry(sets map[string]*wordSet, dir string, words []string) {
	if len(words) == 0 {
		return
	}
	last := path.Base(dir)
	if sets[last] == nil {
		sets[last] = newWordSet(nil)
	}
	sets[last].add(words)
}

// leavesTableOpen reports whether a string literal of a Go file leaves the name of a
// table to what is added to it: it may be any.
func leavesTableOpen(text []byte) bool {
	found := false
	literals(text, func(literal []byte) bool {
		found = openTable().Match(literal)
		return !found
	})
	return found
}

var openTable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)\\b(?:from|join|into|update|table)(?:\\s|\\\\n|\\\\t|`)+(?:%|[\"`]$|$)")
})

// hasStatement reports whether a string literal of a Go file begins like a statement.
func hasStatement(text []byte) bool {
	found := false
	literals(text, func(literal []byte) bool {
		found = startsStatement(literal)
		return !found
	})
	return found
}

// startsStatement says whether a literal begins with the first word of a statement
// over rows, and goes on like one or leaves that to what is added to it.
func startsStatement(literal []byte) bool {
	text := bytes.TrimLeft(spaced(literal), " \t\r\n(;`\"")
	if bytes.HasPrefix(text, []byte("--")) || bytes.HasPrefix(text, []byte("/*")) {
		return sqlWords().in(text)
	}
	n := 0
	for n < len(text) && n < 10 && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	head := string(text[:n])
	next, known := statementWords()[strings.ToLower(head)]
	if !known || n < len(text) && !bytes.ContainsRune([]byte(" \t\r\n`\"\\*("), rune(text[n])) {
		return false
	}
	upper := head == strings.ToUpper(head)
	body := bytes.TrimRight(text[n:], "`\"")
	rest := bytes.TrimSpace(body)
	goesOn := len(rest) < len(body) && body[len(body)-1] == ' ' // and something is added to it
	switch {
	case len(rest) == 0:
		return upper || goesOn
	case next == nil || next.in(rest):
		return upper || !strings.EqualFold(head, "update") || assigns(rest)
	}
	const headAlone = 20 // "SELECT id, ", "UPDATE %s "
	return len(text) < headAlone && (upper || goesOn || strings.EqualFold(head, "select") || bytes.IndexByte([]byte("%`\"{$"), rest[0]) >= 0)
}

// assigns tells SET in SQL from "not set" in English.
func assigns(text []byte) bool {
	assigning := false
	setWord().each(text, func(_, to int) bool {
		rest := text[to:]
		assigning = bytes.ContainsAny(rest, "=%") || len(bytes.Fields(bytes.Trim(rest, "`\""))) < 2 && bytes.IndexByte(rest, '.') < 0
		return !assigning
	})
	return assigning
}

var setWord = sync.OnceValue(func() *wordSet { return newWordSet([]string{"set"}) })

// statementWords are the first words of statements, with what must follow.
var statementWords = sync.OnceValue(func() map[string]*wordSet {
	out := map[string]*wordSet{"truncate": nil, "lock": newWordSet([]string{"tables"})}
	for head, next := range map[string]string{"select": "from", "insert": "into", "replace": "into", "delete": "from", "update": "set", "with": "as", "explain": "select", "table": "order", "load": "data", "call": "call"} {
		out[head] = newWordSet([]string{next})
	}
	return out
})

// importsCarrier says whether a file imports a package of which it has a word.
func importsCarrier(f Source, words map[string]*wordSet) bool {
	if len(words) == 0 {
		return false
	}
	syntax, _ := parser.ParseFile(token.NewFileSet(), "", f.Text, parser.ImportsOnly) // what is broken is found out later
	if syntax == nil {
		return false
	}
	return slices.ContainsFunc(syntax.Imports, func(spec *ast.ImportSpec) bool {
		set := words[path.Base(strings.Trim(spec.Path.Value, "`\""))]
		return set != nil && set.in(f.Text)
	})
}

// where returns the directories of files that no protocol compiler made.
func (s *Scan) where(hit func(Source) bool) []string {
	hits := make([]bool, len(s.Files))
	parallel(len(s.Files), func(i int) { hits[i] = !protobuf(s.Files[i].Name) && hit(s.Files[i]) })
	var out []string
	for i, f := range s.Files {
		if hits[i] {
			out = append(out, path.Dir(f.Name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// carriers are exported names whose declarations contain a word.
type carriers struct {
	names      []string // constants, variables, and functions that give strings
	statements []string // those among them that begin like a statement
	called     []string // other functions and methods
}

// Of a file that embeds SQL everything may hold some of it.
func (s *Scan) carriers(i int, set *wordSet, callers, embeds bool) carriers {
	text := s.Files[i].Text
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if f == nil || err != nil && len(f.Decls) == 0 {
		return carriers{}
	}
	holds := func(n ast.Node) bool {
		from, to := fset.Position(n.Pos()).Offset, fset.Position(n.End()).Offset
		return from <= to && to <= len(text) && (embeds || set.inStrings(text[from:to]))
	}
	var out carriers
	add := func(name *ast.Ident, d ast.Node) {
		out.names = append(out.names, name.Name)
		if embeds || hasStatement(text[fset.Position(d.Pos()).Offset:min(fset.Position(d.End()).Offset, len(text))]) {
			out.statements = append(out.statements, name.Name)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case !d.Name.IsExported() || !callers && !evaluable(d.Type) || !holds(d):
			case d.Recv == nil && evaluable(d.Type):
				add(d.Name, d)
			case callers:
				out.called = append(out.called, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && holds(v) {
					for _, name := range v.Names {
						if name.IsExported() {
							add(name, v)
						}
					}
				}
			}
		}
	}
	return out
}

// Mentions says whether some file has a word, in whatever spelling.
func (s *Scan) Mentions(word string) bool {
	set := newWordSet([]string{word})
	return slices.ContainsFunc(s.Files, func(f Source) bool { return set.in(f.Text) })
}

// Imports says whether some file imports a package whose path begins so.
func (s *Scan) Imports(prefix string) bool {
	return slices.ContainsFunc(s.Files, func(f Source) bool { return f.imports(prefix) })
}

func (f Source) imports(prefix string) bool {
	needle := `"` + prefix
	if !bytes.Contains(f.Text, []byte(needle)) {
		return false
	}
	syntax, _ := parser.ParseFile(token.NewFileSet(), "", f.Text, parser.ImportsOnly) // what is broken has no imports
	return syntax != nil && slices.ContainsFunc(syntax.Imports, func(spec *ast.ImportSpec) bool { return strings.HasPrefix(spec.Path.Value, needle) })
}

// protobuf says whether a file was made from a protocol: it builds no SQL, and is large.
func protobuf(name string) bool {
	return strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go") || strings.HasSuffix(name, ".connect.go")
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
	s.add(words)
	return s
}

func (s *wordSet) add(words []string) {
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
	found := false
	s.each(text, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// each calls do with where the words stand in text until it returns false.
func (s *wordSet) each(text []byte, do func(from, to int) bool) {
	is := wordByte()
	var buf [maxWord]byte
	for i := 0; i < len(text); {
		if !is[text[i]] {
			i++
			continue
		}
		from := i
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
		if start && fits && s.sizes[n] && s.words[string(buf[:n])] && !do(from, i) {
			return
		}
	}
}

// inStrings reports whether a string literal of a Go file holds one of the words
// where SQL has the name of a table.
func (s *wordSet) inStrings(text []byte) bool {
	found := false
	literals(text, func(literal []byte) bool {
		literal = spaced(literal)
		s.each(literal, func(from, to int) bool {
			found = placedAsTable(literal, from, to)
			return !found
		})
		return !found
	})
	return found
}

// spaced is a literal with blanks for the escapes that are some.
func spaced(literal []byte) []byte {
	if literal[0] != '"' || bytes.IndexByte(literal, '\\') < 0 {
		return literal
	}
	out := bytes.Clone(literal)
	for i := 0; i+1 < len(out); i++ {
		if out[i] == '\\' {
			if c := out[i+1]; c == 'n' || c == 't' || c == 'r' {
				out[i], out[i+1] = ' ', ' '
			}
			i++
		}
	}
	return out
}

// placedAsTable says whether a word of a literal stands where a table can: first,
// before a dot, behind a comma, a dot, or a word that the name of a table follows.
func placedAsTable(literal []byte, from, to int) bool {
	after := bytes.TrimLeft(literal[to:], "`\"'\\")
	if len(after) > 0 && after[0] == '.' {
		return true
	}
	before := bytes.TrimRight(literal[:from], " \t\r\n`\"'\\([{")
	if len(before) == 0 {
		return true
	}
	switch c := before[len(before)-1]; {
	case c == ',' || c == '.':
		return true
	case c == '/':
		return bytes.HasSuffix(before, []byte("*/"))
	case !wordByte()[c]:
		return false
	}
	start := len(before)
	for start > 0 && wordByte()[before[start-1]] {
		start--
	}
	return leadsTable().in(before[start:])
}

// leadsTable are the words that the name of a table follows.
var leadsTable = sync.OnceValue(func() *wordSet {
	return newWordSet(strings.Fields("from join straight_join into update table tables truncate replace insert delete ignore quick delayed low_priority high_priority only using handler desc describe explain exists"))
})

// literals calls do with the string literals of a Go file until it returns false.
func literals(text []byte, do func([]byte) bool) {
	for i := 0; i < len(text); {
		n := bytes.IndexAny(text[i:], "\"`'/")
		if n < 0 {
			return
		}
		i += n
		var end int
		switch text[i] {
		case '/':
			end = behindComment(text, i)
		case '`':
			end = behind(text, i+1, '`', false)
		default:
			end = behind(text, i+1, text[i], true)
		}
		if c := text[i]; (c == '"' || c == '`') && !do(text[i:end]) {
			return
		}
		i = end
	}
}

var sqlWords = sync.OnceValue(func() *wordSet {
	return newWordSet([]string{"select", "insert", "update", "delete", "replace", "from", "join", "into", "table", "truncate", "set", "where", "values"})
})

// behindComment returns where a comment that may start at i ends.
func behindComment(text []byte, i int) int {
	if i+1 >= len(text) {
		return i + 1
	}
	var n int
	switch text[i+1] {
	case '/':
		n = bytes.IndexByte(text[i:], '\n')
	case '*':
		if n = bytes.Index(text[i+2:], []byte("*/")); n >= 0 {
			n += 4
		}
	default:
		return i + 1
	}
	if n < 0 {
		return len(text)
	}
	return i + n
}

// behind returns where a literal ends that quote closes.
func behind(text []byte, i int, quote byte, escapes bool) int {
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && escapes:
			i++
		case c == quote:
			return i + 1
		case c == '\n' && escapes:
			return i
		}
	}
	return len(text)
}
