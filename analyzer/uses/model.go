package uses

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A modelField is a field that a column stands for.
type modelField struct {
	field, column string
	v             *types.Var
	path          []string // from the model: Address, City
	named         bool     // the library makes the column of the name of the field
	key           bool     // of the primary key
	unknown       bool     // which column it is, no constant tells
}

// name is that of the field, if the library makes the column of it.
func (f *modelField) name() string {
	if f.named {
		return f.field
	}
	return ""
}

// structOf returns the struct that a value is, points to, or is a list of.
func structOf(t types.Type) (*types.Named, *types.Struct) {
	for range 4 {
		switch u := t.(type) {
		case *types.Pointer:
			t = u.Elem()
			continue
		case *types.Slice:
			t = u.Elem()
			continue
		case *types.Array:
			t = u.Elem()
			continue
		case *types.Named:
			switch under := u.Underlying().(type) {
			case *types.Struct:
				return u, under
			case *types.Slice:
				t = under.Elem()
				continue
			}
		}
		break
	}
	return nil, nil
}

// tableOf is the table of a model: what its TableName gives, or else the name that
// the library makes of that of the struct.
func tableOf(l *gosrc.Link, named *types.Named, name string, at token.Pos) gosrc.Text {
	if said, ok := l.Package.MethodResult(named, "TableName").(gosrc.Text); ok {
		return quotedName(said)
	}
	if hasMethod(named, "TableName") {
		return gosrc.Text{{Hole: "TableName of " + named.Obj().Name(), Pos: at}}
	}
	return gosrc.Text{{Text: "`" + name + "`", Pos: at, Named: named.Obj().Name()}}
}

// associated is the struct at the end of a path of fields, as Owner.Address, from one
// of a type; nil when there is none.
func associated(t types.Type, path string) (*types.Named, *types.Struct) {
	named, s := structOf(t)
	for name := range strings.SplitSeq(path, ".") {
		if s == nil {
			return nil, nil
		}
		field, _, _ := types.LookupFieldOrMethod(named, true, nil, name)
		if field == nil {
			return nil, nil
		}
		named, s = structOf(field.Type())
	}
	return named, s
}

// snake is the column of a field: UserID is user_id, APIKey api_key.
func snake(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			before, after := runes[i-1], rune(0)
			if i+1 < len(runes) {
				after = runes[i+1]
			}
			if before != '_' && (!unicode.IsUpper(before) || unicode.IsLower(after)) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plural is the table of a struct: the English plural of its name.
func plural(name string) string {
	irregular := map[string]string{"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "datum": "data", "index": "indices", "status": "statuses"}
	uncountable := map[string]bool{"equipment": true, "information": true, "rice": true, "money": true, "species": true, "series": true, "fish": true, "sheep": true, "police": true, "news": true}
	head, last := "", name
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		head, last = name[:i+1], name[i+1:]
	}
	ends := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(last, s) {
				return true
			}
		}
		return false
	}
	switch {
	case uncountable[last]:
		return name
	case irregular[last] != "":
		return head + irregular[last]
	case ends("ss", "sh", "ch", "x", "z"):
		return name + "es"
	case ends("s"):
		return name
	case ends("y") && !ends("ay", "ey", "iy", "oy", "uy"):
		return strings.TrimSuffix(name, "y") + "ies"
	}
	return name + "s"
}

// A model is a struct as a library maps it to a table.
type model struct {
	name    string // of the struct
	fields  []modelField
	deleted *modelField // what a soft delete sets; nil
}

// key are the fields of the primary key: those that are marked, or else id.
func (m *model) key() []modelField {
	var out []modelField
	for _, f := range m.fields {
		if f.key {
			out = append(out, f)
		}
	}
	if len(out) > 0 {
		return out
	}
	if i := slices.IndexFunc(m.fields, func(f modelField) bool { return strings.EqualFold(f.column, "id") }); i >= 0 {
		return m.fields[i : i+1]
	}
	return nil
}

func (m *model) isKey(f modelField) bool {
	return slices.ContainsFunc(m.key(), func(k modelField) bool { return k.column == f.column })
}

// without are the fields but those whose columns are left out.
func (m *model) without(columns []string) []modelField {
	return slices.DeleteFunc(slices.Clone(m.fields), func(f modelField) bool { return slices.Contains(columns, f.column) })
}
