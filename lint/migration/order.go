package migration

import "fmt"

// After returns the index of the first migration that comes after a version, and
// whether there is a migration of that version.
func (d *Directory) After(version string) (first int, found bool, err error) {
	for i := len(d.Migrations) - 1; i >= 0; i-- {
		if d.Migrations[i].is(version) {
			return i + 1, true, nil
		}
	}
	unknown := fmt.Errorf("%s has no migration of that version", d.Path)
	if byVersion(&Migration{Version: version}) == "" || d.Last() == nil {
		return 0, false, unknown
	}
	first = len(d.Migrations)
	for i := len(d.Migrations) - 1; i >= 0; i-- {
		switch m := d.Migrations[i]; {
		case m.Version == "":
		case byVersion(m) == "":
			return 0, false, unknown
		case compareVersions(m.Version, version) > 0:
			first = i
		}
	}
	return first, false, nil
}

func (m *Migration) is(version string) bool {
	key := byVersion(m)
	return m.Version == version || key != "" && key == byVersion(&Migration{Version: version})
}

// Last returns the last migration that has a version; nil when none has.
func (d *Directory) Last() *Migration {
	for i := len(d.Migrations) - 1; i >= 0; i-- {
		if d.Migrations[i].Version != "" {
			return d.Migrations[i]
		}
	}
	return nil
}

// Late returns, of the migrations that are deployed, the last one that m should
// have come before; nil when m comes after all, or the tool has no order. They may
// stand in another tree.
func (d *Directory) Late(m *Migration, deployed []*Migration) *Migration {
	if d.OutOfOrder == Unordered || m.Version == "" || m.Repeatable || len(deployed) == 0 {
		return nil
	}
	place := map[*Migration]int{}
	for i, other := range d.Migrations {
		place[other] = i
	}
	before := func(a, b *Migration) bool {
		if a.Stamp != "" && b.Stamp != "" {
			return compareDigits(a.Stamp, b.Stamp) < 0
		}
		i, known := place[a]
		j, both := place[b]
		if known && both {
			return i < j
		}
		x, y := byVersion(a), byVersion(b) // one of them stands in another tree
		return x != "" && y != "" && compareVersions(a.Version, b.Version) < 0
	}
	var last *Migration
	for _, other := range deployed {
		if other.Version == "" || other.Repeatable {
			continue
		}
		if byVersion(other) == byVersion(m) && other.Stamp == "" && byVersion(m) != "" {
			return nil // the version is taken: that is another fault
		}
		if last == nil || before(last, other) {
			last = other
		}
	}
	if last == nil || !before(m, last) {
		return nil
	}
	return last
}
