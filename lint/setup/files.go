package setup

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/expandcheck/expandcheck/lint"
)

const repository = "https://github.com/expandcheck/expandcheck"

// Checkout is the action that fetches a repository, pinned.
const Checkout = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"

// config is what the configuration file says.
type config struct {
	dirs           []directory
	server, deploy sighting
	branch         string
}

func (c config) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Every key: %s/blob/main/docs/configuration.md\nmigrations:\n", repository)
	for _, d := range c.dirs {
		fmt.Fprintf(&b, "  - dir: %s\n    layout: %s\n", scalar(d.path), d.layout)
		if c.server.name != "" {
			fmt.Fprintf(&b, "    server: %s # %s: %s\n", c.server.name, c.server.at, c.server.text)
		}
	}
	if c.deploy.at != "" {
		fmt.Fprintf(&b, "deploy: %s # %s: %s\n", lint.MigrationsFirst, c.deploy.at, c.deploy.text)
	}
	branch := c.branch
	if branch == "" {
		branch = "origin/main"
	}
	fmt.Fprintf(&b, `
# What is deployed is the target of a pull request, the commit before a push, and
# else %s. Where merging is not deploying, name what runs:
# base: origin/production
# new_from: %s
`, branch, branch)
	return b.String()
}

// scalar spells a text so that YAML takes it for one.
func scalar(text string) string {
	out, err := yaml.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSpace(string(out))
}

const preCommitConfig = ".pre-commit-config.yaml"

// hook proposes what checks a commit.
func hook(fsys fs.FS, ref string) File {
	f := File{Name: preCommitConfig, Text: "repos:\n" + hookEntry(ref), What: "pre-commit refuses a commit with an unsafe migration"}
	f.Kept = anyOf(fsys, preCommitConfig, "lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".husky")
	switch {
	case f.Kept == "" || mentions(fsys, f.Kept):
	case f.Kept == preCommitConfig:
		f.Add = asDeepAs(fsys, f.Kept, hookEntry(ref))
	default:
		f.Add = "expandcheck lint --staged\n"
	}
	return f
}

var itemOfRepos = regexp.MustCompile(`(?m)^( *)- +repo:`)

// asDeepAs indents an entry of repos: as those are that the file has.
func asDeepAs(fsys fs.FS, name, entry string) string {
	data, err := fs.ReadFile(fsys, name)
	m := itemOfRepos.FindSubmatch(data)
	if err != nil || m == nil {
		return entry
	}
	var b strings.Builder
	for line := range strings.Lines(entry) {
		b.WriteString(string(m[1]) + strings.TrimPrefix(line, "  "))
	}
	return b.String()
}

func hookEntry(ref string) string {
	if ref == "" {
		return `  - repo: local
    hooks:
      - id: expandcheck
        name: expandcheck
        entry: expandcheck lint --staged
        language: system # the program must be installed
        pass_filenames: false
        always_run: true
`
	}
	return fmt.Sprintf("  - repo: %s\n    rev: %s\n    hooks:\n      - id: expandcheck\n", repository, ref)
}

// pullRequests proposes what checks a pull request, for the forge that is used.
func pullRequests(fsys fs.FS, ref string) File {
	const gitLab = ".gitlab-ci.yml"
	f := File{Name: ".github/workflows/expandcheck.yml", Text: workflow(ref), What: "GitHub checks each pull request"}
	if exists(fsys, f.Name) {
		f.Kept = f.Name
		return f
	}
	if !exists(fsys, gitLab) || exists(fsys, ".github") {
		return f
	}
	f = File{Name: gitLab, What: "GitLab checks each merge request", Kept: gitLab}
	if !mentions(fsys, gitLab) {
		f.Add = job(ref)
	}
	return f
}

func mentions(fsys fs.FS, name string) bool {
	data, err := fs.ReadFile(fsys, name)
	return err == nil && strings.Contains(string(data), "expandcheck")
}

func workflow(ref string) string {
	pin := ""
	if ref == "" {
		ref, pin = "main", " # name a version here, so that a new one is taken on purpose"
	}
	return fmt.Sprintf(`name: expandcheck
on: pull_request
permissions:
  contents: read
jobs:
  expandcheck:
    runs-on: ubuntu-latest
    steps:
      - uses: %s
        with:
          fetch-depth: 0 # the history tells when a backfill ran
          persist-credentials: false
      - uses: expandcheck/expandcheck@%s%s
`, Checkout, ref, pin)
}

func job(ref string) string {
	if ref == "" {
		ref = "latest"
	}
	return fmt.Sprintf(`expandcheck:
  image: golang:1.26
  variables:
    GIT_DEPTH: 0 # the history tells when a backfill ran
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - go install github.com/expandcheck/expandcheck/cmd/expandcheck@%s
    - expandcheck lint --format gitlab --output expandcheck.json
  artifacts:
    when: always
    reports:
      codequality: expandcheck.json
`, ref)
}
