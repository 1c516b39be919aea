package migration

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var update = flag.Bool("update", false, "rewrite the want files of testdata")

// A scenario is an archive of a directory tree. The first line of its comment
// says what it shows; lines "name: value" below set what the reading goes by.
type scenario struct {
	dir     string
	find    bool
	text    string // the file to be read as a text of its own
	crlf    bool
	options Options
}

func parseScenario(t *testing.T, a *txtar.Archive) (s scenario, fsys fstest.MapFS) {
	t.Helper()
	s.dir = "migrations"
	for _, line := range strings.Split(string(a.Comment), "\n")[1:] {
		key, value, ok := strings.Cut(line, ": ")
		if !ok {
			continue
		}
		switch key {
		case "dir":
			s.dir = value
		case "find":
			s.find, s.dir = true, value
		case "text":
			s.text = value
		case "lines":
			s.crlf = value == "crlf"
		case "layout":
			s.options.Layout = value
		case "dialect":
			s.options.Dialect = value
		case "placeholder":
			name, v, _ := strings.Cut(value, "=")
			if s.options.Placeholders == nil {
				s.options.Placeholders = map[string]string{}
			}
			s.options.Placeholders[name] = v
		default:
			t.Fatalf("unknown setting %q", key)
		}
	}
	fsys = fstest.MapFS{}
	for _, f := range a.Files {
		if f.Name == "want" {
			continue
		}
		data := strings.ReplaceAll(string(f.Data), "\\-- ", "-- ") // a line that is none of the archive
		if s.crlf {
			data = strings.ReplaceAll(data, "\n", "\r\n")
		}
		fsys[f.Name] = &fstest.MapFile{Data: []byte(data)}
	}
	return s, fsys
}

func (s *scenario) run(fsys fs.FS) string {
	var b strings.Builder
	if s.find {
		found, err := Find(fsys, s.dir)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		for _, d := range found {
			fmt.Fprintln(&b, d)
		}
		return b.String()
	}
	var d *Directory
	var err error
	if s.text != "" {
		text, _ := fs.ReadFile(fsys, s.text)
		d, err = ReadText("-", string(text), s.options)
	} else {
		d, err = Read(fsys, s.dir, s.options)
	}
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	describe(&b, d)
	return b.String()
}

func describe(b *strings.Builder, d *Directory) {
	fmt.Fprintf(b, "layout %s\n", d.Layout.Name)
	if d.Dialect != "" {
		fmt.Fprintf(b, "dialect %s\n", d.Dialect)
	}
	for _, m := range d.Migrations {
		describeMigration(b, m)
	}
	for _, s := range d.Snapshots {
		fmt.Fprintf(b, "snapshot %s\n", s)
	}
	for _, s := range d.Skipped {
		fmt.Fprintf(b, "skipped %s: %s\n", s.Path, s.Why)
	}
	for _, p := range d.Problems {
		fmt.Fprintf(b, "problem %s:%d:%d: [%s] %s\n", p.File, p.Line, p.Column, p.Rule, p.Message)
	}
	for _, n := range d.Notes {
		fmt.Fprintf(b, "note %s\n", n)
	}
}

func describeMigration(b *strings.Builder, m *Migration) {
	fmt.Fprintf(b, "migration %q %q %s", m.Version, m.Name, m.Path)
	for _, flag := range []struct {
		is   bool
		text string
	}{{m.Dialect != "", "dialect=" + m.Dialect}, {m.HasDown, "down"}, {m.Repeatable, "repeatable"}, {m.NoTx, "notx"}, {m.Opaque != "", "opaque=" + m.Opaque}} {
		if flag.is {
			b.WriteString(" " + flag.text)
		}
	}
	b.WriteString("\n")
	for _, d := range m.FileDirectives {
		fmt.Fprintf(b, "  directive %s %v %q at %v trailing=%v\n", d.Name, d.Args, d.Reason, d.File.Position(d.Offset), d.Trailing)
	}
	for i := range m.Up {
		describeStatement(b, "up", m.Path, &m.Up[i])
	}
	for i := range m.Down {
		describeStatement(b, "down", m.Path, &m.Down[i])
	}
}

func describeStatement(b *strings.Builder, part, file string, s *Statement) {
	text := strings.Join(strings.Fields(s.Text()), " ")
	if len(text) > 70 {
		text = text[:70] + "…"
	}
	p := s.File.Position(s.Start)
	where := fmt.Sprintf("%d:%d", p.Line, p.Column)
	if s.File.Name != file {
		where = s.File.Name + ":" + where
	}
	fmt.Fprintf(b, "  %s %s %s\n", part, where, text)
	for _, d := range s.Directives {
		fmt.Fprintf(b, "    directive %s %v %q\n", d.Name, d.Args, d.Reason)
	}
	for _, h := range s.Template {
		p := h.At
		fmt.Fprintf(b, "    template %d:%d %s\n", p.Line, p.Column, h.Text)
	}
	if s.Problem != nil {
		p := s.File.Position(s.Problem.Offset)
		fmt.Fprintf(b, "    problem %d:%d %s\n", p.Line, p.Column, s.Problem.Message)
	}
}

func TestScenarios(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), ".txtar"), func(t *testing.T) { runScenario(t, p) })
	}
}

func runScenario(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, fsys := parseScenario(t, a)
	got := s.run(fsys)
	want := -1
	for i, f := range a.Files {
		if f.Name == "want" {
			want = i
		}
	}
	if *update {
		if want < 0 {
			a.Files = append(a.Files, txtar.File{Name: "want"})
			want = len(a.Files) - 1
		}
		a.Files[want].Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want < 0 {
		t.Fatal("no want file; run with -update")
	}
	if w := string(a.Files[want].Data); got != w {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", strings.SplitN(string(a.Comment), "\n", 2)[0], got, w)
	}
}

// one reads a directory that holds one file.
func one(t *testing.T, name, text string) *Directory {
	t.Helper()
	d, err := Read(fstest.MapFS{"m/" + name: {Data: []byte(text)}}, "m", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestByteOrderMark(t *testing.T) {
	d := one(t, "1_a.up.sql", "\ufeffALTER TABLE a ADD b INT;\nSELECT 1;")
	up := d.Migrations[0].Up
	if len(up) != 2 || up[0].Text() != "ALTER TABLE a ADD b INT" {
		t.Fatalf("statements: %d", len(up))
	}
	if p := up[0].File.Position(up[0].Start); p != (sqltext.Position{Line: 1, Column: 1}) {
		t.Errorf("the first statement is at %v", p)
	}
	d = one(t, "1_a.sql", "\ufeff-- +goose Up\nSELECT 1;\n")
	if d.Layout != goose || len(d.Problems) > 0 {
		t.Errorf("goose behind a byte order mark: layout %s, problems %v", d.Layout.Name, d.Problems)
	}
}

func TestNotText(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"SELECT 1;\x00\x01", "binary"},
		{"\xff\xfeS\x00E\x00", "UTF-16"},
		{"\x1f\x8b\x08", "gzip"},
		{"SQLite format 3\x00", "SQLite"},
	} {
		d := one(t, "1_a.up.sql", test.text)
		if len(d.Problems) != 1 || !strings.Contains(d.Problems[0].Message, test.want) {
			t.Errorf("%q: problems %v", test.text, d.Problems)
		}
	}
}

func TestInvalidUTF8(t *testing.T) {
	d := one(t, "1_a.up.sql", "SELECT 1;\nSELECT 'caf\xe9';\n")
	if len(d.Migrations[0].Up) != 2 {
		t.Errorf("statements: %d", len(d.Migrations[0].Up))
	}
	if len(d.Problems) != 1 || d.Problems[0].Line != 2 || d.Problems[0].Column != 12 {
		t.Errorf("problems: %+v", d.Problems)
	}
}

func TestSymlinks(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{"real", "m"} {
		if err := os.Mkdir(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("real/1_a.up.sql", "SELECT 1;")
	for link, to := range map[string]string{"m/1_a.up.sql": "../real/1_a.up.sql", "m/2_b.up.sql": "gone", "linked": "real"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	d, err := Read(os.DirFS(root), "m", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Migrations) != 2 || len(d.Migrations[0].Up) != 1 || len(d.Problems) != 1 {
		t.Errorf("got %d migrations, problems %v", len(d.Migrations), d.Problems)
	}
	if d, err = Read(os.DirFS(root), "linked", Options{}); err != nil || len(d.Migrations) != 1 {
		t.Errorf("through a linked folder: %v, %v", d, err)
	}
}

func TestLayoutNamed(t *testing.T) {
	for _, l := range Layouts() {
		got, err := LayoutNamed(strings.ToUpper(l.Name))
		if err != nil || got != l {
			t.Errorf("%s: %v, %v", l.Name, got, err)
		}
		if l.Doc == "" {
			t.Errorf("%s has no Doc", l.Name)
		}
	}
	_, err := LayoutNamed("gose")
	if err == nil || !strings.Contains(err.Error(), "did you mean goose?") {
		t.Errorf("gose: %v", err)
	}
	if _, err = LayoutNamed("something-else"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("something-else: %v", err)
	}
}

// many is a directory as large as the largest that we know.
func many() fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range 450 {
		var b strings.Builder
		for j := range 20 {
			fmt.Fprintf(&b, "-- change %d\nALTER TABLE table_%d ADD COLUMN column_%d VARCHAR(64) NOT NULL DEFAULT 'x';\n\n", j, i, j)
		}
		fsys[fmt.Sprintf("m/%06d_change.up.sql", i)] = &fstest.MapFile{Data: []byte(b.String())}
		fsys[fmt.Sprintf("g/%06d_change.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + b.String() + "-- +goose Down\n")}
	}
	return fsys
}

func BenchmarkRead(b *testing.B) {
	fsys := many()
	for _, dir := range []string{"m", "g"} {
		b.Run(dir, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(fsys, dir, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzRead reads any text under any name, in every layout.
func FuzzRead(f *testing.F) {
	f.Add("1_a.up.sql", "ALTER TABLE a ADD b INT; -- expandcheck:ignore x: y\n")
	f.Add("1_a.sql", "-- +goose Up\nA;\n-- +goose StatementBegin\nB;\n-- +goose StatementEnd\n-- +goose Down\nC")
	f.Add("1_a.sql", "-- +migrate Up notransaction\nA;\n-- +migrate Down\nB")
	f.Add("1_a.sql", "-- migrate:up transaction:false\nA;\n-- migrate:down\nB")
	f.Add("V1__a.sql", "DELIMITER $$\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a=${b}; END$$\n")
	f.Add("c.sql", "--liquibase formatted sql\n--changeset a:1 endDelimiter:$$ dbms:mysql\nA$$B\n--rollback C;\n/* liquibase rollback D */\n")
	f.Add("1_a.sql", "-- atlas:delimiter \\n\\n\n-- atlas:txtar\n-- migration.sql --\nA\n\nB\n-- down.sql --\nC\n")
	f.Add("1_a.tx.up.sql", "A\n--bun:split\nB\n--> statement-breakpoint\nC")
	f.Add("1_a.mysql.autocommit.up.sql", "{{if .mysql}}A{{.x}};{{else if not (or .y .z)}}B `{{.p}}`.`{{.q}}t`{{end}} {{define}}{{end}}")
	f.Add("1_a.sql", "---- create above / drop below ----\n${a:-b} {{/* c */}} {{ f \"x\" }}\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, l := range append([]*Layout{{}}, layouts...) {
			o := Options{Layout: l.Name, Placeholders: map[string]string{"x": "long value", "p": ""}}
			d, err := ReadText("-", text, o)
			if err != nil {
				t.Fatal(err)
			}
			check(t, d)
			path := "m/v1.2/" + name
			if !fs.ValidPath(path) {
				continue
			}
			fsys := fstest.MapFS{path: {Data: []byte(text)}}
			for _, dir := range []string{"m/v1.2", "m"} {
				if d, err := Read(fsys, dir, o); err == nil {
					check(t, d)
				}
			}
			_, _ = Find(fsys, "m")
		}
	})
}

// check walks all that a reader of the directory would look at.
func check(t *testing.T, d *Directory) {
	t.Helper()
	var b strings.Builder
	describe(&b, d)
	for _, m := range d.Migrations {
		for _, list := range [][]Statement{m.Up, m.Down} {
			for i := range list {
				checkStatement(t, &list[i])
			}
		}
	}
}

func checkStatement(t *testing.T, s *Statement) {
	t.Helper()
	if s.Start < 0 || s.Start >= s.End || s.End > len(s.File.Text) {
		t.Errorf("statement [%d, %d) of %d bytes", s.Start, s.End, len(s.File.Text))
	}
	p := s.File.Position(s.Start)
	if line := s.File.Line(p.Line); p.Column < 1 || p.Column > len(line)+2 {
		t.Errorf("statement at %v, but the line has %d bytes", p, len(line))
	}
	for _, h := range s.Template {
		if end := s.File.Position(s.End); h.At.Line > end.Line {
			t.Errorf("placeholder %q at %v in a statement that ends at %v", h.Text, h.At, end)
		}
	}
}
