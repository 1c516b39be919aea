package migration

import (
	"path"
	"strings"
)

var prisma = &Layout{
	Name: "prisma",
	Doc:  "TIMESTAMP_name/migration.sql beside migration_lock.toml (Prisma)",
	// schema-engine, apply_migrations: runs every migration that is not listed as applied.
	OutOfOrder: Applies,
	Checksum:   true,
	detect:     func(l *listing) bool { return l.has("migration_lock.toml") || folders(l, false) },
	read:       readPrisma,
	strict:     true,
}

// folders reports whether the directory is made of folders with a migration.sql;
// drizzle has a snapshot.json beside it.
func folders(l *listing, snapshot bool) bool {
	for _, d := range l.dirs {
		if _, rest := number(d); !strings.HasPrefix(rest, "_") || rest == d {
			continue
		}
		if l.has(path.Join(d, "migration.sql")) {
			return l.has(path.Join(d, "snapshot.json")) == snapshot
		}
	}
	return false
}

func readPrisma(r *reader) error {
	for _, s := range iniValues(string(r.bytes("migration_lock.toml"))) {
		if s.key == "provider" {
			r.out.Dialect = s.value
		}
	}
	return r.readFolders("Prisma")
}

// readFolders reads one migration from each folder, in the order of their names.
func (r *reader) readFolders(tool string) error {
	var files []named
	for _, d := range r.dirs {
		if strings.HasPrefix(d, ".") || d == "meta" {
			continue
		}
		n := named{key: d, version: d}
		if digits, rest := number(d); digits != "" {
			n.version, n.name = digits, strings.TrimPrefix(rest, "_")
		}
		if s := r.sub(d); s != nil {
			for _, f := range s.files {
				switch {
				case path.Base(f.name) == "migration.sql":
					n.file = f
				case isSQL(f.name) && isSnapshot(f.name):
					r.snapshot(f)
				case isSQL(f.name):
					r.skip(f, tool+" runs only migration.sql")
				}
			}
		}
		if n.file == nil {
			r.problem(refused, r.path(d), "holds no migration.sql: "+tool+" stops at it", "remove the folder")
			continue
		}
		files = append(files, n)
	}
	r.assemble(files)
	r.rest(r.files, tool+" runs only migration.sql files in folders")
	return nil
}
