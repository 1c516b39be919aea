package uses

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// How sqlx, and what maps as it does, finds the field of a column.

const sqlxPath = "github.com/jmoiron/sqlx"

// sqlxMappers are what code calls or sets to have it mapped otherwise.
var sqlxMappers = []string{"MapperFunc", "NameMapper", "NewMapper", "NewMapperFunc", "NewMapperTagFunc"}

// structTags are the tags that tell columns besides db; open says that they, or what a
// mapper makes of the names of fields, are not known.
type structTags struct {
	keys []string
	open bool
}

// tagsOf finds what packages tell sqlx to map by.
func tagsOf(p *gosrc.Program) structTags {
	var out structTags
	for _, pkg := range p.Packages {
		if !slices.ContainsFunc(pkg.Imports(), func(i string) bool { return strings.HasPrefix(i, sqlxPath) }) {
			continue
		}
		for _, f := range pkg.Files {
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					out.told(pkg, n)
				case *ast.AssignStmt:
					if sel, ok := n.Lhs[0].(*ast.SelectorExpr); ok && sel.Sel.Name == "NameMapper" && len(n.Rhs) == 1 {
						out.open = out.open || !changesCase(n.Rhs[0])
					}
				}
				return true
			})
		}
	}
	return out
}

// told takes a call that makes a mapper, or tells a handle to map by a function.
func (t *structTags) told(pkg *gosrc.Package, call *ast.CallExpr) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	names := call.Args
	switch fun.Sel.Name {
	case "MapperFunc":
	case "NewMapper", "NewMapperFunc", "NewMapperTagFunc":
		if !strings.HasPrefix(pkg.Callee(call).Pkg, sqlxPath) || len(names) == 0 {
			return
		}
		key := constantText(pkg, names[0])
		if t.open = t.open || key == ""; key != "db" && key != "" {
			t.keys = append(t.keys, key)
		}
		names = names[1:]
	default:
		return
	}
	t.open = t.open || slices.ContainsFunc(names, func(e ast.Expr) bool { return !changesCase(e) })
}

// changesCase says whether a function changes no more of a name than its case, as far
// as its own name tells: strings.ToLower, strcase.ToSnake, func(s string) string { return s }.
func changesCase(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		return changesCase(e.Sel)
	case *ast.Ident:
		name := strings.ToLower(e.Name)
		return e.Name == "nil" || slices.ContainsFunc([]string{"lower", "upper", "snake", "camel", "underscore"}, func(word string) bool { return strings.Contains(name, word) })
	case *ast.FuncLit:
		if len(e.Body.List) != 1 {
			return false
		}
		ret, ok := e.Body.List[0].(*ast.ReturnStmt)
		if !ok || len(ret.Results) != 1 {
			return false
		}
		switch r := ret.Results[0].(type) {
		case *ast.Ident:
			return true
		case *ast.CallExpr:
			return changesCase(r.Fun) && len(r.Args) == 1
		}
	}
	return false
}

// field returns the field that a column is mapped to: by its tag, or else by its name
// in lower case, also in embedded structs; nil when there is none. Where no field has
// that name, a mapper of the program's own gives it, as with MapperFunc of sqlx: to
// RepoName it may be repo_name, repoName or REPONAME.
func (t structTags) field(s *types.Struct, column string) *types.Var {
	if path := t.path(s, column); len(path) > 0 {
		return path[len(path)-1]
	}
	return nil
}

// path is field with the structs that the field is embedded in, outermost first.
func (t structTags) path(s *types.Struct, column string) []*types.Var {
	for _, key := range append([]string{"db"}, t.keys...) {
		for _, names := range [...]func(field, column string) bool{lowerCase, anyCase} {
			if path := findField(s, key, column, names, maxEmbedding); path != nil {
				return path
			}
		}
	}
	return nil
}

func lowerCase(field, column string) bool { return strings.ToLower(field) == column }

func anyCase(field, column string) bool {
	return strings.EqualFold(strings.ReplaceAll(field, "_", ""), strings.ReplaceAll(column, "_", ""))
}

const maxEmbedding = 5

func findField(s *types.Struct, key, column string, names func(field, column string) bool, depth int) []*types.Var {
	var inner []*types.Var
	for i := range s.NumFields() {
		f := s.Field(i)
		tag, tagged := columnTag(s.Tag(i), key)
		switch {
		case tag == "-":
		case tagged && tag == column, !tagged && !f.Embedded() && names(f.Name(), column):
			return []*types.Var{f}
		case tagged || f.Embedded():
			rest, prefixed := column, true
			if tagged {
				rest, prefixed = strings.CutPrefix(column, tag+".")
			}
			if sub, ok := deref(f.Type()).Underlying().(*types.Struct); ok && prefixed && depth > 0 {
				if tagged {
					return within(f, findField(sub, key, rest, names, depth-1))
				}
				inner = append(inner, f)
			}
		}
	}
	for _, f := range inner {
		sub, _ := deref(f.Type()).Underlying().(*types.Struct)
		if path := findField(sub, key, column, names, depth-1); path != nil {
			return within(f, path)
		}
	}
	return nil
}

// within is the path of a field in a struct that f holds; nil when there is none.
func within(f *types.Var, path []*types.Var) []*types.Var {
	if path == nil {
		return nil
	}
	return append([]*types.Var{f}, path...)
}

// columnTag returns the name that a tag gives.
func columnTag(tag, key string) (string, bool) {
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get(key), ",")
	return name, name != ""
}
