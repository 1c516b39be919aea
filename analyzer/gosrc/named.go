package gosrc

import "bytes"

// Names says whether some file of the tree, loaded or not, names a function other than
// where it is declared; true when the tree is not known.
func (p *Program) Names(function string) bool {
	p.namedMu.Lock()
	defer p.namedMu.Unlock()
	if known, ok := p.named[function]; ok {
		return known
	}
	if p.named == nil {
		p.named = map[string]bool{}
	}
	out := len(p.scan.Files) == 0
	for _, f := range p.scan.Files {
		if out = out || names(f.Text, []byte(function)); out {
			break
		}
	}
	p.named[function] = out
	return out
}

// names says whether a text has a word other than in a declaration or a comment that
// has its line to itself.
func names(text, word []byte) bool {
	isWord := wordByte()
	for at := 0; ; {
		i := bytes.Index(text[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		at = to
		if from > 0 && isWord[text[from-1]] || to < len(text) && isWord[text[to]] {
			continue
		}
		line := bytes.TrimSpace(text[bytes.LastIndexByte(text[:from], '\n')+1 : from])
		declares := bytes.Equal(line, []byte("func")) || bytes.HasPrefix(line, []byte("func (")) && bytes.HasSuffix(line, []byte(")"))
		if !declares && !bytes.HasPrefix(line, []byte("//")) {
			return true
		}
	}
}
