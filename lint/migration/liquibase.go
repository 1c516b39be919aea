package migration

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var liquibase = &Layout{
	Name: "liquibase",
	Doc:  "--liquibase formatted sql, with --changeset author:id (Liquibase)",
	// Documentation, update: runs every changeset that DATABASECHANGELOG does not
	// list, wherever it stands: an id is no place in an order.
	OutOfOrder: Unordered,
	Checksum:   true,
	detect: func(l *listing) bool {
		if l.holds(liquibaseFormat) {
			return true
		}
		return masterChangelog(l) != nil && len(l.sql()) == 0
	},
	read:   readLiquibase,
	format: liquibaseFormat,
}

func isFormattedSQL(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	rest, ok := strings.CutPrefix(text, "--")
	return ok && hasFold(strings.TrimLeft(rest, " \t"), "liquibase formatted sql")
}

func readLiquibase(r *reader) error {
	var order []*file
	if master := masterChangelog(r.listing); master != nil {
		order = r.follow(master, map[*file]bool{}, nil)
	} else {
		for _, f := range r.all() {
			if isSQL(f.name) && !isSnapshot(f.name) {
				order = append(order, f)
			}
		}
		if len(order) > 1 {
			r.note("no master changelog was found in %s: its files are taken in the order of their names", r.dir)
		}
	}
	r.load(order)
	for _, f := range order {
		switch {
		case isChangelog(f.name):
			r.used[f] = true
			r.out.Migrations = append(r.out.Migrations, &Migration{Name: path.Base(f.name), Path: f.path, Opaque: "changesets that are not SQL"})
		case f.format == liquibaseFormat:
			r.changesets(f)
		default: // Liquibase runs it as one changeset, raw:includeAll
			r.assemble([]named{{file: f, name: strings.TrimSuffix(path.Base(f.name), ".sql")}})
		}
	}
	r.rest(r.all(), "no changelog includes it: Liquibase never runs it")
	r.changesetDuplicates()
	return nil
}

func (r *reader) changesetDuplicates() {
	seen := map[string]string{}
	for _, m := range r.out.Migrations {
		if m.Version == "" {
			continue
		}
		key := m.Path + "\x00" + m.Version
		if _, ok := seen[key]; ok {
			r.problem("duplicate-version", m.Path, duplicate(m.Version, "an earlier changeset of this file"), "give it an id of its own")
		}
		seen[key] = m.Path
	}
}

func isChangelog(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// masterChangelog returns the changelog that includes the others.
func masterChangelog(l *listing) *file {
	var found *file
	for _, f := range l.files {
		lower := strings.ToLower(f.name)
		if !isChangelog(lower) || !strings.Contains(lower, "changelog") {
			continue
		}
		if strings.Contains(lower, "master") || strings.Contains(lower, "root") || found == nil {
			found = f
		}
	}
	return found
}

// follow returns the files of a changelog in its order. A changelog with
// changesets of its own stands in the list itself.
func (r *reader) follow(changelog *file, seen map[*file]bool, out []*file) []*file {
	if seen[changelog] || len(seen) > 10_000 {
		return out
	}
	seen[changelog] = true
	r.used[changelog] = true
	r.load([]*file{changelog})
	includes, own := changelogIncludes(changelog.name, changelog.text)
	if own {
		out = append(out, changelog)
	}
	for _, in := range includes {
		files := r.included(changelog, in)
		if len(files) == 0 {
			r.problem(refused, changelog.path, "includes "+in.path+", which was not found in "+r.dir, "")
		}
		for _, f := range files {
			switch {
			case seen[f]:
			case isChangelog(f.name):
				out = r.follow(f, seen, out)
			case isSQL(f.name):
				seen[f] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// include is one include or includeAll.
type include struct {
	path string
	all  bool
}

// included returns the files that an include means: its path counts from the
// changelog, or from some folder that Liquibase is told of when it runs.
func (r *reader) included(changelog *file, in include) []*file {
	want := path.Clean(strings.TrimPrefix(strings.TrimPrefix(in.path, "classpath:"), "/"))
	var best []*file
	bestLen := 0
	for _, base := range [...]string{path.Join(path.Dir(changelog.path), want), want} {
		for _, f := range r.all() {
			if f.path == base || in.all && strings.HasPrefix(f.path, base+"/") && f != changelog {
				best = append(best, f)
			}
		}
		if best != nil {
			return best
		}
	}
	for _, f := range r.all() { // the longest end of the path that is there
		have := f.path
		if in.all {
			have = path.Dir(f.path)
		}
		n := commonEnd(have, want)
		if n == 0 || f == changelog || n < bestLen {
			continue
		}
		if n > bestLen {
			best, bestLen = nil, n
		}
		best = append(best, f)
	}
	return best
}

// commonEnd counts the path elements that a and b end with alike.
func commonEnd(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}

// changelogIncludes returns what a changelog includes, and whether it has
// changesets of its own.
func changelogIncludes(name, text string) (out []include, own bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml":
		return xmlIncludes(text)
	case ".json":
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return nil, true
		}
		jsonIncludes(v, &out, &own)
		return out, own
	}
	return yamlIncludes(text)
}

func xmlIncludes(text string) (out []include, own bool) {
	d := xml.NewDecoder(bytes.NewReader([]byte(text)))
	d.Strict = false
	for {
		t, err := d.Token()
		if err != nil {
			return out, own || !errors.Is(err, io.EOF)
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		own = own || e.Name.Local == "changeSet"
		for _, a := range e.Attr {
			switch e.Name.Local + " " + a.Name.Local {
			case "include file":
				out = append(out, include{path: a.Value})
			case "includeAll path":
				out = append(out, include{path: a.Value, all: true})
			}
		}
	}
}

func jsonIncludes(v any, out *[]include, own *bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			jsonIncludes(e, out, own)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			e := v[key]
			m, _ := e.(map[string]any)
			switch file, _ := m["file"].(string); {
			case key == "include" && file != "":
				*out = append(*out, include{path: file})
			case key == "includeAll" && m != nil:
				if dir, _ := m["path"].(string); dir != "" {
					*out = append(*out, include{path: dir, all: true})
				}
			case key == "changeSet":
				*own = true
			default:
				jsonIncludes(e, out, own)
			}
		}
	}
}

// yamlIncludes reads the usual form: "- include:", and "file: x" below it.
func yamlIncludes(text string) (out []include, own bool) {
	all := false
	for start, end := range lines(text) {
		line := strings.TrimLeft(text[start:end], " \t-")
		line = strings.Trim(line, "{} \t")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key {
		case "changeSet":
			own = true
		case "include", "includeAll":
			all = key == "includeAll"
			if _, inline, ok := strings.Cut(value, ":"); ok { // include: {file: x}
				out = append(out, include{path: unquote(strings.Trim(strings.Split(inline, ",")[0], "{} \t")), all: all})
			}
		case "file":
			out = append(out, include{path: unquote(value)})
		case "path":
			if all {
				out = append(out, include{path: unquote(value), all: true})
			}
		}
	}
	return out, own
}

// a changeset is a piece of a formatted SQL file.
type changeset struct {
	author, id string
	attributes map[string]string
	from, to   int
	rollback   []sqltext.Span // the SQL after --rollback
	hasDown    bool
}

// A formattedSQL is a file, divided.
type formattedSQL struct {
	sets  []changeset
	start int // of the first
	// What is no SQL when the changesets are read, and when their rollbacks are:
	// --word is a comment to Liquibase, and none to MySQL.
	meta, rollbackMeta []sqltext.Span
}

// changesets reads a formatted SQL file: each changeset is a migration.
func (r *reader) changesets(f *file) {
	r.load([]*file{f})
	r.liquibaseProperties(f.text)
	sql := r.open(f)
	if sql == nil {
		return
	}
	before := len(r.out.Migrations)
	parsed := splitChangesets(sql.Text)
	sets := parsed.sets
	up, down := sqltext.Blank(sql, parsed.meta), sqltext.Blank(sql, parsed.rollbackMeta)
	if before := sqltext.Split(up, 0, parsed.start, r.opts.Mode); len(before) > 0 && len(sets) > 0 {
		r.refuse(sql, before[0].Start, "this stands before the first --changeset: Liquibase does not run it", "")
	}
	var lists [][]Statement
	for i := range sets {
		c := &sets[i]
		if !c.wanted() {
			continue
		}
		m := r.changeset(up, down, c)
		m.Path = f.path
		r.out.Migrations = append(r.out.Migrations, m)
		lists = append(lists, m.Up, m.Down)
	}
	if len(sets) == 0 {
		r.problem(refused, f.path, "this changelog has no --changeset author:id line: Liquibase runs nothing of it", "")
	}
	if added := r.out.Migrations[before:]; len(added) > 0 && strings.Contains(sql.Text, "expandcheck:") {
		added[0].FileDirectives = fileDirectives(sql, lists...)
	}
}

func (r *reader) changeset(f, down *sqltext.File, c *changeset) *Migration {
	m := &Migration{Version: c.author + ":" + c.id, HasDown: c.hasDown}
	m.NoTx = c.is("runInTransaction", "false")
	m.Repeatable = c.is("runOnChange", "true") || c.is("runAlways", "true")
	up := []sqltext.Span{{Start: c.from, End: c.to}}
	if d := c.delimiter(); d != "" {
		up = sqltext.Chunks(f.Text, c.from, c.to, d, r.opts.Mode)
	}
	m.Up = r.statements(nil, f, up)
	m.Down = r.statements(nil, down, c.rollback)
	return m
}

func (c *changeset) is(attribute, value string) bool {
	return strings.EqualFold(c.attributes[strings.ToLower(attribute)], value)
}

// wanted goes by the dbms and ignore attributes.
func (c *changeset) wanted() bool {
	if c.is("ignore", "true") {
		return false
	}
	dbms := strings.ToLower(c.attributes["dbms"])
	if dbms == "" || dbms == "all" {
		return true
	}
	excludes := false
	for name := range strings.SplitSeq(dbms, ",") {
		name = strings.TrimSpace(name)
		if not, ok := strings.CutPrefix(name, "!"); ok {
			if not == "mysql" || not == "mariadb" {
				return false
			}
			excludes = true
			continue
		}
		if name == "mysql" || name == "mariadb" {
			return true
		}
	}
	return excludes
}

// delimiter is the endDelimiter, a regular expression of which we know the
// simple ones; "" for the semicolon.
func (c *changeset) delimiter() string {
	d := strings.NewReplacer(`\n`, "\n", `\r`, "", `\s*`, "", `\s+`, "", `\$`, "$", `\/`, "/", `\|`, "|").Replace(c.attributes["enddelimiter"])
	if d == ";" || strings.ContainsAny(d, `\[](){}*+?^`) {
		return ""
	}
	return d
}

// liquibaseProperties takes the values of --property name:x value:y.
func (r *reader) liquibaseProperties(text string) {
	if !strings.Contains(text, "property") {
		return
	}
	for start, end := range lines(text) {
		rest, ok := liquibaseLine(text[start:end], "property")
		if !ok {
			continue
		}
		a := attributes(rest)
		if c := (&changeset{attributes: a}); a["name"] == "" || !c.wanted() {
			continue
		}
		if _, set := r.opts.Placeholders[a["name"]]; !set {
			r.values[a["name"]] = a["value"]
		}
	}
}

// liquibaseLine returns what follows "--word" on a line.
func liquibaseLine(line, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(strings.TrimLeft(line, " \t"), "--")
	if !ok {
		return "", false
	}
	rest = strings.TrimLeft(rest, " \t")
	if !hasFold(rest, word) {
		return "", false
	}
	rest = rest[len(word):]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != ':' {
		return "", false
	}
	return rest, true
}

// splitChangesets divides the text of a formatted SQL file.
func splitChangesets(text string) formattedSQL {
	out := formattedSQL{start: len(text)}
	var c *changeset
	block := -1 // where a /* liquibase rollback block began
	for from, end := range lines(text) {
		line := text[from:end]
		if block >= 0 {
			if n := strings.Index(line, "*/"); n >= 0 {
				c.rollback = append(c.rollback, sqltext.Span{Start: block, End: from + n})
				block = -1
			}
			continue
		}
		if isLiquibaseMeta(line) {
			out.meta = append(out.meta, sqltext.Span{Start: from, End: end})
		}
		if rest, ok := liquibaseLine(line, "changeset"); ok {
			if c != nil {
				c.to = from
			} else {
				out.start = from
			}
			out.sets = append(out.sets, newChangeset(rest, end, len(text)))
			c = &out.sets[len(out.sets)-1]
			continue
		}
		if c == nil {
			continue
		}
		if rest, ok := liquibaseLine(line, "rollback"); ok {
			c.rollbackLine(rest, from, end)
			out.rollbackMeta = append(out.rollbackMeta, sqltext.Span{Start: from, End: end - len(rest)})
		} else if inner, ok := rollbackBlock(line); ok {
			c.hasDown = true
			block = end
			if n := strings.Index(inner, "*/"); n >= 0 { // on one line
				at := end - len(inner)
				c.rollback = append(c.rollback, sqltext.Span{Start: at, End: at + n})
				block = -1
			}
		}
	}
	return out
}

// isLiquibaseMeta reports whether a line is a comment without a space after its
// dashes.
func isLiquibaseMeta(line string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "--")
	return ok && rest != "" && rest[0] > ' '
}

// rollbackBlock returns what follows /* liquibase rollback.
func rollbackBlock(line string) (inner string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "/*")
	if !ok {
		return "", false
	}
	rest = strings.TrimLeft(rest, " \t")
	if !hasFold(rest, "liquibase rollback") {
		return "", false
	}
	return rest[len("liquibase rollback"):], true
}

// rollbackLine adds a --rollback line; a statement may go over several of them.
func (c *changeset) rollbackLine(rest string, from, end int) {
	c.hasDown = true
	at := end - len(rest)
	body := strings.TrimSpace(rest)
	if body == "" || hasFold(body, "not required") || hasFold(body, "empty") || hasFold(body, "changesetid:") {
		return
	}
	if n := len(c.rollback); n > 0 && c.rollback[n-1].End+2 >= from {
		c.rollback[n-1].End = end
		return
	}
	c.rollback = append(c.rollback, sqltext.Span{Start: at, End: end})
}

func newChangeset(line string, from, to int) changeset {
	c := changeset{from: from, to: to}
	line = strings.TrimLeft(line, " \t")
	author, rest, ok := strings.Cut(line, ":")
	if !ok {
		c.author = strings.TrimSpace(line)
		return c
	}
	c.author = unquote(strings.TrimSpace(author))
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		c.id = unquote(rest)
		rest = rest[min(len(rest), len(c.id)+2):]
	} else {
		c.id, rest, _ = strings.Cut(rest, " ")
		c.id = strings.TrimSpace(c.id)
	}
	c.attributes = attributes(rest)
	return c
}

// attributes reads name:value pairs; a value may be quoted.
func attributes(s string) map[string]string {
	out := map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t")
		i := strings.IndexAny(s, ":=")
		if i < 0 {
			return out
		}
		key := strings.ToLower(strings.TrimSpace(s[:i]))
		if n := strings.LastIndexAny(key, " \t"); n >= 0 {
			key = key[n+1:]
		}
		s = strings.TrimLeft(s[i+1:], " \t")
		var value string
		if s != "" && (s[0] == '"' || s[0] == '\'') {
			if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
				value, s = s[1:1+end], s[end+2:]
				out[key] = value
				continue
			}
		}
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		value, s = s[:end], s[end:]
		out[key] = value
	}
}
