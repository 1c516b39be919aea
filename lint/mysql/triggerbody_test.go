package mysql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
)

// The statements in the body of a trigger, whatever they stand under.
func TestTriggerBodies(t *testing.T) {
	srv, err := server.Named("mysql-9")
	if err != nil {
		t.Fatal(err)
	}
	s := schema.New()
	for _, ddl := range []string{"CREATE TABLE star (id INT, n INT)", "CREATE TABLE repo (id INT, n INT)"} {
		for _, c := range readForm(mysql.NewReader(srv), ddl).Changes {
			s.Apply(c)
		}
	}
	tests := []struct{ body, want string }{
		{"UPDATE repo SET n = NEW.n", "writes repo.n"},
		{"SET NEW.n = 0", "writes star.n"},
		{"BEGIN UPDATE repo SET n = NEW.n; SET NEW.id = 1; END", "writes repo.n, writes star.id"},
		{"BEGIN IF NEW.n <> OLD.n THEN UPDATE repo SET n = 1; ELSE DELETE FROM repo; END IF; END", "reads star.n, writes repo.n, writes repo."},
		{"b: BEGIN DECLARE n INT; SET n = 1; UPDATE repo SET id = n; END b", "writes repo.id"},
		{"BEGIN CASE NEW.id WHEN 1 THEN UPDATE repo SET n = CASE WHEN id = 1 THEN 2 ELSE 3 END; END CASE; END", "writes repo.n"},
		{"BEGIN WHILE NEW.n > 0 DO INSERT INTO repo (n) VALUES (NEW.n); END WHILE; END", "reads star.n, writes repo., writes repo.n"},
		{"BEGIN REPEAT UPDATE repo SET n = 1; UNTIL", "writes repo.n"},
		{"BEGIN REPEAT SET NEW.n = 1; UNTIL NEW.n > 0 END REPEAT; END", "writes star.n"},
		{"IF NEW.n IS NULL THEN SET NEW.n = 0; END IF", "reads star.n, writes star.n"},
	}
	for _, tt := range tests {
		queries, _ := mysql.NewQueryReader(srv, s).Query(tt.body, mysql.QueryInput{Row: schema.Name{Name: "star"}, Position: func(int, int) schema.Position { return schema.Position{} }})
		var out []string
		for _, q := range queries {
			for _, u := range q.Uses {
				if u.Write || q.Kind == schema.OtherQuery {
					if text := fmt.Sprintf("%s %s.%s", u.Verb(), u.Table.Name, u.Column); len(out) == 0 || out[len(out)-1] != text {
						out = append(out, text)
					}
				}
			}
		}
		if got := strings.Join(out, ", "); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.body, got, tt.want)
		}
	}
}
