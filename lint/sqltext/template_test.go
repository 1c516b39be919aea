package sqltext

import (
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	values := map[string]string{"mysql": "true", "postgres": "false", "sqlite": "false", "prefix": "app_", "engine": "InnoDB", "empty": ""}
	for _, test := range []struct{ name, text, want, holes string }{
		{"no placeholder", "SELECT 1", "SELECT 1", ""},
		{"forms of a name", "{{.prefix}}a {{ prefix }}b {{$prefix}}c ${prefix}d {{- .prefix -}}e", "app_a app_b app_c app_d app_e", ""},
		{"a default", "${x:-1} ${prefix:-2}", "1 app_", ""},
		{"glued", "{{.p}}blocks b_{{.s}} a{{.m}}b ${p}x y_${s}", "blocks b_ ab x y_", "{{.p}} {{.s}} {{.m}} ${p} ${s}"},
		{"glued in quotes", "`{{.p}}blocks` `{{.prefix}}x`", "`blocks` `app_x`", "{{.p}}"},
		{"alone", "FROM {{.t}} JOIN ${u} JOIN `{{.v}}`", "FROM placeholder_t JOIN placeholder_u JOIN `placeholder_v`", "{{.t}} ${u} {{.v}}"},
		{"a qualifier", "FROM {{.db}}.t JOIN `{{.db}}`.`u`", "FROM t JOIN `u`", "{{.db}} `{{.db}}`"},
		{"two in a row", "FROM {{.a}}{{.b}}", "FROM placeholder_a", "{{.a}} {{.b}}"},
		{"a statement of its own", "SELECT 1;\n{{ add \"a\" }}\n{{ add \"b\" }}; SELECT 2", "SELECT 1;\nplaceholder_add;\nplaceholder_add; SELECT 2", "{{ add \"a\" }} {{ add \"b\" }}"},
		{"in a string", "'{{.p}} {{.prefix}} ${q}' \"{{if .x}}{{end}}\"", "'{{.p}} app_ ${q}' \"{{if .x}}{{end}}\"", ""},
		{"JSON", "'$.a' '{\"a\":{\"b\":1}}' '{{'", "'$.a' '{\"a\":{\"b\":1}}' '{{'", ""},
		{"not templates", ":name $1 ? @a $$ { {", ":name $1 ? @a $$ { {", ""},
		{"if", "a{{if .mysql}}b{{else}}c{{end}}d", "abd", ""},
		{"else", "a{{if .postgres}}b{{else}}c{{end}}d", "acd", ""},
		{"else if", "{{if .postgres}}a{{else if .mysql}}b{{else}}c{{end}}", "b", ""},
		{"no branch", "{{if .postgres}}a{{else if .sqlite}}b{{end}}.", ".", ""},
		{"nested", "{{if .mysql}}{{if .postgres}}a{{if .x}}b{{end}}{{else}}c{{end}}{{else}}{{if .mysql}}d{{end}}{{end}}", "c", ""},
		{"not", "{{if not .postgres}}a{{end}}{{if not .mysql}}b{{end}}", "a", ""},
		{"and, or", "{{if and .mysql (or .sqlite .prefix)}}a{{end}}{{if or .empty .postgres}}b{{end}}", "a", ""},
		{"half known", "{{if and .postgres .x}}a{{end}}{{if or .mysql .x}}b{{end}}", "b", ""},
		{"unknown", "a {{if .x}}b{{else}}c{{end}} d", "a  b c  d", "{{if .x}}"},
		{"a call", "{{if eq .driver \"mysql\"}}a{{end}}", " a ", "{{if eq .driver \"mysql\"}}"},
		{"else if of an unknown", "{{if .x}}a{{else if .postgres}}b{{else if .mysql}}c{{end}}", " a c ", "{{if .x}}"},
		{"unknown else if", "{{if .postgres}}a{{else if .x}}b{{else}}c{{end}}", " b c ", "{{else if .x}}"},
		{"foreign quotes", "{{if .postgres}}E'\\'{{end}} SELECT '{{.prefix}}'", " SELECT 'app_'", ""},
		{"comments", "a{{/* it's `x` */}}b{{- /* c */ -}}", "ab", ""},
		{"define", "{{define \"x\"}}a{{if .y}}b{{end}}{{end}}c", "c", ""},
		{"assignment", "{{$x := 1}}a", "a", ""},
		{"range", "{{range .x}}a{{end}}", " a ", "{{range .x}}"},
		{"in a comment", "-- {{if .postgres}}\na\n-- {{else}}\nb\n-- {{end}}\nc", "-- \nb\n-- \nc", ""},
		{"prose in a comment", "-- {{if}} and {{name}}\nSELECT 1", "-- {{if}} and {{name}}\nSELECT 1", ""},
		{"no end", "{{if .postgres}}a;", " a;", "{{if .postgres}}"},
		{"stray end", "a {{end}}", "a placeholder_end", "{{end}}"},
		{"delimiter", "DELIMITER $$\nBEGIN {{.p}}x; END$$ SELECT {{.p}}y$$", "DELIMITER $$\nBEGIN x; END$$ SELECT y$$", "{{.p}} {{.p}}"},
		{"not closed", "a {{.x", "a {{.x", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := NewTemplate("f", test.text, values)
			if f.Text != test.want {
				t.Errorf("got  %q\nwant %q", f.Text, test.want)
			}
			var holes []string
			for _, h := range f.Holes(0, len(f.Text)+1) {
				holes = append(holes, h.Text)
			}
			if got := strings.Join(holes, " "); got != test.holes {
				t.Errorf("holes %q, want %q", got, test.holes)
			}
		})
	}
}

// What is not a placeholder must keep its place.
func TestTemplatePositions(t *testing.T) {
	text := "{{if .postgres}}\nONE\n{{end}}\n{{.long}}TWO {{.short}}THREE\n`{{.gone}}FOUR` ${gone} FIVE"
	f := NewTemplate("f", text, map[string]string{"postgres": "false", "long": "a\nmuch\nlonger\nvalue", "short": ""})
	for _, word := range []string{"TWO", "THREE", "FOUR", "FIVE"} {
		want := NewFile("f", text).Position(strings.Index(text, word))
		if got := f.Position(strings.Index(f.Text, word)); got != want {
			t.Errorf("%s is at %v, want %v", word, got, want)
		}
	}
	if got := f.Line(4); got != "{{.long}}TWO {{.short}}THREE" {
		t.Errorf("line 4 is %q", got)
	}
}

func TestHolesOfAStatement(t *testing.T) {
	f := NewTemplate("f", "{{if .x}}\nA {{.a}}z; B;\n{{end}}\nC_{{.c}}; D", nil)
	for _, test := range []struct{ statement, want string }{
		{"A z", "{{if .x}} {{.a}}"},
		{"B", "{{if .x}}"},
		{"C_", "{{.c}}"},
		{"D", ""},
	} {
		start := strings.Index(f.Text, test.statement)
		var got []string
		for _, h := range f.Holes(start, start+len(test.statement)) {
			got = append(got, h.Text)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s depends on %q, want %q", test.statement, got, test.want)
		}
	}
}

func TestChunks(t *testing.T) {
	for _, test := range []struct{ text, delimiter, want string }{
		{"a//b//", "//", "a|b|"},
		{"a '//' b//c -- //\n//d", "//", "a '//' b|c -- //\n|d"},
		{"CREATE x$$SELECT 1$$", "$$", "CREATE x|SELECT 1|"},
		{"END$$c", "$$", "END|c"},
		{"a\n\n'b\n\nc'\n\nd", "\n\n", "a|'b\n\nc'|d"},
		{"a", "", "a"},
		{"", ";", ""},
		{"`a;b`;c /* ; */", ";", "`a;b`|c /* ; */"},
	} {
		var got []string
		for _, s := range Chunks(test.text, 0, len(test.text), test.delimiter, 0) {
			got = append(got, test.text[s.Start:s.End])
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%q at %q: got %q, want %q", test.text, test.delimiter, got, test.want)
		}
	}
}

func TestBlank(t *testing.T) {
	f := NewFile("f", "--rollback DROP\n  TABLE a")
	b := Blank(f, []Span{{0, 10}})
	if b.Text != "           DROP\n  TABLE a" || b.Line(1) != "--rollback DROP" {
		t.Errorf("text %q, line %q", b.Text, b.Line(1))
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("{{if .a}}x{{else if not .b}}`{{.c}}`.y{{end}} -- {{end}}\n${d} '{{.e}}'")
	f.Fuzz(func(t *testing.T, text string) {
		file := NewTemplate("f", text, map[string]string{"a": "", "b": "x y", "e": "'"})
		last := Position{1, 1}
		for i := range file.Text {
			p := file.Position(i)
			if p.Line < last.Line || p.Line == last.Line && p.Column < last.Column {
				t.Fatalf("position %v of byte %d is before %v", p, i, last)
			}
			last = p
		}
		for _, h := range file.Holes(0, len(file.Text)) {
			if h.Start < 0 || h.End < h.Start || h.End > len(file.Text) {
				t.Fatalf("hole %+v in %d bytes", h, len(file.Text))
			}
		}
	})
}
