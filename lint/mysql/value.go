package mysql

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

const (
	maxTexts = 16       // that an expression may come to, before it is guessed
	maxNest  = 32       // of expressions in each other
	maxText  = 64 << 10 // bytes of one text
)

// An evaluator tells what string expressions of a statement may come to.
type evaluator struct {
	*statement
	variables map[string][]text // @user variables and, by their bare name, locals
	depth     int
}

// texts returns what the expression of the tokens [from, to) may come to: at
// least one text.
func (e *evaluator) texts(from, to int) []text {
	for e.is(from, "(") && e.closing(from) == to-1 {
		from, to = from+1, to-1
	}
	if to-from > 2 && e.is(to-2, "COLLATE") {
		to -= 2
	}
	if to-from > 1 && e.toks[from+1].Kind == sqltext.String && e.text[e.toks[from].Start] == '_' { // _utf8mb4'…'
		from++
	}
	e.depth++
	defer func() { e.depth-- }()
	switch {
	case from >= to || e.depth > maxNest:
	case to-from == 1 && (e.is(from, "NULL") || e.toks[from].Kind == sqltext.Number):
		return []text{{}}
	case to-from == 1 && e.toks[from].Kind != sqltext.String:
		if known := e.variables[e.variable(from)]; known != nil {
			return known
		}
	case e.is(from, "SELECT"):
		if items := e.items(from, to); len(items) > 0 {
			return e.texts(items[0].from, items[0].to)
		}
	case e.is(from, "CASE") && e.is(to-1, "END"):
		return e.caseTexts(from+1, to-1)
	case e.isName(from) && e.is(from+1, "(") && e.closing(from+1) == to-1:
		return e.call(from, e.split(from+2, to-1), to)
	default:
		if t, ok := e.adjacent(from, to); ok {
			return []text{t}
		}
	}
	return e.guess(from, to)
}

// variable returns the name under which token i is kept: @name, or the name of a local.
func (e *evaluator) variable(i int) string {
	name := e.text[e.toks[i].Start:e.toks[i].End]
	if bare, user := strings.CutPrefix(name, "@"); user {
		return "@" + strings.ToLower(unquote(bare))
	}
	return strings.ToLower(unquote(name))
}

// adjacent folds string literals that stand one behind the other.
func (e *evaluator) adjacent(from, to int) (text, bool) {
	sum := text{}
	for i := from; i < to; i++ {
		t, ok := e.literal(i)
		if !ok {
			return text{}, false
		}
		sum = sum.plus(t)
	}
	return sum, true
}

// items returns the clauses of a SELECT list.
func (e *evaluator) items(from, to int) []clause {
	from++
	for e.is(from, "ALL", "DISTINCT", "DISTINCTROW", "SQL_NO_CACHE", "HIGH_PRIORITY", "STRAIGHT_JOIN") {
		from++
	}
	items := e.split(from, e.next(from, to, "FROM", "INTO", "WHERE", "LIMIT", "UNION", "GROUP", "ORDER", "HAVING", "FOR"))
	for i, c := range items {
		if c.to-c.from > 2 && e.is(c.to-2, "AS") {
			items[i].to -= 2
		}
	}
	return items
}

// next returns the index of the first of these words outside of parentheses and
// CASE … END, or to.
func (e *evaluator) next(from, to int, words ...string) int {
	depth := 0
	for i := from; i < to; i++ {
		switch {
		case depth == 0 && e.is(i, words...):
			return i
		case e.is(i, "(", "CASE"):
			depth++
		case e.is(i, ")", "END"):
			depth--
		}
	}
	return to
}

// caseTexts returns what stands behind THEN and ELSE.
func (e *evaluator) caseTexts(from, to int) []text {
	var out []text
	for i := from; i < to && len(out) <= maxTexts; {
		i = e.next(i, to, "THEN", "ELSE") + 1
		if i > to {
			break
		}
		stop := e.next(i, to, "WHEN", "ELSE")
		out = append(out, e.texts(i, stop)...)
		i = stop
	}
	return e.few(out, from, to)
}

func (e *evaluator) few(texts []text, from, to int) []text {
	if len(texts) == 0 || len(texts) > maxTexts {
		return e.guess(from, to)
	}
	return texts
}

// call returns what the function whose name stands at from may return.
func (e *evaluator) call(from int, args []clause, to int) []text {
	var branches []clause
	switch {
	case e.is(from, "CONCAT"):
		return e.concat(args, nil, from, to)
	case e.is(from, "CONCAT_WS") && len(args) > 1:
		return e.concat(args[1:], e.texts(args[0].from, args[0].to), from, to)
	case e.is(from, "IF") && len(args) == 3:
		branches = args[1:]
	case e.is(from, "IFNULL", "COALESCE", "NVL"):
		branches = args
	case e.is(from, "ANY_VALUE", "MAX", "MIN", "TRIM", "NULLIF"):
		branches = args[:min(1, len(args))]
	case e.is(from, "CAST", "CONVERT") && len(args) > 0:
		branches = []clause{{args[0].from, e.next(args[0].from, args[0].to, "AS", "USING")}}
	}
	var out []text
	for _, a := range branches {
		out = append(out, e.texts(a.from, a.to)...)
	}
	return e.few(out, from, to)
}

// concat returns every way to join what the arguments may come to.
func (e *evaluator) concat(args []clause, separator []text, from, to int) []text {
	out := []text{{}}
	join := func(parts []text) {
		var longer []text
		for _, t := range out {
			for _, p := range parts {
				longer = append(longer, t.plus(p))
			}
		}
		out = longer
	}
	for i, a := range args {
		if i > 0 && separator != nil {
			join(separator)
		}
		join(e.texts(a.from, a.to))
		if len(out) > maxTexts || len(out[0].sql) > maxText {
			return e.guess(from, to)
		}
	}
	return out
}

// guess returns the literals in an expression that begin like DDL, each with
// something unknown behind it; without one nothing is known.
func (e *evaluator) guess(from, to int) []text {
	var out []text
	for i := from; i < to && len(out) < maxTexts; i++ {
		if t, ok := e.literal(i); ok && beginningOf(t.sql, e.mode) == ddlText {
			out = append(out, t.plus(unknownText(e.place(e.toks[i].End-1))))
		}
	}
	if out == nil {
		at := 0
		if from < len(e.toks) {
			at = e.toks[from].Start
		}
		out = []text{unknownText(e.place(at))}
	}
	return out
}

// beginning says what a text is, by its first words.
type beginning uint8

const (
	otherText   beginning = iota // a query, rows, a message
	ddlText                      // DDL, or what may run some
	unknownHead                  // what it begins with is not known
)

func beginningOf(sql string, mode sqltext.Mode) beginning {
	lx := sqltext.NewLexer(sql, 0, len(sql), mode)
	word := func() string {
		for {
			switch t := lx.Next(); t.Kind {
			case sqltext.Comment, sqltext.VersionOpen:
			case sqltext.EOF:
				return ""
			default:
				return strings.ToUpper(sql[t.Start:t.End])
			}
		}
	}
	first, second := word(), word()
	if strings.Contains(first, strings.ToUpper(unknownPart)) {
		return unknownHead
	}
	switch first {
	case "ALTER", "CREATE", "DROP", "RENAME":
		if ddlObjects[second] || strings.Contains(second, strings.ToUpper(unknownPart)) {
			return ddlText
		}
	case "TRUNCATE":
		if second != "" && (ddlObjects[second] || word() == "") {
			return ddlText
		}
	case "BEGIN":
		if second == "NOT" {
			return ddlText
		}
	case "CALL":
		return ddlText
	}
	return otherText
}

// ddlObjects are the words that follow the first one of DDL, but not of a message.
var ddlObjects = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(`TABLE TABLES TEMPORARY ONLINE OFFLINE IGNORE VIEW INDEX UNIQUE FULLTEXT SPATIAL VECTOR
		DATABASE SCHEMA TRIGGER PROCEDURE FUNCTION EVENT PACKAGE OR DEFINER ALGORITHM SQL`) {
		out[w] = true
	}
	return out
}()
