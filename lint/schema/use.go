package schema

import "strings"

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
	Ignore  bool // INSERT IGNORE, UPDATE IGNORE: what fails elsewhere is a warning
	// Unresolved says that a hole hides a table, and that no column is spelled
	// that tells which it could be.
	Unresolved bool

	// Batch are all statements of its text, itself included, where there are several.
	Batch []*Query

	Site     Position // of the call that runs it; Pos may stand in another file
	Package  string   // import path of the code that runs it; "" for SQL
	Function string   // the enclosing function: Name, Type.Name; the object's name for SQL
	// Callers are the calls that give parts of the text, from the outside; none where
	// it is the same whoever calls.
	Callers []Caller
	// Backfills says that its function is marked as one that fills a new column:
	// //expandcheck:backfilled.
	Backfills bool
	// Turns is the loop in each turn of which another text of a list is run; zero when
	// there is none.
	Turns Position
	// Guard is the condition that the statement stands under, as the code spells
	// it; "" when it always runs.
	Guard string
	// Run says that it is handed to a call which is named like one that runs SQL;
	// otherwise a sentence may only look like a statement.
	Run bool
	// Portable says that the package serves several dialects, told apart by a
	// variable: the statement may be meant for another one.
	Portable bool
	// Mapped says that the rows go into structs by the names of the columns.
	Mapped bool
	// Lenient says that the mapper lets columns go that a struct has no field for.
	Lenient bool
}

// Off says whether the statement cannot run in production, given what conditions
// are there.
func (q *Query) Off(flags map[string]bool) bool {
	name, negated := strings.CutPrefix(q.Guard, "!")
	value, known := flags[name]
	return known && value == negated
}

// A Caller is a call by which a function runs a statement that it does not spell.
type Caller struct {
	Pos      Position
	Package  string
	Function string // that it stands in
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
	// Column is the column as the schema spells it, or as the statement does when
	// the schema has none of that name; "" for the table as a whole.
	Column string
	Write  bool
	// Certain says that the table is resolved. A possible use stands behind a
	// hole, or is a column that more than one table could have.
	Certain bool
	// Missing says that the definition of the table is wholly known, and that
	// neither it nor another table of the statement has the column.
	Missing bool
	// May says that the text of the use is added under a condition only.
	May  bool
	By   Naming
	Part Part
	// Branch tells the two writes of an upsert apart.
	Branch Branch
	// Value is what a write sets; nil for reads. Rows of one INSERT that set
	// different values are uses of their own.
	Value *Value
	// EmptyTest says that a condition asks only whether the column is NULL or empty.
	EmptyTest bool
	// Fallback are the columns that COALESCE or IFNULL takes where this one is NULL.
	Fallback []ColumnName
	Index    string // named by a hint; such a use is of the table as a whole
	// Field is the field of a Go struct that the column goes into or comes from, as
	// part of a whole row; nil where the code spells what it does with the column.
	Field *RowField
	// Unmapped says that a * gives the column, and that the struct which the rows go
	// into has no field for it.
	Unmapped bool
	// Into is the field of a Go struct, or the local variable, that a column goes into
	// which the statement itself names; nil when it goes elsewhere, or nobody knows where.
	Into *RowField
	// Origin is where the field comes from that a row is saved with; Set the place
	// where it is set, when that was seen.
	Origin Origin
	Set    Position
}

// A RowField is a field of a Go struct that a column is mapped to.
type RowField struct {
	Name  string
	Pos   Position // of its declaration
	Local bool     // a variable of a function instead
}

// Origin says where the value of a field comes from that a row is saved with.
type Origin uint8

// The origins of fields.
const (
	Assigned Origin = iota // set on the way to the save
	Loaded                 // the row had it when it was loaded
	Unseen                 // the row comes from where nobody looked
)

// Naming says how a statement names a column.
type Naming uint8

// The ways to name a column.
const (
	ByName     Naming = iota
	ByStar            // SELECT *, t.*, what a NATURAL JOIN compares; COUNT(*) is none
	ByPosition        // INSERT without a column list
	ByRow             // a field of the struct that rows are loaded into; the statement that runs has a *
	ByOmission        // left out of a REPLACE: it takes its default
	ByHole            // a hole may name it
)

// Part is the part of a statement that a use stands in.
type Part uint8

// The parts of a statement that the steps of a move tell apart.
const (
	InResult     Part = iota // the select list, and what feeds an INSERT … SELECT
	InFilter                 // WHERE, ON, HAVING, GROUP BY, ORDER BY, LIMIT
	InSet                    // the left or right side of an assignment, VALUES
	InFrom                   // the table as a whole
	InDefinition             // what a statement changes, describes or checks without giving a value of it
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
	// Param numbers the argument of a placeholder, from 0, as if all that may be
	// added were there; -1 when a hole before it may hold others. Name is that of
	// a named one.
	Param int
	Name  string
	From  []ColumnName // the columns that an expression is computed from
	Null  Nullness
}

// Nullness says whether a value may be NULL, as far as that is known.
type Nullness uint8

// What is known of a value and NULL.
const (
	PerhapsNull Nullness = iota
	NeverNull
	MaybeNull // a NULL, a nil, or a Go value that can be one
)

// MayBeNull says whether the value may be NULL.
func (v *Value) MayBeNull() Nullness {
	switch {
	case v.Kind == Constant && v.Text == "NULL":
		return MaybeNull
	case v.Kind == Constant:
		return NeverNull
	}
	return v.Null
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
	From     []ColumnName // the columns that it is made of
	Star     bool         // one of several that a * stands for
	Nullable bool         // an outer join or an expression may make it NULL, whatever the column is
	NotNull  bool         // the query leaves out the rows that have a NULL there
	Into     *Target      // nil when that is not known
}

// A Target is the Go value that a result is scanned into.
type Target struct {
	Name string // as the code spells it: name, u.Name; User.Name for the field of a struct
	Type string
	// NotNull says that a NULL makes the scan fail.
	NotNull bool
}
