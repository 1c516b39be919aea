package uses

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A model is a struct that an ORM maps to a table.
type model struct {
	name    string // of the struct
	fields  []modelField
	deleted string // the column that a soft delete sets; ""
}

// A modelField is a field that a column stands for.
type modelField struct {
	field, column string
	v             *types.Var
	path          []string // from the model: Address, City
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

// mapped returns the columns of a struct by GORM's naming and tags.
func mapped(named *types.Named, s *types.Struct) *model {
	m := &model{name: named.Obj().Name()}
	m.add(s, "", nil)
	return m
}

func (m *model) add(s *types.Struct, prefix string, path []string) {
	for i := range s.NumFields() {
		f := s.Field(i)
		options := tagOptions(reflect.StructTag(s.Tag(i)).Get("gorm"))
		if _, skip := options["-"]; skip || !f.Exported() {
			continue
		}
		if inner := embedded(f, options); inner != nil && len(path) < maxEmbedding {
			m.add(inner, prefix+options["embeddedprefix"], append(slices.Clip(path), f.Name()))
			continue
		}
		if !isColumn(f.Type(), 0) {
			continue
		}
		column := options["column"]
		if column == "" {
			column = snake(f.Name())
		}
		if _, name := gosrc.Named(f.Type()); name == "DeletedAt" || f.Name() == "DeletedAt" {
			m.deleted = prefix + column
		}
		m.fields = append(m.fields, modelField{field: f.Name(), column: prefix + column, v: f, path: append(slices.Clip(path), f.Name())})
	}
}

// tagOptions reads `a:b;c`, with the keys in lower case.
func tagOptions(tag string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(tag, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		if key != "" {
			out[strings.ToLower(key)] = value
		}
	}
	return out
}

// embedded returns the struct whose fields become columns of the outer one.
func embedded(f *types.Var, options map[string]string) *types.Struct {
	if _, marked := options["embedded"]; !marked && !f.Embedded() {
		return nil
	}
	_, s := structOf(f.Type())
	return s
}

// isColumn says whether a type is kept in one column, as opposed to the rows of
// another table. What is not typed is.
func isColumn(t types.Type, depth int) bool {
	if p, ok := t.(*types.Pointer); ok && depth < 2 {
		return isColumn(p.Elem(), depth+1)
	}
	if pkg, _ := gosrc.Named(t); pkg == "time" || pkg == "database/sql" {
		return true
	}
	if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Scan"); obj != nil {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct, *types.Map, *types.Interface, *types.Signature, *types.Chan:
		return false
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && (b.Kind() == types.Byte || b.Kind() == types.Invalid)
	}
	return true
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
