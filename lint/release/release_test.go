package release_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/expandcheck/expandcheck/lint/release"
)

// A repo is a git repository in a temporary folder.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t, t.TempDir()}
	r.git("init", "-q", "-b", "main")
	return r
}

// git runs git without the configuration of whoever runs the test.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.run("git", args...)
}

func (r *repo) run(name string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = r.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.t.TempDir(), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// commit adds a file that is named like the commit, and returns the commit.
func (r *repo) commit(name string) string {
	r.t.Helper()
	r.write(name+".sql", name)
	r.git("add", "-A")
	r.git("commit", "-q", "-m", name)
	return r.git("rev-parse", "HEAD")
}

// clone clones the repository; flags may make it shallow.
func (r *repo) clone(flags ...string) *repo {
	r.t.Helper()
	c := &repo{r.t, r.t.TempDir()}
	c.git(append(append([]string{"clone", "-q"}, flags...), "file://"+r.dir, ".")...)
	return c
}

func (r *repo) open() *release.Repository {
	r.t.Helper()
	out, err := release.Open(context.Background(), r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := out.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return out
}

type env map[string]string

func (e env) get(name string) string { return e[name] }

func (r *repo) release(o release.Options) (*release.Release, error) {
	r.t.Helper()
	if o.Getenv == nil {
		o.Getenv = env{}.get
	}
	return r.open().Release(context.Background(), o)
}

func (r *repo) mustRelease(o release.Options) *release.Release {
	r.t.Helper()
	out, err := r.release(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// event writes what GitHub says of an event, and returns the environment.
func (r *repo) event(name, payload string, more env) env {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(payload), 0o644); err != nil {
		r.t.Fatal(err)
	}
	out := env{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": file}
	maps.Copy(out, more)
	return out
}

func names(t *testing.T, fsys fs.FS) string {
	t.Helper()
	if fsys == nil {
		return "none"
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Name() != ".git" {
			out = append(out, strings.TrimSuffix(e.Name(), ".sql"))
		}
	}
	return strings.Join(out, " ")
}

var shown = regexp.MustCompile("`(git [^`]*)`")

// heal runs the command that an error shows, and asks again.
func (r *repo) heal(o release.Options, want string) *release.Release {
	r.t.Helper()
	_, err := r.release(o)
	if err == nil {
		r.t.Fatalf("no error; want one that shows %q", want)
	}
	command := shown.FindStringSubmatch(err.Error())
	if command == nil || !strings.Contains(command[1], want) {
		r.t.Fatalf("the error does not show %q: %v", want, err)
	}
	r.run("sh", "-c", command[1])
	out, err := r.release(o)
	if err != nil {
		r.t.Fatalf("after %q: %v", command[1], err)
	}
	return out
}

const zero = "0000000000000000000000000000000000000000"

// A fork is a repository whose branch "topic" left main at b; main went on to c.
type fork struct{ dir, a, b, c, d string }

var made struct {
	sync.Once
	fork
}

// forked returns a copy of the fork: making one takes git long.
func forked(t *testing.T) (r *repo, a, b, c, d string) {
	t.Helper()
	made.Do(func() {
		dir, err := os.MkdirTemp("", "fork")
		if err != nil {
			t.Fatal(err)
		}
		r := &repo{t, dir}
		f := fork{dir: dir}
		r.git("init", "-q", "-b", "main")
		f.a, f.b = r.commit("a"), r.commit("b")
		r.git("checkout", "-q", "-b", "topic")
		f.d = r.commit("d")
		r.git("checkout", "-q", "main")
		f.c = r.commit("c")
		made.fork = f
	})
	r = &repo{t, t.TempDir()}
	if err := os.CopyFS(r.dir, os.DirFS(made.dir)); err != nil {
		t.Fatal(err)
	}
	return r, made.a, made.b, made.c, made.d
}

func TestMain(m *testing.M) {
	status := m.Run()
	if made.dir != "" {
		_ = os.RemoveAll(made.dir)
	}
	os.Exit(status)
}

// What is deployed, for every way to say it.
func TestBase(t *testing.T) {
	type want struct{ ref, commit, tip, base, ahead, why string }
	check := func(t *testing.T, got *release.Release, w want) {
		t.Helper()
		if got.Ref != w.ref || got.Commit != w.commit || got.Tip != w.tip {
			t.Errorf("base is %s %s, tip %s; want %s %s, tip %s (%s)", got.Ref, got.Commit, got.Tip, w.ref, w.commit, w.tip, got.Why)
		}
		if got.NoBase != "" {
			t.Fatalf("no base: %s", got.NoBase)
		}
		if base, ahead := names(t, got.Base), names(t, got.Ahead); base != w.base || ahead != w.ahead {
			t.Errorf("base holds %s, ahead %s; want %s and %s", base, ahead, w.base, w.ahead)
		}
		if !strings.Contains(got.Why, w.why) {
			t.Errorf("why is %q, want %q", got.Why, w.why)
		}
	}

	t.Run("named", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		r.git("checkout", "-q", "topic")
		check(t, r.mustRelease(release.Options{Ref: "main"}), want{"main", b, c, "a b", "a b c", "merge base with main"})
	})
	t.Run("named, over the CI event", func(t *testing.T) {
		r, a, b, _, _ := forked(t)
		r.git("checkout", "-q", "topic")
		e := r.event("push", `{"before":"`+b+`"}`, nil)
		check(t, r.mustRelease(release.Options{Ref: a, Getenv: e.get}), want{a, a, a, "a", "none", "merge base with " + a})
	})
	t.Run("default branch of the remote", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "topic")
		check(t, w.mustRelease(release.Options{}), want{"origin/main", b, c, "a b", "a b c", "merge base with origin/main"})
	})
	t.Run("detached", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		check(t, w.mustRelease(release.Options{}), want{"origin/main", b, c, "a b", "a b c", ""})
	})
	t.Run("clean build of main", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		check(t, r.clone().mustRelease(release.Options{}), want{"HEAD^", b, b, "a b", "none", "HEAD is on origin/main"})
	})
	t.Run("main with changes", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		w := r.clone()
		w.write("new.sql", "new")
		got := w.mustRelease(release.Options{})
		check(t, got, want{"origin/main", c, c, "a b c", "none", ""})
		if head := names(t, got.Head); head != "a b c new" {
			t.Errorf("head holds %s", head)
		}
	})
	t.Run("a merge commit on main", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		r.git("merge", "-q", "-m", "merge", "topic")
		check(t, r.mustRelease(release.Options{}), want{"HEAD^", c, c, "a b c", "none", "there is no remote"})
	})
	t.Run("no remote, changes", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		r.write("a.sql", "changed")
		check(t, r.mustRelease(release.Options{}), want{"HEAD", c, c, "a b c", "none", "there is no remote"})
	})
	t.Run("a remote that was never fetched", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		r.git("remote", "add", "origin", "https://example.com/app.git")
		check(t, r.mustRelease(release.Options{}), want{"HEAD^", b, b, "a b", "none", "nothing was fetched from origin"})
	})
	t.Run("no origin/HEAD, as actions/checkout leaves it", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "topic")
		w.git("remote", "set-head", "origin", "--delete")
		check(t, w.mustRelease(release.Options{}), want{"origin/main", b, c, "a b", "a b c", ""})
	})
	t.Run("worktree", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		w := &repo{t, filepath.Join(t.TempDir(), "linked")}
		r.git("worktree", "add", "-q", w.dir, "topic")
		check(t, w.mustRelease(release.Options{Ref: "main"}), want{"main", b, c, "a b", "a b c", ""})
	})
	t.Run("index", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		r.write("staged.sql", "staged")
		r.git("add", "staged.sql")
		r.write("staged.sql", "and changed again")
		r.write("loose.sql", "loose")
		got := r.mustRelease(release.Options{Staged: true})
		check(t, got, want{"HEAD", c, c, "a b c", "none", ""})
		if head := names(t, got.Head); head != "a b c staged" {
			t.Errorf("head holds %s", head)
		}
		if data, err := fs.ReadFile(got.Head, "staged.sql"); err != nil || string(data) != "staged" {
			t.Errorf("staged.sql is %q (%v)", data, err)
		}
		changed, err := got.Changed(context.Background())
		if err != nil || strings.Join(changed, " ") != "staged.sql" {
			t.Errorf("changed are %v (%v)", changed, err)
		}
	})

	t.Run("GitHub: push", func(t *testing.T) {
		r, a, _, _, _ := forked(t)
		e := r.event("push", `{"before":"`+a+`"}`, nil)
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{a, a, a, "a", "none", "the commit before the push"})
	})
	t.Run("GitHub: forced push", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		e := r.event("push", `{"before":"`+d+`"}`, nil)
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{d, b, d, "a b", "a b d", "the commit before the push"})
		_ = c
	})
	t.Run("GitHub: new branch", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		e := r.event("push", `{"before":"`+zero+`"}`, nil)
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"HEAD^", b, b, "a b", "none", "the push made the branch"})
	})
	t.Run("GitHub: pull request, merge commit", func(t *testing.T) {
		r, _, _, c, d := forked(t)
		r.git("checkout", "-q", "--detach", "main")
		r.git("merge", "-q", "-m", "merge", "topic")
		e := r.event("pull_request", `{"pull_request":{"head":{"sha":"`+d+`"}}}`, env{"GITHUB_BASE_REF": "main", "GITHUB_SHA": r.git("rev-parse", "HEAD")})
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"main", c, c, "a b c", "none", "first parent of the merge commit"})
	})
	t.Run("GitHub: pull request, its own tip", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		e := w.event("pull_request", `{"pull_request":{"head":{"sha":"`+d+`"}}}`, env{"GITHUB_BASE_REF": "main", "GITHUB_SHA": zero})
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/main", b, c, "a b", "a b c", "merge base with origin/main, the target"})
	})
	t.Run("GitHub: pull request whose tip merges main", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		r.git("checkout", "-q", "topic")
		r.git("merge", "-q", "-m", "merge", "main")
		tip := r.git("rev-parse", "HEAD")
		w := r.clone()
		w.git("checkout", "-q", "--detach", tip)
		e := w.event("pull_request", `{"pull_request":{"head":{"sha":"`+tip+`"}}}`, env{"GITHUB_BASE_REF": "main", "GITHUB_SHA": zero})
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/main", c, c, "a b c", "none", ""})
	})
	t.Run("GitHub: merge queue", func(t *testing.T) {
		r, _, _, c, _ := forked(t)
		r.git("merge", "-q", "-m", "merge", "topic")
		e := r.event("merge_group", `{"merge_group":{"base_sha":"`+c+`"}}`, nil)
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{c, c, c, "a b c", "none", "merge queue"})
	})
	t.Run("GitHub: by hand", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		e := w.event("workflow_dispatch", `{"repository":{"default_branch":"main"}}`, nil)
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/main", b, c, "a b", "a b c", ""})
	})
	t.Run("GitLab: merge request", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		r.git("checkout", "-q", "topic")
		e := env{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": b, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_BEFORE_SHA": zero}
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{b, b, b, "a b", "none", "merge base with main, the target"})
	})
	t.Run("GitLab: merged results", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		r.git("merge", "-q", "-m", "merge", "topic")
		e := env{"GITLAB_CI": "true", "CI_MERGE_REQUEST_DIFF_BASE_SHA": b, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result"}
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"main", c, c, "a b c", "none", "first parent of the merge commit"})
	})
	t.Run("GitHub: pull_request_target", func(t *testing.T) { // it checks out the target branch by default
		r, _, b, c, d := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		e := w.event("pull_request_target", `{"action":"opened","number":7,"pull_request":{"number":7,"base":{"ref":"main","sha":"`+c+`"},"head":{"ref":"topic","sha":"`+d+`"}},"repository":{"default_branch":"main"}}`,
			env{"GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "topic", "GITHUB_SHA": c})
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/main", b, c, "a b", "a b c", "merge base with origin/main, the target"})
	})
	t.Run("GitHub: pull request into another branch than the default", func(t *testing.T) {
		r, a, _, _, d := forked(t)
		r.git("branch", "v1", a)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		e := w.event("pull_request", `{"pull_request":{"base":{"ref":"v1"},"head":{"sha":"`+d+`"}},"repository":{"default_branch":"main"}}`, env{"GITHUB_BASE_REF": "v1", "GITHUB_SHA": zero})
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/v1", a, a, "a", "none", "merge base with origin/v1, the target"})
	})
	t.Run("GitHub: push of a tag", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		e := r.event("push", `{"ref":"refs/tags/v1","before":"`+zero+`","created":true,"repository":{"default_branch":"main"}}`, env{"GITHUB_REF_TYPE": "tag"})
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"HEAD^", b, b, "a b", "none", "the push made the branch"})
	})
	t.Run("GitLab: merge train", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		r.git("merge", "-q", "-m", "merge", "topic")
		e := env{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": b, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
			"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": d, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"main", c, c, "a b c", "none", "first parent of the merge commit"})
	})
	t.Run("GitLab: new branch", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		e := env{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": zero, "CI_DEFAULT_BRANCH": "main"}
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{"HEAD^", b, b, "a b", "none", "the push made the branch"})
	})
	t.Run("GitLab: push", func(t *testing.T) {
		r, a, _, _, _ := forked(t)
		e := env{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": a, "CI_DEFAULT_BRANCH": "main"}
		check(t, r.mustRelease(release.Options{Getenv: e.get}), want{a, a, a, "a", "none", "the commit before the push"})
	})
	t.Run("GitLab: schedule", func(t *testing.T) {
		r, _, b, c, d := forked(t)
		w := r.clone()
		w.git("checkout", "-q", "--detach", d)
		e := env{"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BEFORE_SHA": zero, "CI_DEFAULT_BRANCH": "main"}
		check(t, w.mustRelease(release.Options{Getenv: e.get}), want{"origin/main", b, c, "a b", "a b c", ""})
	})
}

// What a clone lacks, its error says how to get; and then it works.
func TestShallow(t *testing.T) {
	t.Run("main, one commit deep", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		w := r.clone("--depth=1")
		if got := w.heal(release.Options{}, "git fetch --depth=1 origin "+b); got.Commit != b || names(t, got.Base) != "a b" {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("the merge commit of a pull request", func(t *testing.T) {
		r, _, _, c, d := forked(t)
		r.git("checkout", "-q", "-b", "merged")
		r.git("merge", "-q", "-m", "merge", "topic")
		w := r.clone("--depth=1", "-b", "merged")
		e := w.event("pull_request", `{"pull_request":{"head":{"sha":"`+d+`"}}}`, env{"GITHUB_BASE_REF": "main"})
		if got := w.heal(release.Options{Getenv: e.get}, "git fetch --depth=1 origin "+c); got.Commit != c {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("a push of several commits", func(t *testing.T) {
		r, a, _, _, _ := forked(t)
		w := r.clone("--depth=1")
		e := w.event("push", `{"before":"`+a+`"}`, nil)
		if got := w.heal(release.Options{Getenv: e.get}, "git fetch --depth=1 origin "+a); got.Commit != a || got.Ahead != nil {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("a branch, and no main", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		w := r.clone("--depth=1", "-b", "topic")
		if got := w.heal(release.Options{Ref: "origin/main"}, "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main"); got.Commit != b || got.Tip != c {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("both, and nothing between", func(t *testing.T) {
		r, _, b, c, _ := forked(t)
		w := r.clone("--depth=1", "--no-single-branch", "-b", "topic")
		if got := w.heal(release.Options{}, "git fetch --unshallow origin"); got.Commit != b || got.Tip != c {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("whole, and no such branch", func(t *testing.T) {
		r, _, b, _, _ := forked(t)
		w := r.clone("--single-branch", "-b", "topic")
		if got := w.heal(release.Options{Ref: "origin/main"}, "git fetch origin +refs/heads/main:refs/remotes/origin/main"); got.Commit != b {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("a tag", func(t *testing.T) {
		r, a, _, _, _ := forked(t)
		r.git("tag", "v1", a)
		w := r.clone("--no-tags")
		if got := w.heal(release.Options{Ref: "v1"}, "git fetch origin tag v1"); got.Commit != a {
			t.Errorf("base is %s", got.Commit)
		}
	})
	t.Run("an unknown default branch", func(t *testing.T) {
		r, _, _, _, d := forked(t)
		r.git("checkout", "-q", "-b", "trunk")
		r.git("branch", "-D", "main")
		w := r.clone()
		w.git("checkout", "-q", d)
		w.git("remote", "set-head", "origin", "--delete")
		if got := w.heal(release.Options{}, "git remote set-head origin --auto"); got.Ref != "origin/trunk" {
			t.Errorf("base is %s", got.Ref)
		}
	})
}

func TestNoBase(t *testing.T) {
	r := newRepo(t)
	r.write("a.sql", "a")
	if got := r.mustRelease(release.Options{}); !strings.Contains(got.NoBase, "no commit yet") || got.Base != nil {
		t.Errorf("no base: %q", got.NoBase)
	}
	if _, err := r.release(release.Options{Ref: "main"}); err == nil || !strings.Contains(err.Error(), "no commit yet") {
		t.Errorf("the error is %v", err)
	}
	r.commit("a")
	if got := r.mustRelease(release.Options{}); !strings.Contains(got.NoBase, "the first commit") {
		t.Errorf("no base: %q", got.NoBase)
	}
}

func TestErrors(t *testing.T) {
	r, _, _, _, _ := forked(t)
	w := r.clone()
	w.git("checkout", "-q", "topic")
	w.git("checkout", "-q", "--orphan", "other")
	w.commit("e")
	for ref, want := range map[string]string{
		"origin/main":           "HEAD and origin/main have no commit in common",
		"main":                  "",
		"topic^{tree}":          "no such branch, tag or commit",
		"-x":                    "no such branch, tag or commit",
		"other@{u}":             "no such branch, tag or commit", // git gives up on what these begin with
		"HEAD@{9999}":           "no such branch, tag or commit",
		"nowhere":               "if it is a branch of origin, name it origin/nowhere",
		strings.Repeat("1", 40): "the commit is not in this clone: run `git fetch --depth=1 origin 1111",
	} {
		_, err := w.release(release.Options{Ref: ref})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", ref, err, want)
		}
	}
	single := r.clone("--single-branch", "-b", "topic")
	single.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
	if _, err := single.release(release.Options{Ref: "main"}); err == nil || !strings.Contains(err.Error(), "there is origin/main: name that") {
		t.Errorf("the error is %v", err)
	}
	e := r.event("push", "{", nil)
	if _, err := r.release(release.Options{Getenv: e.get}); err == nil || !strings.Contains(err.Error(), "GITHUB_EVENT_PATH") {
		t.Errorf("the error is %v", err)
	}
	if _, err := release.Open(context.Background(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no git repository") {
		t.Errorf("the error is %v", err)
	}
}

func TestNoGit(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	_, err := release.Open(context.Background(), dir)
	if !errors.Is(err, release.ErrNoRepository) || !strings.Contains(err.Error(), "git is not installed") {
		t.Errorf("the error is %v", err)
	}
}
