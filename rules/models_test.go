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

// done returns the example after the first n steps.
func done(n int) stars {
	var s stars
	for i := range n {
		s[i] = true
	}
	return s
}

// judge judges what head adds to base, and returns the rules that fire and the file
// of each.
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

func sameFindings(got, want string) bool {
	a, b := strings.Split(got, ", "), strings.Split(want, ", ")
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// A builder spells the stars example, moved within its table, with a library.
type builder struct {
	name string
	// late are the rules that tell, beside those for SQL, of a step without an earlier one.
	late                   map[[2]int]string
	reads                  string // the file that reads, where it is not the page
	store, api, sync, page func(s stars) string
	generated              func(s stars) map[string]string // files that a tool made; nil for none
}

const (
	modelTable = "CREATE TABLE repo (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, repo_name VARCHAR(100) NOT NULL, star_count INT NOT NULL DEFAULT 0);\n"
	modelAdd   = "-- expandcheck:replaces repo.star_count\nALTER TABLE repo ADD COLUMN stars BIGINT NULL;\n"
	modelFill  = "UPDATE repo SET stars = star_count WHERE stars IS NULL;\n"
	modelDrop  = "ALTER TABLE repo DROP COLUMN star_count;\n"
)

// when returns text if a condition holds.
func when(cond bool, text string) string {
	if cond {
		return text
	}
	return ""
}

func writesNew(s stars) bool { return s[1] || s[4] }

var builders = []builder{{
	name: "GORM",
	late: map[[2]int]string{
		{2, 4}: "missing-dual-write api/api.go, missing-dual-write sync/sync.go", // the field is there, and saved
	},
	store: func(s stars) string {
		return "package store\n\nimport \"gorm.io/gorm\"\n\ntype Repo struct {\n\tID int64\n\tRepoName string\n" +
			when(!s[4] || !s[3], "\tStarCount int64\n") + when(s[1] || s[3] || s[4], "\tStars int64\n") + "}\n\n" +
			"func (Repo) TableName() string { return \"repo\" }\n\n" +
			"type Store struct{ db *gorm.DB }\n\n" +
			"func (s *Store) ByName(name string) (*Repo, error) {\n\tvar r Repo\n\tif err := s.db.Where(\"repo_name = ?\", name).First(&r).Error; err != nil {\n\t\treturn nil, err\n\t}\n\treturn &r, nil\n}\n\n" +
			"func (s *Store) Save(r *Repo) error { return s.db.Save(r).Error }\n\n" +
			"func (s *Store) Create(r *Repo) error { return s.db.Create(r).Error }\n"
	},
	api: func(s stars) string {
		return "package api\n\nimport \"example.com/app/store\"\n\nfunc Set(s *store.Store, name string, n int64) error {\n\tr, err := s.ByName(name)\n\tif err != nil {\n\t\treturn err\n\t}\n" +
			when(!s[4], "\tr.StarCount = n\n") + when(writesNew(s), "\tr.Stars = n\n") + "\treturn s.Save(r)\n}\n"
	},
	sync: func(s stars) string {
		return "package sync\n\nimport \"example.com/app/store\"\n\nfunc Set(s *store.Store, name string, n int64) error {\n\treturn s.Create(&store.Repo{RepoName: name" +
			when(!s[4], ", StarCount: n") + when(writesNew(s), ", Stars: n") + "})\n}\n"
	},
	page: func(s stars) string {
		field := "StarCount"
		if s[3] {
			field = "Stars"
		}
		return "package web\n\nimport \"example.com/app/store\"\n\nfunc Stars(s *store.Store, name string) (int64, error) {\n\tr, err := s.ByName(name)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn r." + field + ", nil\n}\n"
	},
}, {
	name:  "sqlx",
	reads: "store/store.go",
	store: func(s stars) string {
		columns, values, sets := "repo_name", ":repo_name", "repo_name = :repo_name"
		if !s[4] {
			columns, values, sets = columns+", star_count", values+", :star_count", sets+", star_count = :star_count"
		}
		if writesNew(s) {
			columns, values, sets = columns+", stars", values+", :stars", sets+", stars = :stars"
		}
		selected := ", star_count"
		if s[3] {
			selected = ", stars"
		}
		return "package store\n\nimport \"github.com/jmoiron/sqlx\"\n\ntype Repo struct {\n\tID int64 `db:\"id\"`\n\tRepoName string `db:\"repo_name\"`\n\tStarCount int64 `db:\"star_count\"`\n\tStars *int64 `db:\"stars\"`\n}\n\n" +
			"type Store struct{ db *sqlx.DB }\n\n" +
			"func (s *Store) ByName(name string) (*Repo, error) {\n\tvar r Repo\n\tif err := s.db.Get(&r, \"SELECT id, repo_name" + selected + " FROM repo WHERE repo_name = ?\", name); err != nil {\n\t\treturn nil, err\n\t}\n\treturn &r, nil\n}\n\n" +
			"func (s *Store) Save(r *Repo) error {\n\t_, err := s.db.NamedExec(\"UPDATE repo SET " + sets + " WHERE id = :id\", r)\n\treturn err\n}\n\n" +
			"func (s *Store) Create(r *Repo) error {\n\t_, err := s.db.NamedExec(\"INSERT INTO repo (" + columns + ") VALUES (" + values + ")\", r)\n\treturn err\n}\n"
	},
	api: func(s stars) string {
		return "package api\n\nimport \"example.com/app/store\"\n\nfunc Set(s *store.Store, name string, n int64) error {\n\tr, err := s.ByName(name)\n\tif err != nil {\n\t\treturn err\n\t}\n" +
			when(!s[4], "\tr.StarCount = n\n") + when(writesNew(s), "\tr.Stars = &n\n") + "\treturn s.Save(r)\n}\n"
	},
	sync: func(s stars) string {
		return "package sync\n\nimport \"example.com/app/store\"\n\nfunc Set(s *store.Store, name string, n int64) error {\n\treturn s.Create(&store.Repo{RepoName: name" +
			when(!s[4], ", StarCount: n") + when(writesNew(s), ", Stars: &n") + "})\n}\n"
	},
	page: func(s stars) string {
		field := "StarCount"
		if s[3] {
			field = "Stars"
		}
		return "package web\n\nimport \"example.com/app/store\"\n\nfunc Stars(s *store.Store, name string) (any, error) {\n\tr, err := s.ByName(name)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn r." + field + ", nil\n}\n"
	},
}, {
	name:  "squirrel",
	store: func(stars) string { return "package store\n\nconst Table = \"repo\"\n" },
	api: func(s stars) string {
		return "package api\n\nimport (\n\t\"database/sql\"\n\n\tsq \"github.com/Masterminds/squirrel\"\n\n\t\"example.com/app/store\"\n)\n\nfunc Set(db *sql.DB, name string, n int64) error {\n\tu := sq.Update(store.Table).Where(sq.Eq{\"repo_name\": name})\n" +
			when(!s[4], "\tu = u.Set(\"star_count\", n)\n") + when(writesNew(s), "\tu = u.Set(\"stars\", n)\n") + "\t_, err := u.RunWith(db).Exec()\n\treturn err\n}\n"
	},
	sync: func(s stars) string {
		return "package sync\n\nimport (\n\t\"database/sql\"\n\n\tsq \"github.com/Masterminds/squirrel\"\n\n\t\"example.com/app/store\"\n)\n\nfunc Set(db *sql.DB, name string, n int64) error {\n\tvalues := map[string]interface{}{\"repo_name\": name" +
			when(!s[4], ", \"star_count\": n") + when(writesNew(s), ", \"stars\": n") + "}\n\t_, err := sq.Insert(store.Table).SetMap(values).RunWith(db).Exec()\n\treturn err\n}\n"
	},
	page: func(s stars) string {
		column := "star_count"
		if s[3] {
			column = "stars"
		}
		return "package web\n\nimport (\n\t\"database/sql\"\n\n\tsq \"github.com/Masterminds/squirrel\"\n\n\t\"example.com/app/store\"\n)\n\nfunc Stars(db *sql.DB, name string) (int64, error) {\n\tvar n sql.NullInt64\n\terr := sq.Select(\"" + column + "\").From(store.Table).Where(sq.Eq{\"repo_name\": name}).RunWith(db).QueryRow().Scan(&n)\n\treturn n.Int64, err\n}\n"
	},
}, entModel}

func (b *builder) tree(s stars) fstest.MapFS {
	out := fstest.MapFS{}
	add := func(name, text string) { out[name] = &fstest.MapFile{Data: []byte(text)} }
	add("go.mod", "module example.com/app\n\ngo 1.22\n")
	add("db/0001_create.sql", modelTable)
	for i, text := range map[int]string{0: modelAdd, 2: modelFill, 5: modelDrop} {
		if s[i] {
			add(fmt.Sprintf("db/%04d_step.sql", i+2), text)
		}
	}
	add("store/store.go", b.store(s))
	add("api/api.go", b.api(s))
	add("sync/sync.go", b.sync(s))
	add("web/web.go", b.page(s))
	if b.generated != nil {
		for name, text := range b.generated(s) {
			add(name, text)
		}
	}
	return out
}

// The six steps are right with each library, and a step that is left out is found.
func TestSixStepsOfModels(t *testing.T) {
	const (
		copied  = "skipped-step db/0004_step.sql"
		dropped = "drop-column db/0007_step.sql"
		onlyNew = "skipped-step api/api.go, skipped-step sync/sync.go"
		early   = "read-before-dual-write web/web.go"
		unfed   = "read-before-backfill web/web.go"
	)
	skipped := map[[2]int]string{
		{2, 3}: copied, {2, 4}: early, {2, 5}: early,
		{3, 4}: unfed, {3, 5}: unfed, {4, 5}: onlyNew, {4, 6}: onlyNew + ", " + dropped,
		{5, 6}: dropped,
	}
	for _, b := range builders {
		t.Run(b.name, func(t *testing.T) {
			for step := 1; step <= 6; step++ {
				if got := judge(t, lint.Separate, b.tree(done(step-1)), b.tree(done(step))); got != "" {
					t.Errorf("step %d: %s", step, got)
				}
			}
			for pair, want := range skipped {
				base := done(pair[1] - 1)
				base[pair[0]-1] = false
				head := base
				head[pair[1]-1] = true
				if more, ok := b.late[pair]; ok {
					want += ", " + more
				}
				if b.reads != "" {
					want = strings.ReplaceAll(want, "web/web.go", b.reads)
				}
				if got := judge(t, lint.Separate, b.tree(base), b.tree(head)); !sameFindings(got, want) {
					t.Errorf("step %d without step %d: got %s, want %s", pair[1], pair[0], got, want)
				}
			}
		})
	}
}

// One of two writers that forgets the new field is found, whatever the other does.
func TestForgottenWriterOfModels(t *testing.T) {
	for _, b := range builders {
		for _, file := range []string{"api/api.go", "sync/sync.go"} {
			base, head := b.tree(done(1)), b.tree(done(2))
			head[file] = base[file]
			if got := judge(t, lint.Separate, base, head); !strings.Contains(got, "missing-dual-write "+file) {
				t.Errorf("%s: forgotten in %s: got %q", b.name, file, got)
			}
		}
	}
}
