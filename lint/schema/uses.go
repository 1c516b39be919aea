package schema

import (
	"path"
	"slices"
)

// Uses are what the code of one tree does with a schema.
type Uses struct {
	Queries []*Query
	// Must says whether one of others happens whenever q does: in its function, in
	// what that calls, or in every known caller. Nil where nobody can tell.
	Must func(q *Query, others []*Query) bool
	// Rows tells what code does with a field that a column is mapped to. Nil where
	// nobody can tell.
	Rows func(RowField) *FieldUses

	Files   int // Go files that were looked at
	Strings int // strings that are statements over known tables
	// Unresolved are the strings that may be such statements, and could not be
	// read or name neither table nor column.
	Unresolved []Unresolved
	Skipped    []SkippedCode
	// Ignores are the comments in the code that silence findings there.
	Ignores []Ignore
	// Libraries use columns without spelling SQL, and are not read: where there is
	// one, only a name that no file mentions is surely out of use.
	Libraries []string
	// Remarks are what the reader should know of how the code was read.
	Remarks []string
	// Mentions says whether some Go file has the word, also as StarCount for star_count.
	Mentions func(word string) bool
}

// Analysed says whether there was code to look at.
func (u *Uses) Analysed() bool { return u != nil && u.Files > 0 }

// Of returns the uses of a column, or of a table by whatever column when column
// is empty.
func (u *Uses) Of(table, column string) []*Use {
	if u == nil {
		return nil
	}
	var out []*Use
	for _, q := range u.Queries {
		for _, use := range q.Uses {
			if SameName(use.Table.Name, table) && (column == "" || equalFold(use.Column, column)) {
				out = append(out, use)
			}
		}
	}
	return out
}

// Replaced returns the uses with the queries of a package replaced, and whether
// that makes a difference. A query that runs where the index knows one keeps what
// the index knows: it has seen the whole module.
//
// What the index knows of files that edited does not name stays too: the package
// alone does not show who calls it, nor what the types of others do.
func (u *Uses) Replaced(pkg string, queries []*Query, edited func(file string) bool) (*Uses, bool) {
	out := *u
	out.Queries = nil
	known, seen := map[Position]bool{}, map[Position]bool{}
	for _, q := range queries {
		seen[q.Site] = true
	}
	for _, q := range u.Queries {
		if q.Package != pkg || seen[q.Site] || !edited(q.Site.File) {
			out.Queries = append(out.Queries, q)
		}
		if q.Package == pkg {
			known[q.Site] = true
		}
	}
	changed := len(out.Queries) != len(u.Queries)
	for _, q := range queries {
		if !known[q.Site] {
			out.Queries = append(out.Queries, q)
			changed = true
		}
	}
	if !changed {
		return u, false
	}
	return &out, true
}

// FieldUses are what code does with a field that a column is mapped to.
type FieldUses struct {
	Reads    []*FieldRead
	Assigned bool // somewhere: in a literal, by an assignment, by its address
	Decoded  bool // a decoder can set it: its tag names it for one
	// Handed are the places where the whole struct goes out of the program's hands.
	Handed []*Query
}

// A FieldRead is a place that reads a field. Its query has no uses.
type FieldRead struct {
	Query  *Query
	Into   []RowField // that it is part of the new value of
	Within []Position // of the calls that it is handed to
	// Tested says that it stands in a condition or a comparison; Under are the branches
	// that it stands in, and Arg the calls of which it is an argument that may choose.
	Tested bool
	Under  []Position
	Arg    []Position
}

// Chooses says whether two values that one function reads may be compared, or one be
// taken in place of the other.
func (r *FieldRead) Chooses(o *FieldRead) bool {
	return r.Tested || o.Tested || !slices.Equal(r.Under, o.Under) ||
		slices.ContainsFunc(r.Arg, func(p Position) bool { return slices.Contains(o.Arg, p) })
}

// Place is where a person looks for a use: where its name stands, unless that is
// in another package than the call that runs it. Of a whole row it stands where the
// field is set.
func (u *Use) Place() Position {
	if u.Set.File != "" {
		return u.Set
	}
	if u.Query == nil || u.Query.Site.File == "" || path.Dir(u.Pos.File) == path.Dir(u.Query.Site.File) {
		return u.Pos
	}
	return u.Query.Site
}

// Verb is what a use does: reads or writes.
func (u *Use) Verb() string {
	if u.Write {
		return "writes"
	}
	return "reads"
}

// Unresolved is a string that may be a statement and of which that is not known.
type Unresolved struct {
	Pos      Position
	Function string
	Text     string
	Why      string
}

// An Ignore is a comment in Go code that silences findings in some lines.
type Ignore struct {
	Pos      Position
	Rules    []string
	Reason   string
	From, To int  // the lines that it speaks of
	Foreign  bool // written for another linter's driver: it silences every rule
}

// SkippedCode is a folder that was not read.
type SkippedCode struct{ Dir, Why string }
