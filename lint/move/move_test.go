package move_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

const (
	tables = "CREATE TABLE repo (id INT PRIMARY KEY, repo_name VARCHAR(100)); CREATE TABLE star (id INT PRIMARY KEY, repo_name VARCHAR(100), star_count INT NOT NULL);"
	add    = "ALTER TABLE repo ADD COLUMN star_count INT NULL;"
	fill   = "UPDATE repo JOIN star ON star.repo_name = repo.repo_name SET repo.star_count = star.star_count;"
	users  = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200) NOT NULL, email VARCHAR(200), team_id INT);"
	split  = "ALTER TABLE users ADD COLUMN first_name VARCHAR(100), ADD COLUMN last_name VARCHAR(100);"
)

// world makes the input of moves: the statements of each release, the last of
// which is pending, and what the code of base and head runs, one statement a
// function.
type world struct {
	releases   []string
	base, head []string // "Function: statement"; nil when no code was analysed
	declared   []move.Declaration
	filled     []move.Filled
	order      map[move.Run]move.Answer
	tombstones []string
}

func (w world) find(t *testing.T) []*move.Move {
	t.Helper()
	srv, err := server.Named(server.Default)
	if err != nil {
		t.Fatal(err)
	}
	s := schema.New()
	in := move.Input{Pending: len(w.releases), Declared: w.declared, Backfilled: w.filled, Order: w.order, Tombstones: w.tombstones}
	r := mysql.NewReader(srv)
	for i, text := range w.releases {
		f := sqltext.NewFile(fmt.Sprintf("%d.sql", i+1), text)
		statements := sqltext.Split(f, 0, len(f.Text), 0)
		for j := range statements {
			for _, c := range r.Read(&statements[j]).Changes {
				in.Events = append(in.Events, move.Event{Change: c, Effect: s.Apply(c), Release: i + 1})
			}
		}
	}
	in.Base, in.Head = w.code(s, srv, "base", w.base), w.code(s, srv, "head", w.head)
	return move.Find(in)
}

func (w world) code(s *schema.Schema, srv *server.Server, tree string, list []string) *schema.Uses {
	if list == nil {
		return nil
	}
	u := &schema.Uses{Files: 1}
	reader := mysql.NewQueryReader(srv, s)
	for i, entry := range list {
		name, text, _ := strings.Cut(entry, ": ")
		pos := schema.Position{File: tree + ".go", Line: i + 1, Column: 1}
		queries, err := reader.Query(text, mysql.QueryInput{Position: func(int, int) schema.Position { return pos }})
		if err != nil {
			panic(entry + ": " + err.Error())
		}
		for _, q := range queries {
			q.Function, q.Package, q.Site = name, "app", pos
			u.Queries = append(u.Queries, q)
		}
	}
	u.Must = func(q *schema.Query, others []*schema.Query) bool { // what stands in one function runs together
		for _, o := range others {
			if o.Function == q.Function {
				return true
			}
		}
		return false
	}
	return u
}

func declare(from, to string) []move.Declaration {
	return []move.Declaration{{From: strings.Split(from, ","), To: strings.Split(to, ","), First: -1, Last: -1, Source: move.Config}}
}

// board says where each move stands: M, p, P or D for each step.
func board(moves []*move.Move) string {
	var out []string
	for _, m := range moves {
		states := make([]byte, 0, len(m.Steps))
		for _, s := range m.Steps {
			states = append(states, "MpPD"[s.State])
		}
		line := strings.ReplaceAll(m.String(), "`", "") + " " + string(states)
		if m.Candidate {
			line += " candidate"
		}
		if m.Abandoned {
			line += " abandoned"
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

var (
	oldCode  = []string{"Set: UPDATE star SET star_count = ? WHERE id = ?", "Stars: SELECT star_count FROM star"}
	bothCode = []string{"Set: UPDATE star SET star_count = ? WHERE id = ?", "Set: UPDATE repo SET star_count = ? WHERE id = ?", "Stars: SELECT star_count FROM star"}
	readCode = []string{"Set: UPDATE star SET star_count = ? WHERE id = ?", "Set: UPDATE repo SET star_count = ? WHERE id = ?", "Stars: SELECT star_count FROM repo"}
	newCode  = []string{"Set: UPDATE repo SET star_count = ? WHERE id = ?", "Stars: SELECT star_count FROM repo"}
)

// The stars example, step by step, and the ways in which steps count or do not.
func TestSteps(t *testing.T) {
	stars := declare("star.star_count", "repo.star_count")
	tests := []struct {
		name string
		world
		want string
	}{
		{"before", world{releases: []string{tables, add}, base: oldCode, head: oldCode}, "PMMMMM"},
		{"dual-write", world{releases: []string{tables, add, ""}, base: oldCode, head: bothCode}, "DPMMMM"},
		{"backfill", world{releases: []string{tables, add, fill}, base: bothCode, head: bothCode}, "DDPMMM"},
		{"read-new", world{releases: []string{tables, add, fill, ""}, base: bothCode, head: readCode}, "DDDPMM"},
		{"stop-old-writes", world{releases: []string{tables, add, fill, ""}, base: readCode, head: newCode}, "DDDDPM"},
		{"contract-schema", world{releases: []string{tables, add, fill, "DROP TABLE star;"}, base: newCode, head: newCode}, "DDDDDP"},
		{"done", world{releases: []string{tables, add, fill, "DROP TABLE star;", ""}, base: newCode, head: newCode}, "DDDDDD"},
		{"one writer of two", world{releases: []string{tables, add, ""}, base: oldCode, head: append([]string{"Add: INSERT INTO star (id, star_count) VALUES (?, ?)"}, bothCode...)}, "DpMMMM"},
		{"the copy comes with the column", world{releases: []string{tables, add + fill, ""}, base: bothCode, head: bothCode}, "DDpMMM"},
		{"the copy comes with the dual-write", world{releases: []string{tables, add, fill}, base: oldCode, head: bothCode}, "DPpMMM"},
		{"the copy leaves rows out", world{releases: []string{tables, add, strings.Replace(fill, ";", " WHERE star.id > 100;", 1)}, base: bothCode, head: bothCode}, "DDpMMM"},
		{"the copy leaves out what is filled", world{releases: []string{tables, add, strings.Replace(fill, ";", " WHERE repo.star_count IS NULL OR repo.star_count = 0;", 1)}, base: bothCode, head: bothCode}, "DDPMMM"},
		{"history says no", world{releases: []string{tables, add, fill, ""}, base: bothCode, head: bothCode,
			order: map[move.Run]move.Answer{{Move: "`star.star_count` → `repo.star_count`", Pos: schema.Position{File: "3.sql", Line: 1, Column: 1, EndLine: 1, EndColumn: len(fill)}}: move.No}}, "DDpMMM"},
		{"declared as filled", world{releases: []string{tables, add, ""}, base: bothCode, head: bothCode,
			filled: []move.Filled{{To: []string{"repo.star_count"}, Reason: "by hand"}}}, "DDDMMM"},
		{"filled by Go code", world{releases: []string{tables, add, ""}, base: append([]string{"Fill: SELECT star_count FROM star", "Fill: UPDATE repo SET star_count = ? WHERE id = ?"}, bothCode...), head: bothCode}, "DDDMMM"},
		{"no code", world{releases: []string{tables, add, fill, ""}}, "DDDMMM"},
		{"given up", world{releases: []string{tables, add, ""}, base: bothCode, head: oldCode}, "DDMMMM abandoned"},
		{"old is hidden", world{releases: []string{tables, add, "ALTER TABLE star ALTER COLUMN star_count SET INVISIBLE;"}, base: newCode, head: newCode}, "DDMDDM"},
	}
	for _, tt := range tests {
		tt.declared = stars
		got := board(tt.find(t))
		if want := "star.star_count → repo.star_count " + tt.want; got != want {
			t.Errorf("%s: got %s, want %s", tt.name, got, want)
		}
	}
}

// What speaks for a move, and what only may.
func TestCandidates(t *testing.T) {
	tests := []struct {
		name string
		world
		want string
	}{
		{"a copy in a table is a candidate", world{releases: []string{users, split, "UPDATE users SET first_name = name;"}}, "users.name → users.first_name DMPMMM candidate"},
		{"the old column is dropped", world{releases: []string{users, split, "UPDATE users SET first_name = name;", "ALTER TABLE users DROP COLUMN name;"}}, "users.name → users.first_name DDDMMP"},
		{"the old column is a tombstone", world{releases: []string{users, split, "UPDATE users SET first_name = name;", "ALTER TABLE users RENAME COLUMN name TO name_deprecated;"}}, "users.name_deprecated → users.first_name DDDMMM"},
		{"a tombstone of their own words", world{tombstones: []string{"zz_"}, releases: []string{users, split, "UPDATE users SET first_name = name;", "ALTER TABLE users RENAME COLUMN name TO zz_name;"}}, "users.zz_name → users.first_name DDDMMM"},
		{"the old column is made invisible", world{releases: []string{users, split, "UPDATE users SET first_name = name;", "ALTER TABLE users ALTER COLUMN name SET INVISIBLE;"}}, "users.name → users.first_name DDDMMM"},
		{"one name in two tables", world{releases: []string{tables, add, fill}}, "star.star_count → repo.star_count DMPMMM"},
		{"a key is no move", world{releases: []string{users, "CREATE TABLE posts (id INT PRIMARY KEY, user_id INT);", "ALTER TABLE posts ADD COLUMN team_id INT;", "UPDATE posts JOIN users ON users.id = posts.user_id SET posts.team_id = users.team_id;"}}, ""},
		{"a copy into an older column", world{releases: []string{users, "UPDATE users SET email = name;"}}, ""},
		{"a split", world{releases: []string{users, split, "UPDATE users SET first_name = SUBSTRING_INDEX(name, ' ', 1), last_name = SUBSTRING_INDEX(name, ' ', -1);"}}, "users.name → users.first_name, users.last_name DMPMMM candidate"},
		{"a merge", world{releases: []string{users, "ALTER TABLE users ADD COLUMN label VARCHAR(400);", "UPDATE users SET label = CONCAT(name, email);"}}, "users.name, users.email → users.label DMPMMM candidate"},
		{"a generated column", world{releases: []string{users, "ALTER TABLE users ADD COLUMN lower_name VARCHAR(200) AS (LOWER(name)) STORED;", ""}}, "users.name → users.lower_name DDDMMM candidate"},
		{"a table", world{releases: []string{users, "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(200), email VARCHAR(200));", "INSERT INTO people (id, name, email) SELECT id, name, email FROM users;", "DROP TABLE users;"}}, "users → people DDDMMP"},
		{"a column of a table", world{releases: []string{users, "CREATE TABLE mails (user_id INT PRIMARY KEY, address VARCHAR(200));", "INSERT INTO mails (user_id, address) SELECT id, email FROM users;"}}, "users.email → mails.address DMPMMM candidate"},
		{"a rebuild is one table", world{releases: []string{users, "CREATE TABLE users_new (id INT PRIMARY KEY, name VARCHAR(100), email VARCHAR(200)); INSERT INTO users_new SELECT id, name, email FROM users; RENAME TABLE users TO users_old, users_new TO users; DROP TABLE users_old;"}}, ""},
		{"code leaves old for new", world{releases: []string{users, split, "UPDATE users SET first_name = name;", ""},
			base: []string{"Name: SELECT name FROM users"}, head: []string{"Name: SELECT first_name FROM users"}}, "users.name → users.first_name DMpPMM"},
	}
	for _, tt := range tests {
		if got := board(tt.find(t)); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// Which writes lack their partner.
func TestPartners(t *testing.T) {
	people := "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(200), email VARCHAR(200));"
	tests := []struct {
		name               string
		from, to, releases string
		head               []string
		want               string // the lines of the writes of old that lack new
	}{
		{"the same statement", "users.name", "users.first_name", users + split, []string{"Set: UPDATE users SET name = ?, first_name = ?"}, ""},
		{"a constant for a value", "users.name", "users.first_name", users + split, []string{"Set: UPDATE users SET name = ?, first_name = ''"}, "1"},
		{"a constant for a constant", "users.name", "users.first_name", users + split, []string{"Set: UPDATE users SET name = '', first_name = NULL"}, ""},
		{"REPLACE leaves it out", "users.name", "users.first_name", users + split, []string{"Set: REPLACE INTO users (id, name) VALUES (?, ?)"}, "1"},
		{"REPLACE leaves old out", "star.star_count", "repo.star_count", tables + add, []string{"Set: REPLACE INTO star (id, repo_name) VALUES (?, ?)"}, "1"},
		{"only where it inserts", "users.name", "users.first_name", users + split, []string{"Set: INSERT INTO users (id, name, first_name) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE name = VALUES(name)"}, "1"},
		{"in both branches", "users.name", "users.first_name", users + split, []string{"Set: INSERT INTO users (id, name, first_name) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE name = VALUES(name), first_name = VALUES(first_name)"}, ""},
		{"another function", "star.star_count", "repo.star_count", tables + add, oldCode, "1"},
		{"one half of a split", "users.name", "users.first_name,users.last_name", users + split, []string{"Set: UPDATE users SET name = ?, first_name = ?"}, "1"},
		{"one of two that merge", "users.first_name,users.last_name", "users.name", users + split, []string{"Set: UPDATE users SET first_name = ?, name = CONCAT(?, last_name)", "Fix: UPDATE users SET last_name = ?"}, "2"},
		{"tables", "users", "people", users + people, []string{"Add: INSERT INTO users (id, name) VALUES (?, ?)", "Add: INSERT INTO people (id, name) VALUES (?, ?)"}, ""},
		{"tables, another column", "users", "people", users + people, []string{"Set: UPDATE users SET email = ? WHERE id = ?", "Set: UPDATE people SET name = ? WHERE id = ?"}, "1"},
		{"tables, a DELETE", "users", "people", users + people, []string{"Del: DELETE FROM users WHERE id = ?", "Del: UPDATE people SET name = '' WHERE id = ?"}, "1"},
		{"tables, both deleted", "users", "people", users + people, []string{"Del: DELETE FROM users WHERE id = ?", "Del: DELETE FROM people WHERE id = ?"}, ""},
		{"a trigger of another table", "users.name", "users.first_name", users + split, []string{"Set: UPDATE users SET email = ? WHERE name = ?"}, ""},
	}
	for _, tt := range tests {
		w := world{releases: []string{tt.releases, ""}, base: tt.head, head: tt.head, declared: declare(tt.from, tt.to)}
		moves := w.find(t)
		if len(moves) == 0 || moves[0].Head == nil {
			t.Errorf("%s: no move", tt.name)
			continue
		}
		var lines []string
		for _, w := range moves[0].Head.Lacking() {
			if line := strconv.Itoa(w.Pos.Line); !strings.HasSuffix(strings.Join(lines, " "), line) {
				lines = append(lines, line)
			}
		}
		if got := strings.Join(lines, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Before code may stop writing a column, INSERTs must be able to leave it out.
func TestDefaultBeforeStopOldWrites(t *testing.T) {
	code := []string{"Add: INSERT INTO users (name, first_name) VALUES (?, ?)", "Get: SELECT first_name FROM users"}
	for shape, want := range map[string]bool{"": true, "ALTER TABLE users ALTER COLUMN name SET DEFAULT '';": false, "ALTER TABLE users MODIFY name VARCHAR(200) NULL;": false} {
		w := world{releases: []string{users, split, shape, ""}, base: code, head: code, declared: declare("users.name", "users.first_name")}
		first := w.find(t)[0].Step(move.StopOldWrites).Evidence[0].Message
		if got := strings.HasPrefix(first, "first give `users.name` a DEFAULT or NULL, in a release of its own"); got != want {
			t.Errorf("%q: the first word on step 5 is %q", shape, first)
		}
	}
}

func TestTombstone(t *testing.T) {
	for name, want := range map[string]bool{
		"nick_deprecated": true, "_deprecated_nick": true, "deprecated_nick": true, "nick_old": true, "old_nick": true, "unused_nick": true,
		"_drop_nick_20261102": true, "nick_drop_2026_11_02": true, "__NICK_OLD": true, "nick_dropped": true,
		"nick": false, "threshold": false, "old": false, "droplet_id": false, "folder_older": false, "": false,
	} {
		if move.Tombstone(name, nil) != want {
			t.Errorf("%q: got %v, want %v", name, !want, want)
		}
	}
	for name, want := range map[string]bool{"nick_to_be_dropped": true, "zz_nick": true, "nick_old": false, "fizz_nick": false} {
		if move.Tombstone(name, []string{"_to_be_dropped", "zz_", "_"}) != want {
			t.Errorf("%q with words of their own: got %v, want %v", name, !want, want)
		}
	}
}

// Which reads hand the value on, and which fall back to the other side.
func TestReads(t *testing.T) {
	tests := []struct{ statement, want string }{
		{"SELECT star_count FROM star", "old"},
		{"SELECT star_count FROM repo", "new"},
		{"SELECT id FROM repo WHERE star_count > 10", "new"},
		{"SELECT * FROM repo", ""},
		{"UPDATE star SET star_count = star_count + 1", ""},
		{"UPDATE repo SET star_count = 0 WHERE star_count IS NULL", ""},
		{"UPDATE repo SET repo_name = ? WHERE star_count IS NULL", "new"},
		{"SELECT COALESCE(repo.star_count, star.star_count) FROM repo JOIN star USING (id)", "old fallback, new fallback"},
		{"INSERT INTO repo (id, star_count) SELECT id, star_count FROM star", ""},
		{"INSERT INTO log (n) SELECT star_count FROM star", "old"},
		{"UPDATE star JOIN log ON log.id = star.id SET log.n = star.star_count, star.star_count = 0", "old"},
		{"DELETE FROM star WHERE star_count = 0", "old"},
	}
	for _, tt := range tests {
		w := world{releases: []string{tables + "CREATE TABLE log (id INT, n INT);", add, ""}, head: []string{"F: " + tt.statement}, declared: declare("star.star_count", "repo.star_count")}
		moves := w.find(t)
		var out []string
		for _, side := range []struct {
			name  string
			reads []*move.Read
		}{{"old", moves[0].Head.OldReads}, {"new", moves[0].Head.NewReads}} {
			for _, r := range side.reads {
				text := side.name
				if r.Fallback {
					text += " fallback"
				}
				out = append(out, text)
			}
		}
		if got := strings.Join(out, ", "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.statement, got, tt.want)
		}
	}
}
