package mysql

import (
	"sort"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// unknownPart stands in a text for what is known only when the statement runs.
// It reads as a name, alone and as a part of one.
const unknownPart = "__unknown__"

// A text is what a string expression may come to, and where its parts stand.
type text struct {
	sql    string
	pieces []piece
}

// A piece says that the text from one offset on stands in the file from another on.
type piece struct {
	at, from int
	still    bool // all of it stands at one place
}

func unknownText(from int) text {
	return text{sql: unknownPart, pieces: []piece{{from: from, still: true}}}
}

// partly says whether a part of the text is not known.
func (t text) partly() bool { return strings.Contains(t.sql, unknownPart) }

// plus returns the text with another behind it.
func (t text) plus(u text) text {
	sum := text{sql: t.sql + u.sql, pieces: append([]piece(nil), t.pieces...)}
	for _, p := range u.pieces {
		p.at += len(t.sql)
		sum.pieces = append(sum.pieces, p)
	}
	return sum
}

// A fragment is SQL in strings of a file. It is a schema.Source: its clauses
// are pieces of its text, and their positions lie in the file.
type fragment struct {
	file *sqltext.File
	text
}

// offset returns where in the file an offset of the text lies.
func (f *fragment) offset(i int) int {
	n := sort.Search(len(f.pieces), func(k int) bool { return f.pieces[k].at > i })
	if n == 0 {
		return 0
	}
	p := f.pieces[n-1]
	if p.still {
		return p.from
	}
	return p.from + i - p.at
}

// Position returns where a clause stands. The parts of one clause may lie
// anywhere: then it is where the clause begins.
func (f *fragment) Position(s schema.Span) schema.Position {
	from := f.offset(s.From)
	to := from
	if s.To > s.From {
		to = max(f.offset(s.To-1)+1, from)
	}
	return file{f.file}.Position(schema.Span{From: from, To: to})
}

// Line returns the clause as it will run.
func (f *fragment) Line(s schema.Span) string { return oneLine(f.sql[s.From:s.To]) }

// place returns where in its file an offset of the statement lies.
func (s *statement) place(offset int) int {
	if s.fragment != nil {
		return s.fragment.offset(s.source.Start + offset)
	}
	return s.source.Start + offset
}

// part returns the statement in the bytes [from, to) of s.
func (s *statement) part(from, to int) *statement {
	st := *s.source
	st.Start, st.End = s.source.Start+from, s.source.Start+to
	return &statement{source: &st, server: s.server, mode: s.mode, text: s.text[from:to], fragment: s.fragment}
}

// within returns the statement that a text is, in the file of s.
func (s *statement) within(t text) *statement {
	t.sql = strings.TrimRight(t.sql, "; \t\r\n")
	f := s.source.File
	if s.fragment != nil {
		f = s.fragment.file
	}
	start := len(t.sql) - len(strings.TrimLeft(t.sql, " \t\r\n"))
	st := &sqltext.Statement{File: sqltext.NewFile(f.Name, t.sql), Start: start, End: max(len(t.sql), start), Mode: s.mode}
	sub := newStatement(st, s.server, nil)
	sub.fragment = &fragment{file: f, text: t}
	return sub
}

// literal returns the text that the string token i spells; false for one that
// is no text, as X'00'.
func (s *statement) literal(i int) (text, bool) {
	if s.toks[i].Kind != sqltext.String || s.toks[i].Open {
		return text{}, false
	}
	start, end := s.toks[i].Start, s.toks[i].End
	if c := s.text[start]; c == 'n' || c == 'N' {
		start++
	}
	quote := s.text[start]
	if quote != '\'' && quote != '"' {
		return text{}, false
	}
	t := text{}
	var b strings.Builder
	run := true // begin a piece before the next byte
	for j := start + 1; j < end-1; j++ {
		c, n := s.text[j], 1
		switch {
		case c == '\\' && s.mode&sqltext.NoBackslashEscapes == 0 && j+1 < end-1:
			c, n = unescape(s.text[j+1]), 2
			if c == '%' || c == '_' {
				c, n = '\\', 1
			}
		case c == quote:
			n = 2
		case c == '{' || c == '$':
			if stop := s.placeholder(j, end-1); stop > j {
				t.pieces = append(t.pieces, piece{at: b.Len(), from: s.place(j), still: true})
				b.WriteString(unknownPart)
				j, run = stop-1, true
				continue
			}
		}
		if run || n > 1 {
			t.pieces = append(t.pieces, piece{at: b.Len(), from: s.place(j)})
		}
		b.WriteByte(c)
		j += n - 1
		run = n > 1 || s.fragment != nil
	}
	t.sql = b.String()
	if len(t.pieces) == 0 {
		t.pieces = []piece{{from: s.place(start)}}
	}
	return t, true
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case '0', 'b', 'Z':
		return ' '
	}
	return c
}

// placeholder returns the end of the {{…}} or ${…} at i, or i.
func (s *statement) placeholder(i, end int) int {
	for _, mark := range [...][2]string{{"{{", "}}"}, {"${", "}"}} {
		if strings.HasPrefix(s.text[i:end], mark[0]) {
			if n := strings.Index(s.text[i:end], mark[1]); n > 0 {
				return i + n + len(mark[1])
			}
		}
	}
	return i
}
