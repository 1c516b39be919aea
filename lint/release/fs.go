package release

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"
)

// Open opens a file or folder. Content is read when it is asked for.
func (t *tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if !n.isDir() {
		return &file{info: info{n, path.Base(name)}, name: name}, nil
	}
	entries, err := t.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return &folder{info: info{n, path.Base(name)}, name: name, entries: entries}, nil
}

// Stat tells what a name is, behind all links.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name, true)
	if err != nil {
		return nil, err
	}
	return info{n, path.Base(name)}, nil
}

// Lstat tells what a name is; a link is a link.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.find("lstat", name, false)
	if err != nil {
		return nil, err
	}
	return info{n, path.Base(name)}, nil
}

// ReadLink returns where a link leads.
func (t *tree) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if n.mode != modeLink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	target, err := n.from.read(n.id)
	return string(target), err
}

// ReadFile returns the content of a file.
func (t *tree) ReadFile(name string) ([]byte, error) {
	n, err := t.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if n.isDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errIsDir}
	}
	data, err := n.from.read(n.id)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// ReadDir lists a folder, by name.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	children, err := t.children(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, 0, len(children))
	for _, child := range slices.Sorted(maps.Keys(children)) {
		out = append(out, info{children[child], child})
	}
	return out, nil
}

// info is both the entry of a folder and what Stat tells.
type info struct {
	*node
	as string // the name that was asked for
}

func (i info) Name() string               { return i.as }
func (i info) IsDir() bool                { return i.isDir() }
func (i info) Type() fs.FileMode          { return i.Mode().Type() }
func (i info) ModTime() time.Time         { return time.Time{} } // git keeps none
func (i info) Sys() any                   { return nil }
func (i info) Info() (fs.FileInfo, error) { return i, nil }
func (i info) String() string             { return fs.FormatDirEntry(i) }

// Size reads the object: git does not list sizes for free.
func (i info) Size() int64 {
	if i.isDir() {
		return 0
	}
	data, err := i.from.read(i.id)
	if err != nil {
		return 0
	}
	return int64(len(data))
}

func (i info) Mode() fs.FileMode {
	switch i.mode {
	case modeLink:
		return fs.ModeSymlink | 0o777
	case modeDir, modeSubmodule:
		return fs.ModeDir | 0o755
	case "100755":
		return 0o755
	}
	return 0o644
}

// A file is an open file.
type file struct {
	info
	name    string
	content *bytes.Reader // nil until the first read
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	if f.content == nil {
		data, err := f.from.read(f.id)
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
		}
		f.content = bytes.NewReader(data)
	}
	return f.content.Read(p)
}

// A folder is an open folder.
type folder struct {
	info
	name    string
	entries []fs.DirEntry // that were not returned yet
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *folder) Close() error               { return nil }

func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: errIsDir}
}

func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.entries)
	} else if len(f.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.entries))
	out := f.entries[:n]
	f.entries = f.entries[n:]
	return out, nil
}
