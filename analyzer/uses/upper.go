package uses

import (
	"go/types"
	"reflect"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// upper is github.com/upper/db: collections, and statements that are put together.
var upper = &library{name: "upper/db", path: "github.com/upper/db", maps: true, step: upperStep, spell: upperSpell}

func upperStep(c gosrc.Callee) gosrc.Step {
	switch name := withoutContext(c.Name); c.Recv {
	case "":
		switch c.Name {
		case "And", "Or", "Raw", "Func", "Eq", "NotEq", "Gt", "Gte", "Lt", "Lte", "Is", "IsNot", "AnyOf", "NotAnyOf", "After", "Before", "OnOrAfter", "OnOrBefore",
			"In", "NotIn", "Between", "NotBetween", "IsNull", "IsNotNull", "Like", "NotLike", "RegExp", "NotRegExp", "Op":
			return gosrc.AddLink
		}
	case "Session":
		switch c.Name {
		case "Collection":
			return gosrc.AddLink
		case "Save", "Get", "Delete":
			return gosrc.RunChain
		}
	case "SQL":
		switch c.Name {
		case "Select", "SelectFrom", "InsertInto", "DeleteFrom", "Update":
			return gosrc.AddLink
		}
	case "Collection", "Result", "Selector", "Paginator", "Inserter", "Deleter", "Updater":
		switch name {
		case "Insert", "InsertReturning", "UpdateReturning", "Truncate", "Count", "Exists", "Delete", "Update", "One", "All", "Next", "TotalPages", "TotalEntries",
			"Query", "QueryRow", "Exec", "Iterator":
			return gosrc.RunChain
		case "Close", "Err", "Name", "Session":
			return gosrc.NoStep
		}
		return gosrc.AddLink
	case "AndExpr", "OrExpr":
		if c.Name != "Empty" {
			return gosrc.AddLink
		}
	}
	return gosrc.NoStep
}

// An upperQuery is a chain that ends in the call that runs it.
type upperQuery struct {
	*speller
	links links
	all   []gosrc.Link
	last  *gosrc.Link
}

func upperSpell(ch *gosrc.Chain) gosrc.Text {
	q := &upperQuery{speller: &speller{}, links: linksOf(ch), all: ch.Links, last: &ch.Links[len(ch.Links)-1]}
	q.at = q.last.Call.Lparen
	switch c := q.last.Callee; {
	case upperStep(c) != gosrc.RunChain:
		return nil
	case c.Recv == "Collection" || c.Recv == "Result" || c.Recv == "Session":
		q.collection()
	default:
		q.statement()
	}
	return q.text
}

var upperMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	name, options, _ := strings.Cut(tag.Get("db"), ",")
	switch inner := structIn(f); {
	case name == "-":
		return mappedField{}
	case inner != nil && (strings.Contains(options, "inline") || f.Embedded() && name == ""):
		return mappedField{inner: inner}
	}
	return mappedField{column: name}
})

// table writes the table of a collection: what names it may be the record's own.
func (q *upperQuery) table() {
	if l := q.links.last("Collection"); l != nil {
		q.inside(l, func() { q.name(firstOf(l.Args)) })
		return
	}
	q.hole("the table of a collection")
}

// collection writes what is done with a collection or what is found in it.
func (q *upperQuery) collection() {
	switch q.last.Callee.Name {
	case "Insert", "InsertReturning":
		q.sql("INSERT INTO ")
		q.table()
		q.sets(q.last)
	case "Save":
		q.sql("INSERT INTO ")
		q.table()
		q.sets(q.last)
		q.sql(" ON DUPLICATE KEY UPDATE ")
		q.assigned(q.sequence("", ", "), q.last, 0)
	case "Update", "UpdateReturning":
		q.sql("UPDATE ")
		q.table()
		q.sets(q.last)
		q.where()
	case "Delete":
		q.sql("DELETE FROM ")
		q.table()
		q.where()
	case "Truncate":
		q.sql("TRUNCATE TABLE ")
		q.table()
	default:
		q.sql("SELECT ")
		q.selection("Select")
		q.sql(" FROM ")
		q.table()
		q.where()
		q.order()
	}
}

func (q *upperQuery) order() {
	for _, clause := range [...][2]string{{"GroupBy", " GROUP BY "}, {"OrderBy", " ORDER BY "}} {
		list := q.sequence(clause[1], ", ")
		q.arguments(list, q.links[clause[0]], q.ordered)
	}
	if l := q.links.last("Cursor"); l != nil {
		q.sql(" ORDER BY ")
		q.ordered(firstOf(l.Args))
	}
}

// ordered writes a column, without the sign that stands for the direction.
func (q *upperQuery) ordered(v gosrc.Value) {
	if t, ok := v.(gosrc.Text); ok && len(t) > 0 && strings.HasPrefix(t[0].Text, "-") {
		first := t[0]
		first.Text = first.Text[1:]
		if first.Verbatim {
			first.Pos++
		}
		v = append(gosrc.Text{first}, t[1:]...)
	}
	q.operand(v)
}

// selection writes what the calls of a name select, or the columns of what is filled.
func (q *upperQuery) selection(calls ...string) {
	switch q.last.Callee.Name {
	case "Count", "TotalPages", "TotalEntries":
		q.sql("COUNT(*)")
		return
	case "Exists":
		q.sql("1")
		return
	}
	list := q.sequence("", ", ")
	for _, name := range calls {
		q.arguments(list, q.links[name], q.operand)
	}
	if list.n > 0 {
		return
	}
	switch q.last.Callee.Name {
	case "One", "All", "Next", "Get":
		if named, s := structOf(typeOf(q.last, 0)); named != nil {
			if fields := upperMapping.of(named, s, load).fields; len(fields) > 0 && len(q.links["Join"])+len(q.links["LeftJoin"]) == 0 {
				list := q.sequence("", ", ")
				for _, f := range fields {
					list.next()
					q.loads(f, true)
				}
				return
			}
		}
	}
	q.sql("*")
}

// operand writes a column or an expression.
func (q *upperQuery) operand(v gosrc.Value) {
	ch, ok := v.(*gosrc.Chain)
	if !ok || len(ch.Links) == 0 {
		q.columnName(v)
		return
	}
	switch l := &ch.Links[len(ch.Links)-1]; l.Callee.Name {
	case "Raw":
		q.inside(l, func() { q.first(l.Args) })
	case "Func":
		q.inside(l, func() {
			q.first(l.Args)
			list := q.sequence("(", ", ")
			for _, v := range l.Args[min(len(l.Args), 1):] {
				list.next()
				q.operand(v)
			}
			if list.n == 0 {
				q.sql("(")
			}
			q.sql(")")
		})
	default:
		q.hole("an expression")
	}
}

// given writes what a column is set to: an expression, or a value.
func (q *upperQuery) given(v gosrc.Value) {
	if _, expression := v.(*gosrc.Chain); expression {
		q.operand(v)
		return
	}
	q.stored(v)
}

// sets writes the columns that the first argument has.
func (q *upperQuery) sets(l *gosrc.Link) {
	if named, s := structOf(typeOf(l, 0)); named != nil && !strings.HasPrefix(l.Callee.Name, "Update") {
		q.speller.inserts(upperMapping.of(named, s, insert).fields, rowOf(l.Args))
		return
	}
	q.assigned(q.sequence(" SET ", ", "), l, 0)
}

func (q *upperQuery) assigned(list *sequence, l *gosrc.Link, arg int) {
	if arg < len(l.Args) {
		for _, a := range gosrc.Alternatives(l.Args[arg]) {
			if r, ok := a.(*gosrc.Record); ok && len(r.Keys) > 0 {
				q.pairs(list, r, q.given)
			}
		}
	}
	if list.n > 0 {
		return
	}
	if named, s := structOf(typeOf(l, arg)); named != nil {
		for _, f := range upperMapping.of(named, s, update).fields {
			list.next()
			q.assign(f, rowOf(l.Args[min(arg, len(l.Args)):]))
		}
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of a value")
	}
}

// where writes the conditions of Find, Where and And.
func (q *upperQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	for i := range q.all {
		l := &q.all[i]
		switch l.Callee.Name {
		case "Find", "Where", "And":
			if len(l.Args) > 0 {
				q.inside(l, func() { list.next(); q.conditions(l) })
			}
		}
	}
}

// conditions writes the arguments of one call: a text with values, or conditions.
func (q *upperQuery) conditions(l *gosrc.Link) {
	list := q.sequence("(", " AND ")
	for i, v := range l.Args {
		if t, ok := v.(gosrc.Text); ok {
			if i > 0 {
				continue // the value of a placeholder
			}
			list.next()
			q.part(quotedName(t))
			if known, ok := t.Known(); ok && plainName(known) {
				q.sql(" = ?")
			}
			break
		}
		list.next()
		q.predicate(v)
	}
	q.sql(")")
}

func (q *upperQuery) predicate(v gosrc.Value) {
	switch v := v.(type) {
	case *gosrc.Record:
		q.comparisons(v)
	case *gosrc.Chain:
		q.joined(v)
	case gosrc.OneOf:
		q.condition(v, q.predicate)
	case gosrc.Const:
		q.sql("1 = 1") // of the primary key
	case gosrc.Unknown:
		if b, ok := typeOfValue(q.last, v).(*types.Basic); ok && b.Kind() != types.Invalid {
			q.sql("1 = 1")
			return
		}
		q.value(v)
	default:
		q.hole("a condition")
	}
}

// typeOfValue is the underlying type of what an expression gives.
func typeOfValue(l *gosrc.Link, v gosrc.Unknown) types.Type {
	if v.Expr == nil {
		return nil
	}
	if t := l.Package.Info.TypeOf(v.Expr); t != nil {
		return t.Underlying()
	}
	return nil
}

// joined writes And(…), Or(…), Raw(…).
func (q *upperQuery) joined(ch *gosrc.Chain) {
	list := q.sequence("(", " AND ")
	for i := range ch.Links {
		l := &ch.Links[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "And", "Or":
				for _, v := range l.Args {
					list.join(map[string]string{"And": " AND ", "Or": " OR "}[l.Callee.Name])
					q.predicate(v)
				}
			default:
				list.next()
				q.operand(&gosrc.Chain{Links: []gosrc.Link{*l}})
			}
		})
	}
	if list.n == 0 {
		list.next()
		q.sql("1 = 1")
	}
	q.sql(")")
}

// comparisons writes Cond{"a": 1, "b >": 2, "c": db.Gt(3)}.
func (q *upperQuery) comparisons(r *gosrc.Record) {
	list := q.sequence("(", " AND ")
	for _, key := range r.Names() {
		list.next()
		known, ok := r.Keys[key].Known()
		plain := ok && plainName(known)
		q.name(r.Keys[key])
		_, many := r.Fields[key].(*gosrc.List)
		u, _ := r.Fields[key].(gosrc.Unknown)
		switch {
		case plain && many, strings.HasSuffix(strings.ToUpper(known), " IN"):
			if plain {
				q.sql(" IN")
			}
			q.sql(" (?)")
		case plain && u.Why == "nil":
			q.sql(" IS NULL")
		case plain:
			q.sql(" = ?")
		case u.Why == "nil":
			q.sql(" NULL")
		default:
			q.sql(" ?")
		}
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of a map")
	}
	q.sql(")")
}

// statement writes what SQL() puts together.
func (q *upperQuery) statement() {
	for i := range q.all {
		l := &q.all[i]
		if l.Callee.Recv != "SQL" {
			continue
		}
		switch l.Callee.Name {
		case "InsertInto":
			q.inserts(l)
		case "Update":
			q.sql("UPDATE ")
			q.inside(l, func() { q.name(firstOf(l.Args)) })
			q.updates()
			q.where()
		case "DeleteFrom":
			q.sql("DELETE FROM ")
			q.inside(l, func() { q.name(firstOf(l.Args)) })
			q.where()
		case "Select", "SelectFrom":
			q.selects(l)
		}
		return
	}
	q.sql("SELECT ")
	q.hole("columns that another function names")
	q.sql(" FROM ")
	q.hole("a table that another function names")
	q.where()
}

func (q *upperQuery) selects(start *gosrc.Link) {
	q.sql("SELECT ")
	if start.Callee.Name == "Select" {
		q.selection("Select", "Columns", "Distinct")
	} else {
		q.selection("Columns", "Distinct")
	}
	list := q.sequence(" FROM ", ", ")
	for _, name := range [...]string{"SelectFrom", "From"} {
		q.arguments(list, q.links[name], q.operand)
	}
	for i := range q.all {
		l := &q.all[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "Join", "LeftJoin", "RightJoin", "CrossJoin", "FullJoin":
				q.sql(map[string]string{"Join": " JOIN ", "LeftJoin": " LEFT JOIN ", "RightJoin": " RIGHT JOIN ", "CrossJoin": " CROSS JOIN ", "FullJoin": " LEFT JOIN "}[l.Callee.Name])
				q.operand(firstOf(l.Args))
			case "On":
				q.sql(" ON ")
				q.conditions(l)
			case "Using":
				q.sql(" USING (")
				q.columnNames(l.Args)
				q.sql(")")
			}
		})
	}
	q.where()
	q.order()
}

func (q *upperQuery) inserts(start *gosrc.Link) {
	q.sql("INSERT INTO ")
	q.inside(start, func() { q.name(firstOf(start.Args)) })
	if columns := q.links.last("Columns"); columns != nil {
		q.inside(columns, func() {
			q.sql(" (")
			q.columnNames(columns.Args)
			q.sql(") VALUES (" + placeholders(len(columns.Args)) + ")")
		})
		return
	}
	if l := q.links.last("Values"); l != nil {
		q.inside(l, func() { q.sets(l) })
		return
	}
	q.sql(" SET ")
	q.hole("columns that another function names")
}

// updates writes Set("a", 1), Set("a = a + ?", 1), Set(map), Set(struct).
func (q *upperQuery) updates() {
	list := q.sequence(" SET ", ", ")
	for _, l := range q.links["Set"] {
		q.inside(l, func() {
			t, ok := firstOf(l.Args).(gosrc.Text)
			if !ok {
				q.assigned(list, l, 0)
				return
			}
			known, _ := t.Known()
			if !plainName(known) {
				list.next()
				q.part(t)
				return
			}
			for i := 0; i+1 < len(l.Args); i += 2 {
				list.next()
				q.columnName(l.Args[i])
				q.sql(" = ")
				q.given(l.Args[i+1])
			}
		})
	}
	if list.n == 0 {
		list.next()
		q.hole("columns that another function sets")
	}
}
