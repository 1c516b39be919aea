package schema

// Uses are what the code of one tree does with a schema.
type Uses struct {
	Queries []*Query
	// Must says whether one of others happens whenever q does: in its function, in
	// what that calls, or in every known caller. Nil where nobody can tell.
	Must func(q *Query, others []*Query) bool

	Files   int // Go files that were looked at
	Strings int // strings that are statements over known tables
	// Unresolved are the strings that may be such statements, and could not be
	// read or name neither table nor column.
	Unresolved []Unresolved
	Skipped    []SkippedCode
}

// Unresolved is a string that may be a statement and of which that is not known.
type Unresolved struct {
	Pos      Position
	Function string
	Text     string
	Why      string
}

// SkippedCode is a folder that was not read.
type SkippedCode struct{ Dir, Why string }
