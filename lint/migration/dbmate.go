package migration

import (
	"path"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var dbmate = &Layout{
	Name: "dbmate",
	Doc:  "NUMBER_name.sql with -- migrate:up and -- migrate:down (dbmate)",
	// db.go, Migrate: runs every version that schema_migrations does not list (--strict refuses).
	OutOfOrder: Applies,
	detect:     func(l *listing) bool { return l.holds(dbmateFormat) },
	read:       readDbmate,
	format:     dbmateFormat,
	strict:     true,
}

func readDbmate(r *reader) error {
	var files []named
	for _, f := range r.files { // by name, as dbmate sorts them
		digits, rest := number(f.name)
		if digits == "" || !strings.HasSuffix(f.name, ".sql") || isSnapshot(f.name) {
			continue
		}
		r.load([]*file{f})
		n := named{file: f, version: digits, key: digits}
		n.name, n.way = upDown(strings.TrimLeft(rest, "_-"))
		if f.format != unmarked {
			n.way = both
		}
		files = append(files, n)
	}
	r.assemble(files)
	r.rest(r.files, "dbmate runs only files whose name starts with a number")
	if dump := path.Join(path.Dir(r.dir), "schema.sql"); r.dir != "." && r.has("../schema.sql") {
		r.out.Snapshots = append(r.out.Snapshots, dump)
	}
	return nil
}

// dbmateMarker returns the part that a line opens, and its options.
func dbmateMarker(line string) (w way, options string, ok bool) {
	rest, ok := strings.CutPrefix(line, "--")
	if !ok {
		return both, "", false
	}
	rest = strings.TrimLeft(rest, " \t")
	if after, ok := strings.CutPrefix(rest, "migrate:up"); ok {
		w, rest = up, after
	} else if after, ok := strings.CutPrefix(rest, "migrate:down"); ok {
		w, rest = down, after
	} else {
		return both, "", false
	}
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return both, "", false
	}
	return w, rest, true
}

func isDbmateMarker(line string) bool {
	_, _, ok := dbmateMarker(line)
	return ok
}

// dbmateParts: each part is sent as a whole.
func (r *reader) dbmateParts(f *sqltext.File) parts {
	var p parts
	text := f.Text
	from, way := 0, both
	add := func(end int) {
		piece := sqltext.Span{Start: from, End: end}
		switch {
		case way == down:
			p.down = append(p.down, piece)
		case way == up:
			p.up = append(p.up, piece)
		case len(sqltext.Split(f, from, end, r.opts.Mode)) > 0:
			st := sqltext.Split(f, from, end, r.opts.Mode)[0]
			r.refuse(f, st.Start, "this stands before -- migrate:up: dbmate refuses the file", "")
			p.up = append(p.up, piece)
		}
	}
	hasUp := false
	for start, end := range lines(text) {
		w, options, ok := dbmateMarker(text[start:end])
		if !ok {
			continue
		}
		add(start)
		from, way = end, w
		hasUp = hasUp || w == up
		p.hasDown = p.hasDown || w == down
		if w == down && !hasUp {
			r.refuse(f, start, "-- migrate:down stands before -- migrate:up: dbmate refuses the file", "")
		}
		p.noTx = p.noTx || w == up && strings.Contains(options, "transaction:false")
	}
	add(len(text))
	if !hasUp {
		r.problem(refused, f.Name, "this migration has no -- migrate:up line: dbmate refuses it", "")
	} else if !p.hasDown {
		r.problem(refused, f.Name, "this migration has no -- migrate:down line: dbmate refuses it", "add -- migrate:down at the end, with nothing below it if there is no way back")
	}
	return p
}
