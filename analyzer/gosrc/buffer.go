package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// builder handles the methods of strings.Builder and bytes.Buffer.
func (f *frame) builder(call *ast.CallExpr, c Callee) (Value, bool) {
	fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	switch c.Name {
	case "WriteString", "WriteByte", "WriteRune", "String", "Reset", "Grow", "Len", "Bytes", "Write", "Truncate":
	default:
		return nil, false
	}
	if !isBuilderType(f.pkg.Info.TypeOf(fun.X)) {
		return nil, false
	}
	owner := f.eval(fun.X)
	none := Unknown{Why: "builder", Expr: call}
	if strings.HasPrefix(c.Name, "Write") && len(call.Args) == 1 {
		arg := f.eval(call.Args[0])
		f.store(fun.X, lift(func(v []Value) Value {
			if k, ok := v[1].(Const); ok { // a byte or rune
				if r, exact := constant.Int64Val(k.Value); exact {
					v[1] = placed(string(rune(r)), call.Args[0].Pos())
				}
			}
			return concat(f.text(v[0], fun.X), f.text(v[1], call.Args[0]))
		}, owner, arg))
		return none, true
	}
	switch c.Name {
	case "String", "Bytes":
		return owner, true
	case "Reset":
		f.store(fun.X, Text{})
	case "Truncate":
		f.truncate(call, fun.X, owner)
	}
	return none, true
}

// truncate is b.Truncate(n), or b.Truncate(b.Len() - n).
func (f *frame) truncate(call *ast.CallExpr, target ast.Expr, owner Value) {
	if len(call.Args) != 1 {
		return
	}
	less, ok := ast.Unparen(call.Args[0]).(*ast.BinaryExpr)
	f.store(target, lift(func(v []Value) Value {
		t, isText := v[0].(Text)
		if n, isNumber := integer(v[1]); isNumber && isText {
			return cut(t, 0, n, call)
		}
		if ok && isText && less.Op == token.SUB {
			if n, isNumber := integer(f.eval(less.Y)); isNumber && n >= 0 {
				return t.withoutLast(n)
			}
		}
		return Unknown{Why: "Truncate", Expr: call}
	}, owner, f.eval(call.Args[0])))
}

func isBuilderType(t types.Type) bool { return t != nil && isBuilder(t) }
