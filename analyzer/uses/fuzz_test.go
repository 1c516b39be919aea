package uses_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/analyzer/internal/mutate"
	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/server"
)

// FuzzRead reads a Go file for its uses of a small schema. It must end, without a
// panic, and every use must stand in a file of the tree.
func FuzzRead(f *testing.F) {
	mutate.Seed(f, "testdata/*.txtar")
	srv, err := server.Named(server.Default)
	if err != nil {
		f.Fatal(err)
	}
	s := replay(srv, "CREATE TABLE star (id INT PRIMARY KEY, repo_name VARCHAR(100), star_count INT); CREATE TABLE repo (id INT, repo_name VARCHAR(100), organization VARCHAR(100));")
	f.Fuzz(func(t *testing.T, src string, edits []byte) {
		src = mutate.Go(src, edits)
		fsys := fstest.MapFS{
			"go.mod":    {Data: []byte("module example.com/app")},
			"app.go":    {Data: []byte(src)},
			"query.sql": {Data: []byte("SELECT star_count FROM star")},
		}
		u, err := uses.NewTree(fsys).Read(context.Background(), uses.Options{Server: srv, Schema: s, Callers: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range u.Queries {
			for _, use := range q.Uses {
				if _, ok := fsys[use.Pos.File]; !ok {
					t.Errorf("a use of %s stands in %q", use.Table, use.Pos.File)
				}
			}
			_ = u.Must(q, u.Queries)
		}
	})
}
