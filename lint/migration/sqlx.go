package migration

import (
	"bytes"
	"strings"
)

var sqlx = &Layout{
	Name: "sqlx",
	Doc:  "NUMBER_name.sql, or .up.sql and .down.sql (sqlx for Rust)",
	// sqlx-core, migrator.rs: runs every version that is not listed as applied.
	OutOfOrder: Applies,
	Checksum:   true,
	detect: func(l *listing) bool {
		if len(l.sql()) == 0 || l.dir == "." {
			return false
		}
		cargo := l.bytes("../Cargo.toml")
		return bytes.Contains(cargo, []byte("sqlx")) && !bytes.Contains(cargo, []byte("refinery"))
	},
	read:   readSqlx,
	strict: true,
}

// readSqlx: sqlx-core/src/migrate/source.rs splits a name at its first underscore.
func readSqlx(r *reader) error {
	var files []named
	for _, f := range r.files {
		digits, name, ok := strings.Cut(f.name, "_")
		if !ok || !strings.HasSuffix(name, ".sql") || isSnapshot(f.name) {
			continue
		}
		n := named{file: f, version: digits, key: numberKey(digits)}
		n.name, n.way = upDown(name)
		if d, rest := number(digits); d == "" || rest != "" || !fits(d, maxInt64) {
			r.problem(refused, f.path, "the name of this migration has no number before its first underscore: sqlx stops at it", "name it NUMBER_"+f.name)
			n.version, n.key = "", ""
		}
		files = append(files, n)
	}
	byNumber(files)
	r.assemble(files)
	for _, m := range r.out.Migrations {
		if len(m.Up) > 0 && strings.HasPrefix(m.Up[0].File.Text, "-- no-transaction") {
			m.NoTx = true
		}
	}
	r.rest(r.files, "sqlx runs only files named NUMBER_name.sql")
	return nil
}
