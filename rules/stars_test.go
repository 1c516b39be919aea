package rules_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
)

// stars is the stars example after some of its six steps.
type stars [6]bool

const (
	starTables = "CREATE TABLE repo (id BIGINT PRIMARY KEY, repo_name VARCHAR(100) NOT NULL);\n" +
		"CREATE TABLE star (id BIGINT PRIMARY KEY, repo_name VARCHAR(100) NOT NULL, star_count INT NOT NULL DEFAULT 0);\n"
	starAdd  = "-- expandcheck:replaces star.star_count\nALTER TABLE repo ADD COLUMN star_count INT NULL;\n"
	starFill = "UPDATE repo JOIN star ON star.repo_name = repo.repo_name\nSET repo.star_count = star.star_count\nWHERE repo.star_count IS NULL;\n"
	starDrop = "DROP TABLE star;\n"
	setOld   = "UPDATE star SET star_count = ? WHERE repo_name = ?"
	setNew   = "UPDATE repo SET star_count = ? WHERE repo_name = ?"
)

// done returns the example after the first n steps.
func done(n int) stars {
	var s stars
	for i := range n {
		s[i] = true
	}
	return s
}

func (s stars) tree() fstest.MapFS {
	out := fstest.MapFS{}
	add := func(name, text string) { out[name] = &fstest.MapFile{Data: []byte(text)} }
	add("go.mod", "module example.com/app\n\ngo 1.22\n")
	add("db/0001_create.sql", starTables)
	for i, text := range map[int]string{0: starAdd, 2: starFill, 5: starDrop} {
		if s[i] {
			add(fmt.Sprintf("db/%04d_step.sql", i+2), text)
		}
	}
	table := "star"
	if s[3] {
		table = "repo"
	}
	add("web/web.go", "package web\n\nimport \"database/sql\"\n\nfunc Stars(db *sql.DB, repo string) (n int, err error) {\n"+
		"\terr = db.QueryRow(\"SELECT star_count FROM "+table+" WHERE repo_name = ?\", repo).Scan(&n)\n\treturn n, err\n}\n")
	var statements []string
	if !s[4] {
		statements = append(statements, setOld)
	}
	if s[1] || s[4] {
		statements = append(statements, setNew)
	}
	for _, pkg := range []string{"api", "sync"} {
		var body strings.Builder
		for _, q := range statements {
			body.WriteString("\tif _, err := tx.Exec(\"" + q + "\", n, repo); err != nil {\n\t\treturn err\n\t}\n")
		}
		add(pkg+"/"+pkg+".go", "package "+pkg+"\n\nimport \"database/sql\"\n\nfunc Set(tx *sql.Tx, repo string, n int) error {\n"+body.String()+"\treturn nil\n}\n")
	}
	return out
}

// release judges what head adds to base, and returns the rules that fire and
// the file of each.
func release(t *testing.T, deploy lint.Deploy, base, head stars) string {
	t.Helper()
	return judge(t, deploy, base.tree(), head.tree())
}

func judge(t *testing.T, deploy lint.Deploy, base, head fstest.MapFS) string {
	t.Helper()
	cfg := lint.Config{Root: head, Deployed: base, Deploy: deploy}
	rep, err := lint.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range rep.Findings {
		line := f.Rule.Name + " " + f.Pos.File
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, ", ")
}

// Each step in a release of its own is right; two in one are not, nor is a step
// that is taken while an earlier one is missing.
func TestSixSteps(t *testing.T) {
	const (
		copied  = "skipped-step db/0004_step.sql"
		dropped = "drop-table db/0007_step.sql"
		onlyNew = "skipped-step api/api.go, skipped-step sync/sync.go"
		early   = "read-before-dual-write web/web.go"
		unfed   = "read-before-backfill web/web.go"
	)
	together := map[[2]int]string{
		{1, 3}: copied, {1, 4}: copied + ", " + early, {1, 5}: onlyNew + ", " + copied + ", " + early, {1, 6}: onlyNew + ", " + copied + ", " + early + ", " + dropped,
		{2, 3}: copied, {2, 4}: copied + ", " + early, {2, 5}: onlyNew + ", " + copied + ", " + early, {2, 6}: onlyNew + ", " + copied + ", " + early + ", " + dropped,
		{3, 4}: unfed, {3, 5}: onlyNew + ", " + unfed, {3, 6}: onlyNew + ", " + dropped + ", " + unfed,
		{4, 5}: onlyNew, {4, 6}: onlyNew + ", " + dropped,
		{5, 6}: dropped,
	}
	coupled := map[[2]int]string{ // where migrations do not come first
		{1, 2}: "coupled-change api/api.go, coupled-change sync/sync.go", {1, 3}: "coupled-change api/api.go, coupled-change sync/sync.go",
		{1, 4}: "coupled-change api/api.go, coupled-change sync/sync.go, coupled-change web/web.go",
	}
	coupled[[2]int{1, 5}], coupled[[2]int{1, 6}] = coupled[[2]int{1, 4}], coupled[[2]int{1, 4}]
	for _, deploy := range []lint.Deploy{lint.Separate, lint.MigrationsFirst} {
		for step := 1; step <= 6; step++ {
			if got := release(t, deploy, done(step-1), done(step)); got != "" {
				t.Errorf("%s: step %d: %s", deploy, step, got)
			}
			for last := step + 1; last <= 6; last++ {
				want := together[[2]int{step, last}]
				if deploy == lint.Separate {
					want = join(want, coupled[[2]int{step, last}])
				}
				if got := release(t, deploy, done(step-1), done(last)); !sameFindings(got, want) {
					t.Errorf("%s: steps %d to %d in one release: got %s, want %s", deploy, step, last, got, want)
				}
			}
		}
	}
	skipped := map[[2]int]string{
		{2, 3}: copied, {2, 4}: early, {2, 5}: early,
		{2, 6}: "", // what runs has no trace of it
		{3, 4}: unfed, {3, 5}: unfed, {3, 6}: "skipped-step db/0007_step.sql, " + unfed,
		{4, 5}: onlyNew, {4, 6}: onlyNew + ", " + dropped,
		{5, 6}: dropped,
	}
	for pair, want := range skipped {
		base := done(pair[1] - 1)
		base[pair[0]-1] = false
		head := base
		head[pair[1]-1] = true
		if got := release(t, lint.Separate, base, head); !sameFindings(got, want) {
			t.Errorf("step %d without step %d: got %s, want %s", pair[1], pair[0], got, want)
		}
	}
}

// Going back is right as long as what is read is still written.
func TestStepsBack(t *testing.T) {
	for from := 2; from <= 5; from++ {
		for to := 1; to < from; to++ {
			head := done(to)
			head[2] = from >= 3 // a migration stays
			want := ""
			if from == 5 && to < 4 { // old has not what was written since
				want = "skipped-step web/web.go"
			}
			if got := release(t, lint.Separate, done(from), head); got != want {
				t.Errorf("from step %d back to step %d: got %q, want %q", from, to, got, want)
			}
		}
	}
}

func join(a, b string) string {
	return strings.Join(slices.DeleteFunc([]string{a, b}, func(s string) bool { return s == "" }), ", ")
}

func sameFindings(got, want string) bool {
	a, b := strings.Split(got, ", "), strings.Split(want, ", ")
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
