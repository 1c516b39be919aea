package setup

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// evidence is what the files of a repository tell beside the migrations.
type evidence struct {
	servers []sighting
	runs    sighting // of the program's running its migrations
}

// A sighting is something that a file says, and where.
type sighting struct{ name, at, text string }

// maxRead is the size in bytes from which on a file is none that people write.
const maxRead = 1 << 20

// gather reads what people write beside code: manifests of containers and builds,
// and the Go code that is in charge of migrations.
func gather(fsys fs.FS, dirs []directory) (*evidence, error) {
	ev := &evidence{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && passOver(d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		manifest := isManifest(name)
		if !manifest && !strings.HasSuffix(name, ".go") {
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > maxRead {
			return nil //nolint:nilerr // it is gone, or no file that says what we ask
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("looking for the server: %w", err)
		}
		ev.servers = append(ev.servers, servers(name, string(data))...)
		if manifest || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		if s, ok := runs(name, string(data), dirs); ok && better(s, ev.runs) {
			ev.runs = s
		}
		return nil
	})
	return ev, err
}

func passOver(dir string) bool {
	switch dir {
	case "vendor", "node_modules", "testdata", ".git":
		return true
	}
	return false
}

// isManifest tells the files that name the images of containers.
func isManifest(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml") || strings.HasPrefix(base, "dockerfile") || base == "devbox.json"
}

var image = regexp.MustCompile(`(?i)(?:^|[\s"'/])(mysql-server|pingcap/tidb|percona-server|percona|mysql|mariadb):v?([0-9]+(?:\.[0-9]+)?)(?:[^\w@/)]|$)`)

// servers returns the images of databases that a file names.
func servers(name, text string) []sighting {
	var out []sighting
	n := 0
	for line := range strings.Lines(text) {
		n++
		for _, m := range image.FindAllStringSubmatch(line, -1) {
			if srv := serverOf(m[1], m[2]); srv != "" {
				out = append(out, sighting{srv, fmt.Sprintf("%s:%d", name, n), m[1] + ":" + m[2]})
			}
		}
	}
	return out
}

// serverOf names what --server calls an image; "" when it is none, as mysql:3306.
func serverOf(image, version string) string {
	image = strings.ToLower(image)
	major, minor, _ := strings.Cut(version, ".")
	switch {
	case strings.HasSuffix(image, "tidb"):
		return "tidb"
	case strings.HasSuffix(image, "mariadb") && major == "10":
		return "mariadb-10.11"
	case strings.HasSuffix(image, "mariadb") && (major == "11" || major == "12"):
		return "mariadb-11"
	case strings.HasSuffix(image, "mariadb"): // a port
		return ""
	case major == "5" && minor == "7":
		return "mysql-5.7"
	case major == "5":
		return "mysql-5.6"
	case major == "8" && (minor == "" || minor >= "4"):
		return "mysql-8.4"
	case major == "8":
		return "mysql-8.0"
	case major == "9":
		return "mysql-9"
	}
	return ""
}

// libraries run migrations, by import path; a version may follow.
var libraries = []string{
	"github.com/golang-migrate/migrate", "github.com/pressly/goose", "github.com/rubenv/sql-migrate", "github.com/uptrace/bun/migrate",
	"github.com/amacneil/dbmate", "github.com/mattermost/morph", "github.com/gobuffalo/pop", "github.com/ory/x/popx",
	"github.com/mattes/migrate", "bitbucket.org/liamstask/goose", "github.com/go-gormigrate/gormigrate",
}

var importLine = regexp.MustCompile(`^\s*(?:import\s+)?([\w.]+\s+)?"([^"]+)"`)

// runs tells whether a Go file has the program run its own migrations: it embeds
// them, or imports a library that does it.
func runs(name, text string, dirs []directory) (sighting, bool) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		at := fmt.Sprintf("%s:%d", name, n)
		if patterns, ok := strings.CutPrefix(line, "//go:embed "); ok {
			for pattern := range strings.FieldsSeq(patterns) {
				if embeds(path.Dir(name), pattern, dirs) {
					return sighting{"embed", at, "the migrations are embedded"}, true
				}
			}
			continue
		}
		m := importLine.FindStringSubmatch(line)
		if m != nil && strings.TrimSpace(m[1]) != "_" && slices.ContainsFunc(libraries, func(l string) bool { return isModule(m[2], l) }) {
			return sighting{"library", at, m[2] + " is used"}, true
		}
	}
	return sighting{}, false
}

// isModule tells whether an import is a library itself, in whatever version; what
// it has below it, such as its drivers, is not.
func isModule(imported, library string) bool {
	rest, ok := strings.CutPrefix(imported, library)
	return ok && (rest == "" || regexp.MustCompile(`^/v[0-9]+(/pkg/dbmate)?$|^/pkg/dbmate$`).MatchString(rest))
}

// embeds tells whether a pattern takes files of a migration directory, or a folder
// that it lies in.
func embeds(dir, pattern string, dirs []directory) bool {
	pattern = path.Join(dir, strings.TrimPrefix(strings.Trim(pattern, "`\""), "all:"))
	return slices.ContainsFunc(dirs, func(d directory) bool {
		names := strings.Split(d.path, "/")
		for i, p := range strings.Split(pattern, "/") {
			if i == len(names) {
				break // the rest is about the files in it
			}
			if ok, err := path.Match(p, names[i]); !ok || err != nil {
				return false
			}
		}
		return true
	})
}

// better tells whether a sighting says more than another: what is embedded is
// surely run.
func better(a, b sighting) bool {
	return b.at == "" || a.name == "embed" && b.name != "embed"
}
