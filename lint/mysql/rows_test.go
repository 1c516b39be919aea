package mysql_test

import (
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// What an INSERT … SELECT copies: the columns that each value names, and
// whether rows may be left out.
func TestCopies(t *testing.T) {
	srv, err := server.Named("mysql-9")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ query, want string }{
		{"SELECT * FROM t", "*"},
		{"SELECT t.* FROM t", "*"},
		{"SELECT a, b AS c, 1, UPPER(CONCAT(d, e)) FROM t", "a; b; ; d e"},
		{"SELECT a FROM t WHERE a > 1", "a filtered"},
		{"SELECT a FROM t WHERE 1", "a"},
		{"SELECT a FROM t LIMIT 5", "a filtered"},
		{"SELECT a FROM t GROUP BY a", "a filtered"},
		{"SELECT a FROM t ORDER BY a", "a"},
		{"SELECT a FROM t LEFT JOIN u USING (id)", "a"},
		{"SELECT a FROM t JOIN u USING (id)", "a filtered"},
		{"SELECT a FROM u RIGHT JOIN t USING (id)", "a filtered"},
		{"SELECT a FROM t, u", "a filtered"},
		{"SELECT a FROM t WHERE a > 1 UNION ALL SELECT a FROM t", ""},
		{"SELECT a FROM t WHERE a > 1 UNION ALL SELECT a FROM t WHERE a = 1", " filtered"},
	}
	for _, tt := range tests {
		changes := readForm(mysql.NewReader(srv), "INSERT INTO n "+tt.query).Changes
		in, ok := changes[0].(*schema.Insert)
		if !ok {
			t.Errorf("%s is %T", tt.query, changes[0])
			continue
		}
		var fields []string
		for _, f := range in.Fields {
			if f.Star {
				f.Columns = []string{"*"}
			}
			fields = append(fields, strings.Join(f.Columns, " "))
		}
		got := strings.Join(fields, "; ")
		if in.Filtered {
			got += " filtered"
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.query, got, tt.want)
		}
	}
}

// Each part of a CREATE TABLE has its clause, in the order of the definition,
// also where only its elements can be read.
func TestParts(t *testing.T) {
	srv, err := server.Named("mariadb-11")
	if err != nil {
		t.Fatal(err)
	}
	const elements = "(a INT CHECK (a > 0) UNIQUE, `b` INT REFERENCES u (id), KEY k (b), CONSTRAINT c CHECK (b > 0), CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id))"
	want := "a INT CHECK (a > 0) UNIQUE | `b` INT REFERENCES u (id)" +
		" # a INT CHECK (a > 0) UNIQUE | KEY k (b)" +
		" # `b` INT REFERENCES u (id) | CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id)" +
		" # a INT CHECK (a > 0) UNIQUE | CONSTRAINT c CHECK (b > 0)"
	for _, tail := range []string{"", " WITH SYSTEM VERSIONING"} {
		changes := readForm(mysql.NewReader(srv), "CREATE TABLE t "+elements+tail).Changes
		c, ok := changes[0].(*schema.CreateTable)
		if !ok {
			t.Fatalf("it is %T", changes[0])
		}
		var out []string
		for _, spans := range [][]schema.Span{c.Parts.Columns, c.Parts.Keys, c.Parts.ForeignKeys, c.Parts.Checks} {
			var texts []string
			for _, at := range spans {
				texts = append(texts, strings.TrimPrefix(c.Part(at).Text(), "CREATE TABLE t … "))
			}
			out = append(out, strings.Join(texts, " | "))
		}
		if got := strings.Join(out, " # "); got != want {
			t.Errorf("%q\ngot  %s\nwant %s", tail, got, want)
		}
	}
}
