package uses

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// plainPackages are packages from elsewhere whose calls keep no rows in this
// database: what they are handed may have the names of tables and columns, and means
// other things. By the beginning of their import path.
var plainPackages = []string{
	"golang.org/x/", "google.golang.org/", "github.com/golang/", "github.com/google/", "k8s.io/", "sigs.k8s.io/",
	// logs, metrics, traces and errors
	"go.uber.org/", "go.opentelemetry.io/", "go.opencensus.io/", "github.com/sirupsen/logrus", "github.com/rs/zerolog", "github.com/hashicorp/", "github.com/golang/glog",
	"github.com/prometheus/", "github.com/VictoriaMetrics/", "github.com/DataDog/", "gopkg.in/DataDog/", "github.com/uber-go/", "github.com/uber/", "github.com/getsentry/",
	"github.com/pkg/errors", "github.com/opentracing/", "github.com/newrelic/", "github.com/go-logr/", "github.com/charmbracelet/", "github.com/inconshreveable/log15",
	// HTTP and RPC
	"github.com/gin-gonic/", "github.com/labstack/", "github.com/go-chi/", "github.com/gorilla/", "github.com/gofiber/", "github.com/julienschmidt/httprouter",
	"github.com/valyala/", "github.com/go-kit/", "github.com/gobuffalo/buffalo", "github.com/gobuffalo/validate", "github.com/go-resty/", "github.com/grpc-ecosystem/",
	"github.com/twitchtv/twirp", "github.com/99designs/gqlgen", "github.com/graphql-go/", "github.com/emicklei/go-restful", "github.com/go-openapi/", "github.com/swaggo/",
	// command lines, configuration and encodings
	"github.com/spf13/", "github.com/urfave/", "github.com/alecthomas/", "github.com/jessevdk/", "github.com/knadh/koanf", "github.com/BurntSushi/", "gopkg.in/yaml",
	"gopkg.in/ini", "github.com/mitchellh/", "github.com/tidwall/", "github.com/json-iterator/", "github.com/go-playground/", "github.com/go-ozzo/ozzo-validation",
	"github.com/nicksnyder/go-i18n", "github.com/microcosm-cc/",
	// tests
	"github.com/stretchr/", "github.com/onsi/", "github.com/DATA-DOG/", "gopkg.in/check", "github.com/smartystreets/",
	// other stores and queues
	"github.com/aws/", "cloud.google.com/", "github.com/Azure/", "github.com/minio/", "github.com/redis/", "github.com/go-redis/", "gopkg.in/redis", "github.com/gomodule/redigo",
	"go.mongodb.org/", "gopkg.in/mgo", "github.com/globalsign/mgo", "github.com/elastic/", "github.com/olivere/elastic", "github.com/opensearch-project/", "go.etcd.io/",
	"github.com/segmentio/", "github.com/Shopify/sarama", "github.com/IBM/sarama", "github.com/nats-io/", "github.com/streadway/amqp", "github.com/rabbitmq/", "github.com/blevesearch/",
	"github.com/bradfitz/gomemcache", "github.com/patrickmn/go-cache", "github.com/dgraph-io/", "github.com/influxdata/",
	// what runs SQL that is read, or only migrations
	"github.com/jmoiron/sqlx", "github.com/go-sql-driver/mysql", "github.com/lib/pq", "github.com/jackc/", "github.com/mattn/", "modernc.org/", "github.com/golang-migrate/",
	"github.com/pressly/goose", "github.com/rubenv/sql-migrate",
}

// isStrange says whether a package, if it is from elsewhere, may be a builder or an
// ORM that nobody has heard of.
func isStrange(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".") && libraryAt(imported) == nil &&
		!slices.ContainsFunc(plainPackages, func(plain string) bool { return strings.HasPrefix(imported, plain) })
}

func importsStrange(pkg *gosrc.Package) bool {
	return slices.ContainsFunc(pkg.Imports(), func(imported string) bool { return isStrange(imported) && pkg.Outside(imported) })
}

// strange are the folders whose code may hand the names of tables to such a package.
func (o *Options) strange(s *gosrc.Scan) []string {
	names, columns := map[string]bool{}, []string(nil)
	for _, t := range o.Schema.Tables() {
		if o.Tables != nil && !slices.Contains(o.Tables, t.Name.Name) {
			continue
		}
		names[t.Name.Name] = true
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
	}
	var out []string
	for _, f := range s.Spelling(names, columns, isStrange) {
		if mayHand(f.Text, names) {
			out = append(out, path.Dir(f.Name))
		}
	}
	return out
}

// mayHand says whether a file has one of the names as a constant, or hands it to
// what is none of the packages that are known to keep no rows.
func mayHand(text []byte, names map[string]bool) bool {
	f, _ := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if f == nil {
		return false
	}
	plain := map[string]bool{}
	for _, spec := range f.Imports {
		if imported := strings.Trim(spec.Path.Value, "`\""); spec.Name == nil && !isStrange(imported) {
			plain[path.Base(imported)] = true
		}
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			found = found || slices.ContainsFunc(n.Values, func(e ast.Expr) bool { return names[unaliased(literalText(e))] })
		case *ast.CallExpr:
			found = found || !plain[packageOf(n)] && slices.ContainsFunc(n.Args, func(e ast.Expr) bool { return names[unaliased(literalText(e))] })
		}
		return !found
	})
	return found
}

// packageOf is what a call of a package is spelled with; "" of other calls.
func packageOf(call *ast.CallExpr) string {
	if fun, ok := call.Fun.(*ast.SelectorExpr); ok {
		if id, ok := fun.X.(*ast.Ident); ok && id.Obj == nil {
			return id.Name
		}
	}
	return ""
}

// A guesser looks for calls of libraries that are not known which are handed the name
// of a table, and next to it names of its columns.
type guesser struct {
	program *gosrc.Program
	catalog mysql.Catalog
	tables  map[string]*schema.Table // by their names

	pkg      *gosrc.Package
	declared map[types.Object]ast.Expr // what tells the type of an object; nil until it is asked for
	out      []*schema.Query
}

// guesses returns the statements that such calls may stand for. All that they use is
// possible.
func guesses(p *gosrc.Program, packages []*gosrc.Package, o *Options, dirs []string) []*schema.Query {
	g := &guesser{program: p, catalog: o.Schema, tables: map[string]*schema.Table{}}
	names := map[string]bool{}
	for _, t := range o.Schema.Tables() {
		if o.Tables == nil || slices.Contains(o.Tables, t.Name.Name) {
			g.tables[t.Name.Name], names[t.Name.Name] = t, true
		}
	}
	for _, pkg := range packages {
		if !slices.Contains(dirs, pkg.Dir) || !importsStrange(pkg) {
			continue
		}
		g.pkg, g.declared = pkg, nil
		for _, d := range spelling(pkg, names) {
			g.in(d)
		}
	}
	return g.out
}

// spelling are the declarations of a package that can name one of the tables: by a
// literal, or all of them by what is declared with one.
func spelling(pkg *gosrc.Package, names map[string]bool) []ast.Decl {
	var all, out []ast.Decl
	declared := false
	for _, f := range pkg.Files {
		for _, d := range f.Syntax.Decls {
			all = append(all, d)
			if f.Spells(names, d) {
				out = append(out, d)
				_, isFunc := d.(*ast.FuncDecl)
				declared = declared || !isFunc
			}
		}
	}
	if declared {
		return all
	}
	return out
}

// in looks through a declaration for the outermost calls of such chains.
func (g *guesser) in(d ast.Decl) {
	decl, _ := d.(*ast.FuncDecl)
	ast.Inspect(d, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		c := g.chain(call)
		if len(c.tables) == 0 || !g.isOutside(call) {
			return true
		}
		g.say(decl, call, c)
		return false
	})
}

// A handful is what the calls of one chain are handed.
type handful struct {
	tables []*schema.Table
	spell  []ast.Expr // by tables
	others []ast.Expr
	writes bool
}

// chain gathers what a call, and those that it is made on, are handed; also those
// that gave the variable which it begins with.
func (g *guesser) chain(call *ast.CallExpr) *handful {
	c := &handful{}
	for hops := 0; call != nil && hops < maxHops; hops++ {
		for _, a := range call.Args {
			if t := g.tables[unaliased(g.text(a))]; t != nil {
				c.tables, c.spell = append(c.tables, t), append(c.spell, a)
			} else {
				c.others = append(c.others, a)
			}
		}
		fun, _ := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if fun == nil {
			break
		}
		c.writes = c.writes || writingName().MatchString(fun.Sel.Name)
		on := ast.Unparen(fun.X)
		if id, ok := on.(*ast.Ident); ok {
			on = g.declaration(g.pkg.Info.ObjectOf(id))
		}
		call, _ = on.(*ast.CallExpr)
	}
	return c
}

var writingName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:insert|update|upsert|replace|delete|destroy|create|save|set|put|store|incr|bulk)`)
})

// texts are the texts in an argument.
func (g *guesser) texts(arg ast.Expr) (out []ast.Expr) {
	ast.Inspect(arg, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case ast.Expr:
			if g.text(n) != "" {
				out = append(out, n)
				return false
			}
		}
		return true
	})
	return out
}

// text is what an expression spells; "" when that is not known.
func (g *guesser) text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		return literalText(lit)
	}
	if v := g.pkg.Info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return ""
}

// unaliased is a table without its alias and quotes.
func unaliased(s string) string {
	if words := strings.Fields(s); len(words) == 3 && strings.EqualFold(words[1], "as") {
		s = words[0]
	}
	return strings.Trim(s, "`")
}

// say adds the statement of a chain, if it is handed a column of its tables.
func (g *guesser) say(decl *ast.FuncDecl, call *ast.CallExpr, c *handful) {
	q := &schema.Query{Kind: schema.SelectQuery, Text: types.ExprString(call), Package: g.pkg.Path, Function: functionName(decl), Site: g.place(call.Lparen, 1)}
	if c.writes {
		q.Kind = schema.OtherQuery
	}
	add := func(t *schema.Table, column string, at schema.Position) {
		part := schema.InResult
		if column == "" {
			part = schema.InFrom
		}
		for _, write := range [...]bool{false, true} {
			if !write || c.writes {
				q.Uses = append(q.Uses, &schema.Use{Query: q, Pos: at, Table: t.Name, Column: column, Write: write, By: schema.ByHole, Part: part})
			}
		}
	}
	var texts []ast.Expr
	for _, a := range c.others {
		texts = append(texts, g.texts(a)...)
	}
	for _, t := range c.tables {
		for _, e := range texts {
			for _, name := range columnsIn(g.text(e), t) {
				add(t, name.column, g.spelled(e, name.at, len(name.column)))
			}
		}
	}
	if len(q.Uses) == 0 {
		return
	}
	for i, t := range c.tables {
		add(t, "", g.spelled(c.spell[i], 0, len(t.Name.Name)))
	}
	q.Pos = q.Uses[0].Pos
	g.out = append(g.out, q)
}

// A columnAt is the name of a column in a text.
type columnAt struct {
	column string
	at     int
}

// columnsIn are the columns of a table that a text names: as a whole, behind the
// table, or in what looks like an expression or a list.
func columnsIn(text string, t *schema.Table) []columnAt {
	if !looksLikeColumns().MatchString(text) {
		return nil
	}
	var out []columnAt
	for _, at := range sqlName().FindAllStringIndex(text, -1) {
		if col := t.Column(text[at[0]:at[1]]); col != nil {
			out = append(out, columnAt{col.Name, at[0]})
		}
	}
	return out
}

var (
	looksLikeColumns = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?i)^[\\s\\w.`]*[-=<>!?,()*+:]|^[+-]?[\\w.`]+(?:\\s+(?:as\\s+\\w+|asc|desc|is\\s.*|in\\s.*|like\\s.*|between\\s.*|not\\s.*))?$")
	})
	sqlName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\pL_][\pL\pN_]*`) })
)

// spelled is the place of a piece of a text that an expression spells.
func (g *guesser) spelled(e ast.Expr, offset, size int) schema.Position {
	if lit, ok := e.(*ast.BasicLit); ok && !strings.Contains(lit.Value, `\`) {
		return g.place(lit.Pos()+1+token.Pos(offset), size)
	}
	return g.place(e.Pos(), int(e.End()-e.Pos()))
}

func (g *guesser) place(pos token.Pos, size int) schema.Position {
	return spot(g.program.Position(pos), size)
}

// isOutside says whether a call is of a package that may be a library which nobody
// has heard of. What is not known is, where the file imports one.
func (g *guesser) isOutside(call *ast.CallExpr) bool {
	c := g.pkg.Callee(call)
	home := c.Pkg
	if c.Func == nil && home == "" {
		fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return false
		}
		if home = g.home(fun.X, 0); home == "" {
			return true
		}
	}
	return isStrange(home) && g.pkg.Outside(home)
}

// maxHops bounds how far the type of an expression is followed.
const maxHops = 20

// home is the package that declares the type of an expression; "" when it is not
// known. Of a package that is not read only the path is: its types are those of what
// is called there.
func (g *guesser) home(e ast.Expr, hops int) string {
	if e == nil || hops > maxHops {
		return ""
	}
	if t := g.pkg.Info.TypeOf(e); t != nil {
		if home, _ := gosrc.Named(t); home != "" {
			return home
		}
	}
	next := func(e ast.Expr) string { return g.home(e, hops+1) }
	switch e := ast.Unparen(e).(type) {
	case *ast.StarExpr:
		return next(e.X)
	case *ast.UnaryExpr:
		return next(e.X)
	case *ast.IndexExpr:
		return next(e.X)
	case *ast.TypeAssertExpr:
		return next(e.Type)
	case *ast.CompositeLit:
		return next(e.Type)
	case *ast.CallExpr:
		return next(e.Fun)
	case *ast.SelectorExpr:
		if id, ok := e.X.(*ast.Ident); ok {
			if p, ok := g.pkg.Info.Uses[id].(*types.PkgName); ok {
				return p.Imported().Path()
			}
		}
		if obj := g.pkg.Info.Uses[e.Sel]; obj != nil {
			return next(g.declaration(obj))
		}
		return next(e.X)
	case *ast.Ident:
		return next(g.declaration(g.pkg.Info.ObjectOf(e)))
	}
	return ""
}

// declaration is what tells the type of an object of the package: that type, or the
// value that it is given; of a function what it gives back.
func (g *guesser) declaration(obj types.Object) ast.Expr {
	if g.declared == nil {
		g.declared = map[types.Object]ast.Expr{}
		for _, f := range g.pkg.Files {
			ast.Inspect(f.Syntax, g.declares)
		}
	}
	return g.declared[obj]
}

func (g *guesser) declares(n ast.Node) bool {
	set := func(id *ast.Ident, e ast.Expr) {
		if obj := g.pkg.Info.Defs[id]; obj != nil && e != nil {
			g.declared[obj] = e
		}
	}
	switch n := n.(type) {
	case *ast.Field:
		for _, id := range n.Names {
			set(id, n.Type)
		}
	case *ast.FuncDecl:
		if r := n.Type.Results; r != nil && len(r.List) > 0 {
			set(n.Name, r.List[0].Type)
		}
	case *ast.ValueSpec:
		for i, id := range n.Names {
			if set(id, n.Type); n.Type == nil && i < len(n.Values) {
				set(id, n.Values[i])
			}
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if id, ok := to.(*ast.Ident); ok {
				set(id, n.Rhs[min(i, len(n.Rhs)-1)])
			}
		}
	}
	return true
}
