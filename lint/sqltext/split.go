package sqltext

import "strings"

// Split cuts f.Text[from:to] into statements.
//
// A semicolon ends a statement, unless it stands in the body of a trigger,
// routine or event. DELIMITER commands are obeyed, and belong to no statement.
// SET sql_mode changes how quotes are read from there on. A body whose END is
// missing is reported as the Problem of its statement and then cut at every
// semicolon, so that what follows is not lost.
func Split(f *File, from, to int, mode Mode) []Statement {
	s := splitter{f: f, lx: NewLexer(f.Text, from, to, mode)}
	for s.next() {
	}
	return s.out
}

type splitter struct {
	f    *File
	lx   *Lexer
	out  []Statement
	lead []Span
	flat *Problem // set while a body without its END is cut at every semicolon
}

// restart is where a body began, to cut it again.
type restart struct {
	lexer Lexer
	lead  []Span
}

func (s *splitter) next() bool {
	text := s.f.Text
	back := restart{lexer: *s.lx, lead: s.lead}
	st := Statement{File: s.f, Start: -1, Mode: s.lx.mode}
	var b body
	for {
		t := s.lx.Next()
		if t.Open && st.Problem == nil {
			st.Problem = &Problem{Offset: t.Start, Message: unterminated(text, t)}
		}
		if st.Start < 0 {
			switch {
			case t.Kind == EOF:
				s.trailing()
				return false
			case t.Kind == Comment:
				s.lead = append(s.lead, Span{t.Start, t.End})
				continue
			case t.Kind == Delimiter, s.isSemicolon(t):
				continue
			case t.Kind == Word && s.delimiterCommand(t):
				continue
			case t.Kind == VersionClose:
				continue
			}
			st.Start, st.Lead = t.Start, s.lead
			s.lead = nil
		}
		if t.Kind == Comment {
			continue
		}
		ends := t.Kind == EOF || t.Kind == Delimiter
		if !ends && s.lx.delimiter == "" {
			if s.flat == nil {
				b.see(text, t)
			}
			ends = s.isSemicolon(t) && b.depth == 0
		}
		if !ends {
			st.End = t.End
			continue
		}
		if t.Kind == EOF && b.depth > 0 && st.Problem == nil {
			s.flat = &Problem{Offset: b.begin, Message: "the END of this BEGIN is missing"}
			*s.lx, s.lead = back.lexer, back.lead
			return true
		}
		s.add(st)
		return t.Kind != EOF
	}
}

func (s *splitter) add(st Statement) {
	if s.flat != nil && st.Problem == nil && st.Start <= s.flat.Offset && s.flat.Offset < st.End {
		st.Problem = s.flat
	}
	s.out = append(s.out, st)
	if hasFold(st.Text(), "SET") {
		s.lx.mode = modeAfter(st, s.lx.mode)
	}
}

// trailing keeps an unterminated comment at the end of the text from passing in silence.
func (s *splitter) trailing() {
	if n := len(s.lead); n > 0 {
		if c := s.lead[n-1]; strings.HasPrefix(s.f.Text[c.Start:], "/*") && !strings.HasSuffix(s.f.Text[c.Start:c.End], "*/") {
			s.out = append(s.out, Statement{File: s.f, Start: c.Start, End: c.End, Mode: s.lx.mode,
				Lead: s.lead, Problem: &Problem{Offset: c.Start, Message: "the end of this comment, */, is missing"}})
		}
	}
}

func (s *splitter) isSemicolon(t Token) bool {
	return t.Kind == Punct && s.f.Text[t.Start] == ';' && s.lx.delimiter == ""
}

// delimiterCommand obeys a DELIMITER command of the mysql client, which stands
// alone on its line.
func (s *splitter) delimiterCommand(t Token) bool {
	text := s.lx.src
	if !strings.EqualFold(text[t.Start:t.End], "DELIMITER") {
		return false
	}
	line := text[t.End:]
	if n := strings.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return false
	}
	s.lx.delimiter = fields[0]
	if s.lx.delimiter == ";" {
		s.lx.delimiter = ""
	}
	s.lx.pos = t.End + len(line)
	return true
}

func unterminated(text string, t Token) string {
	switch c := text[t.Start]; c {
	case '/':
		return "the end of this comment, */, is missing"
	case '\'', '"', '`':
		return "the closing " + string(c) + " of this quote is missing"
	}
	return "the closing quote is missing"
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// modeAfter returns the mode in force after st, a SET statement.
func modeAfter(st Statement, mode Mode) Mode {
	text := st.Text()
	if !strings.Contains(strings.ToLower(text), "sql_mode") {
		return mode
	}
	for _, t := range Tokens(st.File.Text, st.Start, st.End, st.Mode&^ANSIQuotes) {
		if t.Kind != String {
			continue
		}
		value := strings.ToUpper(st.File.Text[t.Start:t.End])
		mode = 0
		if strings.Contains(value, "ANSI") {
			mode |= ANSIQuotes
		}
		if strings.Contains(value, "NO_BACKSLASH_ESCAPES") {
			mode |= NoBackslashEscapes
		}
	}
	return mode
}

// A body follows the nesting of BEGIN, CASE, IF, LOOP, REPEAT, WHILE and END
// in a statement that has a body.
type body struct {
	words    int // tokens seen
	state    bodyState
	depth    int
	begin    int // offset of the outermost opener
	previous word
}

type bodyState uint8

const (
	headUnknown bodyState = iota
	headCreate            // after CREATE or ALTER: the kind of object is still to come
	plain                 // no body: a semicolon ends it
	inBody
)

// a word, as far as nesting depends on it
type word uint8

const (
	other word = iota
	opener
	end
	starter // after it a statement may begin
)

func (b *body) see(text string, t Token) {
	if b.state == plain {
		return
	}
	if t.Kind == VersionOpen || t.Kind == VersionClose {
		return
	}
	s := text[t.Start:t.End]
	b.words++
	switch b.state {
	case headUnknown:
		b.head(s)
	case headCreate:
		b.kind(t, s)
	case inBody:
		b.nest(t, s)
	}
}

func (b *body) head(s string) {
	switch {
	case strings.EqualFold(s, "CREATE"), strings.EqualFold(s, "ALTER"), strings.EqualFold(s, "BEGIN"):
		b.state = headCreate
	default:
		b.state = plain
	}
}

// kind looks for the word that says what is created; DEFINER = user@host and
// the like stand before it.
func (b *body) kind(t Token, s string) {
	if t.Kind != Word {
		if t.Kind == Punct && s == ";" {
			b.state = plain
		}
		return
	}
	switch strings.ToUpper(s) {
	case "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE":
		b.state = inBody
	case "NOT": // BEGIN NOT ATOMIC
		b.state, b.depth, b.begin = inBody, 1, t.Start
	case "TABLE", "VIEW", "INDEX", "UNIQUE", "DATABASE", "SCHEMA", "USER", "ROLE", "SEQUENCE", "TEMPORARY", "SERVER", "TABLESPACE":
		b.state = plain
	default:
		if b.words > 24 {
			b.state = plain
		}
	}
}

func (b *body) nest(t Token, s string) {
	was := b.previous
	b.previous = other
	if t.Kind == Punct {
		if s == ";" || s == ":" || s == ")" && b.depth == 0 {
			b.previous = starter
		}
		return
	}
	if t.Kind != Word || len(s) > 6 {
		return
	}
	switch strings.ToUpper(s) {
	case "BEGIN":
		b.open(t)
	case "CASE":
		if was != end {
			b.open(t)
			b.previous = other
		}
	case "IF", "LOOP", "REPEAT", "WHILE":
		if was == starter {
			b.open(t)
			if s := strings.ToUpper(s); s == "IF" || s == "WHILE" {
				b.previous = other
			}
		}
	case "THEN", "ELSE", "DO", "ROW":
		b.previous = starter
	case "END":
		b.previous = end
		if b.depth > 0 {
			b.depth--
		}
	}
}

func (b *body) open(t Token) {
	if b.depth == 0 {
		b.begin = t.Start
	}
	b.depth++
	b.previous = starter
}
