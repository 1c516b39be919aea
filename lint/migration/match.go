package migration

import "strings"

// Match finds the migrations of a directory among those that it had before. A
// migration is its version, whatever becomes of its file; where several share
// one, name and path tell them apart. A repeatable one that changed runs again,
// so it is not among them.
func Match(now, before []*Migration) map[*Migration]*Migration {
	out, taken := map[*Migration]*Migration{}, map[*Migration]bool{}
	for _, key := range []func(*Migration) string{byPath, byName, byVersion} {
		old := map[string]*Migration{}
		for _, m := range before {
			if k := key(m); k != "" && !taken[m] {
				old[k] = m
			}
		}
		for _, m := range now {
			found := old[key(m)]
			if out[m] != nil || found == nil || taken[found] || m.Repeatable && !sameText(m, found) {
				continue
			}
			out[m], taken[found] = found, true
		}
	}
	return out
}

func byPath(m *Migration) string { return m.Path + "\x00" + m.Version }

func byName(m *Migration) string { return m.Version + "\x00" + m.Name }

// byVersion is for versions that are numbers: they tell by themselves.
func byVersion(m *Migration) string {
	if m.Version == "" || strings.Trim(m.Version, "0123456789._") != "" {
		return ""
	}
	return versionKey(m.Version)
}

// sameText says whether two migrations run the same statements.
func sameText(a, b *Migration) bool {
	if len(a.Up) != len(b.Up) {
		return false
	}
	for i := range a.Up {
		if a.Up[i].Text() != b.Up[i].Text() {
			return false
		}
	}
	return true
}
