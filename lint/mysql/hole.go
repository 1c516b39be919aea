package mysql

import (
	"errors"
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A hole is a hole of one statement.
type hole struct {
	slot       int // of the text
	start, end int // in the statement
	token      int // that it is, or is a part of; -1 in a comment
	// fills are what may stand in it, best first; none when it is a part of a
	// name or string.
	fills []string
	fill  int  // which of them stands there
	table bool // a name of a table is expected
	quiet bool // what it holds uses no column: a value, a direction, a keyword
	seen  bool // as a name in the tree
	// number says that it holds one, and no placeholder for it.
	number bool
}

// The texts that fill a hole. fillName stands for a name as wide as the slot.
const (
	fillName   = "\x00"
	fillNone   = ""
	fillList   = "(?)"
	fillValue  = "?"
	fillSet    = "_h=?"
	fillEquals = "="
	fillNumber = "0"
	fillAnd    = "AND"
)

// fallbacks are tried where the context does not tell.
var fallbacks = []string{fillName, fillNone, fillList, fillEquals, fillAnd, fillSet}

// maxTries bounds how often one statement is parsed.
const maxTries = 8

// isName says whether the hole holds no placeholder: it is a name, a part of
// one, a keyword or a number.
func (h *hole) isName() bool {
	return h.table || h.number || len(h.fills) == 0 || h.quiet && h.fills[h.fill] == fillNone
}

func (q *reading) slotAt(t sqltext.Token) int {
	for i := range q.holes {
		if q.holes[i].start < t.End && q.holes[i].end > t.Start {
			return i
		}
	}
	return -1
}

// placeHoles finds the token of each hole, and what may fill it.
func (q *reading) placeHoles() {
	for i := range q.holes {
		h := &q.holes[i]
		width := h.end - h.start
		if q.text.slots[h.slot].apart {
			width--
		}
		for k, t := range q.plain.toks {
			if t.Start <= h.start && h.start < t.End {
				h.token = k
				break
			}
		}
		if h.token < 0 {
			continue
		}
		if t := q.plain.toks[h.token]; t.Start < h.start || t.End > h.start+width || t.Kind != sqltext.Word {
			h.quiet = t.Kind == sqltext.String
			continue
		}
		if slices.Contains(q.in.Numbers, q.text.slots[h.slot].hole) {
			h.quiet, h.number, h.fills = true, true, []string{fillValue, fillNumber}
			continue
		}
		h.fills = q.fillsOf(h)
		for _, f := range fallbacks {
			if !slices.Contains(h.fills, f) {
				h.fills = append(h.fills, f)
			}
		}
	}
}

// fillsOf tells by the words around a hole what it may hold.
func (q *reading) fillsOf(h *hole) []string {
	s, k := &q.plain, h.token
	prev, next := k-1, k+1
	switch {
	case prev < 0 && s.is(next, "FROM"):
		return []string{"SELECT 1"}
	case prev < 0 && s.is(next, "INTO"):
		h.quiet = true
		return []string{"INSERT"}
	case prev < 0:
		h.table = true
		return []string{"SELECT 1 FROM _h"}
	case s.is(next, ".") || s.is(prev, "."):
		h.table = s.is(prev, "FROM", "JOIN", "INTO", "UPDATE")
		return []string{fillName}
	case s.is(prev, "UPDATE") && s.is(prev-1, "KEY"):
		return []string{fillSet, fillName}
	case s.is(prev, "UPDATE", "SHARE") && s.is(prev-1, "FOR"):
		h.quiet = true
		return []string{fillNone}
	case s.is(prev, "INSERT", "REPLACE", "UPDATE", "DELETE") && s.is(next, "INTO", "FROM", "IGNORE"):
		h.quiet = true
		return []string{fillNone, fillName}
	case s.is(prev, "AS"):
		h.quiet = true
		return []string{fillName}
	case tableLeads[strings.ToUpper(s.ident(prev))] && s.toks[prev].Kind == sqltext.Word && !q.inOrder(prev):
		h.table = true
		return []string{fillName}
	case s.is(prev, "IN"):
		h.quiet = true
		return []string{fillList}
	case s.is(prev, "VALUES", "VALUE"):
		h.quiet = true
		return []string{fillList}
	case s.is(prev, "SET"):
		if s.is(next, "=") {
			return []string{fillName}
		}
		return []string{fillSet}
	case s.is(prev, "SELECT", "DISTINCT", "ALL") && q.startsExpression(next):
		return []string{fillNone, fillName}
	case s.is(prev, "LIMIT", "OFFSET", "INTERVAL", "LIKE", "BETWEEN", "THEN", "ELSE", "REGEXP", "RLIKE", "AGAINST", "=", "<", ">", "!", "+", "-", "*", "/", "%", "|", "&"):
		h.quiet = true
		return []string{fillValue, fillList}
	case s.is(prev, "("):
		return q.fillsInList(h, prev)
	case s.is(prev, ","):
		return q.fillsAfterComma(h, prev)
	case q.isKeyword(prev):
		return []string{fillName}
	}
	return q.fillsBehind(h)
}

// isKeyword says whether an expression follows the word.
func (q *reading) isKeyword(k int) bool {
	return q.plain.is(k, "WHERE", "AND", "OR", "XOR", "ON", "HAVING", "NOT", "BY", "SELECT", "DISTINCT", "ALL", "WHEN", "CASE", "EXISTS", "RETURNING")
}

// startsExpression says whether the token starts one of its own, so that what
// stands before it is none.
func (q *reading) startsExpression(k int) bool {
	s := &q.plain
	if k >= len(s.toks) {
		return false
	}
	switch s.toks[k].Kind {
	case sqltext.Word:
		return !s.is(k, "FROM", "AS", "WHERE", "LIMIT", "UNION", "INTO", "ORDER", "GROUP", "HAVING", "IN", "IS", "LIKE", "BETWEEN", "AND", "OR", "NOT", "DIV", "MOD", "OVER")
	case sqltext.QuotedName, sqltext.String, sqltext.Number, sqltext.Placeholder:
		return true
	}
	return s.is(k, "*")
}

func (q *reading) inOrder(k int) bool { return q.plain.is(k, "DESC") && k > 0 }

// opener returns the index of the parenthesis that is open at token k, or -1,
// and that of the last clause word before k at the same depth.
func (q *reading) opener(k int) (open, clause int) {
	s, depth := &q.plain, 0
	clause = -1
	for i := k - 1; i >= 0; i-- {
		switch {
		case s.is(i, ")"):
			depth++
		case s.is(i, "("):
			if depth == 0 {
				return i, clause
			}
			depth--
		case depth == 0 && clause < 0 && s.is(i, "SELECT", "FROM", "JOIN", "ON", "USING", "WHERE", "BY", "HAVING", "LIMIT", "SET", "VALUES", "VALUE", "INTO", "UPDATE", "DELETE"):
			clause = i
		}
	}
	return -1, clause
}

func (q *reading) fillsInList(h *hole, open int) []string {
	s := &q.plain
	before := open - 1
	if s.is(before, "IN", "VALUES", "VALUE", "ROW", "AGAINST") || s.is(before, ",") && q.inRows(before) {
		h.quiet = true
		return []string{fillValue, fillNone}
	}
	return []string{fillName, fillValue}
}

// inRows says whether token k stands between the rows of a VALUES list.
func (q *reading) inRows(k int) bool {
	open, clause := q.opener(k)
	return open < 0 && q.plain.is(clause, "VALUES", "VALUE")
}

func (q *reading) fillsAfterComma(h *hole, comma int) []string {
	s := &q.plain
	open, clause := q.opener(comma)
	if clause < 0 && open >= 0 {
		before := open - 1
		inValues := s.is(before, "IN", "VALUES", "VALUE", "ROW") || s.is(before, ",") && q.inRows(before)
		call := before >= 0 && s.toks[before].Kind == sqltext.Word && !s.is(before-1, "INTO", ".", "INSERT", "REPLACE", "IGNORE", "TABLE") &&
			!s.is(before, "SELECT", "USING", "ON", "BY", "AND", "OR", "WHERE")
		if inValues || call {
			h.quiet = true
			return []string{fillValue, fillNone, fillName}
		}
		return []string{fillName}
	}
	switch {
	case s.is(clause, "SET") || s.is(clause, "UPDATE") && s.is(clause-1, "KEY"):
		if s.is(h.token+1, "=") {
			return []string{fillName}
		}
		return []string{fillSet}
	case s.is(clause, "VALUES", "VALUE"):
		h.quiet = true
		return []string{fillList}
	case s.is(clause, "LIMIT"):
		h.quiet = true
		return []string{fillValue}
	case s.is(clause, "FROM", "UPDATE"):
		h.table = true
	}
	return []string{fillName}
}

// fillsBehind tells what a hole behind a name, a value or a closing parenthesis
// may hold: most often a clause, or nothing.
func (q *reading) fillsBehind(h *hole) []string {
	s, k := &q.plain, h.token
	open, clause := q.opener(k)
	top := open < 0
	switch {
	case clause < 0 && open > 0 && s.is(open-1, "IN", "VALUES", "VALUE"): // more values
		h.quiet = true
	case top && s.is(clause, "LIMIT"), s.is(clause, "BY") && s.is(clause-1, "ORDER"):
		h.quiet = true
	case top && s.is(clause, "INTO") && s.is(0, "INSERT", "REPLACE") && !s.is(k-1, ")"):
		if s.is(k+1, "VALUES", "VALUE", "SELECT") {
			return []string{"(_h)"}
		}
		return []string{"(_h)VALUES(?)", "(_h)"}
	case top && s.is(clause, "INTO") && s.is(0, "INSERT", "REPLACE"):
		h.quiet = true
		return []string{"VALUES(?)", fillNone}
	case top && s.is(clause, "UPDATE") && clause == 0 && !slices.ContainsFunc(s.toks, func(t sqltext.Token) bool { return strings.EqualFold(s.text[t.Start:t.End], "SET") }):
		return []string{"SET _h=?"}
	case q.startsExpression(k+1) && !s.is(clause, "FROM", "JOIN", "SELECT"):
		return []string{fillNone, fillEquals, fillAnd}
	}
	return []string{fillNone}
}

// filled returns the text with the holes filled.
func (q *reading) filled() string {
	if len(q.holes) == 0 {
		return string(q.masked)
	}
	out := slices.Clone(q.masked)
	for i := range q.holes {
		h := &q.holes[i]
		if len(h.fills) == 0 || h.fills[h.fill] == fillName {
			continue
		}
		blank(out, h.start, h.end)
		copy(out[h.start:h.end], h.fills[h.fill])
	}
	return string(out)
}

// parse parses the statement, and fills its holes in other ways until it can.
func (q *reading) parse() (ast.StmtNode, error) {
	var first *UnreadError
	for range maxTries {
		text := q.rewritten(q.filled())
		node, err := q.reader.parse(text, 0)
		if err == nil {
			q.parsed = text
			q.countParams()
			return node, nil
		}
		s := statement{text: text, source: &sqltext.Statement{End: len(text), File: sqltext.NewFile("", text)}}
		failed := s.parseError(err)
		if first == nil {
			at := failed.Span.From
			first = &UnreadError{Offset: q.text.offset(q.base+at, false), Why: failed.Why}
			first.early = at >= len(strings.TrimRight(text, " \t\r\n"))-1
		}
		if !q.refill(failed.Span.From) {
			break
		}
	}
	if first == nil {
		return nil, errors.New("it could not be parsed")
	}
	return nil, first
}

// refill puts something else into the hole nearest before the place where the
// parser stopped that has not been tried in every way.
func (q *reading) refill(at int) bool {
	best := -1
	for i := range q.holes {
		h := &q.holes[i]
		if h.fill+1 < len(h.fills) && (best < 0 || h.start <= at) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	q.holes[best].fill++
	return true
}

// rewritten takes out what servers take and the parser does not. What would be
// lost with it is kept as pieces of the statement.
func (q *reading) rewritten(text string) string {
	s := &q.plain
	q.pieces, q.loose, q.rowName, q.rowCols = nil, false, "", nil
	needed := s.is(0, "ALTER", "RENAME", "DROP") || s.is(0, "CREATE") && !s.is(1, "VIEW", "ALGORITHM", "DEFINER", "SQL")
	text = q.withoutHead(text)
	for i, t := range s.toks {
		if t.Kind != sqltext.Word && t.Kind != sqltext.Variable {
			continue
		}
		switch {
		case s.is(i, "RETURNING") && s.is(0, "INSERT", "REPLACE", "DELETE", "UPDATE"):
			needed = true
			q.setAside(text, t.End, len(text), true)
		case s.is(i, "RETURNING"):
			needed = true
		case s.is(i, "JSON_TABLE") && s.is(i+1, "("):
			needed, q.loose = true, true
			if args := s.split(i+2, s.closing(i+1)); len(args) > 0 {
				q.setAside(text, s.toks[args[0].from].Start, s.toks[args[0].to-1].End, false)
			}
		case s.is(i, "AS") && s.is(0, "INSERT") && s.is(i-1, ")") && s.isName(i+1) && q.inRows(i):
			needed = true
			q.rowName = s.ident(i + 1)
			if s.is(i+2, "(") {
				q.rowCols = s.namesIn(i + 2)
			}
		case s.is(i, "INTO") && s.is(0, "SELECT", "WITH", "("):
			text, needed = q.withoutInto(text, i), needed || i+1 < len(s.toks) && s.toks[i+1].Kind == sqltext.Variable
		case s.is(i, "WITH") && s.is(len(s.toks)-1, "OPTION"): // of a view
			b := []byte(text)
			blank(b, t.Start, len(b))
			return string(b)
		}
	}
	if !needed {
		return text
	}
	copied := statement{text: text, server: q.server}
	copied.rewrite()
	return copied.text
}

// setAside keeps a part of the text as a SELECT of its own; the word before it has
// room for that one.
func (q *reading) setAside(text string, from, to int, result bool) {
	lead := len("SELECT ")
	if from < lead || from >= to {
		return
	}
	b := []byte(text)
	blank(b, 0, from)
	blank(b, to, len(b))
	copy(b[from-lead:], "SELECT ")
	q.pieces = append(q.pieces, aside{text: string(b), result: result})
}

// withoutInto drops INTO and the local variables behind it.
func (q *reading) withoutInto(text string, i int) string {
	s := &q.plain
	if !s.isName(i+1) || s.is(i+1, "OUTFILE", "DUMPFILE") {
		return text
	}
	end := i + 2
	for s.is(end, ",") && s.isName(end+1) {
		end += 2
	}
	b := []byte(text)
	blank(b, s.toks[i].Start, s.toks[end-1].End)
	return string(b)
}
