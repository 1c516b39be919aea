package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Changed returns the files that differ between base and head, those that one of
// them lacks included. Git is asked once.
func (r *Release) Changed(ctx context.Context) ([]string, error) {
	if r.changed == nil {
		names, err := r.repository.changes(ctx, r.Commit, r.staged)
		if err != nil {
			return nil, err
		}
		r.changed = &names
	}
	return *r.changed, nil
}

// changes returns the files that differ between a commit and the head, below the
// folder that was opened.
func (r *Repository) changes(ctx context.Context, commit string, staged bool) ([]string, error) {
	args := []string{"diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", "--ignore-submodules=none"}
	if staged {
		args = append(args, "--cached")
	}
	cmd, err := r.onIndex(ctx, append(args, commit, "--")...)
	if err != nil {
		return nil, err
	}
	out, err := run(cmd)
	if err != nil {
		return nil, fmt.Errorf("comparing with %s: %w", commit, err)
	}
	names := fields(out)
	if !staged {
		out, err := r.atTop(ctx, "ls-files", "--others", "--exclude-standard", "-z")
		if err != nil {
			return nil, fmt.Errorf("listing untracked files: %w", err)
		}
		names = append(names, fields(out)...)
	}
	slices.Sort(names)
	return r.inside(slices.Compact(names)), nil
}

// inside returns the names below the folder that was opened, relative to it.
func (r *Repository) inside(names []string) []string {
	if r.prefix == "." {
		return names
	}
	var out []string
	for _, name := range names {
		if rel, ok := strings.CutPrefix(name, r.prefix+"/"); ok {
			out = append(out, path.Clean(rel))
		}
	}
	return out
}

// onIndex returns a git command at the top that reads the index. A hook of `git
// commit -a` finds what will be committed in another file than usual.
func (r *Repository) onIndex(ctx context.Context, args ...string) (*exec.Cmd, error) {
	cmd := command(ctx, r.top, args...)
	file := os.Getenv("GIT_INDEX_FILE")
	if file == "" {
		return cmd, nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(r.top, file)
	}
	out, err := r.git(ctx, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return nil, fmt.Errorf("looking for the index: %w", err)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(file))
	if err == nil && dir == filepath.FromSlash(strings.TrimSuffix(out, "\n")) {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+file)
	}
	return cmd, nil // a file elsewhere is the index of another repository
}
