package mysql

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A statement is one statement while it is read. Its text has the length of
// the source at every byte that matters: expanding and rewriting put blanks, so
// that an offset is the same place in both.
type statement struct {
	source *sqltext.Statement
	server *server.Server
	text   string
	// spelled is the text before the rewrite; "" when it was not rewritten.
	spelled string
	mode    sqltext.Mode
	toks    []sqltext.Token
	buffer  []sqltext.Token // of the reader, for toks to lie in
	facts   []fact          // what the rewrite took away, by offset
	ignore  bool            // ALTER IGNORE, INSERT IGNORE: the parser drops it
	// fragment is the text that the statement is a part of, when it stands in strings.
	fragment *fragment
}

func newStatement(st *sqltext.Statement, srv *server.Server, buffer []sqltext.Token) *statement {
	s := &statement{buffer: buffer, source: st, server: srv, mode: st.Mode, text: st.Text()}
	if len(s.text) > maxParsed {
		s.text = withoutRows(s.text, st.Mode)
	}
	if strings.Contains(s.text, "/*!") || strings.Contains(s.text, "/*M!") || strings.Contains(s.text, "/*T!") {
		s.text = expandVersioned(s.text, st.Mode, srv)
	}
	return s
}

func (s *statement) tokens() []sqltext.Token {
	if s.toks == nil {
		s.toks = sqltext.AppendTokens(s.buffer[:0], s.text, 0, len(s.text), s.mode)
		if n := len(s.toks); n > 0 && s.is(n-1, ";") {
			s.toks = s.toks[:n-1]
		}
		if cap(s.toks) > cap(s.buffer) && cap(s.toks) < maxBuffer {
			s.buffer = s.toks
		}
	}
	return s.toks
}

// is says whether token i is one of the words or marks, in upper case.
func (s *statement) is(i int, words ...string) bool {
	if i < 0 || i >= len(s.toks) {
		return false
	}
	t := s.toks[i]
	if t.Kind != sqltext.Word && t.Kind != sqltext.Punct {
		return false
	}
	n := t.End - t.Start
	for _, w := range words {
		if len(w) == n && strings.EqualFold(s.text[t.Start:t.End], w) {
			return true
		}
	}
	return false
}

// seq says whether the tokens from i on are these words.
func (s *statement) seq(i int, words ...string) bool {
	for j, w := range words {
		if !s.is(i+j, w) {
			return false
		}
	}
	return true
}

// skip returns i, or i+len(words) when the words stand at i.
func (s *statement) skip(i int, words ...string) int {
	if s.seq(i, words...) {
		return i + len(words)
	}
	return i
}

// ident returns the name that token i spells.
func (s *statement) ident(i int) string {
	if i < 0 || i >= len(s.toks) {
		return ""
	}
	return unquote(s.text[s.toks[i].Start:s.toks[i].End])
}

func unquote(name string) string {
	if len(name) < 2 {
		return name
	}
	switch q := name[0]; q {
	case '`', '"', '\'':
		if name[len(name)-1] == q {
			name = name[1 : len(name)-1]
			return strings.ReplaceAll(name, string([]byte{q, q}), string(q))
		}
	}
	return name
}

// isName says whether token i may be a name.
func (s *statement) isName(i int) bool {
	if i < 0 || i >= len(s.toks) {
		return false
	}
	switch s.toks[i].Kind {
	case sqltext.Word, sqltext.QuotedName, sqltext.Placeholder:
		return true
	}
	return false
}

// name reads a possibly qualified name at i, and returns the index behind it.
func (s *statement) name(i int) (schema.Name, int) {
	if !s.isName(i) {
		return schema.Name{}, i
	}
	first := s.ident(i)
	if s.is(i+1, ".") && s.isName(i+2) {
		return schema.Name{DB: first, Name: s.ident(i + 2)}, i + 3
	}
	return schema.Name{Name: first}, i + 1
}

// A clause is the tokens [from, to) of a statement.
type clause struct{ from, to int }

// split cuts the tokens [from, to) at the commas outside of parentheses.
func (s *statement) split(from, to int) []clause {
	var out []clause
	depth, start := 0, from
	for i := from; i < to; i++ {
		t := s.toks[i]
		if t.Kind != sqltext.Punct {
			continue
		}
		switch s.text[t.Start] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, clause{start, i})
				start = i + 1
			}
		}
	}
	if start < to {
		out = append(out, clause{start, to})
	}
	return out
}

// closing returns the index of the parenthesis that closes the one at i, or len(toks).
func (s *statement) closing(i int) int {
	depth := 0
	for ; i < len(s.toks); i++ {
		t := s.toks[i]
		if t.Kind != sqltext.Punct {
			continue
		}
		switch s.text[t.Start] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}

// whole is the clause that stands for the whole statement, without its tokens
// being counted.
func (s *statement) whole() clause { return clause{} }

// at returns the Clause of a change that these tokens make. The text of a part
// of an ALTER is led by its ALTER TABLE.
func (s *statement) at(c clause, lead string) schema.Clause {
	if c.from >= c.to {
		return s.between(0, s.source.End-s.source.Start, lead)
	}
	toks := s.tokens()
	return s.between(toks[c.from].Start, toks[c.to-1].End, lead)
}

// between returns the Clause of the bytes [from, to).
func (s *statement) between(from, to int, lead string) schema.Clause {
	span := schema.Span{From: s.source.Start + from, To: s.source.Start + to}
	c := schema.Clause{Source: file{s.source.File}, Span: span, Quote: span, Lead: lead}
	if s.fragment != nil {
		c.Source = s.fragment
	}
	return c
}

// quoting returns the clause with the text of the whole statement.
func (s *statement) quoting(c schema.Clause) schema.Clause {
	c.Quote, c.Lead = schema.Span{From: s.source.Start, To: s.source.End}, ""
	return c
}

// A file is a schema.Source.
type file struct{ *sqltext.File }

func (f file) Position(s schema.Span) schema.Position {
	start, end := f.File.Position(s.From), f.File.Position(s.To)
	return schema.Position{File: f.Name, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column}
}

func (f file) Line(s schema.Span) string { return oneLine(f.Text[s.From:s.To]) }

// oneLine folds white space, and cuts what is longer than a message can show.
func oneLine(s string) string {
	const most = 300
	cut := len(s) > most
	if cut {
		s = strings.ToValidUTF8(s[:most], "")
	}
	if strings.ContainsAny(s, "\n\t\r") || strings.Contains(s, "  ") {
		s = strings.Join(strings.Fields(s), " ")
	}
	if cut {
		s += " …"
	}
	return s
}

func (s *statement) opaque(kind schema.OpaqueKind, why string, offset int) *schema.Opaque {
	offset = min(max(offset, 0), s.source.End-s.source.Start)
	end := offset + 1
	for _, t := range s.tokens() {
		if t.Start <= offset && offset < t.End {
			end = t.End
			break
		}
	}
	here := s.between(offset, max(min(end, s.source.End-s.source.Start), offset), "")
	o := &schema.Opaque{Clause: s.quoting(here), Why: why, Kind: kind, Tables: s.tablesNamed()}
	if kind == schema.Unparsed {
		o.Drops = s.dropIn(0, len(s.toks))
	}
	return o
}

// tokenAt returns the index of the first token at the offset or behind it.
func (s *statement) tokenAt(offset int) int {
	i, _ := slices.BinarySearchFunc(s.tokens(), offset, func(t sqltext.Token, at int) int { return t.Start - at })
	return i
}

// dropIn returns the first DROP among the tokens [from, to), up to the end of its
// clause, whatever the dialect; "" when there is none but those that were read.
func (s *statement) dropIn(from, to int, read ...schema.Change) string {
	for i := from; i < to; i++ {
		if !s.is(i, "DROP") || s.is(i-1, "COMMIT") { // ON COMMIT DROP
			continue
		}
		begins := func(c schema.Change) bool { return c.Base().Span.From == s.source.Start+s.toks[i].Start }
		if slices.ContainsFunc(read, begins) {
			continue
		}
		c := s.split(i, to)[0]
		return shortened(oneLine(s.text[s.toks[c.from].Start:s.toks[c.to-1].End]))
	}
	return ""
}

// shortened cuts what is longer than a message can quote.
func shortened(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + " …"
	}
	return s
}

// tablesNamed returns the names behind TABLE, ON, INTO and the like: what an
// unread statement may have touched.
func (s *statement) tablesNamed() []schema.Name {
	var out []schema.Name
	for i := range s.tokens() {
		if !s.is(i, "TABLE", "INTO", "UPDATE", "FROM", "ON") {
			continue
		}
		j := s.skip(s.skip(s.skip(i+1, "IF", "NOT", "EXISTS"), "IF", "EXISTS"), "IGNORE")
		if n, after := s.name(j); after > j {
			out = append(out, n)
		}
	}
	return out
}

func (s *statement) neutral() *schema.Neutral {
	what := ""
	s.tokens()
	for i := 0; i < len(s.toks) && i < 2; i++ {
		if s.toks[i].Kind != sqltext.Word {
			break
		}
		what = strings.TrimSpace(what + " " + strings.ToUpper(s.ident(i)))
	}
	return &schema.Neutral{Clause: s.at(s.whole(), ""), What: what}
}

// withoutRows cuts an INSERT … VALUES behind its first row.
func withoutRows(text string, mode sqltext.Mode) string {
	lx := sqltext.NewLexer(text, 0, len(text), mode)
	insert, values, depth := false, false, 0
	for n := 0; ; n++ {
		t := lx.Next()
		if t.Kind == sqltext.EOF {
			return text
		}
		s := text[t.Start:t.End]
		switch {
		case t.Kind == sqltext.Comment:
		case !insert && t.Kind == sqltext.Word:
			if insert = strings.EqualFold(s, "INSERT") || strings.EqualFold(s, "REPLACE"); !insert {
				return text
			}
		case !values:
			values = t.Kind == sqltext.Word && (strings.EqualFold(s, "VALUES") || strings.EqualFold(s, "VALUE"))
		case s == "(":
			depth++
		case s == ")":
			if depth--; depth == 0 {
				return text[:t.End]
			}
		}
	}
}
