package migration

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
)

// Find returns the migration directories at root and below it, sorted. It
// passes over hidden folders, vendor, node_modules and testdata, and over what
// is for another database; Read does not.
func Find(fsys fs.FS, root string) ([]string, error) {
	l, err := list(fsys, root)
	if err != nil {
		return nil, err
	}
	var found []string
	find(l, &found, 0)
	found = joinFlyway(fsys, found)
	sort.Strings(found)
	return found, nil
}

func find(l *listing, found *[]string, depth int) {
	is, whole := claim(l)
	if is {
		*found = append(*found, l.dir)
	}
	if whole || depth == maxDepth {
		return
	}
	for _, d := range l.dirs {
		if passOver(d) {
			continue
		}
		if s, err := list(l.fsys, path.Join(l.dir, d)); err == nil {
			find(s, found, depth+1)
		}
	}
}

func passOver(dir string) bool {
	if strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_") {
		return true
	}
	switch strings.ToLower(dir) {
	case "vendor", "node_modules", "testdata", "fixtures", "seed", "seeds":
		return true
	}
	return isForeign(dir)
}

// isForeign reports whether the name of a folder or dialect says that it is for
// another database: postgres, db_sqlite3.
func isForeign(name string) bool {
	name = strings.ToLower(name)
	if slices.Contains(foreignDialects, name) {
		return true
	}
	foreign := false
	for _, word := range strings.FieldsFunc(name, func(c rune) bool { return c == '_' || c == '-' || c == '.' }) {
		if slices.Contains(ours, word) {
			return false
		}
		// oracle and h2 mean other things too
		foreign = foreign || word != "oracle" && word != "h2" && slices.Contains(foreignDialects, word)
	}
	return foreign
}

// dialectFolders counts the folders that are named like a dialect.
func dialectFolders(l *listing) int {
	n := 0
	for _, d := range l.dirs {
		if isDialect(strings.ToLower(d)) {
			n++
		}
	}
	return n
}

// claim tells whether a directory holds migrations, and whether the folders
// below it are a part of them.
func claim(l *listing) (is, whole bool) {
	switch {
	case l.has("meta/_journal.json"), l.has("migration_lock.toml"), folders(l, false), folders(l, true):
		return !saysForeign(l), true
	case temporal.detect(l):
		return true, true
	case l.has("atlas.sum"), l.has(".skeema") && l.some(isSQL), l.goHolds("goose", "AddMigration", "MustRegister("):
		return true, false
	}
	unnamed := 0
	for _, f := range l.files {
		switch {
		case !isSQL(f.name) || isSnapshot(f.name):
		case looksVersioned(f.name):
			return true, false
		case unnamed < 8:
			unnamed++
			if l.headFormat(f) != unmarked {
				return true, false
			}
		}
	}
	if unnamed == 0 {
		if slices.ContainsFunc(l.dirs, isVersionFolder) {
			return versionFolders.detect(l), true
		}
	}
	return false, false
}

// looksVersioned goes by the name of an SQL file.
func looksVersioned(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, ".up.sql") || isFlywayName(name) {
		return true
	}
	digits, rest := number(name)
	return digits != "" && rest != "" && strings.IndexByte("_-.", rest[0]) >= 0
}

// headFormat tells the format of a file by its first kilobytes.
func (l *listing) headFormat(f *file) format {
	in, err := l.fsys.Open(f.path)
	if err != nil {
		return unmarked
	}
	defer func() { _ = in.Close() }()
	head := make([]byte, 4096)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unmarked
	}
	return formatOf(strings.TrimPrefix(string(head[:n]), bom))
}

// saysForeign reports whether the marker file of a tool names another database.
func saysForeign(l *listing) bool {
	lock, journal := string(l.bytes("migration_lock.toml")), string(l.bytes("meta/_journal.json"))
	for _, s := range iniValues(lock) {
		if s.key == "provider" {
			return isForeign(s.value)
		}
	}
	_, rest, ok := strings.Cut(journal, `"dialect"`)
	if !ok {
		return false
	}
	value := strings.TrimLeft(rest, " \t\r\n:")
	return isForeign(unquote(value))
}

// joinFlyway puts sibling folders with Flyway files together: Flyway reads their
// parent as one location.
func joinFlyway(fsys fs.FS, found []string) []string {
	inParent := map[string]int{}
	for _, dir := range found {
		parent := path.Dir(dir)
		switch path.Base(parent) {
		case "migration", "migrations":
			inParent[parent]++
		}
	}
	var out []string
	for _, dir := range found {
		parent := path.Dir(dir)
		if inParent[parent] == 0 || isDialect(strings.ToLower(path.Base(dir))) {
			out = append(out, dir)
			continue
		}
		l, err := list(fsys, parent)
		if err != nil || !flyway.detect(l) || dialectFolders(l) > 0 {
			out = append(out, dir)
			continue
		}
		if !slices.Contains(out, parent) {
			out = append(out, parent)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
