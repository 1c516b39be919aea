package gosrc

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

const embedDirective = "//go:embed "

// maxEmbedded is how large an embedded file may be: what is larger is data.
const maxEmbedded = 1 << 20

// embedded is a variable that //go:embed fills with one file.
func (f *frame) embedded(v *variable, use ast.Expr) Value {
	if strings.ContainsAny(v.embed, "*?[ ") || !strings.Contains(v.embed, ".") {
		return Unknown{Why: "embedded files", Expr: use}
	}
	return f.w.Program.embeddedFile(path.Join(v.pkg.Dir, v.embed), use)
}

// embeddedFile is the text of an embedded file, which stands in that file.
func (p *Program) embeddedFile(name string, use ast.Expr) Value {
	p.embeddedMu.Lock()
	defer p.embeddedMu.Unlock()
	if v, ok := p.embeddedTexts[name]; ok {
		return v
	}
	v := p.readEmbedded(name, use)
	if p.embeddedTexts == nil {
		p.embeddedTexts = map[string]Value{}
	}
	p.embeddedTexts[name] = v
	return v
}

func (p *Program) readEmbedded(name string, use ast.Expr) Value {
	data, err := fs.ReadFile(p.fsys, name)
	switch {
	case err != nil:
		return Unknown{Why: "embedded file " + name + " cannot be read", Expr: use}
	case len(data) > maxEmbedded:
		return Unknown{Why: "embedded file " + name + " is too large", Expr: use}
	case len(data) == 0:
		return Text{}
	}
	file := p.Fset.AddFile(filepath.Join(p.root, name), -1, len(data))
	file.SetLinesForContent(data)
	return Text{{Text: string(data), Pos: token.Pos(file.Base()), Verbatim: true}}
}

// readFile evaluates the method ReadFile of an embed.FS, and fs.ReadFile of one.
func (f *frame) readFile(call *ast.CallExpr, owner ast.Expr, name Value) (Value, bool) {
	v := f.variableOf(owner)
	s, ok := known(name)
	if v == nil || v.embed == "" || !ok || !fs.ValidPath(s) {
		return nil, false
	}
	return f.w.Program.embeddedFile(path.Join(v.pkg.Dir, s), call), true
}

// variableOf is the variable of package level that an expression names, or nil.
func (f *frame) variableOf(e ast.Expr) *variable {
	var obj types.Object
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		obj = f.pkg.Info.Uses[e]
	case *ast.SelectorExpr:
		obj = f.pkg.Info.Uses[e.Sel]
	}
	return f.w.Program.vars[obj]
}

// embedsSQL says whether a Go file embeds SQL files, templates that may make SQL, or
// folders that may hold some.
func embedsSQL(text []byte) bool {
	for len(text) > 0 {
		i := bytes.Index(text, []byte(embedDirective))
		if i < 0 {
			return false
		}
		text = text[i+len(embedDirective):]
		line, _, _ := bytes.Cut(text, []byte("\n"))
		for pattern := range bytes.FieldsSeq(line) {
			switch ext := path.Ext(strings.Trim(string(pattern), "`\"")); ext {
			case "", ".sql", ".tmpl", ".gotmpl", ".tpl":
				return true
			default:
				if strings.ContainsAny(ext, "*?[") {
					return true
				}
			}
		}
	}
	return false
}
