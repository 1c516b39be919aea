package rules_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/rules"
)

var update = flag.Bool("update", false, "write what the scenarios should say, to be read by eye")

// A scenario is a txtar archive. Its first line says what it shows. The trees
// base/ (deployed) and head/ (pending, laid over base; what gone lists is not in it),
// or one tree where every migration is a release of its own; and want, one finding a
// line. ahead/, laid over base, is what is deployed has gone on to.
type scenario struct {
	file    string
	archive *txtar.Archive
}

func (s scenario) want() string { return s.section("want") }

func (s scenario) section(name string) string {
	for _, f := range s.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// trees returns the work tree, the tree that is deployed, and the one that this has
// gone on to; nil without them.
func (s scenario) trees() (head, base, ahead fstest.MapFS) {
	head = fstest.MapFS{}
	put := func(tree *fstest.MapFS, name string, data []byte) {
		if *tree == nil {
			*tree = fstest.MapFS{}
		}
		(*tree)[name] = &fstest.MapFile{Data: data}
	}
	for _, f := range s.archive.Files {
		tree, name, in := strings.Cut(f.Name, "/")
		switch {
		case f.Name == "want" || f.Name == "gone":
		case in && tree == "base":
			put(&base, name, f.Data)
			put(&head, name, f.Data)
		case in && tree == "ahead":
			put(&ahead, name, f.Data)
		case in && tree == "head":
			put(&head, name, f.Data)
		default:
			put(&head, f.Name, f.Data)
		}
	}
	for name, f := range base {
		if ahead != nil && ahead[name] == nil {
			ahead[name] = f
		}
	}
	for name := range strings.FieldsSeq(s.section("gone")) {
		delete(head, name)
	}
	return head, base, ahead
}

func (s scenario) run(t *testing.T) *report.Report {
	t.Helper()
	fsys, base, ahead := s.trees()
	cfg := lint.Config{Root: fsys}
	if data, err := fs.ReadFile(fsys, ".expandcheck.yml"); err == nil {
		if cfg, err = lint.ParseConfig(".expandcheck.yml", data); err != nil {
			t.Fatal(err)
		}
		cfg.Root = fsys
	}
	cfg.All = base == nil
	if base != nil {
		cfg.Deployed = base
	}
	if ahead != nil {
		cfg.Ahead = ahead
	}
	rep, err := lint.Run(context.Background(), cfg)
	if err != nil {
		t.Fatalf("%s: %v", s.file, err)
	}
	return rep
}

func listing(rep *report.Report) string {
	var b strings.Builder
	for _, f := range rep.Findings {
		object := f.Table
		if f.Object != "" {
			object = strings.TrimPrefix(object+"."+f.Object, ".")
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimSpace(fmt.Sprintf("%s:%d:%d: %s %s %s", f.Pos.File, f.Pos.Line, f.Pos.Column, f.Severity, f.Rule.Name, object)))
	}
	return b.String()
}

func scenariosOf(t *testing.T, rule string) []scenario {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", rule, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var out []scenario
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, scenario{file: file, archive: archive})
	}
	return out
}

// Every rule has scenarios that fire and scenarios that stay silent, and their
// names tell which.
func TestScenarios(t *testing.T) {
	for _, rule := range rules.All() {
		fires, silent := 0, 0
		for _, s := range scenariosOf(t, rule.Name) {
			name := strings.TrimSuffix(filepath.Base(s.file), ".txtar")
			t.Run(rule.Name+"/"+name, func(t *testing.T) { s.check(t, rule.Name, strings.HasSuffix(name, "silent")) })
			if strings.HasSuffix(name, "silent") {
				silent++
			} else {
				fires++
			}
		}
		if fires < 2 || silent < 2 {
			t.Errorf("%s has %d scenarios that fire and %d that stay silent; want 2 of each", rule.Name, fires, silent)
		}
		if bad, good := rules.Examples(rule); bad == "" || good == "" {
			t.Errorf("%s lacks one of its examples %q and %q", rule.Name, rule.Bad, rule.Good)
		}
	}
}

func (s scenario) check(t *testing.T, rule string, silent bool) {
	if first, _, _ := strings.Cut(string(s.archive.Comment), "\n"); len(first) < 20 {
		t.Errorf("the first line does not say what it shows: %q", first)
	}
	got := listing(s.run(t))
	if *update {
		for i, f := range s.archive.Files {
			if f.Name == "want" {
				s.archive.Files[i].Data = []byte(got)
			}
		}
		if err := os.WriteFile(s.file, txtar.Format(s.archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := s.want(); got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
	if fired := strings.Contains(got, " "+rule+" ") || strings.Contains(got, " "+rule+"\n"); fired == silent {
		t.Errorf("the rule fired: %v, and the name of the scenario says otherwise:\n%s", fired, got)
	}
}
