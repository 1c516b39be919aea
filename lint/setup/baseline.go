package setup

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/server"
)

// A Baseline is the last version of a migration directory.
type Baseline struct {
	Dir, Version string // Dir is relative to the root
	Was          string // what the configuration said before
	Why          string // why there is no Version
}

// Baselines returns the last version of each directory that a configuration
// names, or else of each that is found.
func Baselines(cfg lint.Config) ([]Baseline, error) {
	entries := cfg.Migrations
	if len(entries) == 0 {
		dirs, err := migration.Find(cfg.Root, ".")
		if err != nil {
			return nil, fmt.Errorf("looking for migrations: %w", err)
		}
		for _, dir := range dirs {
			entries = append(entries, lint.MigrationsEntry{Dir: dir})
		}
	}
	var out []Baseline
	for _, e := range entries {
		opts := migration.Options{Layout: e.Layout, Placeholders: e.Placeholders}
		if srv, err := server.Named(e.Server); err == nil { // else it is the default one
			opts.Dialect = string(srv.Family)
		}
		d, err := migration.Read(cfg.Root, e.Dir, opts)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", e.Dir, err)
		}
		b := Baseline{Dir: e.Dir, Was: e.Since}
		if last := d.Last(); last != nil && last.Version != "" {
			b.Version = last.Version
		} else {
			b.Why = "its migrations have no versions"
		}
		out = append(out, b)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no migration directory was found: name it in %s: migrations: [{dir: PATH}]", lint.ConfigFile)
	}
	return out, nil
}

// WriteBaselines returns the text of a configuration with the baselines as since:.
// Nothing else of it changes. file is its name as seen from the root.
func WriteBaselines(text, file string, baselines []Baseline) (string, error) {
	dir := path.Dir(file)
	bare := strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n") // as it is read
	doc, err := parser.ParseBytes([]byte(bare), 0)
	if err != nil {
		return "", fmt.Errorf("reading the configuration: %w", err)
	}
	e := &editor{lines: strings.SplitAfter(text, "\n")}
	known := entries(doc)
	var missing []Baseline
	for _, b := range baselines {
		if b.Version == "" {
			continue
		}
		i := slices.IndexFunc(known, func(m *ast.MappingNode) bool {
			v := value(m, "dir")
			return v != nil && path.Join(dir, scalarText(v)) == b.Dir
		})
		switch {
		case i < 0:
			missing = append(missing, b)
		case value(known[i], "since") != nil:
			e.replace(value(known[i], "since"), b.Version)
		default:
			e.insert(known[i], b.Version)
		}
	}
	out := e.text()
	if len(missing) > 0 && len(known) > 0 {
		return "", fmt.Errorf("migrations: has no entry for %s", missing[0].Dir)
	}
	if len(missing) > 0 {
		out, err = addEntries(out, dir, missing)
	}
	if err == nil {
		err = holds(out, file, baselines)
	}
	return out, err
}

// addEntries adds migrations: to a configuration that has none.
func addEntries(text, dir string, baselines []Baseline) (string, error) {
	var b strings.Builder
	b.WriteString(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	b.WriteString("migrations:\n")
	for _, base := range baselines {
		name := base.Dir
		if dir != "." {
			rest, in := strings.CutPrefix(name, dir+"/")
			if !in {
				return "", fmt.Errorf("%s lies outside of the folder of the configuration: write its entry by hand", name)
			}
			name = rest
		}
		fmt.Fprintf(&b, "  - dir: %s\n    since: %s\n", scalar(name), strconv.Quote(base.Version))
	}
	return b.String(), nil
}

// holds makes sure that an edited configuration says what it should.
func holds(text, file string, baselines []Baseline) error {
	cfg, err := lint.ParseConfig(file, []byte(text))
	if err != nil {
		return fmt.Errorf("%s is written in a way that is not edited here: write since: by hand: %w", file, err)
	}
	for _, b := range baselines {
		if b.Version == "" {
			continue
		}
		ok := slices.ContainsFunc(cfg.Migrations, func(e lint.MigrationsEntry) bool { return e.Dir == b.Dir && e.Since == b.Version })
		if !ok {
			return fmt.Errorf("%s is written in a way that is not edited here: write by hand for %s: since: %q", file, b.Dir, b.Version)
		}
	}
	return nil
}

// entries returns the entries of migrations:.
func entries(doc *ast.File) []*ast.MappingNode {
	if len(doc.Docs) == 0 {
		return nil
	}
	top, ok := doc.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return nil
	}
	list, ok := value(top, "migrations").(*ast.SequenceNode)
	if !ok {
		return nil
	}
	var out []*ast.MappingNode
	for _, v := range list.Values {
		if m, ok := v.(*ast.MappingNode); ok {
			out = append(out, m)
		}
	}
	return out
}

func value(m *ast.MappingNode, key string) ast.Node {
	for _, pair := range m.Values {
		if scalarText(pair.Key) == key {
			return pair.Value
		}
	}
	return nil
}

func scalarText(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return n.GetToken().Value
}

// An editor gathers changes of a text, and makes them when all are known.
type editor struct {
	lines []string
	edits []edit
}

// An edit puts text in the place of some bytes of a line.
type edit struct {
	line, at, length int
	text             string
}

// replace writes another value in the place of one that stands on one line.
func (e *editor) replace(v ast.Node, version string) {
	line, at := e.place(v)
	e.edits = append(e.edits, edit{line, at, written(v), strconv.Quote(version)})
}

// insert adds since: after dir:, in the style of the entry.
func (e *editor) insert(entry *ast.MappingNode, version string) {
	dir := value(entry, "dir")
	line, at := e.place(dir)
	since := "since: " + strconv.Quote(version)
	if entry.IsFlowStyle {
		e.edits = append(e.edits, edit{line, at + written(dir), 0, ", " + since})
		return
	}
	text := strings.TrimRight(e.lines[line], "\r\n")
	ending := e.lines[line][len(text):]
	if ending == "" {
		ending = "\n"
	}
	indent := strings.Repeat(" ", entry.Values[0].Key.GetToken().Position.Column-1)
	e.edits = append(e.edits, edit{line, len(text), 0, ending + indent + since})
}

// place returns the line that a node starts on, and the byte in it.
func (e *editor) place(n ast.Node) (line, at int) {
	p := n.GetToken().Position
	runes := []rune(e.lines[p.Line-1])
	return p.Line - 1, len(string(runes[:min(p.Column-1, len(runes))]))
}

// written returns how many bytes a value takes as it is written, with its quotes.
func written(n ast.Node) int { return len(strings.TrimSpace(n.GetToken().Origin)) }

func (e *editor) text() string {
	slices.SortStableFunc(e.edits, func(a, b edit) int { return b.at - a.at })
	for _, c := range e.edits {
		line := e.lines[c.line]
		e.lines[c.line] = line[:c.at] + c.text + line[min(c.at+c.length, len(line)):]
	}
	return strings.Join(e.lines, "")
}
