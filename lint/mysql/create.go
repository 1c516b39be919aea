package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/format"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	"github.com/pingcap/tidb/pkg/parser/types"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// offsets returns the byte range of a clause in the text.
func (s *statement) offsets(c clause) (from, to int) {
	if c.from >= c.to {
		return 0, len(s.text)
	}
	toks := s.tokens()
	return toks[c.from].Start, toks[c.to-1].End
}

// factsOf returns the facts of a kind that the rewrite took out of a clause.
func (s *statement) factsOf(c clause, kind factKind) []fact {
	if len(s.facts) == 0 {
		return nil
	}
	from, to := s.offsets(c)
	if toks := s.tokens(); c.from < c.to { // what was taken out at its ends is a part of it
		from, to = 0, len(s.text)
		if c.from > 0 {
			from = toks[c.from-1].End
		}
		if c.to < len(toks) {
			to = toks[c.to].Start
		}
	}
	var out []fact
	for _, f := range s.facts {
		if f.kind == kind && from <= f.offset && f.offset < to {
			out = append(out, f)
		}
	}
	return out
}

// sort tells the column definitions of a CREATE TABLE from its keys and constraints.
func (s *statement) sort(elements []clause) (columns, constraints []clause) {
	for _, e := range elements {
		if s.isConstraint(e.from) {
			constraints = append(constraints, e)
		} else {
			columns = append(columns, e)
		}
	}
	return columns, constraints
}

func (s *statement) isConstraint(i int) bool {
	return s.is(i, "CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR", "FOREIGN", "CHECK", "LIKE", "PERIOD")
}

// elements returns the definitions between the parentheses of a CREATE TABLE.
func (s *statement) elements() []clause {
	for i := range s.tokens() {
		if s.is(i, "(") {
			return s.split(i+1, s.closing(i))
		}
		if s.is(i, "SELECT", "LIKE") {
			return nil
		}
	}
	return nil
}

// prefixed says whether a placeholder without a value stands before a name.
func (s *statement) prefixed(name string) bool {
	f := s.source.File
	return slices.ContainsFunc(f.Holes(s.source.Start, s.source.End), func(h sqltext.Hole) bool {
		return h.Start == h.End && strings.HasPrefix(f.Text[h.End:], name)
	})
}

func (s *statement) createTable(n *ast.CreateTableStmt) schema.Change {
	c := &schema.CreateTable{On: s.on(n.Table, s.whole(), n.IfNotExists), OrReplace: s.has(factReplace)}
	t := &schema.Table{Name: name(n.Table), Temporary: n.TemporaryKeyword != ast.TemporaryNone, Partitioned: n.Partition != nil}
	t.Prefixed = s.prefixed(t.Name.Name)
	c.Def = t
	if n.ReferTable != nil {
		like := name(n.ReferTable)
		c.Like = &like
		return c
	}
	columns, constraints := s.sort(s.elements())
	c.Parts.Columns = make([]schema.Span, 0, len(n.Cols))
	for i, def := range n.Cols {
		at := s.named(columns, i)
		s.addDefinition(c, s.column(def, at), s.at(at, "").Span)
	}
	for i, con := range n.Constraints {
		at := s.named(constraints, i)
		addConstraint(c, s.constraint(con, schema.On{}, at), s.at(at, "").Span)
	}
	tableOptions(t, n.Options)
	if n.Select != nil {
		c.Partial = true
		c.Select, c.Filtered = tablesOf(n.Select), filtered(n.Select)
	}
	return c
}

func (s *statement) addDefinition(c *schema.CreateTable, d definition, at schema.Span) {
	t := c.Def
	t.Columns = append(t.Columns, d.column)
	c.Parts.Columns = append(c.Parts.Columns, at)
	for _, k := range d.keys {
		t.Keys = append(t.Keys, k)
		c.Parts.Keys = append(c.Parts.Keys, at)
	}
	for _, check := range d.checks {
		t.Checks = append(t.Checks, check)
		c.Parts.Checks = append(c.Parts.Checks, at)
	}
	if !s.server.InlineReferences {
		return // it reads REFERENCES and ignores it
	}
	for _, fk := range d.foreign {
		t.ForeignKeys = append(t.ForeignKeys, fk)
		c.Parts.ForeignKeys = append(c.Parts.ForeignKeys, at)
	}
}

func addConstraint(c *schema.CreateTable, con schema.Change, at schema.Span) {
	switch con := con.(type) {
	case *schema.AddKey:
		c.Def.Keys = append(c.Def.Keys, con.Key)
		c.Parts.Keys = append(c.Parts.Keys, at)
	case *schema.AddCheck:
		c.Def.Checks = append(c.Def.Checks, con.Check)
		c.Parts.Checks = append(c.Parts.Checks, at)
	case *schema.AddForeignKey:
		c.Def.ForeignKeys = append(c.Def.ForeignKeys, con.ForeignKey)
		c.Parts.ForeignKeys = append(c.Parts.ForeignKeys, at)
	}
}

func tableOptions(t *schema.Table, opts []*ast.TableOption) {
	for _, o := range opts {
		switch o.Tp {
		case ast.TableOptionCharset:
			t.Charset = strings.ToLower(o.StrValue)
		case ast.TableOptionCollate:
			t.Collation = strings.ToLower(o.StrValue)
		case ast.TableOptionEngine:
			t.Engine = o.StrValue
		}
	}
}

// A definition is a column with the keys and constraints that its definition holds.
type definition struct {
	column  *schema.Column
	keys    []*schema.Key
	checks  []*schema.Check
	foreign []*schema.ForeignKey
}

// column reads a column definition, which is the clause c.
func (s *statement) column(def *ast.ColumnDef, c clause) definition {
	col := &schema.Column{Name: def.Name.Name.O, Nullable: true, Type: s.columnType(def.Tp, c)}
	d := definition{column: col}
	for _, o := range def.Options {
		s.option(&d, o)
	}
	if len(s.factsOf(c, factInvisible)) > 0 {
		col.Invisible = true
	}
	if f := s.factsOf(c, factDefault); len(f) > 0 {
		col.Default = &schema.Default{Expr: true, Text: f[0].value, Spelled: true}
	}
	if f := s.factsOf(c, factCollation); len(f) > 0 {
		col.Type.Collation = f[0].value
	}
	s.implied(col)
	return d
}

// implied adds what the server does by itself.
func (s *statement) implied(col *schema.Column) {
	if col.Type.Name != "timestamp" || !s.server.ImplicitTimestamp || col.Generated != schema.NotGenerated {
		return
	}
	if !col.NullSpelled && col.Default == nil {
		col.Nullable = false
	}
	if !col.Nullable && col.Default == nil {
		col.Default = &schema.Default{Expr: true, Text: "current_timestamp"}
	}
}

func (s *statement) option(d *definition, o *ast.ColumnOption) {
	col := d.column
	switch o.Tp {
	case ast.ColumnOptionNotNull:
		col.Nullable, col.NullSpelled = false, true
	case ast.ColumnOptionNull:
		col.Nullable, col.NullSpelled = true, true
	case ast.ColumnOptionDefaultValue:
		col.Default = defaultOf(o.Expr)
	case ast.ColumnOptionAutoIncrement, ast.ColumnOptionAutoRandom:
		col.AutoIncrement = true
	case ast.ColumnOptionPrimaryKey:
		col.Nullable = false
		d.keys = append(d.keys, &schema.Key{Name: "PRIMARY", Kind: schema.PrimaryKey, Columns: []schema.KeyPart{{Column: col.Name}}})
	case ast.ColumnOptionUniqKey:
		d.keys = append(d.keys, &schema.Key{Kind: schema.UniqueKey, Columns: []schema.KeyPart{{Column: col.Name}}})
	case ast.ColumnOptionOnUpdate:
		col.OnUpdate = restore(o.Expr)
	case ast.ColumnOptionComment:
		col.Comment = valueText(o.Expr)
	case ast.ColumnOptionCollate:
		col.Type.Collation = strings.ToLower(o.StrValue)
	case ast.ColumnOptionGenerated:
		col.Generated = schema.Virtual
		if o.Stored {
			col.Generated = schema.Stored
		}
		col.Expr = restore(o.Expr)
	case ast.ColumnOptionCheck:
		d.checks = append(d.checks, &schema.Check{Name: o.ConstraintName, Expr: restore(o.Expr), Enforced: o.Enforced})
	case ast.ColumnOptionReference:
		d.foreign = append(d.foreign, foreignKey("", []string{col.Name}, o.Refer))
	}
}

func (s *statement) columnType(ft *types.FieldType, c clause) schema.Type {
	t := schema.Type{Name: types.TypeToStr(ft.GetType(), ft.GetCharset()), Length: ft.GetFlen(), Scale: ft.GetDecimal()}
	if f := s.factsOf(c, factType); len(f) > 0 {
		return schema.Type{Name: f[0].value, Length: -1, Scale: -1}
	}
	t.Unsigned = tidb.HasUnsignedFlag(ft.GetFlag())
	t.Values = ft.GetElems()
	switch ft.GetType() {
	case tidb.TypeTiny, tidb.TypeShort, tidb.TypeInt24, tidb.TypeLong, tidb.TypeLonglong:
		if t.Length != 1 || ft.GetType() != tidb.TypeTiny {
			t.Length = -1 // a display width says nothing, and the parser fills it in
		}
		t.Scale = -1
	case tidb.TypeDatetime, tidb.TypeTimestamp, tidb.TypeDuration:
		t.Length = -1
	case tidb.TypeEnum, tidb.TypeSet, tidb.TypeYear, tidb.TypeDate, tidb.TypeJSON,
		tidb.TypeTinyBlob, tidb.TypeBlob, tidb.TypeMediumBlob, tidb.TypeLongBlob:
		t.Length, t.Scale = -1, -1
	}
	if cs := ft.GetCharset(); cs != "" && cs != "binary" {
		t.Charset = strings.ToLower(cs)
	}
	t.Collation = strings.ToLower(ft.GetCollate())
	if t.Collation == "binary" {
		t.Collation = ""
	}
	t.Binary = t.Text() && t.Collation == "" && tidb.HasBinaryFlag(ft.GetFlag())
	s.charsetAttribute(&t, c)
	return t
}

// charsetAttribute reads what the parser does not keep or know: NATIONAL and its
// kind, ASCII, UNICODE and BYTE (MySQL manual, "Character Set Names" and
// "The National Character Set").
func (s *statement) charsetAttribute(t *schema.Type, c clause) {
	if f := s.factsOf(c, factCharset); len(f) > 0 {
		t.Charset = f[0].value
	}
	for i := c.from; i < min(c.to, c.from+8); i++ { // CHANGE COLUMN IF EXISTS old new NATIONAL …
		if s.is(i, "NATIONAL", "NCHAR", "NVARCHAR") && s.isType(i) {
			t.Charset = "utf8mb3"
		}
	}
	if t.Charset == "binary" { // CHAR(3) BYTE is BINARY(3)
		t.Name, t.Charset = bytesType[t.Name], ""
	}
}

var bytesType = map[string]string{"char": "binary", "varchar": "varbinary", "tinytext": "tinyblob", "text": "blob", "mediumtext": "mediumblob", "longtext": "longblob"}

// constraint reads a key or constraint, which is the clause at.
func foreignKey(named string, columns []string, to *ast.ReferenceDef) *schema.ForeignKey {
	fk := &schema.ForeignKey{Name: named, Columns: columns, RefTable: name(to.Table), RefColumns: partNames(to.IndexPartSpecifications)}
	if to.OnDelete != nil {
		fk.OnDelete = reaction(to.OnDelete.ReferOpt)
	}
	if to.OnUpdate != nil {
		fk.OnUpdate = reaction(to.OnUpdate.ReferOpt)
	}
	return fk
}

// reaction returns what a foreign key does but refuse.
func reaction(o ast.ReferOptionType) string {
	switch o {
	case ast.ReferOptionNoOption, ast.ReferOptionRestrict, ast.ReferOptionNoAction:
		return ""
	}
	return strings.ToLower(o.String())
}

func (s *statement) constraint(c *ast.Constraint, on schema.On, at clause) schema.Change {
	on.IfExists = on.IfExists || c.IfNotExists
	switch c.Tp {
	case ast.ConstraintForeignKey:
		return &schema.AddForeignKey{On: on, ForeignKey: foreignKey(c.Name, partNames(c.Keys), c.Refer)}
	case ast.ConstraintCheck:
		return &schema.AddCheck{On: on, Check: &schema.Check{Name: c.Name, Expr: restore(c.Expr), Enforced: c.Enforced}}
	}
	k := &schema.Key{Name: c.Name, Columns: keyParts(c.Keys)}
	switch c.Tp {
	case ast.ConstraintPrimaryKey:
		k.Name, k.Kind = "PRIMARY", schema.PrimaryKey
	case ast.ConstraintUniq, ast.ConstraintUniqKey, ast.ConstraintUniqIndex:
		k.Kind = schema.UniqueKey
	case ast.ConstraintFulltext:
		k.Kind = schema.FulltextKey
	case ast.ConstraintVector, ast.ConstraintColumnar:
		k.Kind = schema.VectorKey
	}
	if c.Option != nil && c.Option.Visibility == ast.IndexVisibilityInvisible {
		k.Invisible = true
	}
	s.keyFacts(k, at)
	return &schema.AddKey{On: on, Key: k}
}

func (s *statement) keyFacts(k *schema.Key, at clause) {
	if len(s.factsOf(at, factInvisible)) > 0 {
		k.Invisible = true
	}
	for _, f := range s.factsOf(at, factKeyKind) {
		k.Kind = schema.SpatialKey
		if f.value == "VECTOR" {
			k.Kind = schema.VectorKey
		}
	}
}

func (s *statement) createdKey(n *ast.CreateIndexStmt) *schema.Key {
	k := &schema.Key{Name: n.IndexName, Columns: keyParts(n.IndexPartSpecifications)}
	switch n.KeyType {
	case ast.IndexKeyTypeUnique:
		k.Kind = schema.UniqueKey
	case ast.IndexKeyTypeFulltext:
		k.Kind = schema.FulltextKey
	case ast.IndexKeyTypeSpatial:
		k.Kind = schema.SpatialKey
	}
	if n.IndexOption != nil && n.IndexOption.Visibility == ast.IndexVisibilityInvisible {
		k.Invisible = true
	}
	s.keyFacts(k, s.whole())
	return k
}

func keyParts(specs []*ast.IndexPartSpecification) []schema.KeyPart {
	out := make([]schema.KeyPart, 0, len(specs))
	for _, p := range specs {
		if p.Expr != nil {
			out = append(out, schema.KeyPart{Expr: restore(p.Expr)})
			continue
		}
		out = append(out, schema.KeyPart{Column: p.Column.Name.O, Length: max(p.Length, 0)})
	}
	return out
}

func partNames(specs []*ast.IndexPartSpecification) []string {
	out := make([]string, 0, len(specs))
	for _, p := range specs {
		if p.Column != nil {
			out = append(out, p.Column.Name.O)
		}
	}
	return out
}

func keyName(name string) string {
	if strings.EqualFold(name, "PRIMARY") {
		return "PRIMARY"
	}
	return name
}

func defaultOf(e ast.ExprNode) *schema.Default {
	d := &schema.Default{Spelled: true}
	switch v := e.(type) {
	case ast.ValueExpr:
		d.Null = v.GetValue() == nil
		d.Text = valueText(v)
	case *ast.UnaryOperationExpr: // DEFAULT -1
		d.Text = restore(v)
	default:
		d.Expr = true
		d.Text = restore(e)
	}
	return d
}

// valueText returns the text of a literal, and of anything else as restored.
func valueText(e ast.ExprNode) string {
	if e == nil {
		return ""
	}
	v, ok := e.(ast.ValueExpr)
	if !ok {
		return restore(e)
	}
	switch x := v.GetValue().(type) {
	case nil:
		return "NULL"
	case string:
		return x
	case []byte:
		return string(x)
	default:
		return fmt.Sprint(x)
	}
}

// restore returns the normal form of an expression.
func restore(e ast.ExprNode) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	if err := e.Restore(format.NewRestoreCtx(format.RestoreStringSingleQuotes|format.RestoreKeyWordLowercase|format.RestoreNameLowercase, &b)); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "()")
}
