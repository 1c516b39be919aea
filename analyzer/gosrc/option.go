package gosrc

import "go/types"

// IsOption says whether a function may set fields of a struct of the program that it is
// handed a pointer to, and is handed nothing else.
func (p *Program) IsOption(fn *Func) bool {
	switch {
	case fn.Obj != nil:
		return p.setsFields(fn.Obj.Type())
	case fn.Lit != nil && fn.pkg != nil:
		return p.setsFields(fn.pkg.Info.TypeOf(fn.Lit))
	}
	return false
}

// TakesOption says whether a parameter is such a function, or a list of them.
func (p *Program) TakesOption(param *types.Var) bool {
	t := param.Type()
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	return p.setsFields(t)
}

func (p *Program) setsFields(t types.Type) bool {
	if t == nil {
		return false
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() > 1 {
		return false
	}
	pointer, ok := sig.Params().At(0).Type().Underlying().(*types.Pointer)
	if !ok || !isStruct(pointer) {
		return false
	}
	named, ok := types.Unalias(pointer.Elem()).(*types.Named)
	return ok && named.Obj().Pkg() != nil && p.byPath[named.Obj().Pkg().Path()] != nil
}
