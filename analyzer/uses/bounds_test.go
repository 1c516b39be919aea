package uses_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestBounds reads code of which there are more ways to a statement than anybody could
// follow.
func TestBounds(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{"circles": circles(14), "ways": ways(5, 40), "again": again(10)} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{
				"go.mod":     {Data: []byte("module example.com/app")},
				"app.go":     {Data: []byte("package app\n\nimport \"database/sql\"\n\n" + code)},
				"schema.sql": {Data: []byte("CREATE TABLE star (id INT PRIMARY KEY);")},
			}
			start := time.Now()
			if u := read(t, fsys); len(u.Queries) == 0 {
				t.Error("no query was found")
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// circles are functions that all call each other.
func circles(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "func f%d(db *sql.DB, where string, n int) {\n\tdb.Query(\"SELECT id FROM star WHERE \" + where)\n", i)
		for j := range n {
			fmt.Fprintf(&b, "\tif n > %d {\n\t\tf%d(db, where, n-1)\n\t}\n", j, j)
		}
		b.WriteString("}\n")
	}
	return b.String() + "func Start(db *sql.DB) { f0(db, \"id = 1\", 5) }\n"
}

// ways are functions that call each other many times, level by level.
func ways(levels, calls int) string {
	var b strings.Builder
	b.WriteString("func f0(db *sql.DB, where string) { db.Query(\"SELECT id FROM star WHERE \" + where) }\n")
	for i := range levels {
		fmt.Fprintf(&b, "func f%d(db *sql.DB, where string) {\n%s}\n", i+1, strings.Repeat(fmt.Sprintf("\tf%d(db, where)\n", i), calls))
	}
	return b.String() + fmt.Sprintf("func Start(db *sql.DB) { f%d(db, \"id = 1\") }\n", levels)
}

// again are literals that call each other four times, down to the statement.
func again(levels int) string {
	var b strings.Builder
	b.WriteString("func Start(db *sql.DB) {\n\tf0 := func() { db.Exec(\"DELETE FROM star\") }\n")
	for i := range levels {
		fmt.Fprintf(&b, "\tf%d := func() {%s}\n", i+1, strings.Repeat(fmt.Sprintf(" f%d();", i), 4))
	}
	return b.String() + fmt.Sprintf("\tf%d()\n}\n", levels)
}
