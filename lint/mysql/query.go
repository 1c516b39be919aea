package mysql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A Catalog is the schema that queries are read against.
type Catalog interface {
	Table(schema.Name) *schema.Table
	View(schema.Name) *schema.View
	Tables() []*schema.Table
	Views() []*schema.View
}

// A QueryReader reads the statements that code runs into the uses that they
// make of a schema. It is not safe for concurrent use.
type QueryReader struct {
	server  *server.Server
	catalog Catalog
	reader  *Reader
	names   map[string]bool // the first word of each name, in lower case
	odd     bool            // a name has no word that could be looked for
	views   map[*schema.View][]output
	room    []located // for the uses of a statement while it is read
	order   []int
}

// NewQueryReader returns a reader of queries on the schema as it stands.
func NewQueryReader(srv *server.Server, c Catalog) *QueryReader {
	r := &QueryReader{server: srv, catalog: c, reader: NewReader(srv), names: map[string]bool{}, views: map[*schema.View][]output{}}
	for _, t := range c.Tables() {
		r.lookFor(t.Name.Name)
	}
	for _, v := range c.Views() {
		r.lookFor(v.Name.Name)
	}
	return r
}

// A QueryInput is what is known of a text besides its bytes.
type QueryInput struct {
	// Holes are the spans whose content is not known, in order; what the text
	// has there only marks them.
	Holes []sqltext.Span
	// Numbers are those holes that can only hold a number.
	Numbers []sqltext.Span
	// May are the spans that are added under a condition only.
	May []sqltext.Span
	// Rows are the spans of columns that stand for fields of a whole row.
	Rows []RowColumn
	// Position returns where a piece of the text stands.
	Position func(from, to int) schema.Position
	// Row is the table whose rows NEW and OLD are, in the body of a trigger.
	Row schema.Name
	// Variables are the parameters and local variables of a routine. They hide columns.
	Variables []string
}

// A RowColumn is a column that stands for a field of a struct.
type RowColumn struct {
	sqltext.Span
	Field  *schema.RowField
	Origin schema.Origin
	Star   bool            // the statement that runs has a * for it
	Set    schema.Position // where the field is set; zero when that was not seen
}

// The answers to a text that gives no query. Any other error is an *UnreadError.
var (
	ErrNotSQL  = errors.New("not a statement of this dialect")
	ErrNoTable = errors.New("names no table of the schema")
)

// An UnreadError is a statement that names a table of the schema, as far as its
// words tell, and does not parse.
type UnreadError struct {
	Offset int // in the text
	Why    string
	early  bool // the statement ends too early
}

func (e *UnreadError) Error() string { return fmt.Sprintf("%s at byte %d", e.Why, e.Offset) }

// maxStatements bounds the statements read from one text.
const maxStatements = 256

// Query returns the statements of a text, in order, those that name no table of
// the schema left out. The error is ErrNotSQL or ErrNoTable when none is left;
// what does not parse is an *UnreadError beside the statements that do, and
// gives the uses that its words tell: all of them possible.
func (r *QueryReader) Query(text string, in QueryInput) ([]*schema.Query, error) {
	body, stored := storedText(text, &in)
	if stored {
		text = body
	} else if in.Row.Name != "" {
		text = plainBody(text, &in)
	}
	if !startsLikeSQL(text, in.Holes) {
		return nil, ErrNotSQL
	}
	if !stored && in.Row.Name == "" && isCompound(text) {
		text = plainBody(text, &in)
	}
	if in.Row.Name == "" && !r.mayName(text, in.Holes) {
		return nil, ErrNoTable
	}
	t := newQueryText(text, in.Holes)
	var queries []*schema.Query
	var unread error
	answer := ErrNotSQL
	for i, span := range t.statements() {
		if i == maxStatements && r.mayName(t.work[span.Start:], nil) {
			unread = errors.Join(unread, &UnreadError{Offset: t.offset(span.Start, false), Why: fmt.Sprintf("only the first %d statements of a text are read", maxStatements)})
		}
		if i >= maxStatements {
			break
		}
		t := t.run(span)
		q, err := r.one(t, &in, span)
		e, isUnread := errors.AsType[*UnreadError](err)
		if isUnread && e.early && span.End == len(t.work) {
			if more, err2 := r.one(t.continued(span), &in, sqltext.Span{Start: span.Start, End: -1}); err2 == nil {
				q, err, isUnread = more, nil, false
			}
		}
		switch {
		case isUnread:
			unread = errors.Join(unread, err)
		case errors.Is(err, ErrNoTable):
			answer = err
		}
		if q != nil {
			queries = append(queries, q)
		}
	}
	if len(queries) > 1 {
		for _, q := range queries {
			q.Batch = queries
		}
	}
	if unread != nil {
		return queries, unread
	}
	if len(queries) == 0 {
		return nil, answer
	}
	return queries, nil
}

// one reads the statement at a span of the work text.
func (r *QueryReader) one(t *queryText, in *QueryInput, span sqltext.Span) (*schema.Query, error) {
	if span.End < 0 {
		span.End = len(t.work)
	}
	q := &reading{QueryReader: r, in: in, text: t, base: span.Start, query: &schema.Query{}, uses: r.room}
	q.prepare(span)
	if !q.startsStatement() {
		return nil, ErrNotSQL
	}
	from, to := q.extent()
	q.query.Text = t.source[t.offset(span.Start+from, false):t.offset(span.Start+to, true)]
	q.query.Pos = q.position(from, to)
	node, err := q.parse()
	switch {
	case err == nil:
		q.walk(node)
	case !q.listed():
		return q.byTokens(err)
	}
	q.finish()
	if !q.named {
		return nil, ErrNoTable
	}
	return q.query, nil
}

// statementHeads are the first words of statements that can name a table, or stand
// before one that does.
var statementHeads = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`select insert replace update delete with truncate lock table values load explain desc
		describe show alter create drop rename analyze optimize checksum check repair flush handler do set begin start use
		call prepare execute grant revoke cache declare if case while loop repeat for return
		commit rollback savepoint release xa kill unlock deallocate open close fetch import install uninstall purge reset
		shutdown signal resignal get help binlog stop change backup`) {
		m[w] = true
	}
	return m
}()

// startsLikeSQL looks at the first word of the text; a hole may be anything.
func startsLikeSQL(text string, holes []sqltext.Span) bool {
	lx := sqltext.NewLexer(text, 0, len(text), 0)
	for {
		t := lx.Next()
		if len(holes) > 0 && t.End > holes[0].Start {
			return true
		}
		switch {
		case t.Kind == sqltext.Comment, t.Kind == sqltext.VersionOpen, t.Kind == sqltext.Punct && (text[t.Start] == '(' || text[t.Start] == ';'):
		case t.Kind == sqltext.Word:
			var buffer [16]byte
			return t.End-t.Start <= len(buffer) && statementHeads[string(lower(buffer[:0], text[t.Start:t.End]))]
		default:
			return false
		}
	}
}

// lower appends a word in lower case.
func lower(to []byte, word string) []byte {
	for i := range len(word) {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		to = append(to, c)
	}
	return to
}

const longestName = 64 // of a table, in characters

// lookFor makes mayName find a name by its first word.
func (r *QueryReader) lookFor(name string) {
	from, to := firstWord(name, 0)
	if from == to || to-from > longestName {
		r.odd = true
		return
	}
	r.names[string(lower(nil, name[from:to]))] = true
}

// mayName says whether a word of the text is a name of the schema, or a hole
// stands where a table would.
func (r *QueryReader) mayName(text string, holes []sqltext.Span) bool {
	if r.odd {
		return true
	}
	var buffer [longestName]byte
	for at := 0; ; {
		from, to := firstWord(text, at)
		if from == to {
			break
		}
		if to-from <= longestName && r.names[string(lower(buffer[:0], text[from:to]))] {
			return true
		}
		at = to
	}
	if len(holes) > 0 && !strings.Contains(strings.ToUpper(text[:holes[0].Start]), "FROM") {
		return true // the hole may begin with it
	}
	for _, h := range holes {
		if hidesTable(text[:h.Start]) || h.End < len(text) && isWordByte(text[h.End]) {
			return true
		}
	}
	return false
}

// hidesTable says whether what follows the text may be the name of a table.
func hidesTable(before string) bool {
	if before != "" && isWordByte(before[len(before)-1]) {
		return true
	}
	before = strings.TrimRight(before, " \t\r\n`")
	if before == "" {
		return true
	}
	if c := before[len(before)-1]; c == ',' || c == '.' || c == '}' {
		return true
	}
	from := len(before)
	for from > 0 && isWordByte(before[from-1]) {
		from--
	}
	return tableLeads[strings.ToUpper(before[from:])]
}

// tableLeads are the words that the name of a table follows.
var tableLeads = map[string]bool{
	"FROM": true, "JOIN": true, "INTO": true, "UPDATE": true, "TABLE": true, "TABLES": true, "STRAIGHT_JOIN": true,
	"IGNORE": true, "TRUNCATE": true, "DESCRIBE": true, "DESC": true, "LOW_PRIORITY": true, "USING": true, "ONLY": true,
}

func firstWord(s string, at int) (from, to int) {
	for at < len(s) && !isWordByte(s[at]) {
		at++
	}
	from = at
	for at < len(s) && isWordByte(s[at]) {
		at++
	}
	return from, at
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// extent returns where the statement stands, without comments around it and
// the semicolon behind it.
func (q *reading) extent() (from, to int) {
	toks := q.plain.toks
	return toks[0].Start, toks[len(toks)-1].End
}

// startsStatement says whether the first word of the statement can start one.
func (q *reading) startsStatement() bool {
	s := &q.plain
	i := 0
	for s.is(i, "(") {
		i++
	}
	if i >= len(s.toks) || s.toks[i].Kind != sqltext.Word {
		return false
	}
	if q.slotAt(s.toks[i]) >= 0 {
		return s.is(i+1, "FROM", "INTO", "WHERE")
	}
	return statementHeads[strings.ToLower(s.ident(i))]
}
