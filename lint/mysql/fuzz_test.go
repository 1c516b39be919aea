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
	readers := map[string]*Reader{}
	for _, s := range server.All() {
		readers[s.Name] = NewReader(&s)
	}
	f.Fuzz(func(t *testing.T, sql string, pick uint8) {
		all := server.All()
		srv := all[int(pick)%len(all)]
		r := readers[srv.Name]
		file := sqltext.NewFile("f.sql", sql)
		for _, st := range sqltext.Split(file, 0, len(sql), sqltext.Mode(pick>>6)) {
			checkRewrite(t, &st, &srv)
			changes := r.Read(&st).Changes
			if len(changes) == 0 {
				t.Fatalf("no change, not even a neutral one: %q", st.Text())
			}
			for _, c := range changes {
				checkPosition(t, file, c)
			}
			replay(changes)
		}
	})
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
