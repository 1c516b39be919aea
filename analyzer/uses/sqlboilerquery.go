package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A boilMod is a query mod: a call of qm, or of a helper of UserWhere.
type boilMod struct {
	gosrc.Link
	on gosrc.Value // the helper
}

// A boilQuery is a call that sends a statement, with the query that it is made on.
type boilQuery struct {
	*speller
	made  *boilPackage
	table *boilTable // nil when the mods alone name it
	mods  []boilMod
	open  []gosrc.Value // mods that are not known
	last  *gosrc.Link
	on    gosrc.Value // what the last link is called on, when that is no query
}

func boilSpell(ch *gosrc.Chain) gosrc.Text {
	n := len(ch.Links)
	last := &ch.Links[n-1]
	q := &boilQuery{speller: &speller{at: last.Call.Lparen}, on: ch.Base}
	switch {
	case boilStep(last.Callee) == gosrc.RunChain:
		q.last = last
	case last.Callee.Func == nil || !isBoiled(last.Callee.Func.Pkg()) || boilKindOf(receiverOf(last.Callee.Func)) == boilWheres:
		return nil
	}
	for i := range ch.Links {
		if l := &ch.Links[i]; !isSQLBoiler(l.Callee.Pkg) {
			q.made = boilPackageOf(l.Package, l.Callee.Func.Pkg())
		}
		if !q.begin(&ch.Links[i]) {
			return nil
		}
	}
	if raw := q.mod("Raw", "RawG", "SQL"); raw != nil {
		q.inside(&raw.Link, func() { q.first(raw.Args) })
		return q.text
	}
	if q.table != nil && q.table.foreign {
		return nil
	}
	if q.last == nil {
		q.selects(boilUnrun)
	} else {
		q.write(n > 1)
	}
	return q.text
}

// boilUnrun stands for what runs a query that nobody was seen to run.
const boilUnrun = "?"

// begin takes a link of the chain: what gives the query its table, and its mods.
func (q *boilQuery) begin(l *gosrc.Link) bool {
	fn := l.Callee.Func
	switch {
	case l.Callee.Name == "Raw" || l.Callee.Name == "RawG":
		q.mods = append(q.mods, boilMod{Link: *l})
	case l == q.last && isSQLBoiler(l.Callee.Pkg):
		if u, unknown := q.on.(gosrc.Unknown); unknown && len(q.mods) == 0 && q.table == nil {
			q.open = append(q.open, u)
		}
	case l == q.last:
		return q.receiver(fn)
	case isSQLBoiler(l.Callee.Pkg):
		return false
	case l.Callee.Name == "NewQuery" && l.Callee.Recv == "":
		q.take(l.Args, false)
	default:
		if decl := q.made.declaration(fn); decl != nil && signatureOf(fn).Recv() != nil {
			q.related(decl)
		}
		q.table = q.made.of(signatureOf(fn).Results().At(0).Type())
		if q.table == nil {
			return false
		}
		q.take(l.Args, false)
	}
	return true
}

// receiver finds the table of the last link, where nothing before it does.
func (q *boilQuery) receiver(fn *types.Func) bool {
	if q.table != nil {
		return true
	}
	if q.made.home != nil && q.made.declaration(fn) == nil {
		return false // written by hand, and walked as such
	}
	sig := signatureOf(fn)
	switch {
	case sig.Recv() == nil && boilVerb(fn.Name()) == "Exists":
		q.table = q.made.tables[fn.Name()[:strings.LastIndex(fn.Name(), "Exists")]]
	case sig.Recv() == nil:
		if sig.Results().Len() > 0 {
			q.table = q.made.of(sig.Results().At(0).Type())
		}
	case boilKindOf(sig.Recv().Type()) == boilLoaders:
		return q.made.declaration(fn) != nil
	default:
		q.table = q.made.of(sig.Recv().Type())
		if boilKindOf(sig.Recv().Type()) == boilQueries {
			q.open = append(q.open, gosrc.Unknown{Why: "a query that another function makes"})
		}
	}
	return q.table != nil || q.made.declaration(fn) != nil
}

// related takes the mods that a method for related rows adds: of u.Pets(mods…) that
// they are of this user.
func (q *boilQuery) related(decl *ast.FuncDecl) {
	w := &gosrc.Walker{Program: q.made.home.Program(), Chain: boilStep}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isSQLBoiler(q.made.home.Callee(call).Pkg) {
			return true
		}
		if ch, ok := w.Expr(q.made.home, call).(*gosrc.Chain); ok {
			q.take([]gosrc.Value{placedBy(ch, q.at)}, false)
		}
		return false
	})
}

// placedBy is a chain whose texts another package spells, for a place.
func placedBy(ch *gosrc.Chain, at token.Pos) *gosrc.Chain {
	out := &gosrc.Chain{Base: ch.Base, Links: slices.Clone(ch.Links)}
	for i := range out.Links {
		l := &out.Links[i]
		l.Args = slices.Clone(l.Args)
		l.Call = &ast.CallExpr{Fun: l.Call.Fun, Args: l.Call.Args, Lparen: at, Rparen: l.Call.Rparen}
		for k, a := range l.Args {
			if t, ok := a.(gosrc.Text); ok {
				l.Args[k] = placedText(t, at)
			}
		}
	}
	return out
}

func placedText(t gosrc.Text, at token.Pos) gosrc.Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].Pos, out[i].Verbatim = at, false
	}
	return out
}

// take adds query mods.
func (q *boilQuery) take(values []gosrc.Value, may bool) {
	for _, v := range values {
		all := gosrc.Alternatives(v)
		for _, a := range all {
			q.takeOne(a, may || len(all) > 1)
		}
	}
}

func (q *boilQuery) takeOne(v gosrc.Value, may bool) {
	switch v := v.(type) {
	case *gosrc.Chain:
		for _, l := range v.Links {
			l.May = l.May || may
			q.mods = append(q.mods, boilMod{Link: l, on: v.Base})
		}
	case *gosrc.List:
		for _, e := range v.Elems {
			q.take([]gosrc.Value{e.Value}, may || e.May)
		}
		if v.Open {
			q.open = append(q.open, gosrc.Unknown{Why: "query mods that are added elsewhere"})
		}
	case gosrc.Unknown:
		if v.Why != "nil" {
			q.open = append(q.open, v)
		}
	default:
		q.open = append(q.open, gosrc.Unknown{Why: "a query mod of the program's own"})
	}
}

// mod is the last mod of one of the names; nil when there is none.
func (q *boilQuery) mod(names ...string) *boilMod {
	for i := len(q.mods) - 1; i >= 0; i-- {
		if slices.Contains(names, q.mods[i].Callee.Name) {
			return &q.mods[i]
		}
	}
	return nil
}

// each calls do for the mods of some names.
func (q *boilQuery) each(do func(*boilMod), names ...string) {
	for i := range q.mods {
		if m := &q.mods[i]; slices.Contains(names, m.Callee.Name) {
			q.inside(&m.Link, func() { do(m) })
		}
	}
}

func (q *boilQuery) write(onQuery bool) {
	verb := boilVerb(q.last.Callee.Name)
	if isSQLBoiler(q.last.Callee.Pkg) {
		q.selects("")
		return
	}
	if onQuery || boilKindOf(receiverOf(q.last.Callee.Func)) == boilQueries {
		switch verb {
		case "UpdateAll":
			q.updatesAll(q.where)
		case "DeleteAll":
			q.deletes(q.where)
		case "One", "All", "Count", "Exists":
			q.selects(verb)
		default:
			q.custom()
		}
		return
	}
	switch verb {
	case "Insert":
		q.insert(q.row(verb), lastOf(q.last.Args), true)
	case "Update":
		q.update(q.row(verb), lastOf(q.last.Args))
	case "Upsert":
		if n := len(q.last.Args); n >= 2 {
			q.upsert(q.row(verb), q.last.Args[n-2], q.last.Args[n-1], true)
		}
	case "UpdateAll":
		q.updatesAll(q.byKeys)
	case "Delete", "DeleteAll":
		q.deletes(q.byKeys)
	case "Set", "Add", "Remove":
		q.tied(q.made.declaration(q.last.Callee.Func), tieOf(q.last))
	case "Load":
		q.loader(q.last.Callee.Func)
	case "Find", "Exists", "Reload", "ReloadAll":
		q.finds(verb)
	}
	if len(q.text) == 0 {
		q.custom()
	}
}

func receiverOf(fn *types.Func) types.Type {
	if r := signatureOf(fn).Recv(); r != nil {
		return r.Type()
	}
	return types.Typ[types.Invalid]
}

// tableName writes the table.
func (q *boilQuery) tableName() {
	if q.table.table == "" {
		q.hole("the table of " + q.table.name)
		return
	}
	q.sql("`" + strings.ReplaceAll(q.table.table, ".", "`.`") + "`")
}

// everything writes every column of the table, which is asked for by *.
func (q *boilQuery) everything() {
	of := ""
	if q.table.table != "" {
		of = "`" + strings.ReplaceAll(q.table.table, ".", "`.`") + "`."
	}
	list := q.sequence("", ", ")
	for _, f := range q.table.fields {
		list.next()
		q.sql(of)
		q.loads(f, true)
	}
}

// finds writes the load of one row by its key: FindUser, UserExists, Reload.
func (q *boilQuery) finds(verb string) {
	q.sql("SELECT ")
	columns := q.selectCols()
	switch {
	case verb == "Exists":
		q.sql("1")
	case len(columns) > 0:
		list := q.sequence("", ", ")
		for _, v := range columns {
			list.next()
			q.columnName(v)
		}
	default:
		q.everything()
	}
	q.sql(" FROM ")
	q.tableName()
	q.byKeys()
	if q.table.deleted != "" {
		q.sql(" AND `" + q.table.deleted + "` IS NULL")
	}
}

// selectCols are the columns that FindUser is told to load.
func (q *boilQuery) selectCols() []gosrc.Value {
	sig := signatureOf(q.last.Callee.Func)
	if !sig.Variadic() || len(q.last.Args) < sig.Params().Len() {
		return nil
	}
	return q.last.Args[sig.Params().Len()-1:]
}

// byKeys writes that a row is found by its key.
func (q *boilQuery) byKeys() {
	list := q.sequence(" WHERE ", " AND ")
	for _, key := range q.table.key() {
		list.next()
		q.sql("`" + key + "` = ?")
	}
	if list.n == 0 {
		list.next()
		q.hole("the key of " + q.table.name)
	}
}

func (q *boilQuery) selects(verb string) {
	q.each(func(m *boilMod) {
		if len(q.text) == 0 {
			q.sql("WITH ")
		} else {
			q.sql(", ")
		}
		q.first(m.Args)
	}, "With")
	if len(q.text) > 0 {
		q.sql(" ")
	}
	q.sql("SELECT ")
	q.selection(verb)
	q.sql(" FROM ")
	q.from()
	for _, join := range [...][2]string{{"InnerJoin", " INNER JOIN "}, {"LeftOuterJoin", " LEFT JOIN "}, {"RightOuterJoin", " RIGHT JOIN "}, {"FullOuterJoin", " JOIN "}} {
		q.each(func(m *boilMod) { q.sql(join[1]); q.first(m.Args) }, join[0])
	}
	q.where()
	for _, clause := range [...][3]string{{"GroupBy", " GROUP BY ", ", "}, {"Having", " HAVING ", " AND "}, {"OrderBy", " ORDER BY ", ", "}} {
		list := q.sequence(clause[1], clause[2])
		q.each(func(m *boilMod) { list.next(); q.first(m.Args) }, clause[0])
	}
	if lock := q.mod("For"); lock != nil {
		q.inside(&lock.Link, func() { q.sql(" FOR "); q.first(lock.Args) })
	}
	if verb == "Count" || verb == "Exists" {
		return
	}
	q.each(q.eager, "Load")
}

// selection writes what is selected.
func (q *boilQuery) selection(verb string) {
	distinct := q.mod("Distinct")
	switch {
	case verb == "Count" || verb == "Exists":
		q.sql("COUNT(")
		if distinct != nil {
			q.sql("DISTINCT ")
			q.inside(&distinct.Link, func() { q.first(distinct.Args) })
		} else {
			q.sql("*")
		}
		q.sql(")")
		return
	case verb == boilUnrun:
		q.hole("what becomes of the query")
		return
	case distinct != nil:
		q.sql("DISTINCT ")
		q.inside(&distinct.Link, func() { q.first(distinct.Args) })
		return
	}
	list := q.sequence("", ", ")
	q.each(func(m *boilMod) {
		for _, v := range m.Args {
			list.next()
			q.columnName(v)
		}
	}, "Select")
	switch {
	case list.n > 0:
	case q.table == nil || len(q.table.fields) == 0:
		q.sql("*")
	case q.last != nil && isSQLBoiler(q.last.Callee.Pkg): // into another struct, perhaps
		q.tableName()
		q.sql(".*")
	default:
		q.everything()
	}
}

// from writes the tables that are read.
func (q *boilQuery) from() {
	list := q.sequence("", ", ")
	if q.table != nil {
		list.next()
		q.tableName()
	}
	q.each(func(m *boilMod) { list.next(); q.name(firstOf(m.Args)) }, "From")
	if list.n == 0 {
		for _, v := range q.open {
			list.next()
			q.value(v)
		}
	}
	if list.n == 0 {
		q.hole("a table that another function names")
	}
}

// where writes the conditions, and that a row is not deleted.
func (q *boilQuery) where() {
	list := q.sequence(" WHERE ", " AND ")
	q.conditions(list, q.mods)
	if q.table != nil {
		for _, v := range q.open {
			list.next()
			q.value(v)
		}
	}
	if q.table != nil && q.table.deleted != "" && q.mod("WithDeleted") == nil {
		list.next()
		q.tableName()
		q.sql(".`" + q.table.deleted + "` IS NULL")
	}
}

func (q *boilQuery) conditions(list *sequence, mods []boilMod) {
	for i := range mods {
		m := &mods[i]
		q.inside(&m.Link, func() { q.condition(list, m) })
	}
}

// condition writes a mod, if it is a condition.
func (q *boilQuery) condition(list *sequence, m *boilMod) {
	name := m.Callee.Name
	switch {
	case !isSQLBoiler(m.Callee.Pkg): // UserWhere.Name.EQ(x)
		list.next()
		q.helper(m.on)
		q.sql(boilOperator(name))
		return
	case strings.HasSuffix(m.Callee.Pkg, "/qmhelper"):
		list.next()
		q.first(m.Args)
		q.sql(boilOperator(name))
		return
	}
	switch name {
	case "Where", "And":
		list.next()
	case "Or", "OrIn", "OrNotIn", "Or2":
		list.join(" OR ")
	case "WhereIn", "AndIn", "WhereNotIn", "AndNotIn", "Expr":
		list.next()
	default:
		return
	}
	q.sql("(")
	switch name {
	case "Expr", "Or2":
		inner := &boilQuery{speller: q.speller}
		inner.take(m.Args, false)
		in := q.sequence("", " AND ")
		inner.conditions(in, inner.mods)
		for _, v := range inner.open {
			in.next()
			q.value(v)
		}
		if in.n == 0 {
			q.sql("1 = 1")
		}
	case "Where", "And", "Or":
		q.first(m.Args)
	default:
		q.filled(firstOf(m.Args), func(string, int) { q.sql("(?)") })
	}
	q.sql(")")
}

// helper writes the column that a helper of UserWhere is for.
func (q *boilQuery) helper(v gosrc.Value) {
	r, ok := v.(*gosrc.Record)
	if !ok {
		q.hole("a column of a helper")
		return
	}
	if t, ok := r.Fields["field"].(gosrc.Text); ok {
		q.part(placedText(t, q.at))
		return
	}
	q.hole("a column of a helper")
}

// boilOperator is what a helper compares its column with.
func boilOperator(name string) string {
	switch name {
	case "IsNull", "WhereIsNull":
		return " IS NULL"
	case "IsNotNull", "WhereIsNotNull":
		return " IS NOT NULL"
	case "IN":
		return " IN (?)"
	case "NIN":
		return " NOT IN (?)"
	case "NEQ":
		return " <> ?"
	case "LT":
		return " < ?"
	case "LTE":
		return " <= ?"
	case "GT":
		return " > ?"
	case "GTE":
		return " >= ?"
	case "LIKE", "ILIKE":
		return " LIKE ?"
	case "NLIKE", "NILIKE":
		return " NOT LIKE ?"
	}
	return " = ?"
}

// eager writes the loads of related rows, each a statement of its own.
func (q *boilQuery) eager(m *boilMod) {
	path, ok := boilPath(firstOf(m.Args))
	if !ok || q.table == nil {
		q.sql("; SELECT * FROM ")
		q.value(firstOf(m.Args))
		return
	}
	t := q.table
	names := strings.Split(path, ".")
	for i, name := range names {
		load, related := q.made.relation(t, name)
		if related == nil {
			q.sql("; SELECT * FROM ")
			q.hole("the table of " + name)
			return
		}
		in := &boilQuery{speller: &speller{may: q.may, at: q.at}, made: q.made, table: related}
		if decl := q.made.declaration(load); decl != nil {
			in.related(decl)
			in.mods = slices.DeleteFunc(in.mods, func(m boilMod) bool { return m.Callee.Name == "From" })
		}
		if i == len(names)-1 && len(m.Args) > 1 {
			in.take(m.Args[1:], false)
		}
		in.selects("")
		q.sql("; ")
		q.text = append(q.text, in.text...)
		t = related
	}
}

// boilPath is the path of relations that is loaded: a text, or qm.Rels(…).
func boilPath(v gosrc.Value) (string, bool) {
	switch v := v.(type) {
	case gosrc.Text:
		return v.Known()
	case *gosrc.Chain:
		var names []string
		for _, a := range v.Links[0].Args {
			t, ok := a.(gosrc.Text)
			if !ok {
				return "", false
			}
			name, known := t.Known()
			if !known {
				return "", false
			}
			names = append(names, name)
		}
		return strings.Join(names, "."), v.Links[0].Callee.Name == "Rels"
	}
	return "", false
}

// relation finds a relation of a table: the method that loads it, and its table.
func (p *boilPackage) relation(t *boilTable, name string) (load *types.Func, related *boilTable) {
	for f := range t.of.Fields() {
		switch f.Name() {
		case "L":
			obj, _, _ := types.LookupFieldOrMethod(f.Type(), true, f.Pkg(), "Load"+name)
			load, _ = obj.(*types.Func)
		case "R":
			if r, ok := deref(f.Type()).Underlying().(*types.Struct); ok {
				for rel := range r.Fields() {
					if rel.Name() == name {
						related = p.of(rel.Type())
					}
				}
			}
		}
	}
	return load, related
}

// loader writes what a method that loads related rows sends.
func (q *boilQuery) loader(load *types.Func) {
	sig := signatureOf(load)
	for _, t := range q.made.tables {
		if found, related := q.made.relation(t, strings.TrimPrefix(load.Name(), "Load")); found == load && sig.Recv() != nil {
			q.table = related
		}
	}
	if q.table == nil {
		return
	}
	q.related(q.made.declaration(load))
	q.mods = slices.DeleteFunc(q.mods, func(m boilMod) bool { return m.Callee.Name == "From" })
	q.take([]gosrc.Value{lastOf(q.last.Args)}, false)
	q.selects("")
}
