package mysql_test

import (
	"testing"

	"github.com/expandcheck/expandcheck/lint/mysql"
)

// The first result of each query may be NULL unless its conditions keep it from that.
func TestNotNull(t *testing.T) {
	r := queryReader(t, "mysql-8.4", "CREATE TABLE a (id INT NOT NULL, x INT NULL); CREATE TABLE b (id INT NOT NULL, x INT NULL);")
	for query, want := range map[string]bool{
		"SELECT x FROM a":                                                      false,
		"SELECT x FROM a WHERE x IS NOT NULL":                                  true,
		"SELECT x FROM a WHERE id = 1 AND x > ?":                               true,
		"SELECT x FROM a WHERE id = 1 OR x > ?":                                false,
		"SELECT x FROM a WHERE x IS NULL":                                      false,
		"SELECT x FROM a WHERE x IN (1, 2)":                                    true,
		"SELECT x FROM a WHERE x <=> ?":                                        false,
		"SELECT * FROM (SELECT x FROM a WHERE x = 1) t":                        true,
		"SELECT t.x FROM b LEFT JOIN (SELECT x FROM a WHERE x = 1) t ON 1 = 1": false,
		"SELECT a.x FROM a JOIN b ON a.x = b.id":                               true,
		"SELECT a.x FROM a LEFT JOIN b ON a.x = b.id":                          false,
		"SELECT l.x FROM a l JOIN a r ON r.x = l.id":                           false,
		"SELECT x FROM a WHERE x = 1 UNION SELECT x FROM b WHERE x = 1":        true,
		"SELECT x FROM a WHERE x = 1 UNION SELECT x FROM b":                    false,
	} {
		queries, err := r.Query(query, mysql.QueryInput{})
		if err != nil || len(queries) != 1 || len(queries[0].Results) == 0 {
			t.Errorf("%s: %v, %v", query, queries, err)
			continue
		}
		if got := queries[0].Results[0].NotNull; got != want {
			t.Errorf("%s: not NULL is %v", query, got)
		}
	}
}
