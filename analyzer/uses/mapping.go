package uses

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// A mapping says how a library maps a field of a struct to a column.
type mapping func(f *types.Var, tag reflect.StructTag) mappedField

// A mappedField is what a library makes of a field.
type mappedField struct {
	column  string        // "" when it stands for none
	inner   *types.Struct // whose fields become columns instead
	prefix  string        // of the columns of inner
	never   purpose       // what passes it over
	deleted bool          // a soft delete sets it
	key     bool          // of the primary key
	named   bool          // the column is made of the name of the field
}

// A purpose is what the columns of a struct are wanted for.
type purpose uint8

const (
	load purpose = 1 << iota
	insert
	update
)

// of returns the columns of a struct for a purpose.
func (m mapping) of(named *types.Named, s *types.Struct, p purpose) *model {
	out := &model{name: named.Obj().Name()}
	m.add(out, s, "", p, nil)
	return out
}

func (m mapping) add(out *model, s *types.Struct, prefix string, p purpose, path []string) {
	for i := range s.NumFields() {
		f := s.Field(i)
		if !f.Exported() && !f.Embedded() {
			continue
		}
		mapped := m(f, reflect.StructTag(s.Tag(i)))
		switch {
		case mapped.never&p != 0:
		case mapped.inner != nil && len(path) < maxEmbedding:
			m.add(out, mapped.inner, prefix+mapped.prefix, p, append(slices.Clip(path), f.Name()))
		case mapped.column != "":
			out.fields = append(out.fields, modelField{field: f.Name(), column: prefix + mapped.column, v: f, path: append(slices.Clip(path), f.Name()), named: mapped.named, key: mapped.key})
			if mapped.deleted {
				out.deleted = new(out.fields[len(out.fields)-1])
			}
		}
	}
}

// structIn is the struct that a field holds or points to; nil when it is kept in one
// column, or not known.
func structIn(f *types.Var) *types.Struct {
	if s, ok := isStruct(deref(f.Type())); ok {
		return s
	}
	return nil
}

// embeddedIn is the struct that is embedded without a name of its own; nil when
// there is none.
func embeddedIn(f *types.Var) *types.Struct {
	if !f.Embedded() {
		return nil
	}
	return structIn(f)
}

// dbTag maps by `db:"name"`, as sqlx and many others do, and else by the name of
// the field in lower case.
func dbTag(f *types.Var, tag reflect.StructTag) mappedField {
	name, _, _ := strings.Cut(tag.Get("db"), ",")
	switch inner := embeddedIn(f); {
	case name == "-":
		return mappedField{}
	case name == "" && inner != nil:
		return mappedField{inner: inner}
	case name == "":
		return mappedField{column: strings.ToLower(f.Name())}
	}
	return mappedField{column: name}
}
