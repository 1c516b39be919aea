package migration

import (
	"slices"
	"strings"
)

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

// Taken returns the migration among others that has the version of m, and is not
// the same migration; nil when the version is free or says nothing.
func (d *Directory) Taken(m *Migration, others []*Migration) *Migration {
	if d.OutOfOrder == Unordered || m.Version == "" || m.Repeatable {
		return nil
	}
	for _, other := range others {
		if !other.Repeatable && (other.Version == m.Version || byVersion(m) != "" && byVersion(other) == byVersion(m)) {
			return other
		}
	}
	return nil
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

// sameText says whether two migrations run the same statements, comments included.
func sameText(a, b *Migration) bool {
	return slices.EqualFunc(a.Up, b.Up, func(x, y Statement) bool {
		return strings.ReplaceAll(x.Text(), "\r\n", "\n") == strings.ReplaceAll(y.Text(), "\r\n", "\n")
	})
}
