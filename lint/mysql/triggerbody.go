package mysql

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// plainBody returns the body of a trigger as statements one after the other, each
// where it stood: what only tells which of them run is blanked out, and a
// condition becomes a DO. Local variables are added to those of the input.
func plainBody(text string, in *QueryInput) string {
	b := &bodyText{out: []byte(text)}
	b.text, b.toks = text, sqltext.Tokens(text, 0, len(text), 0)
	if !b.is(0, "BEGIN", "IF", "CASE", "WHILE", "REPEAT", "LOOP", "RETURN") && !b.is(1, ":") {
		return text
	}
	for i := 0; i < len(b.toks); {
		i = b.step(i)
	}
	in.Variables = append(slices.Clip(in.Variables), b.variables...)
	return string(b.out)
}

// isCompound says whether a text begins like a block of statements, which some servers
// run as it is.
func isCompound(text string) bool {
	from, to := firstWord(text, 0)
	switch strings.ToUpper(text[from:to]) {
	case "BEGIN":
		from, to = firstWord(text, to)
		return strings.EqualFold(text[from:to], "NOT")
	case "IF", "CASE", "WHILE", "LOOP", "REPEAT":
		return endsBlock().MatchString(text)
	}
	return false
}

var endsBlock = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bend\s+(?:if|case|while|loop|repeat)\b`) })

type bodyText struct {
	statement
	out       []byte
	variables []string
}

// step reads what begins at token i, and returns where the next one does.
func (b *bodyText) step(i int) int {
	switch {
	case b.is(i, ";"):
		return i + 1
	case b.seq(i, "BEGIN", "NOT", "ATOMIC"):
		return b.blank(i, i+3)
	case b.is(i, "BEGIN", "ELSE", "LOOP", "REPEAT"):
		return b.blank(i, i+1)
	case b.is(i, "END"):
		return b.blank(i, b.end(i))
	case b.isName(i) && b.is(i+1, ":") && !b.is(i+2, "="): // a label
		return b.blank(i, i+2)
	case b.is(i, "IF", "ELSEIF"):
		return b.condition(i, "THEN")
	case b.is(i, "WHILE"):
		return b.condition(i, "DO")
	case b.is(i, "RETURN"):
		b.blank(i, i+1)
		copy(b.out[b.toks[i].Start:], "DO")
		return b.end(i)
	case b.is(i, "CASE", "WHEN"):
		return b.blank(i, b.behind(i+1, "THEN"))
	case b.is(i, "UNTIL"):
		return b.blank(i, max(b.behind(i+1, "END")-1, i+1))
	case b.is(i, "DECLARE"):
		if b.isName(i+1) && !b.is(i+2, "HANDLER", "CONDITION", "CURSOR") {
			b.variables = append(b.variables, b.ident(i+1))
		}
		if !b.is(i+2, "HANDLER", "CURSOR") {
			return b.blank(i, b.end(i))
		}
		return b.blank(i, b.behind(i+1, "FOR"))
	}
	return b.end(i)
}

// end returns the index of the token that ends the statement at i.
func (b *bodyText) end(i int) int {
	for i < len(b.toks) && !b.is(i, ";") {
		i++
	}
	return i
}

// behind returns the index behind the next word that is not part of a CASE … END.
func (b *bodyText) behind(i int, word string) int {
	depth := 0
	for ; i < len(b.toks); i++ {
		switch {
		case b.is(i, word) && depth == 0:
			return i + 1
		case b.is(i, "CASE"):
			depth++
		case b.is(i, "END"):
			depth--
		}
	}
	return i
}

// blank takes out the tokens from i up to, and without, to.
func (b *bodyText) blank(i, to int) int {
	for _, t := range b.toks[i:min(to, len(b.toks))] {
		copy(b.out[t.Start:t.End], strings.Repeat(" ", t.End-t.Start))
	}
	return to
}

// condition makes a statement of its own of IF … THEN and the like.
func (b *bodyText) condition(i int, word string) int {
	to := b.behind(i+1, word)
	if to-1 <= i || !b.is(to-1, word) {
		return b.end(i)
	}
	b.blank(i, i+1)
	b.blank(to-1, to)
	copy(b.out[b.toks[i].Start:], "DO")
	b.out[b.toks[to-1].Start] = ';'
	return to
}
