package uses

import (
	"go/types"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A library builds statements by chains of calls. It says what each call is to
// it, and spells the statement that a chain stands for; from there on a builder is
// read as SQL is.
type library struct {
	name string
	path string // the beginning of its import path
	maps bool   // names tables and columns after types
	step func(c gosrc.Callee) gosrc.Step
	// tells says of the name of a call whether each value that its first argument can
	// be makes a statement of its own; nil when none does.
	tells func(name string) bool
	// spell returns the statement of a chain; nil when it is none, as a part of one.
	spell func(*gosrc.Chain) gosrc.Text
}

// libraries are the builders that are read.
var libraries = sync.OnceValue(func() []*library {
	return append([]*library{squirrel, gorm2, gorm1, goqu, bun, xorm, xorm0, pop, oryPop, upper, ent, ent0, ent1}, slices.Concat(gorps, sqlboilers)...)
})

func (o *Options) libraryPaths() gosrc.Libraries {
	out := gosrc.Libraries{Functions: o.wrapperNames()}
	for _, lib := range libraries() {
		if lib.maps {
			out.Mappers = append(out.Mappers, lib.path)
		} else {
			out.Builders = append(out.Builders, lib.path)
		}
	}
	return out
}

// libraryOf returns the library whose call begins a chain or goes on with it.
func libraryOf(c gosrc.Callee) *library {
	if lib := libraryAt(c.Pkg); lib != nil {
		return lib
	}
	if c.Func == nil {
		return nil
	}
	if isBoiled(c.Func.Pkg()) {
		return sqlboilers[0]
	}
	if lib := generatedByEnt(c.Func); lib != nil || c.Recv == "" {
		return lib
	}
	return spokenBy(c.Func)
}

func libraryAt(path string) *library {
	for _, lib := range libraries() {
		if strings.HasPrefix(path, lib.path) {
			return lib
		}
	}
	return nil
}

// spoken are the libraries of interfaces; nil of most.
var spoken sync.Map

// spokenBy returns the library whose handle an interface of the program stands for:
// some method of it gives a type of the library.
func spokenBy(method *types.Func) *library {
	sig, ok := method.Type().(*types.Signature)
	if !ok || sig.Recv() == nil {
		return nil
	}
	face, ok := sig.Recv().Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	if known, ok := spoken.Load(face); ok {
		lib, _ := known.(*library)
		return lib
	}
	var lib *library
	for m := range face.Methods() {
		results := m.Type().(*types.Signature).Results() //nolint:forcetypeassert // every method has a signature
		if lib == nil && results.Len() > 0 {
			pkg, _ := gosrc.Named(results.At(0).Type())
			lib = libraryAt(pkg)
		}
	}
	spoken.Store(face, lib)
	return lib
}

// step is what a call is to the library of its receiver.
func step(c gosrc.Callee) gosrc.Step {
	if lib := libraryOf(c); lib != nil {
		return lib.step(c)
	}
	return gosrc.NoStep
}

// spelled returns the statement that a chain stands for.
func spelled(ch *gosrc.Chain) gosrc.Text {
	if len(ch.Links) == 0 {
		return nil
	}
	ch = spliced(ch)
	if lib := libraryOf(ch.Links[0].Callee); lib != nil {
		return lib.spell(ch)
	}
	return nil
}

// maxApart bounds the statements that one chain can be.
const maxApart = 16

// apart are the chains that a chain is, one for each value of what tells statements
// apart: a table that is one of several.
func apart(ch *gosrc.Chain) []*gosrc.Chain {
	if len(ch.Links) == 0 {
		return []*gosrc.Chain{ch}
	}
	lib := libraryOf(ch.Links[0].Callee)
	if lib == nil || lib.tells == nil {
		return []*gosrc.Chain{ch}
	}
	out := []*gosrc.Chain{{Base: ch.Base, Shared: ch.Shared}}
	for _, l := range ch.Links {
		choices := lib.choices(l)
		if len(out)*len(choices) > maxApart {
			choices = []gosrc.Link{l}
		}
		var longer []*gosrc.Chain
		for _, one := range out {
			for _, c := range choices {
				longer = append(longer, &gosrc.Chain{Base: one.Base, Links: append(slices.Clip(one.Links), c), Shared: one.Shared})
			}
		}
		out = longer
	}
	return out
}

// choices are the calls that a call is, one for each value that tells statements apart.
func (lib *library) choices(l gosrc.Link) []gosrc.Link {
	out := []gosrc.Link{l}
	for i, arg := range l.Args {
		var values []gosrc.Value
		for _, v := range gosrc.Alternatives(arg) {
			ch, isChain := v.(*gosrc.Chain)
			if !isChain {
				values = append(values, v)
				continue
			}
			for _, inner := range apart(ch) {
				values = append(values, inner)
			}
		}
		if len(values) < 2 || i > 0 && !isAnyChain(values) || i == 0 && !lib.tells(l.Callee.Name) && !isAnyChain(values) {
			continue
		}
		var more []gosrc.Link
		for _, have := range out {
			for _, v := range values {
				one := have
				one.Args = slices.Clone(have.Args)
				one.Args[i] = v
				more = append(more, one)
			}
		}
		out = more
	}
	return out
}

func isAnyChain(values []gosrc.Value) bool {
	return slices.ContainsFunc(values, func(v gosrc.Value) bool { _, is := v.(*gosrc.Chain); return is })
}

// partly is spelled for a chain that is part of a text; its holes are those of what it
// was begun on.
func partly(ch *gosrc.Chain) gosrc.Text {
	t := spelled(ch)
	u, unknown := ch.Base.(gosrc.Unknown)
	for i := range t {
		if p := &t[i]; unknown && p.Hole != "" && p.Param == nil && p.Field == nil {
			p.Param, p.Field = u.Param, u.Field
		}
	}
	return t
}

// spliced is a chain with what the functions that it is handed to add to it.
func spliced(ch *gosrc.Chain) *gosrc.Chain {
	out := &gosrc.Chain{Base: ch.Base, Shared: ch.Shared}
	for _, l := range ch.Links {
		switch l.Callee.Name {
		case "Apply", "ApplyQueryBuilder", "Scope", "Scopes":
		default:
			out.Links = append(out.Links, l)
			continue
		}
		for _, a := range l.Args {
			for _, v := range gosrc.Alternatives(a) {
				added, ok := v.(*gosrc.Chain)
				if !ok {
					continue
				}
				for _, more := range added.Links {
					more.May = more.May || l.May || added != a
					out.Links = append(out.Links, more)
				}
			}
		}
	}
	if len(out.Links) == 0 {
		return ch
	}
	return out
}

func lastOf(args []gosrc.Value) gosrc.Value {
	if len(args) == 0 {
		return firstOf(args)
	}
	return args[len(args)-1]
}

func firstOf(args []gosrc.Value) gosrc.Value {
	if len(args) == 0 {
		return gosrc.Unknown{Why: "no argument"}
	}
	return args[0]
}

// firstRecord is the first map or struct that the first argument can be; nil when it
// is none.
func firstRecord(args []gosrc.Value) *gosrc.Record {
	for _, a := range gosrc.Alternatives(firstOf(args)) {
		if r, ok := a.(*gosrc.Record); ok {
			return r
		}
	}
	return nil
}

// texts are the texts among values.
func texts(values []gosrc.Value) []string {
	var out []string
	for _, v := range values {
		if t, ok := v.(gosrc.Text); ok {
			out = append(out, t.String())
		}
	}
	return out
}

// textsIn are the texts among the arguments of links.
func textsIn(list []*gosrc.Link) []string {
	var out []string
	for _, l := range list {
		out = append(out, texts(l.Args)...)
	}
	return out
}

// links are the links of a chain by the names of what they call.
type links map[string][]*gosrc.Link

func linksOf(ch *gosrc.Chain) links {
	out := links{}
	for i := range ch.Links {
		name := ch.Links[i].Callee.Name
		out[name] = append(out[name], &ch.Links[i])
	}
	return out
}

// last is the link that calls one of the names last; nil when none does.
func (l links) last(names ...string) *gosrc.Link {
	var out *gosrc.Link
	for _, name := range names {
		if list := l[name]; len(list) > 0 {
			if at := list[len(list)-1]; out == nil || at.Call.End() > out.Call.End() {
				out = at
			}
		}
	}
	return out
}

// typeOf is the type of an argument; nil when it is not known. Of one that is
// handed on as an interface it is that of its value.
func typeOf(l *gosrc.Link, arg int) types.Type {
	n := len(l.Call.Args)
	if n == 0 || arg >= n && !l.Call.Ellipsis.IsValid() {
		return nil
	}
	t := l.TypeOf(l.Call.Args[min(arg, n-1)])
	if arg >= len(l.Args) || named(t) {
		return t
	}
	switch v := l.Args[arg].(type) {
	case *gosrc.Record:
		if v.Type != nil {
			return v.Type
		}
	case *gosrc.List:
		if v.Type != nil {
			return v.Type
		}
	case gosrc.Unknown:
		if v.Expr != nil {
			if of := l.TypeOf(v.Expr); of != nil {
				return of
			}
		}
	}
	return t
}

// named says whether a type is, or is made of, one with a name that is no interface.
func named(t types.Type) bool {
	n, _ := structOf(t)
	return n != nil
}

// withoutContext is the name of a call without that it takes a context.
func withoutContext(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "Context"), "Ctx")
}
