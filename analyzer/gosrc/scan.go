package gosrc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
)

// A Scan is the Go files of a tree, read and not yet parsed.
type Scan struct {
	Files   []Source
	fsys    fs.FS
	like    *Scan // of the tree that this is a version of; nil for others
	syntax  *Syntax
	modules []string // folders with a go.mod file
	clients *unmarkedClients
}

// A Source is the text of one Go file.
type Source struct {
	Name    string // relative to the root of the fs.FS
	Text    []byte
	Imports []string // paths
	spelled *spelled
}

func newSource(name string, text []byte) Source {
	return Source{Name: name, Text: text, Imports: importsOf(text), spelled: &spelled{}}
}

// Without is the scan without the files of some folders.
func (s *Scan) Without(skip func(dir string) bool) *Scan {
	out := *s
	out.Files = slices.DeleteFunc(slices.Clone(s.Files), func(f Source) bool { return skip(path.Dir(f.Name)) })
	return &out
}

// GoFiles returns the names of the Go files below dirs, sorted. Tests, vendored code,
// testdata and hidden folders are left out.
func GoFiles(ctx context.Context, fsys fs.FS, dirs []string) ([]string, error) {
	names, _, err := walkTree(ctx, fsys, dirs)
	return names, err
}

// walkTree returns the names of the Go files below dirs, and the folders with a
// go.mod file.
func walkTree(ctx context.Context, fsys fs.FS, dirs []string) (names, modules []string, err error) {
	for _, dir := range dirs {
		err := fs.WalkDir(fsys, path.Clean(dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name != dir && skipped(d.Name()) {
					return fs.SkipDir
				}
				return ctx.Err()
			}
			switch {
			case !d.Type().IsRegular():
			case isSource(d.Name()):
				names = append(names, name)
			case d.Name() == "go.mod":
				modules = append(modules, path.Dir(name))
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("looking for Go files: %w", err)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), modules, nil
}

// ScanTree reads the Go files that GoFiles returns, and those of the packages that
// they import from elsewhere in the tree. What is parsed of them goes to syntax. Files
// that are the same as in another tree, as the method Same of the file system tells where
// it has one, are taken over from a scan of that.
func ScanTree(ctx context.Context, fsys fs.FS, dirs []string, syntax *Syntax, like *Scan) (*Scan, error) {
	names, modules, err := walkTree(ctx, fsys, dirs)
	if err != nil {
		return nil, err
	}
	s := &Scan{fsys: fsys, like: like, syntax: syntax, modules: modules, clients: &unmarkedClients{}}
	if s.Files, err = s.sources(names); err != nil || slices.Contains(dirs, ".") {
		return s, errors.Join(err, ctx.Err())
	}
	if _, s.modules, err = walkTree(ctx, fsys, []string{"."}); err != nil {
		return nil, err
	}
	return s, errors.Join(s.addImported(ctx), ctx.Err())
}

func (s *Scan) sources(names []string) ([]Source, error) {
	out, errs := make([]Source, len(names)), make([]error, len(names))
	version, _ := s.fsys.(interface{ Same(name string) bool })
	parallel(len(names), func(i int) {
		if version != nil && s.like != nil {
			if f, ok := s.like.source(names[i]); ok && version.Same(names[i]) {
				out[i] = f
				return
			}
		}
		text, err := fs.ReadFile(s.fsys, names[i])
		out[i], errs[i] = newSource(names[i], text), err
	})
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("reading Go files: %w", err)
		}
	}
	return out, nil
}

// addImported reads the packages of the tree that what was read imports, and what
// these import, and so on.
func (s *Scan) addImported(ctx context.Context) error {
	p := newProgram(s)
	seen := map[string]bool{}
	for _, f := range s.Files {
		seen[path.Dir(f.Name)] = true
	}
	for fresh := s.Files; len(fresh) > 0 && ctx.Err() == nil; {
		var names []string
		for _, f := range fresh {
			for _, imported := range f.Imports {
				dir, ok := p.dirOf(&Package{Dir: path.Dir(f.Name)}, imported)
				if !ok || seen[dir] || Skipped(dir) {
					continue
				}
				seen[dir] = true
				here, _ := s.list(dir) // what is not there was meant for another tree
				names = append(names, here...)
			}
		}
		var err error
		if fresh, err = s.sources(names); err != nil {
			return err
		}
		s.Files = append(slices.Clone(s.Files), fresh...)
	}
	slices.SortFunc(s.Files, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// list returns the names of the Go files directly in a directory.
func (s *Scan) list(dir string) ([]string, error) {
	var out []string
	for _, f := range s.dir(dir) {
		out = append(out, f.Name)
	}
	if len(out) > 0 {
		return out, nil
	}
	entries, err := fs.ReadDir(s.fsys, dir)
	for _, e := range entries {
		if !e.IsDir() && isSource(e.Name()) {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out, err
}

// dir returns the files that were read of a directory.
func (s *Scan) dir(dir string) []Source {
	prefix := dir + "/"
	if dir == "." {
		prefix = ""
	}
	from := sort.Search(len(s.Files), func(i int) bool { return s.Files[i].Name >= prefix })
	var out []Source
	for _, f := range s.Files[from:] {
		rest, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			break
		}
		if !strings.Contains(rest, "/") {
			out = append(out, f)
		}
	}
	return out
}

// source returns a file that was read.
func (s *Scan) source(name string) (Source, bool) {
	i, ok := slices.BinarySearchFunc(s.Files, name, func(f Source, name string) int { return strings.Compare(f.Name, name) })
	if !ok {
		return Source{}, false
	}
	return s.Files[i], true
}

// read returns the text of a file.
func (s *Scan) read(name string) ([]byte, error) {
	if f, ok := s.source(name); ok {
		return f.Text, nil
	}
	return fs.ReadFile(s.fsys, name)
}

// Skipped says whether a path lies in a folder that is passed over.
func Skipped(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if element != "." && element != ".." && skipped(element) {
			return true
		}
	}
	return false
}

// skipped says whether the go command, and we, pass over a folder.
func skipped(name string) bool {
	switch name {
	case "vendor", "testdata", "node_modules":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func isSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".")
}

// Reaching returns the directories that import one of some directories, by way of
// whatever packages of the tree lie between, and have a file that is wanted.
func (s *Scan) Reaching(dirs []string, wanted func(text []byte) bool) []string {
	importers, p := map[string][]string{}, newProgram(s)
	for _, f := range s.Files {
		from := &Package{Dir: path.Dir(f.Name)}
		for _, imported := range f.Imports {
			if dir, ok := p.dirOf(from, imported); ok && dir != from.Dir {
				importers[dir] = append(importers[dir], from.Dir)
			}
		}
	}
	seen := map[string]bool{}
	for wave := dirs; len(wave) > 0; {
		var next []string
		for _, dir := range wave {
			for _, importer := range importers[dir] {
				if !seen[importer] {
					seen[importer] = true
					next = append(next, importer)
				}
			}
		}
		wave = next
	}
	return s.where(func(_ int, f Source) bool { return seen[path.Dir(f.Name)] && wanted(f.Text) })
}
