package uses

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A row is a struct that a library saves as a whole, as far as it is known: nil
// when it is not at all.
type row struct {
	record *gosrc.Record
	loaded bool
	// hooks are the methods that the library calls on it before it stores it.
	pkg   *gosrc.Package
	hooks []gosrc.Hook
	// set are the columns that the library is told to set in it.
	set map[string]bool
}

// hooked is the row that an argument of a call is, with the methods that the library
// calls on it first.
func (r row) hooked(l *gosrc.Link, arg int, kind string, names ...string) row {
	if arg >= len(l.Call.Args) {
		return r
	}
	t := l.TypeOf(l.Call.Args[arg])
	if t == nil {
		return r
	}
	named, _ := structOf(t)
	if named == nil {
		return r
	}
	r.pkg, r.hooks = l.Package, nil
	for _, name := range names {
		r.hooks = append(r.hooks, gosrc.Hook{Type: named, Name: name, Kind: kind})
	}
	return r
}

// rowOf is the row that the first argument of a save is.
func rowOf(args []gosrc.Value) row {
	if len(args) == 0 {
		return row{}
	}
	switch v := args[0].(type) {
	case *gosrc.Record:
		return row{record: v}
	case gosrc.Unknown:
		return row{loaded: v.Loaded}
	}
	return row{}
}

// origin is where the value of a field comes from, and where it is set.
func (r row) origin(f modelField) (gosrc.Origin, token.Pos) {
	if r.set[f.column] {
		return gosrc.Assigned, token.NoPos
	}
	o, at := r.handed(f)
	if o == gosrc.Assigned || r.record == nil && !r.loaded {
		return o, at // nobody saw the row being made: its fields are as sure as each other
	}
	switch r.byHooks(f) {
	case gosrc.SetAlways:
		return gosrc.Assigned, token.NoPos
	case gosrc.SetWhenZero:
		if o == gosrc.Zero {
			return gosrc.Assigned, token.NoPos
		}
	case gosrc.SetPerhaps:
		if o != gosrc.Unseen {
			return gosrc.Assigned, token.NoPos
		}
	case gosrc.NotSet:
	}
	return o, at
}

// perhaps says whether a field is set under a condition of a hook only.
func (r row) perhaps(f modelField) bool {
	o, _ := r.handed(f)
	return (o == gosrc.Zero || o == gosrc.Loaded) && !r.set[f.column] && r.byHooks(f) == gosrc.SetPerhaps
}

// byHooks is how the hooks of a row set a field.
func (r row) byHooks(f modelField) gosrc.Setting {
	how := gosrc.NotSet
	for _, h := range r.hooks {
		if f.v != nil {
			set, _ := r.pkg.Sets(h, f.v, f.column)
			how = max(how, set)
		}
	}
	return how
}

// handed is where the value of a field comes from as the library is handed the row.
func (r row) handed(f modelField) (gosrc.Origin, token.Pos) {
	switch {
	case r.record != nil:
		return r.record.Origin(f.path...), r.record.Place(f.path...)
	case r.loaded:
		return gosrc.Loaded, token.NoPos
	}
	return gosrc.Unseen, token.NoPos
}

// sameRow says whether two candidates are handed the same struct, if they are.
func sameRow(a, b candidate) bool {
	return rowOf(a.args).record == rowOf(b.args).record
}

// value spells what is stored of a field: one that nobody sets has its zero value.
func (r row) value(f modelField) string {
	if o, _ := r.origin(f); o == gosrc.Zero {
		return "DEFAULT"
	}
	return "?"
}

// maxRows bounds the rows that one call is taken to save.
const maxRows = 8

// rowsOf are the chains that a chain is, one for each row that it saves.
func rowsOf(ch *gosrc.Chain) []*gosrc.Chain {
	at := rowLink(ch)
	if at < 0 {
		return []*gosrc.Chain{ch}
	}
	link := ch.Links[at]
	var rows []gosrc.Value
	listed := false
	for _, a := range gosrc.Alternatives(link.Args[0]) {
		if l, ok := a.(*gosrc.List); ok && len(l.Elems) > 0 {
			listed = true
			for _, e := range l.Elems {
				rows = append(rows, gosrc.Alternatives(e.Value)...)
			}
			continue
		}
		rows = append(rows, a)
	}
	if len(rows) < 2 && !listed || len(rows) > maxRows {
		return []*gosrc.Chain{ch}
	}
	out := make([]*gosrc.Chain, len(rows))
	for i, r := range rows {
		one := link
		one.Args = append([]gosrc.Value{r}, link.Args[1:]...)
		links := slices.Clone(ch.Links)
		links[at] = one
		out[i] = &gosrc.Chain{Base: ch.Base, Links: links, Shared: ch.Shared}
	}
	return out
}

// rowLink is the link of a chain that is handed the rows: the last one, or in bun that
// of the model; -1 when there is none, as in SQLBoiler, whose rows save themselves.
func rowLink(ch *gosrc.Chain) int {
	i := len(ch.Links) - 1
	if lib := libraryOf(ch.Links[0].Callee); lib != nil && lib.name == sqlboilerName {
		return -1
	}
	if strings.HasPrefix(ch.Links[0].Callee.Pkg, bun.path) {
		for i >= 0 && ch.Links[i].Callee.Name != "Model" {
			i--
		}
	}
	if i >= 0 && len(ch.Links[i].Args) == 0 {
		return -1
	}
	return i
}

// loads writes a column that is read into a field of a row; star says that the
// library asks for it by *.
func (s *speller) loads(f modelField, star bool) {
	s.field(f, gosrc.Part{Row: f.v, Star: star})
}

// stores writes a column that a field of a row is saved in.
func (s *speller) stores(f modelField, r row) {
	o, at := r.origin(f)
	s.perhaps(r.perhaps(f), func() { s.field(f, gosrc.Part{Row: f.v, Origin: o, Set: at}) })
}

// column writes the column of a field.
func (s *speller) column(f modelField) { s.field(f, gosrc.Part{}) }

// field writes the column of a field, with what else is said of it.
func (s *speller) field(f modelField, p gosrc.Part) {
	if f.unknown {
		s.hole("the column of " + f.field)
		return
	}
	p.Text, p.Pos, p.May, p.Named, p.Column = "`"+f.column+"`", s.at, s.may, f.name(), true
	s.text = append(s.text, p)
}

// compared writes the comparison of the column of a field with a value, or that it is set to one.
func (s *speller) compared(f modelField) {
	s.column(f)
	s.sql(" = ?")
}

// rowColumn is a part of a text that stands for a field.
func (c *collector) rowColumn(p gosrc.Part, span sqltext.Span) mysql.RowColumn {
	out := mysql.RowColumn{Span: span, Field: fieldAt(c.program.Position, p.Row), Origin: originOf(p.Origin), Star: p.Star}
	if p.Set.IsValid() {
		out.Set = spot(c.program.Position(p.Set), len(p.Row.Name()))
	}
	return out
}

// fieldAt is what the schema knows a field of a struct as.
func fieldAt(position func(token.Pos) token.Position, f *types.Var) *schema.RowField {
	return &schema.RowField{Name: f.Name(), Pos: spot(position(f.Pos()), len(f.Name())), Local: isLocal(f)}
}

func originOf(o gosrc.Origin) schema.Origin {
	switch o {
	case gosrc.Loaded:
		return schema.Loaded
	case gosrc.Unseen:
		return schema.Unseen
	case gosrc.Assigned, gosrc.Zero:
	}
	return schema.Assigned
}

// isRow says whether an argument of a call is a struct that :name can be bound to, or a
// list of them.
func isRow(call *gosrc.Call, arg int) bool {
	if arg >= len(call.Expr.Args) {
		return false
	}
	t := call.Package.Info.TypeOf(call.Expr.Args[arg])
	if t == nil {
		return false
	}
	if list, ok := t.Underlying().(*types.Slice); ok {
		t = list.Elem()
	}
	_, ok := isStruct(deref(t))
	return ok
}

// bound notes the field of a struct that :name is bound to.
func (c *candidate) bound(u *schema.Use) {
	if u.Value.Name == "" || len(c.args) == 0 || len(c.call.Args) <= c.arg+1 {
		return
	}
	t := c.site.Package.Info.TypeOf(c.call.Args[c.arg+1])
	if t == nil {
		return
	}
	rows := []gosrc.Value{c.args[0]}
	if list, ok := t.Underlying().(*types.Slice); ok { // a row each
		t, rows = list.Elem(), elements(c.args[0])
	}
	s, ok := isStruct(deref(t))
	if !ok {
		return
	}
	path := c.tags.path(s, u.Value.Name)
	if len(path) == 0 {
		return
	}
	names := make([]string, len(path))
	for i, f := range path {
		names[i] = f.Name()
	}
	f := modelField{path: names}
	o, at := gosrc.Unseen, token.NoPos
	for _, r := range rows {
		if o, at = rowOf([]gosrc.Value{r}).origin(f); o == gosrc.Zero {
			u.Value = &schema.Value{Kind: schema.DefaultValue}
			return
		}
	}
	u.Field, u.Origin = fieldAt(c.site.Package.Position, path[len(path)-1]), originOf(o)
	if at.IsValid() {
		u.Set = spot(c.site.Package.Position(at), len(u.Field.Name))
	}
}

// elements are the values of a list; the value itself where it is none that is known.
func elements(v gosrc.Value) []gosrc.Value {
	list, ok := v.(*gosrc.List)
	if !ok || list.Open || len(list.Elems) == 0 {
		return []gosrc.Value{v}
	}
	var out []gosrc.Value
	for _, e := range list.Elems {
		out = append(out, e.Value)
	}
	return out
}

// spot is the place of what begins there, and is so many bytes long.
func spot(at token.Position, length int) schema.Position {
	return schema.Position{File: at.Filename, Line: at.Line, Column: at.Column, EndLine: at.Line, EndColumn: at.Column + length}
}
