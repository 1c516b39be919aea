package uses_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// BenchmarkRead reads the uses of a whole module: the one at USES_MODULE, on the
// schema of the SQL file at USES_SCHEMA; or else this one, on two tables.
func BenchmarkRead(b *testing.B) {
	root, ddl := "../..", "CREATE TABLE star (id INT, star_count INT); CREATE TABLE repo (id INT);"
	if m := os.Getenv("USES_MODULE"); m != "" {
		data, err := os.ReadFile(os.Getenv("USES_SCHEMA"))
		if err != nil {
			b.Fatal(err)
		}
		root, ddl = m, string(data)
	}
	srv, err := server.Named(server.Default)
	if err != nil {
		b.Fatal(err)
	}
	s := replay(srv, ddl)
	var u *schema.Uses
	for b.Loop() {
		if u, err = uses.NewTree(os.DirFS(root)).Read(context.Background(), uses.Options{Server: srv, Schema: s}); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
	b.ReportMetric(float64(u.Strings), "strings")
	b.ReportMetric(float64(u.Files), "files")
	if strings.Contains(ddl, "star_count") && len(u.Unresolved) > 100 {
		b.Errorf("%d strings unresolved", len(u.Unresolved))
	}
}
