package uses

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// decoders are the keys of the tags by which others than the code give a field values:
// requests, files and the environment.
var decoders = strings.Fields("json form query param uri xml yaml toml bson mapstructure schema protobuf env envconfig koanf ini hcl")

func isDecoded(tag reflect.StructTag) bool {
	return slices.ContainsFunc(decoders, func(key string) bool {
		v, ok := tag.Lookup(key)
		return ok && v != "-"
	})
}

// decoded says whether the tag of a field says that others than the code give it values.
func (c *collector) decoded(f *types.Var) bool {
	if f.Pkg() == nil {
		return false
	}
	known, ok := c.decodedIn[f.Pkg()]
	if !ok {
		known = decodedFields(f.Pkg())
		c.decodedIn[f.Pkg()] = known
	}
	return known[f]
}

// decodedFields are those of the structs that a package declares.
func decodedFields(pkg *types.Package) map[*types.Var]bool {
	out := map[*types.Var]bool{}
	for _, name := range pkg.Scope().Names() {
		t, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		s, ok := t.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for i := range s.NumFields() {
			if isDecoded(reflect.StructTag(s.Tag(i))) {
				out[s.Field(i)] = true
			}
		}
	}
	return out
}
