package release

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// Added returns the commit that brought a file to what is deployed, and the one
// before it; both are empty where history does not tell. What a merge brings came
// with the merge, and a file that was moved came with its first name.
//
// With function, Name or Type.Name, it is the commit that brought a Go function of
// that name to the file.
func (r *Release) Added(ctx context.Context, file, function string) (commit, before string, err error) {
	args := []string{"--literal-pathspecs", "log", "--first-parent", "-m", "--no-color", "--no-ext-diff", "--format=%H"}
	if function == "" {
		args = append(args, "--follow", "-M100%", "--diff-filter=A")
	} else {
		args = append(args, "--pickaxe-regex", "-S", `^func (\([^)]*\) )?`+regexp.QuoteMeta(function[strings.LastIndex(function, ".")+1:])+`\(`)
	}
	out, err := r.repository.git(ctx, append(args, r.Commit, "--", file)...)
	if err != nil {
		return "", "", fmt.Errorf("looking for the commit that added %s: %w", file, err)
	}
	commits := strings.Fields(out)
	if len(commits) == 0 {
		return "", "", nil
	}
	commit = commits[len(commits)-1]
	parents, err := r.repository.parents(ctx, commit)
	if err != nil || len(parents) == 0 || !r.repository.knows(ctx, parents[0]) {
		return "", "", err // the first commit, or where a shallow clone ends
	}
	return commit, parents[0], nil
}

// Same says whether no file of some names differs between two commits.
func (r *Repository) Same(ctx context.Context, a, b string, names ...string) (bool, error) {
	_, err := r.atTop(ctx, append([]string{"diff", "--quiet", "--no-ext-diff", a, b, "--"}, names...)...)
	if err != nil && !exited(err, 1) {
		return false, fmt.Errorf("comparing %s with %s: %w", a, b, err)
	}
	return err == nil, nil
}
