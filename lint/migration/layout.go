package migration

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// layouts are all layouts, in the order in which they are tried.
var layouts = []*Layout{
	atlas, drizzle, prisma, temporal, skeema, liquibase, goose, sqlMigrate, dbmate, tern,
	flyway, pop, bun, sqlx, morph, golangMigrate, versionFolders, plain,
}

// Layouts returns all layouts, in the order in which they are tried on a directory.
func Layouts() []*Layout { return append([]*Layout(nil), layouts...) }

// LayoutNamed returns the layout that --layout name means.
func LayoutNamed(name string) (*Layout, error) {
	names := make([]string, len(layouts))
	for i, l := range layouts {
		if strings.EqualFold(l.Name, name) {
			return l, nil
		}
		names[i] = l.Name
	}
	return nil, fmt.Errorf("unknown layout %q: %s", name, nearest.Hint(name, names))
}

// Options say how a directory is to be read.
type Options struct {
	Layout  string // the name of a layout; "" to detect it
	Dialect string // mysql, mariadb or tidb: which variant of a file is meant; "" is mysql
	// Placeholders are the values of placeholders, by bare name.
	Placeholders map[string]string
	Mode         sqltext.Mode
}

// values returns what placeholders stand for: those of o, and the names of
// dialects, which conditions of templates are about.
func (o *Options) values() map[string]string {
	values := map[string]string{"mysql": "true", "mariadb": "false", "tidb": "false"}
	for _, d := range foreignDialects {
		values[d] = "false"
	}
	if o.Dialect != "" {
		values[strings.ToLower(o.Dialect)] = "true"
	}
	for k, v := range o.Placeholders {
		values[strings.TrimLeft(k, "$.")] = v
	}
	return values
}

// dialects returns the dialects of variant files that will do, the best first.
// The last is a file that names no dialect.
func (o *Options) dialects() []string {
	switch d := strings.ToLower(o.Dialect); d {
	case "", "mysql":
		return []string{"mysql", ""}
	default:
		return []string{d, "mysql", ""}
	}
}

// ours are the names of dialects that we read.
var ours = []string{"mysql", "mariadb", "tidb", "mysql8", "mysql5", "percona", "vitess", "planetscale", "singlestore"}

// foreignDialects are the names of dialects that we do not read.
var foreignDialects = []string{
	"postgres", "postgresql", "pg", "pgsql", "psql", "sqlite", "sqlite3", "cockroach", "cockroachdb", "crdb",
	"mssql", "sqlserver", "oracle", "clickhouse", "cassandra", "scylla", "redshift", "snowflake", "spanner",
	"db2", "h2", "hsqldb", "derby", "duckdb", "firebird", "turso", "libsql", "ydb", "vertica", "mongodb", "elasticsearch",
}
