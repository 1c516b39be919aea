package main

import (
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint/setup"
)

// The images of the documentation build what go.mod asks for.
func TestImagesHaveTheGoThatIsNeeded(t *testing.T) {
	t.Chdir("../..")
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	p, err := setup.Look(fstest.MapFS{
		"db/1_a.up.sql":  {Data: []byte("CREATE TABLE a (id INT PRIMARY KEY);")},
		".gitlab-ci.yml": {},
	}, setup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"Dockerfile": read(t, "Dockerfile"), "docs/integrations.md": read(t, "docs/integrations.md"), "init": p.Files[2].Add} {
		if m := regexp.MustCompile(`golang:(\d+\.\d+)`).FindStringSubmatch(text); m == nil || m[1] != want {
			t.Errorf("%s: the image is %v, go.mod asks for %s", name, m, want)
		}
	}
}

// The golangci-lint that is tested is the one that the documentation names.
func TestOneVersionOfGolangciLint(t *testing.T) {
	t.Chdir("../..")
	find := func(file, pattern string) string {
		t.Helper()
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindSubmatch(data)
		if found == nil {
			t.Fatalf("%s: no %s", file, pattern)
		}
		return string(found[1])
	}
	want := find(".ci/golangci-lint/go.mod", `golangci/golangci-lint/v2 (v\S+)`)
	for file, pattern := range map[string]string{
		".ci/golangci-lint/main.go": `"(v[0-9.]+)-"`,
		".custom-gcl.yml":           `(?m)^version: (v\S+)$`,
		"README.md":                 `(?m)^version: (v\S+)$`,
		"docs/integrations.md":      `(?m)^version: (v\S+)$`,
	} {
		if got := find(file, pattern); got != want {
			t.Errorf("%s: golangci-lint %s, tested is %s", file, got, want)
		}
	}
}
