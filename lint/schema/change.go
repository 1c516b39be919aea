package schema

// A Change is one thing that a statement does. The set of changes is closed:
// every type that has this interface stands in this file.
type Change interface {
	// Base returns what all changes have in common.
	Base() *Clause
}

// A Clause is the piece of a statement that makes a change.
type Clause struct {
	Source Source
	Span   Span   // of the clause: the ALTER spec, the column definition, or the statement
	Quote  Span   // what to show of it; mostly the same
	Lead   string // goes before that: ALTER TABLE and its name, for one spec of it
	// Ignore is ALTER IGNORE: rows that break a unique key are deleted.
	Ignore bool
	// Tokens says that the statement did not parse and that the clause was
	// recognised by its first words; details may be missing.
	Tokens bool
	// Hidden is nil for a change that a statement of the migration makes by itself.
	Hidden *Hidden
}

// Hidden says of a change where it stands that it may run or not.
type Hidden struct {
	In string // string, routine, block
	// OneOf says that another one may run in its place, so that what the table
	// is afterwards is not known.
	OneOf bool
}

// A Source is the text that clauses are pieces of. Positions are counted, and
// text is copied, only for what is reported.
type Source interface {
	Position(Span) Position
	Line(Span) string // the text, on one line
}

// A Span is a piece of a source, from one byte offset to another.
type Span struct{ From, To int }

// Pos returns where the clause stands.
func (c *Clause) Pos() Position {
	if c.Source == nil {
		return Position{}
	}
	return c.Source.Position(c.Span)
}

// Text returns the clause on one line.
func (c *Clause) Text() string {
	if c.Source == nil {
		return c.Lead
	}
	return c.Lead + c.Source.Line(c.Quote)
}

// Base returns the clause itself.
func (c *Clause) Base() *Clause { return c }

// On is embedded by changes to one table.
type On struct {
	Clause
	Table    Name
	IfExists bool // IF EXISTS, or IF NOT EXISTS for what adds
}

// The changes to tables as a whole.

type (
	// CreateTable is CREATE TABLE, also LIKE and SELECT.
	CreateTable struct {
		On
		Def       *Table
		Parts     Parts
		Like      *Name  // CREATE TABLE … LIKE
		Select    []Name // tables that CREATE TABLE … SELECT reads; Partial then
		Filtered  bool   // that SELECT may leave rows out
		Partial   bool   // the columns are not all known
		OrReplace bool
	}
	// DropTable is DROP TABLE of one table.
	DropTable struct {
		On
		Temporary bool
	}
	// RenameTable is RENAME TABLE of one table, and ALTER TABLE … RENAME.
	RenameTable struct {
		On
		To Name
	}
	// TruncateTable is TRUNCATE TABLE.
	TruncateTable struct{ On }
	// TableOption is a table option that no other change stands for; Text says which.
	TableOption struct {
		On
		Engine string // "" when it is not the engine
	}
	// DropHistory is DROP SYSTEM VERSIONING and DELETE HISTORY, of MariaDB.
	DropHistory struct {
		On
		Before     bool // only what is older
		Versioning bool // and none is kept any more
	}
	// SetTableCharset changes what columns added later take.
	SetTableCharset struct {
		On
		Charset, Collation string
	}
	// ConvertCharset converts every text column.
	ConvertCharset struct {
		On
		Charset, Collation string
	}
	// Partition is a change to partitions; Kind is its keyword: ADD, DROP,
	// TRUNCATE, EXCHANGE, DISCARD, REORGANIZE, COALESCE, REMOVE, PARTITION BY …
	Partition struct {
		On
		Kind  string
		Names []string
		With  *Name // EXCHANGE
	}
)

// Parts are where a CREATE TABLE defines the columns, keys and constraints of its
// table, in the same order as there.
type Parts struct{ Columns, Keys, ForeignKeys, Checks []Span }

// Part returns the clause of one definition.
func (c *CreateTable) Part(at Span) *Clause {
	clause := c.Clause
	clause.Span, clause.Quote, clause.Lead = at, at, "CREATE TABLE "+c.Table.String()+" … "
	return &clause
}

// The changes to columns.

type (
	// AddColumn is ADD COLUMN.
	AddColumn struct {
		On
		Column *Column
		Where  Place
	}
	// DropColumn is DROP COLUMN.
	DropColumn struct {
		On
		Column string
	}
	// ModifyColumn is MODIFY, and CHANGE with or without a new name.
	ModifyColumn struct {
		On
		Old    string // the name before
		Column *Column
		Where  Place
	}
	// RenameColumn is RENAME COLUMN.
	RenameColumn struct {
		On
		Old, New string
	}
	// SetDefault is ALTER COLUMN … SET DEFAULT.
	SetDefault struct {
		On
		Column  string
		Default Default
	}
	// DropDefault is ALTER COLUMN … DROP DEFAULT.
	DropDefault struct {
		On
		Column string
	}
	// SetColumnVisible is ALTER COLUMN … SET VISIBLE or INVISIBLE.
	SetColumnVisible struct {
		On
		Column  string
		Visible bool
	}
)

// Place is where a column is put: at the end, FIRST, or AFTER a column.
type Place struct {
	First bool
	After string
}

// Moved says whether the place is spelled.
func (p Place) Moved() bool { return p.First || p.After != "" }

// The changes to keys and constraints.

type (
	// AddKey is ADD of an index or key, and CREATE INDEX.
	AddKey struct {
		On
		Key *Key
	}
	// DropKey is DROP of an index or key.
	DropKey struct {
		On
		Name string // PRIMARY for the primary key
	}
	// RenameKey is RENAME INDEX.
	RenameKey struct {
		On
		Old, New string
	}
	// SetKeyVisible is ALTER INDEX … VISIBLE, INVISIBLE or, on MariaDB, IGNORED.
	SetKeyVisible struct {
		On
		Name    string
		Visible bool
	}
	// AddForeignKey is ADD FOREIGN KEY, and REFERENCES in a column definition.
	AddForeignKey struct {
		On
		ForeignKey *ForeignKey
		Inline     bool // REFERENCES in a column definition
	}
	// DropForeignKey is DROP FOREIGN KEY.
	DropForeignKey struct {
		On
		Name string
	}
	// AddCheck is ADD CHECK, and CHECK in a column definition.
	AddCheck struct {
		On
		Check *Check
	}
	// AlterCheck is ALTER CHECK … [NOT] ENFORCED.
	AlterCheck struct {
		On
		Name     string
		Enforced bool
	}
	// DropConstraint is DROP CHECK, and DROP CONSTRAINT of any kind of constraint.
	DropConstraint struct {
		On
		Name  string
		Check bool // spelled DROP CHECK
	}
)

// The changes to what is no table.

type (
	// CreateView is CREATE VIEW and ALTER VIEW.
	CreateView struct {
		Clause
		View      *View
		OrReplace bool // also ALTER VIEW
	}
	// DropView is DROP VIEW of one view.
	DropView struct {
		Clause
		View     Name
		IfExists bool
	}
	// CreateTrigger is CREATE TRIGGER.
	CreateTrigger struct {
		Clause
		Trigger *Trigger
	}
	// DropTrigger is DROP TRIGGER.
	DropTrigger struct {
		Clause
		Name string
	}
	// CreateRoutine is CREATE of a procedure, function or event.
	CreateRoutine struct {
		Clause
		Routine *Routine
	}
	// DropRoutine is DROP of a procedure, function or event.
	DropRoutine struct {
		Clause
		Kind, Name string
	}
	// Call is CALL of a procedure.
	Call struct {
		Clause
		Name string
	}
	// CreateDatabase is CREATE DATABASE.
	CreateDatabase struct {
		Clause
		Name string
	}
	// DropDatabase is DROP DATABASE.
	DropDatabase struct {
		Clause
		Name string
	}
	// SetVariable is a SET of a system variable that changes what later
	// statements check: foreign_key_checks, unique_checks, sql_mode …
	SetVariable struct {
		Clause
		Name  string // lower case, without @@ and scope
		Value string
	}
)

// The statements that change rows. They run once: evidence for moves, never a
// deployed use.

type (
	// Insert is INSERT, REPLACE and LOAD DATA.
	Insert struct {
		On
		Columns []string // nil without a column list
		Replace bool
		Ignore  bool
		Select  []Name // INSERT … SELECT reads them
		Whole   []Name // and these without a WHERE or LIMIT
		// Filtered says that the SELECT may leave rows of its tables out: WHERE,
		// LIMIT, GROUP BY, a join.
		Filtered bool
		Fields   []Field // of the SELECT; nil when they are not known
		Rows     int
		Copy     *Copy // of a SELECT that is no union; nil otherwise
	}
	// Update is UPDATE of one table.
	Update struct {
		On
		Set   []string // columns
		Where bool     // one that leaves rows out: not WHERE 1 = 1
		Limit bool
		Reads []Name // other tables
		Copy  *Copy
		Fills []Fill
	}
	// Delete is DELETE from one table.
	Delete struct {
		On
		Where bool
		Limit bool
		Reads []Name
	}
)

// A Field is one expression that a SELECT returns, or its star.
type Field struct {
	Star    bool
	Columns []string // that it names
}

// Neutral is a statement that was read and changes neither schema nor rows.
type Neutral struct {
	Clause
	What string // its first words: SELECT, GRANT, COMMIT …
	// Use is the database of a USE: names behind it that spell none are in that one.
	Use string
}

// Opaque is DDL, or what may be DDL, that could not be read.
type Opaque struct {
	Clause
	Why string
	// Drops is the piece of it that drops something; "" when no token tells so.
	Drops string
	// Tables are those that it names, as far as its tokens tell.
	Tables []Name
	Kind   OpaqueKind
}

// OpaqueKind says which rule reports it.
type OpaqueKind uint8

// The ways in which a statement stays dark.
const (
	Unparsed OpaqueKind = iota // its text could not be read
	Dynamic                    // a string or routine that may hold DDL
	Template                   // a template placeholder stands where a name or clause would be
)

// A Fill is a column in which an UPDATE leaves no NULL, as long as those that it
// takes the value from hold none.
type Fill struct {
	Column string
	From   []string // columns of the same table
}
