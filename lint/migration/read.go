package migration

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// Read reads the migration directory dir of fsys.
//
// What is wrong with single files is among the Problems of the directory; an
// error means that there is no migration directory to be read.
func Read(fsys fs.FS, dir string, opts Options) (*Directory, error) {
	l, err := list(fsys, dir)
	if err != nil {
		return nil, err
	}
	layout, err := choose(l, opts.Layout)
	if err != nil {
		return nil, err
	}
	r := newReader(l, layout, opts)
	r.out.Path = dir
	if err := layout.read(r); err != nil {
		return nil, fmt.Errorf("migration directory %s: %w", dir, err)
	}
	r.checkDialect()
	if len(r.out.Migrations) == 0 && len(r.out.Problems) == 0 && len(r.out.Skipped) == 0 {
		return nil, noMigrations(l, layout)
	}
	return r.out, nil
}

// ReadText reads one migration that is no file, such as standard input. It is
// divided by the markers that it holds.
func ReadText(name, text string, opts Options) (*Directory, error) {
	f := &file{path: name, name: name}
	f.set(text)
	layout := layoutOf(f.format)
	if opts.Layout != "" {
		var err error
		if layout, err = LayoutNamed(opts.Layout); err != nil {
			return nil, err
		}
	}
	r := newReader(&listing{dir: ".", files: []*file{f}, deep: []*file{f}, deeply: true}, layout, opts)
	r.out.Path = name
	if f.format == liquibaseFormat {
		r.changesets(f)
		return r.out, nil
	}
	r.assemble([]named{{file: f, name: name}})
	return r.out, nil
}

// choose returns the layout of that name, or else the one that the directory has.
func choose(l *listing, name string) (*Layout, error) {
	if name != "" {
		return LayoutNamed(name)
	}
	for _, layout := range layouts {
		if layout.detect(l) {
			return layout, nil
		}
	}
	return nil, noMigrations(l, nil)
}

// noMigrations says what was looked for, and what is there instead.
func noMigrations(l *listing, layout *Layout) error {
	looked := "files such as 0001_name.up.sql, 20260102150405_name.sql or V1__name.sql, or the marker files of a known tool"
	if layout != nil {
		looked = layout.Doc
	}
	if below, err := Find(l.fsys, l.dir); err == nil && len(below) > 0 {
		if len(below) > 5 {
			below = append(below[:5:5], "…")
		}
		return fmt.Errorf("migration directory %s: holds no migrations itself; name a directory below it that does: %s", l.dir, strings.Join(below, ", "))
	}
	var foreign []string
	for _, d := range l.dirs {
		if isForeign(d) {
			foreign = append(foreign, d)
		}
	}
	if len(foreign) > 0 {
		return fmt.Errorf("migration directory %s: holds no migrations for MySQL; there is %s", l.dir, strings.Join(foreign, ", "))
	}
	return fmt.Errorf("migration directory %s: holds no migrations: looked for %s", l.dir, looked)
}

// A reader reads one directory.
type reader struct {
	*listing
	opts   Options
	layout *Layout
	values map[string]string // of placeholders
	used   map[*file]bool
	out    *Directory

	goRead  bool
	goFiles *goMigrations
}

func newReader(l *listing, layout *Layout, opts Options) *reader {
	return &reader{
		listing: l,
		opts:    opts,
		layout:  layout,
		values:  opts.values(),
		used:    map[*file]bool{},
		out:     &Directory{Layout: layout, OutOfOrder: layout.OutOfOrder},
	}
}

func (r *reader) note(format string, args ...any) {
	r.out.Notes = append(r.out.Notes, fmt.Sprintf(format, args...))
}

// problem reports something about a file as a whole.
func (r *reader) problem(rule, path, message, help string) {
	r.out.Problems = append(r.out.Problems, Problem{Rule: rule, File: path, Message: message, Help: help})
}

// refuse reports what the migration tool itself cannot read, at an offset in the text of f.
func (r *reader) refuse(f *sqltext.File, offset int, message, help string) {
	p := f.Position(offset)
	r.out.Problems = append(r.out.Problems, Problem{Rule: refused, File: f.Name, Line: p.Line, Column: p.Column, Message: message, Help: help})
}

// refused is the rule for what the migration tool itself cannot read.
const refused = "unparsed-statement"

func (r *reader) skip(f *file, why string) {
	r.used[f] = true
	r.out.Skipped = append(r.out.Skipped, Skipped{Path: f.path, Why: why})
}

func (r *reader) snapshot(f *file) {
	r.used[f] = true
	r.out.Snapshots = append(r.out.Snapshots, f.path)
}

// rest lists the SQL files that were not used: snapshots, and what the tool passes over.
func (r *reader) rest(files []*file, why string) {
	for _, f := range files {
		switch {
		case r.used[f] || !isSQL(f.name):
		case isSnapshot(f.name):
			r.snapshot(f)
		default:
			r.skip(f, why)
		}
	}
}

// open returns the text of a file; nil when it cannot be read as text.
func (r *reader) open(f *file) *sqltext.File {
	r.used[f] = true
	r.load([]*file{f})
	if f.err != nil {
		r.problem("", f.path, f.err.Error(), "")
		return nil
	}
	if what := binary(f.text); what != "" {
		r.problem(refused, f.path, what, "save it as UTF-8 text")
		return nil
	}
	var out *sqltext.File
	if sqltext.HasPlaceholders(f.text) {
		out = sqltext.NewTemplate(f.path, f.text, r.values)
	} else {
		out = sqltext.NewFile(f.path, f.text)
	}
	if !utf8.ValidString(f.text) {
		bad := invalidUTF8(out.Text)
		r.refuse(out, bad, "this byte is not UTF-8: servers and tools will read it in different ways", "save the file as UTF-8")
	}
	return out
}

// binary says what a text is that is no SQL.
func binary(text string) string {
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "this migration is encoded in UTF-16: MySQL tools send it as it is, and the server cannot read it"
	case strings.HasPrefix(text, "\x1f\x8b"):
		return "this migration is a gzip file, not SQL"
	case strings.HasPrefix(text, "SQLite format 3"):
		return "this migration is an SQLite database, not SQL"
	case strings.IndexByte(text, 0) >= 0:
		return "this migration is a binary file: it holds NUL bytes"
	}
	return ""
}

func invalidUTF8(text string) int {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return 0
}

// parts are the pieces of one file, as the tool sends them to the server.
type parts struct {
	up, down []sqltext.Span
	hasDown  bool
	noTx     bool
}

// whole takes a file as one piece.
func whole(f *sqltext.File) parts {
	return parts{up: []sqltext.Span{{Start: 0, End: len(f.Text)}}}
}

// fill adds the statements of a file to a migration.
func (r *reader) fill(m *Migration, f *sqltext.File, p parts) {
	up, down := len(m.Up), len(m.Down)
	m.Up = r.statements(m.Up, f, p.up)
	m.Down = r.statements(m.Down, f, p.down)
	m.HasDown = m.HasDown || p.hasDown
	m.NoTx = m.NoTx || p.noTx
	if strings.Contains(f.Text, "expandcheck:") {
		m.FileDirectives = append(m.FileDirectives, fileDirectives(f, m.Up[up:], m.Down[down:])...)
	}
}

func (r *reader) statements(out []Statement, f *sqltext.File, spans []sqltext.Span) []Statement {
	directives := strings.Contains(f.Text, "expandcheck:")
	for _, span := range spans {
		split := sqltext.Split(f, span.Start, span.End, r.opts.Mode)
		if out == nil {
			out = make([]Statement, 0, len(split))
		}
		for _, s := range split {
			st := Statement{Statement: s}
			if directives && len(s.Lead) > 0 {
				st.Directives = sqltext.Directives(f.Text, s.Lead)
			}
			for _, h := range f.Holes(s.Start, s.End) {
				st.Template = append(st.Template, Template{At: h.At, Text: h.Text})
			}
			out = append(out, st)
		}
	}
	return out
}

// fileDirectives returns the directives of f that do not stand directly above
// one of its statements, and takes an ignore above the first from that statement.
func fileDirectives(f *sqltext.File, lists ...[]Statement) []FileDirective {
	var first *Statement
	known := map[int]bool{}
	for _, list := range lists {
		for i := range list {
			st := &list[i]
			if first == nil || st.Start < first.Start {
				first = st
			}
			for _, d := range st.Directives {
				known[d.Offset] = true
			}
		}
	}
	var out []FileDirective
	start := len(f.Text)
	if first != nil {
		start = first.Start
	}
	for _, d := range directivesIn(f.Text) {
		if d.Offset < start || !known[d.Offset] && !quotes(lists, d.Offset) {
			out = append(out, FileDirective{Directive: d, File: f, Trailing: d.Offset > start})
		}
	}
	if first == nil {
		return out
	}
	var own []sqltext.Directive
	for _, d := range first.Directives {
		if d.Name != "ignore" {
			own = append(own, d)
		}
	}
	first.Directives = own
	return out
}

// quotes reports whether offset stands in the data of a statement, as opposed
// to a comment.
func quotes(lists [][]Statement, offset int) bool {
	for _, list := range lists {
		for i := range list {
			st := &list[i]
			if offset < st.Start || offset >= st.End {
				continue
			}
			lx := sqltext.NewLexer(st.File.Text, st.Start, st.End, st.Mode)
			for t := lx.Next(); t.Kind != sqltext.EOF; t = lx.Next() {
				if t.End > offset {
					return t.Kind != sqltext.Comment
				}
			}
		}
	}
	return false
}

// directivesIn finds directives in comment lines anywhere in text.
func directivesIn(text string) []sqltext.Directive {
	const word = "expandcheck:"
	var out []sqltext.Directive
	for i := 0; ; {
		n := strings.Index(text[i:], word)
		if n < 0 {
			return out
		}
		start, end := lineAround(text, i+n)
		start = max(start, i)
		if open := commentBefore(text[start : i+n]); open >= 0 {
			span := sqltext.Span{Start: start + open, End: end}
			if n := strings.Index(text[i+n:end], "*/"); n >= 0 {
				span.End = i + n + len(word)
			}
			out = append(out, sqltext.Directives(text, []sqltext.Span{span})...)
		}
		i += n + len(word)
	}
}

// commentBefore returns where a comment opens that has nothing but its own
// marks between there and the end of s, and -1 when there is none.
func commentBefore(s string) int {
	body := strings.TrimRight(s, " \t!")
	for _, mark := range [...]string{"--", "#", "/*"} {
		if strings.HasSuffix(body, mark) {
			return len(body) - len(mark)
		}
	}
	if strings.TrimSpace(body) == "*" || strings.TrimSpace(body) == "" {
		return 0 // a line of a block comment
	}
	return -1
}

// checkDialect reports a directory that says it is for another database.
func (r *reader) checkDialect() {
	if d := r.out.Dialect; d != "" && isForeign(d) {
		r.problem("", r.dir, "this directory says that it is for "+d+": expandcheck reads the SQL of MySQL, MariaDB and TiDB", "")
	}
}

func (r *reader) path(name string) string { return path.Join(r.dir, name) }
