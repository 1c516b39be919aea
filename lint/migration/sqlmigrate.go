package migration

import (
	"sort"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var sqlMigrate = &Layout{
	Name: "sql-migrate",
	Doc:  "name.sql with -- +migrate Up and -- +migrate Down (rubenv/sql-migrate)",
	// migrate.go, ToCatchup: what is missing before the last applied one is run first.
	OutOfOrder: Applies,
	detect:     func(l *listing) bool { return l.holds(sqlMigrateFormat) },
	read:       readSQLMigrate,
	format:     sqlMigrateFormat,
	strict:     true,
}

func readSQLMigrate(r *reader) error {
	var files []named
	for _, f := range r.files {
		if !strings.HasSuffix(f.name, ".sql") || isSnapshot(f.name) {
			continue
		}
		r.load([]*file{f})
		digits, rest := number(f.name)
		n := named{file: f, version: digits, key: f.name, name: strings.TrimLeft(strings.TrimSuffix(rest, ".sql"), "_-. ")}
		if f.format == unmarked {
			if stem, w := upDown(f.name); w != both {
				n.key, n.way = stem, w
				n.name = strings.TrimLeft(strings.TrimPrefix(stem, digits), "_-. ")
			}
		}
		files = append(files, n)
	}
	// The identity of a migration is its file name: one number may be used twice.
	sort.SliceStable(files, func(i, j int) bool { return sqlMigrateLess(files[i], files[j]) })
	r.assemble(files)
	r.rest(r.files, "sql-migrate runs only files that end in .sql")
	return nil
}

// sqlMigrateLess is the order of sql-migrate: numbered files come first, by number.
func sqlMigrateLess(a, b named) bool {
	if (a.version == "") != (b.version == "") {
		return a.version != ""
	}
	if c := compareDigits(a.version, b.version); c != 0 {
		return c < 0
	}
	return a.file.name < b.file.name
}

func isSQLMigrateMarker(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), "-- +migrate ")
}

func (r *reader) sqlMigrateParts(f *sqltext.File) parts {
	l := lineReader{r: r, f: f, tool: "sql-migrate", prefix: "-- +migrate", mark: sqlMigrateMark}
	return l.read()
}

func sqlMigrateMark(line string) (m mark, noTx bool, problem string) {
	if !isSQLMigrateMarker(line) {
		return noMark, false, ""
	}
	words := strings.Fields(line)[2:]
	if len(words) == 0 {
		return markOther, false, ""
	}
	switch words[0] {
	case "Up":
		m = markUp
	case "Down":
		m = markDown
	case "StatementBegin":
		m = markBegin
	case "StatementEnd":
		m = markEnd
	default:
		return markOther, false, "sql-migrate does not know this annotation, and passes over it"
	}
	for _, option := range words[1:] {
		noTx = noTx || option == "notransaction"
	}
	if line[0] == ' ' || line[0] == '\t' {
		problem = "white space before this annotation: sql-migrate takes it for a comment"
	}
	return m, noTx, problem
}
