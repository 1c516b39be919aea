package mysql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// convert turns the syntax tree of a statement into its changes.
func (s *statement) convert(node ast.StmtNode) []schema.Change {
	switch n := node.(type) {
	case *ast.AlterTableStmt:
		return s.alterTable(n)
	case *ast.CreateTableStmt:
		return []schema.Change{s.createTable(n)}
	case *ast.CreateIndexStmt:
		return s.createIndex(n)
	case *ast.DropIndexStmt:
		return []schema.Change{&schema.DropKey{On: s.on(n.Table, s.whole(), n.IfExists), Name: keyName(n.IndexName)}}
	case *ast.DropTableStmt:
		return s.dropTables(n)
	case *ast.RenameTableStmt:
		return s.renameTables(n)
	case *ast.TruncateTableStmt:
		return []schema.Change{&schema.TruncateTable{On: s.on(n.Table, s.whole(), false)}}
	case *ast.CreateViewStmt:
		return []schema.Change{s.createView(n)}
	case *ast.CreateDatabaseStmt:
		return []schema.Change{&schema.CreateDatabase{Clause: s.at(s.whole(), ""), Name: n.Name.O}}
	case *ast.DropDatabaseStmt:
		return []schema.Change{&schema.DropDatabase{Clause: s.at(s.whole(), ""), Name: n.Name.O}}
	case *ast.InsertStmt, *ast.UpdateStmt, *ast.DeleteStmt:
		return s.rows(n)
	case *ast.LoadDataStmt:
		return []schema.Change{&schema.Insert{On: s.on(n.Table, s.whole(), false)}}
	case *ast.UseStmt:
		use := s.neutral()
		use.Use = n.DBName
		return []schema.Change{use}
	case *ast.SetStmt:
		return s.setVariables(n)
	case *ast.CallStmt:
		return []schema.Change{s.call()}
	case *ast.ProcedureInfo, *ast.DropProcedureStmt:
		return s.routineByTokens()
	}
	return []schema.Change{s.neutral()}
}

// createIndex: CREATE OR REPLACE drops the index of that name first.
func (s *statement) createIndex(n *ast.CreateIndexStmt) []schema.Change {
	on := s.on(n.Table, s.whole(), n.IfNotExists)
	add := &schema.AddKey{On: on, Key: s.createdKey(n)}
	if !s.has(factReplace) {
		return []schema.Change{add}
	}
	on.IfExists = true
	return []schema.Change{&schema.DropKey{On: on, Name: keyName(n.IndexName)}, add}
}

func name(t *ast.TableName) schema.Name { return schema.Name{DB: t.Schema.O, Name: t.Name.O} }

func (s *statement) on(t *ast.TableName, c clause, ifExists bool) schema.On {
	return schema.On{Clause: s.at(c, ""), Table: name(t), IfExists: ifExists}
}

// named returns the clause that names t in a list of names, or the whole statement.
func (s *statement) named(c []clause, i int) clause {
	if i < len(c) {
		return c[i]
	}
	return s.whole()
}

// listAfter returns the clauses behind the first of these words.
func (s *statement) listAfter(words ...string) []clause {
	toks := s.tokens()
	for i := range toks {
		if s.is(i, words...) {
			i = s.skip(i+1, "IF", "EXISTS")
			return s.split(i, len(toks))
		}
	}
	return nil
}

func (s *statement) dropTables(n *ast.DropTableStmt) []schema.Change {
	names := s.listAfter("TABLE", "TABLES", "VIEW")
	var out []schema.Change
	for i, t := range n.Tables {
		c := s.at(s.whole(), "")
		if len(n.Tables) > 1 {
			c = s.quoting(s.at(s.named(names, i), ""))
		}
		if n.IsView {
			out = append(out, &schema.DropView{Clause: c, View: name(t), IfExists: n.IfExists})
			continue
		}
		out = append(out, &schema.DropTable{
			On:        schema.On{Clause: c, Table: name(t), IfExists: n.IfExists},
			Temporary: n.TemporaryKeyword != ast.TemporaryNone,
		})
	}
	return out
}

func (s *statement) renameTables(n *ast.RenameTableStmt) []schema.Change {
	pairs := s.listAfter("TABLE", "TABLES")
	var out []schema.Change
	for i, t := range n.TableToTables {
		out = append(out, &schema.RenameTable{
			On: schema.On{Clause: s.at(s.named(pairs, i), "RENAME TABLE "), Table: name(t.OldTable), IfExists: s.has(factIfExists)},
			To: name(t.NewTable),
		})
	}
	return out
}

func (s *statement) has(k factKind) bool {
	for _, f := range s.facts {
		if f.kind == k {
			return true
		}
	}
	return false
}

func (s *statement) createView(n *ast.CreateViewStmt) schema.Change {
	v := &schema.View{Name: name(n.ViewName)}
	for _, c := range n.Cols {
		v.Columns = append(v.Columns, c.O)
	}
	v.Select = s.textAfter("AS")
	v.Tables = tablesOf(n.Select)
	return &schema.CreateView{Clause: s.at(s.whole(), ""), View: v, OrReplace: n.OrReplace}
}

// textAfter returns the text behind the first of these words at depth 0.
func (s *statement) textAfter(word string) string {
	depth := 0
	for i, t := range s.tokens() {
		switch {
		case s.is(i, "("):
			depth++
		case s.is(i, ")"):
			depth--
		case depth == 0 && s.is(i, word):
			return strings.TrimSpace(s.text[t.End:])
		}
	}
	return ""
}

func (s *statement) setVariables(n *ast.SetStmt) []schema.Change {
	var out []schema.Change
	for _, v := range n.Variables {
		if v.IsSystem {
			out = append(out, &schema.SetVariable{Clause: s.at(s.whole(), ""), Name: strings.ToLower(v.Name), Value: valueText(v.Value)})
		}
	}
	if len(out) == 0 {
		out = append(out, s.neutral())
	}
	return out
}

func (s *statement) dynamic(why string) *schema.Opaque {
	o := s.opaque(schema.Dynamic, why, 0)
	o.Clause = s.at(s.whole(), "")
	return o
}
