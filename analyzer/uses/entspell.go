package uses

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// An entSpeller spells what the builders of one client send.
type entSpeller struct {
	*speller
	client *entClient
	in     *gosrc.Package // that spells the chain
}

// An entQuery is what a chain asks of an entity, up to an edge that leads on.
type entQuery struct {
	entity *entEntity
	does   string // Query, Create, CreateBulk, Update, Delete
	links  []*gosrc.Link
	one    bool // of one row, by its id
	open   bool // another function began it
	from   *entQuery
	edge   *entEdge // from there
}

// entPlace is where the name of a called method stands.
func entPlace(l *gosrc.Link) token.Pos {
	if sel, ok := ast.Unparen(l.Call.Fun).(*ast.SelectorExpr); ok {
		return sel.Sel.Pos()
	}
	return l.Call.Lparen
}

// at writes under the condition and at the place of a link.
func (s *entSpeller) at(l *gosrc.Link, do func()) {
	may, at := s.may, s.speller.at
	s.may, s.speller.at = s.may || l.May, entPlace(l)
	do()
	s.may, s.speller.at = may, at
}

// apart takes a chain apart; nil when its entity is not known.
func (s *entSpeller) apart(ch *gosrc.Chain) *entQuery {
	var q *entQuery
	for i := range ch.Links {
		l := &ch.Links[i]
		e, kind := s.client.builder(l.Callee.Recv)
		switch {
		case q == nil && e == nil:
			return nil
		case q == nil:
			q = begunBy(e, kind, l)
			if kind == "" || kind == "Client" {
				continue
			}
		case strings.HasPrefix(l.Callee.Name, "Query") && e != nil:
			q = q.along(strings.TrimPrefix(l.Callee.Name, "Query"), l)
			continue
		}
		q.links = append(q.links, l)
	}
	return q
}

// begunBy is what the first link of a chain asks for.
func begunBy(e *entEntity, kind string, l *gosrc.Link) *entQuery {
	name := l.Callee.Name
	q := &entQuery{entity: e, does: "Query", links: []*gosrc.Link{l}}
	switch kind {
	case "", "Client":
		q.one = kind == "" || strings.Contains(name, "One") || strings.HasPrefix(name, "Get")
		for _, does := range [...]string{"CreateBulk", "Create", "Update", "Delete"} {
			if strings.Contains(name, does) {
				q.does = does
				return q
			}
		}
		if edge, ok := strings.CutPrefix(name, "Query"); ok && edge != "" {
			q.one = true
			return q.along(edge, l)
		}
		return q
	case "Create", "UpsertOne", "UpsertBulk":
		q.does = "Create"
	case "CreateBulk", "Update", "Delete":
		q.does = kind
	case "UpdateOne", "DeleteOne":
		q.does, q.one = strings.TrimSuffix(kind, "One"), true
	case "Mutation":
		q.does = "Update"
	}
	q.links, q.open = nil, true
	return q
}

// along is what an edge of a query leads to.
func (q *entQuery) along(name string, l *gosrc.Link) *entQuery {
	edge := q.entity.edges[name]
	if edge == nil { // of a type that is told by what the method gives
		_, of := gosrc.Named(l.TypeOf(l.Call))
		e, _ := q.entity.client.builder(of)
		return &entQuery{entity: e, does: "Query", open: true}
	}
	return &entQuery{entity: edge.target, does: "Query", from: q, edge: edge}
}

func (s *entSpeller) statement(ch *gosrc.Chain) {
	q := s.apart(ch)
	if q == nil || q.entity == nil {
		s.sql("SELECT ")
		s.hole("columns of an entity")
		return
	}
	if q.entity.table == "" {
		s.sql("SELECT ")
		s.hole("columns of " + q.entity.name)
		s.sql(" FROM ")
		s.hole("the table of " + q.entity.name)
		return
	}
	switch q.does {
	case "Create":
		s.create(q)
	case "CreateBulk":
		s.bulk(q)
	case "Update":
		s.update(q)
	case "Delete":
		s.sql("DELETE FROM ")
		s.ident(q.entity.table)
		s.where(q)
	default:
		s.load(q)
	}
}

// ident writes a name that the generated code spells.
func (s *entSpeller) ident(name string) { s.sql("`" + strings.ReplaceAll(name, "`", "") + "`") }

// own writes a column behind its table: it is that, and not what is selected by its name.
func (s *entSpeller) own(e *entEntity, column string) {
	s.ident(e.table)
	s.sql(".")
	s.ident(column)
}

// load writes a query.
func (s *entSpeller) load(q *entQuery) {
	s.sql("SELECT ")
	s.selection(q)
	s.sql(" FROM ")
	s.ident(q.entity.table)
	s.where(q)
	s.grouped(q)
	s.ordered(q)
	s.eager(q)
}

// named are the links of a query that call one of some names.
func (q *entQuery) named(names ...string) []*gosrc.Link {
	var out []*gosrc.Link
	for _, l := range q.links {
		if slices.Contains(names, l.Callee.Name) {
			out = append(out, l)
		}
	}
	return out
}

// ends is the name of the call that runs a query.
func (q *entQuery) ends() string {
	if len(q.links) == 0 {
		return ""
	}
	name := q.links[len(q.links)-1].Callee.Name
	if entTerminal(name) == gosrc.NoStep {
		return ""
	}
	return entPlain(name)
}

// selection writes what a query selects: the columns of the entity, or those that it
// is told.
func (s *entSpeller) selection(q *entQuery) {
	switch q.ends() {
	case "Count":
		s.counted(q)
		return
	case "Exist", "FirstID", "IDs", "OnlyID":
		s.ident(q.entity.id)
		return
	}
	list := s.sequence("", ", ")
	for _, l := range q.named("GroupBy", "Select") {
		s.at(l, func() {
			for _, v := range l.Args {
				list.next()
				s.selected(q.entity, v)
			}
		})
	}
	s.each(q, "Aggregate", list, s.aggregate)
	if list.n > 0 {
		return
	}
	for _, f := range q.entity.fields {
		list.next()
		s.loads(f, false)
	}
	if slices.ContainsFunc(q.links, func(l *gosrc.Link) bool { e := q.entity.eager(l); return e != nil && e.own }) {
		for _, column := range q.entity.foreignKeys(s.in) {
			list.next()
			s.ident(column)
		}
	}
}

// counted writes what is counted: the values that Select names, or the rows.
func (s *entSpeller) counted(q *entQuery) {
	list := s.sequence("COUNT(DISTINCT ", ", ")
	for _, l := range q.named("Select") {
		s.at(l, func() {
			for _, v := range l.Args {
				list.next()
				s.alternatives(v, s.columnAt)
			}
		})
	}
	if list.n == 0 {
		s.sql("COUNT(*)")
		return
	}
	s.sql(")")
}

// selected writes a column that is named.
func (s *entSpeller) selected(e *entEntity, v gosrc.Value) {
	s.alternatives(v, func(v gosrc.Value) {
		if t, ok := v.(gosrc.Text); ok {
			if name, whole := t.Known(); whole {
				if f := e.column(name); f != nil {
					s.loads(*f, false)
					return
				}
			}
		}
		s.columnAt(v)
	})
}

// columnAt writes a column that a value names, at the place of the call: what spells it
// is a constant of the generated code, mostly.
func (s *entSpeller) columnAt(v gosrc.Value) {
	if t, ok := v.(gosrc.Text); ok {
		if name, whole := t.Known(); whole && isDottedName(name) {
			s.ident(name)
			return
		}
	}
	s.value(v)
}

// aggregate writes Count(), Sum(field), or As of one.
func (s *entSpeller) aggregate(v gosrc.Value) {
	l := lastLink(v)
	if l == nil {
		s.value(v)
		return
	}
	s.at(l, func() {
		switch l.Callee.Name {
		case "Count":
			s.sql("COUNT(*)")
		case "As":
			s.aggregate(firstOf(l.Args))
		default:
			s.sql("MAX(")
			s.columnAt(firstOf(l.Args))
			s.sql(")")
		}
	})
}

// lastLink is the last link of a chain; nil of other values.
func lastLink(v gosrc.Value) *gosrc.Link {
	ch, ok := v.(*gosrc.Chain)
	if !ok || len(ch.Links) == 0 {
		return nil
	}
	return &ch.Links[len(ch.Links)-1]
}

// each writes what the calls of a name are handed.
func (s *entSpeller) each(q *entQuery, name string, list *sequence, write func(gosrc.Value)) {
	for _, l := range q.named(name) {
		s.at(l, func() {
			for _, v := range l.Args {
				list.next()
				write(v)
			}
		})
	}
}

func (s *entSpeller) grouped(q *entQuery) {
	list := s.sequence(" GROUP BY ", ", ")
	s.each(q, "GroupBy", list, s.columnAt)
}

func (s *entSpeller) ordered(q *entQuery) {
	list := s.sequence(" ORDER BY ", ", ")
	for _, l := range q.named("Order") {
		s.at(l, func() {
			for _, v := range entElements(l.Args) {
				list.next()
				s.order(q, v)
			}
		})
	}
}

// order writes one order: by a field, by what an edge leads to, or by terms that a
// function writes.
func (s *entSpeller) order(q *entQuery, v gosrc.Value) {
	l := lastLink(v)
	if l == nil {
		s.free(q.entity, v)
		return
	}
	s.at(l, func() { s.orderBy(q, l) })
}

func (s *entSpeller) orderBy(q *entQuery, l *gosrc.Link) {
	by, _ := strings.CutPrefix(l.Callee.Name, "By")
	e := q.entity
	switch {
	case isEntPath(l.Callee.Pkg) || l.Callee.Name == "Asc" || l.Callee.Name == "Desc":
		if len(l.Args) == 0 || strings.HasPrefix(l.Callee.Name, "OrderByRand") {
			s.sql("1")
			return
		}
		list := s.sequence("", ", ")
		for _, a := range l.Args {
			if _, text := a.(gosrc.Text); !text && list.n > 0 {
				continue // an option
			}
			list.next()
			s.alternatives(a, func(a gosrc.Value) {
				if t, ok := a.(gosrc.Text); ok && e.column(t.String()) != nil {
					s.own(e, t.String())
					return
				}
				s.columnAt(a)
			})
		}
	case e.field(by) != nil:
		s.own(e, e.field(by).column)
	case e.field(strings.TrimSuffix(by, "Field")) != nil:
		s.own(e, e.field(strings.TrimSuffix(by, "Field")).column)
	default:
		edge := e.edges[by]
		if edge == nil {
			edge = e.edges[strings.TrimSuffix(by, "Count")]
		}
		if edge == nil {
			edge = e.edges[strings.TrimSuffix(by, "Field")]
		}
		if edge == nil {
			s.hole("order " + l.Callee.Name)
			return
		}
		s.neighbours(e, edge, func(to *entQuery) {
			list := s.sequence(" ORDER BY ", ", ")
			for _, a := range l.Args {
				switch a := a.(type) {
				case *gosrc.Chain:
					list.next()
					s.order(to, a)
				case gosrc.Text:
					list.next()
					s.columnAt(a)
				}
			}
		})
	}
}

// eager is the edge that a link loads with the rows; nil when it is none.
func (e *entEntity) eager(l *gosrc.Link) *entEdge {
	name, ok := strings.CutPrefix(l.Callee.Name, "With")
	if !ok {
		return nil
	}
	if edge := e.edges[name]; edge != nil {
		return edge
	}
	return e.edges[strings.TrimPrefix(name, "Named")]
}

// eager writes the loads of edges, statements of their own.
func (s *entSpeller) eager(q *entQuery) {
	for _, l := range q.links {
		edge := q.entity.eager(l)
		if edge == nil || edge.target.table == "" {
			continue
		}
		s.at(l, func() {
			for _, ch := range handedChains(l.Args) {
				to := &entQuery{entity: edge.target, does: "Query", from: &entQuery{entity: q.entity, one: true, links: []*gosrc.Link{l}}, edge: edge}
				for i := range ch.Links {
					to.links = append(to.links, &ch.Links[i])
				}
				s.sql("; ")
				s.load(to)
			}
		})
	}
}

// handedChains are what functions add to a builder that they are handed; an empty one
// where no function is.
func handedChains(args []gosrc.Value) []*gosrc.Chain {
	var out []*gosrc.Chain
	for _, v := range args {
		for _, a := range gosrc.Alternatives(v) {
			if ch, ok := a.(*gosrc.Chain); ok {
				out = append(out, ch)
			}
		}
	}
	if len(out) == 0 {
		return []*gosrc.Chain{{}}
	}
	return out
}
