package gosrc

import (
	"bytes"
	"go/ast"
	"path"
	"slices"
)

// A named is a function, by its name, and the directory whose files may name it: ""
// for every one.
type named struct{ name, dir string }

// Names says whether some file of the tree, loaded or not, names a function other than
// where it is declared; true when the tree is not known.
func (p *Program) Names(function *ast.FuncDecl) bool {
	of, here := named{name: function.Name.Name}, path.Dir(p.Position(function.Pos()).Filename)
	if !function.Name.IsExported() {
		of.dir = here
	}
	p.namedMu.Lock()
	defer p.namedMu.Unlock()
	if known, ok := p.named[of]; ok {
		return known
	}
	if p.named == nil {
		p.named = map[named]bool{}
	}
	says := func(f Source) bool { return names(f.Text, []byte(of.name)) }
	out := len(p.scan.Files) == 0 || slices.ContainsFunc(p.scan.dir(here), says) ||
		of.dir == "" && slices.ContainsFunc(p.scan.Files, says) // most are named beside where they are declared
	p.named[of] = out
	return out
}

// names says whether a text has a word other than in a declaration or a comment that
// has its line to itself.
func names(text, word []byte) bool {
	return someWord(text, word, func(from, _ int) bool {
		line := lineBefore(text, from)
		declares := bytes.Equal(line, []byte("func")) || bytes.HasPrefix(line, []byte("func (")) && bytes.HasSuffix(line, []byte(")"))
		return !declares && !bytes.HasPrefix(line, []byte("//"))
	})
}

// someWord says whether is holds for a place where a text has a word.
func someWord(text, word []byte, is func(from, to int) bool) bool {
	isWord := wordByte()
	for at := 0; ; {
		i := bytes.Index(text[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		at = to
		part := from > 0 && isWord[text[from-1]] || to < len(text) && isWord[text[to]]
		if !part && is(from, to) {
			return true
		}
	}
}

// lineBefore is what stands before an offset on its line.
func lineBefore(text []byte, offset int) []byte {
	return bytes.TrimSpace(text[bytes.LastIndexByte(text[:offset], '\n')+1 : offset])
}
