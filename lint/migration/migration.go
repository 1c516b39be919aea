// Package migration reads the migration directories of every common tool into
// ordered migrations of statements. It knows files, names and markers; what a
// statement means is not its business.
package migration

import "github.com/expandcheck/expandcheck/lint/sqltext"

// A Directory is one migration directory, read.
type Directory struct {
	Path       string // as given; "-" for standard input
	Layout     *Layout
	Migrations []*Migration // in the order in which the tool applies them
	Snapshots  []string     // files that hold a whole schema, and are no migrations
	Skipped    []Skipped    // files that look like SQL and that the tool never runs
	Problems   []Problem
	Notes      []string // remarks on what was assumed, which nobody has to mend
	Dialect    string   // what the directory says it is for: mysql, postgresql …; "" when it does not
	OutOfOrder Lateness // what the tool does with a new migration before an applied one
}

// A Migration is one version.
type Migration struct {
	Version string // as the tool writes it; "" for repeatable migrations
	Name    string // the rest of the name
	Path    string // its first file, relative to the root
	Dialect string // mysql, mariadb …; "" when the file does not say
	Up      []Statement
	Down    []Statement
	HasDown bool
	// Split names the change that the tool cut into several migrations, which ship
	// together; "" for one that is whole.
	Split      string
	Repeatable bool // run again whenever it changes
	NoTx       bool // marked to run outside of a transaction
	// Stamp is the time by which the tool tells new from applied, where that is
	// not the place in the directory.
	Stamp  string
	Opaque string // why it could not be read ("written in Go"); "" when it was

	// FileDirectives are the directives of its files that stand above no
	// statement, or above the first.
	FileDirectives []FileDirective
}

// A FileDirective is a directive that speaks for a file. One above the first
// statement is listed with that statement too, unless it is an ignore: that has
// the whole file for its scope.
type FileDirective struct {
	sqltext.Directive
	File     *sqltext.File
	Trailing bool // stands after the last statement, or inside of one: it speaks of nothing
}

// Lateness is what a tool does with a new migration that sorts before one that
// it applied already.
type Lateness uint8

// What tools do.
const (
	Unordered Lateness = iota // its migrations have no order of versions
	Unknown                   // there is no telling
	Applies
	Skips
	Refuses
)

// A Statement is one statement of a migration.
type Statement struct {
	sqltext.Statement
	Directives []sqltext.Directive // above it
	Template   []Template          // placeholders in it that have no value
}

// A Template is a template placeholder without a value.
type Template struct {
	At   sqltext.Position // on disk
	Text string           // as it stands in the file: {{.prefix}}, ${engine}; of Go code, why it is not known
	Code bool             // not a placeholder: Go code gives it
}

// A Skipped file is one that the tool silently passes over.
type Skipped struct{ Path, Why string }

// A Problem is something about the input that its owner must mend.
type Problem struct {
	Rule         string // duplicate-version, unparsed-statement, opaque-ddl, template-placeholder; "" when the tool could not do its work
	File         string
	Line, Column int // 0 when the file as a whole is meant
	Message      string
	Help         string
}

// A Layout is how one tool lays out its migrations.
type Layout struct {
	Name string // as --layout takes it
	Doc  string // one line, for help texts
	// OutOfOrder says what the tool does with a new migration that sorts before
	// an applied one, unless it is configured otherwise.
	OutOfOrder Lateness
	// Checksum says that the tool refuses an applied file whose bytes changed.
	Checksum bool

	detect func(*listing) bool
	read   func(*reader) error
	// format is what its files are marked with. The tool refuses a file without
	// those markers, or with others, if it is strict.
	format format
	strict bool
	// register are the functions that register a migration written in Go.
	register map[string]registration
	parts    func(*reader, *sqltext.File) parts // divides an unmarked file; nil when it is one piece
}
