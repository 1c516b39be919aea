package migration

import (
	"path"
	"sort"
	"strings"
)

var flyway = &Layout{
	Name: "flyway",
	Doc:  "V1__name.sql, R__name.sql, U1__name.sql, B1__name.sql, also in folders (Flyway)",
	// Documentation, outOfOrder: false unless set; then validateOnMigrate fails.
	OutOfOrder: Refuses,
	Checksum:   true,
	detect: func(l *listing) bool {
		if l.some(isFlywayName) {
			return true
		}
		if len(l.sql()) > 0 || len(l.dirs) == 0 || dialectFolders(l) > 0 {
			return false
		}
		for _, f := range l.all() {
			if isFlywayName(path.Base(f.name)) {
				return true
			}
		}
		return false
	},
	read:   readFlyway,
	strict: true,
}

// isFlywayName goes by the usual prefixes. What ends in .up.sql was meant for
// another tool.
func isFlywayName(name string) bool {
	if strings.HasSuffix(name, ".up.sql") || strings.HasSuffix(name, ".down.sql") {
		return false
	}
	n, ok := flywayDefaults.name(name)
	return ok && (n.prefix == 'R' || n.version != "")
}

// flywayNaming is how the configuration says that files are named.
type flywayNaming struct {
	versioned, repeatable, undo, baseline string
	separator                             string
	suffixes                              []string
}

var flywayDefaults = flywayNaming{"V", "R", "U", "B", "__", []string{".sql"}}

type flywayName struct {
	prefix               byte // V, R, U or B
	version, description string
}

func (c *flywayNaming) name(base string) (flywayName, bool) {
	stem, _, ok := cutSuffixes(base, c.suffixes...)
	if !ok {
		return flywayName{}, false
	}
	n := flywayName{}
	for _, p := range []struct {
		prefix string
		kind   byte
	}{{c.versioned, 'V'}, {c.repeatable, 'R'}, {c.undo, 'U'}, {c.baseline, 'B'}} {
		rest, ok := strings.CutPrefix(stem, p.prefix)
		if !ok || p.prefix == "" && p.kind != 'V' {
			continue
		}
		n.version, n.description, ok = strings.Cut(rest, c.separator)
		if !ok || !isFlywayVersion(n.version) || (p.kind == 'R') != (n.version == "") {
			continue
		}
		n.prefix = p.kind
		return n, true
	}
	return flywayName{}, false
}

func isFlywayVersion(v string) bool {
	for i := range len(v) {
		if c := v[i]; (c < '0' || c > '9') && c != '.' && c != '_' {
			return false
		}
	}
	return v == "" || v[0] >= '0' && v[0] <= '9'
}

// compareVersions compares part by part; a missing part is 0.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = firstPart(a)
		y, b = firstPart(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return 0
}

func firstPart(v string) (part, rest string) {
	if i := strings.IndexAny(v, "._"); i >= 0 {
		return v[:i], v[i+1:]
	}
	return v, ""
}

// versionKey is the same for all ways to write one version.
func versionKey(v string) string {
	var parts []string
	for v != "" {
		var p string
		p, v = firstPart(v)
		parts = append(parts, numberKey(p))
	}
	for len(parts) > 1 && parts[len(parts)-1] == "0" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, ".")
}

func readFlyway(r *reader) error {
	naming := r.flywayConfig()
	var versioned, repeatable, baselines []named
	prefixes := map[*file]byte{}
	for _, f := range r.all() {
		name, ok := naming.name(path.Base(f.name))
		if !ok || isSnapshot(f.name) {
			continue
		}
		prefixes[f] = name.prefix
		n := named{file: f, version: strings.ReplaceAll(name.version, "_", "."), name: name.description, way: up}
		n.key = versionKey(n.version)
		n.noTx = r.flywayNoTx(f)
		switch name.prefix {
		case 'R':
			n.key, n.version = "", ""
			repeatable = append(repeatable, n)
		case 'B':
			n.key = "B" + n.key
			baselines = append(baselines, n)
		case 'U':
			n.way = down
			versioned = append(versioned, n)
		default:
			versioned = append(versioned, n)
		}
	}
	versioned = r.withBaselines(versioned, baselines, prefixes)
	sort.SliceStable(versioned, func(i, j int) bool {
		a, b := versioned[i], versioned[j]
		if c := compareVersions(a.version, b.version); c != 0 {
			return c < 0
		}
		return a.path < b.path
	})
	sort.SliceStable(repeatable, func(i, j int) bool { return repeatable[i].name < repeatable[j].name })
	r.assemble(versioned)
	n := len(r.out.Migrations)
	r.assemble(repeatable)
	for _, m := range r.out.Migrations[n:] {
		m.Repeatable = true
	}
	r.flywayRest()
	return nil
}

// withBaselines adds the baseline migrations that no history makes superfluous:
// one holds all that the versions up to its own did.
func (r *reader) withBaselines(versioned, baselines []named, prefixes map[*file]byte) []named {
	for _, b := range baselines {
		covered := false
		for _, v := range versioned {
			covered = covered || prefixes[v.file] == 'V' && compareVersions(v.version, b.version) <= 0
		}
		if covered {
			r.snapshot(b.file)
			continue
		}
		versioned = append(versioned, b)
	}
	return versioned
}

// flywayNoTx reads the configuration of one script.
func (r *reader) flywayNoTx(f *file) bool {
	if r.fsys == nil || !r.hasDeep(f.name+".conf") {
		return false
	}
	for _, s := range iniValues(string(r.bytes(f.name + ".conf"))) {
		if s.key == "executeInTransaction" && s.value == "false" {
			return true
		}
	}
	return false
}

func (r *reader) hasDeep(name string) bool {
	for _, f := range r.all() {
		if f.name == name {
			return true
		}
	}
	return false
}

func (r *reader) flywayRest() {
	for _, f := range r.all() {
		switch {
		case r.used[f] || !isSQL(f.name):
		case isSnapshot(f.name):
			r.snapshot(f)
		case isFlywayCallback(path.Base(f.name)):
			r.skip(f, "it is a callback of Flyway, no migration")
		default:
			r.skip(f, "Flyway runs only files named V1__name.sql, R__name.sql and the like (upper case, two underscores), and passes over this one")
		}
	}
}

func isFlywayCallback(base string) bool {
	for _, event := range [...]string{"before", "after", "create"} {
		if rest, ok := strings.CutPrefix(base, event); ok && rest != "" && 'A' <= rest[0] && rest[0] <= 'Z' {
			return true
		}
	}
	return false
}

// flywayConfig reads flyway.conf or flyway.toml in the directory or above it.
func (r *reader) flywayConfig() flywayNaming {
	naming := flywayDefaults
	for _, s := range r.flywaySettings() {
		key := strings.TrimPrefix(s.key, "flyway.")
		if section := strings.TrimPrefix(strings.TrimPrefix(s.section, "flyway"), "."); section != "" {
			key = section + "." + s.key
		}
		switch key {
		case "sqlMigrationPrefix":
			naming.versioned = s.value
		case "repeatableSqlMigrationPrefix":
			naming.repeatable = s.value
		case "undoSqlMigrationPrefix":
			naming.undo = s.value
		case "baselineMigrationPrefix":
			naming.baseline = s.value
		case "sqlMigrationSeparator":
			naming.separator = s.value
		case "sqlMigrationSuffixes":
			naming.suffixes = strings.Split(s.value, ",")
		case "outOfOrder":
			if strings.EqualFold(s.value, "true") {
				r.out.OutOfOrder = Applies
			}
		}
		if name, ok := strings.CutPrefix(key, "placeholders."); ok {
			if _, set := r.opts.Placeholders[name]; !set {
				r.values[name] = s.value
			}
		}
	}
	if naming.separator == "" {
		naming.separator = flywayDefaults.separator
	}
	return naming
}

func (r *reader) flywaySettings() []setting {
	for up := "."; ; up = path.Join(up, "..") {
		for _, name := range [...]string{"flyway.toml", "flyway.conf", "conf/flyway.conf", "conf/flyway.toml"} {
			if b := r.bytes(path.Join(up, name)); b != nil {
				return iniValues(string(b))
			}
		}
		if path.Join(r.dir, up) == "." || strings.HasPrefix(path.Join(r.dir, up), "..") {
			return nil
		}
	}
}
