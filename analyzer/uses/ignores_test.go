package uses

import (
	"testing"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

func TestIgnores(t *testing.T) {
	const src = `package app

//expandcheck:ignore select-star: the mapper is lenient
func whole() {
	query()
	query()
}

func some() {
	query() //expandcheck:ignore nullable-scan: never null here
	//expandcheck:ignore select-star, nullable-scan: both
	query(
		1,
	)
	query() //nolint:errcheck,expandcheck // checked above
	query() //nolint:errcheck // nothing of ours
	// expandcheck:ignore is only spoken of here
	query()
}
`
	got := ignores(&gosrc.Scan{Files: []gosrc.Source{{Name: "a.go", Text: []byte(src)}}})
	want := []struct {
		line, from, to, rules int
		foreign               bool
		reason                string
	}{
		{3, 4, 7, 1, false, "the mapper is lenient"},
		{10, 10, 10, 1, false, "never null here"},
		{11, 12, 14, 2, false, "both"},
		{15, 15, 15, 0, true, "checked above"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.Pos.Line != w.line || g.From != w.from || g.To != w.to || len(g.Rules) != w.rules || g.Foreign != w.foreign || g.Reason != w.reason {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
}
