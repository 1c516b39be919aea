package uses

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// The values that struct fields are given, wherever the program does so.

// fieldKey tells fields apart, also where the types of a package are made twice.
type fieldKey struct {
	pos  token.Pos
	name string
}

func keyOf(f *types.Var) fieldKey { return fieldKey{f.Pos(), f.Name()} }

// given is a value of a field, and the function that gives it.
type given struct {
	by    *ast.FuncDecl
	value gosrc.Value
}

// maxGiven bounds the values that are kept of one field.
const maxGiven = 16

// past is what a field was given, and how often that had changed.
type past struct {
	values  []given
	changes int
}

// takeBack forgets what a function gave to fields: it is about to tell better.
func (c *collector) takeBack(d *declared) map[fieldKey]past {
	had := map[fieldKey]past{}
	for _, field := range d.gave {
		if _, done := had[field]; !done {
			had[field] = past{c.fields[field], c.changes[field]}
			c.fields[field] = slices.DeleteFunc(slices.Clone(c.fields[field]), func(g given) bool { return g.by == d.decl })
		}
	}
	return had
}

// restore takes for unchanged what a function gave again as it had done, and counts as
// a change what it did not.
func (c *collector) restore(d *declared, had map[fieldKey]past) {
	for field, before := range had {
		now := c.fields[field]
		in := func(list []given) func(given) bool {
			return func(g given) bool {
				return !slices.ContainsFunc(list, func(h given) bool { return h.by == g.by && sameGiven(h.value, g.value) })
			}
		}
		if slices.ContainsFunc(now, in(before.values)) || slices.ContainsFunc(before.values, in(now)) {
			c.changes[field]++
			continue
		}
		if n, asked := d.asked[field]; asked {
			if d.asked[field] = before.changes; n != c.changes[field] {
				d.asked[field] = -1 // it was walked with less
			}
		}
		c.changes[field] = before.changes
	}
}

// field is what a struct field is given; what is not known of that is a value too, if
// anybody calls what would give it.
func (c *collector) field(f *types.Var) gosrc.Value {
	if c.now.asked != nil {
		c.now.asked[keyOf(f)] = c.changes[keyOf(f)]
	}
	if c.decoded(f) {
		return nil // what the code gives it is a default, or for a test
	}
	var values []gosrc.Value
	var unknown []given
	for _, g := range c.fields[keyOf(f)] {
		if _, is := g.value.(gosrc.Unknown); is {
			unknown = append(unknown, g)
		} else {
			values = append(values, g.value)
		}
	}
	if len(values) == 0 {
		return nil
	}
	if slices.ContainsFunc(unknown, func(g given) bool { return g.by == nil || c.program.Names(g.by) }) || c.setElsewhere(f) {
		values = append(values, gosrc.Unknown{Why: "field " + f.Name()})
	}
	return gosrc.Either(values...)
}

// setElsewhere says whether code that is not walked may set a field.
func (c *collector) setElsewhere(f *types.Var) bool {
	is, known := c.outside[keyOf(f)]
	if !known {
		is = holdsText(f.Type()) && c.program.SetElsewhere(f)
		c.outside[keyOf(f)] = is
	}
	return is
}

// set keeps the value of a struct field, if it is one that a text could be made of.
func (c *collector) set(f *types.Var, v gosrc.Value) {
	if isBoiled(f.Pkg()) {
		return // of a row: the database gives it others
	}
	switch v := v.(type) {
	case gosrc.Unknown:
		if v.Why == "nil" || !holdsText(f.Type()) {
			return
		}
		if (v.Param != nil || v.Field != nil) && c.now.decl != nil {
			c.now.needs, c.now.sets = true, true
		}
	case gosrc.OneOf:
		for _, a := range v {
			c.set(f, a)
		}
		return
	case gosrc.Text:
		if c.now.decl != nil && slices.ContainsFunc(v, func(p gosrc.Part) bool { return p.Param != nil || p.Field != nil }) {
			c.now.needs, c.now.sets = true, true
		}
	case *gosrc.List, *gosrc.Record:
	case *gosrc.Func:
		if !givesChain(f.Type()) {
			return
		}
	case *gosrc.Chain:
		if c.now.decl != nil && v.Open() {
			c.now.needs, c.now.sets = true, true
		}
	default:
		return
	}
	c.give(keyOf(f), given{c.now.decl, v})
	c.now.gave = append(c.now.gave, keyOf(f))
}

func (c *collector) give(field fieldKey, g given) {
	have := c.fields[field]
	if len(have) == maxGiven {
		g = given{value: gosrc.Unknown{Why: "a field that is given many values"}}
	}
	if len(have) > maxGiven || slices.ContainsFunc(have, func(h given) bool { return h.by == g.by && sameGiven(h.value, g.value) }) {
		return
	}
	c.fields[field] = append(have, g)
	c.changes[field]++
}

// sameGiven: a function is the same as often as it is made.
func sameGiven(a, b gosrc.Value) bool {
	f, isFunc := a.(*gosrc.Func)
	g, too := b.(*gosrc.Func)
	if isFunc && too {
		return f.Lit == g.Lit && f.Obj == g.Obj
	}
	return gosrc.Same(a, b)
}

// givesChain says whether a type is that of functions that give the value of a library.
func givesChain(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Results().Len() == 0 {
		return false
	}
	return isChain(sig.Results().At(0).Type())
}

// isChain says whether a type is one of a library.
func isChain(t types.Type) bool {
	pkg, _ := gosrc.Named(t)
	return pkg != "" && libraryAt(pkg) != nil
}

// holdsText says whether a type is a string, or a list or map of them.
func holdsText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		return holdsText(u.Elem())
	case *types.Map:
		return holdsText(u.Elem())
	}
	return false
}
