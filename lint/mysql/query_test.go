package mysql_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// Each archive of testdata/queries is a schema and statements. A statement has
// holes, as {name}, and parts that are added under a condition, as «part»; its
// uses follow behind the line =>.
func TestQueries(t *testing.T) {
	files, err := filepath.Glob("testdata/queries/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no queries", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r := queryReader(t, "mysql-8.4", string(a.Files[0].Data))
			for i := 1; i < len(a.Files); i++ {
				f := &a.Files[i]
				text, want, _ := strings.Cut(string(f.Data), "=>\n")
				got := readQueries(r, text)
				if *update {
					f.Data = []byte(text + "=>\n" + got)
				} else if got != want {
					t.Errorf("%s:\n%s\ngot:\n%s\nwant:\n%s", f.Name, text, got, want)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// queryReader returns a reader for the schema that DDL makes.
func queryReader(t testing.TB, serverName, ddl string) *mysql.QueryReader {
	t.Helper()
	srv, err := server.Named(serverName)
	if err != nil {
		t.Fatal(err)
	}
	s := schema.New()
	reader := mysql.NewReader(srv)
	file := sqltext.NewFile("schema.sql", ddl)
	for _, st := range sqltext.Split(file, 0, len(ddl), 0) {
		for _, c := range reader.Read(&st).Changes {
			s.Apply(c)
		}
	}
	return mysql.NewQueryReader(srv, s)
}

var holeMark = regexp.MustCompile(`\{\w*\}`)

// input reads the marks of a statement: «» for what may be there, {} for holes,
// and comments for what else is known.
func input(text string) (string, mysql.QueryInput) {
	var in mysql.QueryInput
	for line := range strings.Lines(text) {
		directive, ok := strings.CutPrefix(line, "# ")
		if !ok {
			break
		}
		text = text[len(line):]
		key, value, _ := strings.Cut(strings.TrimSpace(directive), ": ")
		switch key {
		case "row":
			in.Row.Name = value
		case "variables":
			in.Variables = strings.Fields(value)
		}
	}
	text = strings.TrimSuffix(text, "\n")
	for {
		from := strings.Index(text, "«")
		if from < 0 {
			break
		}
		text = strings.Replace(text, "«", "", 1)
		to := strings.Index(text, "»")
		text = strings.Replace(text, "»", "", 1)
		in.May = append(in.May, sqltext.Span{Start: from, End: to})
	}
	for _, m := range holeMark.FindAllStringIndex(text, -1) {
		in.Holes = append(in.Holes, sqltext.Span{Start: m[0], End: m[1]})
	}
	in.Position = func(from, to int) schema.Position {
		line := strings.Count(text[:from], "\n")
		return schema.Position{Line: line + 1, Column: from - strings.LastIndex(text[:from], "\n"), EndLine: from, EndColumn: to}
	}
	return text, in
}

func readQueries(r *mysql.QueryReader, text string) string {
	text, in := input(text)
	queries, err := r.Query(text, in)
	var b strings.Builder
	for _, q := range queries {
		fmt.Fprintf(&b, "%s", q.Kind)
		if q.Text != text {
			fmt.Fprintf(&b, " of %q", q.Text)
		}
		if q.Ignore {
			b.WriteString(" IGNORE")
		}
		if q.Unresolved {
			b.WriteString(" unresolved")
		}
		b.WriteString("\n")
		for _, u := range q.Uses {
			b.WriteString("  " + useLine(text, u) + "\n")
		}
		for _, res := range q.Results {
			b.WriteString("  result " + resultLine(res) + "\n")
		}
	}
	if unread, ok := errors.AsType[*mysql.UnreadError](err); ok {
		fmt.Fprintf(&b, "unread: %v\n", unread)
	} else if err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}

func useLine(text string, u *schema.Use) string {
	words := []string{"read"}
	if u.Write {
		words[0] = "write"
	}
	name := u.Table.String()
	if u.Column != "" {
		name += "." + u.Column
	}
	words = append(words, name, []string{"in result", "in filter", "in set", "in from", "in definition"}[u.Part])
	if u.Write && u.Column != "" {
		words = append(words, []string{"on insert", "on update"}[u.Branch])
	}
	if u.By != schema.ByName {
		words = append(words, []string{"", "by star", "by position", "by row", "by omission", "by hole"}[u.By])
	}
	if u.Index != "" {
		words = append(words, "index "+u.Index)
	}
	if v := u.Value; v != nil {
		words = append(words, "= "+showValue(v))
	}
	if u.Fallback != nil {
		words = append(words, "or "+columnNames(u.Fallback))
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{{!u.Certain, "possible"}, {u.May, "may"}, {u.Missing, "missing"}} {
		if flag.set {
			words = append(words, flag.name)
		}
	}
	return strings.Join(words, " ") + fmt.Sprintf(" @%d:%d", u.Pos.Line, u.Pos.Column) + spelled(text, u)
}

// spelled shows what stands at the position when it is not the name.
func spelled(text string, u *schema.Use) string {
	at := strings.Trim(text[u.Pos.EndLine:u.Pos.EndColumn], "`")
	if len(at) == len(text) {
		return ""
	}
	if name := u.Column + u.Index; strings.EqualFold(at, name) || name == "" && strings.EqualFold(at, u.Table.Name) {
		return ""
	}
	return " `" + at + "`"
}

func showValue(v *schema.Value) string {
	switch v.Kind {
	case schema.Constant:
		return v.Text
	case schema.DefaultValue:
		return "DEFAULT"
	case schema.Placeholder:
		if v.Name != "" {
			return ":" + v.Name
		}
		return fmt.Sprintf("?%d", v.Param)
	case schema.UnknownValue:
		return "unknown"
	}
	return "computed(" + columnNames(v.From) + ")"
}

func columnNames(columns []schema.ColumnName) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Table.String()+"."+c.Column)
	}
	return strings.Join(names, ", ")
}

func resultLine(r schema.Result) string {
	line := r.Name
	if r.Column != "" {
		line += " = " + r.Table.String() + "." + r.Column
	}
	if r.Star {
		line += " of *"
	}
	if r.Nullable {
		line += " nullable"
	}
	return line
}
