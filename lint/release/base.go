package release

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// A base is what is taken for deployed.
type base struct {
	ref, commit, tip, why string
	none                  string // why there is none
}

// A chooser decides what is deployed.
type chooser struct {
	Options
	r    *Repository
	head string // the commit of HEAD
}

// choose goes by what somebody named, else by the CI event, else by the default.
func (c *chooser) choose(ctx context.Context) (base, error) {
	head, err := c.r.resolve(ctx, "HEAD")
	switch {
	case errors.Is(err, errUnknown) && c.Ref != "":
		return base{}, fmt.Errorf("base %s: the repository has no commit yet to compare with it", c.Ref)
	case errors.Is(err, errUnknown):
		return base{none: "the repository has no commit yet"}, nil
	case err != nil:
		return base{}, err
	}
	c.head = head
	if c.Ref != "" {
		return c.named(ctx, c.Ref)
	}
	event, err := c.event()
	switch {
	case err != nil:
		return base{}, err
	case event != nil:
		return event(ctx)
	}
	return c.byDefault(ctx, "")
}

// named takes the merge base of a ref and HEAD.
func (c *chooser) named(ctx context.Context, ref string) (base, error) {
	tip, err := c.r.Resolve(ctx, ref)
	if err != nil {
		return base{}, fmt.Errorf("base %w", err)
	}
	commit, err := c.mergeBase(ctx, tip)
	switch {
	case err != nil:
		return base{}, err
	case commit == "" && c.r.shallow:
		return base{}, fmt.Errorf("this clone is shallow: its history ends before HEAD and %s meet: run `git fetch --unshallow%s`", ref, space(c.remoteOf(ctx, ref)))
	case commit == "":
		return base{}, fmt.Errorf("HEAD and %s have no commit in common: name a base that HEAD comes from", ref)
	}
	return base{ref: ref, commit: commit, tip: tip, why: "merge base with " + ref}, nil
}

// byDefault takes the merge base with the default branch, and on that branch
// itself the commit before.
func (c *chooser) byDefault(ctx context.Context, branch string) (base, error) {
	ref, none, err := c.r.defaultRef(ctx, branch)
	if err != nil {
		return base{}, err
	}
	b := base{ref: "HEAD", commit: c.head, tip: c.head, why: "HEAD, since " + none}
	if ref != "" {
		if b, err = c.named(ctx, ref); err != nil {
			return base{}, err
		}
	}
	if b.commit != c.head {
		return b, nil
	}
	clean, err := c.r.clean(ctx, c.Staged)
	if err != nil {
		return base{}, err
	}
	if !clean {
		return b, nil
	}
	why := none
	if ref != "" {
		why = "HEAD is on " + ref
	}
	return c.firstParent(ctx, "the commit before HEAD, since "+why+" and nothing is changed")
}

// firstParent takes HEAD's first parent.
func (c *chooser) firstParent(ctx context.Context, why string) (base, error) {
	parents, err := c.r.parents(ctx, c.head)
	if err != nil {
		return base{}, err
	}
	if len(parents) == 0 {
		return base{none: "HEAD is the first commit"}, nil
	}
	return c.exactly(ctx, "HEAD^", parents[0], why)
}

// exactly takes a commit that HEAD is known to come from.
func (c *chooser) exactly(ctx context.Context, ref, commit, why string) (base, error) {
	if _, err := c.r.resolve(ctx, commit); err != nil {
		return base{}, fmt.Errorf("%s: %w", why, c.r.explain(ctx, commit, err))
	}
	return base{ref: ref, commit: commit, tip: commit, why: why}, nil
}

// mergeBase returns the merge base with HEAD; "" when there is none in this clone.
func (c *chooser) mergeBase(ctx context.Context, commit string) (string, error) {
	out, err := c.r.git(ctx, "merge-base", commit, c.head)
	if exited(err, 1) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for the merge base with %s: %w", commit, err)
	}
	return strings.TrimSpace(out), nil
}

func (c *chooser) remoteOf(ctx context.Context, ref string) string {
	remotes, err := c.r.remotes(ctx)
	if err != nil {
		return ""
	}
	if remote, _, ok := strings.Cut(ref, "/"); ok && slices.Contains(remotes, remote) {
		return remote
	}
	return mainRemote(remotes)
}

func space(word string) string {
	if word == "" {
		return ""
	}
	return " " + word
}

var errUnknown = errors.New("no such branch, tag or commit")

// plainRef is what the process that reads objects can be asked: it ends at an expression
// such as @{u} that cannot be resolved.
var plainRef = regexp.MustCompile(`^[0-9A-Za-z_./^~-]+$`)

// resolve returns the commit that a ref names, or errUnknown.
func (r *Repository) resolve(ctx context.Context, ref string) (string, error) {
	var commit string
	var err error
	switch {
	case ref == "" || strings.HasPrefix(ref, "-"):
		return "", errUnknown
	case plainRef.MatchString(ref):
		commit, err = r.objects.resolve(ref + "^{commit}")
	default:
		commit, err = r.git(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	}
	if _, exited := errors.AsType[*exec.ExitError](err); (exited || errors.Is(err, errMissing)) && ctx.Err() == nil {
		return "", errUnknown
	}
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", ref, err)
	}
	return strings.TrimSpace(commit), nil
}

// Resolve returns the commit that a ref names. Its error says what to run.
func (r *Repository) Resolve(ctx context.Context, ref string) (string, error) {
	commit, err := r.resolve(ctx, ref)
	if err != nil {
		return "", fmt.Errorf("%s: %w", ref, r.explain(ctx, ref, err))
	}
	return commit, nil
}

var isCommit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// explain says how to get a ref that is not known.
func (r *Repository) explain(ctx context.Context, ref string, err error) error {
	if !errors.Is(err, errUnknown) {
		return err
	}
	remotes, err := r.remotes(ctx)
	if err != nil || len(remotes) == 0 {
		return errUnknown
	}
	origin := mainRemote(remotes)
	if isCommit.MatchString(ref) {
		return fmt.Errorf("the commit is not in this clone: run `git fetch --depth=1 %s %s`", origin, ref)
	}
	remote, branch, ok := strings.Cut(strings.TrimPrefix(ref, "refs/remotes/"), "/")
	switch {
	case ok && slices.Contains(remotes, remote):
		unshallow := ""
		if r.shallow {
			unshallow = "--unshallow "
		}
		return fmt.Errorf("%w here: run `git fetch %s%s %s`", errUnknown, unshallow, remote, quoted("+refs/heads/"+branch+":refs/remotes/"+remote+"/"+branch))
	case r.knows(ctx, origin+"/"+ref):
		return fmt.Errorf("%w here, but there is %s/%s: name that", errUnknown, origin, ref)
	}
	return fmt.Errorf("%w here: if it is a branch of %s, name it %s/%s; if it is a tag, run `git fetch %s tag %s`", errUnknown, origin, origin, ref, origin, quoted(ref))
}

func (r *Repository) knows(ctx context.Context, ref string) bool {
	_, err := r.resolve(ctx, ref)
	return err == nil
}

// defaultRef returns the remote-tracking branch of the remote's default branch,
// or why there is none. branch is its name, where the CI tells.
func (r *Repository) defaultRef(ctx context.Context, branch string) (ref, none string, err error) {
	remotes, err := r.remotes(ctx)
	if err != nil {
		return "", "", err
	}
	if len(remotes) == 0 {
		return "", "there is no remote", nil
	}
	remote := mainRemote(remotes)
	if branch != "" {
		return remote + "/" + branch, "", nil
	}
	if out, err := r.git(ctx, "symbolic-ref", "--quiet", "--short", "refs/remotes/"+remote+"/HEAD"); err == nil && r.knows(ctx, strings.TrimSpace(out)) {
		return strings.TrimSpace(out), "", nil
	}
	out, err := r.git(ctx, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/remotes/"+remote+"/")
	if err != nil {
		return "", "", fmt.Errorf("listing the branches of %s: %w", remote, err)
	}
	branches := strings.Fields(out)
	for _, name := range []string{"main", "master"} {
		if slices.Contains(branches, remote+"/"+name) {
			return remote + "/" + name, "", nil
		}
	}
	if len(branches) == 0 {
		return "", "nothing was fetched from " + remote, nil
	}
	return "", "", fmt.Errorf("which branch of %s is its default is not known: run `git remote set-head %s --auto`, or name it with --base", remote, remote)
}

// DefaultBranch returns the remote-tracking branch of the remote's default
// branch; "" where nothing of a remote is known.
func (r *Repository) DefaultBranch(ctx context.Context) (string, error) {
	ref, _, err := r.defaultRef(ctx, "")
	return ref, err
}

func (r *Repository) remotes(ctx context.Context) ([]string, error) {
	out, err := r.git(ctx, "remote")
	if err != nil {
		return nil, fmt.Errorf("listing the remotes: %w", err)
	}
	return strings.Fields(out), nil
}

// mainRemote returns the remote that a clone was made from; in a fork that has
// another name for its own.
func mainRemote(remotes []string) string {
	for _, name := range []string{"origin", "upstream"} {
		if slices.Contains(remotes, name) {
			return name
		}
	}
	if len(remotes) == 0 {
		return ""
	}
	return remotes[0]
}

// parents returns the parents of a commit, also where a shallow clone ends: git
// hides them there, but the commit names them.
func (r *Repository) parents(ctx context.Context, commit string) ([]string, error) {
	out, err := r.git(ctx, "cat-file", "commit", commit)
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", commit, err)
	}
	header, _, _ := strings.Cut(out, "\n\n")
	var parents []string
	for line := range strings.Lines(header) {
		if parent, ok := strings.CutPrefix(line, "parent "); ok {
			parents = append(parents, strings.TrimSpace(parent))
		}
	}
	return parents, nil
}

// clean says whether the head is what HEAD is.
func (r *Repository) clean(ctx context.Context, staged bool) (bool, error) {
	changed, err := r.changes(ctx, "HEAD", staged)
	return len(changed) == 0, err
}

func exited(err error, status int) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == status
}

func short(commit string) string { return commit[:min(len(commit), 7)] }

// quoted writes a word for a shell, in a command that is shown.
func quoted(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@%,=") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
