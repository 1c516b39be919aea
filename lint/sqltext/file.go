// Package sqltext reads SQL as text: it knows where tokens, statements,
// comments and placeholders are, and nothing of what they mean.
package sqltext

import (
	"sort"
	"strings"
	"sync"
)

// A File is one text that SQL is read from. Every offset in this package is a
// byte offset into Text.
//
// Text is what is read; it differs from the file on disk where placeholders
// were filled. Position and Line speak of the file on disk.
type File struct {
	Name string // slash-separated, relative to the root that is linted
	Text string

	original string
	edits    []edit
	holes    []Hole // placeholders without a value, in order
	blocks   []Hole // conditions without a value, in order
	once     sync.Once
	lines    []uint32 // offset in original of the start of each line
}

// An edit says that Text[at:at+newLen] stands for original[from:from+oldLen].
type edit struct {
	at, newLen   int
	from, oldLen int
}

// NewFile returns a file whose text is read as it is.
func NewFile(name, text string) *File {
	return &File{Name: name, Text: text, original: text}
}

// A Position is a place in the file on disk: lines and columns start at 1,
// columns count bytes.
type Position struct{ Line, Column int }

// Position returns the place on disk of an offset in Text.
func (f *File) Position(offset int) Position {
	return f.onDisk(f.originalOffset(offset))
}

// onDisk returns the place of an offset in the file on disk.
func (f *File) onDisk(o int) Position {
	f.once.Do(f.index)
	line := sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > o })
	return Position{Line: line, Column: o - int(f.lines[line-1]) + 1}
}

// Line returns line n of the file on disk, without its line ending.
// It is empty when there is no such line.
func (f *File) Line(n int) string {
	f.once.Do(f.index)
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.original)
	if n < len(f.lines) {
		end = int(f.lines[n]) - 1
	}
	return strings.TrimSuffix(f.original[f.lines[n-1]:end], "\r")
}

func (f *File) index() {
	f.lines = make([]uint32, 1, strings.Count(f.original, "\n")+1)
	for i := 0; ; {
		n := strings.IndexByte(f.original[i:], '\n')
		if n < 0 {
			return
		}
		i += n + 1
		f.lines = append(f.lines, uint32(i))
	}
}

func (f *File) originalOffset(offset int) int {
	offset = min(max(offset, 0), len(f.Text))
	i := sort.Search(len(f.edits), func(i int) bool { return f.edits[i].at > offset })
	if i == 0 {
		return min(offset, len(f.original))
	}
	e := f.edits[i-1]
	if offset < e.at+e.newLen {
		return e.from
	}
	return min(e.from+e.oldLen+offset-(e.at+e.newLen), len(f.original))
}

// Original returns the text of the file on disk.
func (f *File) Original() string { return f.original }
