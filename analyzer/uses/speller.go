package uses

import (
	"go/constant"
	"go/token"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A speller puts a statement together.
type speller struct {
	text gosrc.Text
	may  bool      // what is written is conditional
	at   token.Pos // of the call that is spelled
}

// sql writes a piece that the code does not spell.
func (s *speller) sql(text string) {
	s.text = append(s.text, gosrc.Part{Text: text, Pos: s.at, May: s.may})
}

// part writes a text of the code.
func (s *speller) part(t gosrc.Text) {
	for _, p := range t {
		p.May = p.May || s.may
		s.text = append(s.text, p)
	}
}

// hole writes what is not known.
func (s *speller) hole(why string) {
	s.text = append(s.text, gosrc.Part{Hole: why, Pos: s.at, May: s.may})
}

// value writes a value that may be a text, or is not known.
func (s *speller) value(v gosrc.Value) {
	switch v := v.(type) {
	case gosrc.Text:
		s.part(v)
	case gosrc.Unknown:
		p := gosrc.Part{Hole: v.Why, Expr: v.Expr, Param: v.Param, Field: v.Field, Pos: s.at, May: s.may}
		s.text = append(s.text, p)
	default:
		s.hole("not a string")
	}
}

// first writes the first argument.
func (s *speller) first(args []gosrc.Value) {
	if len(args) > 0 {
		s.value(args[0])
	}
}

// list writes values with commas between them.
func (s *speller) list(values []gosrc.Value) {
	for i, v := range values {
		if i > 0 {
			s.sql(", ")
		}
		s.alternatives(v, s.value)
	}
}

// inside writes under the condition and at the place of a link.
func (s *speller) inside(l *gosrc.Link, do func()) {
	may, at := s.may, s.at
	s.may, s.at = s.may || l.May, l.Call.Pos()
	if l.Call.Lparen.IsValid() {
		s.at = l.Call.Lparen
	}
	do()
	s.may, s.at = may, at
}

// A sequence is pieces with words before the first and between the others.
type sequence struct {
	s               *speller
	before, between string
	n               int
}

func (s *speller) sequence(before, between string) *sequence {
	return &sequence{s: s, before: before, between: between}
}

// next begins a piece.
func (q *sequence) next() { q.join(q.between) }

// join begins a piece that another word joins to those before it.
func (q *sequence) join(word string) {
	if q.n == 0 {
		word = q.before
	}
	q.s.sql(word)
	q.n++
}

// perhaps writes what, if may, is there under a condition only.
func (s *speller) perhaps(may bool, do func()) {
	outer := s.may
	s.may = outer || may
	do()
	s.may = outer
}

// apart returns what is written as a text of its own.
func (s *speller) apart(do func(*speller)) gosrc.Text {
	in := &speller{may: s.may, at: s.at}
	do(in)
	return in.text
}

// name writes the name of a table or column as one, also where it is a word of SQL.
func (s *speller) name(v gosrc.Value) {
	if t, ok := v.(gosrc.Text); ok {
		s.part(quotedName(t))
		return
	}
	s.value(v)
}

// quotedName is a.b as `a`.`b`, each piece where the code spells it. What is more
// than a name, as "a AS b" or COUNT(*), is left as it is.
func quotedName(t gosrc.Text) gosrc.Text {
	known, ok := t.Known()
	if !ok || !isDottedName(known) {
		return t
	}
	quote := func(p gosrc.Part, at int) gosrc.Part {
		if p.Verbatim {
			p.Pos += token.Pos(at)
		}
		return gosrc.Part{Text: "`", Pos: p.Pos}
	}
	out := gosrc.Text{quote(t[0], 0)}
	for _, p := range t {
		from := 0
		for i := 0; i <= len(p.Text); i++ {
			if i < len(p.Text) && p.Text[i] != '.' {
				continue
			}
			if from < i {
				out = append(out, p.Cut(from, i))
			}
			if i < len(p.Text) {
				out = append(out, quote(p, i), gosrc.Part{Text: ".", Pos: quote(p, i).Pos}, quote(p, i+1))
			}
			from = i + 1
		}
	}
	last := t[len(t)-1]
	return append(out, quote(last, max(len(last.Text)-1, 0)))
}

func isDottedName(s string) bool {
	letter := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z':
			letter = true
		case '0' <= c && c <= '9' || c == '.' && i > 0 && i+1 < len(s):
		default:
			return false
		}
	}
	return letter
}

// alternatives writes a value, or each text that it can be as conditional.
func (s *speller) alternatives(v gosrc.Value, do func(gosrc.Value)) {
	s.eachOf(v, "", ", ", "", do)
}

// eachOf writes a value, or each that it can be, as conditional, between what opens
// and closes them.
func (s *speller) eachOf(v gosrc.Value, open, between, end string, do func(gosrc.Value)) {
	many, ok := v.(gosrc.OneOf)
	if !ok {
		do(v)
		return
	}
	s.perhaps(true, func() {
		list := s.sequence(open, between)
		for i, a := range many {
			if i == 0 {
				list.next()
			} else {
				s.choice(gosrc.Between, list.next)
			}
			s.choice(uint8(i+1), func() { do(a) }) //nolint:gosec // a value is one of a few
		}
		if end != "" {
			s.sql(end)
		}
	})
}

// choice marks what is written as one of several values.
func (s *speller) choice(n uint8, do func()) {
	from := len(s.text)
	do()
	for i := range s.text[from:] {
		if p := &s.text[from+i]; p.Choice == 0 {
			p.Choice = n
		}
	}
}

// columnName writes a name, or each that it can be.
func (s *speller) columnName(v gosrc.Value) { s.alternatives(v, s.name) }

// arguments writes those of calls, each as a piece of a sequence.
func (s *speller) arguments(list *sequence, of []*gosrc.Link, do func(gosrc.Value)) {
	for _, l := range of {
		s.inside(l, func() {
			for _, v := range l.Args {
				list.next()
				do(v)
			}
		})
	}
}

// pairs writes the columns that a map names, and what it sets them to.
func (s *speller) pairs(list *sequence, r *gosrc.Record, value func(gosrc.Value)) {
	for _, key := range r.Names() {
		name := r.Keys[key]
		s.perhaps(len(name) > 0 && name[0].May, func() {
			list.next()
			s.name(name)
			s.sql(" = ")
			value(r.Fields[key])
		})
	}
}

// columnNames writes the names of columns.
func (s *speller) columnNames(values []gosrc.Value) {
	list := s.sequence("", ", ")
	for _, v := range values {
		list.next()
		s.columnName(v)
	}
}

// stored writes what a column is set to, if that is no expression: a constant or a
// placeholder.
func (s *speller) stored(v gosrc.Value) {
	switch v := v.(type) {
	case gosrc.Text:
		if known, ok := v.Known(); ok {
			s.sql("'" + sqlEscapes.Replace(known) + "'")
			return
		}
	case gosrc.Const:
		switch v.Kind() {
		case constant.Int:
			s.sql(v.ExactString())
			return
		case constant.Bool:
			s.sql(strings.ToUpper(v.ExactString()))
			return
		}
	case gosrc.Unknown:
		if v.Why == "nil" {
			s.sql("NULL")
			return
		}
		s.text = append(s.text, gosrc.Part{Text: "?", Expr: v.Expr, Pos: s.at, May: s.may})
		return
	}
	s.sql("?")
}

var sqlEscapes = strings.NewReplacer("'", "''", `\`, `\\`, "?", " ", ":", " ") // nothing that could be taken for a placeholder

// columns writes the columns that fields are loaded from, behind a table or its alias
// if one is given.
func (s *speller) columns(fields []modelField, of string) {
	if of != "" {
		of = "`" + of + "`."
	}
	list := s.sequence("", ", ")
	for _, f := range fields {
		list.next()
		s.sql(of)
		if strings.Contains(f.column, ".") {
			s.sql("`" + strings.ReplaceAll(f.column, ".", "`.`") + "`")
			continue
		}
		s.loads(f, false)
	}
}

// assignments writes every column of the fields of a row as one that is set.
func (s *speller) assignments(fields []modelField, r row) {
	if len(fields) == 0 {
		s.hole("columns of a value")
		return
	}
	list := s.sequence("", ", ")
	for _, f := range fields {
		list.next()
		s.assign(f, r)
	}
}

// inserts writes the columns of the fields of a new row, and their values. The library
// gives the fields own a value itself.
func (s *speller) inserts(fields []modelField, r row, own ...string) {
	if len(fields) == 0 {
		s.sql(" SET ")
		s.hole("columns of a value")
		return
	}
	list := s.sequence(" (", ", ")
	for _, f := range fields {
		list.next()
		s.stores(f, r)
	}
	list = s.sequence(") VALUES (", ", ")
	for _, f := range fields {
		list.next()
		if slices.Contains(own, f.field) {
			s.sql("?")
			continue
		}
		s.sql(r.value(f))
	}
	s.sql(")")
}

// assign writes the column of a field of a row as one that is set.
func (s *speller) assign(f modelField, r row) {
	s.stores(f, r)
	s.sql(" = " + r.value(f))
}

// condition writes a condition, or each that it can be.
func (s *speller) condition(v gosrc.Value, do func(gosrc.Value)) {
	s.eachOf(v, "(", " OR ", ")", do)
}

// filled writes a text, and has fill write what stands for each of its placeholders:
// ? by their order, ?name by that.
func (s *speller) filled(v gosrc.Value, fill func(name string, n int)) {
	t, ok := v.(gosrc.Text)
	if !ok {
		s.value(v)
		return
	}
	n := 0
	for _, p := range t {
		for {
			i := strings.IndexByte(p.Text, '?')
			if i < 0 {
				break
			}
			head, end := p, i+1
			head.Text = p.Text[:i]
			s.part(gosrc.Text{head})
			for end < len(p.Text) && isNameByte(p.Text[end]) {
				end++
			}
			fill(p.Text[i+1:end], n)
			if end == i+1 {
				n++
			}
			p.Text = p.Text[end:]
			if p.Verbatim {
				p.Pos += token.Pos(end)
			}
		}
		s.part(gosrc.Text{p})
	}
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", max(n, 1)), ", ")
}
