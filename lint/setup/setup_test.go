package setup

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
)

func TestServerOfImage(t *testing.T) {
	for line, want := range map[string]string{
		"image: mysql:5.7.27":                      "mysql-5.7",
		"image: mysql:5.5":                         "mysql-5.6",
		`"mysql:8"`:                                "mysql-8.4",
		"image: mysql/mysql-server:8.0":            "mysql-8.0",
		"FROM percona:8.0.36":                      "mysql-8.0",
		"image: docker.example.com/team/mysql:9.1": "mysql-9",
		"image: mariadb:10.6":                      "mariadb-10.11",
		"image: mariadb:11":                        "mariadb-11",
		"image: pingcap/tidb:v8.5.0":               "tidb",
		"image: mysql:latest":                      "",
		"dsn: mysql:3306":                          "",
		"host: mariadb:3306":                       "",
		"mysql://mysql:8password@mysql:3306/db":    "",
		"root:secret@(mysql:3306)/app":             "",
		"image: example/not-mysql:8.0":             "",
	} {
		got := ""
		if found := servers("compose.yml", line); len(found) > 0 {
			got = found[0].name
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

func TestEmbeds(t *testing.T) {
	dirs := []directory{{path: "db/migrations/mysql"}}
	for pattern, want := range map[string]bool{
		"migrations": true, "migrations/mysql": true, "migrations/*/*.sql": true, "migrations/mysql/*.up.sql": true, "all:migrations": true, "*": true,
		"migrations/postgres": false, "static": false, "migrations/post*/*.sql": false,
	} {
		if got := embeds("db", pattern, dirs); got != want {
			t.Errorf("%s: got %v", pattern, got)
		}
	}
	if embeds("web", "migrations", dirs) {
		t.Error("another folder of that name")
	}
}

func TestRuns(t *testing.T) {
	for text, want := range map[string]bool{
		"import \"github.com/golang-migrate/migrate/v4\"\n":             true,
		"\tmigrate \"github.com/golang-migrate/migrate/v4\"\n":          true,
		"\t_ \"github.com/golang-migrate/migrate/v4/database/mysql\"\n": false,
		"\t_ \"github.com/pressly/goose/v3\"\n":                         false,
		"\t\"github.com/amacneil/dbmate/v2/pkg/dbmate\"\n":              true,
		"//go:embed db\n":                          true,
		"// see \"github.com/pressly/goose/v3\"\n": false,
	} {
		if _, got := runs("main.go", "package main\n"+text, []directory{{path: "db"}}); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// What is proposed can be read, whatever the names are.
func TestProposedConfigurationIsRead(t *testing.T) {
	for _, dir := range []string{"db", "a b/it's: #1", "- x", "ünï", "@x", "0123"} {
		files := fstest.MapFS{dir + "/1_a.up.sql": {Data: []byte("CREATE TABLE a (id INT PRIMARY KEY);")}, "compose.yml": {Data: []byte("image: mariadb:10.4")}}
		p, err := Look(files, Options{Branch: "origin/main"})
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := lint.ParseConfig(lint.ConfigFile, []byte(p.Files[0].Text))
		if err != nil || len(cfg.Migrations) != 1 || cfg.Migrations[0].Dir != dir || cfg.Migrations[0].Server != "mariadb-10.11" || cfg.Deploy != lint.Separate {
			t.Errorf("%s: %+v, %v\n%s", dir, cfg.Migrations, err, p.Files[0].Text)
		}
	}
}

func TestReleasesAreNamed(t *testing.T) {
	files := fstest.MapFS{"db/1_a.up.sql": {Data: []byte("CREATE TABLE a (id INT PRIMARY KEY);")}}
	p, err := Look(files, Options{Ref: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	if hook := p.Files[1].Text; !strings.Contains(hook, "rev: v1.2.3\n") || strings.Contains(hook, "local") {
		t.Error(hook)
	}
	if workflow := p.Files[2].Text; !strings.Contains(workflow, "expandcheck/expandcheck@v1.2.3\n") {
		t.Error(workflow)
	}
}

// Of the variants of a file, those for the server that is named count.
func TestBaselineOfVariants(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"20200101000000_a.up.sql", "20200102000000_b.mysql.up.sql", "20200103000000_c.mariadb.up.sql"} {
		files["db/"+name] = &fstest.MapFile{Data: []byte("CREATE TABLE a (id INT PRIMARY KEY);")}
	}
	for server, want := range map[string]string{"": "20200102000000", "mysql-8.4": "20200102000000", "mariadb-11": "20200103000000"} {
		got, err := Baselines(lint.Config{Root: files, Migrations: []lint.MigrationsEntry{{Dir: "db", Layout: "pop", Server: server}}})
		if err != nil || got[0].Version != want {
			t.Errorf("%q: %+v, %v; want %s", server, got, err, want)
		}
	}
}
