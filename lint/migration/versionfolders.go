package migration

import (
	"path"
	"sort"
	"strings"
)

var versionFolders = &Layout{
	Name: "version-folders",
	Doc:  "1.2/00__name.sql: a folder for each release, and numbered files in it",
	// As memos does it (store/migrator.go): what is newer than the schema version is run.
	OutOfOrder: Skips,
	detect: func(l *listing) bool {
		if len(l.sql()) > 0 {
			return false
		}
		for _, d := range l.dirs {
			if !isVersionFolder(d) {
				continue
			}
			if s := l.sub(d); s != nil && s.some(func(name string) bool { return isSQL(name) && startsWithNumber(name) }) {
				return true
			}
		}
		return false
	},
	read:   readVersionFolders,
	strict: true,
}

func isVersionFolder(name string) bool {
	v := strings.TrimPrefix(name, "v")
	return strings.Contains(v, ".") && isFlywayVersion(v)
}

func startsWithNumber(name string) bool {
	digits, _ := number(name)
	return digits != ""
}

func readVersionFolders(r *reader) error {
	var dirs []string
	for _, d := range r.dirs {
		if isVersionFolder(d) {
			dirs = append(dirs, d)
		}
	}
	sort.SliceStable(dirs, func(i, j int) bool {
		return compareVersions(strings.TrimPrefix(dirs[i], "v"), strings.TrimPrefix(dirs[j], "v")) < 0
	})
	var files []named
	for _, d := range dirs {
		s := r.sub(d)
		if s == nil {
			continue
		}
		files = append(files, r.versionFolder(d, s)...)
	}
	r.assemble(files)
	r.rest(r.files, "it is in no version folder")
	return nil
}

func (r *reader) versionFolder(d string, s *listing) []named {
	var files []named
	for _, f := range s.files {
		base := path.Base(f.name)
		digits, rest := number(base)
		if !isSQL(base) || digits == "" {
			continue
		}
		n := named{file: f, version: digits}
		n.name, n.way = upDown(strings.TrimLeft(rest, "_-."))
		files = append(files, n)
	}
	byNumber(files)
	for i := range files {
		files[i].key = d + "/" + numberKey(files[i].version)
		files[i].version = d + "/" + files[i].version
		r.used[files[i].file] = true
	}
	r.rest(s.files, "its name does not start with a number")
	return files
}
