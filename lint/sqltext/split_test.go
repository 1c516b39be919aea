package sqltext

import (
	"slices"
	"strings"
	"testing"
)

func texts(statements []Statement) []string {
	var out []string
	for i := range statements {
		out = append(out, strings.Join(strings.Fields(statements[i].Text()), " "))
	}
	return out
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"semicolons", "A;B;\nC", []string{"A", "B", "C"}},
		{"nothing", " \n;;; -- only a comment\n", nil},
		{"strings", `SELECT 'a;''b', "c;\";", ` + "`d;``e`; B", []string{`SELECT 'a;''b', "c;\";", ` + "`d;``e`", "B"}},
		{"comments", "A -- x; y\n/* ; */ B # ;\n; C", []string{"A -- x; y /* ; */ B", "C"}},
		{"two dashes without a blank", "SELECT 1--1; B", []string{"SELECT 1--1", "B"}},
		{"versioned comment", "/*!80000 A; */ B", []string{"/*!80000 A", "B"}},
		{"delimiter", "DELIMITER $$\nA; B$$\nC END$$\nDELIMITER ;\nD; E", []string{"A; B", "C END", "D", "E"}},
		{"delimiter of slashes", "delimiter //\nA;\n//\nDelimiter ;\nB;", []string{"A;", "B"}},
		{"trigger with a block", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; SET y = 2; END; B", []string{"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; SET y = 2; END", "B"}},
		{"definer", "CREATE DEFINER=`r`@`%` TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; END; B", []string{"CREATE DEFINER=`r`@`%` TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; END", "B"}},
		{"trigger with one statement", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET x = 1; B", []string{"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET x = 1", "B"}},
		{"IF without a block", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF x THEN SET y = 1; ELSEIF z THEN SET y = 2; END IF; B", []string{"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF x THEN SET y = 1; ELSEIF z THEN SET y = 2; END IF", "B"}},
		{"CASE as expression and statement", "CREATE PROCEDURE p() BEGIN SET x = CASE WHEN 1 THEN 2 END; CASE y WHEN 1 THEN SELECT 1; END CASE; END; B", []string{"CREATE PROCEDURE p() BEGIN SET x = CASE WHEN 1 THEN 2 END; CASE y WHEN 1 THEN SELECT 1; END CASE; END", "B"}},
		{"labelled loops", "CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; WHILE x DO SET x = 1; END WHILE; m: REPEAT SET y = 1; UNTIL y END REPEAT; END; B", []string{"CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; WHILE x DO SET x = 1; END WHILE; m: REPEAT SET y = 1; UNTIL y END REPEAT; END", "B"}},
		{"IF and REPEAT as functions", "CREATE FUNCTION f() RETURNS INT BEGIN RETURN IF(1, REPEAT('x', 2), 3); END; B", []string{"CREATE FUNCTION f() RETURNS INT BEGIN RETURN IF(1, REPEAT('x', 2), 3); END", "B"}},
		{"IF EXISTS in a body", "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS x; END; B", []string{"CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS x; END", "B"}},
		{"event", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END; B", []string{"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END", "B"}},
		{"transaction", "BEGIN; A; COMMIT;", []string{"BEGIN", "A", "COMMIT"}},
		{"names that are keywords", "SELECT `end`, `case` FROM t; B", []string{"SELECT `end`, `case` FROM t", "B"}},
		{"CASE outside of a body", "UPDATE t SET a = CASE b WHEN 1 THEN 2 END; B", []string{"UPDATE t SET a = CASE b WHEN 1 THEN 2 END", "B"}},
		{"quotes by sql_mode", "SET sql_mode='ANSI_QUOTES'; SELECT \"a\\\"; SET sql_mode=''; SELECT \"a\\\";\"; B", []string{"SET sql_mode='ANSI_QUOTES'", "SELECT \"a\\\"", "SET sql_mode=''", "SELECT \"a\\\";\"", "B"}},
		{"backslashes by sql_mode", `SET sql_mode='NO_BACKSLASH_ESCAPES'; SELECT '\'; B`, []string{`SET sql_mode='NO_BACKSLASH_ESCAPES'`, `SELECT '\'`, "B"}},
		{"dollar quotes", "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ a; b; $$; B", []string{"CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ a; b; $$", "B"}},
		{"Windows line endings", "A;\r\nB;\r\n", []string{"A", "B"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Split(NewFile("f.sql", test.sql), 0, len(test.sql), 0)
			if !slices.Equal(texts(got), test.want) {
				t.Errorf("got  %q\nwant %q", texts(got), test.want)
			}
			for i := range got {
				if p := got[i].Problem; p != nil {
					t.Errorf("problem at %d: %s", p.Offset, p.Message)
				}
			}
		})
	}
}

// What is never ended is reported where it begins, and what follows a body
// without its END is not lost.
func TestSplitProblems(t *testing.T) {
	tests := []struct {
		name, sql, at string
		want          []string
	}{
		{"quote", "A; SELECT 'x; B", "'x", []string{"A", "SELECT 'x; B"}},
		{"backtick", "A; SELECT `x; B", "`x", []string{"A", "SELECT `x; B"}},
		{"comment", "A; B /* x; C", "/*", []string{"A", "B"}},
		{"comment alone", "A; /* x; C", "/*", []string{"A", "/* x; C"}},
		{"block", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; DROP TABLE b; C", "BEGIN", []string{"CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1", "DROP TABLE b", "C"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Split(NewFile("f.sql", test.sql), 0, len(test.sql), 0)
			if !slices.Equal(texts(got), test.want) {
				t.Errorf("got  %q\nwant %q", texts(got), test.want)
			}
			var at []int
			for i := range got {
				if got[i].Problem != nil {
					at = append(at, got[i].Problem.Offset)
				}
			}
			if want := []int{strings.Index(test.sql, test.at)}; !slices.Equal(at, want) {
				t.Errorf("problems at %v, want %v", at, want)
			}
		})
	}
}

func TestLexer(t *testing.T) {
	tests := []struct {
		sql  string
		mode Mode
		want string // kind:text …
	}{
		{"a 2fa x'1F' 0x1F 1e3 .5 1.5", 0, "Word:a Word:2fa String:x'1F' Number:0x1F Number:1e3 Number:.5 Number:1.5"},
		{`"a" 'it''s' '\''`, 0, `String:"a" String:'it''s' String:'\''`},
		{`"a" '\'`, ANSIQuotes | NoBackslashEscapes, `Name:"a" String:'\'`},
		{"`a``b`.c", 0, "Name:`a``b` Punct:. Word:c"},
		{":name $1 ? @v @@global.x @`v` {{.a}} ${b}", 0, "Hole::name Hole:$1 Hole:? Variable:@v Variable:@@global.x Variable:@`v` Hole:{{.a}} Hole:${b}"},
		{"/*!80000 a /* x */ b */ c /*M!100301 d */ /*T![f] e */ /*!080400 g */", 0, "Open:/*!80000 Word:a Word:b Close:*/ Word:c Open:/*M!100301 Word:d Close:*/ Open:/*T![f] Word:e Close:*/ Open:/*!080400 Word:g Close:*/"},
		{"$$ a; $$ b$c", 0, "String:$$ a; $$ Word:b$c"},
		{"a := 1 -- x", 0, "Word:a Punct:: Punct:= Number:1"},
		{"ä.ö", 0, "Word:ä Punct:. Word:ö"},
	}
	names := map[Kind]string{Word: "Word", QuotedName: "Name", String: "String", Number: "Number", Punct: "Punct", Variable: "Variable", Placeholder: "Hole", VersionOpen: "Open", VersionClose: "Close"}
	for _, test := range tests {
		var got []string
		for _, tok := range Tokens(test.sql, 0, len(test.sql), test.mode) {
			got = append(got, names[tok.Kind]+":"+test.sql[tok.Start:tok.End])
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.sql, strings.Join(got, " "), test.want)
		}
	}
}

func TestDirectives(t *testing.T) {
	text := "-- expandcheck:ignore drop-column, add-unique: checked: twice\r\n# expandcheck:replaces star.star_count\n/* expandcheck:backfilled repo.star_count: by hand */\n-- we had expandcheck:ignore here\n-- expandcheck:ignore\nA;"
	got := Directives(text, Split(NewFile("f", text), 0, len(text), 0)[0].Lead)
	want := []Directive{
		{Name: "ignore", Args: []string{"drop-column", "add-unique"}, Reason: "checked: twice"},
		{Name: "replaces", Args: []string{"star.star_count"}},
		{Name: "backfilled", Args: []string{"repo.star_count"}, Reason: "by hand"},
		{Name: "ignore"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d directives, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.Name != w.Name || !slices.Equal(g.Args, w.Args) || g.Reason != w.Reason || !strings.HasPrefix(text[g.Offset:], "expandcheck:"+w.Name) {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
}

func TestPosition(t *testing.T) {
	f := NewFile("f", "a\r\nbä c\n\nd")
	for _, test := range []struct {
		offset int
		want   Position
	}{{0, Position{1, 1}}, {3, Position{2, 1}}, {7, Position{2, 5}}, {10, Position{4, 1}}, {11, Position{4, 2}}, {99, Position{4, 2}}, {-1, Position{1, 1}}} {
		if got := f.Position(test.offset); got != test.want {
			t.Errorf("offset %d is at %v, want %v", test.offset, got, test.want)
		}
	}
	for n, want := range []string{"", "a", "bä c", "", "d", ""} {
		if got := f.Line(n); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
	if got := NewFile("e", "").Position(0); got != (Position{1, 1}) {
		t.Errorf("an empty file begins at %v", got)
	}
}

func script() string {
	return strings.Repeat("-- a comment\nALTER TABLE `users` ADD COLUMN nick VARCHAR(100) NULL DEFAULT 'none; yet', ADD KEY k (nick);\nUPDATE users SET nick = CONCAT(name, '-', 1.5) WHERE id IN (1, 2, 3);\n", 2000)
}

func BenchmarkLexer(b *testing.B) {
	text := script()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		lx := NewLexer(text, 0, len(text), 0)
		for lx.Next().Kind != EOF {
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	f := NewFile("f.sql", script())
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		Split(f, 0, len(f.Text), 0)
	}
}

const forEachRow = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW "

// A body is one statement, and what follows it another.
func TestSplitBodies(t *testing.T) {
	tests := []struct{ name, body string }{
		{"empty block", forEachRow + "BEGIN END"},
		{"blocks in blocks", "CREATE PROCEDURE p() BEGIN BEGIN SELECT 1; END; BEGIN END; END"},
		{"handler", "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; SELECT 1; END"},
		{"transaction in a procedure", "CREATE PROCEDURE p() BEGIN START TRANSACTION; COMMIT; END"},
		{"CASE in a CASE expression", "CREATE PROCEDURE p() BEGIN SET x = CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE CASE WHEN c THEN 1 END END; SELECT 1; END"},
		{"CASE statement over a CASE expression", "CREATE PROCEDURE p() BEGIN CASE CASE x WHEN 1 THEN 2 END WHEN 2 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT 1; END"},
		{"functions in a CASE expression", "CREATE PROCEDURE p() BEGIN SET x = CASE WHEN a THEN IF(b, 1, 2) ELSE REPEAT('x', 3) END; SELECT 1; END"},
		{"IF in a CASE statement", "CREATE PROCEDURE p() BEGIN CASE x WHEN 1 THEN IF y THEN SELECT 1; END IF; END CASE; END"},
		{"IF in IF", forEachRow + "IF a THEN IF b THEN SET x = 1; END IF; ELSE IF c THEN SET x = 2; END IF; END IF"},
		{"IF with parentheses", "CREATE PROCEDURE p() BEGIN IF (a) THEN SELECT 1; END IF; SELECT 2; END"},
		{"labels without blanks", "CREATE PROCEDURE p() a:BEGIN b:LOOP LEAVE b; END LOOP b; c:WHILE x DO SET x = 0; END WHILE; END a"},
		{"REPEAT with a function", "CREATE PROCEDURE p() BEGIN REPEAT SET x = REPEAT('x', 3); UNTIL y END REPEAT; SELECT 1; END"},
		{"loop without a block", "CREATE PROCEDURE p() WHILE x DO SET x = IF(a, b, c); SELECT 1; END WHILE"},
		{"order of triggers", forEachRow + "FOLLOWS u IF x THEN SET y = 1; END IF"},
		{"order of triggers, quoted", forEachRow + "PRECEDES `u` IF x THEN SET y = 1; END IF"},
		{"columns named as keywords", forEachRow + "BEGIN SET NEW.end = 1, NEW.begin = 2; SET NEW.case = 3; END"},
		{"quoted keywords", forEachRow + "BEGIN SET `end` = 1; SET `case` = `begin`; END"},
		{"keywords in strings and comments", forEachRow + "BEGIN SET x = 'END'; /* END */ SET y = 1; END"},
		{"IF NOT EXISTS", "CREATE PROCEDURE IF NOT EXISTS p() BEGIN CREATE TABLE IF NOT EXISTS x (a INT); DROP TABLE IF EXISTS x; END"},
		{"OR REPLACE", "CREATE OR REPLACE DEFINER = 'a'@'b' FUNCTION f() RETURNS INT BEGIN SELECT 1; RETURN 1; END"},
		{"ALTER EVENT", "ALTER EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN SELECT 1; END"},
		{"versioned comments", "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET x = 1; END */"},
		{"anonymous block", "BEGIN NOT ATOMIC IF x THEN SELECT 1; END IF; END"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sql := test.body + ";\nDROP TABLE z;"
			got := Split(NewFile("f.sql", sql), 0, len(sql), 0)
			if want := []string{test.body, "DROP TABLE z"}; !slices.Equal(texts(got), want) {
				t.Errorf("got  %q\nwant %q", texts(got), want)
			}
			for i := range got {
				if p := got[i].Problem; p != nil {
					t.Errorf("problem at %d: %s", p.Offset, p.Message)
				}
			}
		})
	}
}

func TestSplitPieces(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
		problems  []int
	}{
		{"empty", "", nil, nil},
		{"semicolons alone", ";;;", nil, nil},
		{"comments alone", "-- a\n# b\n/* c; */", nil, nil},
		{"transaction", "BEGIN; UPDATE a SET b = 1; COMMIT;", []string{"BEGIN", "UPDATE a SET b = 1", "COMMIT"}, nil},
		{"delimiter behind a variable", "DELIMITER $$\nSET @a = @b$$\nA$$\nDELIMITER ;\nB;", []string{"SET @a = @b", "A", "B"}, nil},
		{"delimiter with CRLF", "DELIMITER //\r\nA; B//\r\nDELIMITER ;\r\nC;\r\n", []string{"A; B", "C"}, nil},
		{"last delimiter forgotten", "DELIMITER $$\nA; END\nDELIMITER ;\nB; C", []string{"A; END", "B", "C"}, nil},
		{"semicolon before DELIMITER forgotten", "A\nDELIMITER $$\nB; C$$", []string{"A", "B; C"}, nil},
		{"column named delimiter", "CREATE TABLE a (\ndelimiter CHAR(1)\n); B", []string{"CREATE TABLE a ( delimiter CHAR(1) )", "B"}, nil},
		{"alias named delimiter", "SELECT a\ndelimiter ;\nB", []string{"SELECT a delimiter", "B"}, nil},
		{"the body after one without END", "CREATE PROCEDURE p() BEGIN A; B; CREATE PROCEDURE q() BEGIN C; D; END; E", []string{"CREATE PROCEDURE p() BEGIN A", "B", "CREATE PROCEDURE q() BEGIN C; D; END", "E"}, []int{21}},
		{"body without END before DELIMITER", "CREATE PROCEDURE p() BEGIN A;\nDELIMITER $$\nB; C$$", []string{"CREATE PROCEDURE p() BEGIN A", "B; C"}, []int{21}},
		{"anonymous block without END", "A; BEGIN NOT ATOMIC B; C", []string{"A", "BEGIN NOT ATOMIC B", "C"}, []int{3}},
		{"comment that only seems closed", "A; /*/", []string{"A", "/*/"}, []int{3}},
		{"versioned comment without its end", "A; /*!80000 B; C", []string{"A", "/*!80000 B", "C"}, []int{3}},
		{"open double quote", `A; SELECT "b; C`, []string{"A", `SELECT "b; C`}, []int{10}},
		{"mode in a versioned comment", `/*!50003 SET sql_mode = 'ANSI_QUOTES' */ ; SELECT "\"; B`, []string{"/*!50003 SET sql_mode = 'ANSI_QUOTES' */", `SELECT "\"`, "B"}, nil},
		{"mode given back", `SET sql_mode='ANSI'; SET sql_mode=@old; SELECT "\";"; B`, []string{"SET sql_mode='ANSI'", "SET sql_mode=@old", `SELECT "\";"`, "B"}, nil},
		{"default mode", `SET @@SESSION.sql_mode := 'ANSI'; SET sql_mode = DEFAULT; SELECT "\";"; B`, []string{"SET @@SESSION.sql_mode := 'ANSI'", "SET sql_mode = DEFAULT", `SELECT "\";"`, "B"}, nil},
		{"mode added", `SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES'), @a = ''; SELECT "\"; B`, []string{"SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES'), @a = ''", `SELECT "\"`, "B"}, nil},
		{"mode removed", `SET sql_mode = 'ANSI'; SET sql_mode = REPLACE(@@sql_mode, 'ANSI_QUOTES', ''); SELECT "\";"; B`, []string{"SET sql_mode = 'ANSI'", "SET sql_mode = REPLACE(@@sql_mode, 'ANSI_QUOTES', '')", `SELECT "\";"`, "B"}, nil},
		{"mode of others", `SET GLOBAL sql_mode = 'ANSI_QUOTES'; SELECT "\";"; B`, []string{"SET GLOBAL sql_mode = 'ANSI_QUOTES'", `SELECT "\";"`, "B"}, nil},
		{"mode as a word", `SET SESSION sql_mode = ANSI_QUOTES; SELECT "\"; B`, []string{"SET SESSION sql_mode = ANSI_QUOTES", `SELECT "\"`, "B"}, nil},
		{"mode in double quotes", `SET sql_mode = "ANSI_QUOTES"; SET sql_mode = ""; SELECT "\";"; B`, []string{`SET sql_mode = "ANSI_QUOTES"`, `SET sql_mode = ""`, `SELECT "\";"`, "B"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Split(NewFile("f.sql", test.sql), 0, len(test.sql), 0)
			if !slices.Equal(texts(got), test.want) {
				t.Errorf("got  %q\nwant %q", texts(got), test.want)
			}
			var at []int
			for i := range got {
				if got[i].Problem != nil {
					at = append(at, got[i].Problem.Offset)
				}
			}
			if !slices.Equal(at, test.problems) {
				t.Errorf("problems at %v, want %v", at, test.problems)
			}
		})
	}
}
