package gosrc

import "bytes"

// stripped is Go source without the bodies of functions that give no string: blanks
// stand for them, so that the rest keeps its place. It trusts that the source is
// formatted; what comes of other source may not parse.
func stripped(src []byte) []byte {
	out := bytes.Clone(src)
	for at := 0; at >= 0; at = nextLine(src, at) {
		if !bytes.HasPrefix(src[at:], []byte("func ")) {
			continue
		}
		open := bodyOf(src, at)
		if open < 0 {
			continue
		}
		end := bytes.Index(src[open:], []byte("\n}"))
		if end < 0 {
			return out
		}
		if !givesText(src[at:open]) {
			blank(out[open+1 : open+end])
		}
		at = open + end
	}
	return out
}

// nextLine returns where the line behind offset begins; -1 at the end.
func nextLine(src []byte, offset int) int {
	n := bytes.IndexByte(src[offset:], '\n')
	if n < 0 || offset+n+1 >= len(src) {
		return -1
	}
	return offset + n + 1
}

// bodyOf returns the offset of the brace that opens the body of the function that
// is declared at an offset; -1 when that is on one line, or has none.
func bodyOf(src []byte, offset int) int {
	const longest = 4096 // bytes of a signature
	depth := 0
	for i := offset; i < min(len(src), offset+longest); i++ {
		switch src[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '"', '`', '/':
			return -1 // a tag or comment: leave it
		case '\n':
			if depth > 0 {
				continue
			}
			head := bytes.TrimRight(src[offset:i], " \t\r")
			before, ok := bytes.CutSuffix(head, []byte("{"))
			before = bytes.TrimRight(before, " ")
			if !ok || bytes.HasSuffix(before, []byte("interface")) || bytes.HasSuffix(before, []byte("struct")) {
				return -1
			}
			return offset + len(head) - 1
		}
	}
	return -1
}

// givesText says whether a signature may have a string for its first result.
func givesText(signature []byte) bool {
	end := bytes.LastIndexByte(signature, ')')
	rest := signature[end+1:]
	if len(bytes.TrimSpace(rest)) > 0 {
		return bytes.Contains(rest, []byte("string"))
	}
	// In parentheses: results, or else the parameters alone.
	depth := 0
	for i := end; i >= 0; i-- {
		switch signature[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				first, _, _ := bytes.Cut(signature[i:end], []byte(","))
				return bytes.Contains(first, []byte("string")) || bytes.Contains(signature[i:end], []byte(" string"))
			}
		}
	}
	return true
}

// blank leaves nothing but the ends of the lines.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}
