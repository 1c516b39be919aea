package gosrc

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A wordSet finds words in text. Words are compared in lower case and without
// underscores: star_count is StarCount.
type wordSet struct {
	words  map[string]bool
	starts [256]bool // bytes that a word can start with
	sizes  [maxWord + 1]bool
}

const maxWord = 64 // the longest name that MySQL takes

func newWordSet(words []string) *wordSet {
	s := &wordSet{words: map[string]bool{}}
	s.add(words)
	return s
}

func (s *wordSet) add(words []string) {
	for _, w := range words {
		w = fold(w)
		if w == "" || len(w) > maxWord {
			continue
		}
		s.words[w] = true
		s.sizes[len(w)] = true
		s.starts[w[0]] = true
		s.starts[strings.ToUpper(w[:1])[0]] = true
	}
}

// hasAll says whether the words are all of the set.
func (s *wordSet) hasAll(words []string) bool {
	return s != nil && !slices.ContainsFunc(words, func(w string) bool { return !s.words[fold(w)] })
}

func fold(w string) string { return strings.ToLower(strings.ReplaceAll(w, "_", "")) }

var wordByte = sync.OnceValue(func() *[256]bool {
	var t [256]bool
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
	}
	return &t
})

// in reports whether text holds one of the words.
func (s *wordSet) in(text []byte) bool {
	found := false
	s.each(text, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// each calls do with where the words stand in text until it returns false.
func (s *wordSet) each(text []byte, do func(from, to int) bool) {
	if len(s.words) == 0 {
		return
	}
	is := wordByte()
	var buf [maxWord]byte
	for i := 0; i < len(text); {
		if !is[text[i]] {
			i++
			continue
		}
		from := i
		for text[i] == '_' && i+1 < len(text) {
			i++
		}
		if !s.starts[text[i]] {
			for i < len(text) && is[text[i]] {
				i++
			}
			continue
		}
		n, fits := 0, true
		for ; i < len(text) && is[text[i]]; i++ {
			c := text[i]
			switch {
			case c == '_':
				continue
			case n == maxWord:
				fits = false
				continue
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			}
			buf[n] = c
			n++
		}
		if fits && s.sizes[n] && s.words[string(buf[:n])] && !do(from, i) {
			return
		}
	}
}

// inStrings reports whether one of the string literals holds one of the words where SQL
// has the name of a table.
func (s *wordSet) inStrings(literals iter.Seq[[]byte]) bool {
	for literal := range literals {
		literal, found := spaced(literal), false
		s.each(literal, func(from, to int) bool {
			found = placedAsTable(literal, from, to)
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// isLiteral reports whether one of the string literals is one of the names, perhaps with
// another name for it.
func isLiteral(literals iter.Seq[[]byte], names map[string]bool) bool {
	const longest = 2*maxWord + len(`" AS "`)
	for literal := range literals {
		if len(literal) > longest {
			continue
		}
		name := bytes.Trim(literal, "`\"")
		if i := bytes.IndexByte(name, ' '); i > 0 {
			name = name[:i]
		}
		if names[string(name)] {
			return true
		}
	}
	return false
}

// inLiterals reports whether one of the string literals holds one of the words.
func (s *wordSet) inLiterals(literals iter.Seq[[]byte]) bool {
	for literal := range literals {
		if s.in(literal) {
			return true
		}
	}
	return false
}

// spaced is a literal with white space for the escapes that are some.
func spaced(literal []byte) []byte {
	if literal[0] != '"' || bytes.IndexByte(literal, '\\') < 0 {
		return literal
	}
	out := bytes.Clone(literal)
	for i := 0; i+1 < len(out); i++ {
		if out[i] == '\\' {
			if c := out[i+1]; c == 'n' || c == 't' || c == 'r' {
				out[i], out[i+1] = ' ', ' '
				if c == 'n' { // a comment ends there
					out[i] = '\n'
				}
			}
			i++
		}
	}
	return out
}

// placedAsTable says whether a word of a literal stands where a table can: first,
// before a dot, behind a comma, a dot, or a word that the name of a table follows.
func placedAsTable(literal []byte, from, to int) bool {
	after := bytes.TrimLeft(literal[to:], "`\"'\\")
	if len(after) > 0 && after[0] == '.' {
		return true
	}
	before := bytes.TrimRight(literal[:from], " \t\r\n`\"'\\([{")
	if len(before) == 0 {
		return true
	}
	switch c := before[len(before)-1]; {
	case c == ',' || c == '.':
		return true
	case c == '/':
		return bytes.HasSuffix(before, []byte("*/"))
	case !wordByte()[c]:
		return false
	}
	start := len(before)
	for start > 0 && wordByte()[before[start-1]] {
		start--
	}
	switch lead := before[start:]; {
	case bytes.EqualFold(lead, []byte("on")): // CREATE TRIGGER … ON star FOR EACH ROW, GRANT … ON star
		return lead[0] == 'O' || eachRow().Match(after) || namesBehindOn().Match(literal)
	case bytes.EqualFold(lead, []byte("in")):
		return showsColumns().Match(literal)
	default:
		return leadsTable().in(lead)
	}
}

// namesBehindOn finds the statements that name a table behind ON, showsColumns those that
// do behind IN.
var (
	namesBehindOn = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?i)^[\"`\\s]*(?:grant|revoke|drop|create)\\b")
	})
	showsColumns = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bshow\b.*\b(?:columns|fields|index|indexes|keys)\b`)
	})
)

var eachRow = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s+for\s+each\b`) })

// leadsTable are the words that the name of a table follows.
var leadsTable = sync.OnceValue(func() *wordSet {
	return newWordSet(strings.Fields("from join like straight_join into update table tables truncate replace insert delete ignore quick delayed low_priority high_priority only using handler desc describe explain exists index cache references"))
})

// literals are the string literals of Go code, with their quotes.
func literals(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 0; i < len(text); {
			n := bytes.IndexAny(text[i:], "\"`'/")
			if n < 0 {
				return
			}
			i += n
			var end int
			switch text[i] {
			case '/':
				end = behindComment(text, i)
			case '`':
				end = behind(text, i+1, '`', false)
			default:
				end = behind(text, i+1, text[i], true)
			}
			if c := text[i]; (c == '"' || c == '`') && !yield(text[i:end]) {
				return
			}
			i = end
		}
	}
}

var sqlWords = sync.OnceValue(func() *wordSet {
	return newWordSet([]string{"select", "insert", "update", "delete", "replace", "from", "join", "into", "table", "truncate", "set", "where", "values"})
})

// behindComment returns where a comment that may start at i ends.
func behindComment(text []byte, i int) int {
	if i+1 >= len(text) {
		return i + 1
	}
	var n int
	switch text[i+1] {
	case '/':
		n = bytes.IndexByte(text[i:], '\n')
	case '*':
		if n = bytes.Index(text[i+2:], []byte("*/")); n >= 0 {
			n += 4
		}
	default:
		return i + 1
	}
	if n < 0 {
		return len(text)
	}
	return i + n
}

// behind returns where a literal ends that quote closes.
func behind(text []byte, i int, quote byte, escapes bool) int {
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && escapes:
			i++
		case c == quote:
			return i + 1
		case c == '\n' && escapes:
			return i
		}
	}
	return len(text)
}
