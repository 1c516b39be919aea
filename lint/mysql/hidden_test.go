package mysql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// hiddenIn reads a migration, and lists what its strings and bodies hide, each
// with its position.
func hiddenIn(t *testing.T, sql string) string {
	t.Helper()
	srv, err := server.Named("mariadb-11")
	if err != nil {
		t.Fatal(err)
	}
	r := mysql.NewReader(srv)
	f := sqltext.NewFile("m.sql", sql)
	var out []string
	var list func(changes []schema.Change)
	list = func(changes []schema.Change) {
		for _, c := range changes {
			if routine, ok := c.(*schema.CreateRoutine); ok {
				list(routine.Routine.Runs)
			}
			_, opaque := c.(*schema.Opaque)
			if b := c.Base(); b.Hidden != nil || opaque {
				oneOf := ""
				if b.Hidden != nil && b.Hidden.OneOf {
					oneOf = " or other"
				}
				out = append(out, fmt.Sprintf("%d:%d %s%s", b.Pos().Line, b.Pos().Column, kinds([]schema.Change{c}), oneOf))
			}
		}
	}
	for _, st := range sqltext.Split(f, 0, len(sql), 0) {
		list(r.Read(&st).Changes)
	}
	return strings.Join(out, "\n")
}

func TestHidden(t *testing.T) {
	const drop = `ALTER TABLE t DROP COLUMN c`
	for _, test := range []struct{ name, sql, want string }{
		{"prepare", "PREPARE s FROM '" + drop + "'", "1:31 DropColumn(c) in string"},
		{"prepare a query", "PREPARE s FROM 'SELECT 1'", ""},
		{"set and prepare", "SET @x = '" + drop + "';\nPREPARE s FROM @x;\nEXECUTE s;", "1:25 DropColumn(c) in string"},
		{"set by :=", "SET @x := '" + drop + "'", "1:26 DropColumn(c) in string"},
		{"set of several", "SET @a = 1, @x = '" + drop + "', @b = 'DO 0'", "1:33 DropColumn(c) in string"},
		{"if", "SET @x = IF(@v < 3, '" + drop + "', 'SELECT 1')", "1:36 DropColumn(c) in string"},
		{"if in a subquery", "SET @x = (SELECT IF((SELECT COUNT(*) FROM c WHERE n = 'a') > 0,\n  'SELECT 1',\n  '" + drop + "'\n));\nPREPARE s FROM @x;", "3:18 DropColumn(c) in string"},
		{"if both", "SET @x = IF(@v, '" + drop + "', 'ALTER TABLE t ADD d INT')", "1:32 DropColumn(c) in string or other\n1:63 AddColumn(d int) in string or other"},
		{"case", "SET @x = CASE WHEN @v = 1 THEN '" + drop + "' WHEN @v = 2 THEN 'SELECT 1' ELSE NULL END", "1:47 DropColumn(c) in string"},
		{"select into", "SELECT IF(COUNT(*) = 0, '" + drop + "', '') INTO @x FROM c; PREPARE s FROM @x", "1:40 DropColumn(c) in string"},
		{"select into, at its end", "SELECT 1, '" + drop + "' FROM c LIMIT 1 INTO @n, @x; PREPARE s FROM @x", "1:26 DropColumn(c) in string"},
		{"select :=", "SELECT @x := '" + drop + "' AS q; PREPARE s FROM @x", "1:29 DropColumn(c) in string"},
		{"adjacent literals", "SET @x = 'ALTER TABLE t '\n  'DROP COLUMN c'", "2:4 DropColumn(c) in string"},
		{"concat of literals", "SET @x = CONCAT('ALTER TABLE t DR', 'OP COLUMN c')", "1:32 DropColumn(c) in string"},
		{"concat_ws", "SET @x = CONCAT_WS(' ', 'ALTER TABLE t', 'DROP COLUMN c', IF(@v, ', ADD d INT', ''))", "1:43 DropColumn(c) in string or other\n1:69 AddColumn(d int) in string or other"},
		{"built step by step", "SET @x = 'ALTER TABLE t ';\nSET @x = CONCAT(@x, 'DROP COLUMN c');\nPREPARE s FROM @x", "1:11 TableOption in string\n2:22 DropColumn(c) in string"},
		{"through another variable", "SET @a = '" + drop + "'; SET @b = IF(@v, @a, 'SELECT 1'); PREPARE s FROM @b", "1:25 DropColumn(c) in string"},
		{"doubled quotes", "SET @x = 'ALTER TABLE t ADD a ENUM(''x'',''y'') NOT NULL, DROP COLUMN c'", "1:25 AddColumn(a enum) in string\n1:59 DropColumn(c) in string"},
		{"escaped quotes", `SET @x = 'ALTER TABLE t ADD a INT COMMENT \'it\\\'s\',\n DROP COLUMN c'`, "1:25 AddColumn(a int) in string\n1:58 DropColumn(c) in string"},
		{"double quotes", `SET @x = "ALTER TABLE t DROP COLUMN c"`, "1:25 DropColumn(c) in string"},
		{"introducer", "SET @x = _utf8mb4'" + drop + "' COLLATE utf8mb4_bin", "1:33 DropColumn(c) in string"},
		{"execute immediate", "EXECUTE IMMEDIATE '" + drop + "'", "1:34 DropColumn(c) in string"},
		{"execute immediate, concat", "EXECUTE IMMEDIATE CONCAT('DROP TABLE ', 't')", "1:27 DropTable(t) in string"},
		{"execute immediate of a block", "EXECUTE IMMEDIATE 'BEGIN NOT ATOMIC " + drop + "; END'", "1:51 DropColumn(c) in block"},
		{"versioned", "/*!50001 SET @x = '" + drop + "' */; /*!50001 PREPARE s FROM @x */", "1:34 DropColumn(c) in string"},
		{"one literal, two tables", "SET @e = ' DROP COLUMN c';\nSET @a = CONCAT('ALTER TABLE t', @e), @b = CONCAT('ALTER TABLE u', @e);", "1:12 DropColumn(c) in string\n1:12 DropColumn(c) in string"},

		{"message", "SET @x = 'drop the base'; SET @y = 'Create'", ""},
		{"rows", "SET @x = 'DELETE FROM t'; PREPARE s FROM @x; SET @y = CONCAT('INSERT INTO ', @t); PREPARE s FROM @y", ""},
		{"variable of elsewhere", "PREPARE s FROM @x", "1:1 Opaque(what this PREPARE runs is known only when it runs @1:1)"},
		{"variable from a table", "SET @x = (SELECT q FROM todo); PREPARE s FROM @x", "1:32 Opaque(what this PREPARE runs is known only when it runs @1:32)"},
		{"concat with a variable", "SET @x = CONCAT('ALTER TABLE ', @t, ' DROP COLUMN c'); PREPARE s FROM @x", "1:18 Opaque(a part of the DDL in this string is known only when it runs @1:18) in string"},
		{"concat, read in part", "SET @x = CONCAT('ALTER TABLE t DROP COLUMN c, ADD INDEX ', @i, ' (d)'); PREPARE s FROM @x", "1:32 DropColumn(c) in string\n1:18 Opaque(a part of the DDL in this string is known only when it runs @1:18) in string"},
		{"group_concat", "SELECT GROUP_CONCAT('DROP TABLE ', n SEPARATOR ';') INTO @x FROM i", "1:22 Opaque(a part of the DDL in this string is known only when it runs @1:22) in string"},
		{"placeholder", "SET @x = 'ALTER TABLE {{.prefix}}t DROP COLUMN c'", "1:11 Opaque(a part of the DDL in this string is known only when it runs @1:11) in string"},
		{"cannot be parsed", "SET @x = 'ALTER TABLE t FROBNICATE'; PREPARE s FROM @x", "1:25 Opaque(the DDL in this string could not be read: unexpected `FROBNICATE` @1:25) in string"},
		{"out parameter", "SET @x = 'SELECT 1'; CALL p(@x); PREPARE s FROM @x", "1:34 Opaque(what this PREPARE runs is known only when it runs @1:34)"},

		{"block", "BEGIN NOT ATOMIC\n  IF @v THEN\n    " + drop + ";\n  END IF;\nEND", "3:19 DropColumn(c) in block"},
		{"procedure", "CREATE PROCEDURE p(IN a INT)\nCOMMENT 'x' SQL SECURITY INVOKER\nBEGIN\n  DECLARE CONTINUE HANDLER FOR 1060, SQLSTATE '42000' BEGIN END;\n  IF a = CASE WHEN a > 1 THEN 2 ELSE 3 END THEN\n    " + drop + ";\n  END IF;\nEND", "6:19 DropColumn(c) in routine"},
		{"procedure of one statement", "CREATE PROCEDURE p() " + drop, "1:36 DropColumn(c) in routine"},
		{"handler with DDL", "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND DROP TABLE t; END", "1:77 DropTable(t) in routine"},
		{"loops", "CREATE PROCEDURE p() a: BEGIN\n l: LOOP\n  LEAVE l;\n END LOOP l;\n REPEAT SET @i = 1; UNTIL @i END REPEAT;\n WHILE @i DO\n  " + drop + ";\n END WHILE;\nEND a", "7:17 DropColumn(c) in routine"},
		{"case statement", "CREATE PROCEDURE p(x INT) BEGIN CASE x WHEN 1 THEN DROP TABLE t; WHEN 2 THEN SELECT 1; ELSE BEGIN END; END CASE; END", "1:52 DropTable(t) in routine"},
		{"two branches", "CREATE PROCEDURE p(x INT) IF x THEN DROP TABLE t; ELSE DROP TABLE u; END IF", "1:37 DropTable(t) in routine or other\n1:56 DropTable(u) in routine or other"},
		{"cursor and concat", "CREATE PROCEDURE p()\nBEGIN\n  DECLARE t VARCHAR(64);\n  DECLARE cur CURSOR FOR SELECT n FROM i;\n  OPEN cur;\n  l: LOOP\n    FETCH cur INTO t;\n    SET @q = CONCAT('ALTER TABLE ', t, ' DROP COLUMN c');\n    PREPARE s FROM @q;\n    EXECUTE s;\n  END LOOP;\nEND", "8:22 Opaque(a part of the DDL in this string is known only when it runs @8:22) in string"},
		{"prepare in a body", "CREATE PROCEDURE p() BEGIN SET @q = '" + drop + "'; PREPARE s FROM @q; EXECUTE s; END", "1:52 DropColumn(c) in string"},
		{"set in a branch", "CREATE PROCEDURE p(x INT) BEGIN SET @q = f(); IF x THEN SET @q = 'SELECT 1'; END IF; PREPARE s FROM @q; END", "1:86 Opaque(what this PREPARE runs is known only when it runs @1:86) in routine"},
		{"call", "CREATE PROCEDURE p() BEGIN CALL q(); END", "1:28 Call(q) in routine"},
		{"event", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DO TRUNCATE TABLE t", "1:66 TruncateTable in routine"},
		{"function and trigger", "CREATE FUNCTION f() RETURNS INT BEGIN DROP TABLE t; RETURN 1; END; CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW DROP TABLE u", ""},
		{"unread in a body", "CREATE PROCEDURE p() BEGIN ALTER TABLE t FROBNICATE; END", "1:42 Opaque(the DDL in this routine could not be read: unexpected `FROBNICATE` @1:42) in routine"},
		{"cannot be split", "CREATE PROCEDURE p() AS BEGIN DROP TABLE t; END", "1:1 Opaque(this routine holds DDL, and its statements cannot be told apart @1:1) in routine"},
		{"another language", "CREATE PROCEDURE p() LANGUAGE JAVASCRIPT AS $$ session.sql(`DROP TABLE t`).execute() $$; CREATE PROCEDURE q() LANGUAGE JAVASCRIPT AS $$ console.log(1) $$", "1:1 Opaque(this routine is written in another language and speaks of DDL @1:1) in routine"},
		{"assigned within", "SET @x = 'SELECT 1'; SELECT COUNT(*) FROM (SELECT @x := q FROM i) z; PREPARE s FROM @x", "1:70 Opaque(what this PREPARE runs is known only when it runs @1:70)"},
		{"rows only", "CREATE PROCEDURE p() BEGIN DELETE FROM t; SELECT 'DROP TABLE t'; CREATE TEMPORARY TABLE x (a INT); END", "1:66 CreateTable(x 1 columns, 0 keys) in routine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := hiddenIn(t, test.sql); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.sql, got, test.want)
			}
		})
	}
}
