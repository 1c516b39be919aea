package uses

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// What the mappers of xorm make of names.

// maxMappers bounds the mappers that lie in one another.
const maxMappers = 4

// xormMapper reads a mapper as far as it is made of those of xorm.
func xormMapper(pkg *gosrc.Package, e ast.Expr, depth int) namer {
	none := namer{style: unknown}
	if depth == 0 {
		return none
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return xormMapper(pkg, e.X, depth)
	case *ast.SelectorExpr:
		if xormName(pkg, e) == "LintGonicMapper" {
			return namer{style: "gonic"}
		}
	case *ast.Ident:
		var files []*ast.File
		for _, f := range pkg.Files {
			files = append(files, f.Syntax)
		}
		if to := definition(pkg.Info, files, e); to != nil {
			return xormMapper(pkg, to, depth-1)
		}
	case *ast.CompositeLit:
		return xormMapperOf(pkg, xormName(pkg, e.Type), e.Elts, depth)
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "new" && len(e.Args) == 1 {
			return xormMapperOf(pkg, xormName(pkg, e.Args[0]), nil, depth)
		}
		return xormMapperOf(pkg, strings.TrimPrefix(xormName(pkg, e.Fun), "New"), e.Args, depth)
	}
	return none
}

// xormMapperOf is a mapper of a type, made of arguments or elements.
func xormMapperOf(pkg *gosrc.Package, name string, args []ast.Expr, depth int) namer {
	arg := func(i int, key string) ast.Expr {
		for _, a := range args {
			kv, ok := a.(*ast.KeyValueExpr)
			if !ok {
				break
			}
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == key {
				return kv.Value
			}
		}
		if i < len(args) {
			return args[i]
		}
		return nil
	}
	switch name {
	case "SameMapper":
		return namer{style: "same"}
	case "SnakeMapper":
		return namer{style: "xorm snake"}
	case "GonicMapper":
		return namer{style: "gonic"}
	case "CacheMapper":
		return xormMapper(pkg, arg(0, ""), depth-1)
	case "PrefixMapper", "SuffixMapper":
		out := xormMapper(pkg, arg(0, "Mapper"), depth-1)
		text := ""
		if e := arg(1, strings.TrimSuffix(name, "Mapper")); e != nil {
			text = constantText(pkg, e)
		}
		switch {
		case text == "":
			return namer{style: unknown}
		case name == "PrefixMapper":
			out.prefix = text + out.prefix
		default:
			out.suffix += text
		}
		return out
	}
	return namer{style: unknown}
}

// xormName is the name of what xorm declares; "" of anything else.
func xormName(pkg *gosrc.Package, e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	imported, ok := pkg.Info.Uses[id].(*types.PkgName)
	if !ok {
		return ""
	}
	if lib := libraryAt(imported.Imported().Path()); lib != xorm && lib != xorm0 {
		return ""
	}
	return sel.Sel.Name
}

// xormSnake is what xorm makes of a name by itself: an underscore stands before each
// capital letter, so that RepoID is repo_i_d.
func xormSnake(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if isCapital(c) {
			if i > 0 {
				b.WriteByte('_')
			}
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}

// gonic keeps capital letters together: RepoID is repo_id, APIKey api_key.
func gonic(name string) string {
	var b strings.Builder
	for i := range len(name) {
		begins := isCapital(name[i]) && (i == 0 || !isCapital(name[i-1]) || i+1 < len(name) && !isCapital(name[i+1]))
		if begins && i > 0 {
			b.WriteByte('_')
		}
		b.WriteByte(name[i])
	}
	return strings.ToLower(b.String())
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }
