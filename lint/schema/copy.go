package schema

// A Copy is what a statement stores, and in which rows: it tells a backfill.
type Copy struct {
	Sets []Assignment
	// Rows are the conditions that all hold for the rows that it stores in, or
	// reads from. None means every row.
	Rows  []Condition
	Limit bool
}

// An Assignment is one column that a statement stores, and what it is computed from.
type Assignment struct {
	Column string // "" for the next one, where an INSERT has no column list
	From   []ColumnName
	// Star says that it stands for every column of the tables in From.
	Star bool
}

// A Condition is one part of a WHERE or ON.
type Condition struct {
	Kind    ConditionKind
	Columns []ColumnName // a table without a name is not known
	Text    string       // the constant that a column is compared with
	Any     []Condition  // of OneOf
}

// ConditionKind says what a condition asks.
type ConditionKind uint8

// The kinds of conditions that tell what a backfill leaves out.
const (
	OtherCondition ConditionKind = iota
	IsNull
	IsNotNull
	Equals  // a column and a constant
	Differs // a column and a constant, or two columns
	Joins   // two columns are equal
	Absent  // NOT EXISTS, NOT IN: the row is not there yet
	OneOf   // OR
)
