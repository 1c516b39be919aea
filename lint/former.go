package lint

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/uses"
)

// formerDirs are the folders of an older tree in which the code lies that the
// configured folders hold now: those folders, what the older configuration names
// instead, and where packages of theirs were moved from. Where nothing tells, it is
// every package that is gone: code that is not found there would seem to use nothing.
func (d *Database) formerDirs(ctx context.Context, cfg Config, old *uses.Tree) ([]string, error) {
	if len(d.entry.Code) == 0 {
		return d.exampleDirs(old, d.formerPath()), nil
	}
	var out []string
	for _, dir := range d.entry.Code {
		if old.Has(dir) {
			out = append(out, dir)
		}
	}
	for _, dir := range cfg.codeThere(d.Directory.Path, d.formerPath()) {
		if !d.code.head.Has(dir) && old.Has(dir) {
			out = append(out, dir)
		}
	}
	moved, err := d.movedFrom(ctx, old, len(out) == 0)
	for _, dir := range moved {
		if !below(dir, out) {
			out = append(out, dir)
		}
	}
	return out, err
}

// movedFrom are the folders that the packages of the configured folders which are new
// were moved from; where nothing else is known of the code, all that are gone.
func (d *Database) movedFrom(ctx context.Context, old *uses.Tree, all bool) ([]string, error) {
	fresh, err := packageFiles(ctx, d.code.head, d.entry.Code)
	if err != nil {
		return nil, fmt.Errorf("the folders of Go files: %w", err)
	}
	maps.DeleteFunc(fresh, func(dir string, _ []string) bool { return old.Has(dir) })
	if len(fresh) == 0 && !all {
		return nil, nil
	}
	now, err := packageFiles(ctx, d.code.head, []string{"."})
	if err != nil {
		return nil, fmt.Errorf("the folders of Go files: %w", err)
	}
	left, err := packageFiles(ctx, old, []string{"."})
	if err != nil {
		return nil, fmt.Errorf("the folders of deployed Go files: %w", err)
	}
	maps.DeleteFunc(left, func(dir string, _ []string) bool { return now[dir] != nil })
	var out []string
	for dir, files := range fresh {
		out = append(out, likest(dir, files, left)...)
	}
	if len(out) == 0 && all {
		out = slices.Collect(maps.Keys(left))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// formerPath is where the migrations are deployed from.
func (d *Database) formerPath() string {
	if d.base == nil {
		return d.Directory.Path
	}
	return d.base.Path
}

// codeThere are the folders of code that the deployed configuration names for the
// migrations in one of some folders.
func (cfg Config) codeThere(dirs ...string) []string {
	there, ok := cfg.there()
	if !ok {
		return nil
	}
	var out []string
	for _, e := range there.Migrations {
		if slices.Contains(dirs, path.Clean(e.Dir)) {
			out = append(out, e.Code...)
		}
	}
	return out
}

func below(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return f == "." || dir == f || strings.HasPrefix(dir, f+"/") })
}

// packageFiles are the names of the Go files below some folders of a tree, by theirs.
func packageFiles(ctx context.Context, code *uses.Tree, dirs []string) (map[string][]string, error) {
	files, err := code.GoFiles(ctx, dirs)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, name := range files {
		out[path.Dir(name)] = append(out[path.Dir(name)], path.Base(name))
	}
	return out, nil
}

// likest are those of the folders that are gone which had most of the files of a new one:
// of several the one whose path ends alike.
func likest(dir string, files []string, gone map[string][]string) []string {
	var best []string
	most := [2]int{}
	for old, had := range gone {
		same := 0
		for _, name := range files {
			if slices.Contains(had, name) {
				same++
			}
		}
		score := [2]int{same, commonEnd(dir, old)}
		switch c := slices.Compare(score[:], most[:]); {
		case 2*same < len(files) || same == 0 || c < 0:
		case c == 0:
			best = append(best, old)
		default:
			best, most = []string{old}, score
		}
	}
	return best
}

// commonEnd counts the last elements that two paths share.
func commonEnd(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(x), len(y)) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}
