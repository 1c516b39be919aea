package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// entLeftOver adds the calls of ent's builders of which no statement was seen to be made:
// a hook that sets a field, a predicate of a function that nobody calls. Who runs them
// is not known, so that what they use is possible.
func (c *collector) entLeftOver(packages []*gosrc.Package) {
	s := &entLoose{collector: c, clients: c.entClients(packages), covered: map[token.Pos]bool{}}
	if len(s.clients) == 0 {
		return
	}
	for _, d := range c.order {
		for _, f := range d.found {
			for _, p := range f.text {
				s.covered[p.Pos] = true
			}
		}
	}
	for _, pkg := range packages {
		for _, f := range pkg.Files {
			s.file(pkg, f)
		}
	}
}

// entClients are the clients of ent that the program has.
func (c *collector) entClients(packages []*gosrc.Package) []*entClient {
	var out []*entClient
	add := func(client *entClient) {
		if client != nil && !slices.Contains(out, client) {
			out = append(out, client)
		}
	}
	entClients.Range(func(pkg, client any) bool {
		if c.program.Has(pkg.(*types.Package)) { //nolint:forcetypeassert // by what it is stored
			add(client.(*entClient)) //nolint:forcetypeassert // as above
		}
		return true
	})
	for _, pkg := range packages {
		for _, imported := range pkg.Types.Imports() {
			add(entClientOf(imported))
		}
	}
	return out
}

// An entLoose looks for calls that are in no statement.
type entLoose struct {
	*collector
	clients []*entClient
	covered map[token.Pos]bool
}

func (s *entLoose) file(pkg *gosrc.Package, f *gosrc.File) {
	mixes := slices.ContainsFunc(f.Syntax.Imports, func(spec *ast.ImportSpec) bool { return isEntPath(strings.Trim(spec.Path.Value, "`\"")) })
	for _, d := range f.Syntax.Decls {
		decl, _ := d.(*ast.FuncDecl)
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			l := gosrc.Link{Package: pkg, Callee: pkg.Callee(call), Call: call}
			if l.Callee.Func == nil || s.covered[entPlace(&l)] {
				return true
			}
			for _, t := range s.pieces(&l, mixes) {
				s.loose = append(s.loose, candidate{text: t, doubt: true, built: true, arg: -1, call: call, site: gosrc.Site{Package: pkg, Decl: decl, Node: call}})
			}
			return true
		})
	}
}

// pieces are statements for what one call adds to one; none when that names no column.
func (s *entLoose) pieces(l *gosrc.Link, mixes bool) []gosrc.Text {
	sig := l.Callee.Func.Signature()
	switch {
	case generatedByEnt(l.Callee.Func) != nil:
		l.Args = s.looseArgs(l.Package, l.Call)
		if t := s.piece(l); len(t) > 0 {
			return []gosrc.Text{t}
		}
	case mixes && sig.Recv() != nil && types.IsInterface(sig.Recv().Type()):
		return s.mixin(l)
	}
	return nil
}

// mixin are the updates that a setter of an interface of one's own may be: a hook that
// several entities share knows their mutations by it.
func (s *entLoose) mixin(l *gosrc.Link) []gosrc.Text {
	var out []gosrc.Text
	verb, rest, ok := entVerb(l.Callee.Name)
	if !ok || verb == "Update" {
		return nil
	}
	for _, client := range s.clients {
		for _, name := range slices.Sorted(maps.Keys(client.entities)) {
			e := client.entities[name]
			if f, _ := e.setField(rest); f == nil || e.table == "" {
				continue
			}
			w := &entSpeller{speller: &speller{at: entPlace(l)}, client: client, in: l.Package}
			out = append(out, w.changed(e, l, verb, rest))
		}
	}
	return out
}

// looseArgs are the arguments of a call, as far as they tell texts by themselves.
func (s *entLoose) looseArgs(pkg *gosrc.Package, call *ast.CallExpr) []gosrc.Value {
	w := &gosrc.Walker{Program: s.program}
	var out []gosrc.Value
	for _, a := range call.Args {
		v := gosrc.Value(gosrc.Unknown{Why: "argument", Expr: a})
		if t, ok := w.Expr(pkg, a).(gosrc.Text); ok {
			v = t
		}
		out = append(out, v)
	}
	return out
}

// piece is a statement for what a call of generated code adds to one.
func (s *entLoose) piece(l *gosrc.Link) gosrc.Text {
	w := &entSpeller{speller: &speller{at: entPlace(l)}, in: l.Package}
	client := entClientOf(l.Callee.Func.Pkg())
	if client == nil {
		return w.looseCondition(s.entityIn(l.Callee.Func.Pkg()), l)
	}
	e, kind := client.builder(l.Callee.Recv)
	if e == nil || e.table == "" {
		return nil
	}
	w.client = client
	runs := entStep(l.Callee) == gosrc.RunChain
	switch kind {
	case "Create", "Mutation", "Update", "UpdateOne", "Upsert", "UpsertBulk", "UpsertOne":
	case "Client", "Query", "Select":
		if runs {
			w.load(&entQuery{entity: e, links: []*gosrc.Link{l}})
		}
		return w.text
	case "Delete", "DeleteOne":
		if runs {
			w.sql("DELETE FROM ")
			w.ident(e.table)
		}
		return w.text
	default:
		return nil
	}
	verb, rest, ok := entVerb(l.Callee.Name)
	if !ok || runs {
		return nil
	}
	return w.changed(e, l, verb, rest)
}

// changed is an update by one setter; nil when it is not known what that sets.
func (s *entSpeller) changed(e *entEntity, l *gosrc.Link, verb, rest string) gosrc.Text {
	changes := &entChanges{}
	if !s.change(changes, e, l, verb, rest) || len(changes.columns) == 0 {
		return nil
	}
	s.sql("UPDATE ")
	s.ident(e.table)
	s.assign(changes, false, " SET ")
	return s.text
}

// looseCondition is a statement with what a predicate compares, or an order sorts by.
func (s *entSpeller) looseCondition(e *entEntity, l *gosrc.Link) gosrc.Text {
	if name := l.Callee.Name; e == nil || e.table == "" || name == "And" || name == "Or" || name == "Not" {
		return nil
	}
	l.Args = nil // what is handed on is looked at by itself
	s.client = e.client
	s.sql("SELECT 1 FROM ")
	s.ident(e.table)
	q := &entQuery{entity: e}
	if _, name := gosrc.Named(l.Callee.Func.Signature().Results().At(0).Type()); name == "OrderOption" {
		s.sql(" ORDER BY ")
		s.orderBy(q, l)
		return s.text
	}
	s.sql(" WHERE ")
	s.comparison(e, l)
	return s.text
}

// entityIn is the entity whose package that is; nil for other packages.
func (s *entLoose) entityIn(pkg *types.Package) *entEntity {
	for _, c := range s.clients {
		for _, e := range c.entities {
			if e.pkg == pkg {
				return e
			}
		}
	}
	return nil
}
