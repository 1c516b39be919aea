package migration

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

var atlas = &Layout{
	Name: "atlas",
	Doc:  "VERSION_name.sql beside atlas.sum (Atlas)",
	// sql/migrate, Executor: "migration file was added out of order" (exec-order linear).
	OutOfOrder: Refuses,
	Checksum:   true,
	detect:     func(l *listing) bool { return l.has("atlas.sum") },
	read:       readAtlas,
	parts:      (*reader).atlasParts,
}

func readAtlas(r *reader) error {
	var files []named
	for _, f := range r.sql() { // by name, as Atlas sorts them
		if !strings.HasSuffix(f.name, ".sql") {
			continue
		}
		if len(files) > 0 && isCheckpoint(f.text) {
			r.snapshot(f) // it holds all that the files before it did
			continue
		}
		stem, w := upDown(f.name)
		version, name, _ := strings.Cut(stem, "_")
		if f.format != unmarked {
			w = both
		}
		files = append(files, named{file: f, version: version, key: version, name: name, way: w})
	}
	r.assemble(files)
	r.rest(r.files, "Atlas runs only files that end in .sql")
	return nil
}

func isCheckpoint(text string) bool {
	for d := range atlasDirectives(text) {
		if d == "checkpoint" || strings.HasPrefix(d, "checkpoint ") {
			return true
		}
	}
	return false
}

// atlasDirectives yields what follows -- atlas: in the comments that open a file.
func atlasDirectives(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for start, end := range lines(text) {
			line := text[start:end]
			if line != "" && !strings.HasPrefix(line, "--") {
				return
			}
			d, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(line, "--"), " "), "atlas:")
			if ok && !yield(d) {
				return
			}
		}
	}
}

func (r *reader) atlasParts(f *sqltext.File) parts {
	var p parts
	delimiter, txtar := "", false
	for d := range atlasDirectives(f.Text) {
		name, value, _ := strings.Cut(d, " ")
		switch name {
		case "delimiter":
			delimiter = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(value)
		case "txmode":
			p.noTx = strings.TrimSpace(value) == "none"
		case "txtar":
			txtar = true
		}
	}
	sections := map[string]sqltext.Span{"migration.sql": {Start: 0, End: len(f.Text)}}
	if txtar {
		sections = txtarSections(f.Text)
		if _, ok := sections["migration.sql"]; !ok {
			r.problem(refused, f.Name, "this migration is an atlas:txtar file without a -- migration.sql -- section", "")
		}
	}
	cut := func(name string) []sqltext.Span {
		s, ok := sections[name]
		switch {
		case !ok:
			return nil
		case strings.TrimSpace(delimiter) == "" && delimiter != "":
			return blankLines(f.Text, s, delimiter, r.opts.Mode)
		case delimiter != "":
			return sqltext.Chunks(f.Text, s.Start, s.End, delimiter, r.opts.Mode)
		}
		return []sqltext.Span{s}
	}
	p.up, p.down = cut("migration.sql"), cut("down.sql")
	_, p.hasDown = sections["down.sql"]
	return p
}

// blankLines cuts at a delimiter of line feeds, also where the lines end in CRLF.
func blankLines(text string, s sqltext.Span, delimiter string, mode sqltext.Mode) []sqltext.Span {
	if strings.Contains(text[s.Start:s.End], "\r\n") {
		delimiter = strings.ReplaceAll(delimiter, "\n", "\r\n")
	}
	return sqltext.Chunks(text, s.Start, s.End, delimiter, mode)
}

// txtarSections returns the files of a txtar archive.
func txtarSections(text string) map[string]sqltext.Span {
	out := map[string]sqltext.Span{}
	name := ""
	for start, end := range lines(text) {
		line := strings.TrimSpace(text[start:end])
		if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < 7 {
			continue
		}
		if s, ok := out[name]; ok {
			out[name] = sqltext.Span{Start: s.Start, End: start}
		}
		name = strings.TrimSpace(line[3 : len(line)-3])
		out[name] = sqltext.Span{Start: end, End: len(text)}
	}
	return out
}
