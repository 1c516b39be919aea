package uses

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/schema"
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
	if name := strings.ToLower(constantText(pkg, e)); name != "" {
		return foreign[name] != ""
	}
	return namesOther(e) != ""
}

// otherBranch says which other database a branch is for, by the conditions that
// it stands under: driver == "sqlite3", case "postgres", isSQLite().
func otherBranch(pkg *gosrc.Package, guards []ast.Expr) string {
	for i := len(guards) - 1; i >= 0; i-- {
		if guards[i] == nil {
			continue
		}
		if db := saysOther(pkg, guards[i], true); db != "" {
			return db
		}
	}
	return ""
}

func saysOther(pkg *gosrc.Package, cond ast.Expr, holds bool) string {
	switch cond := ast.Unparen(cond).(type) {
	case *ast.UnaryExpr:
		if cond.Op == token.NOT {
			return saysOther(pkg, cond.X, !holds)
		}
	case *ast.BinaryExpr:
		if cond.Op != token.EQL && cond.Op != token.NEQ {
			return ""
		}
		equal := holds == (cond.Op == token.EQL)
		for _, side := range []ast.Expr{cond.X, cond.Y} {
			name := strings.ToLower(constantText(pkg, side))
			switch {
			case equal && foreign[name] != "":
				return foreign[name]
			case !equal && (name == "mysql" || name == "mariadb"):
				return "another database"
			}
		}
	default:
		if !holds {
			return ""
		}
		if name := strings.ToLower(constantText(pkg, cond)); name != "" {
			return foreign[name] // of a case
		}
		return namesOther(cond)
	}
	return ""
}

// constantText is the constant string that an expression is.
func constantText(pkg *gosrc.Package, e ast.Expr) string {
	tv := pkg.Info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.String {
		return ""
	}
	return constant.StringVal(tv.Value)
}

// namesOther: isSQLite(), cfg.UsePostgres.
func namesOther(cond ast.Expr) string {
	if call, ok := cond.(*ast.CallExpr); ok {
		cond = call.Fun
	}
	name := ""
	switch e := cond.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	}
	return databaseIn(name)
}

// otherFunction returns the other database that the name of a function tells of.
func otherFunction(decl *ast.FuncDecl) string {
	if decl == nil {
		return ""
	}
	return databaseIn(decl.Name.Name)
}

// databaseIn returns the other database that a name has in it.
func databaseIn(name string) string {
	name = strings.ToLower(name)
	for _, word := range [...]string{"sqlite", "postgres", "mssql", "cockroach", "spanner"} {
		if strings.Contains(name, word) && !strings.HasPrefix(name, "no") {
			return foreign[word]
		}
	}
	return ""
}

// skipped lists the statements that are for another database, by package.
func (r *reading) skipped() []schema.SkippedCode {
	keys := slices.SortedFunc(maps.Keys(r.foreign), func(a, b foreignCode) int {
		return cmp.Or(strings.Compare(a.dir, b.dir), strings.Compare(a.database, b.database))
	})
	var out []schema.SkippedCode
	for _, k := range keys {
		out = append(out, schema.SkippedCode{Dir: k.dir, Why: fmt.Sprintf("of its statements %d are for %s", r.foreign[k], k.database)})
	}
	return out
}
