package migration

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// goose and sql-migrate read a file line by line: a statement ends with a line
// whose last word ends in a semicolon, except between StatementBegin and
// StatementEnd.

// mark is what a line says to such a tool.
type mark uint8

const (
	noMark mark = iota
	markUp
	markDown
	markBegin
	markEnd
	markNoTx
	markOther // nothing that matters here
)

// a lineReader divides one file. mark tells what a line is to the tool.
type lineReader struct {
	r      *reader
	f      *sqltext.File
	tool   string
	prefix string // -- +goose
	mark   func(line string) (m mark, noTx bool, problem string)

	parts   parts
	way     way // both: before the first marker
	inBlock bool
	from    int // where the next piece begins
	content int // where the SQL in it begins; -1 when there is none so far
}

func (l *lineReader) read() parts {
	l.content = -1
	text := l.f.Text
	for start, end := range lines(text) {
		line := text[start:end]
		m, noTx, problem := l.mark(line)
		if problem != "" {
			l.r.refuse(l.f, start, problem, "")
		}
		l.parts.noTx = l.parts.noTx || noTx
		if m != noMark {
			l.marker(m, start, end)
			continue
		}
		l.sql(line, start, end)
	}
	l.finish()
	return l.parts
}

func (l *lineReader) sql(line string, start, end int) {
	if l.content < 0 {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "--") {
			return
		}
		l.content = start + strings.Index(line, trimmed)
		if l.way == both && len(l.parts.up) == 0 {
			l.r.refuse(l.f, l.content, "this stands before "+l.prefix+" Up: "+l.tool+" refuses the file or never runs it", "")
		}
	}
	if !l.inBlock && endsInSemicolon(line) {
		l.cut(end)
	}
}

func (l *lineReader) marker(m mark, start, end int) {
	switch m {
	case markUp, markDown:
		l.unterminated(start)
		l.inBlock = false
		l.way = up
		if m == markDown {
			l.way = down
			l.parts.hasDown = true
		}
		l.from = end
	case markBegin:
		l.inBlock = true
	case markEnd:
		if !l.inBlock {
			l.r.refuse(l.f, start, "this StatementEnd has no StatementBegin: "+l.tool+" refuses the file", "")
			return
		}
		l.inBlock = false
		if l.content >= 0 {
			l.cut(start)
		}
		l.from = end
	}
}

// cut ends a piece.
func (l *lineReader) cut(end int) {
	piece := sqltext.Span{Start: l.from, End: end}
	if l.way == down {
		l.parts.down = append(l.parts.down, piece)
	} else {
		l.parts.up = append(l.parts.up, piece)
	}
	l.from, l.content = end, -1
}

// unterminated reports what stands before offset and was not ended.
func (l *lineReader) unterminated(offset int) {
	refuses := l.tool + " refuses the file"
	if l.way == down {
		refuses = l.tool + " refuses to roll it back"
	}
	switch {
	case l.inBlock:
		l.r.refuse(l.f, max(l.content, l.from), "the "+l.prefix+" StatementEnd of this is missing: "+refuses, "")
	case l.content >= 0:
		l.r.refuse(l.f, l.content, "the semicolon at the end of this statement is missing: "+refuses, "end it with a semicolon, the last on its line")
	}
	if l.content >= 0 {
		l.cut(offset)
	}
}

func (l *lineReader) finish() {
	l.unterminated(len(l.f.Text))
	if l.way == both {
		l.r.problem(refused, l.f.Name, "this migration has no "+l.prefix+" Up line: "+l.tool+" refuses it", "put "+l.prefix+" Up above the first statement")
	}
}

// endsInSemicolon looks at the last word that is not commented out.
func endsInSemicolon(line string) bool {
	if !strings.Contains(line, ";") {
		return false
	}
	last := ""
	for word := range strings.FieldsSeq(line) {
		if strings.HasPrefix(word, "--") {
			break
		}
		last = word
	}
	return strings.HasSuffix(last, ";")
}
