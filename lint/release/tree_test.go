package release_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/expandcheck/expandcheck/lint/release"
)

func (r *repo) tree(ref string) fs.FS {
	r.t.Helper()
	g := r.open()
	commit, err := g.Resolve(context.Background(), ref)
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := g.Tree(context.Background(), commit)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *repo) link(name, target string) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(r.dir, name)), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(r.dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

func text(t *testing.T, fsys fs.FS, name string) string {
	t.Helper()
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The tree of a commit and the index are file systems like any other, whatever
// their names are.
func TestTreeIsFileSystem(t *testing.T) {
	r := newRepo(t)
	odd := "db/line\nbreak \"q\" -x\t.sql"
	files := []string{"a.sql", "db/0001_a.sql", "db/empty.sql", odd, "db.sql", "db-x/ä.sql", "deep/er/and/deeper.sql", "--help"}
	for _, name := range files {
		r.write(name, "-- "+name+"\n")
	}
	r.write("db/empty.sql", "")
	r.link("link.sql", "db/0001_a.sql")
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "all")
	index, err := r.open().Index(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for name, fsys := range map[string]fs.FS{"tree": r.tree("HEAD"), "index": index} {
		if err := fstest.TestFS(fsys, append(files, "link.sql")...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := text(t, fsys, odd); got != "-- "+odd+"\n" {
			t.Errorf("%s: %q holds %q", name, odd, got)
		}
		if _, err := fs.ReadFile(fsys, "db/none.sql"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// A link inside the repository is its target; one that leaves it is an error
// that names it.
func TestLinks(t *testing.T) {
	r := newRepo(t)
	r.write("database/mysql/0001_a.sql", "a")
	r.link("db", "database/mysql")
	r.link("database/again", "../db")
	r.link("app/db/0001_a.sql", "../../db/../mysql/0001_a.sql")
	r.link("out", "../elsewhere")
	r.link("root", "/etc/passwd")
	r.link("sly", "db/../../../elsewhere")
	r.link("circle", "round")
	r.link("round", "circle")
	r.link("nowhere", "database/none")
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "links")
	tree := r.tree("HEAD")
	disk, err := release.WorkTree(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"db/0001_a.sql", "database/again/0001_a.sql", "app/db/0001_a.sql"} {
		if text(t, tree, name) != "a" || text(t, disk, name) != "a" {
			t.Errorf("%s is not its target", name)
		}
	}
	if info, err := fs.Stat(tree, "db"); err != nil || !info.IsDir() || info.Name() != "db" {
		t.Errorf("db is %v (%v)", info, err)
	}
	for name, want := range map[string]string{
		"out": "the symbolic link out → ../elsewhere leaves the repository", "root/x": "the symbolic link root → /etc/passwd leaves",
		"sly": "the symbolic link sly → db/../../../elsewhere leaves", "circle": "leads in a circle", "nowhere": "not exist", "database/mysql/0001_a.sql/x": "not a directory",
	} {
		if _, err := fs.ReadFile(tree, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", name, err, want)
		}
		if _, err := fs.ReadFile(disk, name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s on disk: the error is %v", name, err)
		}
	}
}

// A folder of the repository is a tree of its own, and its links may leave it.
func TestFolder(t *testing.T) {
	r := newRepo(t)
	r.write("shared/0001_a.sql", "a")
	r.write("app/go.mod", "module app")
	r.link("app/db", "../shared")
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "all")
	r.write("app/db/0002_b.sql", "b")
	r.write("app/new.go", "package app")
	r.write("other.go", "package other")
	app := &repo{t, filepath.Join(r.dir, "app")}
	got := app.mustRelease(release.Options{})
	if names(t, got.Base) != "db go.mod" || text(t, got.Base, "db/0001_a.sql") != "a" {
		t.Errorf("base holds %s", names(t, got.Base))
	}
	changed, err := got.Changed(context.Background())
	if err != nil || strings.Join(changed, " ") != "new.go" {
		t.Errorf("changed are %v (%v)", changed, err)
	}
}

// A submodule is read at the commit that the tree records. Where it is not
// checked out it is empty, as it is in the work tree.
func TestSubmodule(t *testing.T) {
	sub := newRepo(t)
	sub.commit("a")
	r := newRepo(t)
	r.git("submodule", "--quiet", "add", "file://"+sub.dir, "lib/db")
	r.git("commit", "-q", "-m", "sub")
	in := &repo{t, filepath.Join(r.dir, "lib/db")}
	in.commit("b")
	if got := names(t, must(fs.Sub(r.tree("HEAD"), "lib/db"))); got != "a" {
		t.Errorf("the submodule holds %s", got)
	}
	if got := text(t, r.tree("HEAD"), "lib/db/a.sql"); got != "a" {
		t.Errorf("a.sql holds %q", got)
	}
	if got := names(t, must(fs.Sub(r.clone().tree("HEAD"), "lib/db"))); got != "" {
		t.Errorf("the submodule that is not checked out holds %s", got)
	}
	bad := r.clone("--recurse-submodules")
	bad.git("update-index", "--cacheinfo", "160000,1111111111111111111111111111111111111111,lib/db")
	bad.git("commit", "-q", "-m", "bad")
	if _, err := fs.ReadFile(bad.tree("HEAD"), "lib/db/a.sql"); err == nil || !strings.Contains(err.Error(), "run `git -C lib/db fetch origin 1111") {
		t.Errorf("the error is %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Hooks run with variables that name a repository: not ours. Only the index of a
// commit in the making counts.
func TestVariablesOfGit(t *testing.T) {
	other := newRepo(t)
	other.commit("other")
	r := newRepo(t)
	r.commit("a")
	t.Setenv("GIT_DIR", filepath.Join(other.dir, ".git"))
	t.Setenv("GIT_WORK_TREE", other.dir)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.dir, ".git", "index"))
	if got := names(t, r.mustRelease(release.Options{Staged: true}).Head); got != "a" {
		t.Errorf("the index holds %s", got)
	}
	r.write("b.sql", "b")
	r.git("add", "b.sql")
	if err := os.Rename(filepath.Join(r.dir, ".git/index"), filepath.Join(r.dir, ".git/next-index-1.lock")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
	if got := names(t, r.mustRelease(release.Options{Staged: true}).Head); got != "a b" {
		t.Errorf("the index of the commit holds %s", got)
	}
}

func TestUnmergedIndex(t *testing.T) {
	r, _, _, _, _ := forked(t)
	r.git("checkout", "-q", "topic")
	r.write("c.sql", "another")
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "another c")
	cmd := r.run("sh", "-c", "git merge main || true")
	if _, err := r.release(release.Options{Staged: true}); err == nil || !strings.Contains(err.Error(), "the index holds c.sql in two versions") {
		t.Errorf("the error is %v (%s)", err, cmd)
	}
}

// A thousand files take well under a tenth of a second, also when all ask at once.
func TestManyFiles(t *testing.T) {
	r := newRepo(t)
	for i := range 1200 {
		r.write(fmt.Sprintf("db/%d/%04d.sql", i%7, i), strings.Repeat(fmt.Sprintf("CREATE TABLE t%d (id INT);\n", i), 20))
	}
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "many")
	g := r.open()
	start := time.Now()
	tree, err := g.Tree(context.Background(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := i; n < 1200; n += 4 {
				name := fmt.Sprintf("db/%d/%04d.sql", n%7, n)
				if data, err := fs.ReadFile(tree, name); err != nil || !strings.HasPrefix(string(data), fmt.Sprintf("CREATE TABLE t%d ", n)) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	t.Logf("read in %v", took)
	if took > time.Second {
		t.Errorf("reading took %v", took)
	}
}

// What a sparse checkout leaves out of the work tree is not gone.
func TestSparse(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{"db/0001_a.sql", "db/deep/x.sql", "app/a.go", "lib/b.go", "lib/c/c.go", "go.mod"} {
		r.write(name, name)
	}
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "all")
	r.git("sparse-checkout", "set", "app", "db/deep")
	r.write("lib/new.go", "new")
	r.git("rm", "-q", "--cached", "app/a.go")
	if err := os.Remove(filepath.Join(r.dir, "app/a.go")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "lib/b.go")); err == nil {
		t.Fatal("the checkout is not sparse")
	}
	got := r.mustRelease(release.Options{})
	if names(t, got.Head) != "app db go.mod lib" {
		t.Errorf("head holds %s", names(t, got.Head))
	}
	if lib := names(t, must(fs.Sub(got.Head, "lib"))); lib != "b.go c new.go" {
		t.Errorf("lib holds %s", lib)
	}
	for name, want := range map[string]string{"lib/b.go": "lib/b.go", "lib/new.go": "new", "db/0001_a.sql": "db/0001_a.sql", "db/deep/x.sql": "db/deep/x.sql"} {
		if text(t, got.Head, name) != want {
			t.Errorf("%s holds %q", name, text(t, got.Head, name))
		}
	}
	head := must(fs.Sub(got.Head, "lib"))
	if err := fstest.TestFS(head, "b.go", "c/c.go", "new.go"); err != nil {
		t.Error(err)
	}
}

// What is read after the end starts a new process.
func TestClose(t *testing.T) {
	r := newRepo(t)
	r.commit("a")
	g := r.open()
	tree, err := g.Tree(context.Background(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := text(t, tree, "a.sql"); got != "a" {
			t.Errorf("a.sql holds %q", got)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}
