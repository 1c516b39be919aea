package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// create reads a CREATE that does not parse.
func (r *Reader) create(s *statement, failed *schema.Opaque) []schema.Change {
	i := s.objectKind()
	switch {
	case s.is(i, "TABLE"):
		return r.createByElement(s, i, failed)
	case s.is(i, "TRIGGER"):
		return s.trigger(i, failed)
	case s.is(i, "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"):
		return s.routine(i, failed)
	case s.is(i, "VIEW"):
		return s.view(i, failed)
	case s.is(i, "INDEX"):
		return s.indexByTokens(i, failed)
	case s.is(i, "DATABASE", "SCHEMA"):
		return []schema.Change{&schema.CreateDatabase{Clause: s.at(s.whole(), ""), Name: s.ident(s.skip(i+1, "IF", "NOT", "EXISTS"))}}
	case s.is(i, "TABLESPACE", "SERVER", "SEQUENCE", "USER", "ROLE", "LIBRARY", "LOGFILE", "UNDO", "RESOURCE", "SPATIAL"):
		return []schema.Change{s.neutral()}
	}
	return []schema.Change{failed}
}

// objectKind returns the index of the word that says what a CREATE, ALTER or
// DROP is about; OR REPLACE, DEFINER = x@y, ALGORITHM = x and the like stand before it.
func (s *statement) objectKind() int {
	for i := 1; i < len(s.toks) && i < 30; i++ {
		if s.is(i, "TABLE", "TABLES", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE", "VIEW", "INDEX", "DATABASE", "SCHEMA",
			"TABLESPACE", "SERVER", "SEQUENCE", "USER", "ROLE", "LIBRARY", "LOGFILE", "RESOURCE") && !s.is(i-1, "=", "SECURITY", "@") {
			return i
		}
	}
	return 1
}

func (s *statement) routineByTokens() []schema.Change {
	s.tokens()
	i := s.objectKind()
	if s.is(0, "DROP") {
		return s.drop(nil)
	}
	return s.routine(i, nil)
}

func (s *statement) routine(i int, failed *schema.Opaque) []schema.Change {
	kind := strings.ToUpper(s.ident(i))
	if s.is(i+1, "BODY") {
		i++
	}
	n, after := s.name(s.skip(i+1, "IF", "NOT", "EXISTS"))
	if n.Name == "" {
		return []schema.Change{failed}
	}
	body := ""
	if after < len(s.toks) {
		body = s.text[s.toks[after].Start:]
	}
	return []schema.Change{&schema.CreateRoutine{Clause: s.at(s.whole(), ""), Routine: &schema.Routine{Name: n.Name, Kind: kind, Body: body}}}
}

// trigger reads CREATE TRIGGER name BEFORE|AFTER INSERT|UPDATE|DELETE ON table FOR EACH ROW … .
func (s *statement) trigger(i int, failed *schema.Opaque) []schema.Change {
	n, i := s.name(s.skip(i+1, "IF", "NOT", "EXISTS"))
	if n.Name == "" || !s.is(i, "BEFORE", "AFTER") || !s.is(i+2, "ON") {
		return []schema.Change{failed}
	}
	t := &schema.Trigger{Name: n.Name, Timing: strings.ToUpper(s.ident(i)), Event: strings.ToUpper(s.ident(i + 1))}
	t.Table, i = s.name(i + 3)
	if i = s.skip(i, "FOR", "EACH", "ROW"); i < len(s.toks) {
		t.Body = s.text[s.toks[i].Start:]
	}
	return []schema.Change{&schema.CreateTrigger{Clause: s.at(s.whole(), ""), Trigger: t}}
}

func (s *statement) view(i int, failed *schema.Opaque) []schema.Change {
	n, after := s.name(s.skip(i+1, "IF", "NOT", "EXISTS"))
	if n.Name == "" {
		return []schema.Change{failed}
	}
	v := &schema.View{Name: n}
	if s.is(after, "(") {
		v.Columns = s.namesIn(after)
	}
	v.Select = s.textAfter("AS")
	for j := after; j < len(s.toks); j++ {
		if s.is(j, "FROM", "JOIN") {
			if t, k := s.name(j + 1); k > j+1 {
				v.Tables = append(v.Tables, t)
			}
		}
	}
	return []schema.Change{&schema.CreateView{Clause: s.at(s.whole(), ""), View: v, OrReplace: s.is(0, "ALTER") || s.is(1, "OR")}}
}

func (s *statement) indexByTokens(i int, failed *schema.Opaque) []schema.Change {
	k := &schema.Key{Name: s.ident(s.skip(i+1, "IF", "NOT", "EXISTS"))}
	switch {
	case s.is(i-1, "UNIQUE"):
		k.Kind = schema.UniqueKey
	case s.is(i-1, "FULLTEXT"):
		k.Kind = schema.FulltextKey
	case s.is(i-1, "SPATIAL"):
		k.Kind = schema.SpatialKey
	}
	for ; i < len(s.toks) && !s.is(i, "ON"); i++ {
	}
	t, i := s.name(i + 1)
	if t.Name == "" {
		return []schema.Change{failed}
	}
	for _, c := range s.namesIn(i) {
		k.Columns = append(k.Columns, schema.KeyPart{Column: c})
	}
	return []schema.Change{&schema.AddKey{On: s.tokenOn(t), Key: k}}
}

// createByElement reads the definitions of a CREATE TABLE one by one.
func (r *Reader) createByElement(s *statement, i int, failed *schema.Opaque) []schema.Change {
	n, i := s.name(s.skip(i+1, "IF", "NOT", "EXISTS"))
	if n.Name == "" || !s.is(i, "(") {
		return []schema.Change{failed}
	}
	closing := s.closing(i)
	c := &schema.CreateTable{On: s.tokenOn(n), OrReplace: s.has(factReplace) || s.is(1, "OR")}
	t := &schema.Table{Name: n, Temporary: s.is(1, "TEMPORARY") || s.is(3, "TEMPORARY")}
	c.Def = t
	out := []schema.Change{c}
	for _, e := range s.split(i+1, min(closing, len(s.toks))) {
		if !r.element(s, c, i+1, e) && !s.is(e.from, "PERIOD") {
			t.Unknown = true
			out = append(out, s.opaque(schema.Unparsed, failed.Why, s.toks[e.from].Start))
		}
	}
	tail := clause{min(closing+1, len(s.toks)), len(s.toks)}
	t.Charset = strings.ToLower(s.valueOf(tail, "CHARSET", "SET"))
	t.Collation = strings.ToLower(s.valueOf(tail, "COLLATE"))
	for j := tail.from; j < tail.to; j++ {
		c.Partial = c.Partial || s.is(j, "SELECT")
		t.Partitioned = t.Partitioned || s.is(j, "PARTITION")
	}
	if len(out) == 1 && closing < len(s.toks) && s.source.Problem == nil {
		c.Tokens = false
	}
	return out
}

// element adds one definition to the table, and says whether it could be read.
func (r *Reader) element(s *statement, c *schema.CreateTable, first int, e clause) bool {
	at := s.at(e, "").Span
	sub := s.only(first, len(s.toks), e)
	text := []byte(sub.text + ")")
	sub.text = string(text)
	node, err := r.parse(sub.text, sub.mode)
	create, ok := node.(*ast.CreateTableStmt)
	if err == nil && ok {
		sub.tokens()
		for _, def := range create.Cols {
			s.addDefinition(c, sub.column(def, sub.whole()), at)
		}
		for _, con := range create.Constraints {
			addConstraint(c, sub.constraint(con, schema.On{}, sub.whole()), at)
		}
		return true
	}
	if !s.isConstraint(e.from) && s.isName(e.from) {
		s.addDefinition(c, definition{column: s.columnByTokens(e.from)}, at)
	}
	return false
}

// drop reads a DROP that does not parse.
func (s *statement) drop(failed *schema.Opaque) []schema.Change {
	i := s.objectKind()
	ifExists := s.seq(i+1, "IF", "EXISTS")
	at := s.skip(i+1, "IF", "EXISTS")
	whole := s.at(s.whole(), "")
	n, after := s.name(at)
	switch {
	case n.Name == "":
	case s.is(i, "TABLE", "TABLES", "VIEW"):
		return s.dropList(s.is(i, "VIEW"), at, ifExists)
	case s.is(i, "TRIGGER"):
		whole.Tokens = after < len(s.toks)
		return []schema.Change{&schema.DropTrigger{Clause: whole, Name: n.Name}}
	case s.is(i, "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"):
		whole.Tokens = after < len(s.toks)
		return []schema.Change{&schema.DropRoutine{Clause: whole, Kind: strings.ToUpper(s.ident(i)), Name: n.Name}}
	case s.is(i, "DATABASE", "SCHEMA"):
		return []schema.Change{&schema.DropDatabase{Clause: whole, Name: n.Name}}
	case s.is(i, "INDEX") && s.is(after, "ON"):
		t, _ := s.name(after + 1)
		return []schema.Change{&schema.DropKey{On: s.tokenOn(t), Name: keyName(n.Name)}}
	case s.is(i, "TABLESPACE", "SERVER", "SEQUENCE", "USER", "ROLE", "LIBRARY", "LOGFILE", "RESOURCE"):
		return []schema.Change{s.neutral()}
	}
	if failed == nil {
		return []schema.Change{s.neutral()}
	}
	return []schema.Change{failed}
}

func (s *statement) dropList(view bool, from int, ifExists bool) []schema.Change {
	var out []schema.Change
	for _, c := range s.split(from, len(s.toks)) {
		n, _ := s.name(c.from)
		if n.Name == "" {
			continue
		}
		at := s.quoting(s.at(c, ""))
		at.Tokens = true
		if view {
			out = append(out, &schema.DropView{Clause: at, View: n, IfExists: ifExists})
			continue
		}
		out = append(out, &schema.DropTable{On: schema.On{Clause: at, Table: n, IfExists: ifExists}, Temporary: s.is(1, "TEMPORARY")})
	}
	return out
}

func (s *statement) renameByTokens(failed *schema.Opaque) []schema.Change {
	var out []schema.Change
	for _, c := range s.split(s.skip(2, "IF", "EXISTS"), len(s.toks)) {
		from, i := s.name(c.from)
		for i < c.to && !s.is(i, "TO") { // WAIT n, of MariaDB
			i++
		}
		to, _ := s.name(i + 1)
		if from.Name == "" || to.Name == "" {
			return []schema.Change{failed}
		}
		on := schema.On{Clause: s.at(c, "RENAME TABLE "), Table: from, IfExists: s.hasIfExists()}
		on.Tokens = true
		out = append(out, &schema.RenameTable{On: on, To: to})
	}
	if len(out) == 0 {
		return []schema.Change{failed}
	}
	return out
}

// alterOther reads an ALTER of what is no table.
func (s *statement) alterOther(failed *schema.Opaque) []schema.Change {
	i := s.objectKind()
	switch {
	case s.is(i, "VIEW"):
		return s.view(i, failed)
	case s.is(i, "EVENT", "PROCEDURE", "FUNCTION"):
		if s.ddlInBody(i) {
			return []schema.Change{s.dynamic("the body of this " + strings.ToLower(s.ident(i)) + " holds DDL")}
		}
		return []schema.Change{s.neutral()}
	case s.is(i, "TABLESPACE", "SERVER", "SEQUENCE", "USER", "ROLE", "LOGFILE", "RESOURCE", "DATABASE", "SCHEMA", "LIBRARY"), s.is(1, "INSTANCE", "UNDO"):
		return []schema.Change{s.neutral()}
	}
	return []schema.Change{failed}
}
