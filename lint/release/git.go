package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// ErrNoRepository says that a folder lies in no git repository, or that there is
// no git to read it with.
var ErrNoRepository = errors.New("there is no git repository")

// A Repository is the git repository that a folder lies in. Its trees show what
// lies below that folder.
type Repository struct {
	dir     string // where it was opened
	top     string // the root of the work tree
	prefix  string // dir relative to top, with slashes; "." for top itself
	shallow bool
	objects *objects

	mu   sync.Mutex
	subs []*Repository // submodules, to be closed with it
}

// Open opens the repository that dir lies in. Its processes end with ctx, or
// when it is closed.
func Open(ctx context.Context, dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	r := &Repository{dir: dir, objects: newObjects(ctx, dir)}
	out, err := r.git(ctx, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-cdup")
	if err != nil {
		return nil, asNoRepository(err)
	}
	answers := strings.Split(out, "\n")
	if len(answers) < 3 || answers[0] != "true" {
		return nil, fmt.Errorf("%w with a work tree", ErrNoRepository)
	}
	r.shallow = answers[1] == "true"
	r.top = filepath.Join(dir, filepath.FromSlash(answers[2]))
	prefix, err := filepath.Rel(r.top, dir)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	r.prefix = filepath.ToSlash(prefix)
	return r, nil
}

// Close ends the processes that objects are read with. What is read later starts
// them anew.
func (r *Repository) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	errs := []error{r.objects.close()}
	for _, s := range r.subs {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

func (r *Repository) keep(sub *Repository) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.subs = append(r.subs, sub)
}

func asNoRepository(err error) error {
	var failed *gitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("git is not installed, so %w that could be read", ErrNoRepository)
	case errors.As(err, &failed) && strings.Contains(failed.message, "not a git repository"):
		return ErrNoRepository
	}
	return err
}

// A gitError is what git says when it fails.
type gitError struct {
	args    []string
	message string
	err     error
}

func (e *gitError) Error() string {
	if e.message == "" {
		return fmt.Sprintf("git %s: %v", e.args[0], e.err)
	}
	return fmt.Sprintf("git %s: %s", e.args[0], e.message)
}

func (e *gitError) Unwrap() error { return e.err }

// git runs git in the folder that was opened, and returns what it prints.
func (r *Repository) git(ctx context.Context, args ...string) (string, error) {
	return run(command(ctx, r.dir, args...))
}

// atTop runs git at the root of the work tree.
func (r *Repository) atTop(ctx context.Context, args ...string) (string, error) {
	return run(command(ctx, r.top, args...))
}

// command clears what would send git to another repository: hooks run with
// variables that name theirs.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GIT_") })
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	return cmd
}

func run(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		message := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "fatal: ")
		return "", &gitError{args: cmd.Args[1:], message: message, err: err}
	}
	return stdout.String(), nil
}

// fields splits what git prints with -z.
func fields(out string) []string {
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}
