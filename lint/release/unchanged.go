package release

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Unchanged returns the base, whose files that are the same in the work tree are read
// there: that is nearer than git's objects. Of the index as head it is the base itself.
func (r *Release) Unchanged(ctx context.Context) (fs.FS, error) {
	t, ok := r.Base.(*tree)
	if !ok || r.staged {
		return r.Base, nil
	}
	changed, err := r.Changed(ctx)
	if err != nil {
		return nil, err
	}
	u := &unchanged{tree: t, head: r.Head, changed: map[string]bool{}}
	for _, name := range changed {
		u.changed[name] = true
	}
	return u, nil
}

// unchanged is a tree of git's objects, most files of which the head has too.
type unchanged struct {
	*tree
	head    fs.FS
	changed map[string]bool
}

func (u *unchanged) ReadFile(name string) ([]byte, error) {
	if u.Same(name) {
		if data, err := fs.ReadFile(u.head, name); err == nil {
			return data, nil
		}
	}
	return u.tree.ReadFile(name)
}

// Same says whether a file is known to be what it is in the head.
func (u *unchanged) Same(name string) bool { return !u.changed[name] && u.isPlain(name) }

// isPlain says whether a name is that of a regular file of the repository itself, which
// no link or submodule leads to: git lists what changed by those names.
func (u *unchanged) isPlain(name string) bool {
	if !fs.ValidPath(name) {
		return false
	}
	at, err := u.walk(name, false)
	if err != nil || slices.ContainsFunc(at, func(n *node) bool { return n.mode == modeSubmodule }) {
		return false
	}
	return strings.HasPrefix(at[len(at)-1].mode, "100") && join(at) == path.Join(u.repository.prefix, name)
}
