package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// sqlboilers is SQLBoiler under its two owners. It makes a package of models of a
// schema, which the code calls: what these calls send is spelled as it would be at
// the call, and the package that it made is not read for uses of its own.
var sqlboilers = []*library{
	{name: sqlboilerName, path: boilPaths[0], maps: true, step: boilStep, spell: boilSpell},
	{name: sqlboilerName, path: boilPaths[1], maps: true, step: boilStep, spell: boilSpell},
}

var boilPaths = [...]string{"github.com/volatiletech/sqlboiler", "github.com/aarondl/sqlboiler"}

// sqlboilerName stands in the header of the files that SQLBoiler makes, too.
const sqlboilerName = "SQLBoiler"

func isSQLBoiler(path string) bool {
	return strings.HasPrefix(path, boilPaths[0]) || strings.HasPrefix(path, boilPaths[1])
}

func importsSQLBoiler(s *gosrc.Scan) bool { return slices.ContainsFunc(boilPaths[:], s.Imports) }

// isBoiled says whether SQLBoiler made a package.
func isBoiled(pkg *types.Package) bool {
	if pkg == nil {
		return false
	}
	fn, ok := pkg.Scope().Lookup("NewQuery").(*types.Func)
	if !ok {
		return false
	}
	results := signatureOf(fn).Results()
	return results.Len() == 1 && isBoilQuery(results.At(0).Type())
}

func signatureOf(fn *types.Func) *types.Signature {
	return fn.Type().(*types.Signature) //nolint:forcetypeassert // every function has a signature
}

// isBoilQuery says whether a type is the query of SQLBoiler itself.
func isBoilQuery(t types.Type) bool {
	pkg, name := gosrc.Named(t)
	return name == "Query" && isSQLBoiler(pkg)
}

// A boilKind is what a type of a package that SQLBoiler made is for.
type boilKind uint8

const (
	boilNone    boilKind = iota
	boilQueries          // userQuery
	boilModels           // User
	boilSlices           // UserSlice
	boilLoaders          // userL
	boilWheres           // whereHelperstring
)

func boilKindOf(t types.Type) boilKind {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	if !ok {
		return boilNone
	}
	name := named.Obj().Name()
	switch u := named.Underlying().(type) {
	case *types.Slice:
		if boilKindOf(u.Elem()) == boilModels {
			return boilSlices
		}
	case *types.Struct:
		switch {
		case strings.HasSuffix(name, "Query") && u.NumFields() > 0 && u.Field(0).Embedded() && isBoilQuery(u.Field(0).Type()):
			return boilQueries
		case strings.HasPrefix(name, "whereHelper"):
			return boilWheres
		case strings.HasSuffix(name, "L") && u.NumFields() == 0:
			return boilLoaders
		case named.Obj().Exported() && isBoilModel(u):
			return boilModels
		}
	}
	return boilNone
}

// isBoilModel says whether a struct has columns by tags of SQLBoiler.
func isBoilModel(s *types.Struct) bool {
	for i := range s.NumFields() {
		if strings.Contains(s.Tag(i), `boil:"`) {
			return true
		}
	}
	return false
}

func boilStep(c gosrc.Callee) gosrc.Step {
	if isSQLBoiler(c.Pkg) {
		return boilLibraryStep(c)
	}
	if c.Func == nil || !isBoiled(c.Func.Pkg()) {
		return gosrc.NoStep
	}
	sig := signatureOf(c.Func)
	var result types.Type
	if sig.Results().Len() > 0 {
		result = sig.Results().At(0).Type()
	}
	if sig.Recv() == nil && result != nil && (isBoilQuery(result) || boilKindOf(result) == boilQueries) {
		return gosrc.AddLink
	}
	if sig.Recv() != nil {
		switch kind := boilKindOf(sig.Recv().Type()); {
		case kind == boilWheres, kind != boilNone && result != nil && boilKindOf(result) == boilQueries:
			return gosrc.AddLink
		case kind == boilNone:
			return gosrc.NoStep
		case kind == boilQueries && boilVerb(c.Name) != "": // before version 3 without a connection
			return gosrc.RunChain
		}
	}
	if runsStatements(c.Func) {
		return gosrc.RunChain
	}
	return gosrc.NoStep
}

// runsStatements says whether a function takes what runs statements, or is the variant
// of one that does, for the global connection.
func runsStatements(fn *types.Func) bool {
	if takesExecutor(fn) {
		return true
	}
	name, global := strings.CutSuffix(strings.TrimSuffix(fn.Name(), "P"), "G")
	if !global {
		return false
	}
	obj := fn.Pkg().Scope().Lookup(name)
	if recv := signatureOf(fn).Recv(); recv != nil {
		obj, _, _ = types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), name)
	}
	plain, ok := obj.(*types.Func)
	return ok && takesExecutor(plain)
}

func takesExecutor(fn *types.Func) bool {
	for p := range signatureOf(fn).Params().Variables() {
		if obj, _, _ := types.LookupFieldOrMethod(p.Type(), true, nil, "Exec"); obj != nil {
			return true
		}
	}
	return false
}

// boilLibraryStep is boilStep for what SQLBoiler declares itself.
func boilLibraryStep(c gosrc.Callee) gosrc.Step {
	switch {
	case c.Recv == "Query":
		return gosrc.RunChain
	case c.Recv != "":
		return gosrc.NoStep
	}
	switch c.Pkg[strings.LastIndexByte(c.Pkg, '/')+1:] {
	case "qm", "qmhelper":
		if c.Name != "Apply" {
			return gosrc.AddLink
		}
	case "boil":
		switch c.Name {
		case "Infer", "Whitelist", "Blacklist", "Greylist", "None":
			return gosrc.AddLink
		}
	case "queries":
		if c.Name == "Raw" || c.Name == "RawG" {
			return gosrc.AddLink
		}
	}
	return gosrc.NoStep
}

// boilVerb is what a method or function that SQLBoiler made does, without its variants
// for the global connection and for panics; "" when a template of the program's own made
// it. AddPetsG is Add.
func boilVerb(name string) string {
	for _, verb := range [...]string{"One", "All", "Count", "Exists", "UpdateAll", "DeleteAll", "ReloadAll", "Insert", "Update", "Upsert", "Delete", "Reload"} {
		if rest, ok := strings.CutPrefix(name, verb); ok && isBoilVariant(rest) {
			return verb
		}
	}
	for _, suffix := range [...]string{"Exists", "ExistsG", "ExistsP", "ExistsGP"} {
		if strings.HasSuffix(name, suffix) {
			return "Exists"
		}
	}
	for _, verb := range [...]string{"Find", "Set", "Add", "Remove", "Load"} {
		if strings.HasPrefix(name, verb) {
			return verb
		}
	}
	return ""
}

func isBoilVariant(suffix string) bool {
	return suffix == "" || suffix == "G" || suffix == "P" || suffix == "GP"
}

// boundBy is what a call of SQLBoiler binds the rows of any query to; nil when it is no
// such call.
func boundBy(c gosrc.Callee, call *ast.CallExpr) ast.Expr {
	if !isSQLBoiler(c.Pkg) || !strings.HasPrefix(c.Name, "Bind") || len(call.Args) == 0 {
		return nil
	}
	return call.Args[len(call.Args)-1]
}

// boundField is the field that a column is bound to, also in a struct that is marked
// for it: boil:",bind".
func boundField(s *types.Struct, column string) *types.Var {
	var in []*types.Struct
	for i := range s.NumFields() {
		f := s.Field(i)
		name, options, _ := strings.Cut(reflect.StructTag(s.Tag(i)).Get("boil"), ",")
		inner := structIn(f)
		switch {
		case inner != nil && (options == "bind" || f.Embedded()):
			in = append(in, inner)
		case name == column, name == "" && anyCase(f.Name(), column):
			return f
		}
	}
	for _, inner := range in {
		if f := boundField(inner, column[strings.LastIndexByte(column, '.')+1:]); f != nil {
			return f
		}
	}
	return nil
}

// knows tells a collector of the files that SQLBoiler made.
func (c *collector) knows(boiled map[string]bool) {
	if c.boiled = boiled; len(boiled) > 0 {
		c.walker.Elsewhere = c.elsewhere
	}
}

// elsewhere says whether SQLBoiler made the file of a place.
func (c *collector) elsewhere(pos token.Pos) bool {
	f := c.program.Fset.File(pos)
	return f != nil && c.boiled[f.Name()]
}

// placed is a text of which pieces that SQLBoiler spells, as models.UserColumns.Name,
// stand for the call.
func (c *collector) placed(t gosrc.Text, at token.Pos) gosrc.Text {
	if len(c.boiled) == 0 {
		return t
	}
	out := slices.Clone(t)
	for i, p := range out {
		if c.elsewhere(p.Pos) {
			out[i].Pos, out[i].Verbatim = at, false
		}
	}
	return out
}

// boiledFiles are the names of the files that SQLBoiler made.
func boiledFiles(p *gosrc.Program) map[string]bool {
	out := map[string]bool{}
	for _, pkg := range p.Packages {
		if !isBoiled(pkg.Types) {
			continue
		}
		for _, f := range pkg.Files {
			if f.GeneratedBy(sqlboilerName) {
				out[p.Fset.File(f.Syntax.Package).Name()] = true
			}
		}
	}
	return out
}
