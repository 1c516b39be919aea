package migration

import (
	"encoding/json"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var drizzle = &Layout{
	Name: "drizzle",
	Doc:  "NUMBER_name.sql listed in meta/_journal.json (Drizzle)",
	// drizzle-orm, mysql-core/dialect: runs what the journal says is newer than the
	// last applied one, wherever it stands.
	OutOfOrder: Skips,
	detect:     func(l *listing) bool { return l.has("meta/_journal.json") || folders(l, true) },
	read:       readDrizzle,
	format:     breakpointFormat,
}

const breakpoint = "--> statement-breakpoint"

func readDrizzle(r *reader) error {
	journal := r.bytes("meta/_journal.json")
	if journal == nil {
		return r.readFolders("Drizzle")
	}
	var j struct {
		Dialect string
		Entries []struct {
			Tag  string
			When json.Number
		}
	}
	if err := json.Unmarshal(journal, &j); err != nil {
		r.problem("", r.path("meta/_journal.json"), "the journal cannot be read: "+err.Error(), "")
		return nil //nolint:nilerr // a problem of the input, reported as one
	}
	r.out.Dialect = j.Dialect
	byName := map[string]*file{}
	for _, f := range r.files {
		byName[f.name] = f
	}
	var files []named
	stamps := map[string]string{}
	for _, e := range j.Entries {
		f := byName[e.Tag+".sql"]
		if f == nil {
			r.problem(refused, r.path("meta/_journal.json"), "the journal lists "+e.Tag+", but there is no "+e.Tag+".sql: Drizzle stops at it", "")
			continue
		}
		stamps[f.path] = e.When.String()
		digits, rest := number(e.Tag)
		files = append(files, named{file: f, version: digits, key: e.Tag, name: strings.TrimPrefix(rest, "_")})
	}
	r.drizzleVersions(files)
	r.assemble(files)
	for _, m := range r.out.Migrations {
		m.Stamp = stamps[m.Path]
	}
	r.rest(r.files, "it is not listed in meta/_journal.json: Drizzle never runs it")
	return nil
}

// drizzleVersions reports numbers that two entries share; the tags differ, and
// Drizzle runs both.
func (r *reader) drizzleVersions(files []named) {
	seen := map[string]string{}
	for _, n := range files {
		if earlier := seen[n.version]; n.version != "" && earlier != "" && earlier != n.path {
			r.problem("duplicate-version", n.path, duplicate(n.version, earlier), "generate the later one anew")
		}
		seen[n.version] = n.path
	}
}

// breakpointParts cuts at every breakpoint, as Drizzle does, whatever is around it.
func breakpointParts(f *sqltext.File) parts {
	var p parts
	from := 0
	for {
		n := strings.Index(f.Text[from:], breakpoint)
		if n < 0 {
			break
		}
		p.up = append(p.up, sqltext.Span{Start: from, End: from + n})
		from += n + len(breakpoint)
	}
	p.up = append(p.up, sqltext.Span{Start: from, End: len(f.Text)})
	return p
}
