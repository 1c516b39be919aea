package mysql

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// storedText returns the statements that stay in the database when the text runs,
// which creates a view, trigger, event or routine: each where it stood. The head is
// blanked out. It returns false for any other text.
func storedText(text string, in *QueryInput) (string, bool) {
	if !mayCreate(text) {
		return "", false
	}
	s := &statement{text: text}
	s.tokens()
	if !s.is(0, "CREATE", "ALTER") {
		return "", false
	}
	from, known := s.stored(s.objectKind(), in)
	if !known || from >= len(s.toks) {
		return "", false
	}
	at := s.toks[from].Start
	out := []byte(text)
	blank(out, 0, at)
	if n := len(s.toks); s.is(n-1, "OPTION") && s.is(n-2, "CHECK") { // of a view
		for n -= 2; n > from && s.is(n-1, "WITH", "CASCADED", "LOCAL"); n-- {
		}
		blank(out, s.toks[n].Start, len(out))
	}
	in.Holes = slices.DeleteFunc(slices.Clone(in.Holes), func(h sqltext.Span) bool { return h.Start < at })
	return plainBody(string(out), in), true
}

// mayCreate looks at the first word alone: most texts are no such thing.
func mayCreate(text string) bool {
	from, to := firstWord(text, 0)
	return strings.EqualFold(text[from:to], "CREATE") || strings.EqualFold(text[from:to], "ALTER") || strings.Contains(text[:from], "/*") || strings.Contains(text[:from], "--")
}

// stored returns the token at which the body begins of what the token i names; false
// when it is none that has a body.
func (s *statement) stored(i int, in *QueryInput) (from int, known bool) {
	behind := func(i int, word string) int {
		for i < len(s.toks) && !s.is(i, word) {
			i++
		}
		return i + 1
	}
	switch {
	case s.is(i, "VIEW"):
		return behind(i+1, "AS"), true
	case s.is(i, "EVENT"):
		return behind(i+1, "DO"), true
	case s.is(i, "TRIGGER"):
		on := behind(i+1, "ON")
		in.Row, _ = s.name(on)
		from = behind(on, "ROW")
		if s.is(from, "FOLLOWS", "PRECEDES") {
			_, from = s.name(from + 1)
		}
		return from, s.is(behind(on, "FOR"), "EACH")
	case s.is(i, "PROCEDURE", "FUNCTION"):
		open := behind(i+1, "(") - 1
		end := s.closing(open)
		for _, p := range s.split(open+1, min(end, len(s.toks))) {
			first := p.from
			if s.is(first, "IN", "OUT", "INOUT") {
				first++
			}
			in.Variables = append(slices.Clip(in.Variables), s.ident(first))
		}
		if s.is(end+1, "RETURNS") {
			from = end + 2
			for from < len(s.toks) && !s.is(from, "BEGIN", "RETURN") {
				from++
			}
			return from, true
		}
		return s.characteristics(end + 1), true
	}
	return 0, false
}
