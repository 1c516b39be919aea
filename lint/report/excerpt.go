package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const (
	tabWidth = 4
	cut      = "…"
)

// A cell is what is shown of one character of a source line.
type cell struct {
	text   string
	offset int // in the line, in bytes
	column int // where it starts on the screen
}

// cellsOf lays out a line. The last cell is its end.
func cellsOf(line string) []cell {
	out := make([]cell, 0, len(line)+1)
	column := 0
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		c := cell{visible(r, line[i:i+size]), i, column}
		if r == '\t' {
			c.text = strings.Repeat(" ", tabWidth-column%tabWidth)
		}
		out = append(out, c)
		column += widthOf(c.text)
		i += size
	}
	return append(out, cell{"", len(line), column})
}

// indexOf returns the cell that holds a byte of the line.
func indexOf(cells []cell, offset int) int {
	for i, c := range cells {
		if c.offset >= offset {
			return i
		}
	}
	return len(cells) - 1
}

// An excerpt is as much of a line as there is room for; from and to are the
// columns of its marked piece.
type excerpt struct {
	text     string
	from, to int
}

// excerptOf lays out a line around line[from:to] in a number of columns.
func excerptOf(line string, from, to, room int) excerpt {
	line, from, to = shorten(line, from, to, 8*room)
	cells := cellsOf(line)
	start, end := cells[indexOf(cells, from)].column, cells[indexOf(cells, to)].column
	first, last := 0, len(cells)-1
	if cells[last].column > room {
		first, last = window(cells, start, end, room-2*len([]rune(cut)))
	}
	var b strings.Builder
	shift := -cells[first].column
	if first > 0 {
		b.WriteString(cut)
		shift++
	}
	for _, c := range cells[first:last] {
		b.WriteString(c.text)
	}
	if last < len(cells)-1 {
		b.WriteString(cut)
	}
	return excerpt{b.String(), start + shift, min(end, cells[last].column) + shift}
}

// window returns the cells to show where there is no room for all: from the
// start of the line if the marked piece is then seen, else from shortly before it.
func window(cells []cell, start, end, room int) (first, last int) {
	if end > room {
		for cells[first].column < start-room/4 {
			first++
		}
	}
	last = first
	for last+1 < len(cells) && cells[last+1].column-cells[first].column <= room {
		last++
	}
	return first, last
}

// shorten cuts a very long line down to about size bytes on each side of what
// is marked, before any work is put into laying it out.
func shorten(line string, from, to, size int) (string, int, int) {
	if len(line) <= 3*size {
		return line, from, to
	}
	low, high := max(from-size, 0), min(from+size, len(line))
	for low > 0 && !utf8.RuneStart(line[low]) {
		low--
	}
	for high < len(line) && !utf8.RuneStart(line[high]) {
		high++
	}
	out := line[low:high]
	if high < len(line) {
		out += cut
	}
	from, to = from-low, min(to, high)-low
	if low > 0 {
		out, from, to = cut+out, from+len(cut), to+len(cut)
	}
	return out, from, to
}

// visible returns what to show of a character. What would move the cursor,
// reorder the text or cannot be seen is shown by its number.
func visible(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case unicode.IsPrint(r):
		return raw
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// printable makes a text safe to show; line ends stay.
func printable(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == '\n' {
			b.WriteByte('\n')
		} else {
			b.WriteString(visible(r, text[i:i+size]))
		}
		i += size
	}
	return b.String()
}

// widthOf returns how many columns a terminal gives to a text.
func widthOf(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// wrap breaks a text into lines of at most room columns, between words. Line
// ends that are there stay.
func wrap(text string, room int) []string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, used := "", 0
		for _, word := range words(paragraph, room) {
			w := widthOf(word)
			if used > 0 && used+1+w > room {
				out = append(out, line)
				line, used = "", 0
			}
			if used > 0 {
				line += " "
				used++
			}
			line += word
			used += w
		}
		out = append(out, line)
	}
	return out
}

// words splits a paragraph at blanks. Code in backquotes stays together, so that
// it can be copied, if a line can hold it.
func words(paragraph string, room int) []string {
	var out []string
	rest := strings.Split(paragraph, " ")
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && strings.Count(strings.Join(rest[:n], ""), "`")%2 == 1 {
			n++
		}
		word := strings.Join(rest[:n], " ")
		if widthOf(word) > room || strings.Count(word, "`")%2 == 1 {
			n, word = 1, rest[0]
		}
		out = append(out, word)
		rest = rest[n:]
	}
	return out
}
