package lint

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/rules"
)

// everything uses each key of the configuration.
const everything = `
migrations:
  - dir: db/migrations          # detected, and can be set
    layout: golang-migrate
    server: mysql-8.4
    code: [.]
    since: 20260301120000
    schema: db/structure.sql
    shared: false
    placeholders: {prefix: app_, engine: InnoDB, n: 1}
  - dir: ./other/
    since: "0009"
    code: cmd
base: origin/main
new_from: ""
deploy: migrations-first
rules: {drop-column: warning, narrow-type: off}
moves:
  - {from: star.star_count, to: repo.star_count, backfilled: true}
  - from: [user.first, user.last]
    to: user.name
flags: {cfg.DualWriteStars: true, flags.ReadNew: false}
tombstone: ['_deprecated', '_drop']
ignore:
  - {rule: drop-table, at: "db/migrations/0009*.sql", reason: "covered by 0010"}
wrappers:
  - {func: example.com/app/db.Exec, sql: 1}
  - {func: example.com/app/db.Store.Set, does: update, table: 0, columns: 1, where: 2}
`

func TestDecode(t *testing.T) {
	want := Config{
		File: ".expandcheck.yml",
		Migrations: []MigrationsEntry{
			{
				Dir: "db/migrations", Layout: "golang-migrate", Server: "mysql-8.4", Code: []string{"."},
				Since: "20260301120000", Schema: "db/structure.sql",
				Placeholders: map[string]string{"prefix": "app_", "engine": "InnoDB", "n": "1"},
			},
			{Dir: "other", Since: "0009", Code: []string{"cmd"}},
		},
		Base: "origin/main", Deploy: MigrationsFirst,
		Rules: map[string]rules.Severity{"drop-column": rules.Warning, "narrow-type": rules.Off},
		Moves: []Move{
			{From: []string{"star.star_count"}, To: []string{"repo.star_count"}, Backfilled: true, Line: 19},
			{From: []string{"user.first", "user.last"}, To: []string{"user.name"}, Line: 20},
		},
		Flags:     map[string]bool{"cfg.DualWriteStars": true, "flags.ReadNew": false},
		Tombstone: []string{"_deprecated", "_drop"},
		Ignores:   []Ignore{{Rule: "drop-table", At: "db/migrations/0009*.sql", Reason: "covered by 0010", Line: 25}},
		Wrappers: []uses.Wrapper{
			{Func: "example.com/app/db.Exec", SQL: 1, Table: -1, Columns: -1, Where: -1},
			{Func: "example.com/app/db.Store.Set", SQL: -1, Table: 0, Columns: 1, Where: 2, Does: "update"},
		},
	}
	crlf := "\ufeff" + strings.ReplaceAll(everything, "\n", "\r\n")
	for _, text := range []string{everything, crlf} {
		var got Config
		if err := got.decode(".expandcheck.yml", ".", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestDecodeBelowTheRoot(t *testing.T) {
	var cfg Config
	err := cfg.decode("svc/[a]/.expandcheck.yml", "svc/[a]", []byte(`
migrations: [{dir: db, code: [.], schema: ../dump.sql}]
ignore: [{rule: drop-table, at: "db/*.sql", reason: gone}]
`))
	if err != nil {
		t.Fatal(err)
	}
	e := cfg.Migrations[0]
	if e.Dir != "svc/[a]/db" || e.Code[0] != "svc/[a]" || e.Schema != "svc/dump.sql" {
		t.Errorf("paths are not relative to the root: %+v", e)
	}
	if got, want := cfg.Ignores[0].At, `svc/\[a]/db/*.sql`; got != want {
		t.Errorf("at is %s, want %s", got, want)
	}
}

func TestDecodeNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "\n", "base:\nrules:\n"} {
		var cfg Config
		if err := cfg.decode("c.yml", ".", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if cfg.Deploy != Separate {
			t.Errorf("%q: deploy is %q", text, cfg.Deploy)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for text, want := range map[string]string{
		"bsae: x":                                           "c.yml:1:1: unknown key \"bsae\": did you mean base?\n  bsae: x\n  ^",
		"migrations: [{dir: a, laoyut: goose}]":             `c.yml:1:23: unknown key "laoyut": did you mean layout?`,
		"migrations: [{dir: a, layout: gose}]":              `c.yml:1:31: unknown layout "gose": did you mean goose?`,
		"migrations: [{dir: a, server: mysql-84}]":          `c.yml:1:31: unknown server "mysql-84": did you mean mysql-8.4?`,
		"migrations: [{layout: goose}]":                     `c.yml:1:14: dir: is missing here`,
		"migrations:\n  - layout: goose":                    `c.yml:2:5: dir: is missing here`,
		"migrations: [{dir: a}, {dir: ./a/}]":               `c.yml:1:24: dir a stands in two entries`,
		"migrations: [{dir: ../a}]":                         `c.yml:1:20: the path leaves the work tree`,
		"migrations: [{dir: /a}]":                           `c.yml:1:20: the path must be relative to the configuration file`,
		"migrations: [{dir: a, shared: maybe}]":             `c.yml:1:31: must be true or false`,
		"migrations: [{dir: a, placeholders: [x]}]":         `c.yml:1:37: must be a mapping (key: value)`,
		"migrations: db":                                    `c.yml:1:13: must be a list`,
		"migrations: [db]":                                  `c.yml:1:14: must be a mapping (key: value)`,
		"base: [a]":                                         `c.yml:1:7: must be a string`,
		"deploy: migration-first":                           `c.yml:1:9: unknown deploy "migration-first": did you mean migrations-first?`,
		"rules: {drop-colum: warning}":                      `c.yml:1:9: unknown rule "drop-colum": did you mean drop-column?`,
		"rules: {drop-column: fatal}":                       `c.yml:1:22: unknown severity "fatal": known are error, warning, info, off`,
		"rules: {drop-column: false}":                       `c.yml:1:22: must be a string`,
		"ignore: [{rule: drop-table, at: x}]":               `c.yml:1:10: reason: is missing here`,
		"ignore: [{rule: drop-table, at: x, reason: ' '}]":  `c.yml:1:44: the reason is empty: say why`,
		"ignore: [{rule: x-y-z, at: x, reason: y}]":         `c.yml:1:17: unknown rule "x-y-z"`,
		"ignore: [{rule: drop-table, at: '[x', reason: y}]": `c.yml:1:33: the glob "[x" is malformed`,
		"moves: [{from: a.b, to: c}]":                       `c.yml:1:9: moves a table to a column`,
		"moves: [{from: a.b.c, to: d.e}]":                   `c.yml:1:16: "a.b.c" names no column`,
		"moves: [{from: a}]":                                `c.yml:1:9: to: is missing here`,
		"flags: {x: 1}":                                     `c.yml:1:12: must be true or false`,
		"wrappers: [{func: Exec, sql: 1}]":                  `c.yml:1:19: "Exec" names no function`,
		"wrappers: [{func: a/b.Exec, sql: -1}]":             `c.yml:1:34: must be a number from 0 on`,
		"wrappers: [{func: a/b.Exec}]":                      `c.yml:1:12: names neither sql: nor table:`,
		"wrappers: [{func: a/b.Exec, table: 0}]":            `c.yml:1:12: does: is missing here: select, insert`,
		"wrappers: [{func: a/b.Exec, sql: 0, columns: 1}]":  `c.yml:1:12: table: is missing here`,
		"wrappers: [{func: a/b.X, table: 0, does: drop}]":   `c.yml:1:42: unknown verb "drop"`,
		"base: x\nbase: y":                                  `c.yml:2:1: mapping key "base" already defined`,
		"base: [x":                                          `c.yml:1:7: `,
		"a:\n\tb: 1":                                        `c.yml:2:1: found character`,
		"- a":                                               `c.yml:1:1: must be a mapping`,
		"base: x\n---\nbase: y":                             `c.yml:3:1: a second document: only one is read`,
		"tombstone: &a [*a]":                                `c.yml:1:`,
		"<<: {base: x}":                                     `c.yml:1:1: this kind of key is not read`,
		"base: é # ü\nflags: {é: é, ü: 1}":                  `c.yml:2:`,
	} {
		var cfg Config
		err := cfg.decode("c.yml", ".", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestDecodeReportsAllErrors(t *testing.T) {
	var cfg Config
	err := cfg.decode("c.yml", ".", []byte("bsae: x\nrules: {nope-nope: error}\ndeploy: never"))
	if err == nil || strings.Count(err.Error(), "c.yml:") != 3 {
		t.Errorf("want three errors, got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(everything)
	f.Add("a: &a [*a]\n<<: *a\n? [x]\n: y\n")
	f.Fuzz(func(_ *testing.T, text string) {
		var cfg Config
		_ = cfg.decode("c.yml", ".", []byte(text)) // an error is fine, a panic is not
	})
}

// tree makes files below a new directory and returns it.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		f = filepath.Join(root, f)
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestConfigure(t *testing.T) {
	root := tree(t, "repo/.git/HEAD", "repo/.expandcheck.yml", "repo/svc/.expandcheck.yml", "repo/svc/db/1.sql", "repo/db/1.sql", "bare/db/1.sql")
	for _, test := range []struct {
		dir     string
		targets []string
		root    string
		want    []string
		file    string
	}{
		{"repo", nil, "repo", nil, ".expandcheck.yml"},
		{"repo/svc/db", nil, "repo", nil, "svc/.expandcheck.yml"},
		{"repo/svc", []string{"db", "../db/1.sql"}, "repo", []string{"svc/db", "db/1.sql"}, "svc/.expandcheck.yml"},
		{"repo", []string{"."}, "repo", []string{"."}, ".expandcheck.yml"},
		{"repo", []string{"svc/db"}, "repo", []string{"svc/db"}, "svc/.expandcheck.yml"},
		{"repo", []string{"-"}, "repo", []string{"-"}, ".expandcheck.yml"},
		{"bare", []string{"db"}, "bare", []string{"db"}, ""},
		{"bare", []string{"../repo/db"}, "repo", []string{"db"}, ".expandcheck.yml"},
		{"repo", []string{"../bare/db/1.sql"}, "bare/db", []string{"1.sql"}, ""},
	} {
		cfg, err := Configure(Config{Targets: test.targets}, filepath.Join(root, test.dir), "")
		if err != nil {
			t.Errorf("%s %v: %v", test.dir, test.targets, err)
			continue
		}
		if cfg.RootDir != filepath.Join(root, test.root) || cfg.File != test.file || strings.Join(cfg.Targets, " ") != strings.Join(test.want, " ") {
			t.Errorf("%s %v: root %s, targets %v, file %q", test.dir, test.targets, cfg.RootDir, cfg.Targets, cfg.File)
		}
	}
}

func TestConfigureRefuses(t *testing.T) {
	root := tree(t, "repo/.git/HEAD", "repo/db/1.sql", "other/db/1.sql", "odd/.expandcheck.yaml")
	for _, test := range []struct {
		dir  string
		cfg  Config
		want string
	}{
		{"repo", Config{Targets: []string{"db", "../other/db"}}, "other/db"},
		{"repo", Config{Targets: []string{"nope"}}, "nope: no such file or directory"},
		{"repo", Config{Targets: []string{"db", "-"}}, "standard input"},
		{"repo", Config{Server: "mysql-84"}, "did you mean mysql-8.4?"},
		{"odd", Config{}, "rename it to .expandcheck.yml"},
	} {
		if _, err := Configure(test.cfg, filepath.Join(root, test.dir), ""); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %s", test.cfg, err, test.want)
		}
	}
}
