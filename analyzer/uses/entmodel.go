package uses

import (
	"go/constant"
	"go/types"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What ent's generated packages declare. Their names follow from the schema in every
// version: of a field nick the package of its entity has the constant FieldNick with the
// column, of an edge pets PetsTable and PetsColumn.

// An entClient is a generated client: the package ent, mostly.
type entClient struct {
	pkg      *types.Package
	entities map[string]*entEntity // by the names of their types
}

// An entEntity is a type of a schema, with the package of its own.
type entEntity struct {
	client *entClient
	name   string
	pkg    *types.Package // nil when it is not there
	table  string
	id     string
	fields []modelField
	edges  map[string]*entEdge // by their names as in PetsTable
}

// An entEdge is a relation, as seen from one of its ends.
type entEdge struct {
	name   string
	target *entEntity
	table  string // that holds the relation
	column string // of that table; "" when it is a table of pairs
	own    bool   // the column is one of the entity's own table
	many   bool   // it leads to several
}

// entClients are the clients that were read, by *types.Package.
var entClients sync.Map

// entClientOf is the client that a package is; nil when it is none.
func entClientOf(pkg *types.Package) *entClient {
	if pkg == nil {
		return nil
	}
	if _, is := pkg.Scope().Lookup("Client").(*types.TypeName); !is {
		return nil
	}
	known, ok := entClients.Load(pkg)
	if !ok {
		known, _ = entClients.LoadOrStore(pkg, newEntClient(pkg))
	}
	c, _ := known.(*entClient)
	return c
}

// newEntClient reads a package; nil when no client is declared in it: a struct Client
// whose Schema makes the tables.
func newEntClient(pkg *types.Package) *entClient {
	obj, _ := pkg.Scope().Lookup("Client").(*types.TypeName)
	if obj == nil || pkg.Scope().Lookup("Tx") == nil {
		return nil
	}
	s, _ := obj.Type().Underlying().(*types.Struct)
	if s == nil {
		return nil
	}
	c := &entClient{pkg: pkg, entities: map[string]*entEntity{}}
	makes := false
	for f := range s.Fields() {
		of, name := gosrc.Named(f.Type())
		switch {
		case f.Name() == "Schema" && name == "Schema" && of == pkg.Path()+"/migrate":
			makes = true
		case of == pkg.Path() && name == f.Name()+"Client":
			c.entities[f.Name()] = &entEntity{client: c, name: f.Name(), edges: map[string]*entEdge{}}
		}
	}
	if !makes {
		return nil
	}
	for _, imported := range pkg.Imports() {
		for _, e := range c.entities {
			if imported.Path() == pkg.Path()+"/"+strings.ToLower(e.name) {
				e.pkg = imported
			}
		}
	}
	for _, e := range c.entities {
		e.readFields()
	}
	for _, e := range c.entities {
		e.readEdges()
	}
	return c
}

// text is the value of a constant string without a type of its own; "" of others.
func (e *entEntity) text(name string) string {
	if e.pkg == nil {
		return ""
	}
	c, ok := e.pkg.Scope().Lookup(name).(*types.Const)
	if !ok || c.Val().Kind() != constant.String {
		return ""
	}
	if b, basic := c.Type().(*types.Basic); !basic || b.Kind() != types.UntypedString {
		return ""
	}
	return constant.StringVal(c.Val())
}

func (e *entEntity) readFields() {
	e.table, e.id = e.text("Table"), e.text("FieldID")
	if e.pkg == nil {
		return
	}
	s := e.structOf(e.name)
	for _, name := range e.pkg.Scope().Names() {
		field, ok := strings.CutPrefix(name, "Field")
		column := e.text(name)
		if !ok || field == "" || column == "" {
			continue
		}
		f := modelField{field: field, column: column, path: []string{field}}
		if s != nil {
			f.v = entField(s, field)
		}
		e.fields = append(e.fields, f)
	}
}

func (e *entEntity) structOf(name string) *types.Struct {
	obj := e.client.pkg.Scope().Lookup(name)
	if obj == nil {
		return nil
	}
	s, _ := obj.Type().Underlying().(*types.Struct)
	return s
}

func entField(s *types.Struct, name string) *types.Var {
	for f := range s.Fields() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

func (e *entEntity) readEdges() {
	if e.pkg == nil {
		return
	}
	loaded := e.structOf(e.name + "Edges")
	for _, constName := range e.pkg.Scope().Names() {
		name, ok := strings.CutSuffix(constName, "Table")
		if !ok || name == "" || strings.HasSuffix(name, "Inverse") && e.text(strings.TrimSuffix(name, "Inverse")+"Table") != "" || e.text(constName) == "" {
			continue
		}
		edge := &entEdge{name: name, table: e.text(constName), column: e.text(name + "Column")}
		if loaded != nil {
			if f := entField(loaded, name); f != nil {
				_, edge.many = f.Type().Underlying().(*types.Slice)
				if named, _ := structOf(f.Type()); named != nil {
					edge.target = e.client.entities[named.Obj().Name()]
				}
			}
		}
		if edge.target == nil {
			edge.target = e.client.byTable(e.text(name + "InverseTable"))
		}
		if edge.target == nil {
			edge.target = e
		}
		edge.own = !edge.many && edge.column != "" && edge.table == e.table
		e.edges[name] = edge
	}
}

func (c *entClient) byTable(table string) *entEntity {
	for _, e := range c.entities {
		if table != "" && e.table == table {
			return e
		}
	}
	return nil
}

// field is that of a name as in FieldNick, or nil.
func (e *entEntity) field(name string) *modelField {
	i := slices.IndexFunc(e.fields, func(f modelField) bool { return f.field == name })
	if i < 0 {
		return nil
	}
	return &e.fields[i]
}

// column is the field that a column is kept in, or nil.
func (e *entEntity) column(name string) *modelField {
	i := slices.IndexFunc(e.fields, func(f modelField) bool { return f.column == name })
	if i < 0 {
		return nil
	}
	return &e.fields[i]
}

// hasDefault says whether ent gives a field a value itself, in a new row or by each
// update.
func (e *entEntity) hasDefault(f modelField, by string) bool {
	return e.pkg != nil && e.pkg.Scope().Lookup(by+f.field) != nil
}

// pair are the columns of the table of pairs of an edge; none when they are not known.
func (e *entEntity) pair(edge *entEdge, in *gosrc.Package) []string {
	return e.listed(edge.name+"PrimaryKey", in)
}

// foreignKeys are the columns that edges keep in the table beside those of the fields.
func (e *entEntity) foreignKeys(in *gosrc.Package) []string { return e.listed("ForeignKeys", in) }

// listed are the names that a variable of the package is declared with.
func (e *entEntity) listed(name string, in *gosrc.Package) []string {
	if e.pkg == nil {
		return nil
	}
	v, ok := e.pkg.Scope().Lookup(name).(*types.Var)
	if !ok {
		return nil
	}
	list, ok := in.StartsAs(v).(*gosrc.List)
	if !ok {
		return nil
	}
	var out []string
	for _, elem := range list.Elems {
		out = append(out, texts([]gosrc.Value{elem.Value})...)
	}
	return out
}

// entBuilders are what the names of the builders of an entity end in, longest first.
var entBuilders = [...]string{"CreateBulk", "DeleteOne", "UpdateOne", "UpsertBulk", "UpsertOne", "Mutation", "GroupBy", "Create", "Client", "Delete", "Select", "Update", "Upsert", "Query"}

// builder is the entity whose builder a type is, and which; "" of an entity itself.
func (c *entClient) builder(name string) (*entEntity, string) {
	if e := c.entities[name]; e != nil {
		return e, ""
	}
	for _, kind := range entBuilders {
		if of, ok := strings.CutSuffix(name, kind); ok && c.entities[of] != nil {
			return c.entities[of], kind
		}
	}
	return nil, ""
}
