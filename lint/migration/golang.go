package migration

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// Migrations written in Go: functions that hand SQL to the database. They are
// walked in the order in which they run, calls into the module's own functions
// included; what is not known of a text is a hole in the statement.

// goMigrations reads the Go files of a directory.
type goMigrations struct {
	program *gosrc.Program
	pkg     *gosrc.Package
	// register are the functions that a migration is registered with, and which
	// of their arguments run it up and down.
	register map[string]registration
}

// registration says which arguments of a call are the functions of a migration.
type registration struct{ up, down int }

// golang returns the Go files of the directory, typed; nil when they cannot be read.
func (r *reader) golang() *goMigrations {
	if r.goRead {
		return r.goFiles
	}
	r.goRead = true
	program, err := gosrc.Load(context.Background(), r.fsys, []string{r.dir})
	if err != nil || len(program.Packages) == 0 {
		return nil
	}
	r.goFiles = &goMigrations{program: program, pkg: program.Packages[0], register: r.layout.register}
	return r.goFiles
}

// takeGo adds a migration written in Go to m, or says there why it cannot be read.
func (r *reader) takeGo(m *Migration, f *file) {
	const unread = "written in Go"
	g := r.golang()
	if g == nil {
		m.Opaque = unread
		return
	}
	i := slices.IndexFunc(g.pkg.Files, func(have *gosrc.File) bool { return have.Name == f.path })
	if i < 0 {
		m.Opaque = unread + ", and does not parse"
		return
	}
	src := g.pkg.Files[i]
	up, down, found := g.registered(src)
	if !found {
		m.Opaque = unread + ", and nothing in the file registers it"
		return
	}
	if !isFunction(up) {
		m.Opaque = unread + ", and the function that it registers is not known"
		return
	}
	b := goStatements{r: r, g: g, file: src, source: string(src.Source)}
	m.Up = b.statements(up)
	m.Down = b.statements(down)
	m.HasDown = m.HasDown || isFunction(down)
	m.FileDirectives = append(m.FileDirectives, b.fileDirectives()...)
}

func isFunction(v gosrc.Value) bool {
	return slices.ContainsFunc(gosrc.Alternatives(v), func(a gosrc.Value) bool {
		_, ok := a.(*gosrc.Func)
		return ok
	})
}

// registered finds the functions that a file registers as its migration.
func (g *goMigrations) registered(f *gosrc.File) (up, down gosrc.Value, found bool) {
	w := &gosrc.Walker{Program: g.program}
	w.Call = func(c *gosrc.Call) {
		reg, ok := g.register[c.Callee.Name]
		if !ok || len(c.Args) <= reg.up {
			return
		}
		up, found = c.Args[reg.up], true
		if reg.down < len(c.Args) {
			down = c.Args[reg.down]
		}
	}
	for _, d := range f.Syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				w.Func(g.pkg, d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR {
					for _, e := range v.Values {
						w.Expr(g.pkg, e)
					}
				}
			}
		}
	}
	return up, down, found
}

// goStatements collects the statements of one Go file.
type goStatements struct {
	r      *reader
	g      *goMigrations
	file   *gosrc.File
	source string
	out    []Statement
	taken  map[token.Pos]bool // directives that stand above a statement
	from   token.Pos          // the function that is walked: it leads to what other files do
}

// statements walks a migration function.
func (b *goStatements) statements(v gosrc.Value) []Statement {
	b.out = nil
	for _, a := range gosrc.Alternatives(v) {
		fn, ok := a.(*gosrc.Func)
		if !ok {
			continue
		}
		b.from = token.NoPos
		switch {
		case fn.Lit != nil:
			b.from = fn.Lit.Pos()
		case fn.Obj != nil:
			b.from = fn.Obj.Pos()
		}
		w := &gosrc.Walker{Program: b.g.program, Follow: true, Call: b.call}
		w.Value(fn)
		if w.Exhausted() {
			b.add(b.hole(b.file.Syntax.Name, "the function loops or nests too much to be followed"), b.file.Syntax.Name)
		}
	}
	return b.out
}

// call adds what a call hands to the database.
func (b *goStatements) call(c *gosrc.Call) {
	name := c.Callee.Name
	switch {
	case schemaMethods[name] || ofEntSchema(c):
		b.add(b.hole(c.Expr, "`"+name+"` changes the schema from Go code"), c.Expr)
	case runsSQL(name):
		b.runs(c)
	case handsOver(c):
		b.add(b.hole(c.Expr, "`"+types.ExprString(c.Expr.Fun)+"` is handed the database, and its source is not at hand"), c.Expr)
	}
}

// handsOver says whether a call is handed what SQL can be run with.
func handsOver(c *gosrc.Call) bool {
	return slices.ContainsFunc(c.Args, func(v gosrc.Value) bool {
		u, ok := v.(gosrc.Unknown)
		if !ok || u.Param == nil {
			return false
		}
		switch strings.TrimPrefix(u.Param.Type().String(), "*") {
		case "database/sql.Tx", "database/sql.DB", "database/sql.Conn":
			return true
		case "invalid type":
			return slices.Contains([]string{"tx", "db", "conn", "txn", "session", "sess", "engine"}, u.Param.Name())
		}
		return false
	})
}

// runs adds the statements that the first text among the arguments can be.
func (b *goStatements) runs(c *gosrc.Call) {
	for i, arg := range c.Args {
		texts := gosrc.Texts(arg)
		for _, t := range texts {
			b.add(b.pieces(t, c.Expr), c.Expr)
		}
		if len(texts) > 0 {
			return
		}
		if u, unknown := arg.(gosrc.Unknown); unknown && i < len(c.Expr.Args) && b.mayBeText(c, i) {
			b.add(b.hole(c.Expr.Args[i], u.Why), c.Expr)
			return
		}
	}
}

// mayBeText says whether an argument that is not known can be the statement:
// the first, or the second behind a context.
func (b *goStatements) mayBeText(c *gosrc.Call, i int) bool {
	t := c.Package.Info.TypeOf(c.Expr.Args[i])
	if t != nil && t.String() == "string" {
		return true
	}
	known := t != nil && t.String() != "invalid type"
	return !known && (i == 1 || i == 0 && !strings.HasSuffix(c.Callee.Name, "Context") && len(c.Expr.Args) == 1)
}

// runsSQL says whether a function of that name takes SQL to run: by name, since
// handles to a database have many types.
func runsSQL(name string) bool {
	switch name {
	case "Get", "GetContext", "Raw", "NewRaw", "Prepare", "PrepareContext", "Preparex", "PreparexContext":
		return true
	}
	for _, word := range [...]string{"Exec", "Query", "Select"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// schemaMethods change the schema from models: GORM's, xorm's, bun's and pop's.
var schemaMethods = map[string]bool{
	"AddColumn": true, "AddForeignKey": true, "AddIndex": true, "AddUniqueIndex": true, "AlterColumn": true, "AutoMigrate": true,
	"CreateConstraint": true, "CreateIndex": true, "CreateIndexes": true, "CreateTable": true, "CreateTables": true, "CreateUniques": true,
	"CreateView": true, "DropColumn": true, "DropConstraint": true, "DropForeignKey": true, "DropIndex": true, "DropIndexes": true,
	"DropTable": true, "DropTableIfExists": true, "DropTables": true, "DropView": true, "MigrateColumn": true, "ModifyColumn": true,
	"NewAddColumn": true, "NewCreateIndex": true, "NewCreateTable": true, "NewDropColumn": true, "NewDropIndex": true, "NewDropTable": true,
	"NewTruncateTable": true, "RemoveForeignKey": true, "RemoveIndex": true, "RenameColumn": true, "RenameIndex": true, "RenameTable": true,
	"Sync": true, "Sync2": true, "SyncWithOptions": true,
}

// ofEntSchema says whether a call makes the tables of ent's schema: client.Schema.Create.
func ofEntSchema(c *gosrc.Call) bool {
	fun, _ := ast.Unparen(c.Expr.Fun).(*ast.SelectorExpr)
	if fun == nil || fun.Sel.Name != "Create" {
		return false
	}
	on, _ := ast.Unparen(fun.X).(*ast.SelectorExpr)
	return on != nil && on.Sel.Name == "Schema"
}

// hole is a statement of which nothing is known.
func (b *goStatements) hole(at ast.Node, why string) []sqltext.Piece {
	return []sqltext.Piece{{Text: goStandIn, At: b.offset(at.Pos(), at.Pos()), Hole: why}}
}

const goStandIn = "expandcheck_unknown"

// pieces are the parts of a text. What another file spells stands at the call.
func (b *goStatements) pieces(t gosrc.Text, call ast.Expr) []sqltext.Piece {
	out := make([]sqltext.Piece, 0, len(t))
	for _, p := range t {
		piece := sqltext.Piece{Text: p.Text, At: b.offset(p.Pos, call.Pos()), Verbatim: p.Verbatim && b.own(p.Pos)}
		if p.Hole != "" {
			piece.Text, piece.Hole = goStandIn, p.Hole
		}
		out = append(out, piece)
	}
	return out
}

func (b *goStatements) own(pos token.Pos) bool {
	f := b.g.program.Fset.File(pos)
	return f != nil && f.Name() == b.file.Name
}

// offset is where pos, or else fallback, stands in the file; where neither does, the
// function that leads there.
func (b *goStatements) offset(pos, fallback token.Pos) int {
	for _, p := range [...]token.Pos{pos, fallback, b.from} {
		if p.IsValid() && b.own(p) {
			return b.g.program.Fset.Position(p).Offset
		}
	}
	return 0
}

// add splits a text into statements; the directives above the call lead the first.
func (b *goStatements) add(pieces []sqltext.Piece, call ast.Node) {
	pieces = append(b.directives(call), pieces...)
	f := sqltext.NewPieces(b.file.Name, b.source, pieces)
	b.out = b.r.statements(b.out, f, []sqltext.Span{{Start: 0, End: len(f.Text)}})
	for i := range b.out {
		for j := range b.out[i].Template {
			b.out[i].Template[j].Code = true
		}
	}
}

// directives are the comments directly above the statement that holds a call,
// as SQL comments.
func (b *goStatements) directives(call ast.Node) []sqltext.Piece {
	if !strings.Contains(b.source, goDirective) || !b.own(call.Pos()) {
		return nil
	}
	fset := b.g.program.Fset
	line := fset.Position(b.statementAt(call)).Line
	var out []sqltext.Piece
	for _, group := range b.file.Syntax.Comments {
		if fset.Position(group.End()).Line+1 != line {
			continue
		}
		for _, c := range group.List {
			if !strings.HasPrefix(c.Text, "//"+goDirective) {
				continue
			}
			at := b.offset(c.Pos(), c.Pos())
			out = append(out, sqltext.Piece{Text: "-- ", At: at}, sqltext.Piece{Text: c.Text[2:], At: at + 2, Verbatim: true}, sqltext.Piece{Text: "\n", At: at})
			if b.taken == nil {
				b.taken = map[token.Pos]bool{}
			}
			b.taken[c.Pos()] = true
		}
	}
	return out
}

const goDirective = "expandcheck:"

// statementAt is where the innermost statement that holds a node begins. For the
// Init of an if that is the if.
func (b *goStatements) statementAt(n ast.Node) token.Pos {
	out := n.Pos()
	ast.Inspect(b.file.Syntax, func(at ast.Node) bool {
		if at == nil || n.Pos() < at.Pos() || n.End() > at.End() {
			return false
		}
		switch at.(type) {
		case *ast.BlockStmt, *ast.CaseClause:
		case ast.Stmt:
			out = at.Pos()
		}
		return true
	})
	return out
}

// fileDirectives are those that stand above no statement: they hold for the file.
func (b *goStatements) fileDirectives() []FileDirective {
	if !strings.Contains(b.source, goDirective) {
		return nil
	}
	f := sqltext.NewFile(b.file.Name, b.source)
	var out []FileDirective
	for _, group := range b.file.Syntax.Comments {
		for _, c := range group.List {
			if !strings.HasPrefix(c.Text, "//"+goDirective) || b.taken[c.Pos()] {
				continue
			}
			at := b.offset(c.Pos(), c.Pos())
			for _, d := range sqltext.Directives(f.Text, []sqltext.Span{{Start: at, End: at + len(c.Text)}}) {
				out = append(out, FileDirective{Directive: d, File: f})
			}
		}
	}
	return out
}
