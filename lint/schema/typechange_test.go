package schema

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var typePattern = regexp.MustCompile(`^(\w+)(?:\(([^)]*)\))?((?: [\w]+)*)$`)

// parseType reads a type as the tables below spell it: "varchar(60) utf8mb4
// utf8mb4_bin", "decimal(10,2) unsigned", "enum(a,b)", "datetime(3)".
func parseType(t *testing.T, text string) Type {
	t.Helper()
	m := typePattern.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no type: %q", text)
	}
	ty := Type{Name: m[1], Length: -1, Scale: -1}
	switch args := strings.Split(m[2], ","); {
	case m[2] == "":
	case ty.Name == "enum" || ty.Name == "set":
		ty.Values = args
	default:
		numbers := make([]int, len(args))
		for i, a := range args {
			n, err := strconv.Atoi(a)
			if err != nil {
				t.Fatalf("no type: %q: %v", text, err)
			}
			numbers[i] = n
		}
		switch {
		case len(numbers) == 2:
			ty.Length, ty.Scale = numbers[0], numbers[1]
		case ty.Name == "datetime" || ty.Name == "timestamp" || ty.Name == "time":
			ty.Scale = numbers[0]
		default:
			ty.Length = numbers[0]
		}
	}
	for word := range strings.FieldsSeq(m[3]) {
		switch {
		case word == "unsigned":
			ty.Unsigned = true
		case strings.Contains(word, "_"):
			ty.Collation = word
		default:
			ty.Charset = word
		}
	}
	return ty
}

// The rows of the facts on type changes, one after the other, each in both
// directions and at its boundaries. The verdict is one of
//
//	=  same             W  widening          w  side effect
//	N  narrowing        S  narrowing that is silent      ?  unknown
//
// followed by e when it stems from members, or c when it stems from the
// character set or collation.
func TestCompareTypes(t *testing.T) {
	tests := []struct{ old, new, want string }{
		// Integers up and down, same sign; the display width is ignored.
		{"int", "int", "="},
		{"tinyint", "smallint", "W"},
		{"smallint", "mediumint", "W"},
		{"mediumint", "int", "W"},
		{"int", "bigint", "W"},
		{"tinyint", "bigint", "W"},
		{"int unsigned", "bigint unsigned", "W"},
		{"int(11)", "int(4)", "="},
		{"int(4)", "int", "="},
		{"int(11)", "bigint(20)", "W"},
		{"bigint", "int", "N"},
		{"int", "mediumint", "N"},
		{"mediumint", "smallint", "N"},
		{"smallint", "tinyint", "N"},
		{"bigint unsigned", "int unsigned", "N"},
		// The sign.
		{"int", "int unsigned", "N"},
		{"int", "bigint unsigned", "N"},
		{"bigint", "int unsigned", "N"},
		{"int unsigned", "int", "N"},
		{"int unsigned", "bigint", "W"},
		{"tinyint unsigned", "smallint", "W"},
		{"bigint unsigned", "bigint", "N"},
		{"bigint unsigned", "int", "N"},
		// TINYINT(1) is BOOL.
		{"tinyint(1)", "tinyint(1)", "="},
		{"tinyint(1)", "tinyint(4)", "w"},
		{"tinyint(1)", "tinyint", "w"},
		{"tinyint", "tinyint(1)", "w"},
		{"tinyint(3)", "tinyint(4)", "="},
		{"tinyint(1)", "tinyint(1) unsigned", "N"},
		// INT to DECIMAL: 10 digits, BIGINT 19, unsigned 20.
		{"int", "decimal(10,0)", "w"},
		{"int", "decimal(9,0)", "N"},
		{"int", "decimal(12,2)", "w"},
		{"int", "decimal(11,2)", "N"},
		{"int unsigned", "decimal(10,0)", "w"},
		{"int unsigned", "decimal", "w"},
		{"bigint", "decimal(19,0)", "w"},
		{"bigint", "decimal(18,0)", "N"},
		{"bigint unsigned", "decimal(20,0)", "w"},
		{"bigint unsigned", "decimal(19,0)", "N"},
		{"int", "decimal(10,0) unsigned", "N"},
		{"int unsigned", "decimal(10,0) unsigned", "w"},
		{"decimal(10,2)", "int", "S"},
		{"decimal(10,0)", "int", "N"},
		{"decimal(9,0)", "int", "w"},
		{"decimal(9,0)", "int unsigned", "N"},
		{"decimal(18,0)", "bigint", "w"},
		{"decimal(19,0)", "bigint", "N"},
		// INT to FLOAT (24 bits) and DOUBLE (53 bits).
		{"mediumint", "float", "w"},
		{"mediumint unsigned", "float", "w"},
		{"int", "float", "S"},
		{"int", "double", "w"},
		{"int unsigned", "double", "w"},
		{"bigint", "double", "S"},
		{"int", "double unsigned", "N"},
		{"int", "double(9,2)", "N"},
		{"int", "double(12,2)", "w"},
		// FLOAT and DOUBLE.
		{"float", "float", "="},
		{"float", "double", "w"},
		{"double", "float", "S"},
		{"double", "double unsigned", "N"},
		{"double unsigned", "double", "W"},
		{"double", "double(10,2)", "S"},
		{"float", "double(10,2)", "S"},
		{"double(10,2)", "double(12,2)", "W"},
		{"double(12,2)", "double(10,2)", "N"},
		{"double(10,2)", "double(12,4)", "w"},
		{"double(12,4)", "double(12,2)", "S"},
		{"double(10,2)", "double", "w"},
		// DECIMAL.
		{"decimal(10,2)", "decimal(10,2)", "="},
		{"decimal", "decimal(10,0)", "="},
		{"decimal(10,2)", "decimal(12,2)", "W"},
		{"decimal(10,2)", "decimal(12,4)", "w"},
		{"decimal(10,2)", "decimal(11,3)", "w"},
		{"decimal(10,2)", "decimal(10,4)", "N"},
		{"decimal(10,2)", "decimal(10,0)", "S"},
		{"decimal(12,4)", "decimal(10,2)", "S"},
		{"decimal(12,2)", "decimal(10,2)", "N"},
		{"decimal(10,2)", "decimal(10,2) unsigned", "N"},
		{"decimal(10,2) unsigned", "decimal(10,2)", "W"},
		// FLOAT and DOUBLE to exact numbers.
		{"float", "decimal(10,2)", "S"},
		{"double", "decimal(65,30)", "S"},
		{"double", "bigint", "S"},
		{"float", "int", "S"},
		{"decimal(10,2)", "double", "S"},
		// VARCHAR; the step over 255 bytes costs, but loses nothing.
		{"varchar(60) utf8mb4", "varchar(60) utf8mb4", "="},
		{"varchar(60) utf8mb4", "varchar(63) utf8mb4", "W"},
		{"varchar(63) utf8mb4", "varchar(64) utf8mb4", "W"},
		{"varchar(255) latin1", "varchar(256) latin1", "W"},
		{"varchar(60)", "varchar(63)", "W"},
		{"varchar(63) utf8mb4", "varchar(60) utf8mb4", "N"},
		{"varchar(63)", "varchar(62)", "N"},
		// CHAR and BINARY.
		{"char(10) utf8mb4", "char(11) utf8mb4", "W"},
		{"char(11) utf8mb4", "char(10) utf8mb4", "N"},
		{"char", "char(1)", "="},
		{"char", "char(2)", "W"},
		{"binary(16)", "binary(16)", "="},
		{"binary(16)", "binary(20)", "S"},
		{"binary(20)", "binary(16)", "N"},
		{"binary(16)", "varbinary(16)", "W"},
		{"varbinary(16)", "binary(16)", "S"},
		{"varbinary(16)", "varbinary(20)", "W"},
		{"varbinary(20)", "varbinary(16)", "N"},
		{"varbinary(16)", "blob", "W"},
		{"blob", "varbinary(255)", "N"},
		{"tinyblob", "varbinary(255)", "W"},
		{"tinyblob", "blob", "W"},
		{"blob", "longblob", "W"},
		{"longblob", "mediumblob", "N"},
		// CHAR and VARCHAR.
		{"char(10) utf8mb4", "varchar(10) utf8mb4", "w"},
		{"varchar(10) utf8mb4", "char(10) utf8mb4", "w"},
		{"varchar(10) utf8mb4", "char(20) utf8mb4", "w"},
		{"varchar(10) utf8mb4", "char(9) utf8mb4", "N"},
		{"char(10) utf8mb4", "varchar(9) utf8mb4", "N"},
		{"char(10) utf8mb4", "text utf8mb4", "w"},
		// VARCHAR to TEXT.
		{"varchar(60) utf8mb4", "text utf8mb4", "W"},
		{"varchar(16000) utf8mb4", "text utf8mb4", "W"},
		{"varchar(60000)", "text", "W"},
		{"varchar(60)", "tinytext", "W"},
		{"varchar(63) utf8mb4", "tinytext utf8mb4", "W"},
		{"varchar(64) utf8mb4", "tinytext utf8mb4", "N"},
		{"varchar(255) latin1", "tinytext latin1", "W"},
		{"varchar(256) latin1", "tinytext latin1", "N"},
		{"varchar(255) latin1", "tinytext utf8mb4", "N"},
		{"varchar(21000) utf8mb3", "text utf8mb4", "Wc"},
		{"varchar(60000) latin1", "text utf8mb4", "N"},
		// The TEXT family.
		{"tinytext", "text", "W"},
		{"text", "mediumtext", "W"},
		{"mediumtext", "longtext", "W"},
		{"tinytext utf8mb4", "longtext utf8mb4", "W"},
		{"longtext", "mediumtext", "N"},
		{"mediumtext", "text", "N"},
		{"text", "tinytext", "N"},
		{"text utf8mb4", "varchar(255) utf8mb4", "N"},
		{"text utf8mb4", "varchar(16383) utf8mb4", "N"},
		{"text utf8mb3", "varchar(21845) utf8mb3", "N"},
		{"tinytext utf8mb4", "varchar(64) utf8mb4", "N"},
		{"tinytext utf8mb4", "varchar(254) utf8mb4", "N"},
		{"tinytext utf8mb4", "varchar(255) utf8mb4", "W"}, // 255 bytes are 255 characters at most
		{"longtext", "char(255)", "N"},
		// Text and bytes.
		{"varchar(60) utf8mb4", "varbinary(240)", "w"},
		{"varchar(60) utf8mb4", "varbinary(239)", "N"},
		{"varchar(60) latin1", "varbinary(60)", "w"},
		{"varchar(60)", "varbinary(60)", "w"},
		{"varchar(60)", "varbinary(59)", "N"},
		{"varchar(60) utf8mb4", "blob", "w"},
		{"text utf8mb4", "blob", "w"},
		{"text", "tinyblob", "N"},
		{"varbinary(60)", "varchar(60) utf8mb4", "N"},
		{"blob", "text", "N"},
		// Character sets.
		{"varchar(60) utf8mb3", "varchar(60) utf8mb4", "Wc"},
		{"varchar(60) utf8", "varchar(60) utf8mb4", "Wc"},
		{"varchar(60) utf8", "varchar(60) utf8mb3", "="},
		{"varchar(64) utf8mb3", "varchar(64) utf8mb4", "Wc"},
		{"text utf8mb3", "text utf8mb4", "Wc"},
		{"enum(a,b) utf8mb3", "enum(a,b) utf8mb4", "Wc"},
		{"varchar(60) utf8mb4", "varchar(60) utf8mb3", "Nc"},
		{"varchar(60) utf8mb4", "varchar(60) latin1", "Nc"},
		{"varchar(60) utf8mb4", "varchar(60) ascii", "Nc"},
		{"varchar(60) utf8mb4", "varchar(99) latin1", "Nc"},
		{"enum(a,b) utf8mb4", "enum(a,b) latin1", "Nc"},
		{"enum(a,b) utf8mb4", "enum(a,b,c) latin1", "Nc"},
		{"text utf8mb4", "mediumtext latin1", "Nc"},
		{"varchar(60) utf8mb4", "varchar(59) latin1", "N"},
		{"varchar(60) latin1", "varchar(60) utf8mb4", "Wc"},
		{"varchar(60) latin1", "varchar(60) utf8mb3", "Wc"},
		{"varchar(60) latin1", "varchar(60) ascii", "Nc"},
		{"varchar(60) utf8mb3", "varchar(60) latin1", "Nc"},
		{"varchar(60) cp1251", "varchar(60) utf8mb3", "Wc"},
		{"varchar(60) ascii", "varchar(60) utf8mb4", "Wc"},
		{"varchar(60) ascii", "varchar(60) latin1", "Wc"},
		{"varchar(60)", "varchar(60) utf8mb4", "wc"},
		{"varchar(60) utf8mb4", "varchar(60)", "wc"},
		// Collations.
		{"varchar(60) utf8mb4 utf8mb4_bin", "varchar(60) utf8mb4 utf8mb4_bin", "="},
		{"varchar(60) utf8mb4 utf8mb4_bin", "varchar(60) utf8mb4 utf8mb4_general_ci", "wc"},
		{"varchar(60) utf8mb4 utf8mb4_general_ci", "varchar(60) utf8mb4 utf8mb4_bin", "wc"},
		{"varchar(60) utf8mb4 utf8mb4_general_ci", "varchar(60) utf8mb4", "wc"},
		{"varchar(60) utf8 utf8_general_ci", "varchar(60) utf8mb3 utf8mb3_general_ci", "="},
		{"varchar(60) utf8mb4 utf8mb4_bin", "varchar(80) utf8mb4 utf8mb4_general_ci", "wc"},
		{"enum(a,b) utf8mb4 utf8mb4_bin", "enum(a,b) utf8mb4 utf8mb4_general_ci", "wc"},
		// ENUM and SET: append, insert, remove, reorder, rename.
		{"enum(a,b)", "enum(a,b)", "="},
		{"enum(a,b)", "enum(a,b,c)", "we"},
		{"enum(a,b)", "enum(a,c,b)", "Se"},
		{"enum(a,b)", "enum(c,a,b)", "Se"},
		{"enum(a,b,c)", "enum(a,b)", "Ne"},
		{"enum(a,b,c)", "enum(b,c)", "Ne"},
		{"enum(a,b,c)", "enum(a,b,d)", "Ne"},
		{"enum(a,b)", "enum(b,a)", "Se"},
		{"set(a,b)", "set(a,b,c)", "we"},
		{"set(a,b)", "set(a,c,b)", "Se"},
		{"set(a,b)", "set(b)", "Ne"},
		{"set(a,b)", "set(b,a)", "Se"},
		{"enum(a,b)", "set(a,b)", "N"},
		{"enum(red,green)", "varchar(5)", "w"},
		{"enum(red,green)", "varchar(4)", "N"},
		{"enum(red,green)", "text", "w"},
		{"set(red,green)", "varchar(9)", "w"},
		{"set(red,green)", "varchar(8)", "N"},
		{"varchar(5)", "enum(red,green)", "N"},
		{"varchar(5)", "set(red,green)", "N"},
		{"text", "enum(red,green)", "N"},
		// Dates and times.
		{"date", "date", "="},
		{"date", "datetime", "w"},
		{"datetime", "date", "S"},
		{"datetime", "time", "S"},
		{"datetime", "year", "N"},
		{"datetime", "datetime", "="},
		{"datetime", "datetime(0)", "="},
		{"datetime", "datetime(6)", "w"},
		{"datetime(3)", "datetime(6)", "w"},
		{"datetime(6)", "datetime(3)", "S"},
		{"datetime(1)", "datetime", "S"},
		{"timestamp", "timestamp(3)", "w"},
		{"timestamp(3)", "timestamp", "S"},
		{"time", "time(3)", "w"},
		{"time(3)", "time", "S"},
		{"datetime", "timestamp", "N"},
		{"date", "timestamp", "N"},
		{"timestamp", "datetime", "w"},
		{"timestamp(3)", "datetime(6)", "w"},
		{"timestamp(3)", "datetime", "S"},
		{"timestamp", "date", "S"},
		{"year", "int", "w"},
		{"year", "tinyint", "N"},
		{"datetime", "varchar(19)", "w"},
		{"datetime", "varchar(18)", "N"},
		{"datetime(3)", "varchar(23)", "w"},
		{"datetime(3)", "varchar(22)", "N"},
		{"varchar(19)", "datetime", "N"},
		{"datetime", "bigint", "N"},
		// JSON.
		{"json", "json", "="},
		{"text", "json", "N"},
		{"varchar(60)", "json", "N"},
		{"longtext", "json", "N"},
		{"json", "longtext", "w"},
		{"json", "longtext utf8mb4", "w"},
		{"json", "longtext latin1", "Nc"},
		{"json", "text", "N"}, // a document may be longer than 64 KiB
		{"json", "varchar(60)", "N"},
		// BIT.
		{"bit", "bit(1)", "="},
		{"bit", "bit(2)", "W"},
		{"bit(8)", "bit(16)", "W"},
		{"bit(16)", "bit(8)", "N"},
		{"bit(1)", "tinyint", "w"},
		{"bit(7)", "tinyint", "w"},
		{"bit(8)", "tinyint", "N"},
		{"bit(8)", "tinyint unsigned", "w"},
		{"bit(64)", "bigint unsigned", "w"},
		{"bit(64)", "bigint", "N"},
		{"tinyint", "bit(8)", "N"},
		// Numbers and text.
		{"int", "varchar(11)", "w"},
		{"int", "varchar(10)", "N"},
		{"int unsigned", "varchar(10)", "w"},
		{"int unsigned", "varchar(9)", "N"},
		{"bigint", "varchar(20)", "w"},
		{"bigint", "varchar(19)", "N"},
		{"bigint unsigned", "varchar(20)", "w"},
		{"bigint unsigned", "varchar(19)", "N"},
		{"int", "text", "w"},
		{"varchar(11)", "int", "N"},
		{"text", "bigint", "N"},
		{"varchar(11)", "decimal(10,2)", "N"},
		{"decimal(10,2)", "varchar(12)", "w"},
		{"decimal(10,2)", "varchar(11)", "N"},
		{"decimal(10,0)", "varchar(11)", "w"},
		{"decimal(2,2)", "varchar(5)", "w"},
		{"decimal(2,2)", "varchar(4)", "N"},
		// UUIDs never move by MODIFY.
		{"binary(16)", "char(36) utf8mb4", "N"},
		{"char(36) utf8mb4", "binary(16)", "N"},
		{"char(36)", "binary(16)", "N"},
		{"char(36) ascii", "binary(36)", "S"},
		{"uuid", "uuid", "="},
		{"uuid", "binary(16)", "N"},
		{"binary(16)", "uuid", "N"},
		// VECTOR.
		{"vector(3)", "vector(3)", "="},
		{"vector(3)", "vector(4)", "W"},
		{"vector(4)", "vector(3)", "N"},
		{"vector", "vector(2048)", "="},
		{"vector", "vector(4)", "N"},
		{"vector(3)", "varbinary(12)", "N"},
		// The rest.
		{"point", "point", "="},
		{"point", "geometry", "="},
		{"geometry", "point", "N"},
		{"point", "int", "N"},
		{"unheardof", "int", "?"},
		{"int", "unheardof", "?"},
		{"unheardof", "unheardof", "?"},
	}
	for _, tt := range tests {
		for _, o := range []TypeOptions{{}, {TruncatesFraction: true, Timestamp2106: true}} {
			got := CompareTypes(parseType(t, tt.old), parseType(t, tt.new), o)
			if s := brief(got); s != tt.want {
				t.Errorf("%s to %s: got %s (%s), want %s", tt.old, tt.new, s, got.Why, tt.want)
			}
			if speaks := got.Verdict == SideEffect || got.Verdict == Narrowing; speaks != (got.Why != "") {
				t.Errorf("%s to %s is %s, but says %q", tt.old, tt.new, brief(got), got.Why)
			}
		}
	}
	if got := CompareTypes(Type{}, parseType(t, "int"), TypeOptions{}); got.Verdict != UnknownType {
		t.Errorf("a type that could not be read compares as %s", brief(got))
	}
}

// brief spells a change as the table above does.
func brief(c TypeChange) string {
	s := [...]string{Same: "=", Widening: "W", SideEffect: "w", Narrowing: "N", UnknownType: "?"}[c.Verdict]
	if c.Silent {
		s = strings.Replace(s, "N", "S", 1)
		if c.Verdict != Narrowing {
			s += " silent"
		}
	}
	if c.Enum {
		s += "e"
	}
	if c.Charset {
		s += "c"
	}
	return s
}

func TestWhyNamesTheServer(t *testing.T) {
	mysql, mariadb := TypeOptions{}, TypeOptions{TruncatesFraction: true, Timestamp2106: true}
	tests := []struct {
		old, new string
		options  TypeOptions
		want     string
	}{
		{"datetime(6)", "datetime", mysql, "rounded to 0 digits"},
		{"datetime(6)", "datetime", mariadb, "cut to 0 digits"},
		{"timestamp(3)", "datetime(1)", mysql, "rounded to 1 digits"},
		{"timestamp(3)", "datetime(1)", mariadb, "cut to 1 digits"},
		{"datetime", "timestamp", mysql, "1970 to 2038"},
		{"datetime", "timestamp", mariadb, "1970 to 2106"},
		{"bigint", "int", mysql, "above 2147483647 "},
		{"bigint", "tinyint", mysql, "above 127 "},
		{"bigint unsigned", "int unsigned", mysql, "above 4294967295 "},
		{"bigint unsigned", "bigint", mysql, "above 9223372036854775807 "},
		{"enum(a,b,c)", "enum(b)", mysql, "'a', 'c'"},
		{"varchar(9) utf8", "varchar(9) latin1", mysql, "utf8mb3 that latin1 lacks"},
	}
	for _, tt := range tests {
		if got := CompareTypes(parseType(t, tt.old), parseType(t, tt.new), tt.options); !strings.Contains(got.Why, tt.want) {
			t.Errorf("%s to %s: %q does not say %q", tt.old, tt.new, got.Why, tt.want)
		}
	}
}
