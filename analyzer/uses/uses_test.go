package uses_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var update = flag.Bool("update", false, "write the golden parts of the scenarios")

// TestUses reads the Go files of each scenario against its schema.sql, and
// compares the uses that it finds.
func TestUses(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { scenario(t, name) })
	}
}

func scenario(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var want string
	var rest []txtar.File
	for _, f := range archive.Files {
		if f.Name == "uses" {
			want = string(f.Data)
			continue
		}
		rest = append(rest, f)
	}
	archive.Files = rest
	fsys, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	got := describe(read(t, fsys))
	if *update {
		archive.Files = append(archive.Files, txtar.File{Name: "uses", Data: []byte(got)})
		if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("uses:\n%s\nwant:\n%s", got, want)
	}
}

func read(t *testing.T, fsys fs.FS) *schema.Uses {
	t.Helper()
	srv, err := server.Named(server.Default)
	if err != nil {
		t.Fatal(err)
	}
	ddl, err := fs.ReadFile(fsys, "schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	s := replay(srv, string(ddl))
	u, err := uses.NewTree(fsys).Read(context.Background(), uses.Options{Server: srv, Schema: s})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// describe lists the queries with their uses; what is no more than expected of a
// use is left out.
func describe(u *schema.Uses) string {
	var b strings.Builder
	for _, q := range u.Queries {
		fmt.Fprintf(&b, "%s:%d %s %s", q.Site.File, q.Site.Line, q.Function, q.Kind)
		if q.Guard != "" {
			fmt.Fprintf(&b, " when %s", q.Guard)
		}
		b.WriteString(flagged(q.Portable, ", one of several dialects") + "\n")
		for _, use := range q.Uses {
			b.WriteString("  " + describeUse(use) + "\n")
		}
		for _, r := range q.Results {
			if r.Into != nil {
				fmt.Fprintf(&b, "  %s into %s %s%s\n", r.Name, r.Into.Name, r.Into.Type, flagged(r.Into.NotNull, ", not NULL"))
			}
		}
	}
	for _, r := range u.Unresolved {
		fmt.Fprintf(&b, "unresolved %s:%d %s: %s\n", r.Pos.File, r.Pos.Line, r.Why, r.Text)
	}
	for _, s := range u.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Dir, s.Why)
	}
	return b.String()
}

func describeUse(use *schema.Use) string {
	word := "reads"
	if use.Write {
		word = "writes"
	}
	name := use.Table.Name
	if use.Column != "" {
		name += "." + use.Column
	}
	parts := []string{fmt.Sprintf("%s %s at %s:%d:%d", word, name, use.Pos.File, use.Pos.Line, use.Pos.Column)}
	for _, more := range []struct {
		is   bool
		text string
	}{
		{!use.Certain, "possible"},
		{use.May, "may"},
		{use.Missing, "missing"},
		{use.Value != nil && use.Value.MayBeNull() == schema.NeverNull, "never NULL"},
		{use.Value != nil && use.Value.MayBeNull() == schema.MaybeNull, "may be NULL"},
	} {
		if more.is {
			parts = append(parts, more.text)
		}
	}
	return strings.Join(parts, ", ")
}

func flagged(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// replay makes the schema of a file of DDL.
func replay(srv *server.Server, ddl string) *schema.Schema {
	s := schema.New()
	f := sqltext.NewTemplate("schema.sql", ddl, nil)
	r := mysql.NewReader(srv)
	statements := sqltext.Split(f, 0, len(f.Text), 0)
	for i := range statements {
		for _, c := range r.Read(&statements[i]).Changes {
			s.Apply(c)
		}
	}
	return s
}
