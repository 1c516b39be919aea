package sqltext

import "strings"

// A Kind says what a token is.
type Kind uint8

// The kinds of tokens. White space is no token.
const (
	EOF          Kind = iota
	Word              // an unquoted name or keyword
	QuotedName        // `name`, or "name" under ANSIQuotes
	String            // 'text', or "text"
	Number            // 12, 1.5e3, 0x1F
	Punct             // an operator or a punctuation mark, one byte
	Variable          // @user, @@system
	Placeholder       // ?, :name, $1, {{…}}, ${…}
	Comment           // -- …, # …, /* … */
	VersionOpen       // /*!80000, /*M!100301, /*!: what follows is code to some servers
	VersionClose      // the */ that ends it
	Delimiter         // the delimiter that a DELIMITER command set
)

// A Mode holds the parts of the sql_mode that change where tokens end.
type Mode uint8

const (
	// ANSIQuotes makes "x" a name.
	ANSIQuotes Mode = 1 << iota
	// NoBackslashEscapes makes \ an ordinary character in strings.
	NoBackslashEscapes
)

// A Token is a piece of the text, at [Start, End).
type Token struct {
	Kind       Kind
	Open       bool // the closing quote or comment mark is missing: it runs to the end
	Start, End int
}

// A Lexer cuts a text into tokens. It never fails: a byte that fits nowhere is a Punct.
type Lexer struct {
	src       string
	pos       int
	mode      Mode
	delimiter string // as set by DELIMITER; "" when none is in force
	versioned int    // offset of the versioned comment we are in, -1 outside
	nameEnd   int    // end of the last name, -1 before the first
	dotEnd    int    // end of the last dot that stood right behind a name
	unclosed  [2]int // offset from which on there is no } and no }}; 0 when not known
}

// NewLexer returns a lexer over src[from:to]; its tokens count from the start of src.
func NewLexer(src string, from, to int, mode Mode) *Lexer {
	return &Lexer{src: src[:to], pos: from, mode: mode, versioned: -1, nameEnd: -1, dotEnd: -1}
}

// Tokens returns the tokens of src[from:to], comments left out.
func Tokens(src string, from, to int, mode Mode) []Token {
	return AppendTokens(make([]Token, 0, (to-from)/5+1), src, from, to, mode)
}

// AppendTokens appends the tokens of src[from:to], comments left out.
func AppendTokens(tokens []Token, src string, from, to int, mode Mode) []Token {
	lx := NewLexer(src, from, to, mode)
	for {
		t := lx.Next()
		switch t.Kind {
		case EOF:
			return tokens
		case Comment:
		default:
			tokens = append(tokens, t)
		}
	}
}

// byte classes
const (
	isSpace = 1 << iota
	isWord  // may stand inside an unquoted name
	isDigit
)

var class = func() (c [256]uint8) {
	for _, b := range " \t\r\n\v\f\x00" {
		c[b] |= isSpace
	}
	for b := '0'; b <= '9'; b++ {
		c[b] |= isDigit | isWord
	}
	for b := 'a'; b <= 'z'; b++ {
		c[b] |= isWord
		c[b-'a'+'A'] |= isWord
	}
	c['_'] |= isWord
	c['$'] |= isWord
	for b := 0x80; b < 0x100; b++ {
		c[b] |= isWord
	}
	return c
}()

// Next returns the next token; at the end one of kind EOF.
func (l *Lexer) Next() Token {
	src := l.src
	i := l.pos
	for i < len(src) && class[src[i]]&isSpace != 0 {
		i++
	}
	l.pos = i
	if i == len(src) {
		return Token{Kind: EOF, Start: i, End: i}
	}
	if l.delimiter != "" && strings.HasPrefix(src[i:], l.delimiter) {
		return l.take(Delimiter, i+len(l.delimiter))
	}
	c := src[i]
	switch {
	case c == '\'':
		return l.quoted(String, c)
	case c == '"' && l.mode&ANSIQuotes == 0:
		return l.quoted(String, c)
	case c == '"', c == '`':
		return l.quoted(QuotedName, c)
	case c == '#':
		return l.lineComment()
	case c == '-' && l.dashComment(i):
		return l.lineComment()
	case c == '/' && l.at(i+1) == '*':
		return l.blockComment()
	case c == '*' && l.versioned >= 0 && l.at(i+1) == '/':
		l.versioned = -1
		return l.take(VersionClose, i+2)
	case c == '{' && l.at(i+1) == '{':
		return l.braced(i+2, "}}")
	case c == '$' && l.at(i+1) == '{':
		return l.braced(i+2, "}")
	case c == '$' && class[l.at(i+1)]&isDigit != 0:
		return l.take(Placeholder, l.span(i+1, isDigit))
	case c == '$' && l.dollarTag(i) > 0:
		return l.dollarQuoted(l.dollarTag(i))
	case c == '?':
		return l.take(Placeholder, i+1)
	case c == ':' && i != l.nameEnd && class[l.at(i+1)]&(isWord|isDigit) == isWord && l.at(i+1) != '$':
		return l.take(Placeholder, l.word(i+1))
	case c == '@':
		return l.variable()
	case c == '.' && i == l.nameEnd: // what follows is a name, even if it starts with a digit
		l.dotEnd = i + 1
		return l.take(Punct, i+1)
	case class[c]&isWord != 0 && i == l.dotEnd:
		return l.take(Word, l.word(i))
	case class[c]&isDigit != 0, c == '.' && class[l.at(i+1)]&isDigit != 0:
		return l.number()
	case class[c]&isWord != 0:
		return l.wordToken()
	}
	return l.take(Punct, i+1)
}

func (l *Lexer) take(k Kind, end int) Token {
	t := Token{Kind: k, Start: l.pos, End: end}
	l.pos = end
	if k == Word || k == QuotedName {
		l.nameEnd = end
	}
	return t
}

func (l *Lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

func (l *Lexer) span(i int, want uint8) int {
	for i < len(l.src) && class[l.src[i]]&want != 0 {
		i++
	}
	return i
}

// word returns the end of the name that starts at i; a delimiter may cut it, as in END$$.
func (l *Lexer) word(i int) int {
	if l.delimiter == "" {
		return l.span(i, isWord)
	}
	for i < len(l.src) && class[l.src[i]]&isWord != 0 && !strings.HasPrefix(l.src[i:], l.delimiter) {
		i++
	}
	return i
}

func (l *Lexer) quoted(k Kind, quote byte) Token {
	src := l.src
	escapes := k == String && l.mode&NoBackslashEscapes == 0
	for i := l.pos + 1; i < len(src); i++ {
		switch {
		case src[i] == '\\' && escapes:
			i++
		case src[i] == quote && l.at(i+1) == quote && i+1 < len(src):
			i++
		case src[i] == quote:
			return l.take(k, i+1)
		}
	}
	t := l.take(k, len(src))
	t.Open = true
	return t
}

// dashComment: -- starts a comment only before white space, a control character or the end.
func (l *Lexer) dashComment(i int) bool {
	return l.at(i+1) == '-' && (i+2 >= len(l.src) || l.src[i+2] <= ' ')
}

func (l *Lexer) lineComment() Token {
	if n := strings.IndexByte(l.src[l.pos:], '\n'); n >= 0 {
		return l.take(Comment, l.pos+n)
	}
	return l.take(Comment, len(l.src))
}

func (l *Lexer) blockComment() Token {
	i := l.pos + 2
	open := i
	if l.at(open) == 'M' || l.at(open) == 'T' {
		open++
	}
	if l.at(open) == '!' && l.versioned < 0 {
		l.versioned = l.pos
		return l.take(VersionOpen, l.versionEnd(open+1))
	}
	if n := strings.Index(l.src[i:], "*/"); n >= 0 {
		return l.take(Comment, i+n+2)
	}
	t := l.take(Comment, len(l.src))
	t.Open = true
	return t
}

// versionEnd returns the end of the version number of /*!NNNNN or of the feature list of /*T![x].
func (l *Lexer) versionEnd(i int) int {
	if l.at(i) == '[' {
		end := i + 1
		for class[l.at(end)]&isWord != 0 || l.at(end) == ',' {
			end++
		}
		if l.at(end) == ']' {
			return end + 1
		}
	}
	end := i
	for end < i+6 && class[l.at(end)]&isDigit != 0 {
		end++
	}
	if end-i < 5 {
		return i
	}
	return end
}

func (l *Lexer) braced(from int, closing string) Token {
	if none := &l.unclosed[len(closing)-1]; *none == 0 || from < *none {
		if n := strings.Index(l.src[from:], closing); n >= 0 {
			return l.take(Placeholder, from+n+len(closing))
		}
		*none = from
	}
	return l.take(Punct, l.pos+1)
}

// dollarTag returns the end of $$ or $tag$ at i, and 0 when there is none.
func (l *Lexer) dollarTag(i int) int {
	for j := i + 1; j < len(l.src) && j < i+64; j++ {
		switch {
		case l.src[j] == '$':
			if strings.Contains(l.src[j+1:], l.src[i:j+1]) {
				return j + 1
			}
			return 0
		case class[l.src[j]]&isWord == 0:
			return 0
		}
	}
	return 0
}

func (l *Lexer) dollarQuoted(tagEnd int) Token {
	tag := l.src[l.pos:tagEnd]
	return l.take(String, tagEnd+strings.Index(l.src[tagEnd:], tag)+len(tag))
}

func (l *Lexer) variable() Token {
	i := l.pos + 1
	if l.at(i) == '@' {
		i++
	}
	switch q := l.at(i); q {
	case '`', '\'', '"':
		start := l.pos
		l.pos = i
		t := l.quoted(Variable, q)
		t.Start = start
		return t
	}
	i = l.word(i)
	for l.at(i) == '.' && (l.delimiter == "" || !strings.HasPrefix(l.src[i:], l.delimiter)) {
		i = l.word(i + 1)
	}
	return l.take(Variable, i)
}

func (l *Lexer) number() Token {
	i := l.word(l.pos) // 12, 0x1F, 1e3; and names that start with a digit, as 2fa_codes
	if sign := l.at(i); (sign == '-' || sign == '+') && class[l.at(i+1)]&isDigit != 0 && isNumeral(l.src[l.pos:i]+"0") &&
		l.src[i-1]|0x20 == 'e' && !isNumeral(l.src[l.pos:i]) { // 1e-3
		return l.take(Number, l.span(i+1, isDigit))
	}
	number := strings.Trim(l.src[l.pos:i], "0123456789") == ""
	if (number || i == l.pos) && l.at(i) == '.' {
		i = l.span(i+1, isDigit)
		number = true
	}
	if number && (l.at(i) == 'e' || l.at(i) == 'E') {
		j := i + 1
		if l.at(j) == '+' || l.at(j) == '-' {
			j++
		}
		if class[l.at(j)]&isDigit != 0 {
			i = l.span(j, isDigit)
		}
	}
	if !number && !isNumeral(l.src[l.pos:i]) {
		return l.take(Word, i)
	}
	return l.take(Number, i)
}

func isNumeral(s string) bool {
	if len(s) > 2 && s[:2] == "0x" {
		return strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
	}
	if len(s) > 2 && s[:2] == "0b" {
		return strings.Trim(s[2:], "01") == ""
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	return strings.Trim(mantissa, "0123456789") == "" && mantissa != "" && exponent != "" && strings.Trim(exponent, "0123456789") == ""
}

func (l *Lexer) wordToken() Token {
	i := l.pos
	c := l.src[i]
	// x'1F', b'01', n'text': one literal
	if l.at(i+1) == '\'' && (c|0x20 == 'x' || c|0x20 == 'b' || c|0x20 == 'n') {
		start := l.pos
		l.pos++
		t := l.quoted(String, '\'')
		t.Start = start
		return t
	}
	end := l.word(i)
	if end == i { // the delimiter starts with a letter and stands here
		end = i + 1
	}
	return l.take(Word, end)
}
