package uses

import (
	"slices"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// unreadLibraries are builders and ORMs whose calls use columns without spelling
// SQL, and that are not read yet: with one of them in the code, that no use was
// found shows nothing. By the beginning of their import path.
var unreadLibraries = []struct{ path, name string }{
	{"gorm.io/gen", "GORM Gen"},
	{"github.com/elgris/sqrl", "sqrl"},
	{"upper.io/db", "upper/db before v4"},
	{"github.com/astaxie/beego/orm", "Beego's ORM"}, {"github.com/beego/beego/v2/client/orm", "Beego's ORM"},
	{"github.com/huandu/go-sqlbuilder", "go-sqlbuilder"},
	{"github.com/go-jet/jet", "Jet"}, {"github.com/stephenafamo/bob", "Bob"},
	{"github.com/gocraft/dbr", "dbr"}, {"github.com/go-rel/rel", "REL"},
}

// unread returns the libraries that some file imports and that are not read.
func unread(s *gosrc.Scan) []string {
	var out []string
	for _, lib := range unreadLibraries {
		if !slices.Contains(out, lib.name) && s.Imports(lib.path) {
			out = append(out, lib.name)
		}
	}
	if !entIsThere(s) {
		out = append(out, "ent without its generated code")
	}
	if importsSQLBoiler(s) && !s.HasGenerated(sqlboilerName) {
		out = append(out, sqlboilerName+" without the models that it made")
	}
	return out
}
