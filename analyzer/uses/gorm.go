package uses

import (
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// gorm is GORM, version 1 and 2. A model is spelled with the columns that its
// fields are mapped to: a load reads them, a save writes them.
var (
	gorm2 = &library{name: "GORM", path: gorm2Path, maps: true, step: gormStep, spell: gormSpell}
	gorm1 = &library{name: "GORM", path: gorm1Path, maps: true, step: gormStep, spell: gormSpell}
)

const (
	gorm1Path = "github.com/jinzhu/gorm"
	gorm2Path = "gorm.io/gorm"
)

func gormStep(c gosrc.Callee) gosrc.Step {
	if c.Recv == "" && (strings.HasSuffix(c.Pkg, "/clause") || c.Name == "Expr") {
		return gosrc.AddLink
	}
	if c.Recv != "DB" {
		return gosrc.NoStep
	}
	switch c.Name {
	case "Assign", "Attrs", "Clauses", "Debug", "Distinct", "Group", "Having", "InnerJoins", "Joins", "Limit", "Model", "New", "Not", "Offset", "Omit", "Or",
		"Order", "Preload", "Raw", "Scopes", "Select", "Session", "Set", "Table", "Unscoped", "Where", "WithContext", "Begin":
		return gosrc.AddLink
	case "Count", "Create", "CreateInBatches", "Delete", "Find", "FindInBatches", "First", "FirstOrCreate", "FirstOrInit", "Last", "Pluck", "Row", "Rows",
		"Save", "Scan", "Take", "Update", "UpdateColumn", "UpdateColumns", "Updates":
		return gosrc.RunChain
	}
	return gosrc.NoStep
}

// A gormQuery is a chain that ends in the call that runs it.
type gormQuery struct {
	*speller
	links links
	last  *gosrc.Link
	model *model      // nil when the table is named and no struct is mapped
	named *gosrc.Link // that hands it over
	table gosrc.Text
}

func gormSpell(ch *gosrc.Chain) gosrc.Text {
	q := &gormQuery{speller: &speller{}, links: linksOf(ch), last: &ch.Links[len(ch.Links)-1]}
	q.at = q.last.Call.Lparen
	if raw := q.links["Raw"]; len(raw) > 0 {
		q.inside(raw[0], func() { q.first(raw[0].Args) })
		return q.text
	}
	if !q.runs() || !q.resolve() {
		return nil
	}
	q.write()
	return q.text
}

// resolve finds the table and the model.
func (q *gormQuery) resolve() bool {
	if l := q.links.last("Model"); l != nil {
		q.take(l)
	}
	if q.model == nil && q.runs() {
		switch q.last.Callee.Name {
		case "Count", "Pluck", "Row", "Rows", "Update", "UpdateColumn":
		default:
			q.take(q.last)
		}
	}
	if l := q.links.last("Table"); l != nil {
		if text, ok := firstOf(l.Args).(gosrc.Text); ok {
			q.table = quotedName(text)
		}
		if hasChain(l.Args) { // "(?) AS s"
			q.table = q.apart(func(in *speller) { (&gormQuery{speller: in}).template(l, 0) })
		}
	}
	return q.table != nil
}

// runs says whether the last call runs the chain: one within another ends in none.
func (q *gormQuery) runs() bool { return gormStep(q.last.Callee) == gosrc.RunChain }

// take reads the model that the first argument of a link is.
func (q *gormQuery) take(l *gosrc.Link) {
	t := typeOf(l, 0)
	named, s := structOf(t)
	if named == nil {
		if p := gosrc.TypeParam(t); p != nil { // that nobody was seen to give a type
			q.table = gosrc.Text{{Hole: "type parameter " + p.Obj().Name(), Pos: l.Call.Args[0].Pos()}}
		}
		return
	}
	q.model, q.named = gormMapping.of(named, s, load), l
	q.table = tableOf(l, named, plural(snake(q.model.name)), l.Call.Args[0].Pos())
}

var gormMapping = mapping(func(f *types.Var, tag reflect.StructTag) mappedField {
	options := gormTag(tag)
	if _, skip := options["-"]; skip || !f.Exported() {
		return mappedField{}
	}
	if _, marked := options["embedded"]; marked || f.Embedded() {
		if _, s := structOf(f.Type()); s != nil {
			return mappedField{inner: s, prefix: options["embeddedprefix"]}
		}
	}
	if !isColumn(f.Type(), 0) {
		return mappedField{}
	}
	column := options["column"]
	if column == "" {
		column = snake(f.Name())
	}
	_, name := gosrc.Named(f.Type())
	return mappedField{column: column, named: options["column"] == "", deleted: name == "DeletedAt" || f.Name() == "DeletedAt"}
})

// gormTag reads `gorm:"a:b;c"`, with the keys in lower case.
func gormTag(tag reflect.StructTag) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(tag.Get("gorm"), ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		if key != "" {
			out[strings.ToLower(key)] = value
		}
	}
	return out
}

// isColumn says whether a type is kept in one column, as opposed to the rows of
// another table. What is not typed is.
func isColumn(t types.Type, depth int) bool {
	if p, ok := t.(*types.Pointer); ok && depth < 2 {
		return isColumn(p.Elem(), depth+1)
	}
	if pkg, _ := gosrc.Named(t); pkg == "time" || pkg == "database/sql" {
		return true
	}
	if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Scan"); obj != nil {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct, *types.Map, *types.Interface, *types.Signature, *types.Chan:
		return false
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && (b.Kind() == types.Byte || b.Kind() == types.Invalid)
	}
	return true
}

func (q *gormQuery) write() {
	switch q.last.Callee.Name {
	case "Create", "CreateInBatches", "Save":
		q.save()
	case "Update", "UpdateColumn", "Updates", "UpdateColumns":
		q.update()
	case "Delete":
		q.remove()
	case "FirstOrCreate":
		q.load()
		q.sql("; ")
		q.save()
	default:
		q.load()
	}
}

func (q *gormQuery) load() {
	q.sql("SELECT ")
	q.columns()
	q.sql(" FROM ")
	q.part(q.table)
	for _, name := range [...]string{"Joins", "InnerJoins"} {
		for _, l := range q.links[name] {
			q.inside(l, func() { q.join(l) })
		}
	}
	q.where()
	for _, l := range q.links["Group"] {
		q.inside(l, func() { q.sql(" GROUP BY "); q.first(l.Args) })
	}
	having := q.sequence(" HAVING ", " AND ")
	for _, l := range q.links["Having"] {
		q.inside(l, func() { having.next(); q.predicate(l, 0) })
	}
	order := q.sequence(" ORDER BY ", ", ")
	for _, l := range q.links["Order"] {
		q.inside(l, func() {
			names := []gosrc.Value{firstOf(l.Args)}
			if r, ok := names[0].(*gosrc.Record); ok && isClause(r) {
				names = clauseColumns(r, maxClauses)
			}
			for _, name := range names {
				order.next()
				q.value(name)
			}
		})
	}
	for _, l := range q.links["Preload"] {
		q.inside(l, func() { q.preload(l) })
	}
}

// join writes the text of Joins; the name of an association is none.
func (q *gormQuery) join(l *gosrc.Link) {
	if len(l.Args) == 0 {
		return
	}
	if t, ok := l.Args[0].(gosrc.Text); ok && !strings.Contains(t.String(), " ") {
		return
	}
	q.sql(" ")
	q.template(l, 0)
}

// columns writes what is selected.
func (q *gormQuery) columns() {
	switch q.last.Callee.Name {
	case "Count":
		q.sql("COUNT(*)")
		return
	case "Pluck":
		q.fieldOrColumn(firstOf(q.last.Args))
		return
	}
	if l := q.links.last("Select"); l != nil {
		q.inside(l, func() { q.selected(l) })
		return
	}
	target := q.model
	if named, s := q.destination(); named != nil && q.model != nil && named.Obj().Name() != q.model.name {
		target = gormMapping.of(named, s, load)
	}
	if target == nil || len(target.fields) == 0 {
		q.sql("*")
		return
	}
	star := len(q.links["Omit"]) == 0 && (target == q.model || strings.HasPrefix(q.last.Callee.Pkg, gorm1Path))
	list := q.sequence("", ", ")
	for _, f := range q.kept(target) {
		list.next()
		q.loads(f, star)
	}
	if list.n == 0 {
		q.sql("1")
	}
}

func (q *gormQuery) destination() (*types.Named, *types.Struct) {
	if !q.runs() {
		return nil, nil
	}
	return structOf(typeOf(q.last, 0))
}

// selected writes the columns of Select: names, or a text with several.
func (q *gormQuery) selected(l *gosrc.Link) {
	if list, ok := l.Args[0].(*gosrc.List); ok {
		names := q.sequence("", ", ")
		for _, e := range list.Elems {
			names.next()
			q.fieldOrColumn(e.Value)
		}
		return
	}
	if hasChain(l.Args) {
		q.template(l, 0)
		return
	}
	names := q.sequence("", ", ")
	for _, v := range l.Args {
		if _, ok := v.(gosrc.Text); !ok && names.n > 0 {
			continue // an argument of a placeholder
		}
		names.next()
		q.fieldOrColumn(v)
	}
}

// fieldOrColumn writes a column, which may be given by the name of its field.
func (q *gormQuery) fieldOrColumn(v gosrc.Value) {
	if t, ok := v.(gosrc.Text); ok {
		v = q.byField(t)
	}
	q.value(v)
}

// byField is the column of a field that is named, or the name as it is.
func (q *gormQuery) byField(name gosrc.Text) gosrc.Text {
	known, ok := name.Known()
	if !ok || q.model == nil {
		return name
	}
	for _, f := range q.model.fields {
		if f.field == known {
			return gosrc.Text{{Text: "`" + f.column + "`", Pos: name[0].Pos, Named: f.name(), Column: true}}
		}
	}
	return name
}

// kept are the fields of a model that are not left out.
func (q *gormQuery) kept(m *model) []modelField {
	omitted := textsIn(q.links["Omit"])
	return slices.DeleteFunc(slices.Clone(m.fields), func(f modelField) bool {
		return slices.Contains(omitted, f.column) || slices.Contains(omitted, f.field)
	})
}

// where writes the conditions, and that a row is not deleted.
func (q *gormQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	q.predicates(list, q.links)
	for _, l := range q.links["Clauses"] {
		q.inside(l, func() {
			for _, a := range l.Args {
				q.clause(list, a)
			}
		})
	}
	if inline := q.inlineCondition(); inline > 0 && len(q.last.Args) > inline {
		list.next()
		q.predicate(q.last, inline)
	}
	if q.model != nil && q.model.deleted != nil && len(q.links["Unscoped"]) == 0 {
		list.next()
		q.column(*q.model.deleted)
		q.sql(" IS NULL")
	}
}

// predicates writes the conditions of links.
func (q *gormQuery) predicates(list *sequence, of links) {
	for _, name := range [...]string{"Where", "Not", "Or"} {
		for _, l := range of[name] {
			q.inside(l, func() {
				if name == "Or" {
					list.join(" OR ")
				} else {
					list.next()
				}
				q.predicate(l, 0)
			})
		}
	}
}

// inlineCondition is the argument that a terminal call takes a condition in.
func (q *gormQuery) inlineCondition() int {
	switch q.last.Callee.Name {
	case "Find", "First", "Last", "Take", "Delete", "FirstOrCreate", "FirstOrInit":
		return 1
	}
	return 0
}

// predicate writes a condition: text, a map, a struct, or a primary key.
func (q *gormQuery) predicate(l *gosrc.Link, arg int) {
	if arg >= len(l.Args) {
		q.sql("1 = 1")
		return
	}
	switch v := l.Args[arg].(type) {
	case gosrc.Text:
		q.sql("(")
		q.template(l, arg)
		if s, ok := v.Known(); ok && plainName(s) {
			q.sql(" = ?")
		}
		q.sql(")")
	case *gosrc.Record:
		if isClause(v) {
			q.sql("1 = 1")
			q.clause(q.sequence(" AND ", " AND "), v)
			return
		}
		q.conditions(l, arg, v)
	case gosrc.Unknown:
		q.unknownCondition(l, arg, v)
	case *gosrc.Chain:
		q.within(v)
	default:
		q.sql("1 = 1")
	}
}

// plainName: Where("name", x) compares a column.
func plainName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.`") == ""
}

func (q *gormQuery) conditions(l *gosrc.Link, arg int, r *gosrc.Record) {
	names := q.columnsOf(l, arg, r)
	if len(names) == 0 {
		q.sql("1 = 1")
		return
	}
	list := q.sequence("", " AND ")
	for _, name := range names {
		list.next()
		q.part(name)
		q.sql(" = ?")
	}
}

// columnsOf are the columns that a map or a struct literal names.
func (q *gormQuery) columnsOf(l *gosrc.Link, arg int, r *gosrc.Record) []gosrc.Text {
	var out []gosrc.Text
	if len(r.Keys) > 0 {
		for _, key := range r.Names() {
			out = append(out, r.Keys[key])
		}
		return out
	}
	named, s := structOf(typeOf(l, arg))
	if named == nil {
		return nil
	}
	for _, f := range gormMapping.of(named, s, load).fields {
		if _, set := r.Fields[f.field]; set {
			out = append(out, gosrc.Text{{Text: "`" + f.column + "`", Pos: q.at, May: q.may, Named: f.name(), Column: true}})
		}
	}
	return out
}

// unknownCondition: a struct that is not known may name any of its columns; a
// number is the primary key.
func (q *gormQuery) unknownCondition(l *gosrc.Link, arg int, u gosrc.Unknown) {
	named, s := structOf(typeOf(l, arg))
	if named == nil {
		if t := typeOf(l, arg); t != nil {
			if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsNumeric != 0 {
				q.sql("1 = 1")
				return
			}
		}
		q.value(u)
		return
	}
	q.perhaps(true, func() {
		q.sql("1 = 1")
		for _, f := range gormMapping.of(named, s, load).fields {
			q.sql(" AND ")
			q.compared(f)
		}
	})
}

// preload writes the load of an association, a statement of its own.
func (q *gormQuery) preload(l *gosrc.Link) {
	if len(l.Args) == 0 {
		return
	}
	name, ok := l.Args[0].(gosrc.Text)
	if !ok {
		return
	}
	named, s := associated(typeOf(q.last, 0), name.String())
	if named == nil {
		return
	}
	other := gormMapping.of(named, s, load)
	q.sql("; SELECT ")
	list := q.sequence("", ", ")
	for _, f := range other.fields {
		list.next()
		q.loads(f, true)
	}
	q.sql(" FROM ")
	q.part(tableOf(l, named, plural(snake(other.name)), q.at))
}
