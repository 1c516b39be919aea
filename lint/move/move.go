// Package move follows data that goes from old columns or tables to new ones, in
// six steps that are deployed one by one, and keeps the evidence of each.
package move

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A Move carries data from old columns, or a table, to their replacement.
type Move struct {
	From, To []Object
	Source   Source
	// Candidate says that only a copy speaks for it: it is listed, and not judged.
	Candidate bool
	// Abandoned says that the pending release gives up the replacement.
	Abandoned bool
	Steps     [6]Step
	Backfills []*Backfill
	// Base and Head are what the deployed and the pending code do with the pair;
	// nil when no code was analysed.
	Base, Head *Code
	// Gone is the change that takes old away in the pending release, or nil.
	Gone *Event
	// Changed is when something of the move was changed last, as git tells; zero
	// when nobody asked.
	Changed time.Time
	// Pos is where the move is declared, or the copy that speaks for it.
	Pos schema.Position

	from, to   []*track
	byTriggers bool // they write new whenever old is written
}

// An Object is a column, or a table where Column is empty.
type Object struct {
	Table  schema.Name
	Column string
}

func (o Object) String() string {
	if o.Column == "" {
		return o.Table.Name
	}
	return o.Table.Name + "." + o.Column
}

// Names lists objects as a sentence does.
func Names(list []Object) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = "`" + o.String() + "`"
	}
	return strings.Join(out, ", ")
}

// OfTables says whether whole tables move.
func (m *Move) OfTables() bool { return len(m.From) > 0 && m.From[0].Column == "" }

// Meets says whether a release copies rows of the move, or takes old away.
func (m *Move) Meets(release int) bool {
	return slices.ContainsFunc(m.Backfills, func(b *Backfill) bool { return b.Event != nil && b.Event.Release == release }) ||
		slices.ContainsFunc(m.from, func(t *track) bool { return t.gone != nil && t.gone.Release == release })
}

// InFlight says whether the move is judged, and neither given up nor over.
func (m *Move) InFlight() bool { return !m.Candidate && !m.Abandoned && !m.Deployed(ContractSchema) }

// Files are those that show where the move stands.
func (m *Move) Files() []string {
	files := map[string]bool{}
	for _, s := range m.Steps {
		for _, e := range s.Evidence {
			files[e.Pos.File] = true
		}
	}
	for _, c := range []*Code{m.Base, m.Head} {
		if c == nil {
			continue
		}
		for _, w := range slices.Concat(c.OldWrites, c.NewWrites) {
			files[w.Pos.File], files[w.Query.Site.File] = true, true
		}
		for _, r := range slices.Concat(c.OldReads, c.NewReads) {
			files[r.Pos.File], files[r.Query.Site.File] = true, true
		}
	}
	delete(files, "")
	return slices.Sorted(maps.Keys(files))
}

// Apart says whether the deployed or the pending code of a move that is judged
// seems to write one side without the other, which it writes elsewhere: who calls
// whom may bring them together.
func (m *Move) Apart(pending bool) bool {
	c := m.Base
	if pending {
		c = m.Head
	}
	apart := func(w *Write) bool { return w.apart && len(w.Lacks) > 0 }
	return !m.Candidate && c != nil && (slices.ContainsFunc(c.OldWrites, apart) || slices.ContainsFunc(c.NewWrites, apart))
}

func (m *Move) String() string { return Names(m.From) + " → " + Names(m.To) }

// Step returns the step of that name.
func (m *Move) Step(n StepName) *Step { return &m.Steps[n] }

// Deployed says whether a step is deployed.
func (m *Move) Deployed(n StepName) bool { return m.Steps[n].State == Deployed }

// Source says what speaks for a move.
type Source string

// What speaks for a move.
const (
	Directive Source = "directive"
	Config    Source = "config"
	Copied    Source = "backfill"
	Triggered Source = "trigger"
	Generated Source = "generated"
)

// StepName is one of the six steps.
type StepName uint8

// The steps, in order.
const (
	ExpandSchema StepName = iota
	DualWrite
	BackfillRows
	ReadNew
	StopOldWrites
	ContractSchema
)

func (n StepName) String() string {
	return [...]string{"expand-schema", "dual-write", "backfill", "read-new", "stop-old-writes", "contract-schema"}[n]
}

// State says how far a step is.
type State uint8

// The states of a step.
const (
	Missing State = iota
	Partial
	Pending // complete in this release
	Deployed
)

func (s State) String() string { return [...]string{"missing", "partial", "pending", "deployed"}[s] }

// A Step is one step of a move, with what shows its state.
type Step struct {
	State    State
	Evidence []Evidence
}

// Evidence is one thing that shows the state of a step. A position without a
// file speaks of no place.
type Evidence struct {
	Pos     schema.Position
	Message string
}

func (s *Step) note(pos schema.Position, format string, args ...any) {
	s.Evidence = append(s.Evidence, Evidence{pos, fmt.Sprintf(format, args...)})
}
