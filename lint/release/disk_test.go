package release_test

import (
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/expandcheck/expandcheck/lint/release"
)

// Files of several folders are read at once, whichever folder is open.
func TestWorkTreeAtOnce(t *testing.T) {
	r := newRepo(t)
	const folders, files = 4, 8
	var names []string
	for i := range folders * files {
		name := fmt.Sprintf("app/%d/%d.sql", i%folders, i)
		r.write(name, name)
		names = append(names, name)
	}
	r.write("top.sql", "top.sql")
	names = append(names, "top.sql")
	disk, err := release.WorkTree(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			if data, err := fs.ReadFile(disk, name); err != nil || string(data) != name {
				t.Errorf("%s is %q (%v)", name, data, err)
			}
		})
	}
	wg.Wait()
	for _, name := range []string{"app/none/a.sql", "app/0/none.sql", "app/0", "app/../top.sql"} {
		if _, err := fs.ReadFile(disk, name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
