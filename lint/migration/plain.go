package migration

import (
	"sort"
	"strings"
)

var plain = &Layout{
	Name:       "plain",
	Doc:        "*.sql in natural order (no tool that is known)",
	OutOfOrder: Unknown,
	detect:     func(l *listing) bool { return len(l.sql()) > 0 },
	read:       readPlain,
	strict:     true,
}

func readPlain(r *reader) error {
	var all []named
	for _, f := range r.sql() {
		stem, w := upDown(strings.ToLower(f.name))
		stem = f.name[:len(stem)]
		digits, rest := number(stem)
		n := named{file: f, version: digits, key: stem, way: w, name: strings.TrimLeft(rest, "_-. ")}
		if digits != "" && len(digits) != len("20060102") { // several a day are usual
			n.key = numberKey(digits)
		}
		all = append(all, n)
	}
	sort.SliceStable(all, func(i, j int) bool { return naturalLess(all[i].file.name, all[j].file.name) })
	for i := 1; i < len(all); i++ {
		if a, b := all[i-1].file.name, all[i].file.name; a > b {
			r.note("numbers of different widths: %s is taken to come before %s, but a tool that sorts by name runs it after", a, b)
			break
		}
	}
	r.assemble(all)
	for _, n := range all {
		if n.way == up {
			r.note("%s and others are named as for golang-migrate, which runs only files named NUMBER_name.up.sql and would pass over them", n.path)
			break
		}
	}
	r.rest(r.files, "")
	return nil
}

// naturalLess compares runs of digits by value, and all else byte by byte.
func naturalLess(a, b string) bool {
	whole, other := a, b
	for a != "" && b != "" {
		x, restA := number(a)
		y, restB := number(b)
		if x != "" && y != "" {
			if c := compareDigits(x, y); c != 0 {
				return c < 0
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		a, b = a[1:], b[1:]
	}
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return whole < other
}
