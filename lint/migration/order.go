package migration

// Late returns, of the migrations that a directory had before, the last one that
// m should have come before; nil when m comes after all, or the tool has no order.
func (d *Directory) Late(m *Migration, deployed []*Migration) *Migration {
	if d.OutOfOrder == Unordered || m.Version == "" || m.Repeatable {
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
		return place[a] < place[b]
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
