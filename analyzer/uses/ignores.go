package uses

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// ignores finds the comments of Go files that silence findings:
//
//	//expandcheck:ignore RULE, RULE: REASON
//	//nolint:expandcheck // REASON
//
// Each speaks of the line that it stands on, or of the statement or declaration
// directly below it.
func ignores(s *gosrc.Scan) []schema.Ignore {
	var out []schema.Ignore
	for _, f := range s.Files {
		if silences(f.Text) {
			out = append(out, ignoresIn(f)...)
		}
	}
	return out
}

// silences says whether a text may hold such a comment: most that begin so are for
// other linters.
func silences(text []byte) bool {
	for rest := text; ; {
		i := bytes.Index(rest, []byte("//nolint:"))
		if i < 0 {
			break
		}
		line, behind, _ := bytes.Cut(rest[i:], []byte("\n"))
		if bytes.Contains(line, []byte("expandcheck")) || bytes.Contains(line, []byte("all")) {
			return true
		}
		rest = behind
	}
	return bytes.Contains(text, []byte("//expandcheck:ignore"))
}

func ignoresIn(f gosrc.Source) []schema.Ignore {
	fset := token.NewFileSet()
	syntax, _ := parser.ParseFile(fset, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution) // what is broken is read as far as it goes
	if syntax == nil {
		return nil
	}
	var out []schema.Ignore
	for _, group := range syntax.Comments {
		for _, c := range group.List {
			g, ok := ignoreOf(c.Text)
			if !ok {
				continue
			}
			at := fset.Position(c.Pos())
			g.Pos = schema.Position{File: f.Name, Line: at.Line, Column: at.Column, EndLine: at.Line, EndColumn: at.Column + len(c.Text)}
			g.From, g.To = at.Line, at.Line
			if alone(f.Text, at.Offset) {
				g.From, g.To = below(fset, syntax, fset.Position(group.End()).Line+1)
			}
			out = append(out, g)
		}
	}
	return out
}

// ignoreOf reads one comment.
func ignoreOf(comment string) (schema.Ignore, bool) {
	if rest, ok := strings.CutPrefix(comment, "//nolint:"); ok {
		names, reason, _ := strings.Cut(rest, "//")
		for name := range strings.SplitSeq(names, ",") {
			if name = strings.TrimSpace(name); name == "expandcheck" || name == "all" {
				return schema.Ignore{Foreign: true, Reason: strings.TrimSpace(reason)}, true
			}
		}
		return schema.Ignore{}, false
	}
	for _, d := range sqltext.Directives(comment, []sqltext.Span{{Start: 0, End: len(comment)}}) {
		if strings.HasPrefix(comment, "//expandcheck:") && d.Name == "ignore" {
			return schema.Ignore{Rules: d.Args, Reason: d.Reason}, true
		}
	}
	return schema.Ignore{}, false
}

// alone says whether nothing but blanks stands before offset on its line.
func alone(text []byte, offset int) bool {
	line := text[bytes.LastIndexByte(text[:offset], '\n')+1 : offset]
	return len(bytes.TrimSpace(line)) == 0
}

// below returns the lines of the largest statement, declaration, field or element
// that begins on a line; that line alone when nothing does.
func below(fset *token.FileSet, f *ast.File, line int) (from, to int) {
	from, to = line, line
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		begin, end := fset.Position(n.Pos()).Line, fset.Position(n.End()).Line
		if n == ast.Node(f) || end < line {
			return n == ast.Node(f)
		}
		if d, ok := n.(*ast.FuncDecl); ok { // its comment is a part of it
			begin = fset.Position(d.Type.Pos()).Line
		}
		if begin == line && end > to {
			to = end
			return false
		}
		return true
	})
	return from, to
}
