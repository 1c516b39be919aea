package mysql

import (
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A scope holds what the names of one SELECT can mean.
type scope struct {
	outer   *scope
	sources []*source
	ctes    []*cte
	using   []string            // columns that USING or NATURAL made one
	results []output            // of the select list
	aliases []output            // the same where they hide columns: in ORDER BY and HAVING
	notNull []schema.ColumnName // its conditions leave out rows that have a NULL there
}

// A cte is a common table expression.
type cte struct {
	name    string
	columns []output
}

// A source is what FROM gives a name to: a table, a view, a derived table or CTE.
type source struct {
	alias   string
	table   *schema.Table
	columns []output // of all but a table
	view    bool     // uses of its columns are uses of those below
	opaque  bool     // its columns are not known
	guess   *guess
	// nullable says that an outer join may leave its columns NULL.
	nullable bool
	whole    int // index of its use as a whole, counted from 1
	aliased  bool
	// elsewhere says that the statement spells a database, and that the schema
	// knows the table without one: it may be another.
	elsewhere bool
}

// An output is one column that a SELECT gives: to its caller, or to the SELECT around it.
type output struct {
	name    string
	rest    bool // unknown columns stand here
	star    bool
	table   schema.Name // where it comes from unchanged
	column  *schema.Column
	spelled string // the column, when the schema has none of that name
	from    []schema.ColumnName
	// nullable says that it may be NULL for another reason than that the column is nullable.
	nullable bool
	notNull  bool          // conditions leave out the rows that have a NULL there
	value    *schema.Value // of a literal or placeholder
}

// mayBeNull says whether it may be NULL, for whatever reason.
func (o output) mayBeNull() bool { return o.nullable || o.column != nil && o.column.Nullable }

// A guess is a table that a hole hides: it may be any that fits the letters
// around the hole and has every column that the statement spells.
type guess struct {
	spelling spelling
	uses     []located // without a table; a use of all columns has ByStar or ByHole
	implied  bool      // no table stands there: a column tells of it
}

// whole says whether nothing of the name is spelled.
func (g *guess) whole() bool {
	return g.spelling.hole && g.spelling.prefix == "" && g.spelling.suffix == ""
}

// A match is one meaning of a column name.
type match struct {
	source  *source
	out     output
	certain bool
	missing bool
}

// isServerSchema says whether the tables of the database are those of the server.
func isServerSchema(db string) bool {
	switch strings.ToLower(db) {
	case "information_schema", "performance_schema", "mysql", "sys":
		return true
	}
	return false
}

// lookupCTE returns the common table expression of that name.
func (sc *scope) lookupCTE(name string) *cte {
	for ; sc != nil; sc = sc.outer {
		for i := len(sc.ctes) - 1; i >= 0; i-- {
			if strings.EqualFold(sc.ctes[i].name, name) {
				return sc.ctes[i]
			}
		}
	}
	return nil
}

// source makes the source that a table name stands for, and notes its use as a whole.
func (q *reading) source(sc *scope, n *ast.TableName, alias string, write bool) *source {
	db, sp := q.nameOf(n.Schema), q.nameOf(n.Name)
	s := &source{alias: alias, aliased: alias != ""}
	if alias == "" {
		s.alias = sp.text
	}
	q.sources = append(q.sources, s)
	if sp.hole {
		q.hiddenTable(s, sp, write)
		return s
	}
	if db.text == "" {
		if c := sc.lookupCTE(sp.text); c != nil {
			s.columns = c.columns
			return s
		}
	}
	full := schema.Name{DB: db.text, Name: sp.text}
	if db.hole {
		full.DB = ""
	}
	if isServerSchema(full.DB) {
		s.opaque = true
		return s
	}
	if t := q.catalog.Table(full); t != nil && !(t.Prefixed && t.Name.Name != sp.text) { // Users is not {{.prefix}}users
		s.table, s.elsewhere = t, full.DB != "" && t.Name.DB == ""
		q.wholeUse(t.Name, sp, write)
		s.whole = len(q.uses)
		return s
	}
	if v := q.catalog.View(full); v != nil {
		s.view, s.columns = true, q.viewColumns(v)
		q.wholeUse(v.Name, sp, write)
		s.whole = len(q.uses)
		return s
	}
	s.opaque = true
	return s
}

func (q *reading) wholeUse(t schema.Name, sp spelling, write bool) {
	q.named = true
	q.add(schema.Use{Table: t, Write: write, Certain: true, Part: schema.InFrom}, sp.start, sp.end)
}

// shortest is the number of letters that tell a table beside a hole.
const shortest = 3

// hiddenTable makes the source of a table name with a hole in it.
func (q *reading) hiddenTable(s *source, sp spelling, write bool) {
	var only *schema.Table
	fitting := 0
	if len(sp.prefix)+len(sp.suffix) >= shortest {
		for _, t := range q.catalog.Tables() {
			if sp.fits(t.Name.Name) {
				fitting++
				only = t
			}
		}
	}
	if exact := q.catalog.Table(schema.Name{Name: sp.suffix}); fitting > 1 && exact != nil && sp.saysPrefix() {
		fitting, only = 1, exact
	}
	if fitting == 1 {
		s.table = only
		q.wholeUse(only.Name, sp, write)
		s.whole = len(q.uses)
		return
	}
	s.guess = &guess{spelling: sp}
	q.guesses = append(q.guesses, s.guess)
	s.guess.add(schema.Use{Write: write, Part: schema.InFrom}, sp.start, sp.end)
}

func (g *guess) add(u schema.Use, from, to int) {
	u.Certain, u.Missing = false, false
	if u.By == schema.ByHole && u.Column == "" && slices.ContainsFunc(g.uses, func(o located) bool {
		return o.By == u.By && o.Column == "" && o.Write == u.Write && o.Part == u.Part && o.Branch == u.Branch
	}) {
		return // any column, as another hole may name
	}
	g.uses = append(g.uses, located{Use: u, from: from, to: to})
}

// maxNesting bounds views on views, and SELECT in SELECT.
const maxNesting = 1000

// viewColumns returns what the SELECT of a view gives; an unread view gives
// columns that are not known.
func (q *reading) viewColumns(v *schema.View) []output {
	if out, ok := q.views[v]; ok {
		return out
	}
	q.views[v] = []output{{rest: true}} // for a view on itself
	out := q.readView(v)
	q.views[v] = out
	return out
}

func (q *reading) readView(v *schema.View) []output {
	inner := &reading{QueryReader: q.QueryReader, in: &QueryInput{}, text: newQueryText(v.Select, nil), query: &schema.Query{}, depth: q.depth + 1}
	unknown := []output{{rest: true}}
	if v.Select == "" || inner.depth > maxNesting {
		return unknown
	}
	buffer := q.reader.buffer
	q.reader.buffer = nil // the outer statement still reads its tokens
	defer func() { q.reader.buffer = buffer }()
	inner.prepare(inner.text.statements()[0])
	node, err := inner.parse()
	if err != nil {
		return unknown
	}
	set, ok := node.(ast.ResultSetNode)
	if !ok {
		return unknown
	}
	return renamed(inner.resultSet(set, &scope{}, context{part: schema.InResult}), v.Columns)
}

// renamed gives columns the names of a list, if there is one.
func renamed(columns []output, names []string) []output {
	if len(names) == 0 {
		return columns
	}
	out := make([]output, len(names))
	for i, n := range names {
		if i < len(columns) && !hasRest(columns[:i+1]) {
			out[i] = columns[i]
		} else {
			out[i].nullable = true
		}
		out[i].name = n
	}
	return out
}

func hasRest(columns []output) bool {
	for _, c := range columns {
		if c.rest {
			return true
		}
	}
	return false
}

// find returns what a column of the source is, if it has one of that name, and
// whether it may have one that is not known.
func (s *source) find(name string) (out output, ok, perhaps bool) {
	switch {
	case s.table != nil:
		if c := s.table.Column(name); c != nil {
			return s.output(c), true, false
		}
		return output{}, false, s.table.Unknown
	case s.opaque, s.guess != nil:
		return output{}, false, true
	}
	for _, o := range s.columns {
		if !o.rest && strings.EqualFold(o.name, name) {
			o.nullable, o.notNull = o.nullable || s.nullable, o.notNull && !s.nullable
			return o, true, false
		}
		perhaps = perhaps || o.rest
	}
	return output{}, false, perhaps
}

func (s *source) output(c *schema.Column) output {
	return output{
		name: c.Name, table: s.table.Name, column: c, nullable: s.nullable,
		from: []schema.ColumnName{{Table: s.table.Name, Column: c.Name}},
	}
}

// all returns the columns that * stands for.
func (s *source) all() []output {
	switch {
	case s.opaque, s.guess != nil:
		return []output{{rest: true}}
	case s.table == nil:
		out := make([]output, len(s.columns))
		for i, o := range s.columns {
			o.nullable, o.notNull = o.nullable || s.nullable, o.notNull && !s.nullable
			out[i] = o
		}
		return out
	}
	out := make([]output, 0, len(s.table.Columns))
	for _, c := range s.table.Columns {
		if !c.Invisible {
			out = append(out, s.output(c))
		}
	}
	if s.table.Unknown {
		out = append(out, output{rest: true})
	}
	return out
}

// nameable returns the columns that a hole can name: invisible ones, too.
func (s *source) nameable() []output {
	out := s.all()
	if s.table == nil {
		return out
	}
	for _, c := range s.table.Columns {
		if c.Invisible {
			out = append(out, s.output(c))
		}
	}
	return out
}

// named returns the source that goes by a name, innermost first.
func (sc *scope) named(name string) *source {
	for ; sc != nil; sc = sc.outer {
		var found *source
		for _, s := range sc.sources {
			switch {
			case s.alias == name:
				return s
			case strings.EqualFold(s.alias, name):
				found = s
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// qualified returns what table.column means.
func (q *reading) qualified(sc *scope, table, column spelling) []match {
	if s := sc.named(table.text); s != nil {
		return s.matches(column.text)
	}
	if row := q.row(table.text); row != nil {
		return row.matches(column.text)
	}
	if table.hole || q.mayHideTable() {
		return []match{{source: q.hiddenQualifier(sc, table)}}
	}
	if t := q.catalog.Table(schema.Name{Name: table.text}); t != nil { // a text that was put together in part
		ms := (&source{table: t}).matches(column.text)
		ms[0].certain, ms[0].missing = false, false
		return ms
	}
	return nil
}

// matches returns what the name means, as a column of this source and no other.
func (s *source) matches(column string) []match {
	out, ok, perhaps := s.find(column)
	switch {
	case ok:
		return []match{{source: s, out: out, certain: true}}
	case s.table != nil:
		return []match{s.missing(column)}
	case perhaps && s.guess != nil:
		return []match{{source: s, out: output{spelled: column}}}
	}
	return nil
}

// missing is what a name means that the table has no column of: a column that
// is missing, if all of the table is known.
func (s *source) missing(column string) match {
	known := !s.table.Unknown && !s.elsewhere && !pseudoColumns[strings.ToLower(column)]
	return match{source: s, out: s.unknownColumn(column), certain: !s.elsewhere, missing: known}
}

// pseudoColumns are those that servers give to tables by themselves.
var pseudoColumns = map[string]bool{"_rowid": true, "_tidb_rowid": true, "row_start": true, "row_end": true}

// unknownColumn is a column that the schema does not know the table to have.
func (s *source) unknownColumn(name string) output {
	return output{
		name: name, table: s.table.Name, spelled: name, nullable: true,
		from: []schema.ColumnName{{Table: s.table.Name, Column: name}},
	}
}

// row returns the source of NEW and OLD in the body of a trigger.
func (q *reading) row(name string) *source {
	if q.in.Row.Name == "" || !strings.EqualFold(name, "NEW") && !strings.EqualFold(name, "OLD") {
		return nil
	}
	t := q.catalog.Table(q.in.Row)
	if t == nil {
		return nil
	}
	q.named = true
	return &source{alias: name, table: t}
}

// mayHideTable says whether a hole can add a table to those of FROM.
func (q *reading) mayHideTable() bool {
	for i := range q.holes {
		if h := &q.holes[i]; h.table || !h.quiet && len(h.fills) > 0 && h.fills[h.fill] == fillNone {
			return true
		}
	}
	return false
}

// hiddenQualifier is the source behind a qualifier that nothing in FROM has.
func (q *reading) hiddenQualifier(sc *scope, table spelling) *source {
	for o := sc; o != nil; o = o.outer {
		for _, s := range o.sources {
			if table.hole && s.table != nil && len(table.prefix)+len(table.suffix) >= shortest && table.fits(s.table.Name.Name) {
				return s
			}
		}
	}
	for _, s := range q.sources {
		if s.guess != nil && (s.alias == table.text || s.guess.whole() && (table.hole || !s.aliased)) {
			return s
		}
	}
	s := &source{alias: table.text}
	q.sources = append(q.sources, s)
	sp := table
	if sp.hole = true; sp.prefix+sp.suffix == "" {
		sp.text = ""
	}
	if t := q.catalog.Table(schema.Name{Name: table.text}); t != nil && !table.hole {
		sp = spelling{text: t.Name.Name, start: table.start, end: table.end}
	}
	s.guess = &guess{spelling: sp, implied: true}
	s.guess.add(schema.Use{Part: schema.InFrom}, sp.start, sp.end)
	q.guesses = append(q.guesses, s.guess)
	return s
}

// unqualified returns what a column without a table means: the innermost scope
// tells whose tables have it.
func (q *reading) unqualified(sc *scope, name string) []match {
	for _, v := range q.in.Variables {
		if strings.EqualFold(v, name) {
			return nil
		}
	}
	var unsure []*source
	var first *source
	for ; sc != nil; sc = sc.outer {
		var found []match
		for _, s := range sc.sources {
			out, ok, perhaps := s.find(name)
			switch {
			case ok:
				found = append(found, match{source: s, out: out})
			case perhaps:
				unsure = append(unsure, s)
			}
			if first == nil && s.table != nil {
				first = s
			}
		}
		if len(found) == 0 && hasNamed(sc.results, name) {
			return nil // a result, read where it is made
		}
		if len(found) == 0 {
			continue
		}
		if len(found) > 1 && contains(sc.using, name) {
			found = found[:1]
		}
		// A hole may hide a table whose column this is, in a scope further in.
		certain := len(found) == 1 && !hidesInner(unsure, sc)
		for i := range found {
			found[i].certain = certain
		}
		return found
	}
	if len(unsure) > 0 {
		return q.unsure(unsure, name)
	}
	switch {
	case q.loose:
		return nil
	case q.mayHideTable():
		return []match{{source: q.hiddenQualifier(nil, spelling{start: -1, end: -1})}}
	case first == nil:
		return nil
	}
	return []match{first.missing(name)}
}

// hidesInner says whether a source that may have the column is in another scope
// than the one that has it.
func hidesInner(unsure []*source, sc *scope) bool {
	for _, u := range unsure {
		inner := true
		for _, s := range sc.sources {
			inner = inner && s != u
		}
		if inner {
			return true
		}
	}
	return false
}

// unsure returns the sources that may have a column that no known table has.
func (q *reading) unsure(sources []*source, name string) []match {
	first := sources[0]
	if first.table != nil && !slices.ContainsFunc(sources, func(s *source) bool { return s.table != first.table }) {
		sources = sources[:1] // whichever it is, it is that table
	}
	var out []match
	for _, s := range sources {
		switch {
		case s.guess != nil:
			out = append(out, match{source: s, out: output{spelled: name}})
		case s.table != nil:
			out = append(out, match{source: s, out: s.unknownColumn(name), certain: len(sources) == 1})
		}
	}
	return out
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
