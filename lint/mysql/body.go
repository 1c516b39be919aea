package mysql

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// readRoutine reads the body of a procedure or event. In that of a function the
// server refuses DDL (error 1422) and PREPARE (error 1336).
func (r *Reader) readRoutine(s *statement, routine *schema.Routine) {
	s.tokens()
	i := s.objectKind()
	_, from := s.name(s.skip(s.skip(i+1, "BODY"), "IF", "NOT", "EXISTS"))
	switch routine.Kind {
	case "FUNCTION":
		return
	case "PROCEDURE":
		if s.is(from, "(") {
			from = s.closing(from) + 1
		}
	case "EVENT":
		for from < len(s.toks) && !s.is(from, "DO") {
			from++
		}
		from++
	}
	if routine.Runs = s.otherLanguage(from); routine.Runs == nil {
		routine.Runs = r.readBody(s, s.characteristics(from), "routine")
	}
}

// otherLanguage returns what a body that is no SQL may run: it is told when it
// speaks of DDL at all.
func (s *statement) otherLanguage(from int) []schema.Change {
	if at := s.characteristics(from); at >= len(s.toks) || !s.is(at, "AS") {
		return nil
	}
	for i := from; i < len(s.toks); i++ {
		if s.toks[i].Kind != sqltext.String {
			continue
		}
		body := strings.ToUpper(s.text[s.toks[i].Start:s.toks[i].End])
		for _, verb := range []string{"ALTER ", "CREATE ", "DROP ", "RENAME ", "TRUNCATE "} {
			if strings.Contains(body, verb) {
				o := s.dynamic("this routine is written in another language and speaks of DDL")
				hide([]schema.Change{o}, &schema.Hidden{In: "routine"})
				return []schema.Change{o}
			}
		}
	}
	return nil
}

// characteristics returns the index behind COMMENT 'x', SQL SECURITY x and the like.
func (s *statement) characteristics(i int) int {
	for ; i < len(s.toks); i++ {
		switch {
		case s.is(i, "COMMENT", "LANGUAGE", "SECURITY"):
			i++
		case s.is(i, "NOT", "DETERMINISTIC", "CONTAINS", "NO", "SQL", "READS", "MODIFIES", "DATA"):
		default:
			return i
		}
	}
	return i
}

// readBody returns the DDL, and the calls, in the body whose tokens begin at from.
func (r *Reader) readBody(s *statement, from int, in string) []schema.Change {
	w := &walker{r: r, statement: s, i: from, in: in}
	branch := r.branch
	split := w.walk()
	r.branch = branch
	for name := range r.variables {
		if !strings.HasPrefix(name, "@") {
			delete(r.variables, name)
		}
	}
	if !split && s.ddlInBody(from) {
		o := s.dynamic("this " + in + " holds DDL, and its statements cannot be told apart")
		w.out = append(w.out, o)
	}
	hide(w.out, &schema.Hidden{In: in})
	return w.out
}

// A walker goes over the statements of a body.
type walker struct {
	*statement
	r     *Reader
	in    string
	i     int // the token at which a statement or a keyword of the nesting begins
	stack []frame
	out   []schema.Change
}

// A frame is a BEGIN, IF, CASE or loop whose END is still to come.
type frame struct {
	kind     string
	from     int // of out, where its branch begins
	whole    int // of out, where it begins
	branches int // that hold changes, the one before its end included
}

// walk says whether the body could be told apart.
func (w *walker) walk() bool {
	for w.i < len(w.toks) {
		if !w.step() {
			return false
		}
	}
	return len(w.stack) == 0
}

func (w *walker) step() bool {
	switch {
	case w.is(w.i, ";"):
		w.i++
	case w.isName(w.i) && w.is(w.i+1, ":") && !w.is(w.i+2, "="): // a label
		w.i += 2
	case w.is(w.i, "BEGIN"):
		w.push(w.skip(w.i+1, "NOT", "ATOMIC"))
	case w.is(w.i, "LOOP", "REPEAT"):
		w.push(w.i + 1)
	case w.is(w.i, "IF"):
		w.push(w.behind("THEN"))
	case w.is(w.i, "CASE"):
		w.push(w.behind("WHEN"))
		w.i = w.behindFrom(w.i, "THEN")
	case w.is(w.i, "WHILE"):
		w.push(w.behind("DO"))
	case w.is(w.i, "FOR"):
		w.push(w.behind("DO", "LOOP"))
	case w.is(w.i, "ELSEIF", "ELSIF", "WHEN"):
		w.branch(w.behind("THEN"))
	case w.is(w.i, "ELSE"):
		w.branch(w.i + 1)
	case w.is(w.i, "UNTIL"):
		w.i = w.behind("END") - 1
	case w.is(w.i, "END"):
		return w.pop()
	case w.is(w.i, "DECLARE") && w.is(w.i+2, "HANDLER"):
		return w.handler()
	case w.is(w.i, "EXCEPTION", "AS", "IS"): // of Oracle
		return false
	default:
		w.plain()
	}
	return w.i <= len(w.toks)
}

// behind returns the index behind the first of these words outside of
// parentheses and CASE … END, or one that lies behind the body.
func (w *walker) behind(words ...string) int { return w.behindFrom(w.i+1, words...) }

func (w *walker) behindFrom(from int, words ...string) int {
	e := evaluator{statement: w.statement}
	if i := e.next(from, len(w.toks), words...); i < len(w.toks) {
		return i + 1
	}
	return len(w.toks) + 1
}

func (w *walker) push(next int) {
	w.stack = append(w.stack, frame{kind: strings.ToUpper(w.ident(w.i)), from: len(w.out), whole: len(w.out)})
	w.i = next
}

func (w *walker) branch(next int) {
	if n := len(w.stack); n > 0 {
		w.stack[n-1].close(len(w.out))
	}
	w.i = next
}

func (f *frame) close(changes int) {
	if changes > f.from {
		f.branches++
	}
	f.from = changes
}

// pop goes behind an END. Where two branches hold DDL, only one of them runs.
func (w *walker) pop() bool {
	n := len(w.stack)
	if n == 0 {
		return false
	}
	f := w.stack[n-1]
	w.stack = w.stack[:n-1]
	if f.close(len(w.out)); f.branches > 1 {
		hide(w.out[f.whole:], &schema.Hidden{In: w.in, OneOf: true})
	}
	for w.i++; w.i < len(w.toks) && !w.is(w.i, ";"); w.i++ { // END IF, END LOOP label
	}
	return true
}

// handler goes to the statement of a DECLARE … HANDLER FOR condition, ….
func (w *walker) handler() bool {
	for w.i += 3; w.i < len(w.toks); w.i++ {
		if !w.is(w.i, "FOR", ",") {
			return false
		}
		switch w.i++; {
		case w.is(w.i, "SQLSTATE"):
			w.i = w.skip(w.i+1, "VALUE")
		case w.is(w.i, "NOT"):
			w.i++
		}
		if !w.is(w.i+1, ",") {
			w.i++
			return true
		}
	}
	return false
}

// plain reads a statement that holds no others.
func (w *walker) plain() {
	from, to := w.i, w.i
	for to < len(w.toks) && !w.is(to, ";") {
		to++
	}
	w.i = to
	s := w.part(w.toks[from].Start, w.toks[to-1].End)
	w.r.branch = len(w.stack) > 1 || len(w.stack) == 1 && w.stack[0].kind != "BEGIN"
	switch s.tokens(); {
	case s.is(0, "ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE"):
		w.out = append(w.out, dynamicOnly(ofSchema(w.r.readHidden(s)), w.in)...)
	case s.is(0, "CALL"):
		w.r.readStrings(s)
		w.out = append(w.out, s.call())
	case s.is(0, "SET", "SELECT", "DECLARE", "FETCH", "PREPARE", "EXECUTE"):
		w.out = append(w.out, w.r.readStrings(s)...)
	}
}

// call reads CALL name.
func (s *statement) call() schema.Change {
	s.tokens()
	n, _ := s.name(1)
	return &schema.Call{Clause: s.at(s.whole(), ""), Name: n.Name}
}

// ddlInBody says whether the tokens from i on hold DDL that outlives the session.
func (s *statement) ddlInBody(i int) bool {
	for ; i < len(s.toks); i++ {
		switch {
		case s.is(i, "ALTER", "DROP", "CREATE", "RENAME", "TRUNCATE") && s.is(i+1, "TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "TRIGGER", "OR", "UNIQUE"):
			return true
		case s.is(i, "PREPARE"), s.is(i, "EXECUTE") && s.is(i+1, "IMMEDIATE"):
			return true
		case s.toks[i].Kind == sqltext.String && s.toks[i].End-s.toks[i].Start > 8:
			if beginningOf(strings.Trim(s.text[s.toks[i].Start:s.toks[i].End], `'"$ `), s.mode) == ddlText {
				return true
			}
		}
	}
	return false
}
