package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// A session is what statements hand on to those that follow.
type session struct {
	variables map[string][]text // what they may hold
	told      map[string]bool   // the hidden changes that were given
	depth     int               // of strings and bodies in each other
	branch    bool              // the statement stands in a branch of a body, and may be passed over
}

// maxDepth is how deep strings and bodies are read.
const maxDepth = 8

// Forget forgets the user variables: the statements that follow are another
// migration's.
func (r *Reader) Forget() { r.session = session{} }

// reveal adds to the changes of a statement what its strings or its body hide.
func (r *Reader) reveal(s *statement, changes []schema.Change) []schema.Change {
	if s.source.Problem != nil {
		return changes
	}
	if c, ok := changes[0].(*schema.CreateRoutine); ok {
		r.readRoutine(s.unwritten(), c.Routine)
		return changes
	}
	var more []schema.Change
	switch s.firstWord() {
	case "BEGIN":
		if s = s.unwritten(); s.seq(0, "BEGIN", "NOT") {
			more = r.readBody(s, 0, "block")
		}
	case "SET", "SELECT", "PREPARE", "EXECUTE", "CALL":
		more = r.readStrings(s.unwritten())
	}
	if _, neutral := changes[0].(*schema.Neutral); neutral && len(more) > 0 {
		changes = changes[1:]
	}
	return append(changes, more...)
}

// unwritten returns the statement as it was before the rewrite, with its tokens.
func (s *statement) unwritten() *statement {
	if s.spelled != "" {
		s = &statement{source: s.source, server: s.server, mode: s.mode, text: s.spelled, fragment: s.fragment}
	}
	s.tokens()
	return s
}

// firstWord returns the first word in upper case, if it may hide something.
func (s *statement) firstWord() string {
	t := s.text
	if s.spelled != "" {
		t = s.spelled
	}
	t = strings.TrimLeft(t, " \t\r\n")
	if t == "" || !strings.ContainsRune("SPECBspecb", rune(t[0])) {
		return ""
	}
	n := strings.IndexFunc(t, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' })
	if n < 0 {
		n = len(t)
	}
	word := strings.ToUpper(t[:n])
	if word != "BEGIN" && word != "EXECUTE" && word != "PREPARE" && !strings.Contains(t, "@") {
		return ""
	}
	return word
}

// readStrings reads the strings that a statement puts into variables, or runs.
func (r *Reader) readStrings(s *statement) []schema.Change {
	if r.variables == nil {
		r.variables = map[string][]text{}
	}
	e := &evaluator{statement: s, variables: r.variables}
	switch {
	case s.is(0, "SET"):
		r.assignedWithin(e)
		return r.set(e)
	case s.is(0, "SELECT"):
		r.assignedWithin(e)
		return r.selectInto(e)
	case s.is(0, "DECLARE"):
		return r.declare(e)
	case s.is(0, "CALL", "FETCH"): // OUT parameters
		for i := range s.toks {
			if s.toks[i].Kind == sqltext.Variable || s.is(0, "FETCH") {
				r.assign(e.variable(i), []text{unknownText(s.place(0))})
			}
		}
	case s.is(0, "PREPARE") && s.is(2, "FROM"):
		return r.run(s, e.texts(3, len(s.toks)), "PREPARE")
	case s.seq(0, "EXECUTE", "IMMEDIATE"):
		return r.run(s, e.texts(2, e.next(2, len(s.toks), "USING")), "EXECUTE IMMEDIATE")
	}
	return nil
}

// assign keeps what a variable may hold from here on.
func (r *Reader) assign(name string, values []text) {
	if old := r.variables[name]; r.branch && len(old)+len(values) <= maxTexts {
		values = append(slices.Clone(old), values...)
	}
	r.variables[name] = values
}

// set reads SET @a = …, b := … .
func (r *Reader) set(e *evaluator) []schema.Change {
	var out []schema.Change
	for _, c := range e.split(1, len(e.toks)) {
		from := e.assigned(c.from)
		if from == c.from || strings.HasPrefix(e.text[e.toks[c.from].Start:], "@@") {
			continue
		}
		values := e.texts(from, c.to)
		r.assign(e.variable(c.from), values)
		out = append(out, r.holds(e.statement, values)...)
	}
	return out
}

// assigned returns the index behind the = or := that follows token i, or i.
func (e *evaluator) assigned(i int) int {
	switch {
	case i >= len(e.toks):
	case e.is(i+1, "="):
		return i + 2
	case e.is(i+1, ":") && e.is(i+2, "="):
		return i + 3
	}
	return i
}

// selectInto reads SELECT … INTO @a, and SELECT @a := … .
func (r *Reader) selectInto(e *evaluator) []schema.Change {
	var out []schema.Change
	keep := func(variable int, values []text) {
		r.assign(e.variable(variable), values)
		out = append(out, r.holds(e.statement, values)...)
	}
	items := e.items(0, len(e.toks))
	into := e.next(1, len(e.toks), "INTO")
	for i := 0; into+1+2*i < len(e.toks) && i < len(items); i++ { // INTO @a, @b
		if v := into + 1 + 2*i; e.isVariable(v) {
			keep(v, e.texts(items[i].from, items[i].to))
		}
	}
	for _, c := range items {
		if from := e.assigned(c.from); from == c.from+3 && e.isVariable(c.from) {
			keep(c.from, e.texts(from, c.to))
		}
	}
	return out
}

// assignedWithin takes the variables that are assigned somewhere within an
// expression for unknown.
func (r *Reader) assignedWithin(e *evaluator) {
	for i := 2; i < len(e.toks); i++ {
		if e.toks[i].Kind == sqltext.Variable && e.assigned(i) == i+3 && !e.is(i-1, ",") {
			r.assign(e.variable(i), []text{unknownText(e.place(0))})
		}
	}
}

func (e *evaluator) isVariable(i int) bool {
	return e.toks[i].Kind == sqltext.Variable || e.toks[i].Kind == sqltext.Word && !e.is(i, "OUTFILE", "DUMPFILE")
}

// declare reads DECLARE a, b TEXT DEFAULT … .
func (r *Reader) declare(e *evaluator) []schema.Change {
	at := e.next(1, len(e.toks), "DEFAULT")
	if at == len(e.toks) {
		return nil
	}
	values := e.texts(at+1, len(e.toks))
	r.assign(e.variable(1), values)
	return r.holds(e.statement, values)
}

// holds returns the changes of the DDL in a variable. What cannot be read may
// be the first half of a statement: it is told when it is run.
func (r *Reader) holds(s *statement, values []text) []schema.Change {
	return r.ddl(s, values, false)
}

// run returns the changes of the DDL in what a statement runs.
func (r *Reader) run(s *statement, values []text, verb string) []schema.Change {
	out := r.ddl(s, values, true)
	for _, t := range values {
		if beginningOf(t.sql, s.mode) == unknownHead {
			o := s.dynamic("what this " + verb + " runs is known only when it runs")
			o.Tables = nil
			return append(out, o)
		}
	}
	return out
}

func (r *Reader) ddl(s *statement, values []text, runs bool) []schema.Change {
	var out []schema.Change
	hidden := &schema.Hidden{In: "string"}
	for _, t := range values {
		if beginningOf(t.sql, s.mode) != ddlText {
			continue
		}
		changes := ofSchema(r.readText(s.within(t), t.partly(), runs))
		hidden.OneOf = hidden.OneOf || len(out) > 0 && len(changes) > 0
		hide(changes, hidden)
		out = append(out, changes...)
	}
	return slices.DeleteFunc(out, r.toldBefore)
}

// toldBefore says whether the change was given: one literal may go through
// several variables.
func (r *Reader) toldBefore(c schema.Change) bool {
	p := c.Base().Pos()
	key := fmt.Sprintf("%d:%d %T %s", p.Line, p.Column, c, c.Base().Text())
	if r.told == nil {
		r.told = map[string]bool{}
	}
	before := r.told[key]
	r.told[key] = true
	return before
}

// readText reads the DDL of a string. What is known only in part is read as
// far as it is known, and said to be opaque.
func (r *Reader) readText(s *statement, partly, runs bool) []schema.Change {
	changes := r.readHidden(s)
	if partly {
		changes = slices.DeleteFunc(changes, func(c schema.Change) bool { return isOpaque(c) || namesUnknown(c) })
		o := s.dynamic("a part of the DDL in this string is known only when it runs")
		o.Tables = slices.DeleteFunc(o.Tables, func(n schema.Name) bool { return strings.Contains(n.String(), unknownPart) })
		return append(changes, o)
	}
	if !runs && slices.ContainsFunc(changes, isOpaque) {
		return nil
	}
	return dynamicOnly(changes, "string")
}

// readHidden reads a statement that stands in a string or a body.
func (r *Reader) readHidden(s *statement) []schema.Change {
	if r.depth >= maxDepth {
		return []schema.Change{s.dynamic("strings or blocks are nested too deep here")}
	}
	r.depth++
	defer func() { r.depth-- }()
	return r.reveal(s, r.read(s).Changes)
}

func isOpaque(c schema.Change) bool {
	_, opaque := c.(*schema.Opaque)
	return opaque
}

// namesUnknown says whether the change speaks of what is not known.
func namesUnknown(c schema.Change) bool {
	b := c.Base()
	n, _ := schema.TableName(c)
	return strings.Contains(n.String(), unknownPart) || strings.Contains(b.Lead, unknownPart) ||
		b.Source != nil && strings.Contains(b.Source.Line(b.Span), unknownPart)
}

// dynamicOnly turns what could not be parsed into DDL that could not be read.
func dynamicOnly(changes []schema.Change, in string) []schema.Change {
	for _, c := range changes {
		if o, ok := c.(*schema.Opaque); ok && o.Kind == schema.Unparsed {
			o.Kind = schema.Dynamic
			o.Why = "the DDL in this " + in + " could not be read: " + strings.TrimPrefix(o.Why, "it could not be parsed: ")
		}
	}
	return changes
}

// ofSchema returns the changes that change the schema.
func ofSchema(changes []schema.Change) []schema.Change {
	return slices.DeleteFunc(changes, func(c schema.Change) bool {
		switch c.(type) {
		case *schema.Neutral, *schema.SetVariable, *schema.Insert, *schema.Update, *schema.Delete:
			return true
		}
		return false
	})
}

// hide marks the changes that are not marked yet.
func hide(changes []schema.Change, h *schema.Hidden) {
	for _, c := range changes {
		if b := c.Base(); b.Hidden == nil {
			b.Hidden = h
		}
	}
}
