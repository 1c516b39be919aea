package migration

import (
	"sort"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// way says which part of a migration a file holds.
type way uint8

const (
	both way = iota
	up
	down
)

// named is a migration file, and what its name says.
type named struct {
	*file
	version string // as written
	key     string // files of one key are one migration; "" when there can be but one
	name    string
	dialect string
	way     way
	noTx    bool
	opaque  string
	golang  bool
	split   string
}

// pending is a migration whose other file may be still to come.
type pending struct {
	m        *Migration
	up, down string // the paths of the files
}

// assemble makes migrations of files, which are in the order of the tool.
func (r *reader) assemble(files []named) {
	plain := make([]*file, 0, len(files))
	for _, n := range files {
		plain = append(plain, n.file)
	}
	r.load(plain)
	open := map[string]*pending{}
	for _, n := range files {
		p := open[n.key]
		switch {
		case p == nil || n.key == "":
			p = r.begin(n)
			open[n.key] = p
		case p.taken(n.way) != "":
			r.problem("duplicate-version", n.path, duplicate(n.version, p.taken(n.way)), "give it a version of its own")
			if n.way != down {
				p = r.begin(n)
			}
		}
		r.take(p, n)
	}
}

func duplicate(version, earlier string) string {
	return "version " + version + " is taken: " + earlier + " has it too"
}

func (r *reader) begin(n named) *pending {
	m := &Migration{Version: n.version, Name: n.name, Path: n.path, Dialect: n.dialect, Split: n.split}
	r.out.Migrations = append(r.out.Migrations, m)
	return &pending{m: m}
}

// taken returns the file that holds that part already.
func (p *pending) taken(w way) string {
	switch {
	case w == down:
		return p.down
	case w == both && p.up == "":
		return p.down
	}
	return p.up
}

// take adds a file to its migration.
func (r *reader) take(p *pending, n named) {
	r.used[n.file] = true
	if n.way == down {
		p.down = n.path
		p.m.HasDown = true
	} else {
		p.up = n.path
		p.m.Name, p.m.Path, p.m.Dialect = n.name, n.path, n.dialect
	}
	if n.golang {
		r.takeGo(p.m, n.file)
		return
	}
	if n.opaque != "" {
		if n.way != down {
			p.m.Opaque = n.opaque
		}
		return
	}
	f := r.open(n.file)
	if f == nil {
		return
	}
	parts := r.parts(n, f)
	if n.way == down {
		parts.down, parts.up = append(parts.up, parts.down...), nil
	}
	parts.noTx = parts.noTx || n.noTx
	r.fill(p.m, f, parts)
}

// parts divides a file by the markers it holds, whatever the layout of the
// directory, and reports where the two disagree.
func (r *reader) parts(n named, f *sqltext.File) parts {
	if n.format != r.layout.format && r.layout.strict {
		r.disagree(n, f, r.layout.format)
	}
	switch n.format {
	case gooseFormat:
		return r.gooseParts(f)
	case sqlMigrateFormat:
		return r.sqlMigrateParts(f)
	case dbmateFormat:
		return r.dbmateParts(f)
	case ternFormat:
		return ternParts(f)
	case breakpointFormat:
		return breakpointParts(f)
	case bunFormat:
		return r.bunParts(f)
	}
	if r.layout.parts != nil {
		return r.layout.parts(r, f)
	}
	return whole(f)
}

func (r *reader) disagree(n named, f *sqltext.File, wanted format) {
	switch {
	case n.format == unmarked && n.way != both:
		r.problem(refused, n.path, "this migration is named like a golang-migrate file and has no "+wanted.tool()+" markers, which other files of the directory have: "+wanted.tool()+" cannot read it",
			"keep the files of one tool in one directory")
	case n.format == unmarked && wanted == sqlMigrateFormat && strings.TrimSpace(f.Text) == "":
		r.problem(refused, n.path, "this migration is empty: sql-migrate wants -- +migrate Up", "")
	case n.format == unmarked:
		marker := map[format]string{gooseFormat: "-- +goose Up", sqlMigrateFormat: "-- +migrate Up", dbmateFormat: "-- migrate:up"}[wanted]
		r.problem(refused, n.path, "this migration has no "+marker+" line: "+wanted.tool()+" refuses it", "put "+marker+" above the first statement")
	case wanted == unmarked:
		r.problem(refused, n.path, "this migration has the markers of "+n.format.tool()+", but the directory is laid out for "+r.layout.Name+", which runs the file as a whole, its down part included",
			"keep the files of one tool in one directory, or set the layout")
	default:
		r.problem(refused, n.path, "this migration has the markers of "+n.format.tool()+", but other files of the directory have those of "+wanted.tool(),
			"keep the files of one tool in one directory, or set the layout")
	}
}

// layoutOf returns the layout whose files have that format.
func layoutOf(f format) *Layout {
	for _, l := range layouts {
		if l.format == f && f != unmarked {
			return l
		}
	}
	return plain
}

// byNumber sorts files by the value of their versions.
func byNumber(files []named) {
	sort.SliceStable(files, func(i, j int) bool {
		a, b := files[i], files[j]
		if c := compareDigits(a.version, b.version); c != 0 {
			return c < 0
		}
		return a.path < b.path
	})
}

// compareDigits compares two strings of digits by value, however long.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// number returns the digits that s starts with, and the rest.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// numberKey is the same for all ways to write one number.
func numberKey(digits string) string {
	if s := strings.TrimLeft(digits, "0"); s != "" {
		return s
	}
	return "0"
}

// fits reports whether a string of digits is at most limit, another one.
func fits(digits, limit string) bool { return compareDigits(digits, limit) <= 0 }

const (
	maxInt64  = "9223372036854775807"
	maxUint64 = "18446744073709551615"
)

// cutSuffixes cuts the first of the suffixes that s has.
func cutSuffixes(s string, suffixes ...string) (stem, suffix string, ok bool) {
	for _, suffix := range suffixes {
		if stem, ok := strings.CutSuffix(s, suffix); ok {
			return stem, suffix, true
		}
	}
	return s, "", false
}

// upDown tells by the end of a name which part a file holds.
func upDown(name string) (stem string, w way) {
	stem, suffix, ok := cutSuffixes(name, ".up.sql", ".down.sql", ".sql")
	switch {
	case !ok:
		return name, both
	case suffix == ".up.sql":
		return stem, up
	case suffix == ".down.sql":
		return stem, down
	}
	return stem, both
}
