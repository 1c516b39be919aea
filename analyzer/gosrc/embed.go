package gosrc

import (
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

func pos(n int) token.Pos { return token.Pos(n) }

// embedded is a variable that //go:embed fills with one file.
func (f *frame) embedded(v *variable, use ast.Expr) Value {
	if strings.ContainsAny(v.embed, "*?[ ") {
		return Unknown{Why: "embedded files", Expr: use}
	}
	data, err := fs.ReadFile(f.w.Program.fsys, path.Join(v.pkg.Dir, v.embed))
	if err != nil {
		return Unknown{Why: "embedded file " + v.embed + " cannot be read", Expr: use}
	}
	return placed(string(data), use.Pos())
}
