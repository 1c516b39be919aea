package gosrc

import (
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Which packages may build SQL over the table star.
func TestMentioning(t *testing.T) {
	names := "package names; const Star = `star`; const Badge = `badge`"
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a statement": {map[string]string{
			"store/s.go": "package store; func f(d D) { d.Run(`SELECT id FROM star`) }",
			"web/w.go":   "package web; func f() { g(`star`) }",
		}, "store"},
		"a name of another package": {map[string]string{
			"names/n.go": names,
			"store/s.go": `package store; import "x.com/app/names"; func f(d D) { d.Run("SELECT id FROM " + names.Star) }`,
			"other/o.go": `package other; import "x.com/app/names"; func f(d D) { d.Run("SELECT id FROM " + names.Badge + " b") }`,
			"web/w.go":   `package web; import "x.com/app/names"; var t = names.Star`,
		}, "other store"},
		"a statement made of a name of its package": {map[string]string{
			"names/n.go": names + "\nconst Q = `SELECT id FROM ` + Star",
			"store/s.go": `package store; import "x.com/app/names"; func f(d D) { d.Run(names.Q) }`,
			"web/w.go":   `package web; import "x.com/app/names"; func f(d D) { d.Run(names.Badge) }`,
		}, "names store"},
		"a statement made of a name that is not exported": {map[string]string{
			"names/n.go": "package names; const star = `star`; const Q = `SELECT id FROM ` + star + ` s`",
			"store/s.go": `package store; import "x.com/app/names"; func f(d D) { d.Run(names.Q) }`,
		}, "names store"},
		"a statement made of a name of another package": {map[string]string{
			"names/n.go":   names,
			"queries/q.go": `package queries; import "x.com/app/names"; const Q = "SELECT id FROM " + names.Star`,
			"store/s.go":   `package store; import "x.com/app/queries"; func f(d D) { d.Run(queries.Q) }`,
		}, "queries store"},
		"a statement that a function makes of a part": {map[string]string{
			"names/n.go": "package names; const from = ` FROM star`; func Q(c string) string { return `SELECT ` + c + from }",
			"store/s.go": `package store; import "x.com/app/names"; func f(d D) { d.Run(names.Q("id")) }`,
		}, "names store"},
		"the package at the root of the module": {map[string]string{
			"n.go":       "package app; const Star = `star`; const Q = `SELECT id FROM ` + Star",
			"store/s.go": `package store; import "x.com/app"; func f(d D) { d.Run(app.Q) }`,
			"web/w.go":   `package web; import "x.com/app"; func f(d D) { d.Run(app.Version) }`,
		}, ". store"},
		"statements that seldom come alone": {map[string]string{
			"a/s.go": "package a; func f(d D) { d.Run(`SET @n = (SELECT MAX(id) FROM star)`) }",
			"b/s.go": "package b; func f(d D) { d.Run(`CREATE TABLE top LIKE star`) }",
			"c/s.go": "package c; func f(d D) { d.Run(`BEGIN; UPDATE star SET id = 1; COMMIT`) }",
			"d/s.go": "package d; func f(d D) { d.Run(fmt.Sprintf(`%s SELECT id FROM star`, hint)) }",
			"e/s.go": "package e; func f(d D) { d.Run(`ANALYZE TABLE star`) }",
			"f/s.go": "package f; var help = `Use the star to show it`",
			"g/s.go": "package g; func f(d D) { d.Run(`GRANT SELECT (id) ON star TO x`) }",
			"h/s.go": "package h; func f(d D) { d.Run(`SELECT GET_LOCK('x', 1); UPDATE star SET id = 1`) }",
			"i/s.go": "package i; func f(d D) { d.Run(\"# all\\nDROP TABLE star\") }",
			"j/s.go": "package j; var help = `Drop table if you can: select one of star`",
		}, "a b c d e g h i"},
		"an event": {map[string]string{
			"store/s.go": "package store; func f(d D) { d.Run(`CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM star`) }",
		}, "store"},
	} {
		s := &Scan{syntax: NewSyntax(), fsys: fstest.MapFS{"go.mod": {Data: []byte("module x.com/app\n")}}, modules: []string{"."}}
		for _, name := range sortedKeys(test.files) {
			s.Files = append(s.Files, newSource(path.Clean(name), []byte(test.files[name])))
		}
		slices.SortFunc(s.Files, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
		if got := strings.Join(s.Mentioning([]string{"star"}, false, Libraries{}), " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
