package lint_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
)

// A baseline says how much is old. One that makes everything old is a mistake,
// and one that no migration has is said aloud.
func TestBaseline(t *testing.T) {
	numbered := []string{"db/0001_a.up.sql", "db/0002_b.up.sql", "db/0004_d.up.sql"}
	tests := map[string]struct {
		files   []string
		since   string
		pending int
		note    string
		err     string
	}{
		"one in between":            {numbered, "0002", 1, "", ""},
		"with other digits":         {numbered, "2", 1, "", ""},
		"the last":                  {numbered, "0004", 0, "", ""},
		"one that is gone":          {numbered, "0003", 1, "--since 0003 is no migration there is now", ""},
		"before the first":          {numbered, "0", 3, "comes before all migrations, so all are judged", ""},
		"later than the last":       {numbered, "20260301", 0, "", "--since 20260301: is later than the last migration of db, 0004"},
		"no version":                {numbered, "v1.2-beta", 0, "", "name a version as it is written there: the last one is 0004"},
		"a name":                    {numbered, "0002_b", 0, "", "db has no migration of that version"},
		"no versions at all":        {[]string{"db/a.up.sql"}, "1", 0, "", "have no versions"},
		"dotted":                    {[]string{"db/V1__a.sql", "db/V1.2__b.sql", "db/V1.10__c.sql"}, "1.2", 1, "", ""},
		"dotted, one that is gone":  {[]string{"db/V1__a.sql", "db/V1.2__b.sql", "db/V1.10__c.sql"}, "1.9", 1, "no migration there is now", ""},
		"dotted, other zeros":       {[]string{"db/V1.0__a.sql", "db/V2__b.sql"}, "1", 1, "", ""},
		"one of two directories":    {[]string{"a/0001_a.up.sql", "b/0007_b.up.sql"}, "5", 1, "a: --since 5 comes after all migrations, so none is judged", ""},
		"neither of two":            {[]string{"a/0001_a.up.sql", "b/0007_b.up.sql"}, "9", 0, "", "is later than the last migration of b, 0007"},
		"repeatable ones come last": {[]string{"db/V1__a.sql", "db/R__r.sql"}, "1", 1, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for _, f := range tt.files {
				fsys[f] = &fstest.MapFile{Data: []byte("SELECT 1;")}
			}
			rep, err := lint.Run(context.Background(), lint.Config{Root: fsys, Since: tt.since, NoCode: true})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if rep.Coverage.NewMigrations != tt.pending {
				t.Errorf("%d pending, want %d", rep.Coverage.NewMigrations, tt.pending)
			}
			notes := strings.ReplaceAll(strings.Join(rep.Notes, "\n"), "0 new migrations: nothing was checked", "")
			if tt.note == "" && notes != "" || !strings.Contains(notes, tt.note) {
				t.Errorf("notes %q, want %q", notes, tt.note)
			}
		})
	}
}

// The configuration is named where its baseline is the mistake.
func TestBaselineOfConfig(t *testing.T) {
	cfg, err := lint.ParseConfig(".expandcheck.yml", []byte("migrations: [{dir: db, since: 20260301}]"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Root = fstest.MapFS{"db/0001_a.up.sql": &fstest.MapFile{Data: []byte("SELECT 1;")}}
	_, err = lint.Run(context.Background(), cfg)
	if err == nil || !strings.Contains(err.Error(), ".expandcheck.yml: since: 20260301: is later than the last migration of db, 0001") {
		t.Errorf("error %v", err)
	}
}
