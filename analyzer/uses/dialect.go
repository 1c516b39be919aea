package uses

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"path"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// otherDatabase says why a package is not about this database: its path, or the
// drivers that it imports, name another.
func otherDatabase(pkg *gosrc.Package) string {
	for element := range strings.SplitSeq(pkg.Dir, "/") {
		if db := foreign[strings.ToLower(element)]; db != "" {
			return "its path says " + db
		}
	}
	only, why := "", ""
	for _, imported := range pkg.Imports() {
		if strings.Contains(imported, "mysql") {
			return ""
		}
		db := driverOf(imported)
		switch {
		case db == "" || db == only:
		case only != "":
			return "" // a package for several databases
		default:
			only, why = db, fmt.Sprintf("it imports %s, a driver for %s", path.Base(imported), db)
		}
	}
	return why
}

// foreign are the path elements that name another database.
var foreign = map[string]string{
	"postgres": "PostgreSQL", "postgresql": "PostgreSQL", "pg": "PostgreSQL", "pgx": "PostgreSQL", "pgsql": "PostgreSQL",
	"sqlite": "SQLite", "sqlite3": "SQLite", "mssql": "SQL Server", "sqlserver": "SQL Server", "oracle": "Oracle",
	"spanner": "Spanner", "crdb": "CockroachDB", "cockroach": "CockroachDB", "cockroachdb": "CockroachDB",
	"clickhouse": "ClickHouse", "cassandra": "Cassandra", "bigquery": "BigQuery",
}

// driverOf returns the other database that a driver package is for.
func driverOf(imported string) string {
	switch {
	case imported == "github.com/lib/pq", strings.HasPrefix(imported, "github.com/jackc/pgx"), strings.HasPrefix(imported, "github.com/go-pg/pg"):
		return "PostgreSQL"
	case imported == "github.com/mattn/go-sqlite3", imported == "modernc.org/sqlite", strings.HasPrefix(imported, "crawshaw.io/sqlite"):
		return "SQLite"
	case strings.HasPrefix(imported, "github.com/gocql/gocql"):
		return "Cassandra"
	case strings.HasPrefix(imported, "cloud.google.com/go/spanner"):
		return "Spanner"
	case strings.HasPrefix(imported, "github.com/ClickHouse/"):
		return "ClickHouse"
	case strings.HasPrefix(imported, "github.com/denisenkom/go-mssqldb"), strings.HasPrefix(imported, "github.com/microsoft/go-mssqldb"):
		return "SQL Server"
	}
	return ""
}

// portable says whether a package tells dialects apart by a variable: it compares
// something with the name of another database.
func portable(pkg *gosrc.Package) bool {
	found := false
	look := func(e ast.Expr) { found = found || namesForeign(pkg, e) }
	for _, f := range pkg.Files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					look(n.X)
					look(n.Y)
				}
			case *ast.CaseClause:
				for _, e := range n.List {
					look(e)
				}
			case *ast.KeyValueExpr:
				look(n.Key)
			}
			return !found
		})
	}
	return found
}

// namesForeign says whether an expression is a constant that names another
// database, by its value or by its own name: "postgres", DriverPostgres.
func namesForeign(pkg *gosrc.Package, e ast.Expr) bool {
	e = ast.Unparen(e)
	if v := pkg.Info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return foreign[strings.ToLower(constant.StringVal(v))] != ""
	}
	var name string
	switch e := e.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	}
	name = strings.ToLower(name)
	for _, db := range [...]string{"postgres", "sqlite", "mssql", "cockroach"} {
		if strings.Contains(name, db) {
			return true
		}
	}
	return false
}
