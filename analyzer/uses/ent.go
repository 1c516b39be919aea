package uses

import (
	"bytes"
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// ent is entgo.io/ent. It generates a client with the types of a schema: calls of the
// client's builders are spelled as what they send, by the names and constants of the
// generated code, whose bodies nobody reads.
var (
	ent  = &library{name: "ent", path: entPath, maps: true, step: entStep, spell: entSpell}
	ent0 = &library{name: "ent", path: entPathOf2020, maps: true, step: entStep, spell: entSpell}
	ent1 = &library{name: "ent", path: entPathOf2019, maps: true, step: entStep, spell: entSpell}
)

const (
	entPath       = "entgo.io/ent"
	entPathOf2020 = "github.com/facebook/ent"
	entPathOf2019 = "github.com/facebookincubator/ent"
)

// isEntPath says whether a package is ent's own.
func isEntPath(pkg string) bool {
	return strings.HasPrefix(pkg, entPath) || strings.HasPrefix(pkg, entPathOf2020) || strings.HasPrefix(pkg, entPathOf2019)
}

// generatedByEnt returns ent for a function of a package that it generated; nil for others.
func generatedByEnt(fn *types.Func) *library {
	if entClientOf(fn.Pkg()) != nil || givesPredicate(fn) {
		return ent
	}
	return nil
}

// givesPredicate says whether a function of the package of an entity gives a condition
// or an order.
func givesPredicate(fn *types.Func) bool {
	sig, ok := fn.Type().(*types.Signature)
	if !ok || sig.Recv() != nil || sig.Results().Len() != 1 || fn.Pkg() == nil {
		return false
	}
	of, name := gosrc.Named(sig.Results().At(0).Type())
	switch {
	case name == "":
		return false
	case name == "OrderOption" && of == fn.Pkg().Path(), of == path.Join(path.Dir(fn.Pkg().Path()), "predicate"):
		return fn.Pkg().Scope().Lookup("Table") != nil
	}
	return false
}

func entStep(c gosrc.Callee) gosrc.Step {
	if c.Func == nil || isEntPath(c.Pkg) {
		return entPieceStep(c)
	}
	client := entClientOf(c.Func.Pkg())
	if client == nil {
		return gosrc.AddLink // a predicate or an order
	}
	if c.Recv == "" {
		switch c.Name {
		case "Asc", "Desc", "Count", "Sum", "Max", "Min", "Mean", "As":
			return gosrc.AddLink
		}
		return gosrc.NoStep
	}
	if c.Recv == "selector" {
		return entTerminal(c.Name)
	}
	e, kind := client.builder(c.Recv)
	if e == nil {
		return gosrc.NoStep
	}
	return entBuilderStep(c, kind)
}

// entPieceStep is for functions of ent's own package of SQL, which make conditions and
// orders.
func entPieceStep(c gosrc.Callee) gosrc.Step {
	if path.Base(c.Pkg) != "sql" || c.Recv != "" {
		return gosrc.NoStep
	}
	switch {
	case strings.HasPrefix(c.Name, "Field"), strings.HasPrefix(c.Name, "ResolveWith"), strings.HasPrefix(c.Name, "Conflict"), c.Name == "DoNothing", c.Name == "UpdateWhere", strings.HasPrefix(c.Name, "OrderBy"), strings.HasSuffix(c.Name, "Predicates"), c.Name == "Asc", c.Name == "Desc":
		return gosrc.AddLink
	}
	return gosrc.NoStep
}

func entBuilderStep(c gosrc.Callee, kind string) gosrc.Step {
	name := c.Name
	switch kind {
	case "": // the entity itself
		if name == "Update" || strings.HasPrefix(name, "Query") {
			return gosrc.AddLink
		}
		return gosrc.NoStep
	case "Client":
		switch name {
		case "Create", "CreateBulk", "MapCreateBulk", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID":
			return gosrc.AddLink
		case "Get", "GetX":
			return gosrc.RunChain
		}
		if strings.HasPrefix(name, "Query") {
			return gosrc.AddLink
		}
		return gosrc.NoStep
	case "Mutation":
		return gosrc.NoStep
	}
	if step := entTerminal(name); step != gosrc.NoStep {
		return step
	}
	switch {
	case name == "Clone", strings.HasPrefix(name, "OnConflict"), kind == "Query" && strings.HasPrefix(name, "Query"):
		return gosrc.AddLink
	case name == "Mutation":
		return gosrc.NoStep
	case entAdds(name):
		return gosrc.GrowLink
	}
	return entCustomStep(c)
}

// entCustomStep is for a method that a template of one's own adds to a builder: what
// takes a context runs the builder, if it gives none.
func entCustomStep(c gosrc.Callee) gosrc.Step {
	sig, ok := c.Func.Type().(*types.Signature)
	if !ok || !ast.IsExported(c.Name) || sig.Params().Len() == 0 {
		return gosrc.NoStep
	}
	if pkg, name := gosrc.Named(sig.Params().At(0).Type()); pkg != "context" || name != "Context" {
		return gosrc.NoStep
	}
	if sig.Results().Len() > 0 {
		pkg, name := gosrc.Named(sig.Results().At(0).Type())
		if _, kind := entClientOf(c.Func.Pkg()).builder(name); pkg == c.Pkg && kind != "" {
			return gosrc.NoStep
		}
	}
	return gosrc.RunChain
}

// entPlain is the name of a call without that it panics.
func entPlain(name string) string {
	if name == "OnlyXID" { // of 2020
		return "OnlyID"
	}
	return strings.TrimSuffix(name, "X")
}

// entTerminal says whether a call runs what a builder has built.
func entTerminal(name string) gosrc.Step {
	switch entPlain(name) {
	case "All", "Bool", "Bools", "Count", "Exec", "Exist", "First", "FirstID", "Float64", "Float64s", "ID", "IDs", "Int", "Ints", "Only", "OnlyID", "Save", "Scan", "String", "Strings":
		return gosrc.RunChain
	}
	return gosrc.NoStep
}

// entAdds says whether a method of a builder adds to it.
func entAdds(name string) bool {
	switch name {
	case "Where", "Limit", "Offset", "Order", "Unique", "GroupBy", "Select", "Aggregate", "Modify", "ForUpdate", "ForShare", "Ignore", "DoNothing", "UpdateNewValues":
		return true
	}
	for _, verb := range [...]string{"Set", "Add", "Append", "Clear", "Remove", "Update", "With"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

// entSpell is the statement that a chain ends in; nil when it does not run one.
func entSpell(ch *gosrc.Chain) gosrc.Text {
	last := &ch.Links[len(ch.Links)-1]
	first := &ch.Links[0]
	if first.Callee.Recv == "" || first.Callee.Func == nil || entStep(last.Callee) != gosrc.RunChain {
		return nil
	}
	client := entClientOf(first.Callee.Func.Pkg())
	if client == nil {
		return nil
	}
	s := &entSpeller{speller: &speller{at: entPlace(last)}, client: client, in: last.Package}
	s.statement(ch)
	return s.text
}

// entRoots are the folders of generated clients.
func entRoots(s *gosrc.Scan) []string {
	var out []string
	for _, f := range s.Files {
		if path.Base(f.Name) == "client.go" && slices.ContainsFunc(f.Imports, isEntPath) && slices.ContainsFunc(f.Imports, func(p string) bool { return path.Base(p) == "migrate" }) {
			out = append(out, path.Dir(f.Name))
		}
	}
	return out
}

// withEnt adds the folders that may call builders of ent which come to them through
// other packages, and leaves out those of generated code alone.
func withEnt(s *gosrc.Scan, dirs []string) []string {
	if roots := entRoots(s); len(roots) > 0 {
		dirs = writtenByHand(s, append(dirs, s.Reaching(roots, entCalled)...))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// writtenByHand are the folders with a file that ent did not generate.
func writtenByHand(s *gosrc.Scan, dirs []string) []string {
	written := map[string]bool{}
	for _, f := range s.Files {
		written[path.Dir(f.Name)] = written[path.Dir(f.Name)] || !s.MadeByEnt(f.Name, f.Text)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !written[dir] })
}

// entCalled says whether a file may call a builder of ent.
func entCalled(text []byte) bool {
	for _, call := range [...]string{".Query", ".Create", ".Update", ".Delete", ".Get(", ".GetX(", ".All(", ".Only", ".First", ".Save(", ".SaveX(", ".Exec(", ".ExecX("} {
		if bytes.Contains(text, []byte(call)) {
			return true
		}
	}
	return false
}

// entIsThere says whether every schema of ent has its client in the tree.
func entIsThere(s *gosrc.Scan) bool {
	schemas, uses := map[string]bool{}, false
	for _, f := range s.Files {
		if !slices.ContainsFunc(f.Imports, isEntPath) {
			continue
		}
		uses = true
		if slices.ContainsFunc(f.Imports, func(p string) bool { return strings.HasSuffix(p, "ent/schema/field") }) && bytes.Contains(f.Text, []byte("\tent.Schema")) {
			schemas[path.Dir(f.Name)] = true
		}
	}
	return !uses || len(entRoots(s)) >= max(len(schemas), 1)
}
