package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// whole completes a sparse checkout: what git left out of the work tree is there
// as the index has it.
func (r *Repository) whole(ctx context.Context, disk fs.FS) (fs.FS, error) {
	out, err := r.git(ctx, "config", "--type=bool", "--get", "core.sparseCheckout")
	if exited(err, 1) || err == nil && strings.TrimSpace(out) != "true" {
		return disk, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a sparse checkout: %w", err)
	}
	list, err := r.atTop(ctx, "ls-files", "-t", "--stage", "-z")
	if err != nil {
		return nil, fmt.Errorf("listing what the sparse checkout leaves out: %w", err)
	}
	root := newDir(".")
	for _, line := range fields(list) {
		head, name, _ := strings.Cut(line, "\t")
		if words := strings.Fields(head); len(words) == 4 && words[0] == "S" { // tag, mode, object, stage
			root.put(name, &node{mode: words[1], id: words[2], from: r.objects})
		}
	}
	return sparse{disk, &tree{ctx: ctx, repository: r, root: root}}, nil
}

// sparse is a work tree, and what it lacks.
type sparse struct {
	disk fs.FS
	rest *tree
}

// Open opens a file or folder.
func (s sparse) Open(name string) (fs.File, error) {
	stat, err := s.Stat(name)
	if err != nil {
		return nil, err
	}
	if stat.IsDir() {
		entries, err := s.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &folder{info: info{newDir(path.Base(name)), path.Base(name)}, name: name, entries: entries}, nil
	}
	return either(s.disk.Open, s.rest.Open, name)
}

// Stat tells what a name is.
func (s sparse) Stat(name string) (fs.FileInfo, error) {
	return either(func(name string) (fs.FileInfo, error) { return fs.Stat(s.disk, name) }, s.rest.Stat, name)
}

// ReadFile returns the content of a file.
func (s sparse) ReadFile(name string) ([]byte, error) {
	return either(func(name string) ([]byte, error) { return fs.ReadFile(s.disk, name) }, s.rest.ReadFile, name)
}

// ReadDir lists a folder, by name.
func (s sparse) ReadDir(name string) ([]fs.DirEntry, error) {
	out, err := fs.ReadDir(s.disk, name)
	rest, restErr := s.rest.ReadDir(name)
	switch {
	case err != nil && (restErr != nil || !errors.Is(err, fs.ErrNotExist)):
		return nil, err
	case restErr != nil && !errors.Is(restErr, fs.ErrNotExist):
		return nil, restErr
	}
	there := map[string]bool{}
	for _, e := range out {
		there[e.Name()] = true
	}
	for _, e := range rest {
		if !there[e.Name()] {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// either asks the second for what the first has not.
func either[T any](first, second func(string) (T, error), name string) (T, error) {
	out, err := first(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	return second(name)
}
