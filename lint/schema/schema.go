// Package schema is the model that every rule works on: tables, columns, keys
// and views, the changes that a statement makes to them, and what a change
// leaves behind. It knows no SQL dialect.
package schema

import (
	"fmt"
	"strings"
)

// A Position is a piece of a file. Lines and columns start at 1, columns count
// bytes; the end is exclusive.
type Position struct {
	File                             string
	Line, Column, EndLine, EndColumn int
}

// A Name names a table or view; DB is empty unless the statement spells it.
type Name struct{ DB, Name string }

func (n Name) String() string {
	if n.DB == "" {
		return n.Name
	}
	return n.DB + "." + n.Name
}

// A Table is a table as it stands after some change. Tables, columns and keys
// are never changed in place: a change makes new ones, so a pointer is a
// snapshot.
type Table struct {
	ID          int // stays the same through renames and changes
	Name        Name
	Columns     []*Column
	Keys        []*Key
	ForeignKeys []*ForeignKey
	Checks      []*Check
	Charset     string // "" when not said
	Collation   string
	Engine      string
	Partitioned bool
	Temporary   bool
	// Unknown says that its definition is not known whole: its CREATE was not
	// replayed, or something that could not be read touched it.
	Unknown bool
	// Prefixed says that a placeholder without a value stands before its name, as in
	// {{.prefix}}users: what runs has more letters.
	Prefixed bool
	// Release is the number of the release that made it; 0 for what was there before.
	Release int
}

// Column returns the column of that name, or nil. Column names ignore case.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for _, c := range t.Columns {
		if equalFold(c.Name, name) {
			return c
		}
	}
	return nil
}

// ColumnByID returns the column with that ID, or nil.
func (t *Table) ColumnByID(id int) *Column {
	if t == nil {
		return nil
	}
	for _, c := range t.Columns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Key returns the key of that name, or nil; PRIMARY names the primary key.
func (t *Table) Key(name string) *Key {
	if t == nil {
		return nil
	}
	for _, k := range t.Keys {
		if equalFold(k.Name, name) {
			return k
		}
	}
	return nil
}

// PrimaryKey returns the primary key, or nil.
func (t *Table) PrimaryKey() *Key { return t.Key("PRIMARY") }

// TypeInForce fills in the character set that a column takes from the table, and
// the collation that the attribute BINARY stands for.
func (t *Table) TypeInForce(ty Type) Type {
	switch {
	case !ty.Text():
		return ty
	case ty.Charset != "":
	case ty.Collation != "":
		ty.Charset, _, _ = strings.Cut(ty.Collation, "_")
	case t != nil:
		ty.Charset, ty.Collation = t.Charset, t.Collation
	}
	if ty.Binary && ty.Charset != "" {
		ty.Collation = ty.Charset + "_bin"
	}
	return ty
}

// A Column is a column as it stands after some change.
type Column struct {
	ID            int // stays the same through renames and changes; 0 in a definition
	Name          string
	Type          Type
	Nullable      bool
	NullSpelled   bool // the definition says NULL or NOT NULL in words
	Default       *Default
	AutoIncrement bool
	Generated     Generated
	Expr          string // of a generated column
	OnUpdate      string // ON UPDATE CURRENT_TIMESTAMP …
	Comment       string
	Invisible     bool
	// Release is the number of the release that added it; 0 for what was there before.
	Release int
}

// Required says whether an INSERT that leaves the column out fails: NOT NULL,
// no default, and nothing else that gives a value. An ENUM NOT NULL takes its
// first member on every server.
func (c *Column) Required() bool {
	return !c.Nullable && c.Default == nil && !c.AutoIncrement && c.Generated == NotGenerated && c.Type.Name != "enum"
}

// Default is the value that a column takes when an INSERT leaves it out.
type Default struct {
	Expr    bool   // an expression, not a literal
	Null    bool   // DEFAULT NULL
	Text    string // normalised: literals without quotes, expressions in lower case without blanks
	Spelled bool   // the definition says DEFAULT; false for what the server adds by itself
}

// Generated says how a generated column is kept.
type Generated uint8

// The ways to keep a generated column.
const (
	NotGenerated Generated = iota
	Virtual
	Stored
)

// A Type is a column type. Aliases are resolved: BOOL is tinyint(1), INTEGER is int.
type Type struct {
	Name      string   // lower case: int, varchar, enum …; "" when not known
	Length    int      // characters, digits, bits; -1 when not said
	Scale     int      // digits after the point, fractional seconds; -1 when not said
	Unsigned  bool     // integers and decimals
	Values    []string // of ENUM and SET
	Charset   string   // of the column; "" when it takes that of the table
	Collation string
	Binary    bool // VARCHAR(10) BINARY: the _bin collation of its character set
}

// A Key is an index.
type Key struct {
	Name      string // PRIMARY for the primary key; "" until the server names it
	Kind      KeyKind
	Columns   []KeyPart
	Invisible bool // INVISIBLE, or IGNORED on MariaDB
	Release   int
}

// Unique says whether the key forbids duplicates.
func (k *Key) Unique() bool { return k.Kind == PrimaryKey || k.Kind == UniqueKey }

// KeyKind says what an index is for.
type KeyKind uint8

// The kinds of keys.
const (
	PlainKey KeyKind = iota
	PrimaryKey
	UniqueKey
	FulltextKey
	SpatialKey
	VectorKey
)

// A KeyPart is one column, or one expression, of a key.
type KeyPart struct {
	Column string // "" for an expression
	Expr   string
	Length int // prefix length in characters; 0 for the whole column
}

// A ForeignKey is a foreign key.
type ForeignKey struct {
	Name       string
	Columns    []string
	RefTable   Name
	RefColumns []string
	// OnDelete and OnUpdate say what becomes of rows whose parent goes or gets
	// another key: "cascade", "set null" …; "" where the server refuses that.
	OnDelete, OnUpdate string
	Release            int
}

// A Check is a CHECK constraint.
type Check struct {
	Name     string
	Expr     string
	Enforced bool
	Release  int
}

// A View is a view. Uses are the columns that its SELECT names.
type View struct {
	Name    Name
	Columns []string // as given in the list after the name; nil without one
	Select  string
	Tables  []Name
	Release int
	Made    *Clause // where it was made
}

// A Trigger is a trigger on a table.
type Trigger struct {
	Name    string
	Table   Name
	Timing  string // BEFORE, AFTER
	Event   string // INSERT, UPDATE, DELETE
	Body    string
	Release int
	Made    *Clause // where it was made
}

// A Routine is a stored procedure, function or event.
type Routine struct {
	Name    string
	Kind    string // PROCEDURE, FUNCTION, EVENT, PACKAGE
	Body    string
	Runs    []Change // the DDL and the calls in its body, in order
	Release int
}

// String returns the type as SQL spells it.
func (ty Type) String() string {
	if ty.Name == "" {
		return "an unknown type"
	}
	var b strings.Builder
	b.WriteString(strings.ToUpper(ty.Name))
	switch {
	case len(ty.Values) > 0:
		b.WriteString("('" + strings.Join(ty.Values, "','") + "')")
	case ty.Length >= 0 && ty.Scale >= 0:
		fmt.Fprintf(&b, "(%d,%d)", ty.Length, ty.Scale)
	case ty.Length >= 0:
		fmt.Fprintf(&b, "(%d)", ty.Length)
	case ty.Scale > 0:
		fmt.Fprintf(&b, "(%d)", ty.Scale)
	}
	if ty.Unsigned {
		b.WriteString(" UNSIGNED")
	}
	if ty.Charset != "" {
		b.WriteString(" CHARACTER SET " + ty.Charset)
	}
	return b.String()
}

// String returns the default as SQL spells it.
func (d *Default) String() string {
	switch {
	case d.Null:
		return "NULL"
	case d.Expr:
		return strings.ToUpper(d.Text)
	}
	return "'" + d.Text + "'"
}
