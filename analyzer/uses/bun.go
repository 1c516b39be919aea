package uses

import (
	"go/token"
	"go/types"
	"reflect"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// bun is github.com/uptrace/bun. Its models are spelled with the columns that their
// fields are mapped to, as far as a query does not name others.
var bun = &library{
	name: "bun",
	path: "github.com/uptrace/bun",
	maps: true,
	step: bunStep,
	spell: func(ch *gosrc.Chain) gosrc.Text {
		q := newBunQuery(ch)
		if q.verb == "" {
			return nil
		}
		q.write()
		return q.text
	},
}

func bunStep(c gosrc.Callee) gosrc.Step {
	if strings.HasPrefix(c.Name, "New") && c.Recv != "" && !strings.HasSuffix(c.Recv, "Query") {
		return gosrc.AddLink
	}
	if !strings.HasSuffix(c.Recv, "Query") && c.Recv != "QueryBuilder" {
		return gosrc.NoStep
	}
	switch c.Name {
	case "Exec", "Scan", "Rows", "Count", "ScanAndCount", "Exists":
		return gosrc.RunChain
	case "String", "Operation", "AppendQuery":
		return gosrc.NoStep
	case "Clone":
		return gosrc.AddLink
	}
	return gosrc.GrowLink
}

// A bunQuery is a chain, which may be one that another function began.
type bunQuery struct {
	*speller
	verb  string
	links links
	all   []gosrc.Link
	run   *gosrc.Link
	table gosrc.Text // nil when no model and no call names one
	alias string
	model *model
	names *gosrc.Record // a map of columns that is the model
	open  bool
}

func newBunQuery(ch *gosrc.Chain) *bunQuery {
	q := &bunQuery{speller: &speller{}, links: linksOf(ch), all: ch.Links}
	for i := range ch.Links {
		l := &ch.Links[i]
		if verb := bunVerbs[strings.TrimPrefix(l.Callee.Name, "New")]; verb != "" && strings.HasPrefix(l.Callee.Name, "New") {
			q.verb = verb
		} else if verb := bunVerbs[strings.TrimSuffix(l.Callee.Recv, "Query")]; verb != "" && q.verb == "" {
			q.verb, q.open = verb, true
		}
	}
	if n := len(ch.Links); n > 0 {
		last := &ch.Links[n-1]
		q.at = last.Call.Lparen
		if bunStep(last.Callee) == gosrc.RunChain {
			q.run = last
		}
	}
	q.resolve()
	return q
}

var bunVerbs = map[string]string{"Select": "SELECT", "Insert": "INSERT", "Update": "UPDATE", "Delete": "DELETE", "Raw": "RAW", "TruncateTable": "TRUNCATE"}

// resolve finds the model and its table.
func (q *bunQuery) resolve() {
	l := q.links.last("Model")
	if l == nil {
		return
	}
	if r := firstRecord(l.Args); r != nil && len(r.Keys) > 0 {
		q.names = r
		return
	}
	named, s := structOf(typeOf(l, 0))
	if named == nil {
		return
	}
	q.model = bunMapping.of(named, s, map[string]purpose{"SELECT": load, "INSERT": insert, "UPDATE": update}[q.verb])
	q.table, q.alias = bunTable(named, s, l.Call.Args[0].Pos())
}

// bunTable is the table of a model, and its alias: by the tag of its BaseModel, or
// by its name.
func bunTable(named *types.Named, s *types.Struct, at token.Pos) (table gosrc.Text, alias string) {
	alias = bunSnake(named.Obj().Name())
	table = gosrc.Text{{Text: "`" + plural(alias) + "`", Pos: at, Named: named.Obj().Name()}}
	told := func(name string) {
		if name != "" {
			table = gosrc.Text{{Text: "`" + strings.ReplaceAll(name, ".", "`.`") + "`", Pos: at}}
		}
	}
	for i := range s.NumFields() {
		f := s.Field(i)
		if !f.Embedded() {
			continue
		}
		name, options := bunTag(reflect.StructTag(s.Tag(i)))
		if _, typeName := gosrc.Named(f.Type()); typeName != "BaseModel" {
			inner := embeddedIn(f)
			if n, ok := types.Unalias(deref(f.Type())).(*types.Named); ok && inner != nil && (options["extend"] != "" || options["inherit"] != "") {
				return bunTable(n, inner, at)
			}
			continue
		}
		told(name)
		told(options["table"])
		if a := options["alias"]; a != "" {
			alias = a
		}
	}
	return table, alias
}

// bunTag reads `bun:"name,option,key:value"`; the value of an option without one is
// its own name.
func bunTag(tag reflect.StructTag) (name string, options map[string]string) {
	options = map[string]string{}
	for i, part := range strings.Split(tag.Get("bun"), ",") {
		key, value, paired := strings.Cut(strings.TrimSpace(part), ":")
		switch {
		case paired:
			options[key] = strings.Trim(value, "'\"")
		case i == 0:
			name = key
		case key != "":
			options[key] = key
		}
	}
	return name, options
}

var bunMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	name, options := bunTag(tag)
	_, embeds := options["embed"]
	switch {
	case name == "-" || options["rel"] != "" || options["m2m"] != "":
		return mappedField{}
	case embeds:
		return mappedField{inner: structIn(f), prefix: options["embed"]}
	case f.Embedded():
		if _, typeName := gosrc.Named(f.Type()); typeName == "BaseModel" {
			return mappedField{}
		}
		return mappedField{inner: embeddedIn(f)}
	}
	out := mappedField{column: bunSnake(f.Name()), key: options["pk"] != "", deleted: options["soft_delete"] != ""}
	if name != "" {
		out.column = name
	}
	if c := options["column"]; c != "" {
		out.column = c
	}
	if options["scanonly"] != "" {
		out.never = load | insert | update
	}
	return out
})

// bunSnake is the column of a field: an underscore stands before a capital letter
// that has a small one beside it, and is not the last.
func bunSnake(name string) string {
	small := func(i int) bool { return 'a' <= name[i] && name[i] <= 'z' }
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			if i > 0 && i+1 < len(name) && (small(i-1) || small(i+1)) {
				b.WriteByte('_')
			}
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}

func (q *bunQuery) write() {
	switch q.verb {
	case "RAW":
		l := q.links.last("NewRaw")
		if l != nil && len(l.Args) > 0 {
			q.inside(l, func() { q.template(l, 0) })
		}
	case "SELECT":
		q.selects()
	case "INSERT":
		q.inserts()
	case "UPDATE":
		q.sql("UPDATE ")
		q.tables()
		q.sets()
		q.where()
	case "DELETE":
		q.deletes()
	case "TRUNCATE":
		q.sql("TRUNCATE TABLE ")
		q.written()
	}
}

// template writes a text of a link with its arguments in their places.
func (q *bunQuery) template(l *gosrc.Link, arg int) {
	if arg >= len(l.Args) {
		return
	}
	q.condition(l.Args[arg], func(v gosrc.Value) {
		q.filled(v, func(name string, n int) { q.placeholder(l, arg, name, n) })
	})
}

func (q *bunQuery) placeholder(l *gosrc.Link, arg int, name string, n int) {
	switch name {
	case "":
	case "TableAlias":
		q.sql("`" + q.alias + "`")
		return
	case "TableName":
		q.part(q.table)
		return
	case "Columns", "TableColumns", "PKs", "TablePKs":
		if q.model != nil && len(q.model.fields) > 0 {
			q.columns(q.model.fields, "")
			return
		}
		q.hole("columns of a model")
		return
	default:
		q.sql("?")
		return
	}
	at := arg + 1 + n
	if at >= len(l.Args) {
		q.sql("?")
		return
	}
	if _, kind := gosrc.Named(typeOf(l, at)); kind == "Ident" || kind == "Name" {
		q.columnName(l.Args[at])
		return
	} else if kind == "Safe" {
		q.value(l.Args[at])
		return
	}
	q.given(l.Args[at])
}

// given writes an argument: a query in parentheses, or a value.
func (q *bunQuery) given(v gosrc.Value) {
	if ch, ok := v.(*gosrc.Chain); ok {
		q.sql("(")
		q.subquery(ch)
		q.sql(")")
		return
	}
	q.stored(v)
}

func (q *bunQuery) subquery(ch *gosrc.Chain) {
	in := newBunQuery(spliced(ch))
	if in.verb == "" {
		q.sql("SELECT ")
		q.hole("a query that another function builds")
		return
	}
	in.may, in.at = q.may, q.at
	in.write()
	q.text = append(q.text, in.text...)
}

func (q *bunQuery) selects() {
	for _, l := range q.links["With"] {
		q.inside(l, func() { q.with(l) })
	}
	q.sql("SELECT ")
	if len(q.links["Distinct"]) > 0 {
		q.sql("DISTINCT ")
	}
	q.selection()
	if q.table == nil && len(q.links["Table"]) == 0 && len(q.links["TableExpr"]) == 0 && len(q.links["ModelTableExpr"]) == 0 && !q.open {
		return
	}
	q.sql(" FROM ")
	q.tables()
	for i := range q.all {
		l := &q.all[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "Join":
				q.sql(" ")
				q.template(l, 0)
			case "JoinOn", "JoinOnOr":
				word := " ON "
				if i > 0 && strings.HasPrefix(q.all[i-1].Callee.Name, "JoinOn") {
					word = " AND "
				}
				q.sql(word)
				q.template(l, 0)
			}
		})
	}
	q.where()
	q.texts(" GROUP BY ", ", ", "Group", "GroupExpr")
	q.texts(" HAVING ", " AND ", "Having")
	q.texts(" ORDER BY ", ", ", "Order", "OrderBy", "OrderExpr")
	if len(q.links["Limit"]) > 0 {
		q.sql(" LIMIT 1")
	}
	for _, name := range [...][2]string{{"Union", " UNION "}, {"UnionAll", " UNION ALL "}, {"Intersect", " INTERSECT "}, {"Except", " EXCEPT "}} {
		for _, l := range q.links[name[0]] {
			if ch, ok := firstOf(l.Args).(*gosrc.Chain); ok {
				q.inside(l, func() { q.sql(name[1]); q.subquery(ch) })
			}
		}
	}
	for _, l := range q.links["Relation"] {
		q.inside(l, func() { q.relation(l) })
	}
}

func (q *bunQuery) with(l *gosrc.Link) {
	ch, ok := lastOf(l.Args).(*gosrc.Chain)
	if !ok || len(q.text) > 0 {
		return
	}
	q.sql("WITH ")
	q.value(firstOf(l.Args))
	q.sql(" AS (")
	q.subquery(ch)
	q.sql(") ")
}

// selection writes what is selected: what calls name, or every column of the model.
func (q *bunQuery) selection() {
	if q.run != nil && q.run.Callee.Name == "Count" {
		q.sql("COUNT(*)")
		return
	}
	list := q.sequence("", ", ")
	for i := range q.all {
		l := &q.all[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "Column":
				for _, v := range l.Args {
					list.next()
					q.columnName(v)
				}
			case "ColumnExpr":
				list.next()
				q.template(l, 0)
			}
		})
	}
	switch fields := q.fields(); {
	case list.n > 0:
	case q.run != nil && q.run.Callee.Name == "Exists":
		q.sql("1")
	case len(fields) > 0:
		q.columns(fields, q.alias)
	case q.open && q.model == nil:
		q.hole("columns that another function names")
	default:
		q.sql("*")
	}
}

// fields are those of the model that calls do not leave out.
func (q *bunQuery) fields() []modelField {
	if q.model == nil {
		return nil
	}
	return q.model.without(textsIn(q.links["ExcludeColumn"]))
}

// tables writes the tables that are read or updated.
func (q *bunQuery) tables() {
	list := q.sequence("", ", ")
	if l := q.links.last("ModelTableExpr"); l != nil {
		list.next()
		q.inside(l, func() { q.template(l, 0) })
	} else if q.table != nil {
		list.next()
		q.part(q.table)
		q.sql(" AS `" + q.alias + "`")
	}
	q.arguments(list, q.links["Table"], q.name)
	for _, l := range q.links["TableExpr"] {
		q.inside(l, func() { list.next(); q.template(l, 0) })
	}
	if list.n == 0 {
		q.hole("a table that another function names")
	}
}

// written writes the table of an INSERT.
func (q *bunQuery) written() {
	if l := q.links.last("Table", "TableExpr", "ModelTableExpr"); l != nil {
		q.inside(l, func() { q.name(firstOf(l.Args)) })
		return
	}
	if q.table != nil {
		q.part(q.table)
		return
	}
	q.hole("a table that another function names")
}

// texts writes names or texts of calls in a clause.
func (q *bunQuery) texts(before, between string, names ...string) {
	list := q.sequence(before, between)
	for _, name := range names {
		if name == "Group" || name == "Order" {
			q.arguments(list, q.links[name], q.columnName)
			continue
		}
		for _, l := range q.links[name] {
			q.inside(l, func() { list.next(); q.template(l, 0) })
		}
	}
}

func (q *bunQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	q.conditions(list, q.all)
	if q.model != nil && q.model.deleted != nil && len(q.links["WhereAllWithDeleted"]) == 0 && q.verb != "INSERT" {
		list.next()
		q.sql("`" + q.alias + "`.")
		q.column(*q.model.deleted)
		q.sql(" IS NULL")
	}
}

func (q *bunQuery) conditions(list *sequence, all []gosrc.Link) {
	for i := range all {
		l := &all[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "Where", "WhereOr":
				list.join(map[string]string{"Where": " AND ", "WhereOr": " OR "}[l.Callee.Name])
				q.sql("(")
				q.template(l, 0)
				q.sql(")")
			case "WhereGroup":
				ch, ok := lastOf(l.Args).(*gosrc.Chain)
				list.next()
				if !ok {
					q.hole("conditions of a function")
					return
				}
				in := q.sequence("(", " AND ")
				q.conditions(in, spliced(ch).Links)
				if in.n == 0 {
					in.next()
					q.sql("1 = 1")
				}
				q.sql(")")
			case "WherePK":
				q.keys(list)
			}
		})
	}
}

// keys writes the comparison of the primary key.
func (q *bunQuery) keys(list *sequence) {
	if q.model == nil {
		return
	}
	for _, key := range q.model.key() {
		list.next()
		q.sql("`" + q.alias + "`.")
		q.compared(key)
	}
}

func (q *bunQuery) inserts() {
	verb := "INSERT"
	if len(q.links["Replace"]) > 0 {
		verb = "REPLACE"
	}
	q.sql(verb + " INTO ")
	q.written()
	if fields := q.fields(); q.names == nil && len(fields) > 0 && len(q.links["Column"]) == 0 && len(q.links["Value"]) == 0 {
		q.speller.inserts(fields, q.row())
	} else {
		list := q.sequence(" SET ", ", ")
		q.assigned(list, insert)
		if list.n == 0 {
			list.next()
			q.hole("columns of a value")
		}
	}
	for _, l := range q.links["On"] {
		q.inside(l, func() {
			q.sql(" ON ")
			q.template(l, 0)
			on := q.sequence(" ", ", ")
			for _, set := range q.links["Set"] {
				q.inside(set, func() { on.next(); q.template(set, 0) })
			}
		})
	}
}

// assigned writes the columns that a model, or calls in its place, give.
func (q *bunQuery) assigned(list *sequence, p purpose) {
	values := map[string]*gosrc.Link{}
	for _, name := range [...]string{"Value", "SetColumn"} {
		for _, l := range q.links[name] {
			if t, ok := firstOf(l.Args).(gosrc.Text); ok {
				values[t.String()] = l
			}
			q.inside(l, func() {
				list.next()
				q.columnName(firstOf(l.Args))
				q.sql(" = ")
				q.template(l, 1)
			})
		}
	}
	if q.names != nil {
		q.pairs(list, q.names, q.given)
		return
	}
	if listed := q.links["Column"]; len(listed) > 0 {
		q.arguments(list, listed, func(v gosrc.Value) { q.columnName(v); q.sql(" = ?") })
		return
	}
	if p == update && (len(q.links["Set"]) > 0 || len(values) > 0) {
		return
	}
	for _, f := range q.fields() {
		if values[f.column] != nil || p == update && q.model.isKey(f) {
			continue
		}
		list.next()
		q.assign(f, q.row())
	}
}

// row is the row that is saved.
func (q *bunQuery) row() row {
	if l := q.links.last("Model"); l != nil {
		kind := "Insert"
		if q.verb == "UPDATE" {
			kind = "Update"
		}
		return rowOf(l.Args).hooked(l, 0, kind, "BeforeAppendModel")
	}
	return row{}
}

func (q *bunQuery) sets() {
	list := q.sequence(" SET ", ", ")
	for _, l := range q.links["Set"] {
		q.inside(l, func() { list.next(); q.template(l, 0) })
	}
	q.perhaps(len(q.links["OmitZero"]) > 0, func() { q.assigned(list, update) })
	if list.n == 0 {
		list.next()
		q.hole("columns that another function sets")
	}
}

func (q *bunQuery) deletes() {
	if q.model != nil && q.model.deleted != nil && len(q.links["ForceDelete"]) == 0 {
		q.sql("UPDATE ")
		q.tables()
		q.sql(" SET `" + q.alias + "`.")
		q.compared(*q.model.deleted)
		q.where()
		return
	}
	q.sql("DELETE FROM ")
	if q.alias != "" {
		q.sql("`" + q.alias + "` USING ")
		q.tables()
	} else {
		q.written()
	}
	q.where()
}

// relation writes the load of an association, a statement of its own.
func (q *bunQuery) relation(l *gosrc.Link) {
	name, ok := firstOf(l.Args).(gosrc.Text)
	model := q.links.last("Model")
	if !ok || model == nil {
		return
	}
	named, s := associated(typeOf(model, 0), name.String())
	if named == nil {
		return
	}
	in := &bunQuery{speller: &speller{may: q.may, at: q.at}, verb: "SELECT", model: bunMapping.of(named, s, load), links: links{}}
	in.table, in.alias = bunTable(named, s, q.at)
	in.table[0].May = q.may
	for _, v := range l.Args[1:] {
		if ch, ok := v.(*gosrc.Chain); ok {
			in.all = append(in.all, spliced(ch).Links...)
			in.links = linksOf(&gosrc.Chain{Links: in.all})
		}
	}
	in.write()
	q.sql("; ")
	q.text = append(q.text, in.text...)
}
