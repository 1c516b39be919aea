package migration

import (
	"strconv"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var tern = &Layout{
	Name: "tern",
	Doc:  "NUMBER_name.sql, contiguous from 1, with ---- create above / drop below ---- (tern)",
	// migrate.go, MigrateTo: goes on from the one version that schema_version holds.
	OutOfOrder: Skips,
	detect:     func(l *listing) bool { return l.has("tern.conf") && len(l.sql()) > 0 || l.holds(ternFormat) },
	read:       readTern,
	format:     ternFormat,
}

const ternSeparator = "---- create above / drop below ----"

func isTernSeparator(line string) bool { return strings.TrimSpace(line) == ternSeparator }

func readTern(r *reader) error {
	r.ternData()
	var files []named
	for _, f := range r.files {
		digits, rest := number(f.name)
		if digits == "" || !strings.HasPrefix(rest, "_") || !strings.HasSuffix(rest, ".sql") || rest == "_.sql" {
			continue
		}
		files = append(files, named{file: f, version: digits, key: numberKey(digits), name: strings.TrimSuffix(rest[1:], ".sql")})
	}
	byNumber(files)
	next := 1
	for _, n := range files {
		v, err := strconv.Atoi(n.version)
		if err != nil || v > next {
			r.problem(refused, n.path, "version "+strconv.Itoa(next)+" is missing before it: tern wants numbers without a gap, from 1", "number the migrations without a gap")
		}
		next = max(next, v+1)
	}
	r.assemble(files)
	r.rest(r.files, "tern runs only files named NUMBER_name.sql")
	return nil
}

// ternData takes the values of placeholders from the [data] section of tern.conf.
func (r *reader) ternData() {
	for _, s := range iniValues(string(r.bytes("tern.conf"))) {
		if _, ok := r.opts.Placeholders[s.key]; s.section == "data" && !ok {
			r.values[s.key] = s.value
		}
	}
}

func ternParts(f *sqltext.File) parts {
	var p parts
	text := f.Text
	from := 0
	cut := func(end int) {
		piece := sqltext.Span{Start: from, End: end}
		if p.hasDown {
			p.down = append(p.down, piece)
		} else {
			p.up = append(p.up, piece)
		}
	}
	for start, end := range lines(text) { // ---- is a comment to PostgreSQL alone
		switch strings.TrimSpace(text[start:end]) {
		case ternSeparator:
			cut(start)
			p.hasDown = true
		case "---- tern: disable-tx ----":
			cut(start)
			p.noTx = true
		default:
			continue
		}
		from = end
	}
	cut(len(text))
	return p
}

// a setting is one line of a configuration file.
type setting struct{ section, key, value string }

// iniValues reads "key = value" lines in [sections], as in .ini, .toml and .properties files.
func iniValues(text string) []setting {
	var out []setting
	section := ""
	for start, end := range lines(text) {
		line := strings.TrimSpace(text[start:end])
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			section = strings.Trim(line, "[] ")
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok {
			out = append(out, setting{section, strings.Trim(strings.TrimSpace(key), `"`), unquote(strings.TrimSpace(value))})
		}
	}
	return out
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end]
		}
	}
	return s
}
