package mysql

import (
	"slices"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// alterHead reads ALTER [ONLINE] [IGNORE] TABLE [IF EXISTS] name [WAIT n], and
// returns the index of the first clause.
func (s *statement) alterHead() (table schema.Name, first int, ok bool) {
	s.tokens()
	if !s.is(0, "ALTER") {
		return table, 0, false
	}
	i := 1
	for s.is(i, "ONLINE", "OFFLINE", "IGNORE") {
		s.ignore = s.ignore || s.is(i, "IGNORE")
		i++
	}
	if !s.is(i, "TABLE") {
		return table, 0, false
	}
	table, i = s.name(s.skip(i+1, "IF", "EXISTS"))
	switch {
	case s.is(i, "WAIT"):
		i += 2
	case s.is(i, "NOWAIT"):
		i++
	}
	return table, i, true
}

// An alteration is an ALTER TABLE while its specs become changes.
type alteration struct {
	*statement
	table schema.Name
	lead  string
	out   []schema.Change
}

func (s *statement) alterTable(n *ast.AlterTableStmt) []schema.Change {
	_, first, ok := s.alterHead()
	a := alteration{statement: s, table: name(n.Table), lead: "ALTER TABLE " + name(n.Table).String() + " "}
	var clauses []clause
	if ok {
		clauses = s.split(first, len(s.toks))
	}
	for i, spec := range n.Specs {
		c := s.whole()
		switch {
		case i < len(clauses):
			c = clauses[i]
		case len(clauses) > 0: // PARTITION BY needs no comma before it
			c = clauses[len(clauses)-1]
		}
		a.spec(spec, c)
	}
	if len(a.out) == 0 {
		a.out = append(a.out, &schema.TableOption{On: a.on(s.whole(), false)})
	}
	a.out[0].Base().Ignore = s.ignore
	slices.SortStableFunc(a.out, func(x, y schema.Change) int { return renames(x) - renames(y) }) // the server renames last
	return a.out
}

func renames(c schema.Change) int {
	if _, ok := c.(*schema.RenameTable); ok {
		return 1
	}
	return 0
}

func (a *alteration) on(c clause, ifExists bool) schema.On {
	return schema.On{Clause: a.at(c, a.lead), Table: a.table, IfExists: ifExists}
}

func (a *alteration) add(c schema.Change) { a.out = append(a.out, c) }

// spec appends the changes of one clause.
func (a *alteration) spec(spec *ast.AlterTableSpec, c clause) {
	on := a.on(c, spec.IfExists || spec.IfNotExists || len(a.factsOf(c, factIfExists)) > 0)
	switch spec.Tp {
	case ast.AlterTableAddColumns:
		a.addColumns(spec, c, on)
	case ast.AlterTableDropColumn:
		a.add(&schema.DropColumn{On: on, Column: spec.OldColumnName.Name.O})
	case ast.AlterTableModifyColumn, ast.AlterTableChangeColumn:
		a.modify(spec, c, on)
	case ast.AlterTableRenameColumn:
		a.add(&schema.RenameColumn{On: on, Old: spec.OldColumnName.Name.O, New: spec.NewColumnName.Name.O})
	case ast.AlterTableAlterColumn:
		a.alterColumn(spec, c, on)
	case ast.AlterTableRenameTable:
		a.add(&schema.RenameTable{On: on, To: name(spec.NewTable)})
	case ast.AlterTableOption:
		a.options(spec.Options, on)
	default:
		if !a.keySpec(spec, c, on) {
			a.partitionSpec(spec, on)
		}
	}
}

// keySpec appends the changes of a clause that is about a key or constraint.
func (a *alteration) keySpec(spec *ast.AlterTableSpec, c clause, on schema.On) bool {
	switch spec.Tp {
	case ast.AlterTableAddConstraint:
		a.add(a.constraint(spec.Constraint, on, c))
	case ast.AlterTableDropPrimaryKey:
		a.add(&schema.DropKey{On: on, Name: "PRIMARY"})
	case ast.AlterTableDropIndex:
		a.add(&schema.DropKey{On: on, Name: keyName(spec.Name)})
	case ast.AlterTableDropForeignKey:
		a.add(&schema.DropForeignKey{On: on, Name: spec.Name})
	case ast.AlterTableRenameIndex:
		a.add(&schema.RenameKey{On: on, Old: spec.FromKey.O, New: spec.ToKey.O})
	case ast.AlterTableIndexInvisible:
		a.add(&schema.SetKeyVisible{On: on, Name: spec.IndexName.O, Visible: spec.Visibility == ast.IndexVisibilityVisible})
	case ast.AlterTableAlterCheck:
		a.add(&schema.AlterCheck{On: on, Name: spec.Constraint.Name, Enforced: spec.Constraint.Enforced})
	case ast.AlterTableDropCheck:
		i := a.skip(c.from, "DROP")
		a.add(&schema.DropConstraint{On: on, Name: spec.Constraint.Name, Check: a.is(i, "CHECK")})
	default:
		return false
	}
	return true
}

var partitionKinds = map[ast.AlterTableType]string{
	ast.AlterTableAddPartitions:              "ADD",
	ast.AlterTableDropPartition:              "DROP",
	ast.AlterTableTruncatePartition:          "TRUNCATE",
	ast.AlterTableExchangePartition:          "EXCHANGE",
	ast.AlterTableDiscardPartitionTablespace: "DISCARD",
	ast.AlterTableDiscardTablespace:          "DISCARD",
	ast.AlterTableImportPartitionTablespace:  "IMPORT",
	ast.AlterTableImportTablespace:           "IMPORT",
	ast.AlterTableReorganizePartition:        "REORGANIZE",
	ast.AlterTableCoalescePartitions:         "COALESCE",
	ast.AlterTableRemovePartitioning:         "REMOVE",
	ast.AlterTablePartition:                  "PARTITION BY",
	ast.AlterTableDropFirstPartition:         "DROP",
	ast.AlterTableAddLastPartition:           "ADD",
	ast.AlterTableReorganizeLastPartition:    "REORGANIZE",
	ast.AlterTableReorganizeFirstPartition:   "REORGANIZE",
	ast.AlterTableRebuildPartition:           "REBUILD",
	ast.AlterTableOptimizePartition:          "OPTIMIZE",
	ast.AlterTableRepairPartition:            "REPAIR",
	ast.AlterTableCheckPartitions:            "CHECK",
}

// partitionSpec appends the change of a clause that is about partitions, or of
// one that only says how the server is to work.
func (a *alteration) partitionSpec(spec *ast.AlterTableSpec, on schema.On) {
	kind, ok := partitionKinds[spec.Tp]
	if !ok {
		a.add(&schema.TableOption{On: on})
		return
	}
	p := &schema.Partition{On: on, Kind: kind}
	for _, n := range spec.PartitionNames {
		p.Names = append(p.Names, n.O)
	}
	if spec.Tp == ast.AlterTableExchangePartition && spec.NewTable != nil {
		with := name(spec.NewTable)
		p.With = &with
	}
	a.add(p)
}

func (a *alteration) addColumns(spec *ast.AlterTableSpec, c clause, on schema.On) {
	elements := []clause{c}
	open := a.skip(a.skip(c.from, "ADD"), "COLUMN")
	open = a.skip(open, "IF", "NOT", "EXISTS")
	grouped := a.is(open, "(")
	if grouped {
		elements = a.split(open+1, a.closing(open))
	}
	columns, constraints := a.sort(elements)
	for i, def := range spec.NewColumns {
		el := a.named(columns, i)
		onElement := on
		if grouped {
			onElement.Clause = a.at(el, a.lead+"ADD COLUMN ")
		}
		col := a.column(def, el)
		a.add(&schema.AddColumn{On: onElement, Column: col.column, Where: place(spec.Position)})
		a.inline(col, onElement)
	}
	for i, con := range spec.NewConstraints {
		el := a.named(constraints, i)
		onElement := on
		onElement.Clause = a.at(el, a.lead+"ADD ")
		a.add(a.constraint(con, onElement, el))
	}
}

// inline appends the keys and constraints that stand in a column definition.
func (a *alteration) inline(col definition, on schema.On) {
	for _, k := range col.keys {
		a.add(&schema.AddKey{On: on, Key: k})
	}
	for _, c := range col.checks {
		a.add(&schema.AddCheck{On: on, Check: c})
	}
	for _, fk := range col.foreign {
		a.add(&schema.AddForeignKey{On: on, ForeignKey: fk, Inline: true})
	}
}

func (a *alteration) modify(spec *ast.AlterTableSpec, c clause, on schema.On) {
	col := a.column(spec.NewColumns[0], c)
	old := col.column.Name
	if spec.OldColumnName != nil {
		old = spec.OldColumnName.Name.O
	}
	a.add(&schema.ModifyColumn{On: on, Old: old, Column: col.column, Where: place(spec.Position)})
	a.inline(col, on)
}

func (a *alteration) alterColumn(spec *ast.AlterTableSpec, c clause, on schema.On) {
	def := spec.NewColumns[0]
	column := def.Name.Name.O
	if len(def.Options) == 0 {
		a.add(&schema.DropDefault{On: on, Column: column})
		return
	}
	d := defaultOf(def.Options[0].Expr)
	if f := a.factsOf(c, factDefault); len(f) > 0 {
		d = &schema.Default{Expr: true, Text: f[0].value, Spelled: true}
	}
	a.add(&schema.SetDefault{On: on, Column: column, Default: *d})
}

func (a *alteration) options(opts []*ast.TableOption, on schema.On) {
	var charset, collation, engine string
	convert := false
	for _, o := range opts {
		switch o.Tp {
		case ast.TableOptionCharset:
			charset = o.StrValue
			convert = convert || o.UintValue == ast.TableOptionCharsetWithConvertTo
		case ast.TableOptionCollate:
			collation = o.StrValue
		case ast.TableOptionEngine:
			engine = o.StrValue
		}
	}
	switch {
	case convert:
		a.add(&schema.ConvertCharset{On: on, Charset: charset, Collation: collation})
	case charset != "" || collation != "":
		a.add(&schema.SetTableCharset{On: on, Charset: charset, Collation: collation})
	}
	if engine != "" || charset == "" && collation == "" {
		a.add(&schema.TableOption{On: on, Engine: engine})
	}
}

func place(p *ast.ColumnPosition) schema.Place {
	if p == nil {
		return schema.Place{}
	}
	switch p.Tp {
	case ast.ColumnPositionFirst:
		return schema.Place{First: true}
	case ast.ColumnPositionAfter:
		return schema.Place{After: p.RelativeColumn.Name.O}
	}
	return schema.Place{}
}
