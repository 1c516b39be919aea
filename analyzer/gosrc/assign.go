package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
)

func (f *frame) set(target ast.Expr, v Value) {
	if target != nil {
		f.store(target, v)
	}
}

func (f *frame) decl(s *ast.DeclStmt) {
	gen, ok := s.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return
	}
	for _, spec := range gen.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		values := f.evalAll(spec.Values, len(spec.Names))
		for i, name := range spec.Names {
			obj := f.pkg.Info.Defs[name]
			if obj == nil {
				continue
			}
			if i < len(values) {
				f.env.vars[obj] = values[i]
				if len(spec.Values) == len(spec.Names) {
					f.env.vars[obj] = f.pointing(name, spec.Values[i], values[i])
				}
				continue
			}
			f.env.vars[obj] = f.zeroOf(obj, spec.Type)
		}
	}
}

func (f *frame) assign(s *ast.AssignStmt) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 {
			op := assignOps[s.Tok]
			f.store(s.Lhs[0], f.binary(s.Lhs[0], op, f.eval(s.Lhs[0]), f.eval(s.Rhs[0])))
		}
		return
	}
	values := f.evalAll(s.Rhs, len(s.Lhs))
	for i, target := range s.Lhs {
		if i >= len(values) {
			continue
		}
		if len(s.Lhs) == len(s.Rhs) {
			values[i] = f.pointing(target, s.Rhs[i], values[i])
		}
		f.store(target, values[i])
	}
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
	token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

// evalAll evaluates the right side of an assignment to n targets.
func (f *frame) evalAll(list []ast.Expr, n int) []Value {
	if len(list) == 1 && n > 1 {
		return f.evalMany(list[0])
	}
	out := make([]Value, len(list))
	for i, e := range list {
		out[i] = f.eval(e)
	}
	return out
}

// store gives a variable, field, or element its value.
func (f *frame) store(target ast.Expr, v Value) {
	switch t := ast.Unparen(target).(type) {
	case *ast.Ident:
		if obj := f.pkg.Info.ObjectOf(t); obj != nil {
			f.env.vars[obj] = v
			f.toldVar(obj, v)
		}
	case *ast.SelectorExpr:
		f.storeField(t.X, t.Sel, v)
	case *ast.IndexExpr:
		f.storeElem(t, v)
	case *ast.StarExpr:
		f.store(t.X, v)
	}
}

// storeField sets a field of a record: a new record, since others may hold the old one.
func (f *frame) storeField(owner ast.Expr, name *ast.Ident, v Value) {
	t := f.pkg.Info.TypeOf(owner)
	f.told(t, name.Name, v)
	have := f.eval(owner)
	set := lift(func(o []Value) Value { return withField(o[0], t, name, v) }, have)
	if !same(have, set) {
		f.store(owner, set)
	}
}

// withField is a struct of type t with a field set.
func withField(owner Value, t types.Type, name *ast.Ident, v Value) Value {
	switch o := owner.(type) {
	case *Record:
		return o.with(name, v)
	case Unknown:
		return (&Record{Type: t, Open: true, Rest: &o}).with(name, v)
	}
	return owner
}

// with is the record with a field set.
func (r *Record) with(name *ast.Ident, v Value) *Record {
	out := &Record{Fields: maps.Clone(r.Fields), Keys: r.Keys, Type: r.Type, Open: r.Open, At: maps.Clone(r.At), Rest: r.Rest}
	if out.Fields == nil {
		out.Fields = map[string]Value{}
	}
	if out.At == nil {
		out.At = map[string]token.Pos{}
	}
	out.Fields[name.Name], out.At[name.Name] = v, name.Pos()
	return out
}

// told tells the owner of the walker of the value of a field, also of an embedded struct.
func (f *frame) told(t types.Type, name string, v Value) {
	if f.w.Set == nil || f.w.quiet > 0 || t == nil {
		return
	}
	if obj, _, _ := types.LookupFieldOrMethod(t, true, f.pkg.Types, name); obj != nil {
		if field, ok := obj.(*types.Var); ok {
			f.w.Set(field, v)
		}
	}
}

// toldVar tells the owner of the walker of the value of a variable of package level.
func (f *frame) toldVar(obj types.Object, v Value) {
	if f.w.Set == nil || f.w.quiet > 0 || f.pkg.Types == nil || obj.Parent() != f.pkg.Types.Scope() {
		return
	}
	if global, ok := obj.(*types.Var); ok {
		f.w.Set(global, v)
	}
}

// withKey is a map with an element set.
func (r *Record) withKey(key Text, v Value) *Record {
	if len(r.Fields) >= maxElems {
		return r
	}
	out := &Record{Fields: maps.Clone(r.Fields), Keys: maps.Clone(r.Keys), Type: r.Type, Open: r.Open}
	if out.Fields == nil {
		out.Fields = map[string]Value{}
	}
	if out.Keys == nil {
		out.Keys = map[string]Text{}
	}
	out.Fields[key.String()], out.Keys[key.String()] = v, key
	return out
}

func (f *frame) storeElem(t *ast.IndexExpr, v Value) {
	index := f.eval(t.Index)
	switch owner := f.eval(t.X).(type) {
	case *Record:
		f.store(t.X, owner.withKey(f.text(index, t.Index), v))
	case OneOf:
		key := f.text(index, t.Index)
		f.store(t.X, lift(func(o []Value) Value {
			if r, ok := o[0].(*Record); ok {
				return r.withKey(key, v)
			}
			return o[0]
		}, owner))
	case *List:
		i, ok := integer(index)
		out := &List{Elems: append([]Elem(nil), owner.Elems...), Type: owner.Type, Open: owner.Open, Made: owner.Made}
		if ok && i >= 0 && i < len(out.Elems) {
			out.Elems[i].Value = v
		} else {
			if out.Open && len(out.Elems) < maxAlternatives { // as in x := make([]string, n)
				out.Elems = append(out.Elems, Elem{Value: v, May: len(out.Elems) > 0})
			}
			out.Open = true
		}
		f.store(t.X, out)
	}
}
