package uses

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What SQLBoiler stores: the columns that a set of columns makes of a row.

// A boilSet says which columns are stored: boil.Infer() and the others.
type boilSet struct {
	kind   string
	listed []boilColumn
	open   bool // more may be listed
	may    bool // it is one of several
	// unknown is what more may be listed by; nil when that is not known either.
	unknown gosrc.Value
}

// A boilColumn is a column that a set lists.
type boilColumn struct {
	name string
	text gosrc.Text
	may  bool
}

// boilSets are the sets that an argument can be.
func boilSets(v gosrc.Value) []*boilSet {
	all := gosrc.Alternatives(v)
	var out []*boilSet
	for _, a := range all {
		s := &boilSet{may: len(all) > 1}
		ch, ok := a.(*gosrc.Chain)
		if !ok {
			s.open, s.unknown = true, a
			out = append(out, s)
			continue
		}
		s.kind = ch.Links[0].Callee.Name
		for _, arg := range ch.Links[0].Args {
			s.list(arg, ch.Links[0].May)
		}
		out = append(out, s)
	}
	return out
}

func (s *boilSet) list(v gosrc.Value, may bool) {
	all := gosrc.Alternatives(v)
	for _, a := range all {
		switch a := a.(type) {
		case gosrc.Text:
			s.text(a, may || len(all) > 1)
		case *gosrc.List:
			for _, e := range a.Elems {
				s.list(e.Value, may || e.May)
			}
			s.open = s.open || a.Open
		default:
			s.open, s.unknown = true, a
		}
	}
}

func (s *boilSet) text(t gosrc.Text, may bool) {
	whole := slices.Clone(t)
	for i := range whole {
		may = may || whole[i].May
		whole[i].May = false
	}
	name, known := whole.Known()
	if !known {
		s.open = true
		return
	}
	s.listed = append(s.listed, boilColumn{name, whole, may})
}

func (s *boilSet) has(column string) (listed, may bool) {
	for _, c := range s.listed {
		if strings.EqualFold(c.name, column) {
			return true, c.may
		}
	}
	return false, false
}

// row is the row that the call is made on.
func (q *boilQuery) row(verb string) row { return q.table.row(q.last.Package, q.on, verb) }

// row is a row that is saved, with what the method and its hooks set in it.
func (t *boilTable) row(pkg *gosrc.Package, v gosrc.Value, verb string) row {
	r := rowOf([]gosrc.Value{v})
	if t.hooked[verb] && r.record != nil {
		r = row{}
	}
	r.pkg, r.hooks, r.set = pkg, t.hooks[verb], map[string]bool{}
	for _, column := range t.stamped[verb] {
		r.set[column] = true
	}
	return r
}

// A boilStored is a field that is stored, perhaps.
type boilStored struct {
	modelField
	may bool
	at  token.Pos // where it is listed; not valid where it is not
}

// leftIn are the fields of a row that a set leaves in, of those that it does not list as
// take says; sure are those that it adds whatever they hold.
func (q *boilQuery) leftIn(set *boilSet, take func(f modelField, sure, may bool) (boilStored, bool)) []boilStored {
	switch set.kind {
	case "None", "":
		return nil
	case "Whitelist":
		return q.listed(set)
	}
	var out []boilStored
	for _, f := range q.table.fields {
		listed, may := set.has(f.column)
		sure, black := listed && !may, set.kind == "Blacklist"
		if sure && black {
			continue
		}
		if one, ok := take(f, sure && set.kind == "Greylist", may || set.open && black); ok {
			out = append(out, one)
		}
	}
	return out
}

// inserted are the fields of a row that an INSERT names.
func (q *boilQuery) inserted(r row, set *boilSet) []boilStored {
	return q.leftIn(set, func(f modelField, sure, may bool) (boilStored, bool) {
		if sure {
			return boilStored{modelField: f}, true
		}
		if q.made.home == nil || slices.Contains(q.table.defaults, f.column) {
			o, _ := r.origin(f)
			if o == gosrc.Zero {
				return boilStored{}, false
			}
			may = may || o != gosrc.Assigned
		}
		return boilStored{modelField: f, may: may}, true
	})
}

// listed are the fields that a set names.
func (q *boilQuery) listed(set *boilSet) []boilStored {
	var out []boilStored
	for _, c := range set.listed {
		f, ok := q.table.field(c.name)
		if !ok {
			f = modelField{field: c.name, column: c.name, path: []string{c.name}}
		}
		out = append(out, boilStored{modelField: f, may: c.may, at: c.text[0].Pos})
	}
	return out
}

// updated are the fields of a row that an UPDATE sets.
func (q *boilQuery) updated(set *boilSet) []boilStored {
	return q.leftIn(set, func(f modelField, _, may bool) (boilStored, bool) {
		kept := slices.Contains(q.table.key(), f.column) || slices.Contains(q.table.kept, f.column)
		return boilStored{modelField: f, may: may}, !kept
	})
}

// storedFields writes fields as what is set, and a hole for those that are not known.
func (q *boilQuery) storedFields(fields []boilStored, r row, set *boilSet) {
	list := q.sequence("", ", ")
	for _, f := range fields {
		list.next()
		at := q.at
		if f.at.IsValid() {
			q.at = f.at
		}
		q.perhaps(f.may, func() {
			if f.v == nil {
				q.sql("`" + f.column + "` = ?")
				return
			}
			q.assign(f.modelField, r)
		})
		q.at = at
	}
	if set.open && set.kind != "Blacklist" || list.n == 0 {
		list.next()
		q.others(set)
	}
}

// others writes the columns that a set may list besides.
func (q *boilQuery) others(set *boilSet) {
	if u, ok := set.unknown.(gosrc.Unknown); ok {
		q.value(u)
		return
	}
	q.hole("columns that are listed elsewhere")
}

// statements calls do for each set that an argument can be, with ; between them.
func (q *boilQuery) statements(v gosrc.Value, do func(*boilSet)) {
	for i, set := range boilSets(v) {
		if i > 0 {
			q.sql("; ")
		}
		do(set)
	}
}

// insert writes an INSERT; back says that the row is told what the database made of it.
func (q *boilQuery) insert(r row, columns gosrc.Value, back bool) {
	q.statements(columns, func(set *boilSet) {
		fields := q.inserted(r, set)
		for i := range fields {
			fields[i].may = fields[i].may || set.may
		}
		q.insertInto(fields, r, set)
		if back {
			q.reread(fields, func(f modelField) bool { return slices.Contains(q.table.defaults, f.column) })
		}
	})
}

func (q *boilQuery) insertInto(fields []boilStored, r row, set *boilSet) {
	q.sql("INSERT INTO ")
	q.tableName()
	if len(fields) == 0 && !set.open {
		q.sql(" () VALUES ()")
		return
	}
	q.sql(" SET ")
	q.storedFields(fields, r, set)
}

// reread writes the SELECT by which the row learns what the database made of columns
// that were not stored, if there is any but the key.
func (q *boilQuery) reread(stored []boilStored, wanted func(modelField) bool) {
	var back []modelField
	keyOnly := true
	for _, f := range q.table.fields {
		if wanted(f) && !slices.ContainsFunc(stored, func(s boilStored) bool { return s.column == f.column && !s.may }) {
			back = append(back, f)
			keyOnly = keyOnly && slices.Contains(q.table.key(), f.column)
		}
	}
	if keyOnly {
		return
	}
	q.sql("; SELECT ")
	q.columns(back, "")
	q.sql(" FROM ")
	q.tableName()
	q.byKeys()
}

func (q *boilQuery) update(r row, columns gosrc.Value) {
	q.statements(columns, func(set *boilSet) {
		fields := q.updated(set)
		for i := range fields {
			fields[i].may = fields[i].may || set.may
		}
		q.sql("UPDATE ")
		q.tableName()
		q.sql(" SET ")
		q.storedFields(fields, r, set)
		q.byKeys()
	})
}

// upsert writes Upsert(…, update, insert).
func (q *boilQuery) upsert(r row, updates, inserts gosrc.Value, back bool) {
	sets := boilSets(updates)
	q.statements(inserts, func(insert *boilSet) {
		for i, update := range sets {
			if i > 0 {
				q.sql("; ")
			}
			into, over := q.inserted(r, insert), q.updated(update)
			q.insertInto(into, r, insert)
			if len(over) > 0 || update.open {
				q.sql(" ON DUPLICATE KEY UPDATE ")
				q.storedFields(over, r, update)
			}
			switch both := slices.DeleteFunc(slices.Clone(into), func(s boilStored) bool {
				return !slices.ContainsFunc(over, func(o boilStored) bool { return o.column == s.column })
			}); {
			case back && q.table.rereads:
				q.reread(both, func(modelField) bool { return true })
			case back:
				q.reread(into, func(f modelField) bool { return slices.Contains(q.table.defaults, f.column) })
			}
		}
	})
}

// custom writes what a method sends that a template of the program's own made: an INSERT
// or UPDATE of a set of columns, if it asks SQLBoiler for that, or what is not known.
func (q *boilQuery) custom() {
	q.text = nil
	inserts, updates := q.made.asksFor(q.made.declaration(q.last.Callee.Func), maxAsked)
	sets := setsOf(q.last)
	n := len(sets)
	if q.table == nil || n == 0 || !inserts && !updates {
		q.unknown()
		return
	}
	for _, v := range rowsIn(q.on) {
		q.separate()
		switch {
		case inserts && updates && n > 1:
			q.upsert(q.table.row(q.last.Package, v, "Upsert"), sets[n-2], sets[n-1], false)
		case inserts:
			q.insert(q.table.row(q.last.Package, v, "Insert"), sets[n-1], false)
		default:
			q.update(q.table.row(q.last.Package, v, "Update"), sets[n-1])
		}
	}
}

// unknown writes that any column may be read and written.
func (q *boilQuery) unknown() {
	name := func() {
		if q.table == nil {
			q.hole("the table of " + q.last.Callee.Name)
			return
		}
		q.tableName()
	}
	what := "what " + q.last.Callee.Name + " sends"
	q.sql("SELECT ")
	q.hole(what)
	q.sql(" FROM ")
	name()
	q.sql("; UPDATE ")
	name()
	q.sql(" SET ")
	q.hole(what)
}

// rowsIn are the rows that a method is called on: one, or those of a list.
func rowsIn(v gosrc.Value) []gosrc.Value {
	l, ok := v.(*gosrc.List)
	if !ok {
		return []gosrc.Value{v}
	}
	var out []gosrc.Value
	for _, e := range l.Elems {
		out = append(out, gosrc.Alternatives(e.Value)...)
	}
	if l.Open || len(out) == 0 || len(out) > maxRows {
		return []gosrc.Value{gosrc.Unknown{Why: "rows"}}
	}
	return out
}

// setsOf are the sets of columns that a call is handed.
func setsOf(l *gosrc.Link) []gosrc.Value {
	var out []gosrc.Value
	params := signatureOf(l.Callee.Func).Params()
	for i := range min(params.Len(), len(l.Args)) {
		if pkg, name := gosrc.Named(params.At(i).Type()); name == "Columns" && isSQLBoiler(pkg) {
			out = append(out, l.Args[i])
		}
	}
	return out
}

// maxAsked bounds how far a method is followed for what it asks of sets of columns.
const maxAsked = 4

// asksFor says whether a method asks sets of columns what to insert, and what to update.
func (p *boilPackage) asksFor(decl *ast.FuncDecl, depth int) (inserts, updates bool) {
	if decl == nil || depth == 0 {
		return false, false
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch c := p.home.Callee(call); {
		case c.Name == "InsertColumnSet":
			inserts = true
		case c.Name == "UpdateColumnSet":
			updates = true
		case c.Func != nil:
			in, up := p.asksFor(p.declaration(c.Func), depth-1)
			inserts, updates = inserts || in, updates || up
		}
		return true
	})
	return inserts, updates
}

// updatesAll writes UpdateAll(…, models.M{"name": x}).
func (q *boilQuery) updatesAll(where func()) {
	q.sql("UPDATE ")
	q.tableName()
	list := q.sequence(" SET ", ", ")
	q.alternatives(lastOf(q.last.Args), func(v gosrc.Value) {
		r, ok := v.(*gosrc.Record)
		if !ok || len(r.Keys) == 0 {
			list.next()
			q.value(v)
			return
		}
		q.pairs(list, r, q.stored)
	})
	where()
}

// deletes writes a DELETE, or where rows are only marked as deleted the UPDATE.
func (q *boilQuery) deletes(where func()) {
	hard, soft := true, false
	if q.table.softly || q.table.deleted != "" {
		soft = true
		if c, ok := lastOf(q.last.Args).(gosrc.Const); ok && c.Kind() == constant.Bool {
			hard = constant.BoolVal(c.Value)
			soft = !hard
		}
	}
	if hard {
		q.sql("DELETE FROM ")
		q.tableName()
		where()
	}
	if soft {
		if hard {
			q.sql("; ")
		}
		q.sql("UPDATE ")
		q.tableName()
		q.sql(" SET `" + q.table.deleted + "` = ?")
		where()
	}
}

// tieOf is what a method that ties rows is told: whether it inserts them, and
// the rows.
func tieOf(l *gosrc.Link) boilTie {
	out := boilTie{}
	sig := signatureOf(l.Callee.Func)
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		b, isBool := p.Type().Underlying().(*types.Basic)
		switch {
		case i >= len(l.Args):
		case isBool && b.Kind() == types.Bool:
			if c, ok := l.Args[i].(gosrc.Const); ok && c.Kind() == constant.Bool {
				out.known, out.inserts = true, constant.BoolVal(c.Value)
			}
		case boilKindOf(elementType(p.Type())) == boilModels:
			out.rows = l.Args[i:]
		}
	}
	out.none = sig.Variadic() && len(l.Args) < sig.Params().Len()
	return out
}

func elementType(t types.Type) types.Type {
	if s, ok := t.(*types.Slice); ok {
		return s.Elem()
	}
	return t
}

// A boilTie is what a method that ties rows to another is told.
type boilTie struct {
	known, inserts bool // whether it inserts the rows
	rows           []gosrc.Value
	none           bool     // it is handed no row
	columns        []string // that the rows are tied by
}

// tied writes what a method that ties rows sends, in the order of its body.
func (q *boilQuery) tied(decl *ast.FuncDecl, tie boilTie) {
	if decl == nil {
		return
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && tie.columns == nil {
			tie.columns = stringsIn(lit)
		}
		return true
	})
	q.tying(decl.Body, tie)
}

func (q *boilQuery) tying(body ast.Node, tie boilTie) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			return !tie.none
		case *ast.IfStmt:
			if id, ok := n.Cond.(*ast.Ident); ok && id.Name == "insert" {
				q.tyingBranches(n, tie)
				return false
			}
		case *ast.BasicLit:
			q.tyingSQL(literalText(n), tie)
		case *ast.CallExpr:
			q.tyingCall(n, tie)
		}
		return true
	})
}

// tyingBranches writes what becomes of rows that are inserted, and of others.
func (q *boilQuery) tyingBranches(n *ast.IfStmt, tie boilTie) {
	q.perhaps(!tie.known, func() {
		if !tie.known || tie.inserts {
			q.tying(n.Body, tie)
		}
		if n.Else != nil && (!tie.known || !tie.inserts) {
			q.tying(n.Else, tie)
		}
	})
}

// separate ends a statement.
func (q *boilQuery) separate() {
	if len(q.text) > 0 {
		q.text = append(q.text, gosrc.Part{Text: "; ", Pos: q.at})
	}
}

// tyingSQL writes a statement that such a method spells.
func (q *boilQuery) tyingSQL(text string, tie boilTie) {
	verb, rest, ok := strings.Cut(text, " ")
	if !ok || !slices.Contains([]string{"update", "insert", "delete"}, strings.ToLower(verb)) || !strings.Contains(rest, "`") {
		return
	}
	if head, ok := strings.CutSuffix(text, " SET %s WHERE %s"); ok {
		_, name, _ := strings.Cut(head, " ")
		text = head + " SET " + strings.Join(quotedColumns(tie.columns), ", ")
		if t := q.made.named(strings.ReplaceAll(name, "`", "")); t != nil {
			text += " WHERE " + strings.Join(quotedColumns(t.key()), " AND ")
		}
	}
	q.separate()
	q.sql(strings.ReplaceAll(text, "%s", "?"))
}

func quotedColumns(columns []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = "`" + c + "` = ?"
	}
	return out
}

// named is the table of a name; nil when there is none.
func (p *boilPackage) named(table string) *boilTable {
	for _, t := range p.tables {
		if t.table == table {
			return t
		}
	}
	return nil
}

// tyingCall writes what another method does that such a method calls.
func (q *boilQuery) tyingCall(call *ast.CallExpr, tie boilTie) {
	fn := q.made.home.Callee(call).Func
	if fn == nil || q.made.declaration(fn) == nil || receiverOf(fn) == types.Typ[types.Invalid] {
		return
	}
	t := q.made.of(receiverOf(fn))
	if t == nil {
		return
	}
	in := &boilQuery{speller: &speller{may: q.may, at: q.at}, made: q.made, table: t, last: q.last}
	switch fn.Name() {
	case "Insert":
		for _, r := range tied(tie.rows) {
			in.separate()
			of := t.row(q.last.Package, r, "Insert")
			for _, c := range tie.columns {
				of.set[c] = true
			}
			in.insert(of, &gosrc.Chain{Links: []gosrc.Link{{Callee: gosrc.Callee{Name: "Infer"}, Call: q.last.Call}}}, true)
		}
	case "Update":
		in.sql("UPDATE ")
		in.tableName()
		in.sql(" SET " + strings.Join(quotedColumns(listedIn(call)), ", "))
		in.byKeys()
	default:
		switch verb := boilVerb(fn.Name()); {
		case verb == "Add" && tie.none:
		case verb == "Add" || verb == "Set" || verb == "Remove":
			tie.columns = nil
			in.tied(q.made.declaration(fn), tie)
		}
	}
	if len(in.text) > 0 {
		q.separate()
		q.text = append(q.text, in.text...)
	}
}

// tied are the rows that a method is handed; one that is not known when it is handed none.
func tied(rows []gosrc.Value) []gosrc.Value {
	var out []gosrc.Value
	for _, r := range rows {
		out = append(out, gosrc.Alternatives(r)...)
	}
	if len(out) == 0 || len(out) > maxRows {
		return []gosrc.Value{gosrc.Unknown{Why: "rows"}}
	}
	return out
}

// listedIn are the columns of boil.Whitelist("…") in a call.
func listedIn(call *ast.CallExpr) []string {
	var out []string
	ast.Inspect(call, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			out = append(out, literalText(lit))
		}
		return true
	})
	return out
}
