package mysql

import (
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

func (q *reading) insertQuery(n *ast.InsertStmt, outer *scope) {
	q.query.Kind, q.query.Ignore = schema.InsertQuery, n.IgnoreErr
	if n.IsReplace {
		q.query.Kind = schema.ReplaceQuery
	}
	t := tableNameOf(n.Table)
	if t == nil {
		return
	}
	at := q.nameOf(t.Name)
	target := q.source(outer, t, "", true)
	q.target = target
	sc := &scope{sources: []*source{target}}
	rows := q.rows(n, sc)
	q.values = map[string][]*schema.Value{}
	columns := n.Columns
	q.columns = columns
	switch {
	case len(columns) > 0:
		for i, c := range columns {
			q.inserted(target, q.nameOf(c.Name), rows, i)
		}
	case !emptyRows(n):
		q.insertedByPosition(target, at, rows)
	}
	if n.IsReplace {
		q.omitted(target, at, columns, len(columns) == 0 && !emptyRows(n))
	}
	if n.Select != nil {
		sc.outer = q.selected
	}
	if q.rowName != "" {
		sc.outer = &scope{sources: []*source{q.rowSource(target)}}
	}
	q.assignments(n.OnDuplicate, sc)
	q.selected = &scope{sources: sc.sources}
}

// emptyRows: VALUES () leaves out every column.
func emptyRows(n *ast.InsertStmt) bool {
	return n.Select == nil && !slices.ContainsFunc(n.Lists, func(row []ast.ExprNode) bool { return len(row) > 0 })
}

func tableNameOf(c *ast.TableRefsClause) *ast.TableName {
	if c == nil || c.TableRefs == nil {
		return nil
	}
	ts, ok := c.TableRefs.Left.(*ast.TableSource)
	if !ok {
		return nil
	}
	t, _ := ts.Source.(*ast.TableName)
	return t
}

// rows reads what an INSERT stores, row by row.
func (q *reading) rows(n *ast.InsertStmt, sc *scope) [][]*schema.Value {
	c := context{part: schema.InSet, branch: schema.OnInsert}
	var rows [][]*schema.Value
	for _, list := range n.Lists {
		row := make([]*schema.Value, len(list))
		for i, e := range list {
			row[i] = q.value(e, sc, c)
		}
		rows = append(rows, row)
	}
	if n.Select == nil {
		return rows
	}
	var row []*schema.Value
	for _, o := range q.resultSet(n.Select, &scope{}, context{part: schema.InResult}) {
		switch {
		case o.rest:
			return append(rows, row)
		case o.value != nil:
			row = append(row, o.value)
		default:
			v := &schema.Value{Kind: schema.Computed, From: o.from}
			if !o.mayBeNull() || o.notNull {
				v.Null = schema.NeverNull
			}
			row = append(row, v)
		}
	}
	return append(rows, row)
}

// valuesAt returns the different values that the rows give to column i.
func valuesAt(rows [][]*schema.Value, i int) []*schema.Value {
	var out []*schema.Value
	for _, row := range rows {
		v := &schema.Value{Kind: schema.UnknownValue, Param: -1}
		if i < len(row) {
			v = row[i]
		}
		if !slices.ContainsFunc(out, func(o *schema.Value) bool { return sameValue(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func sameValue(a, b *schema.Value) bool {
	return a.Kind == b.Kind && a.Text == b.Text && a.Param == b.Param && a.Name == b.Name && slices.Equal(a.From, b.From)
}

// inserted notes that the rows set a column.
func (q *reading) inserted(target *source, sp spelling, rows [][]*schema.Value, i int) {
	use := schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnInsert}
	if sp.hole {
		use.Value = &schema.Value{Kind: schema.UnknownValue, Param: -1}
		q.hiddenColumn(&scope{sources: []*source{target}}, sp, use)
		return
	}
	values := valuesAt(rows, i)
	q.values[strings.ToLower(sp.text)] = values
	for _, v := range values {
		use.Value = v
		q.matchUses(target.matches(sp.text), sp, use)
	}
}

func (q *reading) insertedByPosition(target *source, at spelling, rows [][]*schema.Value) {
	use := schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnInsert, By: schema.ByPosition, Certain: true}
	if target.guess != nil {
		use.Value = &schema.Value{Kind: schema.UnknownValue, Param: -1}
		target.guess.add(use, at.start, at.end)
		return
	}
	for i, o := range target.all() {
		if o.rest {
			break
		}
		values := valuesAt(rows, i)
		q.values[strings.ToLower(o.name)] = values
		for _, v := range values {
			use.Value = v
			q.outputUses(target, o, use, at.start, at.end)
		}
	}
}

// omitted notes the columns that a REPLACE leaves out: they take their default.
func (q *reading) omitted(target *source, at spelling, columns []*ast.ColumnName, all bool) {
	if target.table == nil {
		return
	}
	for _, c := range columns {
		if q.nameOf(c.Name).hole {
			return
		}
	}
	use := schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnInsert, By: schema.ByOmission, Certain: true}
	use.Value = &schema.Value{Kind: schema.DefaultValue}
	for _, c := range target.table.Columns {
		named := slices.ContainsFunc(columns, func(n *ast.ColumnName) bool { return strings.EqualFold(q.nameOf(n.Name).text, c.Name) })
		if named || c.Generated != schema.NotGenerated || all && !c.Invisible {
			continue
		}
		q.outputUses(target, target.output(c), use, at.start, at.end)
	}
}

// assignments reads the SET of an UPDATE, and of the update branch of an upsert.
func (q *reading) assignments(list []*ast.Assignment, sc *scope) {
	c := context{part: schema.InSet, branch: schema.OnUpdate}
	for _, a := range list {
		v := q.value(a.Expr, sc, c)
		q.column(a.Column, sc, schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnUpdate, Value: v})
	}
}

// valueOf returns what the first row sets a column to.
func (q *reading) valueOf(column string) *schema.Value {
	if vs := q.values[strings.ToLower(column)]; len(vs) > 0 {
		return vs[0]
	}
	return nil
}

// rowSource is what INSERT … AS new(a, b) gives a name to: the row that would
// be inserted. A use of new.a is one of the column that it is for.
func (q *reading) rowSource(target *source) *source {
	q.newRow = &source{alias: q.rowName, view: true, guess: target.guess}
	var columns []output
	if len(q.columns) == 0 {
		columns = target.all()
	}
	for _, c := range q.columns {
		o, _, _ := target.find(q.nameOf(c.Name).text)
		columns = append(columns, o)
	}
	for i := range columns {
		columns[i].value = q.valueOf(columns[i].name)
	}
	q.newRow.columns = renamed(columns, q.rowCols)
	return q.newRow
}

func (q *reading) updateQuery(n *ast.UpdateStmt, outer *scope) {
	q.query.Kind, q.query.Ignore = schema.UpdateQuery, n.IgnoreErr
	sc := &scope{outer: q.with(n.With, outer, schema.InSet)}
	if n.TableRefs != nil {
		q.from(n.TableRefs.TableRefs, sc, context{part: schema.InSet, branch: schema.OnUpdate})
	}
	q.assignments(n.List, sc)
	q.condition(n.Where, n.Order, sc)
}

// condition reads what tells the rows of an UPDATE or DELETE.
func (q *reading) condition(where ast.ExprNode, order *ast.OrderByClause, sc *scope) {
	c := context{part: schema.InFilter}
	q.expr(where, sc, c)
	q.orderBy(order, sc, c)
	q.selected = sc
}

func (q *reading) deleteQuery(n *ast.DeleteStmt, outer *scope) {
	q.query.Kind, q.query.Ignore = schema.DeleteQuery, n.IgnoreErr
	sc := &scope{outer: q.with(n.With, outer, schema.InFilter)}
	if n.TableRefs != nil {
		q.from(n.TableRefs.TableRefs, sc, context{part: schema.InFilter})
	}
	switch {
	case n.Tables != nil:
		for _, t := range n.Tables.Tables {
			q.deletedFrom(t, sc)
		}
	case len(sc.sources) > 0:
		s := sc.sources[0]
		if s.guess != nil {
			s.guess.uses[0].Write = true
		} else if s.whole > 0 {
			q.uses[s.whole-1].Write = true
		}
	}
	q.condition(n.Where, n.Order, sc)
}

// deletedFrom notes a table that stands before FROM, perhaps by its alias.
func (q *reading) deletedFrom(t *ast.TableName, sc *scope) {
	sp := q.nameOf(t.Name)
	s := sc.named(sp.text)
	switch {
	case s == nil || sp.hole && s.guess == nil:
		q.source(sc, t, "", true)
	case s.guess != nil:
		s.guess.add(schema.Use{Write: true, Part: schema.InFrom}, sp.start, sp.end)
	case s.table != nil:
		q.wholeUse(s.table.Name, sp, true)
	}
}

func (q *reading) loadQuery(n *ast.LoadDataStmt, outer *scope) {
	q.query.Kind = schema.InsertQuery
	at := q.nameOf(n.Table.Name)
	target := q.source(outer, n.Table, "", true)
	sc := &scope{sources: []*source{target}}
	q.values = map[string][]*schema.Value{}
	unknown := [][]*schema.Value{nil} // one row of values that are not known
	if len(n.ColumnsAndUserVars) == 0 {
		q.insertedByPosition(target, at, unknown)
	}
	for _, c := range n.ColumnsAndUserVars {
		if c.ColumnName != nil {
			q.inserted(target, q.nameOf(c.ColumnName.Name), unknown, 0)
		}
	}
	for _, a := range n.ColumnAssignments {
		v := q.value(a.Expr, sc, context{part: schema.InSet, branch: schema.OnInsert})
		q.column(a.Column, sc, schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnInsert, Value: v})
	}
}

// setQuery reads SET NEW.x = … of a trigger. The tree joins the two names, so
// that the tokens tell where they stand.
func (q *reading) setQuery(n *ast.SetStmt, sc *scope) {
	s, k := &q.plain, 0
	for _, v := range n.Variables {
		value := q.value(v.Value, sc, context{part: schema.InSet, branch: schema.OnUpdate})
		if len(v.Name) < 4 || !strings.EqualFold(v.Name[:4], "NEW.") {
			continue
		}
		for k < len(s.toks) && !(s.is(k, "NEW") && s.is(k+1, ".") && s.isName(k+2) && s.is(k+3, "=", ":")) {
			k++
		}
		row := q.row("NEW")
		if row == nil || k >= len(s.toks) {
			return
		}
		q.query.Kind = schema.UpdateQuery
		t := s.toks[k+2]
		sp := spelling{text: s.ident(k + 2), start: t.Start, end: t.End}
		q.matchUses(row.matches(sp.text), sp, schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnUpdate, Value: value})
		k++
	}
}

// pieceUses reads the parts of the statement that the parser does not take.
func (q *reading) pieceUses() {
	sc := q.selected
	if sc == nil {
		return
	}
	for _, e := range q.pieces {
		node, err := q.reader.parse(e.text, 0)
		n, ok := node.(*ast.SelectStmt)
		if err != nil || !ok || n.Fields == nil {
			continue
		}
		q.parsed = e.text
		columns := q.selectList(n, sc, context{part: schema.InResult})
		if e.result {
			q.results(columns)
		}
	}
}

// indexHintNames are the optimizer hints that name indexes.
var indexHintNames = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{"INDEX", "JOIN_INDEX", "GROUP_INDEX", "ORDER_INDEX", "INDEX_MERGE", "SKIP_SCAN", "MRR"} {
		m[w], m["NO_"+w] = true, true
	}
	for _, w := range []string{"NO_ICP", "NO_RANGE_OPTIMIZATION", "USE_INDEX", "FORCE_INDEX", "IGNORE_INDEX", "USE_INDEX_MERGE"} {
		m[w] = true
	}
	return m
}()

// optimizerHints reads /*+ INDEX(t i, j) */.
func (q *reading) optimizerHints() {
	for _, span := range q.hints {
		h := statement{text: q.plain.text, toks: sqltext.Tokens(q.text.work[q.base:], span.Start, span.End, 0)}
		h.text = q.text.work[q.base:]
		for i := range h.toks {
			if !h.is(i+1, "(") || !indexHintNames[strings.ToUpper(h.ident(i))] {
				continue
			}
			q.optimizerHint(&h, i+2, min(h.closing(i+1), len(h.toks)))
		}
	}
}

func (q *reading) optimizerHint(h *statement, from, to int) {
	var table *source
	for i := from; i < to; i++ {
		if !h.isName(i) {
			continue
		}
		if table == nil {
			for _, s := range q.sources {
				if strings.EqualFold(s.alias, h.ident(i)) {
					table = s
				}
			}
			if table == nil {
				return
			}
			continue
		}
		if table.table != nil {
			t := h.toks[i]
			q.add(schema.Use{Table: table.table.Name, Certain: true, Part: schema.InFrom, Index: h.ident(i)}, t.Start, t.End)
		}
	}
}
