package mysql

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// classify reads a statement that does not parse: clause by clause where it has
// clauses, and by its first words. What stays dark is reported as failed.
func (r *Reader) classify(s *statement, failed *schema.Opaque) []schema.Change {
	s.tokens()
	switch {
	case s.is(0, "ALTER"):
		if table, first, ok := s.alterHead(); ok {
			return r.alterByClause(s, table, first, failed)
		}
		return s.alterOther(failed)
	case s.is(0, "CREATE"):
		return r.create(s, failed)
	case s.is(0, "DROP"):
		return s.drop(failed)
	case s.is(0, "RENAME") && s.is(1, "TABLE", "TABLES"):
		return s.renameByTokens(failed)
	case s.is(0, "TRUNCATE"):
		if t, _ := s.name(s.skip(1, "TABLE")); t.Name != "" {
			return []schema.Change{&schema.TruncateTable{On: s.tokenOn(t)}}
		}
	case s.seq(0, "DELETE", "HISTORY") && s.deletesHistory() != nil:
		return s.deletesHistory()
	case s.is(0, "INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD"):
		return s.rowsByTokens(failed)
	case s.is(0, "CALL"):
		return []schema.Change{s.call()}
	case s.isNeutral():
		return []schema.Change{s.neutral()}
	}
	return []schema.Change{failed}
}

// neutralHeads are the first words of statements that change neither schema nor rows.
var neutralHeads = []string{
	"SELECT", "WITH", "TABLE", "VALUES", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "ANALYZE", "CHECK", "OPTIMIZE",
	"REPAIR", "CHECKSUM", "FLUSH", "GRANT", "REVOKE", "SET", "LOCK", "UNLOCK", "START", "BEGIN", "COMMIT",
	"ROLLBACK", "SAVEPOINT", "RELEASE", "XA", "SIGNAL", "RESIGNAL", "GET", "HANDLER", "INSTALL", "UNINSTALL",
	"KILL", "RESET", "CHANGE", "STOP", "PURGE", "BINLOG", "CACHE", "HELP", "USE", "DO", "DEALLOCATE", "PREPARE", "EXECUTE",
}

func (s *statement) isNeutral() bool {
	if !s.is(0, neutralHeads...) && !(s.is(0, "(") && s.is(1, "SELECT", "(")) {
		return false
	}
	if s.is(0, "WITH") { // WITH … UPDATE or DELETE changes rows
		for i := range s.toks {
			if s.is(i, "UPDATE", "DELETE") && s.is(i-1, ")") {
				return false
			}
		}
	}
	return true
}

// tokenOn is On for a change that tokens alone tell.
func (s *statement) tokenOn(t schema.Name) schema.On {
	c := s.at(s.whole(), "")
	c.Tokens = true
	return schema.On{Clause: c, Table: t, IfExists: s.hasIfExists()}
}

func (s *statement) hasIfExists() bool {
	if s.has(factIfExists) {
		return true
	}
	for i := 0; i < len(s.toks) && i < 8; i++ {
		if s.seq(i, "IF", "EXISTS") || s.seq(i, "IF", "NOT", "EXISTS") {
			return true
		}
	}
	return false
}

// only returns the statement with every byte of its clauses blanked but those
// of one, so that what it parses to keeps its place.
func (s *statement) only(from, to int, keep clause) *statement {
	out := []byte(s.text)
	start, end := s.toks[from].Start, s.toks[to-1].End
	keepFrom, keepTo := s.offsets(keep)
	blank(out, start, keepFrom)
	blank(out, keepTo, end)
	sub := *s
	sub.text, sub.toks, sub.buffer = string(out), nil, nil
	return &sub
}

func (r *Reader) alterByClause(s *statement, table schema.Name, first int, failed *schema.Opaque) []schema.Change {
	clauses := s.split(first, len(s.toks))
	if len(clauses) == 0 {
		return []schema.Change{failed}
	}
	var out []schema.Change
	for _, c := range clauses {
		if len(clauses) > 1 {
			sub := s.only(first, len(s.toks), c)
			if node, err := r.parse(sub.text, sub.mode); err == nil {
				out = append(out, sub.convert(node)...)
				continue
			}
		}
		a := alteration{statement: s, table: table, lead: "ALTER TABLE " + table.String() + " "}
		if !a.byTokens(c) {
			dark := s.opaque(schema.Unparsed, failed.Why, s.toks[c.from].Start)
			if from, to := s.offsets(c); s.source.Problem != nil || from <= s.offsetOf(failed) && s.offsetOf(failed) < to {
				dark = failed
			}
			dark.Drops = s.dropIn(c.from, c.to)
			a.add(dark)
		}
		out = append(out, a.out...)
	}
	return out
}

// offsetOf returns where in the text an Opaque change stands.
func (s *statement) offsetOf(o *schema.Opaque) int { return o.Span.From - s.source.Start }

// byTokens appends the change of a clause that the parser cannot read.
func (a *alteration) byTokens(c clause) bool {
	on := a.on(c, false)
	on.Tokens = true
	i := c.from
	switch {
	case a.is(i, "ADD"):
		return a.addByTokens(i+1, on)
	case a.is(i, "DROP"):
		return a.dropByTokens(i+1, on)
	case a.is(i, "RENAME"):
		return a.renameByTokens(i+1, on)
	case a.is(i, "MODIFY", "CHANGE"):
		return a.modifyByTokens(c, on)
	case a.is(i, "ALTER"):
		return a.alterByTokens(i+1, on)
	case a.is(i, "CONVERT") && a.is(i+1, "PARTITION"):
		a.add(&schema.Partition{On: exact(on), Kind: "DROP"})
		return true
	case a.is(i, "CONVERT") && a.seq(i+1, "TO", "CHARACTER"), a.is(i, "CONVERT") && a.seq(i+1, "TO", "CHARSET"):
		a.add(&schema.ConvertCharset{On: on, Charset: strings.ToLower(a.valueOf(c, "SET", "CHARSET")), Collation: strings.ToLower(a.valueOf(c, "COLLATE"))})
		return true
	case a.is(i, "TRUNCATE", "DISCARD", "EXCHANGE", "REORGANIZE", "COALESCE", "REMOVE", "IMPORT") && a.is(i+1, "PARTITION", "PARTITIONING", "TABLESPACE"):
		a.add(&schema.Partition{On: on, Kind: strings.ToUpper(a.ident(i))})
		return true
	}
	return false
}

func (a *alteration) addByTokens(i int, on schema.On) bool {
	switch {
	case a.is(i, "SYSTEM", "PERIOD"):
		a.add(&schema.TableOption{On: exact(on)})
		return true
	case a.is(i, "PARTITION"):
		a.add(&schema.Partition{On: on, Kind: "ADD"})
		return true
	case a.is(i, "CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR", "FOREIGN", "CHECK"):
		return a.constraintByTokens(i, on)
	}
	i = a.skip(a.skip(i, "COLUMN"), "IF", "NOT", "EXISTS")
	if !a.isName(i) {
		return false
	}
	col := a.columnByTokens(i)
	a.add(&schema.AddColumn{On: on, Column: col})
	return true
}

// constraintByTokens reads ADD [CONSTRAINT x] UNIQUE|PRIMARY|FOREIGN|CHECK|INDEX … .
func (a *alteration) constraintByTokens(i int, on schema.On) bool {
	label := ""
	if a.is(i, "CONSTRAINT") {
		if i++; a.isName(i) && !a.is(i, "UNIQUE", "PRIMARY", "FOREIGN", "CHECK") {
			label = a.ident(i)
			i++
		}
	}
	switch {
	case a.is(i, "CHECK"):
		a.add(&schema.AddCheck{On: on, Check: &schema.Check{Name: label, Enforced: true}})
		return true
	case a.is(i, "FOREIGN"):
		fk := &schema.ForeignKey{Name: label}
		for ; i < len(a.toks) && !a.is(i, "("); i++ {
		}
		fk.Columns = a.namesIn(i)
		a.add(&schema.AddForeignKey{On: on, ForeignKey: fk})
		return true
	}
	k := &schema.Key{Name: label}
	switch {
	case a.is(i, "PRIMARY"):
		k.Name, k.Kind = "PRIMARY", schema.PrimaryKey
	case a.is(i, "UNIQUE"):
		k.Kind = schema.UniqueKey
	case a.is(i, "FULLTEXT"):
		k.Kind = schema.FulltextKey
	case a.is(i, "SPATIAL"):
		k.Kind = schema.SpatialKey
	}
	for ; i < len(a.toks) && !a.is(i, "("); i++ {
		if k.Name == "" && a.isName(i) && !a.is(i, "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR", "USING", "BTREE", "HASH", "IF", "NOT", "EXISTS") {
			k.Name = a.ident(i)
		}
	}
	for _, c := range a.namesIn(i) {
		k.Columns = append(k.Columns, schema.KeyPart{Column: c})
	}
	a.add(&schema.AddKey{On: on, Key: k})
	return true
}

// namesIn returns the first name of each item in the parentheses at i.
func (s *statement) namesIn(i int) []string {
	var out []string
	for _, c := range s.split(i+1, min(s.closing(i), len(s.toks))) {
		if s.isName(c.from) {
			out = append(out, s.ident(c.from))
		}
	}
	return out
}

func (a *alteration) dropByTokens(i int, on schema.On) bool {
	on.IfExists = a.seq(i+1, "IF", "EXISTS") || a.seq(i+2, "IF", "EXISTS") || a.seq(i, "IF", "EXISTS") || on.IfExists
	after := func(n int) string { return a.ident(a.skip(i+n, "IF", "EXISTS")) }
	switch {
	case a.seq(i, "SYSTEM", "VERSIONING"):
		a.add(&schema.DropHistory{On: exact(on), Versioning: true})
	case a.is(i, "SYSTEM", "PERIOD"):
		a.add(&schema.TableOption{On: exact(on)})
	case a.is(i, "PRIMARY"):
		a.add(&schema.DropKey{On: on, Name: "PRIMARY"})
	case a.is(i, "INDEX", "KEY"):
		a.add(&schema.DropKey{On: on, Name: after(1)})
	case a.is(i, "FOREIGN"):
		a.add(&schema.DropForeignKey{On: on, Name: after(2)})
	case a.is(i, "CONSTRAINT", "CHECK"):
		a.add(&schema.DropConstraint{On: on, Name: after(1), Check: a.is(i, "CHECK")})
	case a.is(i, "PARTITION"):
		a.add(&schema.Partition{On: on, Kind: "DROP"})
	default:
		i = a.skip(a.skip(i, "COLUMN"), "IF", "EXISTS")
		if !a.isName(i) {
			return false
		}
		a.add(&schema.DropColumn{On: on, Column: a.ident(i)})
	}
	return true
}

func (a *alteration) renameByTokens(i int, on schema.On) bool {
	switch {
	case a.is(i, "COLUMN"):
		i = a.skip(i+1, "IF", "EXISTS")
		if !a.isName(i) || !a.is(i+1, "TO") {
			return false
		}
		a.add(&schema.RenameColumn{On: on, Old: a.ident(i), New: a.ident(i + 2)})
	case a.is(i, "INDEX", "KEY"):
		i = a.skip(i+1, "IF", "EXISTS")
		a.add(&schema.RenameKey{On: on, Old: a.ident(i), New: a.ident(i + 2)})
	default:
		if a.is(i, "TO", "AS", "=") {
			i++
		}
		to, _ := a.name(i)
		if to.Name == "" {
			return false
		}
		a.add(&schema.RenameTable{On: on, To: to})
	}
	return true
}

func (a *alteration) modifyByTokens(c clause, on schema.On) bool {
	i := a.skip(a.skip(c.from+1, "COLUMN"), "IF", "EXISTS")
	if !a.isName(i) {
		return false
	}
	old := a.ident(i)
	if a.is(c.from, "CHANGE") {
		if i++; !a.isName(i) {
			return false
		}
	}
	a.add(&schema.ModifyColumn{On: on, Old: old, Column: a.columnByTokens(i)})
	return true
}

func (a *alteration) alterByTokens(i int, on schema.On) bool {
	if a.is(i, "INDEX", "KEY") {
		name, state := a.ident(i+1), i+2
		not := a.is(state, "NOT")
		switch {
		case a.is(a.skip(state, "NOT"), "IGNORED"):
			a.add(&schema.SetKeyVisible{On: exact(on), Name: name, Visible: not})
		case a.is(state, "VISIBLE", "INVISIBLE"):
			a.add(&schema.SetKeyVisible{On: exact(on), Name: name, Visible: a.is(state, "VISIBLE")})
		default:
			return false
		}
		return true
	}
	i = a.skip(i, "COLUMN")
	name := a.ident(i)
	switch {
	case a.seq(i+1, "SET", "INVISIBLE"), a.seq(i+1, "SET", "VISIBLE"):
		a.add(&schema.SetColumnVisible{On: exact(on), Column: name, Visible: a.is(i+2, "VISIBLE")})
	case a.seq(i+1, "DROP", "DEFAULT"):
		a.add(&schema.DropDefault{On: on, Column: name})
	case a.seq(i+1, "SET", "DEFAULT"):
		a.add(&schema.SetDefault{On: on, Column: name, Default: schema.Default{Expr: true, Spelled: true}})
	default:
		return false
	}
	return true
}

// exact says that the tokens tell all there is to tell.
func exact(on schema.On) schema.On {
	on.Tokens = false
	return on
}

// columnByTokens reads a column definition whose name stands at i, as far as
// its tokens tell: an unknown type stays unknown.
func (s *statement) columnByTokens(i int) *schema.Column {
	col := &schema.Column{Name: s.ident(i), Nullable: true, Type: schema.Type{Length: -1, Scale: -1}}
	depth := 0
	for i++; i < len(s.toks); i++ {
		switch {
		case s.is(i, "("):
			depth++
		case s.is(i, ")"):
			if depth--; depth < 0 {
				return col
			}
		case depth > 0:
		case s.is(i, ","):
			return col
		case s.is(i, "NOT") && s.is(i+1, "NULL"):
			col.Nullable, col.NullSpelled = false, true
			i++
		case s.is(i, "NULL") && !s.is(i-1, "DEFAULT"):
			col.NullSpelled = true
		case s.is(i, "DEFAULT"):
			col.Default = &schema.Default{Expr: true, Spelled: true, Null: s.is(i+1, "NULL")}
		case s.is(i, "AUTO_INCREMENT"):
			col.AutoIncrement = true
		case s.is(i, "GENERATED"), s.is(i, "AS") && s.is(i+1, "("):
			col.Generated = schema.Virtual
		case s.is(i, "INVISIBLE"):
			col.Invisible = true
		}
	}
	return col
}

// valueOf returns the token behind one of these words in a clause, = skipped.
func (s *statement) valueOf(c clause, words ...string) string {
	for i := c.from; i < c.to; i++ {
		if s.is(i, words...) && i+1 < c.to {
			return s.ident(s.skip(i+1, "="))
		}
	}
	return ""
}

// deletesHistory reads DELETE HISTORY FROM t [BEFORE SYSTEM_TIME …], of MariaDB,
// which the parser takes for a DELETE from a table of that name.
func (s *statement) deletesHistory() []schema.Change {
	s.tokens()
	if s.server.Family != server.MariaDB || !s.seq(0, "DELETE", "HISTORY", "FROM") {
		return nil
	}
	t, i := s.name(3)
	if t.Name == "" {
		return nil
	}
	i = s.skip(i, "PARTITION")
	if s.is(i, "(") {
		i = s.closing(i) + 1
	}
	if i < len(s.toks) && !s.is(i, "BEFORE") {
		return nil // the rest is no part of it
	}
	return []schema.Change{&schema.DropHistory{On: exact(s.tokenOn(t)), Before: i < len(s.toks)}}
}

// rowsByTokens reads an INSERT, REPLACE, UPDATE, DELETE or LOAD.
func (s *statement) rowsByTokens(failed *schema.Opaque) []schema.Change {
	i := 1
	for s.is(i, "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO", "FROM") {
		i++
	}
	if s.is(0, "LOAD") {
		for ; i < len(s.toks) && !s.is(i-1, "TABLE"); i++ {
		}
	}
	t, after := s.name(i)
	if t.Name == "" {
		return []schema.Change{failed}
	}
	on := s.tokenOn(t)
	where, limit := false, false
	for i := range s.toks {
		where = where || s.is(i, "WHERE")
		limit = limit || s.is(i, "LIMIT")
	}
	switch {
	case s.is(0, "UPDATE"):
		return []schema.Change{&schema.Update{On: on, Where: where, Limit: limit}}
	case s.is(0, "DELETE"):
		return []schema.Change{&schema.Delete{On: on, Where: where, Limit: limit}}
	}
	in := &schema.Insert{On: on, Replace: s.is(0, "REPLACE")}
	if s.is(after, "(") {
		in.Columns = s.namesIn(after)
	}
	return []schema.Change{in}
}
