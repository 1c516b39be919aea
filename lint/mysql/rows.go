package mysql

import (
	"maps"
	"strconv"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// rows reads a statement that changes rows.
func (s *statement) rows(node ast.StmtNode) []schema.Change {
	whole := s.at(s.whole(), "")
	switch n := node.(type) {
	case *ast.InsertStmt:
		return []schema.Change{s.insert(n, whole)}
	case *ast.UpdateStmt:
		return s.update(n, whole)
	case *ast.DeleteStmt:
		if history := s.deletesHistory(); history != nil {
			return history
		}
		return s.deletes(n, whole)
	}
	return nil
}

func (s *statement) insert(n *ast.InsertStmt, c schema.Clause) schema.Change {
	in := &schema.Insert{On: schema.On{Clause: c}, Replace: n.IsReplace, Ignore: n.IgnoreErr, Rows: len(n.Lists)}
	if t := refs(n.Table); len(t) > 0 {
		in.Table = t[0].table
	}
	for _, col := range n.Columns {
		in.Columns = append(in.Columns, col.Name.O)
	}
	if n.Select != nil {
		in.Select = tablesOf(n.Select)
		in.Whole = wholly(n.Select, nil)
		in.Filtered, in.Fields = filtered(n.Select), fieldsOf(n.Select)
		in.Copy = inserted(n)
	}
	return in
}

// filtered says whether a query may leave out rows of a table that it reads.
func filtered(n ast.Node) bool {
	switch q := n.(type) {
	case *ast.SelectStmt:
		return narrows(q.Where) || q.GroupBy != nil || q.Having != nil || q.Limit != nil ||
			q.From != nil && innerJoin(q.From.TableRefs)
	case *ast.SetOprStmt:
		if q.Limit != nil {
			return true
		}
		for _, branch := range q.SelectList.Selects {
			if !filtered(branch) {
				return false
			}
		}
		return true
	}
	return false
}

// innerJoin says whether a row may go because another table has none for it.
func innerJoin(n ast.ResultSetNode) bool {
	j, ok := n.(*ast.Join)
	if !ok {
		return false
	}
	return j.Right != nil && j.Tp != ast.LeftJoin || innerJoin(j.Left)
}

// fieldsOf returns what a query selects; nil for a union.
func fieldsOf(n ast.Node) []schema.Field {
	q, ok := n.(*ast.SelectStmt)
	if !ok || q.Fields == nil {
		return nil
	}
	var out []schema.Field
	for _, f := range q.Fields.Fields {
		v := &columnVisitor{}
		if f.Expr != nil {
			f.Expr.Accept(v)
		}
		out = append(out, schema.Field{Star: f.WildCard != nil, Columns: v.out})
	}
	return out
}

type columnVisitor struct{ out []string }

func (v *columnVisitor) Enter(n ast.Node) (ast.Node, bool) {
	if c, ok := n.(*ast.ColumnName); ok {
		v.out = append(v.out, c.Name.O)
	}
	return n, false
}

func (v *columnVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

func (s *statement) update(n *ast.UpdateStmt, c schema.Clause) []schema.Change {
	tables := refs(n.TableRefs)
	byTable := map[schema.Name]*schema.Update{}
	var out []schema.Change
	for _, a := range n.List {
		t := owner(tables, a.Column)
		u := byTable[t]
		if u == nil {
			u = &schema.Update{On: schema.On{Clause: c, Table: t}, Where: narrows(n.Where), Limit: n.Limit != nil, Reads: others(tables, t), Copy: copied(n, t)}
			byTable[t] = u
			out = append(out, u)
		}
		u.Set = append(u.Set, a.Column.Name.O)
		if f, ok := fill(n, a); ok && len(tables) == 1 {
			u.Fills = append(u.Fills, f)
		}
	}
	return out
}

func (s *statement) deletes(n *ast.DeleteStmt, c schema.Clause) []schema.Change {
	tables := refs(n.TableRefs)
	var from []schema.Name
	switch {
	case n.Tables != nil:
		for _, t := range n.Tables.Tables {
			from = append(from, resolve(tables, t))
		}
	case len(tables) > 0:
		from = append(from, tables[0].table)
	}
	var out []schema.Change
	for _, t := range from {
		out = append(out, &schema.Delete{On: schema.On{Clause: c, Table: t}, Where: narrows(n.Where), Limit: n.Limit != nil, Reads: others(tables, t)})
	}
	return out
}

// narrows says whether a condition is there and not always true.
func narrows(e ast.ExprNode) bool { return e != nil && !alwaysTrue(e) }

func alwaysTrue(e ast.ExprNode) bool {
	switch e := e.(type) {
	case *ast.ParenthesesExpr:
		return alwaysTrue(e.Expr)
	case *ast.BinaryOperationExpr:
		switch e.Op {
		case opcode.LogicAnd:
			return alwaysTrue(e.L) && alwaysTrue(e.R)
		case opcode.LogicOr:
			return alwaysTrue(e.L) || alwaysTrue(e.R)
		case opcode.EQ:
			_, left := e.L.(ast.ValueExpr)
			_, right := e.R.(ast.ValueExpr)
			return left && right && valueText(e.L) == valueText(e.R) && valueText(e.L) != "NULL"
		}
	case ast.ValueExpr:
		n, err := strconv.ParseFloat(valueText(e), 64)
		return err == nil && n != 0
	}
	return false
}

// wholly returns the tables that a query reads without a WHERE or LIMIT; with
// are the queries that its WITH gives a name.
func wholly(n ast.Node, with map[string]ast.Node) []schema.Name {
	switch n := n.(type) {
	case *ast.SelectStmt:
		if n.From == nil || n.Limit != nil || narrows(n.Where) {
			return nil
		}
		return whollyFrom(n.From.TableRefs, named(n.With, with))
	case *ast.SetOprStmt:
		if n.Limit != nil || n.SelectList == nil {
			return nil
		}
		return wholly(n.SelectList, named(n.With, with))
	case *ast.SetOprSelectList:
		if n.Limit != nil {
			return nil
		}
		var out []schema.Name
		for _, s := range n.Selects {
			out = append(out, wholly(s, named(n.With, with))...)
		}
		return out
	case *ast.SubqueryExpr:
		return wholly(n.Query, with)
	}
	return nil
}

func whollyFrom(n ast.ResultSetNode, with map[string]ast.Node) []schema.Name {
	switch n := n.(type) {
	case *ast.Join:
		if n.Right == nil {
			return whollyFrom(n.Left, with)
		}
		return append(whollyFrom(n.Left, with), whollyFrom(n.Right, with)...)
	case *ast.TableSource:
		return whollyFrom(n.Source, with)
	case *ast.TableName:
		query, ok := with[n.Name.L]
		switch {
		case !ok || n.Schema.O != "":
			return []schema.Name{name(n)}
		case query != nil:
			without := maps.Clone(with)
			without[n.Name.L] = nil // it may name itself
			return wholly(query, without)
		}
		return nil
	case *ast.SelectStmt:
		return wholly(n, with)
	case *ast.SetOprStmt:
		return wholly(n, with)
	}
	return nil
}

// named adds the queries of a WITH to those of the queries around it.
func named(w *ast.WithClause, with map[string]ast.Node) map[string]ast.Node {
	if w == nil {
		return with
	}
	out := map[string]ast.Node{}
	maps.Copy(out, with)
	for _, cte := range w.CTEs {
		out[cte.Name.L] = cte.Query
	}
	return out
}

// A ref is a table that a statement names, and the name it goes by.
type ref struct {
	table schema.Name
	alias string
}

func refs(c *ast.TableRefsClause) []ref {
	if c == nil || c.TableRefs == nil {
		return nil
	}
	var out []ref
	collect(c.TableRefs, &out)
	return out
}

func collect(n ast.ResultSetNode, out *[]ref) {
	switch n := n.(type) {
	case *ast.Join:
		if n.Left != nil {
			collect(n.Left, out)
		}
		if n.Right != nil {
			collect(n.Right, out)
		}
	case *ast.TableSource:
		if t, ok := n.Source.(*ast.TableName); ok {
			*out = append(*out, ref{table: name(t), alias: n.AsName.O})
		} else if n.Source != nil {
			for _, t := range tablesOf(n.Source) {
				*out = append(*out, ref{table: t, alias: "\x00"}) // read, not to be named
			}
		}
	case *ast.TableName:
		*out = append(*out, ref{table: name(n)})
	}
}

// resolve finds the table that a DELETE names, perhaps by its alias.
func resolve(tables []ref, t *ast.TableName) schema.Name {
	for _, r := range tables {
		if r.alias != "" && r.alias == t.Name.O {
			return r.table
		}
	}
	return name(t)
}

// owner finds the table of an assigned column; without a qualifier it is the
// table alone, or unknown.
func owner(tables []ref, c *ast.ColumnName) schema.Name {
	if c.Table.O == "" {
		if len(tables) == 1 {
			return tables[0].table
		}
		return schema.Name{}
	}
	for _, r := range tables {
		if r.alias == c.Table.O || r.alias == "" && r.table.Name == c.Table.O {
			return r.table
		}
	}
	return schema.Name{Name: c.Table.O}
}

func others(tables []ref, t schema.Name) []schema.Name {
	var out []schema.Name
	for _, r := range tables {
		if r.table != t {
			out = append(out, r.table)
		}
	}
	return out
}

// tablesOf returns every table that a node names.
func tablesOf(n ast.Node) []schema.Name {
	if n == nil {
		return nil
	}
	v := &tableVisitor{}
	n.Accept(v)
	return v.out
}

type tableVisitor struct{ out []schema.Name }

func (v *tableVisitor) Enter(n ast.Node) (ast.Node, bool) {
	if t, ok := n.(*ast.TableName); ok {
		v.out = append(v.out, name(t))
	}
	return n, false
}

func (v *tableVisitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }
