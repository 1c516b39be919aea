package lint_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/report"
)

func run(t *testing.T, files map[string]string, targets ...string) *report.Report {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rep, err := lint.Run(context.Background(), lint.Config{Root: fsys, Targets: targets, All: true, NoCode: true})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func found(rep *report.Report) string {
	var b strings.Builder
	for _, f := range rep.Findings {
		fmt.Fprintf(&b, "%s:%d:%d %s %s\n", f.Pos.File, f.Pos.Line, f.Pos.Column, f.Rule.Name, f.Object)
	}
	return b.String()
}

// What follows a statement that is hard to read must be found all the same.
func TestHardStatementsHideNothing(t *testing.T) {
	hard := map[string]string{
		"20,000 nested parentheses": "SELECT " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000) + ";",
		"a bulk insert":             "INSERT INTO t (id, name) VALUES " + strings.Repeat("(1, 'it''s; a \\' row'),", 20000) + "(2, 'last');",
		"a bulk insert that breaks": "INSERT INTO t (id, name) VALUES " + strings.Repeat("(1, 'row'),", 20000) + ";",
		"a byte order mark":         "\ufeffSELECT 1;",
		"an unknown statement":      "FROBNICATE;",
	}
	for name, sql := range hard {
		t.Run(name, func(t *testing.T) {
			rep := run(t, map[string]string{
				"db/0001_a.sql": "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), old INT);",
				"db/0002_b.sql": sql + "\r\nALTER TABLE t\r\n  DROP COLUMN old;\r\n",
			}, "db")
			if got := found(rep); !strings.Contains(got, "db/0002_b.sql:3:3 drop-column old\n") {
				t.Errorf("the drop behind it was not found on its line:\n%s", got)
			}
		})
	}
}

// A huge INSERT costs its own size, not a multiple: its rows are not parsed.
func TestHugeInsertStaysSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	const size = 100 << 20
	var b bytes.Buffer
	b.Grow(size + 200)
	b.WriteString("INSERT INTO t (id, name) VALUES (0, 'first')")
	for b.Len() < size {
		b.WriteString(",\n(1, 'a row; with a semicolon')")
	}
	b.WriteString(";\nALTER TABLE t DROP COLUMN name;\n")
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/db", 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(dir+"/db/"+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("0001_a.sql", []byte("CREATE TABLE t (id INT, name VARCHAR(50));"))
	write("0002_b.sql", b.Bytes())
	b = bytes.Buffer{}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rep, err := lint.Run(context.Background(), lint.Config{Root: os.DirFS(dir), Targets: []string{"db"}, All: true, NoCode: true})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if got := found(rep); !strings.Contains(got, "drop-column name") {
		t.Errorf("the drop behind it was not found:\n%s", got)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 3*size {
		t.Errorf("reading %d MB allocated %d MB", size>>20, used>>20)
	}
}

// A dialect that is not that of the server is refused, wherever the server is named.
func TestDialectOfAnotherServer(t *testing.T) {
	tests := []struct {
		server, config, dialect string
		refused                 bool
	}{
		{"mariadb-11", "", "mysql", true},
		{"mariadb-11", "", "mariadb", false},
		{"planetscale", "", "mysql", false},
		{"", "tidb", "mysql", true},
		{"", "tidb", "tidb", false},
		{"mysql-9", "tidb", "mysql", false},
		{"", "", "mariadb", false},
	}
	for _, tt := range tests {
		cfg := lint.Config{Root: fstest.MapFS{"db/0001_a.sql": &fstest.MapFile{Data: []byte("SELECT 1;")}},
			Server: tt.server, Dialect: tt.dialect, All: true, NoCode: true,
			Migrations: []lint.MigrationsEntry{{Dir: "db", Server: tt.config}}}
		if _, err := lint.Run(context.Background(), cfg); (err != nil) != tt.refused {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
