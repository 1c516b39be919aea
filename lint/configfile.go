package lint

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/rules"
)

// A decoder walks the nodes of a configuration file. It does not stop at the
// first error, so that all can be mended at once.
type decoder struct {
	file    string
	dir     string // of the file, relative to the root
	lines   []string
	anchors map[string]ast.Node
	errs    []error
}

// decode lays a configuration over cfg. Paths in it are relative to dir.
func (cfg *Config) decode(file, dir string, data []byte) error {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n") // the parser miscounts CRLF
	d := &decoder{file: file, dir: dir, lines: strings.Split(text, "\n"), anchors: map[string]ast.Node{}}
	cfg.File, cfg.Deploy = file, Separate
	doc, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return d.syntax(err)
	}
	if len(doc.Docs) > 1 {
		d.fail(doc.Docs[1].Body, "a second document: only one is read")
	}
	if len(doc.Docs) > 0 && doc.Docs[0].Body != nil {
		d.config(cfg, doc.Docs[0].Body)
	}
	return errors.Join(d.errs...)
}

type fields map[string]func(value ast.Node)

func (d *decoder) config(cfg *Config, n ast.Node) {
	var base, newFrom string
	d.mapping(n, fields{
		"migrations": func(v ast.Node) { d.each(v, func(v ast.Node) { d.entry(cfg, v) }) },
		"base":       func(v ast.Node) { base = d.text(v) },
		"new_from":   func(v ast.Node) { newFrom = d.text(v) },
		"deploy": func(v ast.Node) {
			cfg.Deploy = Deploy(d.oneOf(v, "deploy", []string{string(Separate), string(MigrationsFirst)}))
		},
		"rules":     func(v ast.Node) { cfg.Rules = d.severities(v) },
		"moves":     func(v ast.Node) { d.each(v, func(v ast.Node) { cfg.Moves = append(cfg.Moves, d.move(v)) }) },
		"flags":     func(v ast.Node) { cfg.Flags = pairs(d, v, d.boolean) },
		"tombstone": func(v ast.Node) { cfg.Tombstone = d.texts(v) },
		"ignore":    func(v ast.Node) { d.each(v, func(v ast.Node) { cfg.Ignores = append(cfg.Ignores, d.ignore(v)) }) },
		"wrappers":  func(v ast.Node) { d.each(v, func(v ast.Node) { cfg.Wrappers = append(cfg.Wrappers, d.wrapper(v)) }) },
	})
	if cfg.Base == "" && cfg.Since == "" { // the command line wins
		cfg.Base = base
	}
	if cfg.NewFrom == "" {
		cfg.NewFrom = newFrom
	}
}

func (d *decoder) entry(cfg *Config, n ast.Node) {
	var e MigrationsEntry
	d.mapping(n, fields{
		"dir":    func(v ast.Node) { e.Dir = d.path(v) },
		"layout": func(v ast.Node) { e.Layout = d.layout(v) },
		"server": func(v ast.Node) { e.Server = d.oneOf(v, "server", server.Names()) },
		"code": func(v ast.Node) {
			d.scalars(v, func(v ast.Node) { e.Code = append(e.Code, d.path(v)) })
		},
		"since":        func(v ast.Node) { e.Since = d.text(v) },
		"schema":       func(v ast.Node) { e.Schema = d.path(v) },
		"shared":       func(v ast.Node) { e.Shared = d.boolean(v) },
		"placeholders": func(v ast.Node) { e.Placeholders = pairs(d, v, d.text) },
	}, "dir")
	same := func(other MigrationsEntry) bool { return e.Dir != "" && other.Dir == e.Dir }
	if slices.ContainsFunc(cfg.Migrations, same) {
		d.fail(n, fmt.Sprintf("dir %s stands in two entries", e.Dir))
	}
	cfg.Migrations = append(cfg.Migrations, e)
}

func (d *decoder) severities(n ast.Node) map[string]rules.Severity {
	names := map[string]rules.Severity{}
	for s := rules.Off; s <= rules.Error; s++ {
		names[s.String()] = s
	}
	out := map[string]rules.Severity{}
	d.pairs(n, func(key string, k, v ast.Node) {
		d.rule(k, key)
		out[key] = names[d.oneOf(v, "severity", []string{"error", "warning", "info", "off"})]
	})
	return out
}

func (d *decoder) rule(n ast.Node, name string) {
	if _, err := rules.Named(name); err != nil {
		d.fail(n, err.Error())
	}
}

func (d *decoder) move(n ast.Node) Move {
	m := Move{Line: position(n).Line}
	d.mapping(n, fields{
		"from":       func(v ast.Node) { m.From = d.objects(v) },
		"to":         func(v ast.Node) { m.To = d.objects(v) },
		"backfilled": func(v ast.Node) { m.Backfilled = d.boolean(v) },
	}, "from", "to")
	isTable := func(name string) bool { return !strings.Contains(name, ".") }
	both := slices.Concat(m.From, m.To)
	if slices.ContainsFunc(both, isTable) && slices.ContainsFunc(both, func(s string) bool { return !isTable(s) }) {
		d.fail(n, "moves a table to a column, or the other way round: write table.column for columns")
	}
	return m
}

// objects reads columns (table.column) or tables.
func (d *decoder) objects(n ast.Node) []string {
	var out []string
	d.scalars(n, func(v ast.Node) {
		name := d.text(v)
		if table, column, dotted := strings.Cut(name, "."); table == "" || dotted && (column == "" || strings.Contains(column, ".")) {
			d.fail(v, fmt.Sprintf("%q names no column: write table.column, or a bare table", name))
		}
		out = append(out, name)
	})
	return out
}

func (d *decoder) ignore(n ast.Node) Ignore {
	i := Ignore{Line: position(n).Line}
	d.mapping(n, fields{
		"rule": func(v ast.Node) { i.Rule = d.text(v); d.rule(v, i.Rule) },
		"at":   func(v ast.Node) { i.At = d.glob(v) },
		"reason": func(v ast.Node) {
			if i.Reason = strings.TrimSpace(d.text(v)); i.Reason == "" {
				d.fail(v, "the reason is empty: say why the finding may be ignored")
			}
		},
	}, "rule", "at", "reason")
	return i
}

func (d *decoder) wrapper(n ast.Node) uses.Wrapper {
	w := uses.Wrapper{SQL: uses.NoArgument, Table: uses.NoArgument, Columns: uses.NoArgument, Where: uses.NoArgument}
	d.mapping(n, fields{
		"func": func(v ast.Node) {
			if w.Func = d.text(v); !strings.Contains(path.Base(w.Func), ".") {
				d.fail(v, fmt.Sprintf("%q names no function: write import/path.Func or import/path.Type.Method", w.Func))
			}
		},
		"sql":     func(v ast.Node) { w.SQL = d.number(v) },
		"table":   func(v ast.Node) { w.Table = d.number(v) },
		"columns": func(v ast.Node) { w.Columns = d.number(v) },
		"where":   func(v ast.Node) { w.Where = d.number(v) },
		"does":    func(v ast.Node) { w.Does = d.oneOf(v, "verb", uses.Verbs()) },
	}, "func")
	switch {
	case w.SQL == uses.NoArgument && w.Table == uses.NoArgument:
		d.fail(n, "names neither sql: nor table: which argument is it?")
	case w.Table != uses.NoArgument && w.Does == "":
		d.fail(n, "does: is missing here: "+strings.Join(uses.Verbs(), ", "))
	case w.Table == uses.NoArgument && (w.Does != "" || w.Columns != uses.NoArgument || w.Where != uses.NoArgument):
		d.fail(n, "table: is missing here")
	}
	return w
}

func (d *decoder) layout(n ast.Node) string {
	name := d.text(n)
	l, err := migration.LayoutNamed(name)
	if err != nil {
		d.fail(n, err.Error())
		return ""
	}
	return l.Name
}

// path reads a path and returns it relative to the root.
func (d *decoder) path(n ast.Node) string {
	p := d.text(n)
	rel := path.Join(d.dir, p)
	switch {
	case p == "":
		d.fail(n, "the path is empty")
	case path.IsAbs(p):
		d.fail(n, "the path must be relative to the configuration file")
	case rel == ".." || strings.HasPrefix(rel, "../"):
		d.fail(n, "the path leaves the work tree")
	}
	return rel
}

func (d *decoder) glob(n ast.Node) string {
	g := d.text(n)
	if !doublestar.ValidatePattern(g) {
		d.fail(n, fmt.Sprintf("the glob %q is malformed", g))
	}
	if d.dir == "." {
		return strings.TrimPrefix(g, "./")
	}
	return path.Join(escapeGlob(d.dir), g)
}

// escapeGlob makes a pattern that matches name alone.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(name)
}

func (d *decoder) oneOf(n ast.Node, what string, names []string) string {
	name := d.text(n)
	if err := known(what, name, names); err != nil {
		d.fail(n, err.Error())
	}
	return name
}

// mapping hands the values of a mapping to its fields, and refuses keys that it
// has not.
func (d *decoder) mapping(n ast.Node, f fields, required ...string) {
	var given []string
	ok := d.pairs(n, func(key string, k, v ast.Node) {
		read := f[key]
		if read == nil {
			d.fail(k, fmt.Sprintf("unknown key %q: %s", key, nearest.Hint(key, slices.Sorted(maps.Keys(f)))))
		} else if v.Type() != ast.NullType {
			given = append(given, key)
			read(v)
		}
	})
	for _, key := range required {
		if ok && !slices.Contains(given, key) {
			d.fail(n, key+": is missing here")
		}
	}
}

// pairs calls do with every pair of a mapping, and reports whether it is one.
func (d *decoder) pairs(n ast.Node, do func(key string, k, v ast.Node)) bool {
	m, ok := d.resolve(n).(*ast.MappingNode)
	if !ok {
		d.want(n, "a mapping (key: value)")
		return false
	}
	for _, pair := range m.Values {
		switch k := pair.Key.(type) {
		case *ast.StringNode:
			do(k.Value, k, d.resolve(pair.Value))
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			do(k.GetToken().Value, k, d.resolve(pair.Value))
		default:
			d.fail(k, "this kind of key is not read: write a plain name")
		}
	}
	return true
}

// pairs reads a mapping of names that are the user's own.
func pairs[V any](d *decoder, n ast.Node, read func(ast.Node) V) map[string]V {
	out := map[string]V{}
	d.pairs(n, func(key string, _, v ast.Node) { out[key] = read(v) })
	return out
}

func (d *decoder) each(n ast.Node, do func(ast.Node)) {
	list, ok := d.resolve(n).(*ast.SequenceNode)
	if !ok {
		d.want(n, "a list")
		return
	}
	for _, v := range list.Values {
		do(d.resolve(v))
	}
}

// scalars calls do with every item of a list, or with the one that stands in its place.
func (d *decoder) scalars(n ast.Node, do func(ast.Node)) {
	if _, list := d.resolve(n).(*ast.SequenceNode); list {
		d.each(n, do)
		return
	}
	do(n)
}

func (d *decoder) texts(n ast.Node) []string {
	var out []string
	d.scalars(n, func(v ast.Node) { out = append(out, d.text(v)) })
	return out
}

// text reads a string. Numbers are taken as they are written, so that a version
// needs no quotes.
func (d *decoder) text(n ast.Node) string {
	switch v := d.resolve(n).(type) {
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return v.GetToken().Value
	}
	d.want(n, "a string")
	return ""
}

func (d *decoder) boolean(n ast.Node) bool {
	b, ok := d.resolve(n).(*ast.BoolNode)
	if !ok {
		d.want(n, "true or false")
		return false
	}
	return b.Value
}

func (d *decoder) number(n ast.Node) int {
	if v, ok := d.resolve(n).(*ast.IntegerNode); ok {
		if i, err := strconv.Atoi(v.GetToken().Value); err == nil && i >= 0 {
			return i
		}
	}
	d.want(n, "a number from 0 on")
	return 0
}

// resolve follows anchors and aliases. The depth is bounded, since an alias may
// name itself.
func (d *decoder) resolve(n ast.Node) ast.Node {
	for range 8 {
		switch v := n.(type) {
		case *ast.AnchorNode:
			d.anchors[v.Name.GetToken().Value] = v.Value
			n = v.Value
		case *ast.AliasNode:
			target := d.anchors[v.Value.GetToken().Value]
			if target == nil {
				return n
			}
			n = target
		default:
			return n
		}
	}
	return n
}

func (d *decoder) want(n ast.Node, what string) {
	d.fail(n, "must be "+what)
}

func (d *decoder) fail(n ast.Node, message string) {
	d.errs = append(d.errs, d.at(position(n), message))
}

// position returns where a node starts. The token of a block mapping is its
// first colon, and that of a pair its own.
func position(n ast.Node) token.Position {
	switch v := n.(type) {
	case nil:
		return token.Position{Line: 1, Column: 1}
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return position(v.Values[0].Key)
		}
	}
	return *n.GetToken().Position
}

func (d *decoder) syntax(err error) error {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		return d.at(*located.GetToken().Position, located.GetMessage())
	}
	return fmt.Errorf("%s: %w", d.file, err)
}

// at returns an error that shows the line. The YAML parser counts columns in
// characters, we in bytes.
func (d *decoder) at(p token.Position, message string) error {
	line := ""
	if p.Line >= 1 && p.Line <= len(d.lines) {
		line = d.lines[p.Line-1]
	}
	runes := []rune(line)
	before := string(runes[:min(max(p.Column-1, 0), len(runes))])
	blank := func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}
	return fmt.Errorf("%s:%d:%d: %s\n  %s\n  %s^", d.file, p.Line, len(before)+1, message, line, strings.Map(blank, before))
}

// ParseConfig reads a configuration file by its name as seen from the root.
func ParseConfig(name string, data []byte) (Config, error) {
	var cfg Config
	err := cfg.decode(name, path.Dir(name), data)
	return cfg, err
}
