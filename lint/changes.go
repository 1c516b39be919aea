package lint

import (
	"bytes"
	"io/fs"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// changes tells what the release changes in Go files.
type changes struct {
	cfg   Config
	known map[string]*versions
}

// versions are what a file holds before and after the release. One that a tree lacks,
// or that cannot be read, is not whole.
type versions struct {
	old, now []byte
	whole    bool
	lines    [][]byte // of now, when somebody asks
}

// newChanges compares the pending tree with the deployed one; nil where none is known
// to be deployed.
func newChanges(cfg Config) *changes {
	if cfg.Deployed == nil || cfg.All {
		return nil
	}
	return &changes{cfg, map[string]*versions{}}
}

func (c *changes) of(file string) *versions {
	v := c.known[file]
	if v == nil {
		now, err := fs.ReadFile(c.cfg.Root, file)
		old, oldErr := fs.ReadFile(c.cfg.Deployed, file)
		v = &versions{old: old, now: now, whole: err == nil && oldErr == nil}
		c.known[file] = v
	}
	return v
}

// edited says whether the release changes a file.
func (c *changes) edited(file string) bool {
	v := c.of(file)
	return !v.whole || !bytes.Equal(v.now, v.old)
}

// unchanged says whether the lines at a place stand in the deployed file too.
func (c *changes) unchanged(at schema.Position) bool {
	v := c.of(at.File)
	if !v.whole {
		return false
	}
	if v.lines == nil {
		v.lines = bytes.SplitAfter(v.now, []byte("\n"))
	}
	from, to := at.Line-1, min(max(at.EndLine, at.Line), len(v.lines))
	return from >= 0 && from < to && bytes.Contains(v.old, bytes.Join(v.lines[from:to], nil))
}
