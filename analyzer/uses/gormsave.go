package uses

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What GORM stores, with what its hooks, clauses, Select and Omit have to say in it.

// save writes every mapped column, of a new row or of the one that has its key.
func (q *gormQuery) save() {
	row, saved := q.row("Create"), q.saved()
	q.sql("INSERT INTO ")
	q.part(q.table)
	q.inserts(saved, row)
	switch q.last.Callee.Name {
	case "Save":
		if len(saved) == 0 {
			return
		}
		q.sql(" ON DUPLICATE KEY UPDATE ")
		q.speller.assignments(saved, q.row("Update"))
	case "Create", "CreateInBatches":
		q.onConflict(saved, row)
	case "FirstOrCreate":
		if given := q.given("Assign"); len(given) > 0 {
			q.sql("; UPDATE ")
			q.part(q.table)
			q.sql(" SET ")
			q.names(given, " = ?")
			q.where()
		}
	}
}

// row is the row that is saved; GORM calls its hooks first.
func (q *gormQuery) row(kind string) row {
	r := rowOf(q.last.Args)
	if q.last.Callee.Name == "FirstOrCreate" {
		r.set = map[string]bool{}
		for _, name := range slices.Concat(q.given("Where"), q.given("Attrs"), q.given("Assign")) {
			r.set[strings.Trim(name.String(), "`")] = true
		}
	}
	return q.hooked(r, kind)
}

func (q *gormQuery) hooked(r row, kind string) row {
	if q.named == nil || q.withoutHooks() {
		return r
	}
	return r.hooked(q.named, 0, kind, "BeforeSave", "Before"+kind)
}

// withoutHooks says whether the statement is told to call no hooks.
func (q *gormQuery) withoutHooks() bool {
	for _, l := range q.links["Session"] {
		for _, a := range l.Args {
			if r, ok := a.(*gosrc.Record); ok && r.Fields["SkipHooks"] != nil {
				return true
			}
		}
	}
	return strings.HasPrefix(q.last.Callee.Name, "UpdateColumn")
}

// given are the columns that a link names with their values: in a map, or in a struct.
func (q *gormQuery) given(link string) []gosrc.Text {
	var out []gosrc.Text
	for _, l := range q.links[link] {
		for i, a := range l.Args {
			if r, ok := a.(*gosrc.Record); ok {
				out = append(out, q.columnsOf(l, i, r)...)
			}
		}
	}
	return out
}

func (q *gormQuery) names(list []gosrc.Text, behind string) {
	for i, name := range list {
		if i > 0 {
			q.sql(", ")
		}
		q.part(name)
		q.sql(behind)
	}
}

// saved are the fields that are stored: those that Select names, without those of Omit.
func (q *gormQuery) saved() []modelField {
	if q.model == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(q.model.fields), func(f modelField) bool { return !q.chosen(f.column) })
}

// chosen says whether Select and Omit let a column be stored.
func (q *gormQuery) chosen(column string) bool {
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool {
			return name == "*" || strings.EqualFold(name, column) || q.model != nil && slices.ContainsFunc(q.model.fields, func(f modelField) bool {
				return f.field == name && strings.EqualFold(f.column, column)
			})
		})
	}
	selected, known := q.spelled("Select")
	omitted, _ := q.spelled("Omit")
	return (len(selected) == 0 || !known || has(selected)) && !has(omitted)
}

// spelled are the names that links of a kind are handed, and whether all are known.
func (q *gormQuery) spelled(link string) (names []string, known bool) {
	known = true
	add := func(v gosrc.Value) {
		t, ok := v.(gosrc.Text)
		if !ok {
			known = false
			return
		}
		name, whole := t.Known()
		known = known && whole
		names = append(names, name)
	}
	for _, l := range q.links[link] {
		for _, v := range l.Args {
			if list, ok := v.(*gosrc.List); ok {
				known = known && !list.Open
				for _, e := range list.Elems {
					add(e.Value)
				}
				continue
			}
			add(v)
		}
	}
	return names, known
}

// onConflict writes what becomes of a row that is there already.
func (q *gormQuery) onConflict(saved []modelField, r row) {
	for _, l := range q.links["Clauses"] {
		for _, a := range l.Args {
			c, ok := a.(*gosrc.Record)
			if !ok {
				continue
			}
			if all, ok := c.Fields["UpdateAll"].(gosrc.Const); ok && all.String() == "true" {
				q.sql(" ON DUPLICATE KEY UPDATE ")
				q.speller.assignments(saved, r)
				return
			}
			if updates := c.Fields["DoUpdates"]; updates != nil {
				q.sql(" ON DUPLICATE KEY UPDATE ")
				q.doUpdates(updates, r)
				return
			}
		}
	}
}

// doUpdates writes the assignments of a clause: of names to what the new row has, of
// names to values, or one by one.
func (q *gormQuery) doUpdates(v gosrc.Value, r row) {
	list := q.sequence("", ", ")
	switch v := v.(type) {
	case *gosrc.Chain:
		l := v.Links[len(v.Links)-1]
		if len(l.Args) == 0 {
			break
		}
		switch a := l.Args[0].(type) {
		case *gosrc.List:
			for _, e := range a.Elems {
				list.next()
				q.fromRow(e.Value, r)
			}
			if a.Open {
				list.next()
				q.hole("columns of " + l.Callee.Name)
			}
		case *gosrc.Record:
			for _, key := range a.Names() {
				list.next()
				q.part(a.Keys[key])
				q.sql(" = ")
				q.argument(a.Fields[key])
			}
		}
	case *gosrc.List:
		for _, e := range v.Elems {
			set, _ := e.Value.(*gosrc.Record)
			if set == nil {
				continue
			}
			column, _ := set.Fields["Column"].(*gosrc.Record)
			if column == nil {
				continue
			}
			list.next()
			q.value(column.Fields["Name"])
			q.sql(" = ?")
		}
	}
	if list.n == 0 {
		list.next()
		q.hole("columns of OnConflict")
		q.sql(" = ?")
	}
}

// fromRow writes the assignment of a column to what the new row has.
func (q *gormQuery) fromRow(name gosrc.Value, r row) {
	if t, ok := name.(gosrc.Text); ok {
		for _, f := range q.model.fields {
			if f.column == t.String() {
				q.assign(f, r)
				return
			}
		}
	}
	q.value(name)
	q.sql(" = ?")
}

func (q *gormQuery) update() {
	q.sql("UPDATE ")
	q.part(q.table)
	q.sql(" SET ")
	q.assignments()
	if m := q.model; m != nil && !strings.HasPrefix(q.last.Callee.Name, "UpdateColumn") {
		for _, f := range m.fields {
			if f.field == "UpdatedAt" || q.setByHook(f) {
				q.sql(", ")
				q.compared(f)
			}
		}
	}
	q.where()
}

// setByHook says whether a hook adds a column to what an update sets: by its name, or
// by setting the field of the very struct that is stored.
func (q *gormQuery) setByHook(f modelField) bool {
	r := q.hooked(row{}, "Update")
	for _, h := range r.hooks {
		how, byName := r.pkg.Sets(h, f.v, f.column)
		if how == gosrc.SetAlways && (byName || q.named == q.last) && q.chosen(f.column) {
			return true
		}
	}
	return false
}

func (q *gormQuery) assignments() {
	args := q.last.Args
	if len(args) >= 2 {
		if _, ok := args[0].(gosrc.Text); ok {
			q.fieldOrColumn(args[0])
			q.sql(" = ")
			q.argument(args[1])
			return
		}
	}
	if len(args) > 0 {
		if r, ok := args[0].(*gosrc.Record); ok {
			if len(r.Keys) > 0 {
				q.keyed(r)
				return
			}
			if names := q.columnsOf(q.last, 0, r); len(names) > 0 {
				q.names(slices.DeleteFunc(names, func(n gosrc.Text) bool { return !q.chosen(strings.Trim(n.String(), "`")) }), " = ?")
				return
			}
		}
	}
	named, s := q.destination()
	if named == nil {
		q.hole("columns of a value")
		return
	}
	list, row := q.sequence("", ", "), rowOf(args)
	_, chosen := q.links["Select"]
	for _, f := range gormMapping.of(named, s, load).fields {
		if !q.chosen(f.column) {
			continue
		}
		q.perhaps(list.n > 0 && !chosen, func() { // a field with its zero value is left out
			list.next()
			q.stores(f, row)
			q.sql(" = ?")
		})
	}
}

// keyed writes the assignments of a map.
func (q *gormQuery) keyed(r *gosrc.Record) {
	list := q.sequence("", ", ")
	for _, key := range r.Names() {
		name := q.byField(r.Keys[key])
		if !q.chosen(strings.Trim(name.String(), "`")) {
			continue
		}
		list.next()
		q.part(name)
		q.sql(" = ")
		q.argument(r.Fields[key])
	}
	if list.n == 0 {
		q.hole("columns of a map")
		q.sql(" = ?")
	}
}

func (q *gormQuery) remove() {
	if q.model != nil && q.model.deleted != nil && len(q.links["Unscoped"]) == 0 {
		q.sql("UPDATE ")
		q.part(q.table)
		q.sql(" SET ")
		q.compared(*q.model.deleted)
	} else {
		q.sql("DELETE FROM ")
		q.part(q.table)
	}
	q.where()
}
