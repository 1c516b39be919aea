package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// Modes of entries, as git writes them.
const (
	modeLink      = "120000"
	modeSubmodule = "160000"
	modeDir       = "40000"
)

// A node is one entry of a tree.
type node struct {
	name     string
	mode     string
	id       string
	children map[string]*node // of a folder

	once sync.Once // fills the children of a submodule
	err  error
	from *objects // that hold its content
}

func (n *node) isDir() bool { return n.mode == modeDir || n.mode == modeSubmodule }

func (n *node) put(name string, child *node) {
	dir := n
	for {
		first, rest, below := strings.Cut(name, "/")
		if !below {
			break
		}
		next := dir.children[first]
		if next == nil {
			next = newDir(first)
			dir.children[first] = next
		}
		dir, name = next, rest
	}
	child.name = name
	dir.children[name] = child
}

func newDir(name string) *node {
	return &node{name: name, mode: modeDir, children: map[string]*node{}}
}

// Tree returns the tree of a commit, below the folder that was opened.
func (r *Repository) Tree(ctx context.Context, commit string) (fs.FS, error) {
	root, err := r.read(ctx, commit)
	if err != nil {
		return nil, err
	}
	return &tree{ctx: ctx, repository: r, root: root}, nil
}

// Index returns what would be committed, below the folder that was opened.
func (r *Repository) Index(ctx context.Context) (fs.FS, error) {
	cmd, err := r.onIndex(ctx, "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	out, err := run(cmd)
	if err != nil {
		return nil, fmt.Errorf("listing the index: %w", err)
	}
	root := newDir(".")
	for _, line := range fields(out) {
		head, name, ok := strings.Cut(line, "\t")
		words := strings.Fields(head) // mode, object, stage
		if !ok || len(words) != 3 {
			return nil, fmt.Errorf("listing the index: git prints %q", line)
		}
		if words[2] != "0" {
			return nil, fmt.Errorf("the index holds %s in two versions: end the merge, and `git add` it", name)
		}
		root.put(name, &node{mode: words[0], id: words[1], from: r.objects})
	}
	return &tree{ctx: ctx, repository: r, root: root}, nil
}

// read lists the tree of a commit.
func (r *Repository) read(ctx context.Context, commit string) (*node, error) {
	out, err := r.atTop(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, fmt.Errorf("listing the files of %s: %w", commit, err)
	}
	root := newDir(".")
	for _, line := range fields(out) {
		head, name, ok := strings.Cut(line, "\t")
		words := strings.Fields(head) // mode, type, object
		if !ok || len(words) != 3 {
			return nil, fmt.Errorf("listing the files of %s: git prints %q", commit, line)
		}
		if fs.ValidPath(name) { // a tree made by hand may hold ".."
			root.put(name, &node{mode: words[0], id: words[2], from: r.objects})
		}
	}
	return root, nil
}

// A tree is a tree of git's objects as a file system.
type tree struct {
	ctx        context.Context // of the processes that read it
	repository *Repository
	root       *node
}

// maxLinks is how many links a path may lead over.
const maxLinks = 40

var (
	errNotDir = errors.New("not a directory")
	errIsDir  = errors.New("is a directory")
)

// find returns the entry of a name. Links are followed, the last one only if so asked.
func (t *tree) find(op, name string, follow bool) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at, err := t.walk(name, follow)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return at[len(at)-1], nil
}

// children returns what a folder holds.
func (t *tree) children(name string) (map[string]*node, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	at, err := t.walk(name, true)
	if err != nil {
		return nil, err
	}
	if err := t.enter(at); err != nil {
		return nil, err
	}
	return at[len(at)-1].children, nil
}

// A step is one part of a path, and the link that it comes from.
type step struct{ part, link string }

func steps(name, link string) []step {
	var out []step
	for part := range strings.SplitSeq(name, "/") {
		if part != "" && part != "." {
			out = append(out, step{part, link})
		}
	}
	return out
}

// walk returns the entries from the root to a name.
func (t *tree) walk(name string, follow bool) ([]*node, error) {
	at := []*node{t.root}
	links := 0
	for rest := steps(path.Join(t.repository.prefix, name), ""); len(rest) > 0; {
		next := rest[0]
		rest = rest[1:]
		if next.part == ".." {
			if len(at) == 1 {
				return nil, leaves(next.link)
			}
			at = at[:len(at)-1]
			continue
		}
		if err := t.enter(at); err != nil {
			return nil, err
		}
		n := at[len(at)-1].children[next.part]
		if n == nil {
			return nil, fs.ErrNotExist
		}
		at = append(at, n)
		if n.mode != modeLink || len(rest) == 0 && !follow {
			continue
		}
		target, err := n.from.read(n.id)
		if err != nil {
			return nil, err
		}
		link := fmt.Sprintf("%s → %s", join(at), target)
		if path.IsAbs(string(target)) {
			return nil, leaves(link)
		}
		if links++; links > maxLinks {
			return nil, fmt.Errorf("the symbolic link %s leads in a circle", link)
		}
		at = at[:len(at)-1]
		rest = append(steps(string(target), link), rest...)
	}
	return at, nil
}

func leaves(link string) error {
	return fmt.Errorf("the symbolic link %s leaves the repository", link)
}

func join(nodes []*node) string {
	names := make([]string, 0, len(nodes))
	for _, n := range nodes[1:] {
		names = append(names, n.name)
	}
	return strings.Join(names, "/")
}

// enter makes sure that the last of the nodes on a path has its children.
func (t *tree) enter(at []*node) error {
	dir := at[len(at)-1]
	if !dir.isDir() {
		return errNotDir
	}
	if dir.mode == modeSubmodule {
		dir.once.Do(func() { dir.children, dir.err = t.submodule(join(at), dir.id) })
	}
	return dir.err
}

// submodule lists a submodule at the commit that the tree records. One that is
// not checked out is empty, as it is in the work tree.
func (t *tree) submodule(name, commit string) (map[string]*node, error) {
	dir := filepath.Join(t.repository.top, filepath.FromSlash(name))
	r, err := Open(t.ctx, dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNoRepository) || err == nil && r.prefix != "." {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("submodule %s: %w", name, err)
	}
	t.repository.keep(r)
	root, err := r.read(t.ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("submodule %s has not the commit %s: run `git -C %s fetch origin %s`", name, short(commit), quoted(name), commit)
	}
	return root.children, nil
}
