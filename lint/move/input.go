package move

import "github.com/expandcheck/expandcheck/lint/schema"

// Input is what moves are found in.
type Input struct {
	Declared []Declaration
	// Backfilled are the new columns and tables that somebody says were filled.
	Backfilled []Filled
	// Events are the changes of all releases, in order.
	Events []Event
	// Pending is the number of the pending release: what has a lower one is deployed.
	Pending int
	// Base and Head are the uses of the deployed and of the pending code; nil when
	// no code was analysed.
	Base, Head *schema.Uses
	// Flags are conditions in the code, as it spells them, and what they are in
	// production when the pending release is deployed; BaseFlags what they are before.
	Flags, BaseFlags map[string]bool
	// Tombstones are the words that mark a name as about to be dropped; the usual
	// ones when there are none.
	Tombstones []string
	// Order says whether the dual-write was deployed when a backfill ran.
	Order map[Run]Answer
}

// An Event is one change, made.
type Event struct {
	Change  schema.Change
	Effect  schema.Effect
	Release int
}

// A Declaration says that new columns or tables replace old ones.
type Declaration struct {
	From []string // table.column, or a bare table
	To   []string // nil for all that the statement adds; a bare column is one of its table
	// First and Last are the events of the statement that it stands above; -1 in
	// the configuration.
	First, Last int
	Source      Source
	Pos         schema.Position
	Backfilled  bool
}

// Filled says that new columns or tables were filled.
type Filled struct {
	To     []string
	Pos    schema.Position
	Reason string
}

// A Run is that of a backfill for one move.
type Run struct {
	Move string
	Pos  schema.Position
}

// Answer is what history tells.
type Answer uint8

// What history tells.
const (
	NotKnown Answer = iota
	Yes
	No
)
