package schema

// A Query is one statement that a program runs, or that stays in the database:
// the body of a view, a statement of a trigger.
type Query struct {
	Kind QueryKind
	Text string // as it stands in the code, holes shown as {name}
	Pos  Position
	Uses []*Use
	// Results are the columns that a SELECT gives back, in order; nil when they
	// are not known, as behind a hole.
	Results []Result

	Package  string // import path of the code that runs it; "" for SQL
	Function string // the enclosing function: Name, Type.Name; the object's name for SQL
	// Guard is the condition that the statement stands under, as the code spells
	// it; "" when it always runs.
	Guard string
}

// QueryKind says what a statement is.
type QueryKind uint8

// The kinds of statements that code runs.
const (
	OtherQuery QueryKind = iota
	SelectQuery
	InsertQuery
	ReplaceQuery
	UpdateQuery
	DeleteQuery
	TruncateQuery
	LockQuery
)

func (k QueryKind) String() string {
	return [...]string{"other", "SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE", "LOCK"}[k]
}

// A Use is one read or write of a column, or of a table as a whole. Every
// statement that names a table uses it as a whole, once for each time that it
// names it: a write where rows are inserted, deleted or replaced, else a read.
type Use struct {
	Query *Query
	Pos   Position // of the name, of the `*`, or of the table of an INSERT without columns
	Table Name     // as the schema spells it
	// Column is the column as the schema spells it; "" for the table as a whole.
	Column string
	Write  bool
	// Certain says that the table is resolved. A possible use stands behind a
	// hole, or is a column that more than one table could have.
	Certain bool
	// May says that the text of the use is added under a condition only.
	May  bool
	By   Naming
	Part Part
	// Branch tells the two writes of an upsert apart.
	Branch Branch
	Value  *Value // what a write sets; nil for reads
	Index  string // named by a hint; such a use is of the table as a whole
}

// Naming says how a statement names a column.
type Naming uint8

// The ways to name a column.
const (
	ByName     Naming = iota
	ByStar            // SELECT *, t.*, COUNT(*) is none
	ByPosition        // INSERT without a column list
	ByOmission        // REPLACE, or INSERT, of a row without it: it takes its default
)

// Part is the part of a statement that a use stands in.
type Part uint8

// The parts of a statement that the steps of a move tell apart.
const (
	InResult Part = iota // the select list, and what feeds an INSERT … SELECT
	InFilter             // WHERE, ON, HAVING, GROUP BY, ORDER BY, LIMIT
	InSet                // the left or right side of an assignment, VALUES
	InFrom               // the table as a whole
)

// Branch is the part of an upsert that a write belongs to.
type Branch uint8

// The branches of an upsert. A plain INSERT is OnInsert, an UPDATE OnUpdate.
const (
	OnInsert Branch = iota
	OnUpdate
)

// A Value is what a write stores in a column.
type Value struct {
	Kind ValueKind
	Text string // of a constant: 0, NULL, 'x'
	// Param numbers the placeholder, from 0 in the order of the text; Name is
	// that of a named one.
	Param int
	Name  string
	From  []ColumnName // the columns that an expression is computed from
}

// ValueKind says what is known of a value.
type ValueKind uint8

// The kinds of values.
const (
	Computed     ValueKind = iota // an expression; From tells of what
	Constant                      // a literal, NULL, TRUE …
	DefaultValue                  // DEFAULT, or left out
	Placeholder                   // handed over by the code
	UnknownValue                  // a hole
)

// A ColumnName names a column of a table.
type ColumnName struct {
	Table  Name
	Column string
}

// A Result is one column that a SELECT gives back.
type Result struct {
	Name     string // the alias, or the name of the column
	Table    Name   // where it comes from unchanged; empty for an expression
	Column   string
	Star     bool // one of several that a * stands for
	Nullable bool // an outer join or an expression may make it NULL although the column is NOT NULL
}
