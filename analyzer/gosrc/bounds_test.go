package gosrc_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// TestBounds walks code that would take forever, or all memory, if the walker did
// all that it says.
func TestBounds(t *testing.T) {
	times := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", strconv.Itoa(i)) + "\n")
		}
		return b.String()
	}
	loops := func(n int, body string) string {
		return strings.Repeat("for i := 0; i < 250; i++ {\n", n) + body + strings.Repeat("\n}", n)
	}
	for name, body := range map[string]string{
		"branches":          `s := "a"` + "\n" + times(300, `if c(#) { s += "b#" } else { s += "c#" }`) + "use(s)",
		"branches of lists": `l := []string{}` + "\n" + times(300, `if c(#) { l = append(l, "b#") } else { l = append(l, "c#") }`) + `use(strings.Join(l, ","))`,
		"separators":        `s, and := "a", " WHERE "` + "\n" + times(300, `if c(#) { s += and + "b#"; and = " AND " }`) + "use(s)",
		"alternatives":      times(100, `s# := "a"; if c(#) { s# = "b" }`) + "use(s0" + strings.TrimSuffix(times(100, " + s#"), "\n") + ")",
		"formats":           times(100, `s# := "a"; if c(#) { s# = "b" }`) + `use(fmt.Sprintf("` + strings.Repeat("%s", 100) + `"` + times(100, ", s#,")[:0] + strings.ReplaceAll(times(100, ", s#"), "\n", "") + "))",
		"doubled text":      `s := "abc"` + "\n" + times(200, "s += s") + "use(s)",
		"doubled list":      `l := []string{"abc"}` + "\n" + times(200, "l = append(l, l...)") + "use(l...)",
		"nested lists":      `var l any = "a"` + "\n" + times(60, "l = []any{l, l}") + "m := l\nif c(1) { m = []any{l, l} }\nuse(m)",
		"nested structs":    `type T struct { a, b any }; var l any = T{}` + "\n" + times(60, "l = T{l, l}") + "use(l)",
		"loops":             `s := ""` + "\n" + loops(4, `s += "x"`) + "\nuse(s)",
		"loops of lists":    `l := []string{}` + "\n" + loops(4, `l = append(l, "x"); if c(i) { l[0] = "y" }`) + "\nuse(l...)",
		"loops of maps":     `m := map[string]string{}; k := "k"` + "\n" + loops(4, `k += "x"; m[k] = k`) + "\nuse(m[k])",
		"index":             "var x any\nuse(x" + strings.Repeat("[0]", 200) + ")",
		"chain":             "var x any\nx" + strings.Repeat(".a(1)", 200),
		"selectors":         "var x any\nx" + strings.Repeat(".a", 200) + " = 1",
		"closures":          "f0 := func() { use(`a`) }\n" + times(40, "f@ := func() { f#(); f#() }"),
		"calls":             "twice(1)\n}\n" + times(14, "func twice#() string { return twice@() + twice@() }") + "func twice(n int) string { return twice0() + twice(n+1) + twice(n+2)",
		"sums":              "use(1" + strings.Repeat("+1", 20_000) + ", `a`" + strings.Repeat("+`a`", 20_000) + ")",
		"replaced":          "s := `aa`\n" + times(60, "s = strings.ReplaceAll(s, `a`, s)") + "use(s)",
		"repeated":          "s := `aa`\n" + times(60, "s = strings.Repeat(s, 9000)") + "use(s)",
		"joined":            "s := []string{`a`, `b`}\n" + times(60, "s = []string{strings.Join(s, s[0]), s[0]}") + "use(s...)",
		"fields of results": "var x T\nuse(" + strings.Repeat("write(", 40) + "x" + strings.Repeat(".w)", 40) + ")\n}\ntype writer interface{ Write([]byte) (int, error) }\ntype T struct{ w writer }\nfunc write(w writer) *T { return &T{w: w} }\nfunc none() {",
		"names of results":  "var x named\nuse(" + strings.Repeat("name(", 40) + "x" + strings.Repeat(".Name())", 40) + ")\n}\ntype named interface{ Name() string }\nfunc name(s string) named\nfunc none() {",
		"methods":           "b := &builder{s: `a`}\nuse(b" + strings.Repeat(".m8(`b`)", 30) + ")\n}\ntype builder struct{ s string }\nfunc (b *builder) m0(s string) *builder { b.s += s; return b }\n" + times(8, "func (b *builder) m@(s string) *builder { return b.m#(s).m#(s) }") + "func none() {",
		"switches":          `s := "a"` + "\n" + times(100, `switch { case c(1): s += "b"; case c(2): s += "c"; case c(3): s = "d"; default: s += s }`) + "use(s)",
	} {
		body = numbered(body)
		t.Run(name, func(t *testing.T) {
			src := "package app\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nvar _, _ = fmt.Sprint, strings.Join\n\nfunc use(...any) {}\n\nfunc c(int) bool { return unknown }\n\nfunc f() {\n" + body + "\n}\n"
			fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.com/app")}, "app.go": {Data: []byte(src)}}
			p, err := gosrc.Load(context.Background(), fsys, []string{"."})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			for _, follow := range []bool{false, true} {
				walkAll(p, follow)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			} else if took > time.Second {
				t.Logf("%s took %v", name, took)
			}
		})
	}
}

// numbered makes @ behind a number # on the same line the next number.
func numbered(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.Contains(line, "@") {
			lines[i] = strings.ReplaceAll(line, "@", strconv.Itoa(i+1))
		}
	}
	return strings.Join(lines, "\n")
}
