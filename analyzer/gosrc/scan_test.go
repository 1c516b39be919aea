package gosrc

import (
	"context"
	"slices"
	"testing"
	"testing/fstest"
)

func TestHaving(t *testing.T) {
	fsys := fstest.MapFS{
		"a/a.go":              {Data: []byte("package a\nconst q = `SELECT star_count FROM star`")},
		"a/a_test.go":         {Data: []byte("package a\n// badge")},
		"b/b.go":              {Data: []byte("package b\ntype T struct{ StarCount int }")},
		"c/c.go":              {Data: []byte("package c\n// stars, a star2, _star_")},
		"vendor/v/v.go":       {Data: []byte("package v\n// badge")},
		"testdata/t/t.go":     {Data: []byte("package t\n// badge")},
		".hidden/h.go":        {Data: []byte("package h\n// badge")},
		"d/node_modules/n.go": {Data: []byte("package n\n// badge")},
	}
	s, err := ScanTree(context.Background(), fsys, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		words, want []string
	}{
		{[]string{"star_count"}, []string{"a", "b"}},
		{[]string{"star"}, []string{"a", "c"}},
		{[]string{"STARS"}, []string{"c"}},
		{[]string{"badge"}, nil},
		{nil, []string{"a", "b", "c"}},
	} {
		if got := s.Having(test.words); !slices.Equal(got, test.want) {
			t.Errorf("words %q are in %q, want %q", test.words, got, test.want)
		}
	}
}
