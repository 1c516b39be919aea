package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/server"
)

const (
	exampleStart = "<!-- example -->\n"
	exampleEnd   = "<!-- /example -->"
	exampleArgs  = "lint --all testdata/stars"
)

func TestReadmeExample(t *testing.T) {
	t.Chdir("../..")
	var out bytes.Buffer
	cmd := rootCommand()
	cmd.SetOut(&out)
	cmd.SetArgs(strings.Fields(exampleArgs))
	if err := cmd.Execute(); !errors.Is(err, errFindings) {
		t.Fatal(err)
	}
	want := "```console\n$ expandcheck " + exampleArgs + "\n" + out.String() + "```\n"
	before, got, after := readme(t)
	if *update {
		if err := os.WriteFile("README.md", []byte(before+want+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("the example of the README is stale: go test ./cmd/expandcheck -update\ngot\n%s\nwant\n%s", got, want)
	}
}

// readme returns the text before, inside of and after the example.
func readme(t *testing.T) (before, example, after string) {
	t.Helper()
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), exampleStart)
	example, after, closed := strings.Cut(rest, exampleEnd)
	if !ok || !closed {
		t.Fatalf("the README has no %s … %s", exampleStart, exampleEnd)
	}
	return before + exampleStart, example, exampleEnd + after
}

// The configurations of the documentation can be read.
func TestDocumentedConfigurations(t *testing.T) {
	t.Chdir("../..")
	for _, file := range []string{"README.md", "docs/configuration.md"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for block := range strings.SplitSeq(string(data), "```yaml\n") {
			config, _, _ := strings.Cut(block, "```")
			if !strings.Contains(config, "migrations:\n") {
				continue
			}
			cfg, err := lint.ParseConfig(lint.ConfigFile, []byte(config))
			if err != nil || len(cfg.Migrations) == 0 {
				t.Errorf("%s: %+v, %v", file, cfg, err)
			}
			read++
		}
		if read == 0 {
			t.Errorf("%s has no configuration", file)
		}
	}
}

func TestReadmeNamesAll(t *testing.T) {
	t.Chdir("../..")
	before, _, after := readme(t)
	text := strings.ToLower(before + after)
	for _, name := range server.Names() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the README does not name the server %s", name)
		}
	}
	for _, l := range migration.Layouts() {
		if !strings.Contains(text, "`"+l.Name+"`") {
			t.Errorf("the README does not name the layout %s", l.Name)
		}
	}
	for _, format := range report.Formats() {
		if !strings.Contains(text, "| `"+format+"` |") {
			t.Errorf("the README does not name the format %s", format)
		}
	}
}
