package migration

import (
	"slices"
	"strings"
)

var pop = &Layout{
	Name: "pop",
	Doc:  "VERSION_name[.DIALECT][.autocommit].up.sql and .down.sql, or .fizz (gobuffalo/pop, Ory popx)",
	// migrator.go, UpLogOnly and Up: runs every version that schema_migration does not list.
	OutOfOrder: Applies,
	detect: func(l *listing) bool {
		return l.some(func(name string) bool {
			n, ok := popName(&file{name: name, path: name})
			return ok && (n.dialect != "" && isDialect(n.dialect) || n.noTx || n.opaque != "")
		})
	},
	read:   readPop,
	strict: true,
}

// popName reads NUMBER_name[.dialect][.autocommit].(up|down).(sql|fizz).
func popName(f *file) (named, bool) {
	digits, rest := number(f.name)
	if digits == "" || !strings.HasPrefix(rest, "_") {
		return named{}, false
	}
	parts := strings.Split(rest[1:], ".")
	if len(parts) < 3 || len(parts) > 5 || parts[0] == "" {
		return named{}, false
	}
	n := named{file: f, version: digits, key: numberKey(digits), name: parts[0]}
	if len(digits) == len("20060102150405")+len("000000") { // popx: one statement a file, counted
		n.split = digits[:len("20060102150405")] + "_" + n.name
	}
	switch parts[len(parts)-1] {
	case "sql":
	case "fizz":
		n.opaque = "written in fizz"
	default:
		return named{}, false
	}
	switch parts[len(parts)-2] {
	case "up":
		n.way = up
	case "down":
		n.way = down
	default:
		return named{}, false
	}
	middle := parts[1 : len(parts)-2]
	if len(middle) > 0 && middle[len(middle)-1] == "autocommit" {
		n.noTx = true
		middle = middle[:len(middle)-1]
	}
	switch len(middle) {
	case 0:
	case 1:
		if n.dialect = middle[0]; n.dialect == "all" {
			n.dialect = ""
		}
	default:
		return named{}, false
	}
	return n, true
}

func isDialect(name string) bool { return slices.Contains(ours, name) || isForeign(name) }

func readPop(r *reader) error {
	var all []named
	for _, f := range r.files {
		if n, ok := popName(f); ok {
			all = append(all, n)
		}
	}
	files := r.variants(all)
	byNumber(files)
	r.assemble(files)
	r.rest(r.files, "pop runs only files named VERSION_name.up.sql or VERSION_name.down.sql")
	return nil
}

// variants leaves, of the files for one part of one version, those of the best
// dialect: a file for mysql stands in for the one for all.
func (r *reader) variants(all []named) []named {
	type part struct {
		key string
		way way
	}
	wanted := r.opts.dialects()
	best := map[part]int{}
	for _, n := range all {
		rank := slices.Index(wanted, n.dialect)
		if rank < 0 {
			r.used[n.file] = true // for another database
			continue
		}
		p := part{n.key, n.way}
		if old, ok := best[p]; !ok || rank < old {
			best[p] = rank
		}
	}
	var out []named
	for _, n := range all {
		rank := slices.Index(wanted, n.dialect)
		if rank < 0 {
			continue
		}
		if best[part{n.key, n.way}] == rank {
			out = append(out, n)
		} else {
			r.used[n.file] = true
		}
	}
	return out
}
