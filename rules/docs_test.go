package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/rules"
)

// howToRead tells readers of the examples what testing made of them.
const howToRead = `The examples are directories: files below base/ are deployed, and those below head/ are
what the pull request adds; without the two, every migration is a release of its own. Below
` + "`want`" + ` stands what is reported: file, line and column, severity, rule, and what it is about.`

// page is the documentation of a rule: what `explain` says, with its scenarios.
func page(r *rules.Rule) string {
	bad, good := rules.Examples(r)
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Made from rules/%s: go test ./rules -run TestDocs -update -->\n\n", "testdata/"+r.Name+" and its Doc")
	fmt.Fprintf(&b, "# %s\n\n%s: %s. Family: %s.\n\n%s\n", r.Name, r.Severity, r.Summary, r.Family, r.Doc)
	fmt.Fprintf(&b, "\n## Example: it fires\n\n"+howToRead+"\n\n```text\n%s```\n\n## Example: it is silent\n\n```text\n%s```\n", bad, good)
	return b.String()
}

func list() string {
	var b strings.Builder
	b.WriteString("<!-- Made from the rules: go test ./rules -run TestDocs -update -->\n\n# The rules\n\n")
	b.WriteString("A release is what is deployed together. The running code is what runs while its migrations are\napplied: the code of the release before. The severities are those without a configuration.\n")
	family := rules.Family("")
	for _, r := range rules.All() {
		if r.Family != family {
			family = r.Family
			fmt.Fprintf(&b, "\n## %s: %s\n\n| rule | severity | fires when |\n| --- | --- | --- |\n", family, family.About())
		}
		fmt.Fprintf(&b, "| [%s](rules/%s.md) | %s | %s |\n", r.Name, r.Name, r.Severity, r.Summary)
	}
	return b.String()
}

// The pages under docs/ say what the rules say.
func TestDocs(t *testing.T) {
	pages := map[string]string{"rules.md": list()}
	for _, r := range rules.All() {
		pages["rules/"+r.Name+".md"] = page(r)
	}
	for name, want := range pages {
		file := filepath.Join("..", "docs", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("docs/%s is stale (%v): run go test ./rules -run TestDocs -update", name, err)
		}
	}
	made, err := filepath.Glob("../docs/rules/*.md")
	if err != nil || len(made) != len(rules.All()) {
		t.Errorf("docs/rules holds %d pages for %d rules (%v)", len(made), len(rules.All()), err)
	}
}

// Every page has the same headings, in the same order.
func TestDocHeadings(t *testing.T) {
	want := []string{"What it does", "Why it breaks", "Do this instead", "When it is silent"}
	for _, r := range rules.All() {
		var got []string
		for line := range strings.Lines(r.Doc) {
			if h, ok := strings.CutPrefix(line, "## "); ok {
				got = append(got, strings.TrimSpace(h))
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s has the headings %q, want %q", r.Name, got, want)
		}
	}
}
