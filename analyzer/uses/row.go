package uses

import (
	"go/token"
	"go/types"

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

// rowsOf are the chains that a chain is, one for each row that its last call saves.
func rowsOf(ch *gosrc.Chain) []*gosrc.Chain {
	last := ch.Links[len(ch.Links)-1]
	if len(last.Args) == 0 {
		return []*gosrc.Chain{ch}
	}
	var rows []gosrc.Value
	listed := false
	for _, a := range gosrc.Alternatives(last.Args[0]) {
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
		one := last
		one.Args = append([]gosrc.Value{r}, last.Args[1:]...)
		out[i] = &gosrc.Chain{Base: ch.Base, Links: append(ch.Links[:len(ch.Links)-1:len(ch.Links)-1], one)}
	}
	return out
}

// loads writes a column that is read into a field of a row; star says that the
// library asks for it by *.
func (s *speller) loads(f modelField, star bool) {
	s.text = append(s.text, gosrc.Part{Text: "`" + f.column + "`", Pos: s.at, May: s.may, Row: f.v, Star: star})
}

// column writes a column that a field of a row is saved in.
func (s *speller) column(f modelField, o gosrc.Origin, at token.Pos) {
	s.text = append(s.text, gosrc.Part{Text: "`" + f.column + "`", Pos: s.at, May: s.may, Row: f.v, Origin: o, Set: at})
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
	return &schema.RowField{Name: f.Name(), Pos: spot(position(f.Pos()), len(f.Name()))}
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

// isRow says whether an argument of a call is a struct that :name can be bound to.
func isRow(call *gosrc.Call, arg int) bool {
	if arg >= len(call.Expr.Args) {
		return false
	}
	t := call.Package.Info.TypeOf(call.Expr.Args[arg])
	if t == nil {
		return false
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
	s, ok := isStruct(deref(t))
	if !ok {
		return
	}
	path := fieldPath(s, u.Value.Name)
	if len(path) == 0 {
		return
	}
	names := make([]string, len(path))
	for i, f := range path {
		names[i] = f.Name()
	}
	f := modelField{path: names}
	o, at := rowOf(c.args).origin(f)
	if o == gosrc.Zero {
		u.Value = &schema.Value{Kind: schema.DefaultValue}
		return
	}
	u.Field, u.Origin = fieldAt(c.site.Package.Position, path[len(path)-1]), originOf(o)
	if at.IsValid() {
		u.Set = spot(c.site.Package.Position(at), len(u.Field.Name))
	}
}

// spot is the place of what begins there, and is so many bytes long.
func spot(at token.Position, length int) schema.Position {
	return schema.Position{File: at.Filename, Line: at.Line, Column: at.Column, EndLine: at.Line, EndColumn: at.Column + length}
}
