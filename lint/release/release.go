// Package release gives the trees that a run compares: the work tree or the
// index, and the git revisions that are deployed. It decides which revision that
// is. It reads git's objects and checks nothing out.
package release

import (
	"context"
	"fmt"
	"io/fs"
	"os"
)

// A Release is what a pull request, a push or a work tree adds to what is deployed.
type Release struct {
	Ref    string // what was taken for deployed, as it is named: origin/main, HEAD^, a commit
	Commit string // the merge base of Ref and HEAD
	Tip    string // the commit that Ref names
	Why    string // "merge base with origin/main"

	Base  fs.FS // the tree of Commit
	Ahead fs.FS // the tree of Tip, when Ref is ahead of the merge base; else nil
	Head  fs.FS // the work tree, or the index

	// NoBase says why nothing can be taken for deployed; then Ref to Ahead are empty.
	NoBase string

	repository *Repository
	staged     bool
	changed    *[]string // nil until somebody asks
}

// Options say what to compare.
type Options struct {
	Ref    string // what is deployed, as somebody named it; "" to ask the CI event, or else the default
	Staged bool   // the index is the head, not the work tree
	Getenv func(string) string
}

// Release returns what stands between what is deployed and the head.
func (r *Repository) Release(ctx context.Context, o Options) (*Release, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	out := &Release{repository: r, staged: o.Staged}
	var err error
	if out.Head, err = r.head(ctx, o.Staged); err != nil {
		return nil, err
	}
	c := &chooser{r: r, Options: o}
	base, err := c.choose(ctx)
	if err != nil {
		return nil, err
	}
	if base.none != "" {
		out.NoBase = base.none
		return out, nil
	}
	out.Ref, out.Commit, out.Tip, out.Why = base.ref, base.commit, base.tip, base.why
	if out.Base, err = r.Tree(ctx, base.commit); err != nil {
		return nil, err
	}
	if base.tip != base.commit {
		out.Ahead, err = r.Tree(ctx, base.tip)
	}
	return out, err
}

func (r *Repository) head(ctx context.Context, staged bool) (fs.FS, error) {
	if staged {
		return r.Index(ctx)
	}
	disk, err := WorkTree(r.dir)
	if err != nil {
		return nil, err
	}
	return r.whole(ctx, disk)
}

// WorkTree returns a folder on disk. Links that leave it cannot be opened.
func WorkTree(dir string) (fs.FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the work tree: %w", err)
	}
	return newDisk(root), nil
}
