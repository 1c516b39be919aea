// Package mutate changes Go source so that it still parses, for fuzzing.
package mutate

import (
	"go/ast"
	"go/parser"
	"go/token"
)

// maxSource keeps what is copied into itself from growing without end.
const maxSource = 1 << 14

// Go puts expressions in the place of other expressions of the file, and
// statements in the place of other statements, as three bytes of edits each say.
func Go(src string, edits []byte) string {
	for ; len(edits) >= 3 && len(src) < maxSource; edits = edits[3:] {
		src = edit(src, edits[0], int(edits[1]), int(edits[2]))
	}
	return src
}

func edit(src string, op byte, from, to int) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if f == nil || err != nil {
		return src
	}
	var exprs, stmts []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case ast.Expr:
			exprs = append(exprs, n)
		case ast.Stmt:
			stmts = append(stmts, n)
		}
		return true
	})
	nodes := exprs
	if op%2 == 1 {
		nodes = stmts
	}
	if len(nodes) == 0 {
		return src
	}
	text := func(n ast.Node) (int, int) {
		return fset.Position(n.Pos()).Offset, min(fset.Position(n.End()).Offset, len(src))
	}
	a, b := text(nodes[from%len(nodes)])
	c, d := text(nodes[to%len(nodes)])
	if a > b || c > d {
		return src
	}
	if op%4 == 3 { // a statement goes behind another
		return src[:d] + "\n" + src[a:b] + "\n" + src[d:]
	}
	return src[:c] + src[a:b] + src[d:]
}
