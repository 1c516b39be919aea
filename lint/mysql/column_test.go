package mysql_test

import (
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// columnsOf reads one statement and returns the columns that it defines.
func columnsOf(t *testing.T, serverName, sql string) []*schema.Column {
	t.Helper()
	srv, err := server.Named(serverName)
	if err != nil {
		t.Fatal(err)
	}
	f := sqltext.NewFile("a.sql", sql)
	statements := sqltext.Split(f, 0, len(sql), 0)
	var out []*schema.Column
	for _, c := range mysql.NewReader(srv).Read(&statements[0]).Changes {
		switch c := c.(type) {
		case *schema.CreateTable:
			out = append(out, c.Def.Columns...)
		case *schema.AddColumn:
			out = append(out, c.Column)
		case *schema.ModifyColumn:
			out = append(out, c.Column)
		default:
			t.Errorf("%s: a change of type %T", sql, c)
		}
	}
	return out
}

// Every way to write the character set of a column, in each statement that defines one.
func TestCharsetAttributes(t *testing.T) {
	tests := map[string]schema.Type{
		"NVARCHAR(10)":                    {Name: "varchar", Length: 10, Charset: "utf8mb3"},
		"NATIONAL VARCHAR(10)":            {Name: "varchar", Length: 10, Charset: "utf8mb3"},
		"NATIONAL CHAR(10)":               {Name: "char", Length: 10, Charset: "utf8mb3"},
		"NCHAR(10)":                       {Name: "char", Length: 10, Charset: "utf8mb3"},
		"NCHAR VARCHAR(10)":               {Name: "varchar", Length: 10, Charset: "utf8mb3"},
		"VARCHAR(10) BINARY":              {Name: "varchar", Length: 10, Binary: true},
		"VARCHAR(10) CHARSET latin1":      {Name: "varchar", Length: 10, Charset: "latin1"},
		"VARCHAR(10) ASCII":               {Name: "varchar", Length: 10, Charset: "latin1"},
		"VARCHAR(10) BINARY ASCII":        {Name: "varchar", Length: 10, Charset: "latin1", Binary: true},
		"VARCHAR(10) UNICODE":             {Name: "varchar", Length: 10, Charset: "ucs2"},
		"VARCHAR(10) BYTE":                {Name: "varbinary", Length: 10},
		"CHAR(10) BYTE":                   {Name: "binary", Length: 10},
		"VARCHAR(10) CHARACTER SET ascii": {Name: "varchar", Length: 10, Charset: "ascii"},
		"VARBINARY(10)":                   {Name: "varbinary", Length: 10},
		"VARCHAR(10)":                     {Name: "varchar", Length: 10},
	}
	for spelled, want := range tests {
		for _, sql := range []string{
			"CREATE TABLE t (national VARCHAR(10), a " + spelled + ", b INT)",
			"ALTER TABLE t ADD COLUMN a " + spelled,
			"ALTER TABLE t ADD a " + spelled + " NULL AFTER b",
			"ALTER TABLE t MODIFY a " + spelled,
			"ALTER TABLE t CHANGE COLUMN nchar a " + spelled,
			"ALTER TABLE t CHANGE x a " + spelled + " NULL",
		} {
			for _, col := range columnsOf(t, "mysql-8.4", sql) {
				got := col.Type
				same := got.Name == want.Name && got.Length == want.Length && got.Charset == want.Charset && got.Binary == want.Binary
				if col.Name == "a" && !same {
					t.Errorf("%s: %+v, want %+v", sql, got, want)
				}
				if col.Name == "national" && got.Charset != "" {
					t.Errorf("%s: the column %s has the character set %s", sql, col.Name, got.Charset)
				}
			}
		}
	}
}

// What is cut from the end of a clause before it is parsed belongs to it all the same.
func TestAttributesAtTheEnd(t *testing.T) {
	for _, sql := range []string{
		"CREATE TABLE t (a INT INVISIBLE, b INT)",
		"CREATE TABLE t (b INT, a INT INVISIBLE)",
		"ALTER TABLE t ADD COLUMN a INT INVISIBLE",
		"ALTER TABLE t ADD COLUMN a INT INVISIBLE, ADD COLUMN b INT",
		"ALTER TABLE t MODIFY a INT NOT NULL INVISIBLE",
	} {
		for _, col := range columnsOf(t, "mysql-8.4", sql) {
			if col.Invisible != (col.Name == "a") {
				t.Errorf("%s: %s is invisible: %v", sql, col.Name, col.Invisible)
			}
		}
	}
}

// SERIAL stands for BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
func TestSerial(t *testing.T) {
	for _, col := range columnsOf(t, "mysql-8.4", "CREATE TABLE t (a SERIAL)") {
		if col.Type.Name != "bigint" || !col.Type.Unsigned || col.Nullable || !col.AutoIncrement {
			t.Errorf("SERIAL is %+v", col)
		}
	}
}
