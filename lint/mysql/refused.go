package mysql

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// byTokens answers for a statement that does not parse. Words that only look
// like SQL give nothing; else every table and column that is spelled is a
// possible use.
func (q *reading) byTokens(failed error) (*schema.Query, error) {
	if !q.looksComplete() {
		return nil, ErrNotSQL
	}
	spelled, hidden := q.spelledNames()
	places := spelled
	if q.looksLikeDefinition() {
		places = q.tablePlaces()
	}
	for _, table := range q.catalog.Tables() {
		if t, ok := places[strings.ToLower(table.Name.Name)]; ok {
			q.mayUse(table, t, spelled)
		}
	}
	for _, h := range hidden {
		q.mayBeHidden(h, spelled)
	}
	if !q.named {
		return nil, ErrNoTable
	}
	q.query.Kind = kindByHead[strings.ToUpper(q.plain.ident(0))]
	q.emit()
	return q.query, failed
}

// mayUse notes a table, and those of its columns that are spelled.
func (q *reading) mayUse(table *schema.Table, at sqltext.Token, spelled map[string]sqltext.Token) {
	q.named = true
	q.add(schema.Use{Table: table.Name, Part: schema.InFrom}, at.Start, at.End)
	for _, c := range table.Columns {
		if t, ok := spelled[strings.ToLower(c.Name)]; ok {
			q.add(schema.Use{Table: table.Name, Column: c.Name, Part: schema.InFilter}, t.Start, t.End)
		}
	}
}

// tablePlaces are the names, in lower case, that stand where a change of the schema has
// the name of a table: a new column may go by the same.
func (q *reading) tablePlaces() map[string]sqltext.Token {
	s := &q.plain
	out := map[string]sqltext.Token{}
	lists := s.is(0, "DROP", "RENAME", "FLUSH", "CHECK", "CHECKSUM", "REPAIR", "OPTIMIZE", "ANALYZE")
	for i := range s.toks {
		if !s.is(i, "TABLE", "TABLES", "VIEW", "ON", "REFERENCES") && !(lists && s.is(i, ",")) {
			continue
		}
		name := s.skip(i+1, "IF", "EXISTS")
		if s.is(name+1, ".") {
			name += 2
		}
		if s.isName(name) {
			out[strings.ToLower(s.ident(name))] = s.toks[name]
		}
	}
	return out
}

// A hiddenName is a name with a hole in it where that of a table stands.
type hiddenName struct {
	spelling
	token sqltext.Token
}

// spelledNames are the names that the statement spells, in lower case, each where it
// comes first; and those of tables with a hole in them.
func (q *reading) spelledNames() (map[string]sqltext.Token, []hiddenName) {
	s := &q.plain
	spelled := map[string]sqltext.Token{}
	var hidden []hiddenName
	for i, t := range s.toks {
		if t.Kind != sqltext.Word && t.Kind != sqltext.QuotedName {
			continue
		}
		if q.slotAt(t) < 0 {
			if name := strings.ToLower(s.ident(i)); spelled[name] == (sqltext.Token{}) {
				spelled[name] = t
			}
			continue
		}
		name := hiddenName{spelling{start: t.Start, end: t.End}, t}
		q.holesIn(&name.spelling)
		name.text = unquote(q.text.source[q.text.offset(q.base+t.Start, false):q.text.offset(q.base+t.End, true)])
		leads := i > 0 && s.toks[i-1].Kind == sqltext.Word && tableLeads[strings.ToUpper(s.ident(i-1))]
		if leads || len(name.prefix)+len(name.suffix) >= shortest {
			hidden = append(hidden, name)
		}
	}
	return spelled, hidden
}

// mayBeHidden notes the tables that a name with a hole in it can be: those that fit its
// letters; by a hole alone, those that have every column that is spelled.
func (q *reading) mayBeHidden(h hiddenName, spelled map[string]sqltext.Token) {
	if len(h.prefix)+len(h.suffix) >= shortest {
		exact := q.catalog.Table(schema.Name{Name: h.suffix})
		for _, table := range q.catalog.Tables() {
			if h.fits(table.Name.Name) && (exact == nil || !h.saysPrefix() || table == exact) {
				q.mayUse(table, h.token, spelled)
			}
		}
		return
	}
	columns := q.columnsSpelled()
	q.named = q.named || len(columns) == 0 // nothing tells which
	for _, table := range q.catalog.Tables() {
		if len(columns) > 0 && !slices.ContainsFunc(columns, func(c string) bool { return table.Column(c) == nil }) && h.fits(table.Name.Name) {
			q.mayUse(table, h.token, spelled)
		}
	}
}

// columnsSpelled are the names that some table of the schema has a column of, those of
// functions and aliases left out.
func (q *reading) columnsSpelled() []string {
	s := &q.plain
	var out []string
	for i, t := range s.toks {
		if t.Kind != sqltext.Word && t.Kind != sqltext.QuotedName || s.is(i+1, "(") || i > 0 && s.is(i-1, "AS") {
			continue
		}
		name := s.ident(i)
		if slices.ContainsFunc(q.catalog.Tables(), func(t *schema.Table) bool { return t.Column(name) != nil }) {
			out = append(out, name)
		}
	}
	return out
}

var kindByHead = map[string]schema.QueryKind{
	"SELECT": schema.SelectQuery, "INSERT": schema.InsertQuery, "REPLACE": schema.ReplaceQuery, "UPDATE": schema.UpdateQuery,
	"DELETE": schema.DeleteQuery, "TRUNCATE": schema.TruncateQuery, "LOCK": schema.LockQuery,
}

// looksComplete tells a statement from a sentence that begins with one of its
// words: the other words that its kind cannot be without are there.
func (q *reading) looksComplete() bool {
	s := &q.plain
	has := func(words ...string) bool {
		return slices.ContainsFunc(s.toks, func(t sqltext.Token) bool {
			return t.Kind == sqltext.Word && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, s.text[t.Start:t.End]) })
		})
	}
	switch i := s.skip(0, "("); {
	case s.is(i, "SELECT", "WITH", "DELETE"):
		return has("FROM", "USING")
	case s.is(i, "INSERT", "REPLACE"):
		return has("VALUES", "VALUE", "SELECT") || has("SET") && (len(q.holes) > 0 || strings.Contains(s.text, "=")) || len(q.holes) > 0 && has("INTO") && has("DUPLICATE")
	case s.is(i, "UPDATE"):
		return has("SET") || len(q.holes) > 0 && has("WHERE")
	case s.is(i, "CREATE"):
		return has("TABLE") && has("SELECT") && has("FROM")
	case s.is(i, "HANDLER"):
		return has("OPEN", "READ", "CLOSE")
	case s.is(i, "VALUES", "CALL", "DO", "SET", "RETURN"):
		return has("SELECT") && has("FROM")
	case s.is(i, "FOR"):
		return has("IN") && has("SELECT") && has("DO")
	case s.is(i, "LOAD"):
		return has("INFILE") && has("INTO") && has("TABLE")
	}
	return q.looksLikeDefinition()
}

// looksLikeDefinition tells a change of the schema, or of the rights on it, from a
// sentence: it has its words where they belong, and in capital letters where English
// has them too.
func (q *reading) looksLikeDefinition() bool {
	s := &q.plain
	loud := func(i int, words ...string) bool {
		return s.is(i, words...) && s.text[s.toks[i].Start:s.toks[i].End] == strings.ToUpper(s.ident(i))
	}
	has := func(words ...string) bool {
		for i := range s.toks {
			if loud(i, words...) {
				return true
			}
		}
		return false
	}
	i := 1
	for s.is(i, "ONLINE", "OFFLINE", "IGNORE", "TEMPORARY", "UNIQUE", "FULLTEXT", "SPATIAL") {
		i++
	}
	switch {
	case s.is(0, "ALTER") && s.is(i, "TABLE"):
		return loud(0, "ALTER") && loud(i, "TABLE") || slices.ContainsFunc(s.toks, func(t sqltext.Token) bool { return t.Kind == sqltext.QuotedName })
	case s.is(0, "DROP", "RENAME", "FLUSH", "CHECK", "CHECKSUM", "REPAIR", "OPTIMIZE", "ANALYZE"):
		return loud(0, "DROP", "RENAME", "FLUSH", "CHECK", "CHECKSUM", "REPAIR", "OPTIMIZE", "ANALYZE") && loud(i, "TABLE", "TABLES", "INDEX", "VIEW")
	case s.is(0, "CREATE") && s.is(i, "INDEX"):
		return loud(0, "CREATE") && has("ON")
	case s.is(0, "GRANT", "REVOKE"):
		return loud(0, "GRANT", "REVOKE") && has("ON") && has("TO", "FROM")
	}
	return false
}
