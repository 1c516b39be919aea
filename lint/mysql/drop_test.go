package mysql_test

import (
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// What cannot be read says what it drops, as far as its words tell: each piece once,
// and none that was read.
func TestUnreadDrops(t *testing.T) {
	tests := map[string]string{ // what the first unread piece drops
		`ALTER TABLE "users" DROP COLUMN a`:                            "DROP COLUMN a",
		`ALTER TABLE users DROP (a, b)`:                                "DROP (a, b)",
		`ALTER TABLE [dbo].[users] DROP COLUMN nick`:                   "DROP COLUMN nick",
		`ALTER TABLE users ALTER COLUMN a DROP NOT NULL, ADD b INT`:    "DROP NOT NULL",
		`DROP INDEX CONCURRENTLY IF EXISTS idx`:                        "DROP INDEX CONCURRENTLY IF EXISTS idx",
		`DROP TABLE "users" CASCADE CONSTRAINTS`:                       `DROP TABLE "users" CASCADE CONSTRAINTS`,
		"ALTER TABLE users ADD a INT\nALTER TABLE users DROP COLUMN b": "DROP COLUMN b",
		"ALTER TABLE users ADD a INT FOO, DROP COLUMN b":               "",
		"CREATE TEMP TABLE x ON COMMIT DROP AS SELECT 1":               "",
		"FROBNICATE 'DROP TABLE a'":                                    "",
	}
	srv, err := server.Named("mysql-8.4")
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range tests {
		f := sqltext.NewFile("a.sql", sql)
		statements := sqltext.Split(f, 0, len(sql), 0)
		found := false
		for _, c := range mysql.NewReader(srv).Read(&statements[0]).Changes {
			o, ok := c.(*schema.Opaque)
			if !ok || found {
				continue
			}
			found = true
			if o.Drops != want {
				t.Errorf("%s: drops %q, want %q", sql, o.Drops, want)
			}
		}
		if !found {
			t.Errorf("%s: nothing of it is unread", sql)
		}
	}
}
