package gosrc

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

func TestSelecting(t *testing.T) {
	fsys := fstest.MapFS{
		"a/a.go":              {Data: []byte("package a\nfunc f(r R) int { return r.Stars }")},
		"a/a_test.go":         {Data: []byte("package a\n// r.Badge")},
		"b/b.go":              {Data: []byte("package b\nvar r = R{Stars: 1}")},
		"c/c.go":              {Data: []byte("package c\n// Stars, r.StarsToday, My.stars, MyStars: 1")},
		"vendor/v/v.go":       {Data: []byte("package v\n// r.Badge")},
		"testdata/t/t.go":     {Data: []byte("package t\n// r.Badge")},
		".hidden/h.go":        {Data: []byte("package h\n// r.Badge")},
		"d/node_modules/n.go": {Data: []byte("package n\n// r.Badge")},
	}
	s, err := ScanTree(context.Background(), fsys, []string{"."}, NewSyntax(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		names, want []string
	}{
		{[]string{"Stars"}, []string{"a", "b"}},
		{[]string{"Star", "StarsToday"}, []string{"c"}},
		{[]string{"Badge"}, nil},
		{nil, nil},
	} {
		if got := s.Selecting(test.names); !slices.Equal(got, test.want) {
			t.Errorf("%q are selected in %q, want %q", test.names, got, test.want)
		}
	}
}

func TestStartsStatement(t *testing.T) {
	for literal, want := range map[string]bool{
		`"SELECT id FROM star"`:              true,
		`"select id, "`:                      true,
		`"SELECT "`:                          true,
		`"UPDATE star"`:                      true,
		`"update star "`:                     true,
		`"UPDATE %s SET "`:                   true,
		`"update star set star_count = ?"`:   true,
		`"\n\tDELETE FROM star"`:             true,
		`"INSERT"`:                           true,
		`"TRUNCATE star"`:                    true,
		"`-- name: Count :one\nSELECT 1`":    true,
		`"LOCK TABLES star READ"`:            true,
		`"CREATE EVENT forget ON SCHEDULE "`: true,
		`"CREATE TABLE star (id INT)"`:       false,
		`"delete"`:                           false,
		`"Lock"`:                             false,
		`"table"`:                            false,
		`"update failed: %v"`:                false,
		`"Update name is not set on start."`: false,
		`"Select a star, then a repository"`: false,
		`"selected"`:                         false,
		`"star"`:                             false,

		`"# stars\nSELECT id FROM star"`:                     true,
		`"# Stars\n\nSelect one of the stars here."`:         false,
		`"/* all */ describe star"`:                          true,
		`"DESCRIBE star"`:                                    true,
		`"desc star"`:                                        true,
		`"Describe what a star is to you"`:                   false,
		`" DESC"`:                                            false,
		`"REPLACE star SET id = 1"`:                          true,
		`"replace star set id = 1"`:                          true,
		`"Replace the star"`:                                 false,
		`"Replace the star that was set before it went out"`: false,
		`"INSERT IGNORE star (id) VALUES (1)"`:               true,
		`"insert star here"`:                                 false,
		`"OPTIMIZE LOCAL TABLE star"`:                        true,
		`"check table star"`:                                 true,
		`"Check the table of stars"`:                         false,
		`"FLUSH TABLES star"`:                                true,
		`"flush the tables of stars"`:                        false,
		`"SHOW CREATE TABLE star"`:                           true,
		`"show columns in star"`:                             true,
		`"show stars"`:                                       false,
		`"PREPARE s FROM 'SELECT id FROM star'"`:             true,
		`"CALL archive((SELECT id FROM star))"`:              true,
		`"call the star"`:                                    false,
		`"explain analyze delete from star"`:                 true,
		`"Explain why the star went out"`:                    false,
		`"SELECT GET_LOCK('x', 1); UPDATE star SET id = 1"`:  true,
		`"SET autocommit = 0; update star set id = 1"`:       true,
		`"COMMIT; DELETE FROM star"`:                         true,
		`"Commit; then go on"`:                               false,
		`"VALUES ROW((SELECT id FROM star))"`:                true,
		`"values of a star"`:                                 false,
		`"ALTER TABLE star DROP COLUMN id"`:                  true,
		`"alter table %s drop column id"`:                    true,
		`"DROP TABLE IF EXISTS star"`:                        true,
		`"drop table "`:                                      true,
		`"Drop table if you can"`:                            false,
		`"drop the star"`:                                    false,
		`"RENAME TABLE star TO badge"`:                       true,
		`"CREATE UNIQUE INDEX i ON star (id)"`:               true,
		`"Create an index of stars"`:                         false,
		`"GRANT SELECT (id) ON star TO app"`:                 true,
		`"grant me a star"`:                                  false,
		`"SELECT'x', id FROM star"`:                          true,
		`"SELECT@n := id FROM star"`:                         true,
		`"select-star-from-list"`:                            false,
		`"IF 1 THEN UPDATE star SET id = 1; END IF"`:         true,
		`"if you select a star"`:                             false,
		`"Loop over the stars to update"`:                    false,
	} {
		if got := startsStatement([]byte(literal)); got != want {
			t.Errorf("%s: %v, want %v", literal, got, want)
		}
	}
}

func TestInStrings(t *testing.T) {
	set := newWordSet([]string{"star"})
	for literal, want := range map[string]bool{
		`"star"`:                               true,
		"\"`star`\"":                           true,
		`"app.star s"`:                         true,
		`"SELECT star.id"`:                     true,
		`"SELECT 1\nFROM\nstar"`:               true,
		`"SELECT 1 FROM repo r, star s"`:       true,
		`"DELETE FROM /* all */ star"`:         true,
		"`UPDATE LOW_PRIORITY star SET a=1`":   true,
		`"INSERT INTO Star (id)"`:              true,
		`"BEFORE UPDATE ON star FOR EACH ROW"`: true,
		`"GRANT SELECT ON star TO app"`:        true,
		`"drop index i on star"`:               true,
		`"SHOW FULL COLUMNS IN star"`:          true,
		`"REFERENCES star (id)"`:               true,
		`"as in star"`:                         false,
		`"the tax on star ratings"`:            false,
		`"example.com/app/star"`:               false,
		`"five-star-rating"`:                   false,
		`"no star"`:                            false,
		`"the star was not found"`:             false,
		`"stars"`:                              false,
	} {
		if got := set.inStrings(literals([]byte(literal))); got != want {
			t.Errorf("%s: %v, want %v", literal, got, want)
		}
	}
}

// version is a tree of which the file system tells what is the same in another.
type version struct {
	fstest.MapFS
	same map[string]bool
}

func (v version) Same(name string) bool { return v.same[name] }

func TestScanTreeOfVersion(t *testing.T) {
	files := func(texts ...string) fstest.MapFS {
		out := fstest.MapFS{}
		for i, name := range []string{"a.go", "b.go", "c.go"} {
			if texts[i] != "" {
				out[name] = &fstest.MapFile{Data: []byte(texts[i])}
			}
		}
		return out
	}
	scan := func(fsys fs.FS, like *Scan) *Scan {
		s, err := ScanTree(context.Background(), fsys, []string{"."}, NewSyntax(), like)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	head := scan(files("package a", "package a // pending", ""), nil)
	base := scan(version{files("read as head is", "package a // deployed", "package a // gone"), map[string]bool{"a.go": true, "c.go": true}}, head)
	var got []string
	for _, f := range base.Files {
		got = append(got, string(f.Text))
	}
	if want := []string{"package a", "package a // deployed", "package a // gone"}; !slices.Equal(got, want) {
		t.Errorf("the deployed files are %q, want %q", got, want)
	}
}
