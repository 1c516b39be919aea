package mysql

import (
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A queryText is the text of one or more statements, with a slot in place of
// each hole: wide enough for all that is tried in it, so that the text keeps
// its length from one try to the next.
type queryText struct {
	source string
	work   string
	slots  []slot
}

// A slot is where a hole stands.
type slot struct {
	start, end int // in the work text
	hole       sqltext.Span
	apart      bool // the next hole follows at once, and is no part of the same name
}

const slotWidth = 20

// slotName fills a slot with a name that no table or column has.
var slotName = "_" + strings.Repeat("h", slotWidth-2) + "_"

func newQueryText(text string, holes []sqltext.Span) *queryText {
	t := &queryText{source: text, work: text}
	if len(holes) == 0 {
		return t
	}
	var b strings.Builder
	at := 0
	for i, h := range holes {
		if h.Start < at || h.End < h.Start || h.End > len(text) {
			continue
		}
		b.WriteString(text[at:h.Start])
		if endsInNumber(text[at:h.Start], at == 0) {
			b.WriteByte(' ')
		}
		s := slot{start: b.Len(), end: b.Len() + slotWidth, hole: h}
		s.apart = i+1 < len(holes) && holes[i+1].Start == h.End
		b.WriteString(s.name())
		t.slots = append(t.slots, s)
		at = h.End
	}
	b.WriteString(text[at:])
	t.work = b.String()
	return t
}

// endsInNumber says whether a text, alone or behind a hole, ends in digits that are no
// part of a name: what follows them is none either.
func endsInNumber(text string, alone bool) bool {
	rest := strings.TrimRight(text, "0123456789")
	return len(rest) < len(text) && (rest == "" && alone || rest != "" && !isWordByte(rest[len(rest)-1]) && !strings.HasSuffix(rest, "`"))
}

func (s slot) name() string {
	if s.apart {
		return slotName[:slotWidth-1] + " "
	}
	return slotName
}

// offset returns the place in the source of an offset in the work text; a place
// inside of a slot is the start, or the end, of its hole.
func (t *queryText) offset(at int, end bool) int {
	shift := 0
	for _, s := range t.slots {
		switch {
		case at < s.start:
			return min(at+shift, len(t.source))
		case at == s.start:
			return s.hole.Start
		case at < s.end && !end:
			return s.hole.Start
		case at < s.end:
			return s.hole.End
		}
		shift = s.hole.End - s.end
	}
	return min(at+shift, len(t.source))
}

// continued returns the text with a hole behind it: code appends the end of a
// statement elsewhere, as the rows behind VALUES, or the list of IN (.
func (t *queryText) continued(span sqltext.Span) *queryText {
	s := slot{start: len(t.work), end: len(t.work) + slotWidth, hole: sqltext.Span{Start: len(t.source), End: len(t.source)}}
	if n := len(t.slots); n > 0 && t.slots[n-1].end == s.start {
		return t
	}
	depth := 0
	for _, tok := range sqltext.Tokens(t.work, span.Start, len(t.work), 0) {
		switch {
		case tok.Kind != sqltext.Punct:
		case t.work[tok.Start] == '(':
			depth++
		case t.work[tok.Start] == ')':
			depth--
		}
	}
	space := ""
	if t.work != "" && isWordByte(t.work[len(t.work)-1]) {
		space = " "
		s.start, s.end = s.start+1, s.end+1
	}
	work := t.work + space + slotName + strings.Repeat(")", max(depth, 0))
	return &queryText{source: t.source, work: work, slots: append(slices.Clip(t.slots), s)}
}

// statements returns where the statements of the work text stand.
func (t *queryText) statements() []sqltext.Span {
	if !strings.Contains(strings.TrimRight(t.work, "; \t\r\n"), ";") {
		return []sqltext.Span{{Start: 0, End: len(t.work)}}
	}
	var out []sqltext.Span
	for _, st := range sqltext.Split(sqltext.NewFile("", t.work), 0, len(t.work), 0) {
		out = append(out, sqltext.Span{Start: st.Start, End: st.End})
	}
	return out
}

// A reading is the reading of one statement.
type reading struct {
	*QueryReader
	in   *QueryInput
	text *queryText
	base int // of the statement in the work text

	plain  statement // with a name in each slot
	masked []byte    // the same as the parser takes it: names without quotes, placeholders as ?
	holes  []hole
	parsed string // what the tree was parsed from
	params []param
	hints  []sqltext.Span // optimizer hints
	loose  bool           // what JSON_TABLE gives is not known
	// explained says that the statement is not run, but described.
	explained bool

	query    *schema.Query
	uses     []located
	sources  []*source
	guesses  []*guess
	named    bool // a table of the schema, or what could be one
	pieces   []aside
	rowName  string // the alias of the rows of an INSERT
	rowCols  []string
	columns  []*ast.ColumnName          // of an INSERT
	target   *source                    // of an INSERT
	newRow   *source                    // what rowName names
	values   map[string][]*schema.Value // what an INSERT sets, by column in lower case
	selected *scope                     // of the last SELECT that was read whole, or of the statement
	depth    int
}

// A param is a placeholder.
type param struct {
	offset int
	number int
	name   string
}

// An aside is a part of the statement that the parser does not take where it
// stands: what RETURNING gives back, what JSON_TABLE reads.
type aside struct {
	text   string
	result bool
}

// prepare reads the tokens of the statement and makes the text that is parsed.
func (q *reading) prepare(span sqltext.Span) {
	text := q.text.work[span.Start:span.End]
	q.findHints(text)
	if strings.Contains(text, "/*!") || strings.Contains(text, "/*M!") || strings.Contains(text, "/*T!") {
		text = expandVersioned(text, 0, q.server)
	}
	q.plain = statement{text: text, server: q.server, buffer: q.reader.buffer}
	q.plain.tokens()
	q.reader.buffer = q.plain.buffer
	for i, s := range q.text.slots {
		if s.start >= span.Start && s.end <= span.End {
			q.holes = append(q.holes, hole{slot: i, start: s.start - span.Start, end: s.end - span.Start, token: -1})
		}
	}
	q.placeHoles()
	q.mask()
}

func (q *reading) findHints(text string) {
	for at := 0; ; {
		from := strings.Index(text[at:], "/*+")
		if from < 0 {
			return
		}
		from += at
		end := strings.Index(text[from:], "*/")
		if end < 0 {
			return
		}
		at = from + end
		q.hints = append(q.hints, sqltext.Span{Start: from + len("/*+"), End: at})
	}
}

// mask takes the quotes from names, so that the parser hands out pieces of its
// text for all of them, and puts ? for every kind of placeholder.
func (q *reading) mask() {
	q.masked = []byte(q.plain.text)
	for _, t := range q.plain.toks {
		switch {
		case t.Kind == sqltext.QuotedName && t.End-t.Start > 2 && !q.touchesWord(t):
			maskName(q.masked[t.Start:t.End])
		case t.Kind == sqltext.Placeholder && q.masked[t.Start] != '?' && !(t.Start > 0 && q.masked[t.Start-1] == ':'),
			t.Kind == sqltext.Variable && q.isNumbered(t):
			q.masked[t.Start] = '?'
			blank(q.masked, t.Start+1, q.placeholderEnd(t))
		}
	}
}

// placeholderEnd returns the end of a placeholder; :user.name is one of sqlx.
func (q *reading) placeholderEnd(t sqltext.Token) int {
	text, end := q.plain.text, t.End
	for text[t.Start] == ':' && end+1 < len(text) && text[end] == '.' && isWordByte(text[end+1]) {
		_, end = firstWord(text, end)
	}
	return end
}

func (q *reading) touchesWord(t sqltext.Token) bool {
	text := q.plain.text
	return t.Open || t.Start > 0 && isWordByte(text[t.Start-1]) || t.End < len(text) && isWordByte(text[t.End])
}

func maskName(b []byte) {
	for i, c := range b {
		if !isWordByte(c) || c >= 0x80 {
			b[i] = '_'
		}
	}
	b[0], b[len(b)-1] = '_', '_'
}

// isNumbered says whether a variable is the placeholder @p1 of some drivers.
func (q *reading) isNumbered(t sqltext.Token) bool {
	name := q.plain.text[t.Start:t.End]
	if len(name) < 3 || name[1]|0x20 != 'p' || strings.Trim(name[2:], "0123456789") != "" {
		return false
	}
	return !strings.HasPrefix(strings.TrimLeft(q.plain.text[t.End:], " \t\r\n"), ":=") && !q.plain.is(0, "SET")
}

// countParams numbers the placeholders of the text that was parsed.
func (q *reading) countParams() {
	toks := q.plain.toks
	next, known, h := 0, true, 0
	holesBefore := func(at int) {
		for ; h < len(q.holes) && q.holes[h].start < at; h++ {
			known = known && q.holes[h].isName()
		}
	}
	for _, t := range toks {
		spelled := q.plain.text[t.Start:t.End]
		if t.Kind != sqltext.Placeholder && (t.Kind != sqltext.Variable || !q.isNumbered(t)) {
			continue
		}
		holesBefore(t.Start)
		p := param{offset: t.Start, number: next}
		next++
		if !known {
			p.number = -1
		}
		if digits := strings.TrimLeft(spelled, "$@pP"); spelled[0] != '?' && spelled[0] != ':' {
			if n, err := strconv.Atoi(digits); err == nil {
				p.number = n - 1
			}
		}
		if spelled[0] == ':' {
			p.name = q.plain.text[t.Start+1 : q.placeholderEnd(t)]
		}
		q.params = append(q.params, p)
	}
}

// param returns the placeholder at an offset; nil for one that fills a hole.
func (q *reading) param(offset int) *param {
	i, ok := slices.BinarySearchFunc(q.params, offset, func(p param, at int) int { return p.offset - at })
	if !ok {
		return nil
	}
	return &q.params[i]
}

// A spelling is a name as the statement spells it.
type spelling struct {
	text           string
	start, end     int // in the statement; -1 when it is not known where
	hole           bool
	prefix, suffix string // around the holes
}

// nameOf finds a name of the tree in the text. The tree does not tell where a
// name stands, but a name is a piece of the text that was parsed, so that its
// address tells.
func (q *reading) nameOf(c ast.CIStr) spelling {
	n := spelling{text: c.O, start: -1, end: -1}
	if c.O == "" {
		return n
	}
	at := uintptr(unsafe.Pointer(unsafe.StringData(c.O))) - uintptr(unsafe.Pointer(unsafe.StringData(q.parsed)))
	if at >= uintptr(len(q.parsed)) || int(at)+len(c.O) > len(q.plain.text) {
		return n
	}
	n.start, n.end = int(at), int(at)+len(c.O)
	n.text = unquote(q.plain.text[n.start:n.end])
	if q.holesIn(&n); n.hole { // the same mark is the same hole
		n.text = unquote(q.text.source[q.text.offset(q.base+n.start, false):q.text.offset(q.base+n.end, true)])
	}
	return n
}

// holesIn finds the holes that are a part of a name.
func (q *reading) holesIn(n *spelling) {
	first := true
	for i := range q.holes {
		h := &q.holes[i]
		if h.end <= n.start || h.start >= n.end {
			continue
		}
		h.seen = true
		n.hole = true
		if first && n.start < h.start {
			n.prefix = strings.TrimLeft(q.plain.text[n.start:h.start], "`\"")
		}
		first = false
		n.suffix = ""
		if h.end < n.end {
			n.suffix = strings.TrimRight(q.plain.text[h.end:n.end], "`\"")
		}
	}
}

// saysPrefix says whether what hides the beginning of a name is called a prefix, as in
// {s.tablePrefix}boards: all tables have it.
func (n spelling) saysPrefix() bool {
	hole, rest, ok := strings.Cut(n.text, "}")
	return ok && n.prefix == "" && rest == n.suffix && strings.HasSuffix(strings.ToLower(strings.TrimRight(hole, "()")), "prefix")
}

// fits says whether a name of the schema can be the one that is spelled.
func (n spelling) fits(name string) bool {
	if !n.hole {
		return strings.EqualFold(n.text, name)
	}
	return len(name) >= len(n.prefix)+len(n.suffix) && strings.EqualFold(name[:len(n.prefix)], n.prefix) &&
		strings.EqualFold(name[len(name)-len(n.suffix):], n.suffix)
}

func (q *reading) position(from, to int) schema.Position {
	if q.in.Position == nil {
		return schema.Position{}
	}
	return q.in.Position(q.text.offset(q.base+from, false), q.text.offset(q.base+to, true))
}
