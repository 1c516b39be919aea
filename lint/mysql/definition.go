package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// definition reads what a statement that changes the schema, or the rights on it, names
// of the schema as it is: what it makes is no use. It says whether it is one.
func (q *reading) definition(n ast.StmtNode, sc *scope) bool {
	d := &namer{q: q, sc: sc, made: map[string]bool{}, certain: true}
	switch n := n.(type) {
	case *ast.AlterTableStmt:
		d.certain = !q.plain.seq(q.plain.skip(1, "ONLINE")+1, "IF", "EXISTS")
		d.alter(n)
	case *ast.CreateIndexStmt:
		d.on(n.Table)
		for _, p := range n.IndexPartSpecifications {
			p.Accept(d)
		}
	case *ast.DropIndexStmt:
		d.certain = !n.IfExists
		d.on(n.Table)
	case *ast.DropTableStmt:
		d.certain = !n.IfExists
		if n.TemporaryKeyword != ast.TemporaryNone { // one that the program made
			return true
		}
		for _, t := range n.Tables {
			d.on(t)
		}
	case *ast.RenameTableStmt:
		for _, t := range n.TableToTables {
			d.on(t.OldTable)
		}
	case *ast.GrantStmt:
		d.rights(n.ObjectType, n.Level, n.Privs)
	case *ast.RevokeStmt:
		d.rights(n.ObjectType, n.Level, n.Privs)
	case *ast.AnalyzeTableStmt:
		for _, t := range n.TableNames {
			d.on(t)
		}
		for _, c := range n.ColumnNames { // of a histogram
			d.column(c)
		}
	case *ast.OptimizeTableStmt:
		for _, t := range n.Tables {
			d.on(t)
		}
	default:
		return false
	}
	return true
}

// A namer reads what such a statement names.
type namer struct {
	q       *reading
	sc      *scope
	table   *source
	made    map[string]bool // columns that the statement makes, in lower case
	certain bool            // it fails when what it names is not there
}

// on makes a table the one whose columns follow.
func (d *namer) on(n *ast.TableName) {
	before := len(d.q.uses)
	d.table = d.q.source(d.sc, n, "", false)
	for i := range d.q.uses[before:] {
		u := &d.q.uses[before+i]
		u.Part, u.Certain = schema.InDefinition, u.Certain && d.certain
	}
}

// column notes a column that the table has, or may have where a hole hides the table.
func (d *namer) column(c ast.CIStr) {
	sp := d.q.nameOf(c)
	use := schema.Use{Part: schema.InDefinition, Certain: d.certain}
	switch s := d.table; {
	case s == nil || d.made[strings.ToLower(sp.text)]:
	case sp.hole:
		d.q.hiddenColumn(&scope{sources: []*source{s}}, sp, use)
	case s.guess != nil:
		use.Column = sp.text
		s.guess.add(use, sp.start, sp.end)
	default:
		if out, ok, _ := s.find(sp.text); ok {
			d.q.outputUses(s, out, use, sp.start, sp.end)
		}
	}
}

func (d *namer) alter(n *ast.AlterTableStmt) {
	d.on(n.Table)
	for _, spec := range n.Specs {
		switch spec.Tp {
		case ast.AlterTableAddColumns:
			for _, c := range spec.NewColumns {
				d.makes(c.Name)
			}
		case ast.AlterTableChangeColumn:
			if c := spec.NewColumns[0].Name; c.Name.L != spec.OldColumnName.Name.L {
				d.makes(c)
			} else {
				spec.OldColumnName = nil // it is named twice
			}
		case ast.AlterTableRenameColumn:
			d.makes(spec.NewColumnName)
		}
	}
	certain := d.certain
	for _, spec := range n.Specs {
		if spec.Tp == ast.AlterTableRenameTable {
			continue
		}
		d.certain = certain && !spec.IfExists
		spec.Accept(d)
		for _, item := range spec.OrderByList {
			item.Column.Accept(d)
		}
	}
}

func (d *namer) makes(c *ast.ColumnName) { d.made[strings.ToLower(d.q.nameOf(c.Name).text)] = true }

// rights reads GRANT and REVOKE.
func (d *namer) rights(on ast.ObjectTypeType, level *ast.GrantLevel, list []*ast.PrivElem) {
	if level.Level != ast.GrantLevelTable || on != ast.ObjectTypeNone && on != ast.ObjectTypeTable {
		return
	}
	d.on(&ast.TableName{Schema: ast.CIStr{O: level.DBName}, Name: ast.CIStr{O: level.TableName}})
	for _, p := range list {
		for _, c := range p.Cols {
			d.column(c.Name)
		}
	}
}

// Enter reads what a clause names.
func (d *namer) Enter(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.ReferenceDef:
		d.references(n)
		return n, true
	case *ast.TableName: // of EXCHANGE PARTITION
		table := d.table
		d.on(n)
		d.table = table
		return n, true
	case *ast.ColumnName:
		d.column(n.Name)
		return n, true
	}
	return n, false
}

// Leave goes on.
func (d *namer) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// references reads what a foreign key points to.
func (d *namer) references(n *ast.ReferenceDef) {
	other := &namer{q: d.q, sc: d.sc, certain: d.certain}
	other.on(n.Table)
	for _, p := range n.IndexPartSpecifications {
		p.Accept(other)
	}
}

// describe takes the uses of a statement that is not run, but described: it stores
// nothing, and gives no value back.
func (q *reading) describe() {
	q.query.Kind, q.query.Results = schema.OtherQuery, nil
	for i := range q.uses {
		u := &q.uses[i]
		u.Write, u.Value, u.Branch, u.Part = false, nil, 0, schema.InDefinition
	}
	for _, g := range q.guesses {
		for i := range g.uses {
			g.uses[i].Write, g.uses[i].Value = false, nil
		}
	}
}

// created reads what the definition of a new table points to.
func (q *reading) created(n *ast.CreateTableStmt, sc *scope) {
	d := &namer{q: q, sc: sc, certain: !n.IfNotExists}
	for _, c := range n.Cols {
		for _, o := range c.Options {
			if o.Refer != nil {
				d.references(o.Refer)
			}
		}
	}
	for _, c := range n.Constraints {
		if c.Refer != nil {
			d.references(c.Refer)
		}
	}
}

// listed reads the statements that the parser does not know and that only list tables.
// It says whether it is one.
func (q *reading) listed() bool {
	s := &q.plain
	i := 1
	for s.is(i, "LOCAL", "NO_WRITE_TO_BINLOG") {
		i++
	}
	switch {
	case s.is(0, "CHECK", "CHECKSUM", "REPAIR", "FLUSH") && s.is(i, "TABLE", "TABLES"):
		i++
	case s.seq(0, "CACHE", "INDEX"):
		i = 2
	case s.seq(0, "LOAD", "INDEX", "INTO", "CACHE"):
		i = 4
	default:
		return false
	}
	var tables []*ast.TableName
	for {
		name, next := s.name(i)
		if next == i {
			return false
		}
		t := &ast.TableName{Name: q.spelled(next - 1)}
		if name.DB != "" {
			t.Schema = q.spelled(i)
		}
		tables = append(tables, t)
		if s.is(next, "INDEX", "KEY", "PARTITION") { // of CACHE INDEX
			for ; next < len(s.toks) && !s.is(next, "(", ","); next++ {
			}
			if s.is(next, "(") {
				next = s.closing(next) + 1
			}
		}
		if i = next; !s.is(i, ",") {
			break
		}
		i++
	}
	if i < len(s.toks) && !s.is(i, "FOR", "QUICK", "FAST", "MEDIUM", "EXTENDED", "CHANGED", "USE_FRM", "WITH", "IN", "IGNORE") {
		return false
	}
	q.parsed = s.text
	d := &namer{q: q, sc: &scope{}, certain: true}
	for _, t := range tables {
		d.on(t)
	}
	return true
}

// spelled is the name that a token spells, as the parser gives it.
func (q *reading) spelled(token int) ast.CIStr {
	t := q.plain.toks[token]
	return ast.CIStr{O: q.plain.text[t.Start:t.End]}
}

// run returns the text with the statement alone that one at a span runs, which stands
// there in a string: behind PREPARE, or in the variable that PREPARE takes.
func (t *queryText) run(span sqltext.Span) *queryText {
	from, to := firstWord(t.work[:span.End], span.Start)
	if !strings.EqualFold(t.work[from:to], "PREPARE") && !strings.EqualFold(t.work[from:to], "EXECUTE") && !strings.EqualFold(t.work[from:to], "SET") {
		return t
	}
	s := statement{text: t.work[span.Start:span.End]}
	s.tokens()
	i := -1
	switch {
	case s.is(0, "PREPARE") && s.is(2, "FROM"):
		i = 3
	case s.seq(0, "EXECUTE", "IMMEDIATE"):
		i = 2
	case s.is(0, "SET") && len(s.toks) > 1 && s.toks[1].Kind == sqltext.Variable:
		e := evaluator{statement: &s}
		if i = e.assigned(1); i != len(s.toks)-1 {
			i = -1
		}
	}
	if i < 0 || i >= len(s.toks) || s.toks[i].Kind != sqltext.String || s.toks[i].Open {
		return t
	}
	out := []byte(t.work)
	first, last := span.Start+s.toks[i].Start, span.Start+s.toks[i].End-1
	quote := out[first]
	if quote != '\'' && quote != '"' || !startsLikeSQL(t.work[first+1:last], nil) {
		return t
	}
	blank(out, span.Start, first+1)
	blank(out, last, span.End)
	for at := first + 1; at+1 < last; at++ { // the offsets stay
		if c := out[at]; (c == '\\' || c == quote) && out[at+1] == quote {
			out[at] = ' '
			at++
		}
	}
	return &queryText{source: t.source, work: string(out), slots: t.slots}
}

// withoutHead blanks out what stands before the statement that EXPLAIN describes, and
// before one that SET STATEMENT is for, or a cursor.
func (q *reading) withoutHead(text string) string {
	s := &q.plain
	i := 0
	switch {
	case s.is(0, "EXPLAIN", "DESCRIBE", "DESC", "ANALYZE"):
		for i = 1; s.is(i, "EXTENDED", "PARTITIONS", "ANALYZE"); i++ {
		}
		if s.seq(i, "FORMAT", "=") {
			i += 3
		}
		if !s.is(s.skip(i, "("), "SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "TABLE", "VALUES") || s.seq(0, "ANALYZE", "TABLE") {
			return text
		}
		q.explained = true
		for k := range i { // ANALYZE runs it
			q.explained = q.explained && !(s.is(k, "ANALYZE") && s.is(i, "INSERT", "REPLACE", "UPDATE", "DELETE"))
		}
	case s.seq(0, "SET", "STATEMENT"), s.is(0, "DECLARE") && s.seq(2, "CURSOR", "FOR"):
		for i = 1; i < len(s.toks) && !s.is(i, "FOR"); i++ {
		}
		i++
	}
	if i == 0 || i >= len(s.toks) {
		return text
	}
	b := []byte(text)
	blank(b, 0, s.toks[i].Start)
	return string(b)
}
