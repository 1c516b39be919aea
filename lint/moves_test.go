package lint_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
)

// What a routine does that nobody calls is no step of a move, and the releases
// around it keep their places.
func TestMovesPassOverUncalledRoutines(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	tree := fstest.MapFS{
		"db/0001_create.sql": file("CREATE TABLE star (id INT PRIMARY KEY, star_count INT NULL);\nCREATE TABLE repo (id INT PRIMARY KEY);\n"),
		"db/0002_routine.sql": file("DELIMITER //\n-- expandcheck:replaces star.star_count\nCREATE PROCEDURE later()\nBEGIN\n" +
			"  ALTER TABLE repo ADD COLUMN star_count INT NULL;\nEND//\nDELIMITER ;\n"),
		"db/0003_add.sql":  file("-- expandcheck:replaces star.star_count\nALTER TABLE repo ADD COLUMN star_count INT NULL;\n"),
		"db/0004_copy.sql": file("UPDATE repo JOIN star ON star.id = repo.id SET repo.star_count = star.star_count;\n"),
	}
	rep, err := lint.Run(context.Background(), lint.Config{Root: tree, All: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Moves) != 1 || rep.Moves[0].String() != "`star.star_count` → `repo.star_count`" {
		t.Fatalf("the moves are %v", rep.Moves)
	}
	if at := rep.Moves[0].Steps[0].Evidence[0].Pos; at.File != "db/0003_add.sql" {
		t.Errorf("the column is added at %v", at)
	}
	for _, f := range rep.Findings {
		if strings.HasPrefix(f.Rule.Name, "skipped") {
			t.Errorf("%s: %s", f.Pos.File, f.Message)
		}
	}
}
