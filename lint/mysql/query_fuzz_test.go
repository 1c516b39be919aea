package mysql_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// FuzzQuery: any text, with holes anywhere, ends in an answer, and every use
// names a table of the schema and stands in the text.
func FuzzQuery(f *testing.F) {
	files, err := filepath.Glob("testdata/queries/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	ddl := ""
	for _, name := range files {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(a.Files[0].Data) > len(ddl) {
			ddl = string(a.Files[0].Data)
		}
		for _, c := range a.Files[1:] {
			text, _, _ := strings.Cut(string(c.Data), "=>\n")
			f.Add(text)
		}
	}
	r := queryReader(f, "mysql-8.4", ddl)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "»") != strings.Count(text, "«") {
			t.Skip()
		}
		text, in := input(text)
		in.Position = func(from, to int) schema.Position {
			if from < 0 || from > to || to > len(text) {
				t.Fatalf("[%d, %d) is not in %q", from, to, text)
			}
			return schema.Position{Line: 1, Column: from + 1, EndLine: 1, EndColumn: to + 1}
		}
		queries, err := r.Query(text, in)
		if len(queries) == 0 && err == nil {
			t.Fatalf("no answer to %q", text)
		}
		for _, q := range queries {
			for _, u := range q.Uses {
				checkUse(t, text, u)
			}
		}
	})
}

func checkUse(t *testing.T, text string, u *schema.Use) {
	t.Helper()
	switch {
	case u.Table.Name == "":
		t.Fatalf("a use of no table in %q: %+v", text, u)
	case u.Write && u.Column != "" && u.Value == nil:
		t.Fatalf("a write of no value in %q: %+v", text, u)
	case u.Missing && !u.Certain:
		t.Fatalf("missing and only possible in %q: %+v", text, u)
	}
}

const benchSchema = `CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(100), name VARCHAR(100), created DATETIME);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, total INT, state VARCHAR(10));`

var benchQueries = []string{
	"SELECT id, email, name FROM users WHERE id = ?",
	"INSERT INTO orders (id, user_id, total, state) VALUES (?, ?, ?, 'new') ON DUPLICATE KEY UPDATE total = VALUES(total)",
	"UPDATE users SET email = ?, name = ? WHERE id = ? AND created < NOW()",
	"SELECT u.id, u.name, COUNT(*), SUM(o.total) FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.state IN (?, ?) GROUP BY u.id, u.name HAVING COUNT(*) > 3 ORDER BY u.name LIMIT 10",
	"DELETE FROM orders WHERE user_id = ? AND id IN (SELECT id FROM users WHERE email LIKE ?)",
}

func BenchmarkQuery(b *testing.B) {
	r := queryReader(b, "mysql-8.4", benchSchema)
	for b.Loop() {
		for _, q := range benchQueries {
			if _, err := r.Query(q, mysql.QueryInput{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkNoQuery is the cost of the strings that are none: most of those of a program.
func BenchmarkNoQuery(b *testing.B) {
	r := queryReader(b, "mysql-8.4", benchSchema)
	texts := []string{"application/json", "could not read %s: %w", "select a file from the list and press enter", "SELECT id, name FROM elsewhere WHERE id = ?"}
	for b.Loop() {
		for _, text := range texts {
			if _, err := r.Query(text, mysql.QueryInput{}); err == nil {
				b.Fatal(text)
			}
		}
	}
}
