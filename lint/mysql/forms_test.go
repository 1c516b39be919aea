package mysql_test

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// The 205 statement forms, and what four real servers answered to each.
var formServers = map[string]string{ // server of ours → measured server
	"mysql-5.6":     "my56",
	"mysql-9":       "my97",
	"mariadb-10.11": "mdb1011",
	"mariadb-11":    "mdb118",
}

type form struct{ name, sql string }

func forms(t *testing.T) []form {
	t.Helper()
	var out []form
	text := read(t, "testdata/forms/forms.txt")
	for _, part := range strings.Split(text, "@@ ")[1:] {
		name, sql, _ := strings.Cut(part, "\n")
		out = append(out, form{name, strings.TrimRight(sql, "\n")})
	}
	return out
}

func answers(t *testing.T, server string) map[string]string {
	t.Helper()
	out := map[string]string{}
	sc := bufio.NewScanner(strings.NewReader(read(t, "testdata/forms/"+server+".tsv")))
	for sc.Scan() {
		name, answer, _ := strings.Cut(sc.Text(), "\t")
		out[name] = answer
	}
	return out
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// forms that change neither schema nor rows, whatever they say: a form that
// ends as Neutral alone must begin with one of these.
var changeNothing = []string{
	"SELECT", "WITH RECURSIVE", "TABLE ", "CALL", "DO ", "SIGNAL", "HANDLER", "XA ", "SET ", "LOCK", "GRANT", "OPTIMIZE", "ANALYZE",
	"CREATE SEQUENCE", "ALTER SEQUENCE", "DROP SEQUENCE", "CREATE TABLESPACE", "DROP TABLESPACE", "CREATE SERVER", "CREATE ROLE",
	"CREATE LIBRARY", "ALTER EVENT", "ALTER PROCEDURE", "ALTER DATABASE", "BEGIN NOT ATOMIC SELECT", "EXPLAIN", "VALUES", "WITH x AS (SELECT 1 AS q) SELECT",
}

// A form that a server accepts must end as its changes, or as something that a
// rule reports; what each ends as stands in a file that was read by eye.
func TestFormsThatServersAccept(t *testing.T) {
	all := forms(t)
	if len(all) != 205 {
		t.Fatalf("%d forms, want 205", len(all))
	}
	for _, name := range slices.Sorted(maps.Keys(formServers)) {
		t.Run(name, func(t *testing.T) { walkForms(t, name, all) })
	}
}

func walkForms(t *testing.T, name string, all []form) {
	srv, err := server.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	r := mysql.NewReader(srv)
	answered := answers(t, formServers[name])
	var count [4]int
	var golden strings.Builder
	for _, f := range all {
		res := readForm(r, f.sql)
		answer, ok := answered[f.name]
		if !ok {
			t.Errorf("no answer to %q", f.name)
		}
		count[res.Method]++
		fmt.Fprintf(&golden, "%s\t%s\t%s\t%s\n", f.name, answer, res.Method, kinds(res.Changes))
		if !strings.HasPrefix(answer, "SYNTAX") && onlyNeutral(res.Changes) && !startsWithAny(f.sql, changeNothing) {
			t.Errorf("%s passes in silence: %s", f.name, f.sql)
		}
	}
	fmt.Fprintf(&golden, "parsed %d, rewritten %d, classified %d, dark %d\n", count[0], count[1], count[2], count[3])
	compareGolden(t, "testdata/forms/read."+name+".golden", golden.String())
}

func readForm(r *mysql.Reader, sql string) mysql.Result {
	f := sqltext.NewFile("form.sql", sql)
	r.Forget()
	return r.Read(&sqltext.Statement{File: f, Start: 0, End: len(sql)})
}

// kinds tells the changes in short: AddColumn(t.n1).
func kinds(changes []schema.Change) string {
	var out []string
	for _, c := range changes {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", c), "*schema.")
		switch c := c.(type) {
		case *schema.Neutral:
			kind += "(" + c.What + ")"
		case *schema.Opaque:
			kind += fmt.Sprintf("(%s @%d:%d)", c.Why, c.Pos().Line, c.Pos().Column)
		case *schema.AddColumn:
			kind += "(" + c.Column.Name + " " + c.Column.Type.Name + ")"
		case *schema.ModifyColumn:
			kind += "(" + c.Old + " " + c.Column.Name + " " + c.Column.Type.Name + ")"
		case *schema.DropColumn:
			kind += "(" + c.Column + ")"
		case *schema.RenameColumn:
			kind += "(" + c.Old + " " + c.New + ")"
		case *schema.CreateTable:
			kind += fmt.Sprintf("(%s %d columns, %d keys)", c.Table, len(c.Def.Columns), len(c.Def.Keys))
		case *schema.DropTable:
			kind += "(" + c.Table.String() + ")"
		case *schema.RenameTable:
			kind += "(" + c.Table.String() + " " + c.To.String() + ")"
		case *schema.Partition:
			kind += "(" + c.Kind + ")"
		case *schema.CreateRoutine:
			if len(c.Routine.Runs) > 0 {
				kind += "(" + c.Routine.Name + " runs " + kinds(c.Routine.Runs) + ")"
			}
		case *schema.Call:
			kind += "(" + c.Name + ")"
		}
		if c.Base().Tokens {
			kind += "~"
		}
		if h := c.Base().Hidden; h != nil {
			kind += " in " + h.In
		}
		out = append(out, kind)
	}
	return strings.Join(out, " ")
}

func onlyNeutral(changes []schema.Change) bool {
	for _, c := range changes {
		if _, ok := c.(*schema.Neutral); !ok {
			return false
		}
	}
	return true
}

func startsWithAny(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(strings.ToUpper(s), strings.ToUpper(p)) })
}

var update = flag.Bool("update", false, "write the golden files")

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, file); got != want {
		g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
		for i := range max(len(g), len(w)) {
			if i >= len(g) || i >= len(w) || g[i] != w[i] {
				t.Fatalf("%s, line %d:\n got %s\nwant %s", file, i+1, at(g, i), at(w, i))
			}
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(no line)"
}
