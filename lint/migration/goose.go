package migration

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var goose = &Layout{
	Name: "goose",
	Doc:  "NUMBER_name.sql with -- +goose Up and -- +goose Down (pressly/goose)",
	// provider_run.go and up.go: "found N missing migrations" unless -allow-missing.
	OutOfOrder: Refuses,
	detect: func(l *listing) bool {
		return l.holds(gooseFormat) || l.goHolds("goose", "AddMigration")
	},
	read:   readGoose,
	format: gooseFormat,
	strict: true,
	// register.go
	register: map[string]registration{
		"AddMigration": {0, 1}, "AddMigrationContext": {0, 1}, "AddMigrationNoTx": {0, 1}, "AddMigrationNoTxContext": {0, 1},
		"AddNamedMigration": {1, 2}, "AddNamedMigrationContext": {1, 2}, "AddNamedMigrationNoTx": {1, 2}, "AddNamedMigrationNoTxContext": {1, 2},
	},
}

func readGoose(r *reader) error {
	var files []named
	for _, f := range r.files {
		isGo := strings.HasSuffix(f.name, ".go") && !strings.HasSuffix(f.name, "_test.go")
		if !isGo && !strings.HasSuffix(f.name, ".sql") || isSnapshot(f.name) {
			continue
		}
		digits, rest := number(f.name)
		bad := gooseVersionProblem(digits, rest)
		if bad != "" && isGo {
			continue
		}
		n := named{file: f, version: digits, key: numberKey(digits)}
		if isGo {
			n.name, n.golang = strings.TrimSuffix(strings.TrimPrefix(rest, "_"), ".go"), true
		} else {
			r.load([]*file{f})
			stem, w := upDown(strings.TrimPrefix(rest, "_"))
			n.name = stem
			if f.format == unmarked {
				n.way = w
			}
		}
		if bad != "" {
			r.problem(refused, f.path, bad+": goose stops at it", "name it VERSION_"+strings.TrimLeft(f.name, "_"))
			n.version, n.key = "", ""
		}
		files = append(files, n)
	}
	byNumber(files)
	r.assemble(files)
	r.rest(r.files, "goose runs only files that end in .sql")
	return nil
}

// gooseVersionProblem says why goose finds no version in a name.
func gooseVersionProblem(digits, rest string) string {
	switch {
	case digits == "" || !strings.HasPrefix(rest, "_"):
		return "this migration has no version: its name does not start with a number and an underscore"
	case !fits(digits, maxInt64):
		return "this migration has a version that is too large"
	case numberKey(digits) == "0":
		return "this migration has version 0, and versions start at 1"
	}
	return ""
}

func isGooseMarker(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "--") && strings.Contains(line, "+goose")
}

func (r *reader) gooseParts(f *sqltext.File) parts {
	l := lineReader{r: r, f: f, tool: "goose", prefix: "-- +goose", mark: gooseMark}
	return l.read()
}

func gooseMark(line string) (m mark, noTx bool, problem string) {
	if !isGooseMarker(line) {
		return noMark, false, ""
	}
	word := strings.Replace(strings.ReplaceAll(line, "--", ""), "+goose", "", 1)
	switch word = strings.ToUpper(strings.TrimSpace(word)); word {
	case "UP":
		m = markUp
	case "DOWN":
		m = markDown
	case "STATEMENTBEGIN":
		m = markBegin
	case "STATEMENTEND":
		m = markEnd
	case "NO TRANSACTION":
		m, noTx = markNoTx, true
	case "ENVSUB ON", "ENVSUB OFF":
		m = markOther
	default:
		m, problem = markOther, "goose does not know this annotation, and refuses the file"
	}
	if line[0] == ' ' || line[0] == '\t' {
		problem = "white space before this annotation: goose refuses the file"
	}
	return m, noTx, problem
}
