package gosrc

import (
	"context"
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
	s, err := ScanTree(context.Background(), fsys, []string{"."}, NewSyntax())
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
		`"the tax on star ratings"`:            false,
		`"example.com/app/star"`:               false,
		`"five-star-rating"`:                   false,
		`"no star"`:                            false,
		`"the star was not found"`:             false,
		`"stars"`:                              false,
	} {
		if got := set.inStrings([]byte(literal)); got != want {
			t.Errorf("%s: %v, want %v", literal, got, want)
		}
	}
}
