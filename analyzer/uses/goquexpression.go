package uses

import (
	"go/constant"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// goquOperand writes what stands where a column could: a name, an expression, a
// dataset in parentheses, a map of comparisons, a list of conditions.
func goquOperand(s *speller, v gosrc.Value) {
	switch v := v.(type) {
	case *gosrc.Chain:
		if q := goquDataset(v); q != nil {
			s.sql("(")
			q.write(s)
			s.sql(")")
			if as := q.links.last("As"); as != nil {
				s.sql(" AS ")
				s.name(firstOf(as.Args))
			}
			return
		}
		s.part(goquExpression(s, v))
	case *gosrc.Record:
		goquComparisons(s, v)
	case *gosrc.List:
		list := s.sequence("(", " AND ")
		for _, e := range v.Elems {
			s.perhaps(e.May, func() { list.next(); goquOperand(s, e.Value) })
		}
		if v.Open || list.n == 0 {
			list.next()
			s.hole("more conditions")
		}
		s.sql(")")
	case gosrc.OneOf:
		if len(gosrc.Texts(v)) == len(v) {
			s.columnName(v)
			return
		}
		s.condition(v, func(v gosrc.Value) { goquOperand(s, v) })
	default:
		s.name(v)
	}
}

// goquValue writes what is compared or stored: an expression, or a value.
func goquValue(s *speller, v gosrc.Value) {
	switch v := v.(type) {
	case *gosrc.Chain:
		goquOperand(s, v)
	case *gosrc.List:
		s.sql("(?)")
	default:
		s.stored(v)
	}
}

// goquComparisons writes Ex{"a": 1} and ExOr.
func goquComparisons(s *speller, r *gosrc.Record) {
	if len(r.Keys) == 0 {
		s.hole("columns of a map")
		return
	}
	between := " AND "
	if _, kind := gosrc.Named(r.Type); kind == "ExOr" {
		between = " OR "
	}
	list := s.sequence("(", between)
	for _, key := range r.Names() {
		v := r.Fields[key]
		if op, ok := v.(*gosrc.Record); ok && len(op.Keys) > 0 {
			for _, name := range op.Names() {
				list.next()
				s.name(r.Keys[key])
				goquCompare(s, name, op.Fields[name])
			}
			continue
		}
		list.next()
		s.name(r.Keys[key])
		goquCompare(s, "eq", v)
	}
	s.sql(")")
}

var goquOperators = map[string]string{
	"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "is": "IS", "isnot": "IS NOT", "in": "IN", "notin": "NOT IN",
	"like": "LIKE", "notlike": "NOT LIKE", "ilike": "LIKE", "notilike": "NOT LIKE",
	"regexplike": "REGEXP", "regexpnotlike": "NOT REGEXP", "regexpilike": "REGEXP", "regexpnotilike": "NOT REGEXP",
	"between": "BETWEEN", "notbetween": "NOT BETWEEN",
	"bitwiseor": "|", "bitwiseand": "&", "bitwisexor": "^", "bitwiseleftshift": "<<", "bitwiserightshift": ">>",
}

// goquCompare writes an operator and what stands behind it.
func goquCompare(s *speller, name string, v gosrc.Value) {
	op := goquOperators[strings.ToLower(name)]
	_, list := v.(*gosrc.List)
	u, _ := v.(gosrc.Unknown)
	constantBool := false
	if c, ok := v.(gosrc.Const); ok {
		constantBool = c.Kind() == constant.Bool
	}
	negated := op == "<>" || strings.Contains(op, "NOT")
	switch {
	case op == "":
		op = "="
	case op == "BETWEEN" || op == "NOT BETWEEN":
		s.sql(" " + op + " ")
		goquRange(s, v)
		return
	case (op == "=" || op == "<>") && (list || goquDataset(v) != nil):
		op = map[bool]string{false: "IN", true: "NOT IN"}[negated]
	case (op == "=" || op == "<>") && (u.Why == "nil" || constantBool), strings.HasPrefix(op, "IS"):
		s.sql(map[bool]string{false: " IS ", true: " IS NOT "}[negated])
		if constantBool {
			s.sql("TRUE")
			return
		}
		s.sql("NULL")
		return
	}
	s.sql(" " + op + " ")
	if strings.HasSuffix(op, "IN") && !list && goquDataset(v) == nil {
		s.sql("(?)")
		return
	}
	goquValue(s, v)
}

func goquRange(s *speller, v gosrc.Value) {
	if ch, ok := v.(*gosrc.Chain); ok && len(ch.Links) > 0 && ch.Links[0].Callee.Name == "Range" && len(ch.Links[0].Args) == 2 {
		goquValue(s, ch.Links[0].Args[0])
		s.sql(" AND ")
		goquValue(s, ch.Links[0].Args[1])
		return
	}
	s.sql("? AND ?")
}

// goquExpression is the text of an expression, built link by link.
func goquExpression(s *speller, ch *gosrc.Chain) gosrc.Text {
	var now gosrc.Text
	if ch.Base != nil {
		now = s.apart(func(s *speller) { s.value(ch.Base) })
	}
	open := false
	for i := range ch.Links {
		l := &ch.Links[i]
		if open && l.Callee.Name != "Value" && l.Callee.Name != "When" && l.Callee.Name != "Else" {
			now = append(now, gosrc.Part{Text: " END", Pos: s.at})
			open = false
		}
		open = open || l.Callee.Name == "Case"
		before := now
		now = s.apart(func(s *speller) { s.inside(l, func() { goquLink(s, before, l) }) })
	}
	if open {
		now = append(now, gosrc.Part{Text: " END", Pos: s.at})
	}
	return now
}

// goquLink writes what one call makes of what stands before it.
func goquLink(s *speller, before gosrc.Text, l *gosrc.Link) {
	name := l.Callee.Name
	switch {
	case l.Callee.Recv == "":
		goquFunction(s, l)
	case name == "Distinct":
		s.sql("DISTINCT ")
		s.part(before)
	case name == "Cast":
		s.sql("CAST(")
		s.part(before)
		s.sql(" AS CHAR)")
	case goquOperators[strings.ToLower(name)] != "":
		s.sql("(")
		s.part(before)
		goquCompare(s, name, firstOf(l.Args))
		s.sql(")")
	default:
		s.part(before)
		goquBehind(s, l)
	}
}

// goquBehind writes what a call puts behind what stands before it.
func goquBehind(s *speller, l *gosrc.Link) {
	first := firstOf(l.Args)
	switch name := l.Callee.Name; name {
	case "Col", "Table":
		s.sql(".")
		goquOperand(s, first)
	case "All":
		s.sql(".*")
	case "As":
		s.sql(" AS ")
		goquOperand(s, first)
	case "Set":
		s.sql(" = ")
		goquValue(s, first)
	case "Asc", "Desc":
		s.sql(" " + strings.ToUpper(name))
	case "IsNull", "IsNotNull", "IsTrue", "IsNotTrue", "IsFalse", "IsNotFalse":
		s.sql(map[bool]string{false: " IS ", true: " IS NOT "}[strings.HasPrefix(name, "IsNot")])
		s.sql(strings.ToUpper(strings.TrimPrefix(strings.TrimPrefix(name, "Is"), "Not")))
	case "Value":
		s.sql(" ")
		goquOperand(s, first)
	case "When":
		s.sql(" WHEN ")
		goquOperand(s, first)
		s.sql(" THEN ")
		goquValue(s, lastOf(l.Args))
	case "Else":
		s.sql(" ELSE ")
		goquValue(s, first)
	case "Append":
		for _, v := range l.Args {
			s.sql(" AND ")
			goquOperand(s, v)
		}
	case "Over":
		s.sql(" OVER (")
		goquWindow(s, first)
		s.sql(")")
	case "NullsFirst", "NullsLast", "Expression", "Clone":
	default:
		s.hole("an expression")
	}
}

// goquFunction writes a call that begins an expression.
func goquFunction(s *speller, l *gosrc.Link) {
	first := firstOf(l.Args)
	switch name := l.Callee.Name; name {
	case "C", "I", "T", "S":
		goquIdentifier(s, first)
	case "L", "Literal":
		goquLiteral(s, l.Args)
	case "V":
		goquValue(s, first)
	case "Star":
		s.sql("*")
	case "Default":
		s.sql("DEFAULT")
	case "And", "Or":
		if len(l.Args) == 0 {
			s.sql("(1 = 1)")
			return
		}
		goquOperands(s, "(", " "+strings.ToUpper(name)+" ", ")", l.Args)
	case "On":
		goquOperands(s, "ON ", " AND ", "", l.Args)
	case "Using":
		goquOperands(s, "USING (", ", ", ")", l.Args)
	case "Case":
		s.sql("CASE")
	case "Cast":
		s.sql("CAST(")
		goquOperand(s, first)
		s.sql(" AS CHAR)")
	case "Func":
		s.value(first)
		goquArguments(s, l.Args[min(len(l.Args), 1):])
	case "COALESCE":
		s.sql(name)
		goquArguments(s, l.Args)
	case "DISTINCT":
		s.sql("DISTINCT ")
		goquOperand(s, first)
	case "COUNT", "MIN", "MAX", "AVG", "FIRST", "LAST", "SUM", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "Any", "All", "Lateral":
		s.sql(strings.ToUpper(name) + "(")
		goquOperand(s, first)
		s.sql(")")
	case "ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE":
		s.sql(name + "()")
	default:
		s.hole("an expression")
	}
}

// goquOperands writes operands with words around and between them.
func goquOperands(s *speller, before, between, behind string, operands []gosrc.Value) {
	list := s.sequence(before, between)
	for _, v := range operands {
		list.next()
		goquOperand(s, v)
	}
	s.sql(behind)
}

// goquArguments writes the arguments of a function of SQL, in parentheses.
func goquArguments(s *speller, args []gosrc.Value) {
	s.sql("(")
	list := s.sequence("", ", ")
	for _, v := range args {
		list.next()
		goquValue(s, v)
	}
	s.sql(")")
}

func goquIdentifier(s *speller, v gosrc.Value) {
	if t, ok := v.(gosrc.Text); ok && t.String() == "*" {
		s.sql("*")
		return
	}
	s.columnName(v)
}

// goquLiteral writes a literal with its arguments in the places of its ?, where
// they are expressions.
func goquLiteral(s *speller, args []gosrc.Value) {
	if len(args) == 0 {
		s.hole("a literal")
		return
	}
	s.filled(args[0], func(_ string, n int) {
		if n+1 < len(args) {
			goquValue(s, args[n+1])
			return
		}
		s.sql("?")
	})
}

// goquWindow writes the columns of a window.
func goquWindow(s *speller, v gosrc.Value) {
	ch, ok := v.(*gosrc.Chain)
	if !ok {
		return
	}
	for _, l := range ch.Links {
		word := map[string]string{"PartitionBy": " PARTITION BY ", "OrderBy": " ORDER BY "}[l.Callee.Name]
		if word == "" {
			continue
		}
		goquOperands(s, word, ", ", "", l.Args)
	}
}
