package sqltext

import (
	"strings"
	"testing"
)

var kindNames = map[Kind]string{
	EOF: "EOF", Word: "Word", QuotedName: "Name", String: "String", Number: "Number", Punct: "Punct",
	Variable: "Variable", Placeholder: "Hole", Comment: "Comment", VersionOpen: "Open", VersionClose: "Close", Delimiter: "Delimiter",
}

// lexAll tells the tokens of src with its comments, as kind:text …; an open one ends in a +.
func lexAll(src string, mode Mode, delimiter string) string {
	lx := NewLexer(src, 0, len(src), mode)
	lx.delimiter = delimiter
	var out []string
	for {
		t := lx.Next()
		if t.Kind == EOF {
			return strings.Join(out, " ")
		}
		s := kindNames[t.Kind] + ":" + src[t.Start:t.End]
		if t.Open {
			s += "+"
		}
		out = append(out, s)
	}
}

func TestLexerKinds(t *testing.T) {
	tests := []struct {
		name, sql string
		mode      Mode
		want      string
	}{
		{"nothing", "", 0, ""},
		{"white space alone", " \t\r\n\v\f\x00", 0, ""},
		{"words", "SELECT a_b$c", 0, "Word:SELECT Word:a_b$c"},
		{"multi-byte word", "größe", 0, "Word:größe"},
		{"word with a digit first", "2fa_codes", 0, "Word:2fa_codes"},
		{"column with a digit first", "users.2fa_secret", 0, "Word:users Punct:. Word:2fa_secret"},
		{"column like an exponent", "`t`.1e3", 0, "Name:`t` Punct:. Word:1e3"},
		{"three parts", "a.1.`b`", 0, "Word:a Punct:. Word:1 Punct:. Name:`b`"},
		{"fraction behind a blank", "SELECT .5", 0, "Word:SELECT Number:.5"},
		{"integers", "0 12", 0, "Number:0 Number:12"},
		{"fractions", "1.5 .5 5.", 0, "Number:1.5 Number:.5 Number:5."},
		{"exponents", "1e3 1E3 1.5e3 .5E-3", 0, "Number:1e3 Number:1E3 Number:1.5e3 Number:.5E-3"},
		{"signed exponents", "1e-3 2E+10", 0, "Number:1e-3 Number:2E+10"},
		{"no exponent", "1e - 3", 0, "Word:1e Punct:- Number:3"},
		{"hex and bits", "0x1F 0b01", 0, "Number:0x1F Number:0b01"},
		{"a difference of hex", "0x1e-3", 0, "Number:0x1e Punct:- Number:3"},
		{"names like hex and bits", "0xyz 0bad", 0, "Word:0xyz Word:0bad"},
		{"typed literals", "x'1F' X'1F' b'01' n'a''b'", 0, "String:x'1F' String:X'1F' String:b'01' String:n'a''b'"},
		{"introducer", "_utf8mb4'a'", 0, "Word:_utf8mb4 String:'a'"},
		{"doubled quotes", "'it''s' \"a\"\"b\" `a``b`", 0, "String:'it''s' String:\"a\"\"b\" Name:`a``b`"},
		{"backslash", `'\'' '\\'`, 0, `String:'\'' String:'\\'`},
		{"backslash is no escape", `'\' '\\'`, NoBackslashEscapes, `String:'\' String:'\\'`},
		{"backslash and quote without escapes", `'\''`, NoBackslashEscapes, `String:'\''+`},
		{"backslash in backticks", "`a\\`", 0, "Name:`a\\`"},
		{"double quotes", `"a"`, 0, `String:"a"`},
		{"double quotes as names", `"a\"`, ANSIQuotes, `Name:"a\"`},
		{"single quotes under ANSI", `'\''`, ANSIQuotes, `String:'\''`},
		{"both modes", `"a" '\'`, ANSIQuotes | NoBackslashEscapes, `Name:"a" String:'\'`},
		{"open string", "'a", 0, "String:'a+"},
		{"open string after a backslash", `'a\`, 0, `String:'a\+`},
		{"open name", "`a", 0, "Name:`a+"},
		{"open comment", "a /* b", 0, "Word:a Comment:/* b+"},
		{"comment that only seems closed", "/*/", 0, "Comment:/*/+"},
		{"dash comment", "a -- b\nc", 0, "Word:a Comment:-- b Word:c"},
		{"dash comment at the end", "a --", 0, "Word:a Comment:--"},
		{"dash comment with a tab", "--\tb", 0, "Comment:--\tb"},
		{"empty dash comment", "--\na", 0, "Comment:-- Word:a"},
		{"two dashes without a blank", "--x", 0, "Punct:- Punct:- Word:x"},
		{"hash comment", "a#b\nc", 0, "Word:a Comment:#b Word:c"},
		{"block comment", "a/*b*/c", 0, "Word:a Comment:/*b*/ Word:c"},
		{"hint", "/*+ a */", 0, "Comment:/*+ a */"},
		{"versioned comment", "/*!50000 a /* x */ b */ c", 0, "Open:/*!50000 Word:a Comment:/* x */ Word:b Close:*/ Word:c"},
		{"without a version", "/*! a */", 0, "Open:/*! Word:a Close:*/"},
		{"six digits", "/*!080400 a */", 0, "Open:/*!080400 Word:a Close:*/"},
		{"four digits are a number", "/*!5000 a */", 0, "Open:/*! Number:5000 Word:a Close:*/"},
		{"version next to a word", "/*!50000a*/", 0, "Open:/*!50000 Word:a Close:*/"},
		{"MariaDB", "/*M!100301 a */", 0, "Open:/*M!100301 Word:a Close:*/"},
		{"TiDB", "/*T![auto_rand] AUTO_RANDOM(5) */", 0, "Open:/*T![auto_rand] Word:AUTO_RANDOM Punct:( Number:5 Punct:) Close:*/"},
		{"TiDB features", "/*T![a,b] c */", 0, "Open:/*T![a,b] Word:c Close:*/"},
		{"a bracket that is no feature", "/*T![ a */ b ]", 0, "Open:/*T! Punct:[ Word:a Close:*/ Word:b Punct:]"},
		{"end mark outside", "a */ b", 0, "Word:a Punct:* Punct:/ Word:b"},
		{"dollar quotes", "$$ a; 'b $$ c", 0, "String:$$ a; 'b $$ Word:c"},
		{"tagged dollar quotes", "$x$ a $$ b $x$", 0, "String:$x$ a $$ b $x$"},
		{"dollar quotes without an end", "$$ a", 0, "Word:$$ Word:a"},
		{"braces", "{{ .a }} {{.b}}c", 0, "Hole:{{ .a }} Hole:{{.b}} Word:c"},
		{"shell braces", "${a} b${c}", 0, "Hole:${a} Word:b$ Punct:{ Word:c Punct:}"},
		{"braces without an end", "{{a} ${b", 0, "Punct:{ Punct:{ Word:a Punct:} Punct:$ Punct:{ Word:b"},
		{"parameters", ":name = $1 , ?", 0, "Hole::name Punct:= Hole:$1 Punct:, Hole:?"},
		{"no parameters", "a := 1, :5", 0, "Word:a Punct:: Punct:= Number:1 Punct:, Punct:: Number:5"},
		{"label without a blank", "l:LOOP", 0, "Word:l Punct:: Word:LOOP"},
		{"variables", "@v @@global.x @`v w` @'v' @\"v\"", 0, "Variable:@v Variable:@@global.x Variable:@`v w` Variable:@'v' Variable:@\"v\""},
		{"account", "`a`@`%`", 0, "Name:`a` Variable:@`%`"},
		{"open variable", "@`v", 0, "Variable:@`v+"},
		{"operators", "a<=>b", 0, "Word:a Punct:< Punct:= Punct:> Word:b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := lexAll(test.sql, test.mode, ""); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.sql, got, test.want)
			}
		})
	}
}

func TestLexerDelimiters(t *testing.T) {
	tests := []struct{ name, sql, delimiter, want string }{
		{"alone", "a $$ b", "$$", "Word:a Delimiter:$$ Word:b"},
		{"behind a word", "END$$", "$$", "Word:END Delimiter:$$"},
		{"behind a variable", "@v$$ @@a.b$$ @a//", "$$", "Variable:@v Delimiter:$$ Variable:@@a.b Delimiter:$$ Variable:@a Punct:/ Punct:/"},
		{"behind a number", "1$$", "$$", "Number:1 Delimiter:$$"},
		{"behind a parameter", ":a$$", "$$", "Hole::a Delimiter:$$"},
		{"in quotes", "'$$' `$$`", "$$", "String:'$$' Name:`$$`"},
		{"in comments", "/* $$ */ -- $$", "$$", "Comment:/* $$ */ Comment:-- $$"},
		{"letters", "aGOb", "GO", "Word:a Delimiter:GO Word:b"},
		{"semicolons", "a; b;;", ";;", "Word:a Punct:; Word:b Delimiter:;;"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := lexAll(test.sql, 0, test.delimiter); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.sql, got, test.want)
			}
		})
	}
}

func TestLexerBounds(t *testing.T) {
	src := "a 'b' c"
	for _, test := range []struct {
		from, to int
		want     string
	}{{0, 7, "a|'b'|c"}, {2, 5, "'b'"}, {2, 4, "'b"}, {5, 6, ""}} {
		var got []string
		for _, tok := range Tokens(src, test.from, test.to, 0) {
			got = append(got, src[tok.Start:tok.End])
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("[%d, %d): got %q, want %q", test.from, test.to, got, test.want)
		}
	}
}
