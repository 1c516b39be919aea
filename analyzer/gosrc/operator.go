package gosrc

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// sum evaluates a + b + c … at once: strings that are added one by one would be
// copied as often as there are summands.
func (f *frame) sum(e *ast.BinaryExpr) (Value, bool) {
	var sums []*ast.BinaryExpr
	var at ast.Expr = e
	for {
		b, ok := ast.Unparen(at).(*ast.BinaryExpr)
		if !ok || b.Op != token.ADD {
			break
		}
		sums = append(sums, b)
		at = b.X
	}
	if len(sums) < 2 {
		return nil, false
	}
	slices.Reverse(sums)
	values := []Value{f.eval(at)}
	for _, b := range sums {
		values = append(values, f.eval(b.Y))
	}
	if !f.isString(e) {
		v := values[0]
		for i, b := range sums {
			v = f.binary(b, token.ADD, v, values[i+1])
		}
		return v, true
	}
	return lift(func(v []Value) Value {
		texts := []Text{f.text(v[0], at)}
		for i, b := range sums {
			texts = append(texts, f.text(v[i+1], b.Y))
		}
		return concat(texts...)
	}, values...), true
}

// isString says whether an expression is a string, as far as types and literals tell.
func (f *frame) isString(e ast.Expr) bool {
	if t := f.pkg.Info.TypeOf(e); t != nil {
		if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() != types.Invalid {
			return b.Info()&types.IsString != 0
		}
	}
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			found = true
		}
		_, call := n.(*ast.CallExpr)
		return !found && !call
	})
	return found
}

func (f *frame) unary(e *ast.UnaryExpr) Value {
	v := f.eval(e.X)
	switch e.Op {
	case token.AND:
		return v
	case token.NOT, token.SUB, token.ADD:
		// Code that does not type may negate what is no flag.
		if c, ok := v.(Const); ok && c.Kind() != constant.String && (c.Kind() == constant.Bool) == (e.Op == token.NOT) {
			if out := constant.UnaryOp(e.Op, c.Value, 0); out.Kind() != constant.Unknown {
				return Const{out}
			}
		}
	}
	return Unknown{Why: "expression", Expr: e}
}

// binary evaluates an operator; + joins strings.
func (f *frame) binary(e ast.Expr, op token.Token, x, y Value) Value {
	if op == token.LAND || op == token.LOR {
		return logic(e, op, x, y)
	}
	return lift(func(v []Value) Value { return f.operate(e, op, v[0], v[1]) }, x, y)
}

func (f *frame) operate(e ast.Expr, op token.Token, x, y Value) Value {
	tx, isTextX := x.(Text)
	ty, isTextY := y.(Text)
	if op == token.ADD && (isTextX || isTextY || isChain(x) && isChain(y) || isString(f.pkg.Info.TypeOf(e))) {
		return concat(f.text(x, operand(e, 0)), f.text(y, operand(e, 1)))
	}
	if isTextX && isTextY {
		return compareTexts(e, op, tx, ty)
	}
	cx, okX := x.(Const)
	cy, okY := y.(Const)
	if !okX || !okY || cx.Kind() != cy.Kind() {
		return Unknown{Why: "expression", Expr: e}
	}
	return arithmetic(e, op, cx, cy)
}

func isString(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func operand(e ast.Expr, i int) ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok {
		return [...]ast.Expr{b.X, b.Y}[i]
	}
	return e
}

func compareTexts(e ast.Expr, op token.Token, x, y Text) Value {
	a, okA := x.Known()
	b, okB := y.Known()
	if okA && okB && comparison(op) {
		return Const{constant.MakeBool(constant.Compare(constant.MakeString(a), op, constant.MakeString(b)))}
	}
	return Unknown{Why: "expression", Expr: e}
}

func comparison(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}

func arithmetic(e ast.Expr, op token.Token, x, y Const) Value {
	unknown := Unknown{Why: "expression", Expr: e}
	if comparison(op) {
		if x.Kind() == constant.Bool && op != token.EQL && op != token.NEQ {
			return unknown
		}
		return Const{constant.MakeBool(constant.Compare(x.Value, op, y.Value))}
	}
	if x.Kind() != constant.Int {
		return unknown
	}
	switch op {
	case token.QUO, token.REM:
		if constant.Sign(y.Value) == 0 {
			return unknown
		}
		if op == token.QUO {
			op = token.QUO_ASSIGN // integer division
		}
	case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR, token.AND_NOT:
	default:
		return unknown
	}
	return Const{constant.BinaryOp(x.Value, op, y.Value)}
}

func logic(e ast.Expr, op token.Token, x, y Value) Value {
	a, b := truthOf(x), truthOf(y)
	decides := no
	if op == token.LOR {
		decides = yes
	}
	switch {
	case a == decides || b == decides:
		return Const{constant.MakeBool(decides == yes)}
	case a == maybe || b == maybe:
		return Unknown{Why: "condition", Expr: e}
	}
	return Const{constant.MakeBool(decides == no)}
}

// text is a value as the string that it is, or prints as.
func (f *frame) text(v Value, e ast.Expr) Text {
	switch v := v.(type) {
	case Text:
		return v
	case Const:
		if v.Kind() == constant.Int || v.Kind() == constant.Bool {
			return placed(v.ExactString(), e.Pos())
		}
	case Unknown:
		if isNumber(f.pkg.Info.TypeOf(e)) {
			return hole(e, WhyNumber)
		}
		t := hole(e, v.Why)
		t[0].Param, t[0].Field = v.Param, v.Field
		if v.Expr != nil {
			t[0].Expr = v.Expr
		}
		return t
	case *Chain:
		if f.w.Spell != nil {
			if t := f.w.Spell(v); len(t) > 0 {
				return t
			}
		}
	}
	return hole(e, "not a string")
}

// WhyNumber is why a text is not known that can hold nothing but a number.
const WhyNumber = "a number"

// isNumber says whether a type is one of numbers, which prints its digits.
func isNumber(t types.Type) bool {
	b, ok := types.Unalias(t).(*types.Basic)
	return ok && b.Info()&(types.IsInteger|types.IsFloat) != 0
}

func isOneOf(v Value) bool {
	_, ok := v.(OneOf)
	return ok
}

// crossed marks the texts among values that are combined with others.
func crossed(values []Value) []Value {
	out := slices.Clone(values)
	for i, v := range out {
		if t, ok := v.(Text); ok {
			out[i] = t.crossed()
		}
	}
	return out
}

// lift applies do to every combination of what the values can be.
func lift(do func([]Value) Value, values ...Value) Value {
	if !slices.ContainsFunc(values, isOneOf) {
		return do(values)
	}
	several := 0
	for _, v := range values {
		if isOneOf(v) {
			several++
		}
	}
	combos := [][]Value{nil}
	for _, v := range values {
		alternatives := Alternatives(v)
		if several > 1 && isOneOf(v) {
			alternatives = crossed(alternatives)
		}
		if len(combos)*len(alternatives) > maxAlternatives {
			alternatives = []Value{collapse(alternatives)}
		}
		var more [][]Value
		for _, c := range combos {
			for _, a := range alternatives {
				more = append(more, append(slices.Clip(c), a))
			}
		}
		combos = more
	}
	out := make([]Value, len(combos))
	for i, c := range combos {
		out[i] = do(c)
	}
	return oneOf(out...)
}
