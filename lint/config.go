package lint

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/release"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/rules"
)

// ConfigFile is the name of the configuration file.
const ConfigFile = ".expandcheck.yml"

// Config is what a run goes by: what the command line gives, and what the
// configuration file says. Where both speak, the command line wins. Paths are
// relative to the root, with slashes.
type Config struct {
	Root    fs.FS  // the work tree
	RootDir string // where it is on disk: the nearest folder with .git, else the current directory
	File    string // the configuration file; "" without one
	// Deployed is the tree that is deployed, of the same shape as Root: what it
	// has not is pending, as one release. It is nil when that is not known.
	Deployed fs.FS
	// Ahead is the tree of what is deployed, where it has gone on since the work
	// tree left it; else nil.
	Ahead fs.FS

	// What the command line gives.
	Targets []string // directories and files to report on; "-" is Stdin; none means all
	Stdin   io.Reader
	All     bool
	Since   string
	Staged  bool // the index is the work tree
	NoCode  bool
	// WholeCode reads all code, also where nothing is in motion and no Go file differs
	// from what is deployed: for lists and boards.
	WholeCode bool
	// Stale leaves of the moves those that stand still for longer; 0 for all.
	Stale   time.Duration
	Layout  string
	Dialect string
	Server  string

	// What the command line gives, or else the configuration file. The comments on
	// its keys, here and below, are what its schema and documentation say of them.

	Base    string // what is deployed, as git names it; without it the CI event decides, or else the remote's default branch
	NewFrom string // a branch, tag or commit whose findings are left out

	// What the configuration file says.

	Migrations []MigrationsEntry         // the migration directories; without it, each that is found
	Deploy     Deploy                    // separate: schema and the code that needs it are never deployed in one release; migrations-first: in one, once the migrations have run
	Rules      map[string]rules.Severity // the severity of a rule, or off
	Moves      []Move                    // what replaces what, where no directive in a migration says so
	Flags      map[string]bool           // conditions in the code, and what they are in production; the release that changes one takes the step
	Tombstone  []string                  // prefixes and suffixes of what is about to be dropped
	Ignores    []Ignore                  // findings that are silenced
	Wrappers   []uses.Wrapper            // functions of yours that take SQL

	// usesOnly leaves the moves out.
	usesOnly bool
	// deployedFlags are the conditions as the deployed configuration has them.
	deployedFlags map[string]bool
}

// MigrationsEntry is what the configuration says of one migration directory.
type MigrationsEntry struct {
	Dir          string            // the directory, relative to the configuration file, as all paths here
	Layout       string            // whose rules its files follow; detected without it
	Server       string            // the server that is migrated
	Code         []string          // folders whose Go code uses this schema, across modules, with what they import; the whole repository without it
	Since        string            // the last version that is known to be deployed: replayed up to there, never reported
	Schema       string            // a dump of the schema that the replay starts from, when the first migration is not the beginning
	Shared       bool              // whether other programs use this schema: then a drop is not proved by this code alone
	Placeholders map[string]string // values of placeholders in the files, such as {{.prefix}} and ${prefix}, by bare name
}

// Deploy says what is deployed together.
type Deploy string

// The ways to deploy.
const (
	Separate        Deploy = "separate"
	MigrationsFirst Deploy = "migrations-first"
)

// Move declares that To replaces From.
type Move struct {
	From       []string // the old: table.column, several of them, or a bare table
	To         []string // the new, in the same way
	Backfilled bool     // whether the old rows were copied, by something that is not seen here
	Line       int      // in the configuration file
}

// Ignore silences a rule in the files that a glob matches.
type Ignore struct {
	Rule   string // the rule
	At     string // a glob of files, relative to the configuration file; ** stands for any folders
	Reason string // why it may be ignored
	Line   int    // in the configuration file
}

// Dialects returns what --dialect takes.
func Dialects() []string {
	return []string{string(server.MySQL), string(server.MariaDB), string(server.TiDB)}
}

// Configure completes what the command line gave, with targets relative to dir:
// it finds the root and reads the configuration. A file other than the one that
// is found by walking up is named by file.
func Configure(cfg Config, dir, file string) (Config, error) {
	if err := cfg.check(); err != nil {
		return cfg, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return cfg, fmt.Errorf("current directory: %w", err)
	}
	cfg.RootDir = rootFor(dir, cfg.Targets)
	if cfg.Targets, err = relativeTargets(cfg.RootDir, dir, cfg.Targets); err != nil {
		return cfg, err
	}
	if cfg.Root, err = release.WorkTree(cfg.RootDir); err != nil {
		return cfg, err
	}
	if file == "" {
		if file, err = FindConfig(startOf(cfg, dir), cfg.RootDir); err != nil || file == "" {
			return cfg, err
		}
	} else if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	return cfg, cfg.readFile(file)
}

// check refuses values of flags that nothing goes by.
func (cfg Config) check() error {
	if cfg.Layout != "" {
		if _, err := migration.LayoutNamed(cfg.Layout); err != nil {
			return fmt.Errorf("--layout: %w", err)
		}
	}
	if err := known("server", cfg.Server, server.Names()); err != nil {
		return fmt.Errorf("--server: %w", err)
	}
	if err := known("dialect", cfg.Dialect, Dialects()); err != nil {
		return fmt.Errorf("--dialect: %w", err)
	}
	if len(cfg.Targets) > 1 && slices.Contains(cfg.Targets, "-") {
		return errors.New("- (standard input) cannot be linted together with files")
	}
	if cfg.fromStdin() && cfg.needsGit() {
		return errors.New("- (standard input) is judged by itself: leave --base, --new-from and --staged out")
	}
	return nil
}

// known refuses a name that is given and that is none of names.
func known(what, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("unknown %s %q: %s", what, name, nearest.Hint(name, names))
}

// rootFor returns the root of the work tree that dir is in. Targets somewhere
// else take their own root along.
func rootFor(dir string, targets []string) string {
	root := rootOf(dir)
	for _, t := range targets {
		if t == "-" {
			continue
		}
		t = absolute(dir, t)
		if _, in := within(root, t); !in {
			if info, err := os.Stat(t); err == nil && !info.IsDir() {
				t = filepath.Dir(t)
			}
			return rootOf(t)
		}
	}
	return root
}

// rootOf returns the nearest folder with .git, else dir itself.
func rootOf(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

func absolute(dir, p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(dir, p)
}

// within returns p relative to root, with slashes, and whether it lies in it.
func within(root, p string) (string, bool) {
	rel, err := filepath.Rel(root, p)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

func relativeTargets(root, dir string, targets []string) ([]string, error) {
	out := make([]string, 0, len(targets))
	for _, t := range targets {
		if t != "-" {
			if _, err := os.Stat(absolute(dir, t)); errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%s: no such file or directory", t)
			}
			rel, in := within(root, absolute(dir, t))
			if !in {
				return nil, fmt.Errorf("%s: lies outside of the work tree %s: lint it in a run of its own", t, root)
			}
			t = rel
		}
		out = append(out, t)
	}
	return out, nil
}

// startOf returns where the search for the configuration starts: at the first
// target, else where we are.
func startOf(cfg Config, dir string) string {
	if len(cfg.Targets) > 0 && cfg.Targets[0] != "-" {
		dir = filepath.Join(cfg.RootDir, filepath.FromSlash(cfg.Targets[0]))
	}
	return dir
}

// FindConfig returns the configuration file in dir, or in the nearest folder
// above it up to root; "" when there is none.
func FindConfig(dir, root string) (string, error) {
	for {
		if _, in := within(root, dir); !in {
			return "", nil
		}
		file := filepath.Join(dir, ConfigFile)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file, nil
		}
		if other := strings.TrimSuffix(file, "yml") + "yaml"; exists(other) {
			return "", fmt.Errorf("%s: it would not be read: rename it to %s", other, ConfigFile)
		}
		if dir == filepath.Dir(dir) {
			return "", nil
		}
		dir = filepath.Dir(dir)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// readFile lays the configuration file over cfg.
func (cfg *Config) readFile(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	name, in := within(cfg.RootDir, file)
	if !in { // its paths are then meant from the root
		return cfg.decode(file, ".", data)
	}
	return cfg.decode(name, path.Dir(name), data)
}
