package gosrc

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
)

// A loop, or switch, collects what the variables are where it is left early.
type loop struct {
	exits    []map[types.Object]Value
	isSwitch bool
}

func (f *frame) branch(s *ast.BranchStmt) flow {
	if s.Tok == token.FALLTHROUGH {
		return next
	}
	for i := len(f.loops) - 1; i >= 0; i-- {
		l := f.loops[i]
		if s.Tok == token.BREAK || s.Tok == token.CONTINUE && !l.isSwitch {
			l.exits = append(l.exits, maps.Clone(f.env.vars))
			break
		}
	}
	return left
}

// truth is what is known of a condition.
type truth uint8

const (
	maybe truth = iota
	yes
	no
)

func (f *frame) ifElse(s *ast.IfStmt) flow {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	switch truthOf(f.eval(s.Cond)) {
	case yes:
		return f.block(s.Body.List)
	case no:
		if s.Else == nil {
			return next
		}
		return f.stmt(s.Else)
	}
	var other func() flow
	if s.Else != nil {
		other = func() flow { return f.stmt(s.Else) }
	}
	return f.either(s.Cond, func() flow { return f.block(s.Body.List) }, other)
}

// either takes both ways of a condition, and joins what they leave.
func (f *frame) either(cond ast.Expr, then, other func() flow) flow {
	before := f.env.vars
	f.guards = append(f.guards, cond)
	defer func() { f.guards = f.guards[:len(f.guards)-1] }()

	f.env.vars = maps.Clone(before)
	undo := f.narrow(cond, true)
	a := then()
	undo()
	afterA := f.env.vars

	f.env.vars = maps.Clone(before)
	undo = f.narrow(cond, false)
	b := next
	if other != nil {
		f.guards[len(f.guards)-1] = &ast.UnaryExpr{Op: token.NOT, X: cond, OpPos: cond.Pos()}
		b = other()
	}
	if a != left {
		undo()
	}
	afterB := f.env.vars
	switch {
	case a == left && b == left:
		f.env.vars = before
		return left
	case a == left:
		f.env.vars = afterB
	case b == left:
		f.env.vars = afterA
	default:
		f.env.vars = join(before, afterA, afterB)
	}
	return next
}

// join merges the variables that two ways leave.
func join(before, a, b map[types.Object]Value) map[types.Object]Value {
	for obj, vb := range b {
		va, ok := a[obj]
		if !ok {
			a[obj] = vb
			continue
		}
		a[obj] = merge(before[obj], va, vb)
	}
	return a
}

// joined merges the variables that several ways leave, at least one.
func joined(before map[types.Object]Value, ends []map[types.Object]Value) map[types.Object]Value {
	out := ends[0]
	for _, e := range ends[1:] {
		out = join(before, out, e)
	}
	return out
}

func (f *frame) switches(s *ast.SwitchStmt) flow {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	var tag Value
	if s.Tag != nil {
		tag = f.eval(s.Tag)
	}
	return f.clauses(s.Body, func(c ast.Stmt) truth {
		clause, ok := c.(*ast.CaseClause)
		if !ok || clause.List == nil {
			return maybe
		}
		out := no
		for _, e := range clause.List {
			v := f.eval(e)
			if tag != nil {
				v = f.binary(e, token.EQL, tag, v)
			}
			switch truthOf(v) {
			case yes:
				return yes
			case maybe:
				out = maybe
			case no:
			}
		}
		return out
	}, hasDefault(s.Body))
}

func hasDefault(body *ast.BlockStmt) bool {
	for _, c := range body.List {
		if clause, ok := c.(*ast.CaseClause); ok && clause.List == nil {
			return true
		}
	}
	return false
}

// clauses takes every clause that may be chosen; one surely is when exhaustive.
func (f *frame) clauses(body *ast.BlockStmt, chosen func(ast.Stmt) truth, exhaustive bool) flow {
	before := f.env.vars
	var ends []map[types.Object]Value
	take := func(c ast.Stmt) {
		f.env.vars = maps.Clone(before)
		l := &loop{isSwitch: true}
		f.loops = append(f.loops, l)
		f.guards = append(f.guards, clauseGuard(c))
		end := f.clause(c)
		f.guards = f.guards[:len(f.guards)-1]
		f.loops = f.loops[:len(f.loops)-1]
		ends = append(ends, l.exits...)
		if end == next {
			ends = append(ends, f.env.vars)
		}
	}
	sure := exhaustive
	var otherwise ast.Stmt
	for _, c := range body.List {
		if clause, ok := c.(*ast.CaseClause); ok && clause.List == nil {
			otherwise = c
			continue
		}
		t := chosen(c)
		if t == no {
			continue
		}
		take(c)
		if t == yes {
			sure, otherwise = true, nil
			break
		}
	}
	if otherwise != nil {
		take(otherwise)
	}
	if !sure {
		ends = append(ends, before)
	}
	if !f.meet(before, ends) {
		return left
	}
	return next
}

// meet goes on with what several ways leave; without one it says so.
func (f *frame) meet(before map[types.Object]Value, ends []map[types.Object]Value) bool {
	if len(ends) == 0 {
		f.env.vars = before
		return false
	}
	f.env.vars = joined(before, ends)
	return true
}

func (f *frame) clause(c ast.Stmt) flow {
	switch c := c.(type) {
	case *ast.CaseClause:
		return f.block(c.Body)
	case *ast.CommClause:
		if c.Comm != nil {
			f.stmt(c.Comm)
		}
		return f.block(c.Body)
	}
	return next
}

// clauseGuard is what a clause stands under; nil for a default.
func clauseGuard(c ast.Stmt) ast.Expr {
	if clause, ok := c.(*ast.CaseClause); ok && len(clause.List) > 0 {
		return clause.List[0]
	}
	return nil
}

func (f *frame) forLoop(s *ast.ForStmt) {
	if s.Init != nil {
		f.stmt(s.Init)
	}
	for range maxTurns {
		if f.w.turns > maxUnrolled {
			break
		}
		if s.Cond == nil || truthOf(f.eval(s.Cond)) != yes {
			break
		}
		if !f.turn(s.Body, false) {
			return
		}
		if s.Post != nil {
			f.stmt(s.Post)
		}
	}
	if s.Cond != nil && truthOf(f.eval(s.Cond)) == no {
		return
	}
	f.someTurns(s.Cond, s.Body, s.Post)
}

// turn takes one turn of a loop, and says whether another can follow.
func (f *frame) turn(body *ast.BlockStmt, may bool) bool {
	f.w.turns++
	before := f.env.vars
	if may {
		f.env.vars = maps.Clone(before)
	}
	l := &loop{}
	f.loops = append(f.loops, l)
	end := f.block(body.List)
	f.loops = f.loops[:len(f.loops)-1]
	ends := l.exits
	if end == next {
		ends = append(ends, f.env.vars)
	}
	if may {
		ends = append(ends, before)
	}
	return f.meet(before, ends)
}

// someTurns takes a loop of which nobody knows how often it turns: one turn shows what it does.
func (f *frame) someTurns(cond ast.Expr, body *ast.BlockStmt, post ast.Stmt) {
	if cond != nil {
		f.guards = append(f.guards, cond)
		defer func() { f.guards = f.guards[:len(f.guards)-1] }()
	}
	f.turn(body, true)
	if post != nil {
		f.stmt(post)
	}
}

func (f *frame) rangeLoop(s *ast.RangeStmt) {
	over := f.eval(s.X)
	turns, open := elements(over)
	if f.w.turns > maxUnrolled {
		turns, open = nil, true
	}
	for i, t := range turns {
		f.set(s.Key, number(i))
		if t.key != nil {
			f.set(s.Key, t.key)
		}
		f.set(s.Value, t.elem.Value)
		if !f.turn(s.Body, t.elem.May) {
			return
		}
	}
	if open {
		key := Unknown{Why: "range", Expr: s.Key}
		element := Unknown{Why: "an element of " + types.ExprString(s.X), Expr: s.Value, Loaded: isLoaded(over)}
		if u, ok := over.(Unknown); ok {
			key.Param, element.Param = u.Param, u.Param
		}
		f.set(s.Key, key)
		f.set(s.Value, element)
		f.someTurns(&ast.UnaryExpr{Op: token.RANGE, X: s.X, OpPos: s.Range}, s.Body, nil)
	}
}

// an element is one turn of a range loop.
type element struct {
	key  Value // nil for a number
	elem Elem
}

// elements are what a range loop goes through, and whether there may be more.
func elements(v Value) (out []element, open bool) {
	switch v := v.(type) {
	case *List:
		open = v.Open && !(v.Made && len(v.Elems) > 0)
		for _, e := range v.Elems {
			out = append(out, element{elem: e})
		}
	case *Record:
		if _, isMap := underlying(v.Type).(*types.Map); !isMap || len(v.Fields) == 0 {
			return nil, true
		}
		for _, key := range v.Names() {
			out = append(out, element{key: v.key(key), elem: Elem{Value: v.Fields[key], May: v.mayLack(key)}})
		}
	default:
		open = true
	}
	if len(out) > maxTurns {
		return nil, true
	}
	return out, open
}

func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}
