package sqltext

import (
	"strings"
	"testing"
)

var seeds = []string{
	"SELECT 1; SELECT 'a;b', \"c\"\"d\", `e``f`; -- end",
	"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.x THEN SET NEW.y = CASE 1 WHEN 1 THEN 2 END; END IF; END; DROP TABLE a;",
	"DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nSELECT 2;",
	"CREATE PROCEDURE p() BEGIN SELECT 1;\nDROP TABLE a;\nALTER TABLE b DROP c",
	"/*!80000 ALTER TABLE a /* x */ ADD b INT */; /*M!100301 SELECT 1 */; /*T![auto_rand] x */",
	"SET sql_mode = 'ANSI_QUOTES'; SELECT \"a;b\"; SET sql_mode = ''; SELECT \"a;b\";",
	"INSERT INTO t VALUES (x'1F', 0x1F, 1e3, .5, 2fa, :name, $1, ?, @v, @@global.x, {{.a}}, ${b})",
	"# comment\n-- expandcheck:ignore drop-column: why\n/* open",
	"SELECT 'open",
	"DELIMITER x\nSELECT 1xSELECT 2x",
	"AS $$ function body; $$; SELECT 1",
	"\xff\xfe\x00;;;",
}

// FuzzLexer: tokens come in order, do not overlap, and leave out white space alone.
func FuzzLexer(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, uint8(i), "")
		f.Add(s, uint8(i), "$$")
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8, delimiter string) {
		lx := NewLexer(text, 0, len(text), Mode(mode&3))
		if delimiter != ";" {
			lx.delimiter = delimiter
		}
		last := 0
		for {
			tok := lx.Next()
			if strings.Trim(text[last:tok.Start], " \t\r\n\v\f\x00") != "" {
				t.Fatalf("%q is in no token of %q", text[last:tok.Start], text)
			}
			if tok.Kind == EOF {
				if tok.Start != len(text) {
					t.Fatalf("the end is at %d of %d in %q", tok.Start, len(text), text)
				}
				return
			}
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token [%d, %d) after %d in %q", tok.Start, tok.End, last, text)
			}
			last = tok.End
		}
	})
}

// FuzzSplit: statements come in order and do not overlap, and whatever stands
// outside of them is a comment, a delimiter or a DELIMITER command.
func FuzzSplit(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		file := NewFile("f.sql", text)
		last := 0
		delimiter := ""
		statements := Split(file, 0, len(text), Mode(mode&3))
		for i := range statements {
			st := &statements[i]
			if st.Start < last || st.End <= st.Start || st.End > len(text) {
				t.Fatalf("statement [%d, %d) after %d in %q", st.Start, st.End, last, text)
			}
			checkOutside(t, text, last, st.Start, &delimiter)
			if st.Problem != nil && (st.Problem.Offset < 0 || st.Problem.Offset > len(text) || st.Problem.Message == "") {
				t.Fatalf("problem %+v in %q", *st.Problem, text)
			}
			for _, c := range st.Lead {
				if c.Start < 0 || c.End > len(text) || c.Start >= c.End {
					t.Fatalf("comment %v in %q", c, text)
				}
			}
			p := file.Position(st.Start)
			if p.Line < 1 || p.Column < 1 || p.Column > len(file.Line(p.Line))+2 {
				t.Fatalf("position %v of offset %d in %q", p, st.Start, text)
			}
			Directives(text, st.Lead)
			last = st.End
		}
		checkOutside(t, text, last, len(text), &delimiter)
	})
}

// checkOutside: outside of statements stand comments, delimiters, DELIMITER
// commands and the ends of versioned comments.
func checkOutside(t *testing.T, text string, from, to int, delimiter *string) {
	t.Helper()
	lx := NewLexer(text, from, to, 0)
	lx.delimiter = *delimiter
	lx.versioned = 0 // a */ may end what a statement before began
	for {
		tok := lx.Next()
		switch s := text[tok.Start:tok.End]; {
		case tok.Kind == EOF:
			*delimiter = lx.delimiter
			return
		case tok.Kind == Comment, tok.Kind == VersionClose, tok.Kind == Delimiter, s == ";" && lx.delimiter == "":
		case strings.EqualFold(s, "DELIMITER"):
			line, _, _ := strings.Cut(text[tok.End:to], "\n")
			fields := strings.Fields(line)
			if len(fields) == 0 {
				t.Fatalf("%q is in no statement of %q", s, text)
			}
			if lx.delimiter = fields[0]; lx.delimiter == ";" {
				lx.delimiter = ""
			}
			lx.pos = tok.End + len(line)
		default:
			t.Fatalf("%q at %d is in no statement of %q", s, tok.Start, text)
		}
	}
}
