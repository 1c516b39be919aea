package rules

import (
	"fmt"
	"iter"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// A Step is one change of a release, made.
type Step struct {
	Change    schema.Change
	Effect    schema.Effect
	Migration *migration.Migration
	Statement *migration.Statement
	// reshapes says that the change is not spelled: it is what a rebuild or swap
	// comes to for the table whose place another one takes.
	reshapes bool
	// Via is the CALL that runs the change, when another migration made the
	// routine that holds it.
	Via *schema.Clause
}

// act is what the server refuses when rows do not suit the change.
func (s *Step) act() string {
	if s.reshapes {
		return "the copy"
	}
	return "the ALTER"
}

// unresolved says whether a placeholder without a value stands in the clause, so
// that what it names is not what it says.
func (s *Step) unresolved() bool {
	if s.Statement == nil || len(s.Statement.Template) == 0 {
		return false
	}
	at := s.Change.Base().Pos()
	for _, t := range s.Statement.Template {
		after := t.At.Line > at.Line || t.At.Line == at.Line && t.At.Column >= at.Column
		before := t.At.Line < at.EndLine || t.At.Line == at.EndLine && t.At.Column < at.EndColumn
		if after && before {
			return true
		}
	}
	return false
}

// A Release is what is deployed together, judged by its net shape: by what the
// tables are at its start and at its end.
type Release struct {
	Number     int
	Directory  *migration.Directory // with the migrations of all releases
	Migrations []*migration.Migration
	// Base are the migrations of the directory that are deployed; nil when only
	// a baseline is known, which does not tell them one by one.
	Base  []*migration.Migration
	Steps []Step
	// Downs says that migrations of the directory have down parts.
	Downs bool
	// Uncalled says that the steps are the body of a routine that no migration calls.
	Uncalled bool

	start map[int]*schema.Table // by ID; nil for what the release made
	end   map[int]*schema.Table // nil for what it dropped

	rebuilds []*Rebuild
	reshaped []Step // what the rebuilds come to
}

// NewRelease returns a release to which nothing was added. Numbers start at 1.
func NewRelease(number int) *Release {
	return &Release{Number: number, start: map[int]*schema.Table{}, end: map[int]*schema.Table{}}
}

// Add makes a change and keeps what it did.
func (r *Release) Add(s *schema.Schema, step Step) *Step {
	s.StartRelease(r.Number)
	step.Effect = s.Apply(step.Change)
	before, after := step.Effect.Before, step.Effect.After
	if before != nil {
		if _, seen := r.start[before.ID]; !seen {
			r.start[before.ID] = before
		}
		r.end[before.ID] = nil
	}
	if after != nil {
		if _, seen := r.start[after.ID]; !seen {
			r.start[after.ID] = nil
		}
		r.end[after.ID] = after
	}
	r.Steps = append(r.Steps, step)
	return &r.Steps[len(r.Steps)-1]
}

// A Pass is one rule at work on one release.
type Pass struct {
	*Release
	Server *server.Server
	// BaseUses are the uses of the deployed code, with those of the views and
	// triggers that are left when the release is over; HeadUses those of the
	// pending code. Nil when no code was analysed.
	BaseUses, HeadUses *schema.Uses
	// AheadUses are those of code that was deployed since the pending code branched
	// off; nil without such.
	AheadUses *schema.Uses
	// Final is the schema after the last migration, where each migration is a
	// release of its own: the code was written for it. Nil otherwise.
	Final *schema.Schema
	// Before and After are the schemas around what is pending. Before is nil where
	// each migration is a release of its own: the code never meets it.
	Before, After *schema.Schema
	// Edited says whether the release changes a Go file; nil when all are judged.
	Edited func(file string) bool
	// Unchanged says whether the lines at a place stand in the deployed file too;
	// nil when all are judged.
	Unchanged func(at schema.Position) bool
	// Whole says whether the definition of a table is known whole: nothing that was
	// not read may have changed it.
	Whole func(*schema.Table) bool
	// Definition is the clause that made a column what it is, Departure that which
	// took one away from a table, the last time.
	Definition func(*schema.Column) (Definition, bool)
	Departure  func(table, column string) (Departure, bool)
	// Filled says whether a migration that was deployed before the release left no
	// NULL in a column, or a directive says so.
	Filled func(*schema.Table, *schema.Column) bool
	// HiddenBefore returns the soft contract that was deployed before the release on a
	// column, or on a table where the column is nil.
	HiddenBefore func(*schema.Table, *schema.Column) (Hiding, bool)
	// Tombstone says whether a name is marked as about to be dropped.
	Tombstone func(name string) bool
	// Shared says that other programs use the schema.
	Shared bool
	// MigrationsFirst says that migrations have run when new code starts.
	MigrationsFirst bool
	// Flags are conditions in the code, and what they are in production.
	Flags map[string]bool
	// Motion are the moves that the release meets, with those that are not judged.
	Motion []*move.Move
	// Unwritten are the columns that the code of the release reads and nothing writes.
	Unwritten []*move.Unwritten

	Rule     *Rule
	Severity Severity // of the rule, as configured
	Emit     func(Finding)
	Prove    func(Proof)
}

// A Definition is the clause that gave a column the definition that it has.
type Definition struct {
	Pos   schema.Position
	Added bool // to a table that was there: old rows have its default
}

// A Hiding is a soft contract: what is about to be dropped was hidden first, so that
// who still counts on it was heard of while that is undone in an instant.
type Hiding struct {
	Made *schema.Clause
	What string // made INVISIBLE
}

// A Departure is the end of a column under its name.
type Departure struct {
	Pos schema.Position
	To  string // its new name; "" when it was dropped
}

// A Proof is a contract step that was proved safe, and what was looked at.
type Proof struct {
	Finding                   Finding
	GoFiles, Uses, Unresolved int
}

// Changes returns the changes of the release in the order in which they run, and
// after them those that its rebuilds come to, as if an ALTER made them.
func (p *Pass) Changes() iter.Seq[*Step] {
	return func(yield func(*Step) bool) {
		for _, steps := range [2][]Step{p.Steps, p.reshaped} {
			for i := range steps {
				if !yield(&steps[i]) {
					return
				}
			}
		}
	}
}

// Changed returns the changes of one kind.
func Changed[C schema.Change](p *Pass) iter.Seq2[*Step, C] {
	return func(yield func(*Step, C) bool) {
		for s := range p.Changes() {
			if c, ok := s.Change.(C); ok && !yield(s, c) {
				return
			}
		}
	}
}

// Start returns the table as the deployed code knows it: before the release.
// It is nil for a table that the release made, which is free to change.
func (p *Pass) Start(t *schema.Table) *schema.Table {
	if t == nil {
		return nil
	}
	return p.start[t.ID]
}

// End returns the table as the release leaves it, or nil. A table whose place
// another one takes ends with the shape of the other.
func (p *Pass) End(t *schema.Table) *schema.Table {
	if t == nil {
		return nil
	}
	return p.end[t.ID]
}

// Deployed returns the column as the deployed code knows it, given the table and
// column before some change; nil when the release itself made either.
func (p *Pass) Deployed(t *schema.Table, column string) *schema.Column {
	start := p.Start(t)
	if start == nil {
		return nil
	}
	now := t.Column(column)
	if now == nil {
		return nil
	}
	return start.ColumnByID(now.ID)
}

// At returns a finding of the rule on a step, for Report to complete.
func (p *Pass) At(s *Step) Finding {
	b := s.Change.Base()
	f := Finding{Rule: p.Rule, Severity: p.Severity, Pos: b.Pos(), Statement: b.Text(), Migration: s.Migration, Source: s.Statement, reshapes: s.reshapes, hidden: b.Hidden}
	if s.Via != nil {
		f.Related = []Related{{Pos: f.Pos, Message: "it stands here, in the body that the CALL runs"}}
		f.Pos = s.Via.Pos()
	}
	if n, ok := schema.TableName(s.Change); ok {
		f.Table = n.String()
	}
	return f
}

// Report reports a finding. That a change may run or not is said of every hidden one.
func (p *Pass) Report(f Finding) {
	if f.reshapes {
		f.Message = "another table takes the place of `" + f.Table + "`: " + f.Message
	}
	switch {
	case p.Uncalled:
		f.Severity = min(f.Severity, Warning)
		f.Message += " (inside a routine that no migration calls: may run)"
	case f.hidden != nil:
		f.Message += " (inside a " + f.hidden.In + ": may run)"
	}
	p.Emit(f)
}

// Reportf reports on a step with the severity of the rule: what breaks, and what to do.
func (p *Pass) Reportf(s *Step, object, help, format string, args ...any) {
	f := p.At(s)
	f.Object, f.Help = object, help
	f.Message = fmt.Sprintf(format, args...)
	p.Report(f)
}

// AtMost returns the severity, lowered to a ceiling.
func (p *Pass) AtMost(ceiling Severity) Severity { return min(p.Severity, ceiling) }
