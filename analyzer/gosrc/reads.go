package gosrc

import (
	"bytes"
	"go/types"
)

// Reads says whether some file of the tree, loaded or not, names a field other than to
// declare it or to set it; true when the tree is not known.
func (p *Program) Reads(field *types.Var) bool {
	if len(p.scan.Files) == 0 {
		return true
	}
	declared := p.Position(field.Pos())
	for _, f := range p.scan.Files {
		text := f.Text
		if f.Name == declared.Filename && declared.Offset+len(field.Name()) <= len(text) {
			text = bytes.Clone(text)
			copy(text[declared.Offset:], bytes.Repeat([]byte(" "), len(field.Name())))
		}
		if readsField(text, []byte(field.Name())) {
			return true
		}
	}
	return false
}

// Selecting returns the folders of the tree that name a field of some struct, .F or F:;
// false when the tree is not known.
func (p *Program) Selecting(field string) (dirs []string, known bool) {
	return p.scan.Selecting([]string{field}), len(p.scan.Files) > 0
}

// readsField says whether a text has a word other than where it is set, or in a comment
// that has its line to itself.
func readsField(text, word []byte) bool {
	return someWord(text, word, func(from, to int) bool {
		return !setsField(text[to:], from > 0 && text[from-1] == '.') && !bytes.HasPrefix(lineBefore(text, from), []byte("//"))
	})
}

// setsField says whether a field is set by what stands behind its name: x.F = v, or
// T{F: v}.
func setsField(behind []byte, selected bool) bool {
	by := byte(':')
	if selected {
		by = '='
		behind = bytes.TrimLeft(behind, " \t")
	}
	return len(behind) > 1 && behind[0] == by && behind[1] != '='
}
