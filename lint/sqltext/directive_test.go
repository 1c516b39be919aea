package sqltext

import (
	"slices"
	"strings"
	"testing"
)

func TestDirectiveForms(t *testing.T) {
	ignore := func(reason string, args ...string) []Directive {
		return []Directive{{Name: "ignore", Args: args, Reason: reason}}
	}
	tests := []struct {
		name, comments string
		want           []Directive
	}{
		{"dashes", "-- expandcheck:ignore a", ignore("", "a")},
		{"hash", "# expandcheck:ignore a", ignore("", "a")},
		{"hash without a blank", "#expandcheck:ignore a", ignore("", "a")},
		{"block", "/* expandcheck:ignore a */", ignore("", "a")},
		{"block without blanks", "/*expandcheck:ignore a*/", ignore("", "a")},
		{"block over lines", "/*\n * expandcheck:ignore a: why\n */", ignore("why", "a")},
		{"name at the end of its line", "/* expandcheck:ignore\n   a */", ignore("", "a")},
		{"several names", "-- expandcheck:ignore a,b , c: why", ignore("why", "a", "b", "c")},
		{"empty names", "-- expandcheck:ignore a,,: why", ignore("why", "a")},
		{"reason with colons", "-- expandcheck:ignore a: see: http://x/y", ignore("see: http://x/y", "a")},
		{"reason alone", "-- expandcheck:ignore: why", ignore("why")},
		{"name alone", "-- expandcheck:ignore", ignore("")},
		{"tab", "--\texpandcheck:ignore\ta", ignore("", "a")},
		{"CRLF", "-- expandcheck:ignore a: why\r\n", ignore("why", "a")},
		{"another directive", "-- expandcheck:replaces a.b, c.d", []Directive{{Name: "replaces", Args: []string{"a.b", "c.d"}}}},
		{"two", "-- expandcheck:ignore a\r\n# other\r\n# expandcheck:ignore b", append(ignore("", "a"), ignore("", "b")...)},
		{"none", "-- a comment", nil},
		{"in the middle", "-- see expandcheck:ignore a", nil},
		{"another word", "-- expandcheckx:ignore a", nil},
		{"no comments", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := test.comments + "\nSELECT 1;"
			got := Directives(text, Split(NewFile("f.sql", text), 0, len(text), 0)[0].Lead)
			if len(got) != len(test.want) {
				t.Fatalf("got %+v, want %+v", got, test.want)
			}
			for i, w := range test.want {
				g := got[i]
				if g.Name != w.Name || !slices.Equal(g.Args, w.Args) || g.Reason != w.Reason {
					t.Errorf("got %+v, want %+v", g, w)
				}
				if !strings.HasPrefix(text[g.Offset:], directivePrefix+w.Name) {
					t.Errorf("offset %d is at %q", g.Offset, text[g.Offset:])
				}
			}
		})
	}
}
