package uses

import (
	"bytes"
	"cmp"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What ent's creates and updates store.

// An entSetting is what a setter does to a column of the entity's own table.
type entSetting struct {
	column string
	value  gosrc.Value // nil for what is not known
	what   string      // SQL that is stored instead
	may    bool
	at     token.Pos
	also   []token.Pos // of setters of the same column that it takes the place of
}

// entChanges are what the setters of a chain do.
type entChanges struct {
	columns []entSetting
	beside  []func() // write the statements for rows of other tables
	open    []*gosrc.Link
}

// set adds a setting; the last one that is made for sure is stored.
func (c *entChanges) set(n entSetting) {
	i := slices.IndexFunc(c.columns, func(have entSetting) bool { return have.column == n.column })
	switch {
	case i < 0:
		c.columns = append(c.columns, n)
	case !n.may:
		n.also = append(slices.Clip(c.columns[i].also), c.columns[i].at)
		c.columns[i] = n
	default:
		c.columns[i].also = append(slices.Clip(c.columns[i].also), n.at)
	}
}

func (c *entChanges) sure(column string) bool {
	return slices.ContainsFunc(c.columns, func(n entSetting) bool { return n.column == column && !n.may })
}

// changes reads the setters among links.
func (s *entSpeller) changes(e *entEntity, links []*gosrc.Link) *entChanges {
	c := &entChanges{}
	for _, l := range links {
		verb, rest, ok := entVerb(l.Callee.Name)
		if _, kind := s.client.builder(l.Callee.Recv); !ok || kind == "" || kind == "Client" {
			continue
		}
		if !s.change(c, e, l, verb, rest) {
			c.open = append(c.open, l)
		}
	}
	return c
}

// entVerb splits the name of a setter.
func entVerb(name string) (verb, rest string, ok bool) {
	for _, verb := range [...]string{"Set", "Add", "Append", "Clear", "Remove", "Update"} {
		if rest, ok := strings.CutPrefix(name, verb); ok && rest != "" {
			return verb, rest, true
		}
	}
	return "", "", false
}

// change reads one setter; false when it is not known what it sets.
func (s *entSpeller) change(c *entChanges, e *entEntity, l *gosrc.Link, verb, rest string) bool {
	f, may := e.setField(rest)
	if f != nil {
		c.set(s.fieldSetting(f.column, l, verb, may))
		return true
	}
	edge := e.setEdge(rest)
	if edge == nil {
		return s.custom(c, e, l)
	}
	may = strings.HasPrefix(rest, "Nillable")
	if edge.own {
		n := s.fieldSetting(edge.column, l, verb, may)
		if verb != "Clear" {
			n.value, n.what = nil, "?"
		}
		c.set(n)
		return true
	}
	c.beside = append(c.beside, func() { s.at(l, func() { s.perhaps(may, func() { s.related(e, edge, verb) }) }) })
	return true
}

func (s *entSpeller) fieldSetting(column string, l *gosrc.Link, verb string, may bool) entSetting {
	n := entSetting{column: column, value: firstOf(l.Args), may: may || l.May, at: entPlace(l)}
	switch verb {
	case "Clear":
		n.what = "NULL"
	case "Add":
		n.what = "`" + column + "` + ?"
	case "Append":
		n.what = "CONCAT(`" + column + "`, ?)"
	case "Update":
		n.what = "VALUES(`" + column + "`)"
	}
	if may {
		n.what = "?"
	}
	return n
}

// custom reads the body of a setter that a template of one's own made, for the setters
// that it calls; false when it calls none that is known.
func (s *entSpeller) custom(c *entChanges, e *entEntity, l *gosrc.Link) bool {
	if l.Callee.Func == nil {
		return false
	}
	_, body, _ := bytes.Cut(l.Package.Spelled(l.Callee.Func), []byte("{\n"))
	may, found := bytes.Contains(body, []byte("if ")), false
	for _, m := range setterCall().FindAllSubmatch(body, -1) {
		name := string(m[1])
		verb, rest, ok := entVerb(name)
		if !ok || name == l.Callee.Name && !bytes.Contains(body, []byte("utation."+name+"(")) {
			return false
		}
		f, perhaps := e.setField(rest)
		if f == nil && strings.HasSuffix(rest, "ID") && e.id != "" { // SetRawID of a mutation
			f = e.column(e.id)
		}
		if f == nil {
			return false
		}
		n := s.fieldSetting(f.column, l, verb, may || perhaps)
		if len(l.Args) != 1 {
			n.value, n.what = nil, cmp.Or(n.what, "?")
		}
		c.set(n)
		found = true
	}
	return found
}

var setterCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.((?:Set|Add|Append|Clear)[A-Z]\w*)\(`)
})

// setField is the field that a setter sets, by its name without Set, and whether it
// does so only for a value that is not nil.
func (e *entEntity) setField(rest string) (f *modelField, may bool) {
	if f := e.field(rest); f != nil {
		return f, false
	}
	if f := e.field(strings.TrimSuffix(rest, "Field")); f != nil {
		return f, false
	}
	if f := e.field(strings.TrimPrefix(rest, "Nillable")); f != nil {
		return f, true
	}
	return nil, false
}

// setEdge is the edge that a setter sets: Owner, OwnerID, Pets or PetIDs.
func (e *entEntity) setEdge(rest string) *entEdge {
	rest = strings.TrimPrefix(rest, "Nillable")
	for _, name := range [...]string{rest, strings.TrimSuffix(rest, "ID"), strings.TrimSuffix(rest, "Edge")} {
		if edge := e.edges[name]; edge != nil {
			return edge
		}
	}
	singular, ok := strings.CutSuffix(rest, "IDs")
	if !ok {
		return nil
	}
	return e.plural(singular)
}

// plural is the edge to several whose name begins most like a singular; nil when more
// than one does.
func (e *entEntity) plural(singular string) *entEdge {
	var best *entEdge
	most, tie := 1, false
	for _, edge := range e.edges {
		if !edge.many {
			continue
		}
		n := 0
		for n < len(singular) && n < len(edge.name) && singular[n] == edge.name[n] {
			n++
		}
		score := 4*n - max(len(edge.name)-len(singular), len(singular)-len(edge.name))
		switch {
		case n < 2:
		case best == nil || score > most:
			best, most, tie = edge, score, false
		case score == most:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}

// related writes what a setter of an edge does to rows of another table.
func (s *entSpeller) related(e *entEntity, edge *entEdge, verb string) {
	takes := verb == "Clear" || verb == "Remove"
	if edge.column != "" {
		s.sql("; UPDATE ")
		s.ident(edge.table)
		s.sql(" SET ")
		s.ident(edge.column)
		if takes {
			s.sql(" = NULL WHERE ")
			s.ident(edge.column)
			s.sql(" = ?")
			return
		}
		s.sql(" = ? WHERE ")
		s.ident(edge.target.id)
		s.sql(" IN (?)")
		return
	}
	pair := e.pair(edge, s.in)
	if takes {
		s.sql("; DELETE FROM ")
		s.ident(edge.table)
		s.sql(" WHERE ")
		if len(pair) != 2 {
			s.hole("columns of " + edge.table)
			return
		}
		s.ident(pair[0])
		s.sql(" = ? AND ")
		s.ident(pair[1])
		s.sql(" IN (?)")
		return
	}
	s.sql("; INSERT INTO ")
	s.ident(edge.table)
	s.sql(" SET ")
	if len(pair) != 2 {
		s.hole("columns of " + edge.table)
		s.sql(" = ?")
		return
	}
	s.ident(pair[0])
	s.sql(" = ?, ")
	s.ident(pair[1])
	s.sql(" = ?")
}

// create writes a new row, and what becomes of one that is there already.
func (s *entSpeller) create(q *entQuery) {
	links, behind := q.links, []*gosrc.Link(nil)
	conflict := slices.IndexFunc(links, func(l *gosrc.Link) bool {
		return strings.HasPrefix(l.Callee.Name, "OnConflict") || strings.Contains(l.Callee.Recv, "Upsert")
	})
	if conflict >= 0 {
		links, behind = links[:conflict], links[conflict:]
	}
	c := s.changes(q.entity, links)
	for _, f := range q.entity.fields {
		if q.entity.hasDefault(f, "Default") && !c.sure(f.column) {
			c.give(f.column, s.speller.at)
		}
	}
	s.sql("INSERT INTO ")
	s.ident(q.entity.table)
	s.assign(c, q.open, " SET ")
	if conflict >= 0 {
		s.upsert(q.entity, c, behind, q.open)
	}
	for _, do := range c.beside {
		do()
	}
}

// give says that ent stores a value of its own where no setter does.
func (c *entChanges) give(column string, at token.Pos) {
	for i := range c.columns {
		if c.columns[i].column == column {
			c.columns[i].may = false
			return
		}
	}
	c.columns = append(c.columns, entSetting{column: column, what: "DEFAULT", at: at})
}

// assign writes settings; a hole for those that are not known.
func (s *entSpeller) assign(c *entChanges, open bool, before string) {
	list := s.sequence(before, ", ")
	for _, sure := range [...]bool{true, false} {
		for _, n := range c.columns {
			if n.may == sure {
				continue
			}
			may, at := s.may, s.speller.at
			s.may, s.speller.at = s.may || n.may, n.at
			list.next()
			s.ident(n.column)
			for _, at := range n.also {
				s.text = append(s.text, gosrc.Part{Pos: at, May: s.may})
			}
			s.sql(" = ")
			s.given(n)
			s.may, s.speller.at = may, at
		}
	}
	for _, l := range c.open {
		s.at(l, func() {
			list.next()
			s.hole("what " + l.Callee.Name + " sets")
			s.sql(" = ?")
		})
	}
	if open || list.n == 0 && before == " SET " {
		list.next()
		s.hole("columns that another function sets")
		s.sql(" = ?")
	}
}

func (s *entSpeller) given(n entSetting) {
	switch {
	case n.what != "":
		s.sql(n.what)
	case n.value != nil:
		s.stored(n.value)
	default:
		s.sql("?")
	}
}

// upsert writes what OnConflict does with a row that is there already.
func (s *entSpeller) upsert(e *entEntity, created *entChanges, links []*gosrc.Link, open bool) {
	c := &entChanges{}
	for _, l := range links {
		switch l.Callee.Name {
		case "UpdateNewValues":
			c.takeNew(created, e, l, open)
		case "OnConflict":
			c.resolve(created, e, l, open)
		case "Update":
			s.updateSet(c, e, l)
		default:
			s.upserted(c, e, l)
		}
	}
	s.assign(c, false, " ON DUPLICATE KEY UPDATE ")
}

// updateSet reads what the function adds that Update of an upsert is handed.
func (s *entSpeller) updateSet(c *entChanges, e *entEntity, l *gosrc.Link) {
	for _, ch := range handedChains(l.Args) {
		if len(ch.Links) == 0 {
			c.open = append(c.open, l)
		}
		for i := range ch.Links {
			s.upserted(c, e, &ch.Links[i])
		}
	}
}

func (s *entSpeller) upserted(c *entChanges, e *entEntity, l *gosrc.Link) {
	verb, rest, ok := entVerb(l.Callee.Name)
	if ok && rest != "NewValues" && !s.change(c, e, l, verb, rest) {
		c.open = append(c.open, l)
	}
}

// resolve reads the options of OnConflict.
func (c *entChanges) resolve(created *entChanges, e *entEntity, l *gosrc.Link, open bool) {
	for _, v := range l.Args {
		switch in := lastLink(v); {
		case in == nil || in.Callee.Name == "ResolveWith":
			c.open = append(c.open, l)
		case in.Callee.Name == "ResolveWithNewValues":
			c.takeNew(created, e, l, open)
		}
	}
}

// takeNew says that a row which is there already gets the values of the new one.
func (c *entChanges) takeNew(created *entChanges, e *entEntity, l *gosrc.Link, open bool) {
	for _, n := range created.columns {
		if f := e.column(n.column); f == nil || f.column != e.id && e.mutable(f) {
			c.set(entSetting{column: n.column, what: "VALUES(`" + n.column + "`)", may: n.may || l.May, at: entPlace(l)})
		}
	}
	if open {
		c.open = append(c.open, l)
	}
}

// mutable says whether an upsert may set a field: its builder has a setter.
func (e *entEntity) mutable(f *modelField) bool {
	obj := e.client.pkg.Scope().Lookup(e.name + "Upsert")
	if obj == nil {
		return true
	}
	m, _, _ := types.LookupFieldOrMethod(types.NewPointer(obj.Type()), true, e.client.pkg, "Update"+f.field)
	return m != nil
}

// bulk writes the rows of builders.
func (s *entSpeller) bulk(q *entQuery) {
	begun := slices.IndexFunc(q.links, func(l *gosrc.Link) bool { return strings.HasSuffix(l.Callee.Name, "CreateBulk") })
	rows, known := []*entQuery(nil), begun >= 0
	var behind []*gosrc.Link
	if known {
		l := q.links[begun]
		behind = q.links[begun+1:]
		args := l.Args
		if l.Callee.Name == "MapCreateBulk" && len(args) > 0 {
			args = args[1:]
		}
		for _, v := range entElements(args) {
			ch, ok := v.(*gosrc.Chain)
			if !ok || len(ch.Links) == 0 {
				known = false
				continue
			}
			row := s.apart(ch)
			if row == nil || row.entity != q.entity {
				known = false
				continue
			}
			row.open = row.open && l.Callee.Name != "MapCreateBulk"
			row.links = append(slices.Clip(row.links), behind...)
			rows = append(rows, row)
		}
	}
	if !known || len(rows) == 0 {
		rows = append(rows, &entQuery{entity: q.entity, does: "Create", open: true, links: behind})
	}
	for i, row := range rows {
		if i > 0 {
			s.sql("; ")
		}
		s.create(row)
	}
}

// entElements are values, with those of lists in their place.
func entElements(values []gosrc.Value) []gosrc.Value {
	var out []gosrc.Value
	for _, v := range values {
		for _, a := range gosrc.Alternatives(v) {
			list, ok := a.(*gosrc.List)
			if !ok {
				out = append(out, a)
				continue
			}
			for _, e := range list.Elems {
				out = append(out, gosrc.Alternatives(e.Value)...)
			}
			if list.Open && !(list.Made && len(list.Elems) > 0) {
				out = append(out, gosrc.Unknown{Why: "more elements"})
			}
		}
	}
	return out
}

// update writes an UPDATE; of one row ent reads the columns behind it.
func (s *entSpeller) update(q *entQuery) {
	c := s.changes(q.entity, q.links)
	for _, f := range q.entity.fields {
		if q.entity.hasDefault(f, "UpdateDefault") && !c.sure(f.column) {
			c.give(f.column, s.speller.at)
		}
	}
	s.modified(c, q)
	if len(c.columns) > 0 || len(c.open) > 0 || q.open {
		s.sql("UPDATE ")
		s.ident(q.entity.table)
		s.assign(c, q.open, " SET ")
		s.where(q)
	} else {
		s.sql("SELECT ")
		s.ident(q.entity.id)
		s.sql(" FROM ")
		s.ident(q.entity.table)
		s.where(q)
	}
	for _, do := range c.beside {
		do()
	}
	if q.one && q.ends() != "" {
		s.sql("; SELECT ")
		s.selection(&entQuery{entity: q.entity, links: q.named("Select")})
		s.sql(" FROM ")
		s.ident(q.entity.table)
		s.sql(" WHERE ")
		s.ident(q.entity.id)
		s.sql(" = ?")
	}
}

// modified adds what functions set by ent's package of SQL.
func (s *entSpeller) modified(c *entChanges, q *entQuery) {
	for _, l := range q.named("Modify") {
		for _, v := range l.Args {
			fn, ok := v.(*gosrc.Func)
			if !ok || fn.Lit == nil {
				c.open = append(c.open, l)
				continue
			}
			names, whole := q.entity.namesIn(fn.Lit, s.in)
			for _, name := range names {
				c.set(entSetting{column: name, what: "?", may: true, at: entPlace(l)})
			}
			if !whole {
				c.open = append(c.open, l)
			}
		}
	}
}
