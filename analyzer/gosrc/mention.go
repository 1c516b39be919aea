package gosrc

import (
	"bytes"
	"go/ast"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Selecting returns the directories of the files that select a field of one of the
// names, or set it in a literal: .Name, Name: value.
func (s *Scan) Selecting(names []string) []string {
	part := []byte(inAll(names))
	return s.where(func(_ int, f Source) bool {
		return bytes.Contains(f.Text, part) && slices.ContainsFunc(names, func(name string) bool { return selects(f.Text, name) })
	})
}

// inAll is the longest text that all words have in them.
func inAll(words []string) string {
	best := ""
	if len(words) == 0 {
		return best
	}
	first := words[0]
	for from := range len(first) {
		for to := from + len(best) + 1; to <= len(first); to++ {
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(w, first[from:to]) }) {
				break
			}
			best = first[from:to]
		}
	}
	return best
}

func selects(text []byte, name string) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] == '_' || text[i] >= 0x80 || '0' <= text[i] && text[i] <= '9' || 'a' <= text[i]|0x20 && text[i]|0x20 <= 'z')
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(name))
		if i < 0 {
			return false
		}
		at, end := from+i, from+i+len(name)
		if !letter(at-1) && !letter(end) && (at > 0 && text[at-1] == '.' || end < len(text) && text[end] == ':') {
			return true
		}
		from = end
	}
}

// Libraries are import paths, by their beginnings, of what spells SQL for others.
type Libraries struct {
	// Builders count as strings that begin like a statement.
	Builders []string
	// Mappers name tables and columns after types: a file that imports one counts
	// whatever it spells.
	Mappers []string
	// Functions count as strings that begin like a statement, where code names one.
	Functions []string
}

// Mentioning returns the directories that have, or import, SQL with one of the
// words in it: a string that begins like a statement, and the word in a string of
// the same package or of an exported constant, variable or function that it
// imports. With callers also every directory that names a method which contains one, or
// another function of a package that it imports: it may call it. Whoever names a generic type or function that may
// use a mapper tells of what rows.
func (s *Scan) Mentioning(words []string, callers bool, libs Libraries) []string {
	set, wrappers := newWordSet(words), newWordSet(libs.Functions)
	found := make([]carriers, len(s.Files))
	quoting, spelling := make([]bool, len(s.Files)), make([]bool, len(s.Files))
	parallel(len(s.Files), func(i int) {
		if protobuf(s.Files[i].Name) {
			return
		}
		statement, embeds := s.Files[i].spells()
		spelling[i] = statement || embeds || slices.ContainsFunc(libs.Builders, s.Files[i].imports) || len(libs.Functions) > 0 && wrappers.in(s.Files[i].Text)
		quoting[i] = spelling[i] && s.Files[i].leavesTableOpen()
		if embeds || set.inStrings(s.Files[i].literals()) {
			quoting[i] = true
			found[i] = s.carriers(i, set, callers, embeds)
		}
	})
	methods, functions := s.generics(libs.Mappers), map[string]*wordSet{}
	last := s.lastElements()
	call := func(dir string, c called) {
		methods = append(methods, c.methods...)
		for _, name := range c.functions {
			carry(functions, last(dir), name)
		}
	}
	quotes, spells := map[string]bool{}, map[string]bool{}
	for i, f := range s.Files {
		dir := path.Dir(f.Name)
		quotes[dir] = quotes[dir] || quoting[i]
		spells[dir] = spells[dir] || spelling[i]
		call(dir, found[i].called)
	}
	imports := s.imported()
	held := s.vocabulary(found, imports, spells)
	if callers {
		for i, c := range s.naming(held.localNames) {
			call(path.Dir(s.Files[i].Name), c)
		}
	}
	calls := newWordSet(methods)
	return s.where(func(i int, f Source) bool {
		dir := path.Dir(f.Name)
		return quotes[dir] && spells[dir] || slices.ContainsFunc(libs.Mappers, f.imports) || calls.in(f.Text) || len(imports.of(i, f.Text, functions)) > 0 || len(imports.of(i, f.Text, held.statements)) > 0 || spells[dir] && len(imports.of(i, f.Text, held.names)) > 0
	})
}

// Spelling returns the files that have one of the names as a literal of its own, one of
// the words in another literal, and that import one of the packages which are picked
// from outside of the tree.
func (s *Scan) Spelling(names map[string]bool, words []string, picked func(imported string) bool) []Source {
	known, p := map[string]bool{}, newProgram(s)
	imports := make([]bool, len(s.Files))
	for i, f := range s.Files {
		imports[i] = slices.ContainsFunc(f.Imports, func(imported string) bool {
			pick, seen := known[imported]
			if !seen {
				pick = picked(imported)
				known[imported] = pick
			}
			if !pick {
				return false
			}
			_, inside := p.dirOf(&Package{Dir: path.Dir(f.Name)}, imported)
			return !inside
		})
	}
	set := newWordSet(words)
	hits := make([]bool, len(s.Files))
	parallel(len(s.Files), func(i int) {
		f := s.Files[i]
		hits[i] = imports[i] && !protobuf(f.Name) && isLiteral(f.literals(), names) && set.inLiterals(f.literals())
	})
	var out []Source
	for i, f := range s.Files {
		if hits[i] {
			out = append(out, f)
		}
	}
	return out
}

// Spells says whether a part of the file may have one of the names as a literal of its
// own.
func (f *File) Spells(names map[string]bool, part ast.Node) bool {
	return f.Source == nil || isLiteral(literals(f.Text(part)), names)
}

// Names says whether a part of the file may have one of the names anywhere.
func (f *File) Names(names map[string]bool, part ast.Node) bool {
	if f.Source == nil {
		return true
	}
	text := f.Text(part)
	for name := range names {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return false
}

// spelled is what the text of a file tells, whatever is looked for, once somebody asks.
type spelled struct {
	cut, begin, end         sync.Once
	literals                [][]byte
	statement, embeds, open bool
}

// literals are the string literals of the file.
func (f Source) literals() iter.Seq[[]byte] {
	f.spelled.cut.Do(func() { f.spelled.literals = slices.Collect(literals(f.Text)) })
	return slices.Values(f.spelled.literals)
}

// spells says whether a literal of the file begins like a statement, and whether it
// embeds SQL.
func (f Source) spells() (statement, embeds bool) {
	f.spelled.begin.Do(func() { f.spelled.statement, f.spelled.embeds = hasStatement(f.literals()), embedsSQL(f.Text) })
	return f.spelled.statement, f.spelled.embeds
}

// leavesTableOpen says whether a literal of the file leaves the name of a table to what
// is added to it: it may be any.
func (f Source) leavesTableOpen() bool {
	f.spelled.end.Do(func() {
		for literal := range f.literals() {
			f.spelled.open = f.spelled.open || openTable().Match(literal)
		}
	})
	return f.spelled.open
}

var openTable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)\\b(?:from|join|into|update|table)(?:\\s|\\\\n|\\\\t|`)+(?:%|[{][{]|[\"`]$|$)")
})

// hasStatement reports whether one of the string literals begins like a statement, or
// goes on like one that another begins.
func hasStatement(literals iter.Seq[[]byte]) bool {
	for literal := range literals {
		if startsStatement(literal) || continuesStatement(literal) {
			return true
		}
	}
	return false
}

// continuesStatement says whether a literal begins with a word in capital letters that
// statements go on with.
func continuesStatement(literal []byte) bool {
	at := 1
	for at < len(literal) && (literal[at] == ' ' || literal[at] == '\n' || literal[at] == '\t' || literal[at] == '(') {
		at++
	}
	end := at
	for end < len(literal) && literal[end] >= 'A' && literal[end] <= 'Z' {
		end++
	}
	if end-at < len("FROM") || end-at > len("HAVING") || end >= len(literal) || literal[end] != ' ' && literal[end] != '\n' && literal[end] != '`' {
		return false
	}
	switch string(literal[at:end]) {
	case "FROM", "INTO", "WHERE", "HAVING", "JOIN", "UNION": // ORDER and GROUP stand alone in many other languages
		return true
	}
	return false
}

// startsStatement says whether a literal begins with the first word of a statement
// over rows or tables, and goes on like one or leaves that to what is added to it.
func startsStatement(literal []byte) bool { return beginsStatement(spaced(literal)) }

// plainNames says whether a text is names alone.
func plainNames(text []byte) bool {
	is := wordByte()
	return !bytes.ContainsFunc(text, func(r rune) bool { return r < 0x80 && !is[byte(r)] && r != ' ' && r != '`' && r != '.' })
}

func beginsStatement(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n(;`\"")
	for bytes.HasPrefix(text, []byte("{{")) { // {{define "x"}}
		_, behind, _ := bytes.Cut(text, []byte("}}"))
		text = bytes.TrimLeft(behind, " \t\r\n(;")
	}
	for bytes.HasPrefix(text, []byte("%s")) || bytes.HasPrefix(text, []byte("%v")) { // a hint, or WITH
		text = bytes.TrimLeft(text[2:], " \t\r\n(;")
	}
	if bytes.HasPrefix(text, []byte("--")) || bytes.HasPrefix(text, []byte("/*")) {
		return sqlWords().in(text) || beginsStatement(withoutComment(text))
	}
	if len(text) > 0 && text[0] == '#' {
		return beginsStatement(withoutComment(text))
	}
	var lower [longestOpening]byte
	n, upper := 0, true
	for n < len(text) && n < len(lower) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		lower[n] = text[n] | 0x20
		upper = upper && text[n] != lower[n]
		n++
	}
	if n < len(text) && wordByte()[text[n]] {
		return false
	}
	o, known := openings()[string(lower[:n])]
	if !known {
		return false
	}
	if !upper && o.name && text[0] != lower[0] {
		o.name = false // "Describe error" is English
	}
	if o.begins(string(lower[:n]), text[n:], upper) {
		return true
	}
	end := bytes.IndexByte(text[n:], ';') // another may follow
	return end >= 0 && beginsStatement(text[n+end+1:])
}

// withoutComment is a text behind the comment that it begins with.
func withoutComment(text []byte) []byte {
	closing := "\n"
	if text[0] == '/' {
		closing = "*/"
	}
	end := bytes.Index(text, []byte(closing))
	if end < 0 {
		return nil
	}
	return text[end+len(closing):]
}

const longestOpening = len("deallocate")

// An opening is what must follow the first word of a statement.
type opening struct {
	next *wordSet // one of these anywhere
	near *wordSet // one of these at once, but for what may stand between
	// part says that the word alone, or with little behind it, is a part that is added
	// to others; name that a name or two may follow and nothing else.
	part, name bool
	loud       bool // English begins so, too, unless it is in capital letters
}

// begins says whether a text goes on behind its first word as a statement does.
func (o opening) begins(head string, text []byte, upper bool) bool {
	if o == (opening{}) || o.loud && !upper {
		return false
	}
	odd := len(text) > 0 && bytes.IndexByte([]byte(" \t\r\n`\"\\*(;"), text[0]) < 0 // SELECT'x', SELECT@n
	if odd && !upper && bytes.IndexByte([]byte("'@?!~+"), text[0]) < 0 && !bytes.HasPrefix(text, []byte("/*")) {
		return false
	}
	body := bytes.TrimRight(text, "`\"")
	rest := bytes.TrimSpace(body)
	goesOn := len(rest) < len(body) && body[len(body)-1] == ' ' // and something is added to it
	switch {
	case len(rest) == 0:
		return o.part && (upper || goesOn) || o.name && upper && head != "desc" // of ORDER BY
	case o.part && o.next == nil && !odd, o.near != nil && o.near.leads(rest):
		return true
	case o.next != nil && o.next.in(rest):
		return upper || !setsOnly(head, rest) || assigns(rest)
	case o.name && len(bytes.Fields(rest)) <= 2:
		return !odd && (upper || plainNames(rest))
	}
	const headAlone = 20 // "SELECT id, ", "UPDATE %s "
	return o.part && !odd && len(head)+len(text) < headAlone && (upper || goesOn || head == "select" || bytes.IndexByte([]byte("%`\"{$"), rest[0]) >= 0)
}

// setsOnly says whether it is SET alone that makes a statement of a text.
func setsOnly(head string, rest []byte) bool {
	switch head {
	case "update":
		return true
	case "insert", "replace":
		return !storedWords().in(rest)
	}
	return false
}

var storedWords = sync.OnceValue(func() *wordSet { return newWordSet([]string{"into", "values", "value", "select"}) })

// leads says whether a text begins with one of the words, behind some that change
// little.
func (s *wordSet) leads(text []byte) bool {
	found := false
	for range 4 {
		n := 0
		for n < len(text) && wordByte()[text[n]] {
			n++
		}
		if n == 0 {
			return false
		}
		if found = s.in(text[:n]); found || !modifiers().in(text[:n]) {
			text = bytes.TrimLeft(text[n:], " \t\r\n")
			break
		}
		text = bytes.TrimLeft(text[n:], " \t\r\n")
	}
	condition := len(text) > 2 && bytes.EqualFold(text[:2], []byte("if")) && !wordByte()[text[2]]
	return found && (!condition || existsWord().in(text))
}

var (
	existsWord = sync.OnceValue(func() *wordSet { return newWordSet([]string{"exists"}) })
	modifiers  = sync.OnceValue(func() *wordSet {
		return newWordSet(strings.Fields("local no_write_to_binlog temporary online offline ignore or replace unique fulltext spatial extended partitions analyze"))
	})
)

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

// openings are the first words of statements, with what must follow. What names no table
// may stand before a statement that does.
var openings = sync.OnceValue(func() map[string]opening {
	const rows, table = "select insert replace update delete", "table tables"
	words := func(list string) *wordSet {
		if list == "" {
			return nil
		}
		return newWordSet(strings.Fields(list))
	}
	out := map[string]opening{"truncate": {part: true}}
	for head, next := range map[string]string{"select": "from table", "insert": "into values value set select", "replace": "into values value set select", "delete": "from", "update": "set", "with": "as",
		"lock": table, "table": "order union limit", "load": "data infile", "create": "view trigger event procedure function select like references", "alter": "view event", "set": "select", "do": "select",
		"handler": "open read close", "show": "from columns fields index indexes keys", "begin": rows} {
		out[head] = opening{next: words(next), part: true}
	}
	for head, near := range map[string]string{"create": "index", "alter": "table", "drop": table + " index view", "rename": table, "optimize": table, "check": table, "checksum": table, "repair": table, "flush": table,
		"analyze": table + " format with " + rows, "show": "create", "load": "index", "cache": "index", "execute": "immediate",
		"grant": "all execute index trigger references show create drop alter " + rows, "revoke": "all execute index trigger references show create drop alter " + rows} {
		o := out[head]
		o.near = words(near)
		out[head] = o
	}
	described := words(table + " format with " + rows)
	out["describe"], out["desc"] = opening{near: described, name: true}, opening{near: described, name: true}
	out["explain"] = opening{near: described, next: words("select"), name: true, part: true}
	for head, next := range map[string]string{"call": "select", "values": "select", "prepare": "from", "declare": "select", "return": "select", "for": "do"} {
		out[head] = opening{next: words(next)}
	}
	for head := range strings.FieldsSeq("if case while loop repeat") {
		out[head] = opening{next: words(rows), loud: true}
	}
	for head := range strings.FieldsSeq(`start use commit rollback savepoint release xa kill unlock deallocate open close fetch import install uninstall
		purge reset shutdown signal resignal get help binlog stop change backup`) {
		out[head] = opening{}
	}
	return out
})

// where returns the directories of files that no protocol compiler made.
func (s *Scan) where(hit func(int, Source) bool) []string {
	hits := make([]bool, len(s.Files))
	parallel(len(s.Files), func(i int) { hits[i] = !protobuf(s.Files[i].Name) && hit(i, s.Files[i]) })
	var out []string
	for i, f := range s.Files {
		if hits[i] {
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

// Imports says whether some file imports a package whose path begins so.
func (s *Scan) Imports(prefix string) bool {
	return slices.ContainsFunc(s.Files, func(f Source) bool { return f.imports(prefix) })
}

func (f Source) imports(prefix string) bool {
	last := len(prefix) - 1
	for _, imported := range f.Imports {
		// Most paths begin alike, with the same host: how the prefix ends tells them apart.
		if len(imported) > last && (last < 0 || imported[last] == prefix[last]) && strings.HasPrefix(imported, prefix) {
			return true
		}
	}
	return false
}

// protobuf says whether a file was made from a protocol: it builds no SQL, and is large.
func protobuf(name string) bool {
	return strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go") || strings.HasSuffix(name, ".connect.go")
}
