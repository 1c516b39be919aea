package mysql

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A fact is something the rewrite took out of the text that the schema needs.
type fact struct {
	offset int
	kind   factKind
	value  string
}

type factKind uint8

const (
	factInvisible factKind = iota // of a column or key
	factType                      // the type that a stand-in replaces
	factDefault                   // the expression that (1) replaces
	factReplace                   // CREATE OR REPLACE
	factIfExists
	factKeyKind   // SPATIAL, VECTOR
	factCollation // a collation that the parser does not know
	factCharset   // of ASCII, UNICODE and BYTE
)

// A rewriter replaces, token by token and keeping every offset, what servers
// take and the TiDB parser does not.
type rewriter struct {
	*statement
	out     []byte
	changed bool
	depth   int
	ddl     bool // CREATE or ALTER of a table or index
}

// rewrite reports whether it changed the text.
func (s *statement) rewrite() bool {
	s.tokens()
	r := &rewriter{statement: s, out: []byte(s.text)}
	r.ddl = s.is(0, "CREATE", "ALTER", "RENAME", "DROP")
	if r.ddl {
		r.header()
	}
	for i := 0; i < len(s.toks); i++ {
		if r.ddl {
			i = r.inDDL(i)
		} else {
			i = r.inDML(i)
		}
	}
	if !r.changed {
		return false
	}
	s.spelled, s.text, s.toks = s.text, string(r.out), nil
	return true
}

// cut blanks the tokens [from, to).
func (r *rewriter) cut(from, to int) {
	if from >= to || from >= len(r.toks) {
		return
	}
	blank(r.out, r.toks[from].Start, r.toks[min(to, len(r.toks))-1].End)
	r.changed = true
}

// put writes text over the tokens [from, to), which are at least as long.
func (r *rewriter) put(from, to int, text string) {
	start, end := r.toks[from].Start, r.toks[min(to, len(r.toks))-1].End
	if end-start < len(text) {
		return
	}
	blank(r.out, start, end)
	copy(r.out[start:], text)
	r.changed = true
}

func (r *rewriter) note(kind factKind, i int, value string) {
	r.facts = append(r.facts, fact{offset: r.toks[i].Start, kind: kind, value: value})
}

// header rewrites what stands before the clauses.
func (r *rewriter) header() {
	i := 1
	if r.seq(i, "OR", "REPLACE") && r.is(i+2, "TABLE", "TEMPORARY", "INDEX", "UNIQUE") {
		r.note(factReplace, i, "")
		r.cut(i, i+2)
		i += 2
	}
	if r.is(i, "ONLINE", "OFFLINE") {
		r.cut(i, i+1)
		i++
	}
	if r.is(i, "IGNORE") {
		i++
	}
	if !r.is(i, "TABLE", "TABLES") {
		return
	}
	if r.is(0, "RENAME") && r.is(i, "TABLES") {
		r.put(i, i+1, "TABLE")
	}
	if i++; r.seq(i, "IF", "EXISTS") && !r.is(0, "DROP") {
		r.note(factIfExists, i, "")
		r.cut(i, i+2)
		i += 2
	}
	_, i = r.name(i)
	if r.is(i, "WAIT") {
		r.cut(i, i+2)
	} else if r.is(i, "NOWAIT") {
		r.cut(i, i+1)
	}
}

// spatial types, and what else the parser has no type for, with a stand-in of
// at most their length.
var standIns = map[string]string{
	"GEOMETRY": "blob", "POINT": "blob", "LINESTRING": "blob", "POLYGON": "blob", "MULTIPOINT": "blob",
	"MULTILINESTRING": "blob", "MULTIPOLYGON": "blob", "GEOMETRYCOLLECTION": "blob", "GEOMCOLLECTION": "blob",
	"UUID": "blob", "INET6": "blob", "INET4": "blob", "XMLTYPE": "text",
}

// inDDL rewrites at token i and returns the last token it took.
func (r *rewriter) inDDL(i int) int {
	t := r.toks[i]
	if t.Kind == sqltext.Punct {
		switch r.text[t.Start] {
		case '(':
			r.depth++
		case ')':
			r.depth--
		}
		return i
	}
	if t.Kind != sqltext.Word {
		return i
	}
	word := strings.ToUpper(r.text[t.Start:t.End])
	if standIn, ok := standIns[word]; ok && r.isType(i) {
		r.note(factType, i, strings.ToLower(word))
		r.put(i, i+1, standIn)
		return i
	}
	switch word {
	case "INVISIBLE", "VISIBLE":
		return r.visibility(i, word == "INVISIBLE")
	case "IGNORED":
		r.ignored(i)
	case "DEFAULT":
		return r.defaultExpr(i)
	case "SPATIAL", "VECTOR":
		r.keyKind(i, word)
	case "ALGORITHM":
		return r.algorithm(i)
	case "COLLATE":
		return r.collation(i)
	case "ASCII", "UNICODE", "BYTE":
		if charset := r.charsetWord(i, word); charset != "" {
			r.note(factCharset, i, charset)
			r.cut(i, i+1)
		}
	case "PERSISTENT":
		r.put(i, i+1, "STORED")
	case "IF":
		return r.ifExists(i)
	case "WITH", "WITHOUT":
		return r.versioning(i)
	case "START":
		if r.is(i+1, "TRANSACTION") {
			r.cut(i, i+2)
		}
	}
	return r.storage(i, word)
}

// ignored rewrites MariaDB's word for an index that is not used.
func (r *rewriter) ignored(i int) {
	switch {
	case r.is(i-2, "INDEX", "KEY") && r.is(i-3, "ALTER") || r.is(i-3, "INDEX", "KEY") && r.is(i-4, "ALTER"):
		// the clause says nothing else: its tokens tell
	case r.is(i-1, "NOT"):
		r.cut(i-1, i+1)
	default:
		r.note(factInvisible, i, "")
		r.cut(i, i+1)
	}
}

// keyKind rewrites the kind of an index.
func (r *rewriter) keyKind(i int, word string) {
	if r.is(i+1, "INDEX", "KEY") && (r.is(i-1, "ADD", ",", "(") || i > 0 && r.is(0, "CREATE") && i == 1) {
		r.note(factKeyKind, i, word)
		r.cut(i, i+1)
		r.cutKeyOptions(i)
	}
}

// storage cuts options that say how columns and tables are stored.
func (r *rewriter) storage(i int, word string) int {
	switch word {
	case "SRID", "REF_SYSTEM_ID":
		n := i + 1
		if r.is(n, "=") {
			n++
		}
		r.cut(i, n+1)
		return n
	case "COMPRESSED":
		if !r.is(i-1, "=", "ROW_FORMAT") {
			end := i + 1
			if r.is(end, "=") {
				end += 2
			}
			r.cut(i, end)
			return end - 1
		}
	case "ENCRYPTED", "ENCRYPTION_KEY_ID", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL", "TRANSACTIONAL", "IETF_QUOTES":
		if r.is(i+1, "=") {
			r.cut(i, i+3)
			return i + 2
		}
	}
	return i
}

// isType says whether token i stands where a type does: behind the name of a
// column, and not before an opening parenthesis of a function call.
func (s *statement) isType(i int) bool {
	if i < 2 || !s.isName(i-1) {
		return false
	}
	if s.is(i-1, "ADD", "COLUMN", "INDEX", "KEY", "UNIQUE", "ON", "BY", "DEFAULT", "AFTER", "TABLE", "DROP") {
		return s.toks[i-1].Kind == sqltext.QuotedName
	}
	if s.is(i-2, "(", ",", "ADD", "MODIFY", "EXISTS") || s.is(i-2, "COLUMN") && !s.is(i-3, "CHANGE") {
		return true
	}
	if s.is(i-3, "CHANGE") { // CHANGE old new TYPE
		return !s.is(i-2, "COLUMN")
	}
	return s.is(i-3, "COLUMN", "EXISTS")
}

// charsetWord returns the character set that one word behind a type stands for.
func (r *rewriter) charsetWord(i int, word string) string {
	if !r.is(i-1, ")", "CHAR", "CHARACTER", "BINARY", "TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT") {
		return ""
	}
	return map[string]string{"ASCII": "latin1", "UNICODE": "ucs2", "BYTE": "binary"}[word]
}

// visibility: the parser knows it on keys, not on columns.
func (r *rewriter) visibility(i int, invisible bool) int {
	if r.is(i-1, "SET") || r.inKeyClause(i) {
		return i
	}
	if invisible {
		r.note(factInvisible, i, "")
	}
	r.cut(i, i+1)
	return i
}

// inKeyClause says whether the clause around token i defines or alters a key.
func (r *rewriter) inKeyClause(i int) bool {
	depth := 0
	for j := i - 1; j > 0; j-- {
		switch {
		case r.is(j, ")"):
			depth++
		case r.is(j, "(") && depth > 0:
			depth--
		case depth == 0 && (r.is(j, ",") || r.is(j, "(")):
			return r.keyHead(j + 1)
		case depth == 0 && r.is(j, "ADD", "ALTER"):
			return r.keyHead(j+1) || r.is(0, "CREATE")
		}
	}
	return r.is(0, "CREATE") && !r.is(1, "TABLE", "TEMPORARY", "OR")
}

func (r *rewriter) keyHead(i int) bool {
	i = r.skip(i, "ADD")
	return r.is(i, "INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "CONSTRAINT", "PRIMARY")
}

// defaultExpr puts (1) for an expression default: the parser takes a literal,
// a column or a call there, and nothing else.
func (r *rewriter) defaultExpr(i int) int {
	if !r.is(i+1, "(") {
		return r.defaultCall(i)
	}
	end := r.closing(i + 1)
	if end >= len(r.toks) {
		return i
	}
	r.note(factDefault, i, normalExpr(r.text[r.toks[i+1].Start:r.toks[end].End]))
	r.put(i+1, end+1, "(1)")
	return end
}

// defaultCall: MariaDB takes any expression without parentheses, as DEFAULT uuid().
func (r *rewriter) defaultCall(i int) int {
	if i+2 >= len(r.toks) || r.toks[i+1].Kind != sqltext.Word || !r.is(i+2, "(") ||
		r.is(i+1, "CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP", "NEXT", "CURRENT_DATE") {
		return i
	}
	end := r.closing(i + 2)
	if end >= len(r.toks) {
		return i
	}
	r.note(factDefault, i, normalExpr(r.text[r.toks[i+1].Start:r.toks[end].End]))
	r.put(i+1, end+1, "(1)")
	return end
}

func (r *rewriter) algorithm(i int) int {
	n := i + 1
	if r.is(n, "=") {
		n++
	}
	if r.is(n, "NOCOPY") {
		r.put(n, n+1, "COPY")
		return n
	}
	return i
}

// collation drops a collation that the parser does not know: MariaDB has some
// hundreds of the kind utf8mb4_uca1400_swedish_ai_ci.
func (r *rewriter) collation(i int) int {
	n := i + 1
	if r.is(n, "=") {
		n++
	}
	if (r.isName(n) || n < len(r.toks) && r.toks[n].Kind == sqltext.String) && !knownCollation(strings.ToLower(r.ident(n))) {
		r.note(factCollation, i, strings.ToLower(r.ident(n)))
		r.cut(i, n+1)
	}
	return n
}

// ifExists drops the IF [NOT] EXISTS that the parser does not know.
func (r *rewriter) ifExists(i int) int {
	n := i + 1
	if r.is(n, "NOT") {
		n++
	}
	if !r.is(n, "EXISTS") {
		return i
	}
	known := r.is(0, "CREATE") || r.is(0, "DROP") ||
		r.is(i-1, "COLUMN", "INDEX", "ADD", "MODIFY", "DROP", "CHANGE", "KEY") && !r.is(i-2, "RENAME", "FOREIGN")
	if known && !r.is(i-1, "VIEW", "PROCEDURE") {
		return n
	}
	r.note(factIfExists, i, "")
	r.cut(i, n+1)
	return n
}

// versioning drops WITH SYSTEM VERSIONING and WITHOUT OVERLAPS, of MariaDB.
func (r *rewriter) versioning(i int) int {
	switch {
	case r.seq(i+1, "SYSTEM", "VERSIONING"):
		r.cut(i, i+3)
		return i + 2
	case r.is(i+1, "OVERLAPS"):
		r.cut(i, i+2)
		return i + 1
	}
	return i
}

// cutKeyOptions drops the options behind the columns of a vector or spatial key: M=8 DISTANCE=cosine.
func (r *rewriter) cutKeyOptions(i int) {
	for ; i < len(r.toks) && !r.is(i, "("); i++ {
	}
	for i = r.closing(i) + 1; i < len(r.toks); i++ {
		switch {
		case r.is(i, "M", "DISTANCE") && r.is(i+1, "="):
			r.cut(i, i+3)
			i += 2
		default:
			return
		}
	}
}

// inDML rewrites at token i of a statement that changes or reads rows.
func (r *rewriter) inDML(i int) int {
	if r.is(i, "(") {
		r.depth++
	} else if r.is(i, ")") {
		r.depth--
	}
	switch {
	case r.is(i, "AS") && r.is(i-1, ")") && r.is(0, "INSERT", "REPLACE") && r.depth == 0 && r.isName(i+1) && r.afterRows(i):
		return r.rowAlias(i)
	case r.is(i, "RETURNING") && r.depth == 0 && r.is(0, "INSERT", "REPLACE", "DELETE", "UPDATE", "WITH"):
		r.cut(i, len(r.toks))
		return len(r.toks)
	case r.is(i, "RETURNING"):
		end := i
		for d := 0; end < len(r.toks) && !(d == 0 && r.is(end, ")", "NULL", "ERROR", "DEFAULT")); end++ {
			if r.is(end, "(") {
				d++
			} else if r.is(end, ")") {
				d--
			}
		}
		r.cut(i, end)
		return end - 1
	case r.is(i, "JSON_TABLE") && r.is(i+1, "("):
		end := r.closing(i + 1)
		if end < len(r.toks) {
			r.put(i, end+1, "(SELECT 1)")
		}
		return end
	case r.is(i, "INTO") && i+1 < len(r.toks) && r.toks[i+1].Kind == sqltext.Variable:
		end := i + 2
		for r.is(end, ",") && end+1 < len(r.toks) && r.toks[end+1].Kind == sqltext.Variable {
			end += 2
		}
		r.cut(i, end)
		return end - 1
	}
	return i
}

// afterRows says whether a VALUES list, and no SELECT, stands before token i.
func (r *rewriter) afterRows(i int) bool {
	for ; i > 0; i-- {
		if r.is(i, "VALUES", "VALUE", "SET") {
			return true
		}
		if r.is(i, "SELECT") {
			return false
		}
	}
	return false
}

// rowAlias drops the row alias of MySQL 8.0.19: INSERT … VALUES (…) AS new(a, b).
func (r *rewriter) rowAlias(i int) int {
	end := i + 2
	if r.is(end, "(") {
		end = r.closing(end) + 1
	}
	r.cut(i, end)
	return end - 1
}

// normalExpr folds an expression so that equal ones compare equal: no outer
// parentheses, no blanks, lower case outside of strings.
func normalExpr(e string) string {
	e = strings.TrimSpace(e)
	var b strings.Builder
	toks := sqltext.Tokens(e, 0, len(e), 0)
	for len(toks) > 2 && e[toks[0].Start] == '(' && closes(e, toks) {
		toks = toks[1 : len(toks)-1]
	}
	for i, t := range toks {
		s := e[t.Start:t.End]
		if t.Kind == sqltext.Word {
			s = strings.ToLower(s)
		}
		if i > 0 && t.Kind == sqltext.Word && toks[i-1].Kind == sqltext.Word {
			b.WriteByte(' ')
		}
		if t.Kind == sqltext.QuotedName {
			s = strings.ToLower(unquote(s))
		}
		b.WriteString(s)
	}
	return b.String()
}

// closes says whether the last token closes the parenthesis that the first opens.
func closes(e string, toks []sqltext.Token) bool {
	depth := 0
	for i, t := range toks {
		if t.Kind != sqltext.Punct {
			continue
		}
		switch e[t.Start] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i == len(toks)-1
			}
		}
	}
	return false
}
