// Package report holds what a run found, and writes it in each format.
package report

import (
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/rules"
)

// A Report is the outcome of a run.
type Report struct {
	Base     *Base  // nil without a base
	Mode     string // how pending was told from deployed, for people: "--all: every migration is a release of its own"
	Coverage Coverage
	Layouts  []Layout
	Findings []rules.Finding // sorted by file, line, column, rule
	Proofs   []rules.Proof
	Moves    []*move.Move
	Stale    string   // the moves are those that stand still for longer: 90d; "" for all
	Notes    []string // what the reader should know beside the findings, as "2 tables are changed that no migration here makes: …"
	Failures []string // what could not be read at all, as "file:line:column: message": the exit status is 2
	// Changed are the files that differ from what is deployed, as far as known.
	Changed []string
	// Source returns a line of a file that was read, to show beside a finding;
	// "" when there is none.
	Source func(file string, line int) string
}

// Base is what was taken for deployed.
type Base struct{ Ref, Commit, Tip, Why string }

// Layout tells how a directory was read.
type Layout struct{ Dir, Name, Why string }

// Coverage says how much was looked at.
type Coverage struct {
	Migrations, NewMigrations, Statements, Unparsed int
	GoFiles, SQLStrings, Unresolved, Suppressed     int
	Code                                            bool // Go code was analysed
}
