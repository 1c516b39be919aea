package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
)

// narrow leaves of the values of a variable, or of a field of one, those for which
// a condition can hold, or not hold. The function that it returns takes that back,
// where nothing has changed the variable in between.
func (f *frame) narrow(cond ast.Expr, holds bool) (undo func()) {
	nothing := func() {}
	switch e := ast.Unparen(cond).(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return f.narrow(e.X, !holds)
		}
	case *ast.BinaryExpr:
		switch {
		case e.Op == token.LAND && holds, e.Op == token.LOR && !holds:
			first := f.narrow(e.X, holds)
			second := f.narrow(e.Y, holds)
			return func() { second(); first() }
		case comparison(e.Op):
			return f.narrowTo(e, holds)
		}
	}
	return nothing
}

func (f *frame) narrowTo(e *ast.BinaryExpr, holds bool) (undo func()) {
	nothing := func() {}
	if !isLiteralOrConst(f.pkg.Info, e.Y) {
		return nothing
	}
	obj, owner := f.rootOf(e.X)
	if obj == nil {
		return nothing
	}
	f.w.quiet++
	defer func() { f.w.quiet-- }()
	value, with := f.eval(e.X), f.eval(e.Y)
	all, many := value.(OneOf)
	if !many {
		return nothing
	}
	excluded := no
	if !holds {
		excluded = yes
	}
	var left []Value
	for _, v := range all {
		if truthOf(f.operate(e, e.Op, v, with)) != excluded {
			left = append(left, v)
		}
	}
	if len(left) == 0 || len(left) == len(all) {
		return nothing
	}
	before := f.env.vars[obj]
	f.store(owner, oneOf(left...))
	now := f.env.vars[obj]
	return func() {
		if same(f.env.vars[obj], now) {
			f.env.vars[obj] = before
		}
	}
}

// rootOf is the local variable that an expression is, or is a field of.
func (f *frame) rootOf(e ast.Expr) (types.Object, ast.Expr) {
	e = ast.Unparen(e)
	root := e
	if sel, ok := e.(*ast.SelectorExpr); ok {
		root = ast.Unparen(sel.X)
	}
	id, ok := root.(*ast.Ident)
	if !ok {
		return nil, nil
	}
	obj := f.pkg.Info.ObjectOf(id)
	if _, local := f.env.vars[obj]; !local {
		return nil, nil
	}
	return obj, e
}

func isLiteralOrConst(info *types.Info, e ast.Expr) bool {
	if _, ok := ast.Unparen(e).(*ast.BasicLit); ok {
		return true
	}
	return info.Types[e].Value != nil
}
