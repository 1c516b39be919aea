package migration

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var bun = &Layout{
	Name: "bun",
	Doc:  "NUMBER_name[.tx].up.sql and .down.sql with --bun:split (bun)",
	// migrate/migrator.go: runs every migration that bun_migrations does not list.
	OutOfOrder: Applies,
	detect: func(l *listing) bool {
		return l.some(func(name string) bool { return strings.HasSuffix(name, ".tx.up.sql") }) || l.holds(bunFormat) || l.goHolds("MustRegister(", "uptrace/bun/migrate")
	},
	read:   readBun,
	format: bunFormat,
	// migrate/migrations.go
	register: map[string]registration{"MustRegister": {0, 1}, "Register": {0, 1}},
}

func readBun(r *reader) error {
	var files []named
	for _, f := range r.files {
		if n, ok := bunName(f); ok {
			files = append(files, n)
		}
	}
	r.assemble(files)
	r.rest(r.files, "bun runs only files named NUMBER_name.up.sql or NUMBER_name.down.sql, in lower case")
	return nil
}

// bunName: migrate/migrations.go, ^(\d{1,14})_([0-9a-z_\-]+)\.
func bunName(f *file) (named, bool) {
	digits, rest := number(f.name)
	rest, ok := strings.CutPrefix(rest, "_")
	name, end, dot := strings.Cut(rest, ".")
	if !ok || !dot || name == "" || digits == "" || len(digits) > 14 {
		return named{}, false
	}
	if strings.Trim(name, "0123456789abcdefghijklmnopqrstuvwxyz_-") != "" {
		return named{}, false
	}
	n := named{file: f, version: digits, key: digits, name: name}
	switch end {
	case "tx.up.sql":
		n.way = up
	case "up.sql":
		n.way, n.noTx = up, true
	case "tx.down.sql", "down.sql":
		n.way = down
	case "go":
		n.way, n.golang = both, true
	default:
		return named{}, false
	}
	return n, true
}

// bunParts: what stands between two --bun:split lines is sent as a whole.
func (r *reader) bunParts(f *sqltext.File) parts {
	var p parts
	from := 0
	for start, end := range lines(f.Text) {
		directive, ok := strings.CutPrefix(f.Text[start:end], "--bun:")
		if !ok {
			continue
		}
		if strings.TrimSpace(directive) != "split" {
			r.refuse(f, start, "bun does not know this directive, and refuses the file", "")
		}
		p.up = append(p.up, sqltext.Span{Start: from, End: start})
		from = end
	}
	p.up = append(p.up, sqltext.Span{Start: from, End: len(f.Text)})
	return p
}
