package migration_test

import (
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint/migration"
)

func read(t *testing.T, files map[string]string) *migration.Directory {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["db/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	dir, err := migration.Read(fsys, "db", migration.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// What was there before is found again, whatever became of its file; the rest is new.
func TestMatch(t *testing.T) {
	const changes = "--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE a (id INT);\n"
	tests := map[string]struct {
		before, now map[string]string
		fresh       []string // paths
	}{
		"the same": {
			map[string]string{"0001_a.up.sql": "SELECT 1"}, map[string]string{"0001_a.up.sql": "SELECT 1"}, nil},
		"edited": {
			map[string]string{"0001_a.up.sql": "SELECT 1"}, map[string]string{"0001_a.up.sql": "SELECT 2"}, nil},
		"renamed": {
			map[string]string{"0001_a.up.sql": "SELECT 1"}, map[string]string{"0001_b.up.sql": "SELECT 1", "0002_c.up.sql": ""}, []string{"db/0002_c.up.sql"}},
		"written with other digits": {
			map[string]string{"1_a.up.sql": "SELECT 1"}, map[string]string{"0001_b.up.sql": "SELECT 1"}, nil},
		"moved to a folder": {
			map[string]string{"V1__a.sql": "SELECT 1"}, map[string]string{"old/V1__a.sql": "SELECT 1", "V2__b.sql": ""}, []string{"db/V2__b.sql"}},
		"a version taken again": {
			map[string]string{"0001_a.up.sql": "SELECT 1"}, map[string]string{"0001_a.up.sql": "SELECT 1", "0001_b.up.sql": ""}, []string{"db/0001_b.up.sql"}},
		"a repeatable one that changed": {
			map[string]string{"V1__a.sql": "", "R__v.sql": "SELECT 1"}, map[string]string{"V1__a.sql": "", "R__v.sql": "SELECT 2"}, []string{"db/R__v.sql"}},
		"a repeatable one that did not": {
			map[string]string{"V1__a.sql": "", "R__v.sql": "SELECT 1"}, map[string]string{"V1__a.sql": "", "R__v.sql": "SELECT 1"}, nil},
		"one id in two changelogs": {
			map[string]string{"a.sql": changes}, map[string]string{"a.sql": changes, "b.sql": changes}, []string{"db/b.sql"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			now := read(t, tt.now).Migrations
			found := migration.Match(now, read(t, tt.before).Migrations)
			var fresh []string
			for _, m := range now {
				if found[m] == nil {
					fresh = append(fresh, m.Path)
				}
			}
			if len(fresh) != len(tt.fresh) || len(fresh) > 0 && fresh[0] != tt.fresh[0] {
				t.Errorf("new are %v, want %v", fresh, tt.fresh)
			}
		})
	}
}
