package gosrc

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// importsOf returns the paths that a file imports; what is broken has none.
func importsOf(text []byte) []string {
	text = head(text)
	if paths, ok := plainImports(text); ok {
		return paths
	}
	syntax, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly|parser.SkipObjectResolution)
	if syntax == nil {
		return nil
	}
	out := make([]string, len(syntax.Imports))
	for i, spec := range syntax.Imports {
		out[i] = strings.Trim(spec.Path.Value, "`\"")
	}
	return out
}

// head is the text up to the first declaration that is no import, as far as the
// beginnings of lines tell.
func head(text []byte) []byte {
	named := false
	for at := 0; at >= 0; at = nextLine(text, at) {
		line := text[at:]
		if !named {
			named = bytes.HasPrefix(line, []byte("package "))
			continue
		}
		for _, word := range [...]string{"func ", "type ", "var ", "const "} {
			if len(line) >= len(word) && string(line[:len(word)]) == word {
				return text[:at]
			}
		}
	}
	return text
}

// plainImports reads imports that stand as gofmt puts them, each on a line of its own,
// without the parser: these are nearly all. It leaves every other form, and what is
// broken, to the parser.
func plainImports(head []byte) (paths []string, ok bool) {
	named, grouped := false, false
	for line := range bytes.Lines(head) {
		line = bytes.Trim(line, " \t\r\n")
		if !plainText(line) {
			return nil, false
		}
		if len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		switch rest, imports := bytes.CutPrefix(line, []byte("import ")); {
		case !named:
			if named = packageClause(line); !named {
				return nil, false
			}
		case grouped && len(line) == 1 && line[0] == ')':
			grouped = false
		case !grouped && imports && len(rest) == 1 && rest[0] == '(':
			grouped = true
		case grouped || imports:
			if !imports {
				rest = line
			}
			imported, ok := importSpec(rest)
			if !ok {
				return nil, false
			}
			paths = append(paths, imported)
		default:
			return nil, false
		}
	}
	return paths, named && !grouped
}

// plainText says whether a line has nothing that could stop the scanner.
func plainText(line []byte) bool {
	for _, c := range line {
		if c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}

func packageClause(line []byte) bool {
	name, ok := bytes.CutPrefix(line, []byte("package "))
	return ok && token.IsIdentifier(string(name)) && string(name) != "_"
}

// importSpec reads a path, with a name before it or a comment behind it.
func importSpec(spec []byte) (imported string, ok bool) {
	name, rest, ok := bytes.Cut(spec, []byte("\""))
	if name = bytes.TrimRight(name, " \t"); !ok || len(name) > 0 && string(name) != "." && !token.IsIdentifier(string(name)) {
		return "", false
	}
	of, rest, ok := bytes.Cut(rest, []byte("\""))
	if rest = bytes.TrimLeft(rest, " \t"); !ok || len(of) == 0 || len(rest) > 0 && !bytes.HasPrefix(rest, []byte("//")) {
		return "", false
	}
	isWord := wordByte()
	for _, c := range of {
		if !isWord[c] && strings.IndexByte("./-~+", c) < 0 {
			return "", false
		}
	}
	return string(of), true
}

// spellingImports are the import paths of the packages that a constant or variable adds
// something of to a text: a.Select + " WHERE id = ?".
func (pkg *Package) spellingImports() []string {
	var out []string
	for _, f := range pkg.Files {
		names := map[string]bool{}
		for _, d := range f.Syntax.Decls {
			if gen, ok := d.(*ast.GenDecl); ok && (gen.Tok == token.CONST || gen.Tok == token.VAR) {
				addedPackages(gen, names)
			}
		}
		if len(names) == 0 {
			continue
		}
		for _, spec := range f.Syntax.Imports {
			imported := strings.Trim(spec.Path.Value, "`\"")
			name := packageName(imported)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			if names[name] || name == "." {
				out = append(out, imported)
			}
		}
	}
	return out
}

// addedPackages notes the names of packages in sums. A name of another package that
// stands there by itself may be of one that is imported with a dot.
func addedPackages(gen *ast.GenDecl, names map[string]bool) {
	var add func(e ast.Expr)
	add = func(e ast.Expr) {
		switch e := ast.Unparen(e).(type) {
		case *ast.BinaryExpr:
			if e.Op == token.ADD {
				add(e.X)
				add(e.Y)
			}
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok {
				names[id.Name] = true
			}
		case *ast.Ident:
			names["."] = true
		}
	}
	for _, spec := range gen.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok {
			for _, e := range v.Values {
				if sum, is := ast.Unparen(e).(*ast.BinaryExpr); is {
					add(sum)
				}
			}
		}
	}
}
