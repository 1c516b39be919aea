package sqltext

import "strings"

// Chunks cuts text[from:to] at every delimiter that stands outside of quotes
// and comments. The delimiter may be white space.
func Chunks(text string, from, to int, delimiter string, mode Mode) []Span {
	var out []Span
	lx := NewLexer(text, from, to, mode)
	if strings.TrimSpace(delimiter) == delimiter {
		lx.delimiter = delimiter
	}
	at := from // search from here
	for delimiter != "" {
		n := strings.Index(text[at:to], delimiter)
		if n < 0 {
			break
		}
		at += n
		if t := lx.reach(at); t.Start < at && at < t.End {
			at = t.End
			continue
		}
		out = append(out, Span{from, at})
		from = at + len(delimiter)
		at = from
		lx.pos = from
	}
	return append(out, Span{from, to})
}

// reach reads on to the token that ends after offset. It returns an empty one
// when the offset stands in no quote or comment.
func (l *Lexer) reach(offset int) Token {
	for l.pos <= offset {
		t := l.Next()
		switch t.Kind {
		case EOF:
			return Token{}
		case String, QuotedName, Comment:
			if t.End > offset {
				return t
			}
		default:
			if t.End > offset {
				l.pos = min(l.pos, max(t.Start, offset))
				return Token{}
			}
		}
	}
	return Token{}
}

// Blank returns a file in whose text the spans are blanks; on disk it is f.
func Blank(f *File, spans []Span) *File {
	text := []byte(f.Text)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	return &File{Name: f.Name, Text: string(text), original: f.original, edits: f.edits, holes: f.holes, blocks: f.blocks}
}
