package mysql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// What a statement stores, from where, and in which rows.
func TestCopy(t *testing.T) {
	srv, err := server.Named("mysql-9")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ sql, want string }{
		{"UPDATE u SET a = b", "a<-u.b"},
		{"UPDATE u SET a = UPPER(b), c = 1 WHERE a IS NULL AND (b IS NOT NULL)", "a<-u.b, c<- | 1 u.a; 2 u.b"},
		{"UPDATE u SET a = b WHERE a = 0 OR a IS NULL", "a<-u.b | 7 u.a"},
		{"UPDATE u SET a = b WHERE NOT (a <=> b)", "a<-u.b | 4 u.a u.b"},
		{"UPDATE u SET a = b WHERE id < 100 LIMIT 5", "a<-u.b | 0 u.id | limit"},
		{"UPDATE u JOIN s x ON x.uid = u.id SET u.a = x.b WHERE x.b <> ''", "a<-s.b | 5 s.uid u.id; 4 s.b"},
		{"UPDATE u SET a = (SELECT b FROM s WHERE s.uid = u.id)", "a<-s.b | 5 s.uid u.id"},
		{"UPDATE u JOIN (SELECT uid, SUM(n) total FROM s GROUP BY uid) x ON x.uid = u.id SET a = x.total", "a<-s.n | 5 s.uid u.id"},
		{"INSERT INTO u (a, b) SELECT c, CONCAT(d, e) FROM s WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = s.id)", "a<-s.c, b<-s.d s.e | 6 "},
		{"INSERT INTO u SELECT * FROM s", "*<-s."},
		{"INSERT INTO u (id) SELECT s.id FROM s LEFT JOIN u ON u.id = s.id WHERE u.id IS NULL", "id<-s.id | 5 u.id s.id; 1 u.id"},
	}
	for _, tt := range tests {
		if got := describeCopy(readForm(mysql.NewReader(srv), tt.sql).Changes[0]); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.sql, got, tt.want)
		}
	}
}

func describeCopy(c schema.Change) string {
	var copied *schema.Copy
	switch c := c.(type) {
	case *schema.Update:
		copied = c.Copy
	case *schema.Insert:
		copied = c.Copy
	}
	if copied == nil {
		return fmt.Sprintf("%T", c)
	}
	var sets, rows []string
	for _, a := range copied.Sets {
		if a.Star {
			a.Column = "*"
		}
		sets = append(sets, a.Column+"<-"+columnsText(a.From))
	}
	for _, r := range copied.Rows {
		rows = append(rows, fmt.Sprintf("%d %s", r.Kind, columnsText(r.Columns)))
	}
	out := strings.Join(sets, ", ")
	if len(rows) > 0 {
		out += " | " + strings.Join(rows, "; ")
	}
	if copied.Limit {
		out += " | limit"
	}
	return out
}

func columnsText(columns []schema.ColumnName) string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Table.Name+"."+c.Column)
	}
	return strings.Join(out, " ")
}
