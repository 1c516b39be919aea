package lint_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/report"
)

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func with(files map[string]string, more ...string) map[string]string {
	out := maps.Clone(files)
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func compared(t *testing.T, cfg lint.Config, base, head map[string]string) *report.Report {
	t.Helper()
	cfg.Root, cfg.Deployed, cfg.NoCode = tree(head), tree(base), true
	rep, err := lint.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// What is pending is judged against the schema that production has, not against
// what an edited migration says now.
func TestDeployedSchemaIsThatOfBase(t *testing.T) {
	base := map[string]string{"db/0001_a.up.sql": "CREATE TABLE t (id INT PRIMARY KEY, n INT NULL);"}
	rep := compared(t, lint.Config{}, base, map[string]string{
		"db/0001_a.up.sql": "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL);",
		"db/0002_b.up.sql": "ALTER TABLE t MODIFY n INT NOT NULL;",
	})
	if got, want := found(rep), "db/0001_a.up.sql:1:1 edited-migration 0001\ndb/0002_b.up.sql:1:15 set-not-null n\n"; got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
}

// Line endings are git's business.
func TestLineEndingsAreNoEdit(t *testing.T) {
	const text = "CREATE TABLE t (\n  id INT PRIMARY KEY -- the key\n);\n"
	for _, name := range []string{"db/V1__a.sql", "db/0001_a.up.sql", "db/R__a.sql"} {
		base := map[string]string{name: text, "db/V9__z.sql": "SELECT 1;"}
		rep := compared(t, lint.Config{}, base, with(base, name, strings.ReplaceAll(text, "\n", "\r\n")))
		if got := found(rep); got != "" || rep.Coverage.NewMigrations != 0 {
			t.Errorf("%s: %d new\n%s", name, rep.Coverage.NewMigrations, got)
		}
	}
}

// What the baseline covers is not reported, whatever became of it.
func TestBaselineCoversEdits(t *testing.T) {
	base := map[string]string{
		"db/0001_a.up.sql": "CREATE TABLE a (id INT);", "db/0002_b.up.sql": "CREATE TABLE b (id INT);",
		"db/0003_c.up.sql": "CREATE TABLE c (id INT);", "db/0004_d.up.sql": "CREATE TABLE d (id INT);",
	}
	head := map[string]string{"db/0002_b.up.sql": "CREATE TABLE b (id BIGINT);", "db/0003_c.up.sql": "CREATE TABLE c (id BIGINT);"}
	rep := compared(t, lint.Config{Since: "2", Base: "main"}, base, head)
	if got, want := found(rep), "db/0003_c.up.sql:1:1 edited-migration 0003\ndb/0004_d.up.sql:1:1 edited-migration 0004\n"; got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
}

// A changelog that cannot be read may hold anything new, once it changed.
func TestOpaqueChangelog(t *testing.T) {
	base := map[string]string{
		"db/a.sql":         "--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE a (id INT);\n",
		"db/changelog.xml": `<databaseChangeLog><include file="a.sql"/><changeSet id="1" author="ann"></changeSet></databaseChangeLog>`,
	}
	if got := found(compared(t, lint.Config{}, base, base)); got != "" {
		t.Errorf("nothing changed:\n%s", got)
	}
	head := with(base, "db/changelog.xml", base["db/changelog.xml"]+"<!-- and more -->")
	if got, want := found(compared(t, lint.Config{}, base, head)), "db/changelog.xml:1:1 opaque-ddl \n"; got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
}

// A migration in Go whose statements are not known may have changed.
func TestEditedCode(t *testing.T) {
	const code = "package db\n\nimport \"github.com/pressly/goose/v3\"\n\nfunc init() { goose.AddMigration(up, nil) }\n"
	base := map[string]string{"db/00001_a.sql": "-- +goose Up\nCREATE TABLE a (id INT);\n", "db/00002_b.go": code}
	rep := compared(t, lint.Config{}, base, with(base, "db/00002_b.go", code+"\nvar more = 1\n"))
	if got, want := found(rep), "db/00002_b.go:1:1 edited-migration 00002\n"; got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
	if len(rep.Findings) > 0 && rep.Findings[0].Severity.String() != "warning" {
		t.Errorf("severity is %s", rep.Findings[0].Severity)
	}
}

// A directory without a deployed one is new as a whole, as one release.
func TestBaseWithoutMigrations(t *testing.T) {
	head := map[string]string{"db/0001_a.up.sql": "CREATE TABLE a (id INT, b INT);", "db/0002_b.up.sql": "ALTER TABLE a DROP COLUMN b;"}
	for name, base := range map[string]map[string]string{
		"empty": {"main.go": "package main"}, "a folder": {"db/README.md": "migrations"}, "another directory": {"old/0001_x.up.sql": "CREATE TABLE x (id INT);"},
	} {
		rep := compared(t, lint.Config{}, base, with(head, "old/0001_x.up.sql", "CREATE TABLE x (id INT);"))
		if got := found(rep); got != "" || rep.Coverage.NewMigrations < 2 {
			t.Errorf("%s: %d new\n%s", name, rep.Coverage.NewMigrations, got)
		}
	}
}

// What was wrong before is not the fault of what is pending.
func TestOldProblemsAreNotReported(t *testing.T) {
	base := map[string]string{
		"db/0001_a.up.sql": "CREATE TABLE a (id INT);", "db/0001_b.up.sql": "CREATE TABLE b (id INT);",
		"db/0002_c.up.sql": "CREATE TABLE c (id INT, n VARCHAR(9) DEFAULT '\xff');", "db/0002_c.down.sql": "", "db/0002_d.down.sql": "",
	}
	head := with(base, "db/0003_e.up.sql", "CREATE TABLE e (id INT);", "db/0003_f.up.sql", "CREATE TABLE f (id INT);")
	if got, want := found(compared(t, lint.Config{}, base, head)), "db/0003_f.up.sql:1:1 duplicate-version \n"; got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
	if all := found(compared(t, lint.Config{All: true}, base, head)); !strings.Contains(all, "0001_b.up.sql:1:1 duplicate-version") || !strings.Contains(all, "0002_c.up.sql:1:47 unparsed-statement") {
		t.Errorf("findings of --all:\n%s", all)
	}
}
