package uses

import (
	"go/types"
	"reflect"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// goqu is github.com/doug-martin/goqu: datasets, and the expressions in them.
var goqu = &library{
	name: "goqu",
	path: "github.com/doug-martin/goqu",
	step: goquStep,
	spell: func(ch *gosrc.Chain) gosrc.Text {
		q := newGoquQuery(ch)
		if q.verb == "" {
			return nil
		}
		s := &speller{at: ch.Links[0].Call.Pos()}
		q.write(s)
		return s.text
	},
}

func goquStep(c gosrc.Callee) gosrc.Step {
	switch c.Recv {
	case "Database", "TxDatabase", "DialectWrapper":
		switch c.Name {
		case "From", "Select", "Insert", "Update", "Delete", "Truncate":
			return gosrc.AddLink
		}
		return gosrc.NoStep
	case "":
		switch c.Name {
		case "Dialect", "New", "NewTx", "RegisterDialect", "SetDefaultPrepared", "SetIgnoreUntaggedFields", "SetColumnRenameFunction", "SetTimeLocation":
			return gosrc.NoStep
		}
		return gosrc.AddLink
	}
	switch withoutContext(c.Name) {
	case "ToSQL":
		return gosrc.Finish
	case "Exec", "Query", "ScanStructs", "ScanStruct", "ScanVals", "ScanVal", "Count", "Pluck", "Scanner":
		return gosrc.RunChain
	case "Error", "IsPrepared", "GetClauses", "IsEmpty", "Expressions":
		return gosrc.NoStep
	}
	return gosrc.AddLink
}

// A goquQuery is a dataset.
type goquQuery struct {
	verb  string // SELECT, INSERT, UPDATE, DELETE, TRUNCATE; "" for an expression
	links links
	run   *gosrc.Link // that runs it; nil for one within another
	table *gosrc.Link // that names what is written
	open  bool        // another function began it
}

func newGoquQuery(ch *gosrc.Chain) *goquQuery {
	q := &goquQuery{links: linksOf(ch)}
	for i := range ch.Links {
		l := &ch.Links[i]
		c := l.Callee
		begins := c.Recv == "" || c.Recv == "Database" || c.Recv == "TxDatabase" || c.Recv == "DialectWrapper"
		switch {
		case begins && (c.Name == "From" || c.Name == "Select"):
			q.verb = "SELECT"
		case begins && goquVerbs[c.Name]:
			q.verb, q.table = strings.ToUpper(c.Name), l
		case c.Recv == "SelectDataset" && goquVerbs[c.Name]:
			q.verb = strings.ToUpper(c.Name)
		case q.verb == "" && strings.HasSuffix(c.Recv, "Dataset"):
			q.verb, q.open = strings.ToUpper(strings.TrimSuffix(c.Recv, "Dataset")), true
		}
	}
	if n := len(ch.Links); n > 0 && goquStep(ch.Links[n-1].Callee) == gosrc.RunChain {
		q.run = &ch.Links[n-1]
	}
	if l := q.links.last("Into", "Table"); l != nil && strings.HasSuffix(l.Callee.Recv, "Dataset") {
		q.table = l
	} else if q.table == nil || q.verb == "DELETE" {
		if from := q.links.last("From"); from != nil {
			q.table = from
		}
	}
	return q
}

var goquVerbs = map[string]bool{"Insert": true, "Update": true, "Delete": true, "Truncate": true}

func (q *goquQuery) write(s *speller) {
	switch q.verb {
	case "SELECT":
		q.selects(s)
	case "INSERT":
		q.inserts(s)
	case "UPDATE":
		s.sql("UPDATE ")
		q.target(s)
		q.sets(s)
		q.where(s)
	case "DELETE":
		s.sql("DELETE FROM ")
		q.target(s)
		q.where(s)
	case "TRUNCATE":
		s.sql("TRUNCATE TABLE ")
		q.target(s)
	}
}

// target writes the table that is written.
func (q *goquQuery) target(s *speller) {
	if q.table == nil || len(q.table.Args) == 0 {
		s.hole("a table that another function names")
		return
	}
	s.inside(q.table, func() { goquOperand(s, q.table.Args[0]) })
}

func (q *goquQuery) selects(s *speller) {
	s.sql("SELECT ")
	if len(q.links["SelectDistinct"]) > 0 || len(q.links["Distinct"]) > 0 {
		s.sql("DISTINCT ")
	}
	q.columns(s)
	q.from(s)
	for _, name := range goquJoins {
		for _, l := range q.links[name.call] {
			s.inside(l, func() { goquJoin(s, name.sql, l) })
		}
	}
	q.where(s)
	q.list(s, " GROUP BY ", ", ", "GroupBy", "GroupByAppend")
	q.list(s, " HAVING ", " AND ", "Having")
	q.list(s, " ORDER BY ", ", ", "Order", "OrderAppend", "OrderPrepend")
	if len(q.links["Limit"]) > 0 {
		s.sql(" LIMIT 1")
	}
	for _, name := range [...][2]string{{"Union", " UNION "}, {"UnionAll", " UNION ALL "}, {"Intersect", " INTERSECT "}, {"IntersectAll", " INTERSECT ALL "}} {
		for _, l := range q.links[name[0]] {
			s.inside(l, func() {
				s.sql(name[1])
				goquSubquery(s, firstOf(l.Args))
			})
		}
	}
}

var goquJoins = [...]struct{ call, sql string }{
	{"Join", " JOIN "}, {"InnerJoin", " INNER JOIN "}, {"LeftJoin", " LEFT JOIN "}, {"LeftOuterJoin", " LEFT JOIN "}, {"RightJoin", " RIGHT JOIN "},
	{"RightOuterJoin", " RIGHT JOIN "}, {"FullJoin", " LEFT JOIN "}, {"FullOuterJoin", " LEFT JOIN "}, {"CrossJoin", " CROSS JOIN "},
	{"NaturalJoin", " NATURAL JOIN "}, {"NaturalLeftJoin", " NATURAL LEFT JOIN "}, {"NaturalRightJoin", " NATURAL RIGHT JOIN "}, {"NaturalFullJoin", " NATURAL LEFT JOIN "},
}

func goquJoin(s *speller, word string, l *gosrc.Link) {
	s.sql(word)
	goquOperand(s, firstOf(l.Args))
	if len(l.Args) < 2 {
		return
	}
	s.sql(" ")
	goquOperand(s, l.Args[1])
}

// columns writes what is selected.
func (q *goquQuery) columns(s *speller) {
	if q.run != nil {
		switch withoutContext(q.run.Callee.Name) {
		case "Count":
			s.sql("COUNT(*)")
			return
		case "Pluck":
			s.inside(q.run, func() { s.name(lastOf(q.run.Args)) })
			return
		}
	}
	list := s.sequence("", ", ")
	if l := q.selection(); l != nil {
		s.inside(l, func() { q.selected(s, list, l) })
	}
	for _, l := range q.links["SelectAppend"] {
		s.inside(l, func() { q.selected(s, list, l) })
	}
	if list.n > 0 {
		return
	}
	switch m := q.scanned(); {
	case m != nil && len(m.fields) > 0:
		s.columns(m.fields, "")
	case q.open:
		s.hole("columns that another function names")
	default:
		s.sql("*")
	}
}

// selection is the link that says what is selected.
func (q *goquQuery) selection() *gosrc.Link {
	l := q.links.last("Select", "SelectDistinct")
	if clear := q.links.last("ClearSelect"); l != nil && clear != nil && clear.Call.End() > l.Call.End() {
		return nil
	}
	return l
}

// selected writes what one call selects: names, expressions, or a struct whose
// fields name columns.
func (q *goquQuery) selected(s *speller, list *sequence, l *gosrc.Link) {
	for i, v := range l.Args {
		if r, ok := v.(*gosrc.Record); ok && len(r.Keys) == 0 {
			if named, st := structOf(typeOf(l, i)); named != nil {
				list.next()
				s.columns(goquMapping.of(named, st, load).fields, "")
				continue
			}
		}
		list.next()
		goquOperand(s, v)
	}
}

// scanned is the model that the rows are read into.
func (q *goquQuery) scanned() *model {
	if q.run == nil || !strings.HasPrefix(q.run.Callee.Name, "ScanStruct") || len(q.run.Call.Args) == 0 {
		return nil
	}
	named, st := structOf(typeOf(q.run, len(q.run.Call.Args)-1))
	if named == nil {
		return nil
	}
	return goquMapping.of(named, st, load)
}

func (q *goquQuery) from(s *speller) {
	l := q.links.last("From")
	if l == nil {
		if q.open {
			s.sql(" FROM ")
			s.hole("a table that another function names")
		}
		return
	}
	s.inside(l, func() {
		list := s.sequence(" FROM ", ", ")
		for _, v := range l.Args {
			list.next()
			goquOperand(s, v)
			if q := goquDataset(v); q != nil && len(q.links["As"]) == 0 {
				s.sql(" AS t1")
			}
		}
	})
}

func (q *goquQuery) where(s *speller) { q.list(s, " WHERE ", " AND ", "Where") }

// list writes the arguments of calls.
func (q *goquQuery) list(s *speller, before, between string, names ...string) {
	list := s.sequence(before, between)
	for _, name := range names {
		s.arguments(list, q.links[name], func(v gosrc.Value) { goquOperand(s, v) })
	}
}

func (q *goquQuery) inserts(s *speller) {
	s.sql("INSERT INTO ")
	q.target(s)
	names := s.sequence(" (", ", ")
	for _, name := range [...]string{"Cols", "ColsAppend"} {
		s.arguments(names, q.links[name], func(v gosrc.Value) { goquOperand(s, v) })
	}
	if names.n > 0 {
		s.sql(")")
	}
	switch l := q.links.last("FromQuery"); {
	case l != nil:
		s.sql(" ")
		s.inside(l, func() { goquSubquery(s, firstOf(l.Args)) })
	case names.n > 0:
		q.values(s, names.n)
	default:
		q.rows(s)
	}
	q.conflict(s)
}

// values writes the rows of Vals, or placeholders for what is not known.
func (q *goquQuery) values(s *speller, columns int) {
	rows := s.sequence(" VALUES ", ", ")
	for _, l := range q.links["Vals"] {
		s.inside(l, func() {
			for _, v := range l.Args {
				row, ok := v.(*gosrc.List)
				if !ok || len(row.Elems) != columns {
					continue
				}
				rows.next()
				cells := s.sequence("(", ", ")
				for _, e := range row.Elems {
					cells.next()
					goquValue(s, e.Value)
				}
				s.sql(")")
			}
		})
	}
	if rows.n == 0 {
		s.sql(" VALUES (" + placeholders(columns) + ")")
	}
}

// rows writes the first of the rows: all name the same columns.
func (q *goquQuery) rows(s *speller) {
	l := q.links.last("Rows")
	if l == nil {
		s.sql(" SET ")
		s.hole("columns that another function names")
		return
	}
	s.inside(l, func() {
		v := firstOf(l.Args)
		if list, ok := v.(*gosrc.List); ok && len(list.Elems) > 0 {
			v = list.Elems[0].Value
		}
		r, isRecord := v.(*gosrc.Record)
		_, unknown := v.(gosrc.Unknown)
		if named, st := structOf(typeOf(l, 0)); named != nil && (unknown || isRecord && len(r.Keys) == 0) {
			s.inserts(goquMapping.of(named, st, insert).fields, rowOf([]gosrc.Value{v}))
			return
		}
		s.sql(" SET ")
		q.assigned(s, l, 0, v, insert)
	})
}

// conflict writes what becomes of a row that is there already.
func (q *goquQuery) conflict(s *speller) {
	l := q.links.last("OnConflict")
	if l == nil {
		return
	}
	ch, ok := firstOf(l.Args).(*gosrc.Chain)
	if !ok {
		if u, unknown := firstOf(l.Args).(gosrc.Unknown); unknown && u.Why != "nil" {
			s.sql(" ON DUPLICATE KEY UPDATE ")
			s.hole("columns that another function names")
		}
		return
	}
	if len(ch.Links) == 0 {
		return
	}
	do := &ch.Links[0]
	if do.Callee.Name != "DoUpdate" || len(do.Args) < 2 {
		return
	}
	s.inside(do, func() {
		s.sql(" ON DUPLICATE KEY UPDATE ")
		q.assigned(s, do, 1, do.Args[1], update)
	})
}

func (q *goquQuery) sets(s *speller) {
	s.sql(" SET ")
	l := q.links.last("Set")
	if l == nil {
		s.hole("columns that another function sets")
		return
	}
	s.inside(l, func() { q.assigned(s, l, 0, firstOf(l.Args), update) })
}

// assigned writes the columns that a record, a struct or a list of assignments
// names, with their values.
func (q *goquQuery) assigned(s *speller, l *gosrc.Link, arg int, v gosrc.Value, p purpose) {
	switch v := v.(type) {
	case *gosrc.Record:
		if len(v.Keys) > 0 {
			s.pairs(s.sequence("", ", "), v, func(v gosrc.Value) { goquValue(s, v) })
			return
		}
	case *gosrc.List:
		if list := s.sequence("", ", "); len(v.Elems) > 0 {
			_, rows := v.Elems[0].Value.(*gosrc.Record)
			for _, e := range v.Elems {
				list.next()
				q.assigned(s, l, arg, e.Value, p)
				if rows {
					break
				}
			}
			return
		}
	case *gosrc.Chain:
		goquOperand(s, v)
		return
	case gosrc.OneOf:
		s.perhaps(true, func() {
			list := s.sequence("", ", ")
			for _, a := range v {
				list.next()
				q.assigned(s, l, arg, a, p)
			}
		})
		return
	}
	named, st := structOf(typeOf(l, arg))
	if named == nil {
		s.hole("columns of a value")
		return
	}
	s.assignments(goquMapping.of(named, st, p).fields, rowOf([]gosrc.Value{v}))
}

var goquMapping = mapping(goquField)

// goquField maps by the db tag; the fields of a struct within another are prefixed
// with its name.
func goquField(f *types.Var, tag reflect.StructTag) mappedField {
	out := dbTag(f, tag)
	if inner := structIn(f); inner != nil && out.column != "" {
		return mappedField{inner: inner, prefix: out.column + "."}
	}
	for option := range strings.SplitSeq(tag.Get("goqu"), ",") {
		switch option {
		case "skipinsert":
			out.never |= insert
		case "skipupdate":
			out.never |= update
		}
	}
	return out
}

// goquDataset returns the dataset that a value is; nil when it is none.
func goquDataset(v gosrc.Value) *goquQuery {
	ch, ok := v.(*gosrc.Chain)
	if !ok {
		return nil
	}
	if q := newGoquQuery(ch); q.verb != "" {
		return q
	}
	return nil
}

// goquSubquery writes a dataset without parentheses.
func goquSubquery(s *speller, v gosrc.Value) {
	if q := goquDataset(v); q != nil {
		q.write(s)
		return
	}
	s.sql("SELECT ")
	s.hole("a query that another function builds")
}
