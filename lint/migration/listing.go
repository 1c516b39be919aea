package migration

import (
	"unsafe"

	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
)

// A listing is what a directory holds.
type listing struct {
	fsys  fs.FS
	dir   string
	files []*file // directly in it, by name
	dirs  []string

	deep   []*file // and below, once it was asked for
	deeply bool
}

// A file is one file of a listing, read when it is needed.
type file struct {
	path string // in the file system
	name string // relative to the directory

	read   bool
	text   string
	err    error
	format format
}

const (
	maxDepth   = 12
	maxEntries = 200_000 // of one listing with all below it
)

func list(fsys fs.FS, dir string) (*listing, error) {
	dir = path.Clean(dir)
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		if info, statErr := fs.Stat(fsys, dir); statErr == nil && !info.IsDir() {
			return nil, fmt.Errorf("migration directory %s: is a file", dir)
		}
		if of, ok := errors.AsType[*fs.PathError](err); ok {
			err = of.Err // it repeats the path
		}
		return nil, fmt.Errorf("migration directory %s: %w", dir, err)
	}
	l := &listing{fsys: fsys, dir: dir}
	for _, e := range entries {
		l.add(e)
	}
	sort.Slice(l.files, func(i, j int) bool { return l.files[i].name < l.files[j].name })
	sort.Strings(l.dirs)
	return l, nil
}

func (l *listing) add(e fs.DirEntry) {
	f := &file{path: path.Join(l.dir, e.Name()), name: e.Name()}
	mode := e.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(l.fsys, f.path)
		if err != nil {
			f.read, f.err = true, fmt.Errorf("a link that leads nowhere: %w", err)
			l.files = append(l.files, f)
			return
		}
		mode = info.Mode().Type()
	}
	switch {
	case mode.IsDir():
		l.dirs = append(l.dirs, e.Name())
	case mode.IsRegular(): // reading a pipe would hang
		l.files = append(l.files, f)
	}
}

// has reports whether the directory holds a file of that name; it may have slashes.
func (l *listing) has(name string) bool {
	if !strings.Contains(name, "/") {
		for _, f := range l.files {
			if f.name == name {
				return true
			}
		}
		return false
	}
	if l.fsys == nil {
		return false
	}
	info, err := fs.Stat(l.fsys, path.Join(l.dir, name))
	return err == nil && info.Mode().IsRegular()
}

// bytes reads a file beside the SQL; nil when there is none.
func (l *listing) bytes(name string) []byte {
	if l.fsys == nil {
		return nil
	}
	name = path.Join(l.dir, name)
	if !fs.ValidPath(name) {
		return nil
	}
	b, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil
	}
	return bytes.TrimPrefix(b, []byte(bom))
}

// sub lists a directory below; nil when it cannot be read.
func (l *listing) sub(name string) *listing {
	s, err := list(l.fsys, path.Join(l.dir, name))
	if err != nil {
		return nil
	}
	for _, f := range s.files {
		f.name = path.Join(name, f.name)
	}
	return s
}

// all returns the files of the directory and of those below it.
func (l *listing) all() []*file {
	if l.deeply {
		return l.deep
	}
	l.deeply = true
	l.deep = append(l.deep, l.files...)
	var walk func(dirs []string, in string, depth int)
	walk = func(dirs []string, in string, depth int) {
		for _, d := range dirs {
			if strings.HasPrefix(d, ".") || d == "node_modules" || d == "vendor" || len(l.deep) > maxEntries {
				continue
			}
			s := l.sub(path.Join(in, d))
			if s == nil {
				continue
			}
			l.deep = append(l.deep, s.files...)
			if depth < maxDepth {
				walk(s.dirs, path.Join(in, d), depth+1)
			}
		}
	}
	walk(l.dirs, "", 1)
	return l.deep
}

// load reads files, on two threads when there are many.
func (l *listing) load(files []*file) {
	if len(files) < 16 {
		for _, f := range files {
			l.loadOne(f)
		}
		return
	}
	var wg sync.WaitGroup
	half := len(files) / 2
	wg.Go(func() {
		for _, f := range files[:half] {
			l.loadOne(f)
		}
	})
	for _, f := range files[half:] {
		l.loadOne(f)
	}
	wg.Wait()
}

const bom = "\ufeff"

func (l *listing) loadOne(f *file) {
	if f.read {
		return
	}
	f.read = true
	b, err := fs.ReadFile(l.fsys, f.path)
	if err != nil {
		f.err = err
		return
	}
	f.set(unsafe.String(unsafe.SliceData(b), len(b))) // b is ours alone, and may be huge
}

// set takes the byte order mark off: no tool and no editor counts it as text.
func (f *file) set(text string) {
	f.read = true
	f.text = strings.TrimPrefix(text, bom)
	f.format = formatOf(f.text)
}

// sql returns the SQL files directly in the directory, read.
func (l *listing) sql() []*file {
	var out []*file
	for _, f := range l.files {
		if isSQL(f.name) && !isSnapshot(f.name) {
			out = append(out, f)
		}
	}
	l.load(out)
	return out
}

// holds reports whether some SQL file has the markers of a format.
func (l *listing) holds(want format) bool {
	for _, f := range l.sql() {
		if f.format == want {
			return true
		}
	}
	return false
}

// goHolds reports whether some Go file that is named like a migration has one of
// the words.
func (l *listing) goHolds(words ...string) bool {
	for _, f := range l.files {
		digits, rest := number(f.name)
		if digits == "" || !strings.HasPrefix(rest, "_") || !strings.HasSuffix(rest, ".go") || strings.HasSuffix(rest, "_test.go") {
			continue
		}
		l.loadOne(f)
		for _, w := range words {
			if strings.Contains(f.text, w) {
				return true
			}
		}
	}
	return false
}

// some reports whether some file directly in the directory has such a name.
func (l *listing) some(match func(name string) bool) bool {
	for _, f := range l.files {
		if match(f.name) {
			return true
		}
	}
	return false
}

func isSQL(name string) bool {
	return len(name) > 4 && strings.EqualFold(name[len(name)-4:], ".sql")
}

// isSnapshot reports whether a file of that name holds a whole schema.
func isSnapshot(name string) bool {
	switch strings.ToLower(path.Base(name)) {
	case "schema.sql", "structure.sql", "latest.sql":
		return true
	}
	return false
}
