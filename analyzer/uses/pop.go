package uses

import (
	"go/types"
	"reflect"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// pop is github.com/gobuffalo/pop. A model is spelled with the columns that the db
// tags of its fields name.
var (
	pop    = &library{name: "pop", path: "github.com/gobuffalo/pop", maps: true, step: popStep, spell: popSpell}
	oryPop = &library{name: "pop", path: "github.com/ory/pop", maps: true, step: popStep, spell: popSpell}
)

func popStep(c gosrc.Callee) gosrc.Step {
	if c.Recv == "" && c.Name == "Q" {
		return gosrc.AddLink
	}
	if c.Recv != "Connection" && c.Recv != "Query" {
		return gosrc.NoStep
	}
	add := gosrc.AddLink
	if c.Recv == "Query" {
		add = gosrc.GrowLink
	}
	switch c.Name {
	case "Q", "Eager", "EagerPreload", "RawQuery", "Where", "Order", "Limit", "Select", "Scope", "Having", "GroupBy", "Paginate", "PaginateFromParams", "WithContext",
		"Join", "InnerJoin", "LeftJoin", "LeftOuterJoin", "RightJoin", "RightOuterJoin":
		return add
	case "Find", "First", "Last", "All", "Load", "Reload", "Exists", "Count", "CountByField", "Exec", "ExecWithCount", "UpdateQuery", "Delete",
		"Save", "Create", "Update", "UpdateColumns", "Destroy", "ValidateAndSave", "ValidateAndCreate", "ValidateAndUpdate":
		return gosrc.RunChain
	}
	return gosrc.NoStep
}

// A popQuery is a chain that ends in the call that runs it.
type popQuery struct {
	*speller
	links links
	all   []gosrc.Link
	last  *gosrc.Link
	named *types.Named
	s     *types.Struct
	model *model
	table gosrc.Text
}

func popSpell(ch *gosrc.Chain) gosrc.Text {
	q := &popQuery{speller: &speller{}, links: linksOf(ch), all: ch.Links, last: &ch.Links[len(ch.Links)-1]}
	q.at = q.last.Call.Lparen
	if popStep(q.last.Callee) != gosrc.RunChain {
		return nil
	}
	if raw := q.links.last("RawQuery"); raw != nil {
		q.inside(raw, func() { q.first(raw.Args) })
		return q.text
	}
	if strings.HasPrefix(q.last.Callee.Name, "Exec") {
		return nil
	}
	q.resolve()
	q.write()
	return q.text
}

func (q *popQuery) resolve() {
	p := load
	switch name := strings.TrimPrefix(q.last.Callee.Name, "ValidateAnd"); name {
	case "Create", "Save":
		p = insert
	case "Update", "UpdateColumns", "UpdateQuery":
		p = update
	}
	if q.named, q.s = structOf(typeOf(q.last, 0)); q.named == nil {
		return
	}
	q.model, q.table = popMapping.of(q.named, q.s, p), popTable(q.last, q.named)
}

// popTable is the table of a model: what TableName gives, or the plural of its name.
func popTable(l *gosrc.Link, named *types.Named) gosrc.Text {
	return tableOf(l, named, plural(snake(named.Obj().Name())), l.Call.Args[0].Pos())
}

var popMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	if inner := embeddedIn(f); inner != nil {
		return mappedField{inner: inner}
	}
	column := tag.Get("db")
	if column == "" || column == "-" {
		return mappedField{}
	}
	out := mappedField{column: column, key: f.Name() == "ID"}
	switch {
	case out.key: // is given one
	case tag.Get("rw") == "r":
		out.never = insert | update
	case tag.Get("rw") == "w":
		out.never = load
	}
	if tag.Get("select") != "" {
		out.never |= load
	}
	return out
})

func (q *popQuery) target() {
	if q.table == nil {
		q.hole("the table of a value")
		return
	}
	q.part(q.table)
}

func (q *popQuery) write() {
	switch name := strings.TrimPrefix(q.last.Callee.Name, "ValidateAnd"); name {
	case "Create", "Save":
		q.sql("INSERT INTO ")
		q.target()
		fields := q.fields(1)
		q.inserts(fields, q.row("Create"), "ID", "CreatedAt", "UpdatedAt")
		if name == "Save" {
			q.sql(" ON DUPLICATE KEY UPDATE ")
			q.assignments(fields, q.row("Update"))
		}
	case "Update", "UpdateColumns", "UpdateQuery":
		q.updates(name)
	case "Destroy", "Delete":
		q.sql("DELETE FROM ")
		q.target()
		q.where()
	case "Load":
		q.associations(texts(q.last.Args[min(len(q.last.Args), 1):]))
	default:
		q.selects()
	}
}

// row is the row that is saved; pop calls its hooks first.
func (q *popQuery) row(kind string) row {
	return rowOf(q.last.Args).hooked(q.last, 0, kind, "BeforeSave", "Before"+kind)
}

// fields are those of the model but the columns that arguments leave out.
func (q *popQuery) fields(from int) []modelField {
	if q.model == nil {
		return nil
	}
	return q.model.without(texts(q.last.Args[min(from, len(q.last.Args)):]))
}

func (q *popQuery) updates(name string) {
	q.sql("UPDATE ")
	q.target()
	list := q.sequence(" SET ", ", ")
	if name == "Update" && q.model != nil {
		for _, f := range q.fields(1) {
			if f.column == "created_at" || f.field == "ID" {
				continue
			}
			list.next()
			q.assign(f, q.row("Update"))
		}
	} else {
		for _, v := range q.last.Args[min(len(q.last.Args), 1):] {
			list.next()
			q.columnName(v)
			q.sql(" = ?")
		}
		if q.model != nil && len(q.model.fields) > len(q.model.without([]string{"updated_at"})) {
			list.next()
			q.sql("`updated_at` = ?")
		}
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of a value")
	}
	q.where()
}

func (q *popQuery) selects() {
	q.sql("SELECT ")
	q.selection()
	q.sql(" FROM ")
	q.target()
	for _, join := range [...][2]string{{"Join", " JOIN "}, {"InnerJoin", " INNER JOIN "}, {"LeftJoin", " LEFT JOIN "}, {"LeftOuterJoin", " LEFT JOIN "}, {"RightJoin", " RIGHT JOIN "}, {"RightOuterJoin", " RIGHT JOIN "}} {
		for _, l := range q.links[join[0]] {
			if len(l.Args) < 2 {
				continue
			}
			q.inside(l, func() {
				q.sql(join[1])
				q.name(l.Args[0])
				q.sql(" ON ")
				q.value(l.Args[1])
			})
		}
	}
	q.where()
	for _, l := range q.links["GroupBy"] {
		q.inside(l, func() { q.sql(" GROUP BY "); q.list(l.Args) })
	}
	having := q.sequence(" HAVING ", " AND ")
	for _, l := range q.links["Having"] {
		q.inside(l, func() { having.next(); q.first(l.Args) })
	}
	list := q.sequence(" ORDER BY ", ", ")
	for _, l := range q.links["Order"] {
		q.inside(l, func() { list.next(); q.alternatives(firstOf(l.Args), q.value) })
	}
	if q.last.Callee.Name == "Last" {
		list.next()
		q.sql("created_at DESC, id DESC")
	}
	for _, name := range [...]string{"Eager", "EagerPreload"} {
		for _, l := range q.links[name] {
			q.inside(l, func() { q.associations(texts(l.Args)) })
		}
	}
}

// selection writes what is selected.
func (q *popQuery) selection() {
	switch q.last.Callee.Name {
	case "Count":
		q.sql("COUNT(*)")
		return
	case "CountByField":
		q.sql("COUNT(")
		q.columnName(lastOf(q.last.Args))
		q.sql(")")
		return
	case "Exists":
		q.sql("1")
		return
	}
	list := q.sequence("", ", ")
	q.arguments(list, q.links["Select"], func(v gosrc.Value) { q.alternatives(v, q.value) })
	if list.n > 0 {
		return
	}
	if q.model == nil || len(q.model.fields) == 0 {
		q.sql("*")
		return
	}
	of := ""
	if known, ok := q.table.Known(); ok && !strings.Contains(known, ".") {
		of = strings.Trim(known, "`")
	}
	q.columns(q.model.fields, of)
}

func (q *popQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	for _, l := range q.links["Where"] {
		q.inside(l, func() {
			list.next()
			q.sql("(")
			q.condition(firstOf(l.Args), q.value)
			q.sql(")")
		})
	}
	switch strings.TrimPrefix(q.last.Callee.Name, "ValidateAnd") {
	case "Find", "Reload", "Update", "UpdateColumns", "Destroy":
		if q.model == nil {
			return
		}
		for _, key := range q.model.key() {
			list.next()
			q.compared(key)
		}
	}
}

// associations writes the loads of those that are named, or of all; a statement of
// its own each.
func (q *popQuery) associations(names []string) {
	if q.s == nil {
		return
	}
	for i := range q.s.NumFields() {
		f, tag := q.s.Field(i), reflect.StructTag(q.s.Tag(i))
		if !popAssociation(tag) || len(names) > 0 && !mentioned(names, f.Name()) {
			continue
		}
		named, s := structOf(f.Type())
		if named == nil {
			continue
		}
		if len(q.text) > 0 {
			q.sql("; ")
		}
		q.sql("SELECT ")
		q.columns(popMapping.of(named, s, load).fields, "")
		q.sql(" FROM ")
		q.part(popTable(q.last, named))
		if key := tag.Get("fk_id"); key != "" && tag.Get("belongs_to") == "" {
			q.sql(" WHERE `" + key + "` = ?")
		}
	}
}

func popAssociation(tag reflect.StructTag) bool {
	for _, key := range [...]string{"has_many", "has_one", "belongs_to", "many_to_many"} {
		if tag.Get(key) != "" {
			return true
		}
	}
	return false
}

// mentioned says whether a field is named, alone or before a dot.
func mentioned(names []string, field string) bool {
	for _, n := range names {
		if head, _, _ := strings.Cut(n, "."); head == field {
			return true
		}
	}
	return false
}
