package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint/setup"
)

// documented are the files that tell others what to run, from the root.
var documented = []string{"README.md", "docs/integrations.md", "docs/configuration.md", "docs/comparison.md", "action.yml", ".pre-commit-hooks.yaml"}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// What is documented is YAML, and pins the actions of others to commits.
func TestDocumentedYAML(t *testing.T) {
	t.Chdir("../..")
	texts := map[string][]string{"action.yml": {read(t, "action.yml")}, ".pre-commit-hooks.yaml": {read(t, ".pre-commit-hooks.yaml")}, ".custom-gcl.yml": {read(t, ".custom-gcl.yml")}}
	for _, name := range documented {
		for _, m := range yamlBlock.FindAllStringSubmatch(read(t, name), -1) {
			texts[name] = append(texts[name], m[1])
		}
	}
	uses := regexp.MustCompile(`uses: (\S+)@(\S+)`)
	for name, blocks := range texts {
		for _, text := range blocks {
			var anything any
			if err := yaml.Unmarshal([]byte(text), &anything); err != nil {
				t.Errorf("%s: %v\n%s", name, err, text)
			}
			for _, m := range uses.FindAllStringSubmatch(text, -1) {
				if m[1] != "expandcheck/expandcheck" && !fullCommit.MatchString(m[2]) {
					t.Errorf("%s: %s is not pinned to a commit", name, m[0])
				}
			}
		}
	}
	if pinned := uses.FindStringSubmatch("uses: " + setup.Checkout); pinned == nil || !fullCommit.MatchString(pinned[2]) || !strings.Contains(read(t, "docs/integrations.md"), setup.Checkout) {
		t.Errorf("%s: not pinned, or not what the documentation names", setup.Checkout)
	}
}

// Commands and flags that are documented are there.
func TestDocumentedCommands(t *testing.T) {
	t.Chdir("../..")
	run := regexp.MustCompile("(?m)(?:^|[\\s`$/\"])expandcheck\"? (lint|status|uses|explain|init|baseline|version|completion)\\b([^`#|\n]*)")
	flag := regexp.MustCompile(`(?:^|\s)--([a-z-]+)(?:[ =]([^\s-]\S*))?`)
	found := 0
	for _, name := range documented {
		for _, m := range run.FindAllStringSubmatch(read(t, name), -1) {
			cmd := command(t, m[1])
			for _, f := range flag.FindAllStringSubmatch(m[2], -1) {
				found++
				if cmd.Flags().Lookup(f[1]) == nil {
					t.Errorf("%s: expandcheck %s has no flag --%s", name, m[1], f[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d flags were found", found)
	}
}

func command(t *testing.T, name string) *cobra.Command {
	t.Helper()
	root := rootCommand()
	root.InitDefaultCompletionCmd()
	cmd, _, err := root.Find([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	return cmd
}

type actionFile struct {
	Inputs map[string]struct{ Description, Default string }
	Runs   struct {
		Steps []struct {
			Name, Shell, Run string
			Env              map[string]string
		}
	}
}

func action(t *testing.T) actionFile {
	t.Helper()
	var a actionFile
	if err := yaml.Unmarshal([]byte(read(t, "action.yml")), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// An input is a flag of lint; no step puts one into its script, where it would be
// run, and each is documented.
func TestActionInputs(t *testing.T) {
	t.Chdir("../..")
	a := action(t)
	flags := command(t, "lint").Flags()
	page := read(t, "docs/integrations.md")
	for name, input := range a.Inputs {
		if name != "working-directory" && flags.Lookup(name) == nil {
			t.Errorf("the input %s is no flag of lint", name)
		}
		if !strings.Contains(page, "`"+name+"`") || input.Description == "" {
			t.Errorf("the input %s is not documented", name)
		}
		used := strings.Contains(read(t, "action.yml"), "${{ inputs."+name+" }}")
		if !used {
			t.Errorf("the input %s is not used", name)
		}
	}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%s: an expression stands in the script", step.Name)
		}
	}
}

// fakeGo stands for the go command: it links this program to where it is told.
const fakeGo = `#!/bin/sh
echo "$*" > "$LOG"
while [ "$1" != -o ]; do shift; done
ln -s "$PROGRAM" "$2"
`

// The scripts of the action are run, with inputs that a shell must not touch.
func TestActionScripts(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	t.Chdir("../..")
	steps := action(t).Runs.Steps
	temp, bin, app := t.TempDir(), t.TempDir(), t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fakeGo), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(app, os.DirFS("testdata/stars")); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(temp, "log")
	script := func(text string, more ...string) (string, error) {
		cmd := exec.Command(bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text)
		cmd.Dir = app
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "LOG="+log, "PROGRAM="+program,
			"GITHUB_ACTION_PATH=/an action", "RUNNER_TEMP="+temp, "VERSION=v9.8.7", "GITHUB_ACTIONS=", "GITHUB_STEP_SUMMARY=")
		cmd.Env = append(cmd.Env, more...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	if out, err := script(steps[0].Run); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := read(t, log), "build -C /an action -buildvcs=false -ldflags -X main.releasedAs=v9.8.7 -o "+temp+"/expandcheck ./cmd/expandcheck\n"; got != want {
		t.Errorf("go %s, want %s", got, want)
	}
	if out, err := script(steps[0].Run, "PATH="+t.TempDir()); err == nil || !strings.Contains(out, "::error title=expandcheck::Go is not installed") {
		t.Errorf("without Go: %v\n%s", err, out)
	}

	report := filepath.Join(temp, "a b; $(touch x).json")
	inputs := []string{"BASE=", "NEW_FROM=", "CONFIG=", "FORMAT=json", "FAIL_ON=error", "OUTPUT=" + report}
	out, err := script(steps[1].Run, inputs...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFindings || !strings.Contains(read(t, report), `"rule": "drop-table"`) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := script(steps[1].Run, append(inputs, "FAIL_ON=never")...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := script(steps[1].Run, append(inputs, "CONFIG=x; touch y")...); err == nil || !strings.Contains(out, "x; touch y: no such file") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Links of the documentation to its own files lead somewhere.
func TestDocumentedLinks(t *testing.T) {
	t.Chdir("../..")
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, name := range documented {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
