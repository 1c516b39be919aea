package sqltext

// A Span is a piece of a text, at [Start, End).
type Span struct{ Start, End int }

// A Statement is one SQL statement of a file.
type Statement struct {
	File       *File
	Start, End int    // from its first token to its last, without the delimiter
	Mode       Mode   // in force where it stands
	Lead       []Span // the comments between the statement before and this one
	Problem    *Problem
}

// Text returns the statement without its delimiter and the comments above it.
func (s *Statement) Text() string { return s.File.Text[s.Start:s.End] }

// A Problem is something in the text that keeps a statement from being read whole.
type Problem struct {
	Offset  int
	Message string
}
