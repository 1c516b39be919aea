package release

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
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

// Uncommitted returns the files of the work tree that differ from HEAD.
func (r *Repository) Uncommitted(ctx context.Context) ([]string, error) {
	return r.changes(ctx, "HEAD", false)
}

// A ShallowError says that a clone ends before what was looked for.
type ShallowError struct {
	Date   time.Time // of the commit that it ends with
	remote string
}

func (e *ShallowError) Error() string {
	return fmt.Sprintf("this clone is shallow: its history ends on %s: run `git fetch --unshallow%s`", e.Date.Format(time.DateOnly), space(e.remote))
}

// LastChange returns when a line of some files that matches an extended regular
// expression, without regard to case, was last committed; zero when none was.
func (r *Repository) LastChange(ctx context.Context, expression string, files []string) (time.Time, error) {
	if len(files) == 0 {
		return time.Time{}, nil
	}
	args := []string{"--literal-pathspecs", "log", "-1", "--first-parent", "-m", "--no-color", "--no-ext-diff", "--no-renames", "--format=%H %ct", "-i", "-G", expression, "HEAD", "--"}
	out, err := r.git(ctx, append(args, files...)...)
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for the last change of %s: %w", strings.Join(files, ", "), err)
	}
	words := strings.Fields(out)
	if len(words) != 2 {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for the last change of %s: git prints %q", strings.Join(files, ", "), out)
	}
	date := time.Unix(seconds, 0).UTC()
	if !r.shallow {
		return date, nil
	}
	parents, err := r.parents(ctx, words[0])
	if err == nil && len(parents) > 0 && !r.knows(ctx, parents[0]) {
		remotes, err := r.remotes(ctx)
		return date, errors.Join(err, &ShallowError{date, mainRemote(remotes)})
	}
	return date, err
}
