package lint_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
)

// An entry of the configuration that names no function of the code is said.
func TestWrongWrappers(t *testing.T) {
	fsys := fstest.MapFS{
		"go.mod":        {Data: []byte("module example.com/app\n")},
		"db/0001_a.sql": {Data: []byte("CREATE TABLE star (id INT);")},
		"store/s.go":    {Data: []byte("package store\n\nimport \"example.com/lib/db.v2\"\n\ntype Store interface{ Set(table string, columns []string) }\n\nfunc Run(s Store, q string) { db.Do(q) }\n")},
	}
	for entry, want := range map[string]string{
		"{func: example.com/app/store.Run, sql: 1}":                                   "",
		"{func: example.com/app/store.Store.Set, table: 0, columns: 1, does: insert}": "",
		"{func: example.com/lib/db.v2.Do, sql: 0}":                                    "",
		"{func: example.com/app/store.Rum, sql: 1}":                                   "the package example.com/app/store declares no Rum",
		"{func: example.com/app/store.Store.Sets, table: 0, does: insert}":            "the package example.com/app/store declares no Store.Sets",
		"{func: example.com/app/stores.Run, sql: 1}":                                  "no code has or imports the package example.com/app/stores",
		"{func: example.com/app/store.Run, sql: 2}":                                   "takes 2 arguments, which count from 0: this entry names argument 2",
		"{func: example.com/app/store.Store.Set, table: 0, columns: 2, does: insert}": "takes 2 arguments",
	} {
		cfg, err := lint.ParseConfig(".expandcheck.yml", []byte("wrappers: ["+entry+"]"))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Root, cfg.All = fsys, true
		rep, err := lint.Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(rep.Notes, "\n"); want == "" && strings.Contains(notes, "wrappers") || !strings.Contains(notes, want) {
			t.Errorf("%s: notes %q, want %q", entry, notes, want)
		}
	}
}
