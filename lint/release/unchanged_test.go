package release_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/expandcheck/expandcheck/lint/release"
)

// What the work tree has changed is read as it was deployed; the rest may be read from
// either, and is the same.
func TestUnchanged(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{"same.go", "edited.go", "gone.go", "real/linked.go", "hidden.go"} {
		r.write(name, "package deployed // "+name+"\n")
	}
	if err := os.Symlink("real", filepath.Join(r.dir, "link")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	r.commit("base")
	r.write("other.go", "package other\n")
	r.commit("head")
	r.write("edited.go", "package pending\n")
	r.write("real/linked.go", "package pending\n")
	r.write("fresh.go", "package pending\n")
	for _, name := range []string{"gone.go", "hidden.go"} {
		if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.git("update-index", "--skip-worktree", "hidden.go")

	rel := r.mustRelease(release.Options{Ref: "HEAD~1"})
	base, err := rel.Unchanged(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, base), names(t, rel.Base); got != want {
		t.Errorf("there are the files %s, want %s", got, want)
	}
	for _, name := range []string{"same.go", "edited.go", "gone.go", "real/linked.go", "link/linked.go", "hidden.go"} {
		want, err := fs.ReadFile(rel.Base, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := fs.ReadFile(base, name)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is read as %q, %v; deployed is %q", name, got, err, want)
		}
	}
	version := base.(interface{ Same(name string) bool })
	for name, want := range map[string]bool{"same.go": true, "edited.go": false, "gone.go": false, "real/linked.go": false, "link/linked.go": false, "fresh.go": false, "../same.go": false} {
		if got := version.Same(name); got != want {
			t.Errorf("%s is the same in the head: %t, want %t", name, got, want)
		}
	}
	for _, name := range []string{"fresh.go", "other.go", "../same.go"} {
		if _, err := fs.ReadFile(base, name); err == nil {
			t.Errorf("%s is not deployed, and was read", name)
		}
	}
}
