package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"sync"
)

// An Instance says what a type parameter stands for.
type Instance struct {
	param *types.TypeParam
	Type  types.Type
}

// in is a type with what the parameter stands for in it.
func (i *Instance) in(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if t == i.param {
			return i.Type
		}
	case *types.Pointer:
		return types.NewPointer(i.in(t.Elem()))
	case *types.Slice:
		return types.NewSlice(i.in(t.Elem()))
	}
	return t
}

// TypeParam is the type parameter that a type is, points to, or is a list of; nil if
// there is none.
func TypeParam(t types.Type) *types.TypeParam {
	for {
		switch u := t.(type) {
		case *types.TypeParam:
			return u
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		default:
			return nil
		}
	}
}

// instances are what the type parameters of a program stand for.
type instances struct {
	once sync.Once
	// owners are the generic types and functions of the parameters, by where these are
	// declared; arguments what each is given.
	owners    map[token.Pos]parameterOf
	arguments map[genericName][]*types.TypeList
}

type genericName struct{ pkg, name string }

// parameterOf is a parameter of something generic, counted from 0.
type parameterOf struct {
	genericName
	index int
}

func nameOf(o types.Object) genericName {
	if o.Pkg() == nil {
		return genericName{name: o.Name()}
	}
	return genericName{o.Pkg().Path(), o.Name()}
}

// Instances are the types that a type parameter stands for in the program.
func (p *Program) Instances(param *types.TypeParam) []*Instance {
	p.instances.once.Do(p.findInstances)
	var out []*Instance
	seen := map[string]bool{}
	for _, t := range p.standsFor(param, map[token.Pos]bool{}) {
		if name := types.TypeString(t, nil); !seen[name] {
			seen[name] = true
			out = append(out, &Instance{param, t})
		}
	}
	return out
}

func (p *Program) standsFor(param *types.TypeParam, seen map[token.Pos]bool) []types.Type {
	at := param.Obj().Pos()
	owner, ok := p.instances.owners[at]
	if !ok || seen[at] {
		return nil
	}
	seen[at] = true
	var out []types.Type
	for _, args := range p.instances.arguments[owner.genericName] {
		if owner.index >= args.Len() {
			continue
		}
		t := args.At(owner.index)
		if inner, ok := t.(*types.TypeParam); ok {
			out = append(out, p.standsFor(inner, seen)...)
			continue
		}
		out = append(out, t)
	}
	return out
}

func (p *Program) findInstances() {
	in := &p.instances
	in.owners, in.arguments = map[token.Pos]parameterOf{}, map[genericName][]*types.TypeList{}
	own := func(name genericName, list *types.TypeParamList) {
		for i := range list.Len() {
			in.owners[list.At(i).Obj().Pos()] = parameterOf{name, i}
		}
	}
	for _, d := range p.declared {
		fn, ok := d.pkg.Info.Defs[d.decl.Name].(*types.Func)
		if !ok {
			continue
		}
		sig, ok := fn.Type().(*types.Signature)
		if !ok {
			continue
		}
		own(nameOf(fn), sig.TypeParams())
		if list := sig.RecvTypeParams(); list.Len() > 0 {
			own(nameOf(receiverOf(sig)), list)
		}
	}
	for _, pkg := range p.sorted() {
		if pkg.Info == nil {
			continue
		}
		for _, o := range pkg.Info.Defs { // a field of a generic type may be of another
			if name, ok := o.(*types.TypeName); ok {
				if named, ok := name.Type().(*types.Named); ok {
					own(nameOf(name), named.TypeParams())
				}
			}
		}
		for _, f := range pkg.Files {
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				if inst, ok := pkg.Info.Instances[id]; ok && pkg.Info.Uses[id] != nil {
					name := nameOf(pkg.Info.Uses[id])
					in.arguments[name] = append(in.arguments[name], inst.TypeArgs)
				}
				return true
			})
		}
	}
}

// receiverOf is the type that a method is declared on.
func receiverOf(sig *types.Signature) types.Object {
	t := sig.Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj()
	}
	return sig.Recv()
}
