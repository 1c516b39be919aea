// Package rules holds the rules: one file each, named like the rule.
package rules

import "github.com/expandcheck/expandcheck/lint/schema"

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
	Input    Family = "Input"
)

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
	// it is silent. Its examples are the scenarios Bad and Good.
	Doc string
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
}

// Related is another place that a finding speaks of.
type Related struct {
	Pos     schema.Position
	Message string
}
