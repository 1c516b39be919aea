// Package rules holds the rules: one file each, named like the rule.
package rules

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// Severity says how bad a finding is.
type Severity uint8

// The severities, least bad first.
const (
	Off Severity = iota
	Info
	Warning
	Error
)

func (s Severity) String() string { return [...]string{"off", "info", "warning", "error"}[s] }

// Family groups the rules by the question they answer.
type Family string

// The families, in the order in which they are listed.
const (
	Expand   Family = "Expand"
	Contract Family = "Contract"
	Order    Family = "Order"
	Code     Family = "Code"
	Input    Family = "Input"
)

// About says what the rules of a family hold migrations to.
func (f Family) About() string {
	return map[Family]string{
		Expand:   "the new schema must accept what the running code does",
		Contract: "nothing that runs may use what goes away",
		Order:    "one step per release, and migrations that any tool runs to the end",
		Code:     "what Go code reads and writes while data moves",
		Input:    "what could not be read, and what is said about findings",
	}[f]
}

// Verdict is what is known about a contract step.
type Verdict string

// The verdicts.
const (
	NoVerdict Verdict = ""
	Proved    Verdict = "proved"
	Premature Verdict = "premature"
	Unknown   Verdict = "unknown"
)

// A Rule reports one way to break running code.
type Rule struct {
	Name     string
	Family   Family
	Severity Severity // unless the configuration says otherwise
	Summary  string   // one line, for lists
	// Doc has fixed headings: What it does, Why it breaks, Do this instead, When
	// it is silent.
	Doc string
	// Bad and Good name the scenarios that the documentation shows: files of
	// testdata/NAME, without their ending.
	Bad, Good string
	// Run reports the findings of one release. It is nil for what the engine
	// itself reports.
	Run func(*Pass)
}

// URL is where the rule is documented.
func (r *Rule) URL() string {
	return "https://github.com/expandcheck/expandcheck/blob/main/docs/rules/" + r.Name + ".md"
}

// A Finding is what a rule reports.
type Finding struct {
	Rule     *Rule
	Severity Severity
	Verdict  Verdict
	Message  string // what breaks, for whom
	Help     string // the next step to take
	Pos      schema.Position
	Table    string
	Object   string // column, key … ; "" when the table is meant
	// Statement is the clause on one line.
	Statement string
	Related   []Related
	// Cause is the clause of a migration that brings it about where the deployed code
	// has the same place: a finding on that clause names it.
	Cause schema.Position

	// Migration and Source are where it stands, for directives; nil when a file
	// or directory as a whole is meant.
	Migration *migration.Migration
	Source    *migration.Statement

	reshapes bool           // of a Step that no statement spells
	hidden   *schema.Hidden // of the change
}

// Once leaves out the findings in code that a finding on a migration names: what drops a
// column, and every place that the drop breaks, have one cause.
func Once(list []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(list), func(f Finding) bool {
		return f.Cause != (schema.Position{}) && slices.ContainsFunc(list, func(g Finding) bool {
			return g.Verdict == Premature && g.Pos == f.Cause && g.Severity >= f.Severity
		})
	})
}

// Related is another place that a finding speaks of.
type Related struct {
	Pos     schema.Position
	Message string
}

// All returns every rule, in the order in which they are listed.
func All() []*Rule {
	return []*Rule{
		AddRequiredColumn, SetNotNull, DropDefault, ChangeDefault, LostAttribute, AllowNull,
		NarrowType, ChangeType, ChangeEnum, ChangeCharset,
		AddUnique, AddCheck, AddForeignKey, ChangePrimaryKey, ReuseName, DisableChecks, ReorderColumn,
		DropColumn, DropTable, RenameColumn, RenameTable,
		DropView, DropTrigger, DropRoutine, DropIndex, DropUnique, DropForeignKey,
		DropPartition, DropDatabase, TruncateTable, DeleteRows,
		CoupledChange, SkippedStep, EditedMigration, OutOfOrderMigration, DuplicateVersion, MixedDDLDML, UnbatchedBackfill, MissingDown,
		ReadBeforeDualWrite, MissingDualWrite, ReadBeforeBackfill,
		UseOfMissingColumn, InsertWithoutRequiredColumn, PositionalInsert, SelectStar, NullableScan,
		UnparsedStatement, OpaqueDDL, TemplatePlaceholder, UnusedIgnore, IgnoreWithoutReason,
	}
}

// Named returns the rule of that name. The error names the nearest one.
func Named(name string) (*Rule, error) {
	var names []string
	for _, r := range All() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	if near := nearest.Name(name, names); near != "" {
		return nil, fmt.Errorf("unknown rule %q: did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("unknown rule %q: `expandcheck explain` lists the rules", name)
}

//go:embed testdata
var scenarios embed.FS

// Examples returns the scenarios that show the rule firing and silent, as txtar
// archives; "" for one that it does not have.
func Examples(r *Rule) (bad, good string) { return example(r, r.Bad), example(r, r.Good) }

func example(r *Rule, name string) string {
	if name == "" {
		return ""
	}
	data, err := scenarios.ReadFile("testdata/" + r.Name + "/" + name + ".txtar")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data)) + "\n"
}
