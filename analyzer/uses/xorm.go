package uses

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// xorm is xorm.io/xorm, with xorm.io/builder for its conditions. A bean is spelled with
// the columns that its fields are mapped to, as far as calls do not name others.
var (
	xorm  = &library{name: "xorm", path: "xorm.io/", maps: true, step: xormStep, spell: xormSpell}
	xorm0 = &library{name: "xorm", path: "github.com/go-xorm/", maps: true, step: xormStep, spell: xormSpell}
)

func xormStep(c gosrc.Callee) gosrc.Step {
	if strings.HasSuffix(c.Pkg, "/builder") {
		return xormBuilderStep(c)
	}
	if c.Recv == "" {
		return gosrc.NoStep
	}
	add, run := gosrc.AddLink, gosrc.RunChain
	if c.Recv == "Session" {
		add, run = gosrc.GrowLink, gosrc.EndChain
	}
	switch c.Name {
	case "AllCols", "Alias", "And", "Asc", "Desc", "Cols", "Context", "Decr", "Distinct", "ForUpdate", "GroupBy", "Having", "ID", "Id", "In", "NotIn", "Incr", "Join", "Limit",
		"MustCols", "NoAutoCondition", "NoAutoTime", "NoCache", "NoCascade", "Nullable", "Omit", "Or", "OrderBy", "SQL", "Sql", "Select", "SetExpr", "Table", "Unscoped", "UseBool", "Where":
		return add
	case "Count", "Delete", "Exist", "Find", "FindAndCount", "Get", "Insert", "InsertOne", "InsertMulti", "Iterate", "Query", "QueryInterface", "QueryString", "Rows",
		"Sum", "SumInt", "Sums", "SumsInt", "Truncate", "Update":
		return run
	}
	return gosrc.NoStep
}

func xormSpell(ch *gosrc.Chain) gosrc.Text {
	last := &ch.Links[len(ch.Links)-1]
	s := &speller{at: last.Call.Lparen}
	if strings.HasSuffix(last.Callee.Pkg, "/builder") {
		if !xormStatement(s, ch) {
			return nil
		}
		return s.text
	}
	switch xormStep(last.Callee) {
	case gosrc.RunChain, gosrc.EndChain:
	default:
		return nil
	}
	q := &xormQuery{speller: s, links: linksOf(ch), all: ch.Links, last: last}
	if raw := q.links.last("SQL", "Sql"); raw != nil {
		q.inside(raw, func() { q.raw(raw) })
		return q.text
	}
	if strings.HasPrefix(last.Callee.Name, "Query") && len(last.Args) > 0 {
		return nil // its text says it all
	}
	q.write()
	return q.text
}

// A xormQuery is a chain that ends in the call that runs it.
type xormQuery struct {
	*speller
	links links
	all   []gosrc.Link
	last  *gosrc.Link
	bean  int // the argument that gives columns, conditions, or both
	model *model
	table gosrc.Text
}

func (q *xormQuery) raw(l *gosrc.Link) {
	if ch, ok := firstOf(l.Args).(*gosrc.Chain); ok {
		xormStatement(q.speller, ch)
		return
	}
	q.first(l.Args)
}

func (q *xormQuery) write() {
	name := q.last.Callee.Name
	if name == "Insert" || name == "InsertOne" || name == "InsertMulti" || name == "Delete" && len(q.last.Args) > 1 {
		for i := range max(len(q.last.Call.Args), 1) {
			if i > 0 {
				q.sql("; ")
			}
			q.bean = i
			q.one()
		}
		return
	}
	q.one()
}

// one writes the statement of one bean.
func (q *xormQuery) one() {
	q.resolve()
	switch q.last.Callee.Name {
	case "Insert", "InsertOne", "InsertMulti":
		q.inserts()
	case "Update":
		q.updates()
	case "Delete":
		q.deletes()
	case "Truncate":
		q.sql("TRUNCATE TABLE ")
		q.target()
	default:
		q.selects()
	}
}

var xormPurposes = map[string]purpose{"Insert": insert, "InsertOne": insert, "InsertMulti": insert, "Update": update}

// resolve finds the model and its table: of the bean, or of Table.
func (q *xormQuery) resolve() {
	q.model, q.table = nil, nil
	p := xormPurposes[q.last.Callee.Name]
	if p == 0 {
		p = load
	}
	q.take(q.last, q.bean, p)
	l := q.links.last("Table")
	if l == nil {
		return
	}
	if t, ok := firstOf(l.Args).(gosrc.Text); ok {
		q.table = quotedName(t)
		return
	}
	model := q.model
	if q.take(l, 0, p); model != nil {
		q.model = model
	}
}

func (q *xormQuery) take(l *gosrc.Link, arg int, p purpose) {
	named, s := structOf(elementOf(typeOf(l, arg)))
	if named == nil || isTime(named) {
		return
	}
	q.model = xormMapping.of(named, s, p)
	q.table = xormTable(l, named, l.Call.Args[min(arg, len(l.Call.Args)-1)])
}

// elementOf is the element of a map, that Find fills too; else the type itself.
func elementOf(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	if m, ok := deref(t).Underlying().(*types.Map); ok {
		return m.Elem()
	}
	return t
}

func (q *xormQuery) target() {
	if q.table == nil {
		q.hole("a table that another function names")
		return
	}
	q.part(q.table)
}

// from writes the table with its alias, and joins.
func (q *xormQuery) from() {
	q.sql(" FROM ")
	q.sources()
}

func (q *xormQuery) sources() {
	q.target()
	if l := q.links.last("Alias"); l != nil {
		q.inside(l, func() { q.sql(" AS "); q.name(firstOf(l.Args)) })
	}
	for _, l := range q.links["Join"] {
		q.inside(l, func() { q.join(l) })
	}
}

func (q *xormQuery) join(l *gosrc.Link) {
	if len(l.Args) < 3 {
		return
	}
	word := "INNER"
	if t, ok := l.Args[0].(gosrc.Text); ok {
		if known, ok := t.Known(); ok && !strings.EqualFold(known, "FULL") {
			word = known
		}
	}
	q.sql(" " + word + " JOIN ")
	switch v := l.Args[1].(type) {
	case gosrc.Text:
		q.name(v)
	case *gosrc.List:
		list := q.sequence("", " AS ")
		for _, e := range v.Elems[:min(len(v.Elems), 2)] {
			list.next()
			q.name(e.Value)
		}
	default:
		named, _ := structOf(typeOf(l, 1))
		if named == nil {
			q.value(v)
			break
		}
		q.part(xormTable(l, named, l.Call.Args[min(1, len(l.Call.Args)-1)]))
	}
	q.sql(" ON ")
	xormCondition(q.speller, l.Args[2])
}

func (q *xormQuery) selects() {
	q.sql("SELECT ")
	q.selection()
	q.from()
	q.where(q.conditionBean())
	for _, l := range q.links["GroupBy"] {
		q.inside(l, func() { q.sql(" GROUP BY "); q.first(l.Args) })
	}
	for _, l := range q.links["Having"] {
		q.inside(l, func() { q.sql(" HAVING "); q.first(l.Args) })
	}
	list := q.sequence(" ORDER BY ", ", ")
	for _, l := range q.links["OrderBy"] {
		q.inside(l, func() { list.next(); q.alternatives(firstOf(l.Args), q.value) })
	}
	q.arguments(list, q.links["Asc"], q.columnName)
	q.arguments(list, q.links["Desc"], q.columnName)
}

// conditionBean is the argument whose fields are conditions; none is below zero.
func (q *xormQuery) conditionBean() int {
	switch q.last.Callee.Name {
	case "Find", "FindAndCount", "Update":
		return 1
	case "Query", "QueryInterface", "QueryString":
		return -1
	}
	return q.bean
}

// selection writes what is selected.
func (q *xormQuery) selection() {
	switch q.last.Callee.Name {
	case "Count":
		q.sql("COUNT(*)")
		return
	case "Exist":
		q.sql("1")
		return
	case "Sum", "SumInt", "Sums", "SumsInt":
		list := q.sequence("SUM(", "), SUM(")
		for _, v := range q.last.Args[min(len(q.last.Args), 1):] {
			list.next()
			q.columnName(v)
		}
		if list.n > 0 {
			q.sql(")")
		}
		return
	}
	list := q.sequence("", ", ")
	q.arguments(list, q.links["Select"], func(v gosrc.Value) { q.alternatives(v, q.value) })
	q.arguments(list, q.links["Cols"], q.columnName)
	q.arguments(list, q.links["Distinct"], q.columnName)
	if list.n > 0 {
		return
	}
	if q.model == nil || len(q.model.fields) == 0 || len(q.links["Join"]) > 0 {
		q.sql("*")
		return
	}
	if fields := q.model.without(lower(textsIn(q.links["Omit"]))); len(fields) > 0 {
		q.columns(fields, "")
		return
	}
	q.sql("1")
}

func lower(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ToLower(n)
	}
	return out
}

func (q *xormQuery) where(bean int) {
	list := q.sequence(" WHERE ", " AND ")
	for i := range q.all {
		l := &q.all[i]
		q.inside(l, func() {
			switch l.Callee.Name {
			case "Where", "And", "Or":
				list.join(map[string]string{"Where": " AND ", "And": " AND ", "Or": " OR "}[l.Callee.Name])
				q.sql("(")
				xormCondition(q.speller, firstOf(l.Args))
				q.sql(")")
			case "In", "NotIn":
				list.next()
				xormIn(q.speller, l)
			case "ID", "Id":
				if q.model == nil {
					return
				}
				for _, key := range q.model.key() {
					list.next()
					q.compared(key)
				}
			}
		})
	}
	if bean >= 0 && len(q.links["NoAutoCondition"]) == 0 {
		q.beanConditions(list, bean)
	}
	if q.model != nil && q.model.deleted != nil && len(q.links["Unscoped"]) == 0 && len(q.links["Join"]) == 0 {
		list.next()
		q.sql("(")
		q.column(*q.model.deleted)
		q.sql(" IS NULL)")
	}
}

// beanConditions writes the comparison of the fields of a bean that are not zero.
func (q *xormQuery) beanConditions(list *sequence, arg int) {
	if arg >= len(q.last.Args) {
		return
	}
	switch v := q.last.Args[arg].(type) {
	case *gosrc.Record:
		if len(v.Keys) > 0 {
			for _, key := range v.Names() {
				list.next()
				q.name(v.Keys[key])
				q.sql(" = ?")
			}
			return
		}
		q.fieldConditions(list, arg, func(field string) (is, may bool) {
			value, set := v.Fields[field]
			return set && !isZero(value) || v.Open, !set
		})
	case *gosrc.Chain:
		list.next()
		xormCondition(q.speller, v)
	case *gosrc.List:
	case gosrc.Unknown:
		if v.Why == "nil" || q.fills() {
			return
		}
		q.fieldConditions(list, arg, func(string) (is, may bool) { return true, true })
	}
}

// fills says whether the bean is there to be filled, and most likely empty.
func (q *xormQuery) fills() bool {
	switch q.last.Callee.Name {
	case "Find", "FindAndCount", "Iterate", "Rows":
		return true
	}
	return false
}

func (q *xormQuery) fieldConditions(list *sequence, arg int, asked func(field string) (is, may bool)) {
	named, s := structOf(typeOf(q.last, arg))
	if named == nil {
		return
	}
	for _, f := range xormMapping.of(named, s, load).fields {
		is, may := asked(f.field)
		if !is {
			continue
		}
		q.perhaps(may, func() { list.next(); q.compared(f) })
	}
}

// isZero says whether a value is known to be the zero value.
func isZero(v gosrc.Value) bool {
	switch v := v.(type) {
	case gosrc.Text:
		return len(v) == 0
	case gosrc.Const:
		s := v.ExactString()
		return s == "0" || s == "false"
	case gosrc.Unknown:
		return v.Why == "nil"
	}
	return false
}

func (q *xormQuery) inserts() {
	q.sql("INSERT INTO ")
	q.target()
	list := q.sequence(" SET ", ", ")
	if !q.named(list) && q.model != nil {
		q.speller.inserts(q.model.without(lower(textsIn(q.links["Omit"]))), q.row())
		return
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of a value")
	}
}

// named writes the columns that calls or a map name, and says whether there are any.
func (q *xormQuery) named(list *sequence) bool {
	if q.bean < len(q.last.Args) {
		for _, a := range gosrc.Alternatives(q.last.Args[q.bean]) {
			if r, ok := a.(*gosrc.Record); ok && len(r.Keys) > 0 {
				q.pairs(list, r, q.stored)
			}
		}
	}
	if list.n > 0 {
		return true
	}
	q.arguments(list, q.links["Cols"], q.ofBean)
	return list.n > 0
}

// ofBean writes a column that Cols names: it is set also to what nobody gave the bean.
func (q *xormQuery) ofBean(name gosrc.Value) {
	if t, ok := name.(gosrc.Text); ok && q.model != nil {
		for _, f := range q.model.fields {
			if o, _ := q.row().origin(f); strings.EqualFold(f.column, strings.Trim(t.String(), "`")) && (o == gosrc.Zero || o == gosrc.Loaded) {
				q.assign(f, q.row())
				return
			}
		}
	}
	q.columnName(name)
	q.sql(" = ?")
}

func (q *xormQuery) updates() {
	q.sql("UPDATE ")
	q.sources()
	list := q.sequence(" SET ", ", ")
	q.arithmetic(list)
	if !q.named(list) || len(q.links["Cols"]) == 0 {
		q.changed(list)
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of a value")
	}
	q.where(q.conditionBean())
}

// arithmetic writes the columns of Incr, Decr and SetExpr.
func (q *xormQuery) arithmetic(list *sequence) {
	for _, name := range [...]string{"Incr", "Decr", "SetExpr"} {
		for _, l := range q.links[name] {
			q.inside(l, func() {
				list.next()
				q.columnName(firstOf(l.Args))
				q.sql(" = ")
				switch {
				case name == "Incr":
					q.columnName(firstOf(l.Args))
					q.sql(" + 1")
				case name == "Decr":
					q.columnName(firstOf(l.Args))
					q.sql(" - 1")
				case len(l.Args) == 2:
					if ch, ok := l.Args[1].(*gosrc.Chain); ok {
						q.sql("(")
						xormCondition(q.speller, ch)
						q.sql(")")
						return
					}
					q.sql("(")
					q.value(l.Args[1])
					q.sql(")")
				}
			})
		}
	}
}

// changed writes the fields of the bean that an update changes: those that are set,
// all with AllCols, and the time of the change.
func (q *xormQuery) changed(list *sequence) {
	if q.model == nil || q.bean >= len(q.last.Args) {
		return
	}
	if r, ok := q.last.Args[q.bean].(*gosrc.Record); ok && len(r.Keys) > 0 {
		return
	}
	must := lower(append(textsIn(q.links["MustCols"]), textsIn(q.links["UseBool"])...))
	r, known := q.last.Args[q.bean].(*gosrc.Record)
	for _, f := range q.model.without(lower(textsIn(q.links["Omit"]))) {
		if f.key {
			continue
		}
		may := true
		switch {
		case len(q.links["AllCols"]) > 0 || slices.Contains(must, f.column):
			may = false
		case known:
			v, set := r.Fields[f.field]
			if !r.Open && (!set || isZero(v)) {
				continue
			}
			may = !set
		}
		q.perhaps(may, func() { list.next(); q.assign(f, q.row()) })
	}
}

// row is the bean as a row that is saved.
func (q *xormQuery) row() row {
	kind := "Insert"
	if q.last.Callee.Name == "Update" {
		kind = "Update"
	}
	return rowOf(q.last.Args[min(q.bean, len(q.last.Args)):]).hooked(q.last, q.bean, kind, "Before"+kind)
}

func (q *xormQuery) deletes() {
	if q.model != nil && q.model.deleted != nil && len(q.links["Unscoped"]) == 0 {
		q.sql("UPDATE ")
		q.target()
		q.sql(" SET ")
		q.compared(*q.model.deleted)
	} else {
		q.sql("DELETE FROM ")
		q.target()
	}
	q.where(q.bean)
}

// xormTable is the table of a bean: what TableName gives, or its name in snake case.
func xormTable(l *gosrc.Link, named *types.Named, at ast.Expr) gosrc.Text {
	return tableOf(l, named, xormSnake(named.Obj().Name()), at.Pos())
}

var xormMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	words := xormTagWords(tag.Get("xorm"))
	switch {
	case len(words) > 0 && words[0] == "-":
		return mappedField{}
	case len(words) > 0 && strings.HasPrefix(strings.ToLower(words[0]), "extends"):
		prefix := strings.Trim(strings.TrimPrefix(strings.ToLower(words[0]), "extends"), "()'\"")
		return mappedField{inner: structIn(f), prefix: prefix}
	case len(words) == 0 && embeddedIn(f) != nil:
		return mappedField{inner: embeddedIn(f)}
	case !f.Exported():
		return mappedField{}
	}
	out := mappedField{column: xormSnake(f.Name()), named: true, key: len(words) == 0 && strings.EqualFold(f.Name(), "id")}
	for i := 0; i < len(words); i++ {
		word, _, _ := strings.Cut(words[i], "(")
		switch word = strings.ToLower(word); {
		case word == "pk":
			out.key = true
		case word == "deleted":
			out.deleted = true
		case word == "default" || word == "comment":
			if word == strings.ToLower(words[i]) {
				i++ // what follows is its value
			}
		case word == "->":
			out.never |= load
		case word == "<-":
			out.never |= insert | update
		case words[i][0] == '\'':
			out.column, out.named = strings.Trim(words[i], "'"), false
		case !xormTagWord[word]:
			out.column, out.named = words[i], false
		}
	}
	return out
})

// xormTagWord are the words of a tag that are no name of a column.
var xormTagWord = func() map[string]bool {
	out := map[string]bool{}
	for word := range strings.FieldsSeq(`null not notnull autoincr created updated version utc local index unique cache nocache json collate charset unsigned
		bit tinyint smallint mediumint int integer bigint uint serial bigserial float double real decimal numeric money smallmoney
		char varchar nchar nvarchar tinytext text ntext mediumtext longtext uuid clob sysname enum set date datetime time timestamp timestampz year
		binary varbinary tinyblob blob mediumblob longblob bytea bool boolean json jsonb xml array
		unsignedbigint unsignedbit unsignedint unsignedtinyint unsignedsmallint unsignedmediumint unsignedfloat`) {
		out[word] = true
	}
	return out
}()

// xormTagWords splits a tag at blanks that stand in no parentheses or quotes.
func xormTagWords(tag string) []string {
	depth, quoted := 0, false
	return strings.FieldsFunc(tag, func(r rune) bool {
		switch r {
		case '\'':
			quoted = !quoted
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ' ' && depth <= 0 && !quoted
	})
}
