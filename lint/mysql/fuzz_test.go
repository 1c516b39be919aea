package mysql

import (
	"os"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// FuzzRead: any text ends in changes whose positions lie in it, and expanding
// and rewriting keep every line and offset.
func FuzzRead(f *testing.F) {
	data, err := os.ReadFile("testdata/forms/forms.txt")
	if err != nil {
		f.Fatal(err)
	}
	for i, form := range strings.Split(string(data), "@@ ") {
		if _, sql, ok := strings.Cut(form, "\n"); ok {
			f.Add(strings.TrimSpace(sql), uint8(i))
		}
	}
	for i, sql := range hiddenSeeds {
		f.Add(sql, uint8(i))
	}
	readers := map[string]*Reader{}
	for _, s := range server.All() {
		readers[s.Name] = NewReader(&s)
	}
	f.Fuzz(func(t *testing.T, sql string, pick uint8) {
		all := server.All()
		srv := all[int(pick)%len(all)]
		r := readers[srv.Name]
		r.Forget()
		file := sqltext.NewFile("f.sql", sql)
		for _, st := range sqltext.Split(file, 0, len(sql), sqltext.Mode(pick>>6)) {
			checkRewrite(t, &st, &srv)
			changes := r.Read(&st).Changes
			if len(changes) == 0 {
				t.Fatalf("no change, not even a neutral one: %q", st.Text())
			}
			for _, c := range changes {
				checkPosition(t, file, c)
				if routine, ok := c.(*schema.CreateRoutine); ok {
					for _, c := range routine.Routine.Runs {
						checkPosition(t, file, c)
					}
				}
			}
			replay(changes)
		}
	})
}

// hiddenSeeds are migrations with DDL in strings and bodies.
var hiddenSeeds = []string{
	"SET @x = (SELECT IF(EXISTS(SELECT 1 FROM i), 'SELECT 1', 'ALTER TABLE t ADD c ENUM(''a'') NOT NULL'));\nPREPARE s FROM @x; EXECUTE s;",
	`SET @x = CONCAT('ALTER TABLE ', @t, " DROP\n COLUMN c"), @y = CASE WHEN @x THEN @x ELSE _utf8'DROP TABLE t' END; PREPARE s FROM @y`,
	"SELECT CONCAT_WS(' ', 'DROP', 'TABLE', 't'), 'TRUNCATE t' INTO @a, @b FROM i; EXECUTE IMMEDIATE @a; EXECUTE IMMEDIATE @b",
	"SET @x = 'ALTER TABLE t '; SET @x = CONCAT(@x, 'DROP COLUMN c'); PREPARE s FROM @x; SET @x = CONCAT(@x, @x)",
	"EXECUTE IMMEDIATE 'BEGIN NOT ATOMIC EXECUTE IMMEDIATE ''DROP TABLE `a``b`''; END'",
	"BEGIN NOT ATOMIC IF @v THEN DROP TABLE t; ELSEIF @w THEN DROP VIEW v; ELSE BEGIN END; END IF; END",
	"CREATE PROCEDURE p(IN a INT) COMMENT 'x' a: BEGIN DECLARE EXIT HANDLER FOR 1060, SQLSTATE VALUE '42S21' BEGIN END; WHILE a DO ALTER TABLE t ADD c INT; END WHILE; CALL q(@x); END a",
	"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO CASE 1 WHEN 1 THEN DROP TABLE t; ELSE TRUNCATE TABLE u; END CASE",
}

func checkRewrite(t *testing.T, st *sqltext.Statement, srv *server.Server) {
	t.Helper()
	s := newStatement(st, srv, nil)
	before := s.text
	if len(st.Text()) <= maxParsed && len(before) != len(st.Text()) {
		t.Fatalf("expanding made %d bytes of %d: %q", len(before), len(st.Text()), before)
	}
	if !s.rewrite() {
		return
	}
	if len(s.text) != len(before) {
		t.Fatalf("the rewrite made %d bytes of %d:\n%q\n%q", len(s.text), len(before), before, s.text)
	}
}

func checkPosition(t *testing.T, f *sqltext.File, c schema.Change) {
	t.Helper()
	p := c.Base().Pos()
	lines := strings.Count(f.Text, "\n") + 1
	if p.Line < 1 || p.Column < 1 || p.EndLine < p.Line || p.EndLine > lines {
		t.Fatalf("position %+v of %T is outside of %q", p, c, f.Text)
	}
	if p.Column > len(f.Line(p.Line))+2 {
		t.Fatalf("column of %+v is behind the end of its line %q", p, f.Line(p.Line))
	}
}

// replay makes the changes twice: the second time everything is there already.
func replay(changes []schema.Change) {
	s := schema.New()
	for range 2 {
		for _, c := range changes {
			s.Apply(c)
		}
	}
	s.Tables()
}
