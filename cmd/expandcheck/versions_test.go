package main

import (
	"os"
	"regexp"
	"testing"
)

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
	} {
		if got := find(file, pattern); got != want {
			t.Errorf("%s: golangci-lint %s, tested is %s", file, got, want)
		}
	}
}
