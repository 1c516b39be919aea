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
	s := splitter{f: f, lx: NewLexer(f.Text, from, to, mode), mode: mode}
	for s.next() {
	}
	for i := range s.out { // a versioned comment without its end
		if st := &s.out[i]; st.Start <= s.lx.versioned && s.lx.versioned < st.End && st.Problem == nil {
			st.Problem = &Problem{Offset: s.lx.versioned, Message: "the end of this comment, */, is missing"}
		}
	}
	return s.out
}

type splitter struct {
	f    *File
	lx   *Lexer
	out  []Statement
	lead []Span
	mode Mode     // in force at the beginning
	flat *Problem // set while a body without its END is cut at every semicolon
	cuts int      // how many bodies were cut for want of their END
}

// maxCuts bounds how often a text is read again from the body without its END.
const maxCuts = 16

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
				s.trailing(st.Problem)
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
		ends := t.Kind == EOF || t.Kind == Delimiter || t.Kind == Word && s.delimiterWithin(t)
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
		if ends && b.depth > 0 && st.Problem == nil {
			s.flat = &Problem{Offset: b.begin, Message: "the END of this BEGIN is missing"}
			s.cuts++
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
	if s.flat != nil && st.End > s.flat.Offset && s.cuts < maxCuts {
		s.flat = nil // bodies that follow may have their END
	}
	s.out = append(s.out, st)
	lx := NewLexer(st.File.Text, st.Start, st.End, st.Mode)
	t := lx.Next()
	if t.Kind == VersionOpen {
		t = lx.Next()
	}
	if t.Kind == Word && strings.EqualFold(lx.src[t.Start:t.End], "SET") {
		s.lx.mode = modeAfter(st, s.lx.mode, s.mode)
	}
}

// trailing keeps an unterminated comment at the end of the text from passing in silence.
func (s *splitter) trailing(p *Problem) {
	if p != nil {
		c := s.lead[len(s.lead)-1]
		s.out = append(s.out, Statement{File: s.f, Start: c.Start, End: c.End, Mode: s.lx.mode, Lead: s.lead, Problem: p})
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

// delimiterWithin reports whether t is a DELIMITER command before whose line the
// delimiter was forgotten, and makes the lexer read it next. The word may be a
// name, so that the line must hold nothing but it and a delimiter of no letters.
func (s *splitter) delimiterWithin(t Token) bool {
	text := s.lx.src
	if !strings.EqualFold(text[t.Start:t.End], "DELIMITER") {
		return false
	}
	before := text[strings.LastIndexByte(text[:t.Start], '\n')+1 : t.Start]
	after, _, _ := strings.Cut(text[t.End:], "\n")
	after = strings.TrimSpace(after)
	if strings.TrimSpace(before) != "" || strings.Trim(after, "$;/|#\\~^&%!") != "" || after == "" || after == ";" && s.lx.delimiter == "" {
		return false
	}
	s.lx.pos = t.Start
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

// modeAfter returns the mode in force after st, a SET statement. What gives back
// a mode that was saved, or the default, gives back that of the beginning.
func modeAfter(st Statement, mode, beginning Mode) Mode {
	text := st.File.Text
	if !strings.Contains(strings.ToLower(st.Text()), "sql_mode") {
		return mode
	}
	toks := Tokens(text, st.Start, st.End, st.Mode&^ANSIQuotes)
	for i := 1; i < len(toks); i++ {
		name := strings.ToLower(text[toks[i].Start:toks[i].End])
		before := strings.ToUpper(text[toks[i-1].Start:toks[i-1].End])
		switch {
		case toks[i].Kind == Word && name == "sql_mode" && before != "GLOBAL" && !strings.HasPrefix(before, "PERSIST"):
		case name == "@@sql_mode", name == "@@session.sql_mode", name == "@@local.sql_mode":
		default:
			continue
		}
		i++
		if i < len(toks) && text[toks[i].Start] == ':' {
			i++
		}
		if i < len(toks) && text[toks[i].Start] == '=' {
			var value []Token
			value, i = assigned(text, toks, i+1)
			mode = evalMode(text, value, mode, beginning)
		}
	}
	return mode
}

// assigned returns the tokens of the value that begins at toks[i], and where it ends.
func assigned(text string, toks []Token, i int) ([]Token, int) {
	from, depth := i, 0
	for ; i < len(toks); i++ {
		switch text[toks[i].Start:toks[i].End] {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 {
				return toks[from:i], i
			}
		}
	}
	return toks[from:], i
}

func evalMode(text string, value []Token, mode, beginning Mode) Mode {
	var listed Mode
	result, strs, keeps, removes := beginning, false, false, false
	for _, t := range value {
		s := strings.ToUpper(text[t.Start:t.End])
		switch t.Kind {
		case Variable:
			keeps = keeps || strings.HasPrefix(s, "@@") && strings.HasSuffix(s, "SQL_MODE")
			continue
		case Word:
			removes = removes || s == "REPLACE"
			if s == "DEFAULT" || len(value) > 1 {
				continue
			}
		case String, Number:
		default:
			continue
		}
		strs = true
		if strings.Contains(s, "ANSI") {
			listed |= ANSIQuotes
		}
		if strings.Contains(s, "NO_BACKSLASH_ESCAPES") {
			listed |= NoBackslashEscapes
		}
	}
	switch {
	case keeps && removes:
		result = mode &^ listed
	case keeps:
		result = mode | listed
	case strs:
		result = listed
	}
	return result
}

// A body follows the nesting of BEGIN, CASE, IF, LOOP, REPEAT, WHILE and END
// in a statement that has a body.
type body struct {
	words    int // tokens seen
	state    bodyState
	depth    int
	inCase   int // depth inside of the outermost CASE that is an expression, 0 outside
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
	dot     // after it comes a name
	order   // FOLLOWS, PRECEDES: after it comes the name of a trigger, and then the body
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
		b.begin = t.Start
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
		b.state, b.depth, b.previous = inBody, 1, starter
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
		switch {
		case s == ".":
			b.previous = dot
		case s == ";" || s == ":" || s == ")" && b.depth == 0:
			b.previous = starter
		}
		return
	}
	if was == order {
		b.previous = starter
		return
	}
	if t.Kind != Word || was == dot || len(s) > len("PRECEDES") {
		return
	}
	switch strings.ToUpper(s) {
	case "BEGIN":
		b.open(t)
	case "CASE":
		if was == end {
			return
		}
		b.open(t)
		b.previous = other
		if b.inCase == 0 && was != starter {
			b.inCase = b.depth
		}
	case "IF", "WHILE":
		if was == starter && b.inCase == 0 {
			b.open(t)
			b.previous = other
		}
	case "LOOP", "REPEAT":
		if was == starter && b.inCase == 0 {
			b.open(t)
		}
	case "THEN", "ELSE", "DO", "ROW", "ATOMIC":
		b.previous = starter
	case "FOLLOWS", "PRECEDES":
		if b.depth == 0 {
			b.previous = order
		}
	case "END":
		b.previous = end
		if b.depth > 0 {
			b.depth--
		}
		if b.depth < b.inCase {
			b.inCase = 0
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
