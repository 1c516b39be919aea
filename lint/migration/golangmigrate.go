package migration

import (
	"strings"
)

var golangMigrate = &Layout{
	Name: "golang-migrate",
	Doc:  "NUMBER_name.up.sql and NUMBER_name.down.sql (golang-migrate)",
	// migrate.go, readUp: goes on from the one version that schema_migrations holds.
	OutOfOrder: Skips,
	detect: func(l *listing) bool {
		return l.some(func(name string) bool {
			_, ok := golangMigrateName(&file{name: name})
			return ok && strings.HasSuffix(strings.ToLower(name), ".up.sql")
		})
	},
	read:   readGolangMigrate,
	strict: true,
}

var morph = &Layout{
	Name: "morph",
	Doc:  "NUMBER_name.up.sql and NUMBER_name.down.sql in migrations/mysql (mattermost/morph)",
	// morph.go, computePendingMigrations: runs every migration whose name is not listed.
	OutOfOrder: Applies,
	detect: func(l *listing) bool {
		if !golangMigrate.detect(l) {
			return false
		}
		if l.dir != "." && l.has("../migrations.list") {
			return true
		}
		for _, f := range l.sql() {
			// golang-migrate fills no templates, and Mattermost's plugins do
			if strings.HasPrefix(f.text, "-- morph:") || strings.Contains(f.text, "{{.prefix}}") {
				return true
			}
		}
		return false
	},
	read:   readGolangMigrate,
	strict: true,
}

// readGolangMigrate: source/parse.go, ^([0-9]+)_(.*)\.(down|up)\.(.*)$.
func readGolangMigrate(r *reader) error {
	var files []named
	for _, f := range r.files {
		n, ok := golangMigrateName(f)
		if ok && fits(n.version, maxUint64) {
			files = append(files, n)
		}
	}
	byNumber(files)
	r.assemble(files)
	for _, m := range r.out.Migrations {
		r.morphDirectives(m)
	}
	r.rest(r.files, r.layout.Name+" runs only files named NUMBER_name.up.sql or NUMBER_name.down.sql, and passes over this one without a word")
	return nil
}

func golangMigrateName(f *file) (named, bool) {
	digits, rest := number(f.name)
	if digits == "" || !strings.HasPrefix(rest, "_") {
		return named{}, false
	}
	n := named{file: f, version: digits, key: numberKey(digits), way: up}
	end := strings.LastIndex(rest, ".up.")
	if i := strings.LastIndex(rest, ".down."); i > end {
		end, n.way = i, down
	}
	if end < 1 {
		return named{}, false
	}
	n.name = rest[1:end]
	return n, true
}

func (r *reader) morphDirectives(m *Migration) {
	if len(m.Up) > 0 && strings.HasPrefix(m.Up[0].File.Text, "-- morph:nontransactional") {
		m.NoTx = true
	}
}
