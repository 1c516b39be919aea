package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// sources are the files that the findings of the tests stand in.
var sources = map[string]string{
	"db/0002_add.up.sql":     "-- two clauses\nALTER TABLE star\n\tADD COLUMN a INT,\n\tADD COLUMN star_count INT NOT NULL;\n",
	"db/0003_type.up.sql":    "ALTER TABLE star MODIFY COLUMN\n  star_count\n  SMALLINT;\n",
	"db/ünï 日本/0004:x y.sql": "ALTER TABLE `星` ADD COLUMN `é́x` INT, DROP COLUMN `数`; -- 終\n",
	"db/0005_long.sql":       "INSERT INTO t VALUES ('" + strings.Repeat("ab, ", 500) + "'); ALTER TABLE t DROP COLUMN c; SELECT " + strings.Repeat("1, ", 5000) + "1;\n",
	"db/0006_odd.sql":        "SELECT '\x1b[31m\u202e\xff\x00'; DROP TABLE t;\n",
}

func source(file string, line int) string {
	lines := strings.Split(sources[file], "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return lines[line-1]
}

// at finds the position of a piece of a source.
func at(file, piece string) schema.Position {
	text := sources[file]
	start := strings.Index(text, piece)
	end := start + len(piece)
	line := func(o int) (int, int) {
		return strings.Count(text[:o], "\n") + 1, o - strings.LastIndexByte(text[:o], '\n')
	}
	p := schema.Position{File: file}
	p.Line, p.Column = line(start)
	p.EndLine, p.EndColumn = line(end)
	return p
}

func stars() *move.Move {
	m := &move.Move{
		From: []move.Object{{Table: schema.Name{Name: "star"}, Column: "star_count"}}, To: []move.Object{{Table: schema.Name{Name: "repo"}, Column: "star_count"}},
		Source: move.Directive,
	}
	add := schema.Position{File: "db/0002_add.sql", Line: 2, Column: 18}
	m.Steps[move.ExpandSchema] = move.Step{State: move.Deployed, Evidence: []move.Evidence{{Pos: add, Message: "`repo.star_count` is added"}}}
	set := schema.Position{File: "api/sync.go", Line: 88, Column: 12}
	m.Steps[move.DualWrite] = move.Step{State: move.Partial, Evidence: []move.Evidence{{Pos: set, Message: "3 of 4 writers dual-write; missing: api/sync.go:88"}}}
	web := func(line int) schema.Position { return schema.Position{File: "web/web.go", Line: line, Column: 3} }
	m.Steps[move.ReadNew].Evidence = []move.Evidence{{Pos: web(6), Message: "still reads `star.star_count`"}, {Pos: web(60), Message: "still reads `star.star_count`"}}
	return m
}

func rule(name string) *rules.Rule { return &rules.Rule{Name: name} }

func sample() *Report {
	return &Report{
		Mode:     "every migration is a release of its own (--all)",
		Coverage: Coverage{Migrations: 6, NewMigrations: 6, Statements: 12, Unparsed: 1, Suppressed: 1},
		Layouts:  []Layout{{"db", "golang-migrate", "files named VERSION_TITLE.up.sql"}},
		Notes:    []string{"db: changed here, made by no migration that was read: table t; what it is like is not known"},
		Source:   source,
		Findings: []rules.Finding{
			{
				Rule: rule("add-required-column"), Severity: rules.Error, Pos: at("db/0002_add.up.sql", "ADD COLUMN star_count INT NOT NULL"),
				Table: "star", Object: "star_count", Statement: "ADD COLUMN star_count INT NOT NULL",
				Message: "new column `star.star_count` is NOT NULL and has no default: INSERTs and upserts of the running code, which leave it out, fail (error 1364)",
				Help:    "add it as NULL or with a DEFAULT; make it NOT NULL in a later release, after every writer sets it",
				Related: []rules.Related{{Pos: schema.Position{File: "store/star.go", Line: 41, Column: 12}, Message: "leaves star.star_count out"}},
			},
			{
				Rule: rule("narrow-type"), Severity: rules.Error, Pos: at("db/0003_type.up.sql", "star_count\n  SMALLINT"),
				Table: "star", Object: "star_count", Statement: "MODIFY COLUMN star_count SMALLINT",
				Message: "`star.star_count` goes from INT to SMALLINT", Help: "add a new column",
			},
			{
				Rule: rule("drop-column"), Severity: rules.Error, Verdict: rules.Unknown, Pos: at("db/ünï 日本/0004:x y.sql", "DROP COLUMN `数`"),
				Table: "星", Object: "数", Statement: "DROP COLUMN `数`", Message: "column `星.数` is dropped", Help: "stop using it first",
			},
			{
				Rule: rule("drop-column"), Severity: rules.Warning, Pos: at("db/0005_long.sql", "DROP COLUMN c"),
				Table: "t", Object: "c", Statement: "DROP COLUMN c", Message: "column `t.c` is dropped", Help: "stop using it first",
			},
			{
				Rule: rule("drop-table"), Severity: rules.Info, Pos: at("db/0006_odd.sql", "DROP TABLE t"),
				Table: "t", Statement: "DROP TABLE t", Message: "table `t` is dropped", Help: "first:\n\x1b]0;title\x07then",
			},
			{
				Rule: rule("unparsed-statement"), Severity: rules.Warning, Pos: schema.Position{File: "db/new\nline\x1b.sql"},
				Message: "the file is not text",
			},
		},
	}
}

func write(t *testing.T, rep *Report, format string, opts Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, rep, format, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestText(t *testing.T) {
	golden(t, "sample.txt", write(t, sample(), "text", Options{}))
	golden(t, "narrow.txt", write(t, sample(), "text", Options{Width: 60}))
	golden(t, "color.txt", write(t, sample(), "text", Options{Color: true}))
	golden(t, "nothing.txt", write(t, &Report{Coverage: Coverage{Migrations: 1, NewMigrations: 1, Statements: 1}}, "text", Options{}))
}

func TestTextKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{1, 40, 60, 100, 300} {
		room := min(max(width, leastWidth), fullWidth)
		for line := range strings.Lines(string(write(t, sample(), "text", Options{Width: width}))) {
			header := strings.Contains(line, "] db/")
			if w := widthOf(strings.TrimSuffix(line, "\n")); w > room && !header && strings.Contains(line, " | ") {
				t.Errorf("width %d: %d columns: %s", width, w, line)
			}
		}
	}
}

func TestJSON(t *testing.T) {
	golden(t, "sample.json", write(t, sample(), "json", Options{}))
	golden(t, "moves.json", write(t, &Report{Moves: []*move.Move{stars()}}, "json", Options{}))
	golden(t, "nothing.json", write(t, &Report{}, "json", Options{}))
	rep := sample()
	rep.Base = &Base{"origin/main", "1a2b3c4d5e6f", "6f5e4d3c2b1a", "merge base with origin/main"}
	rep.Proofs = []rules.Proof{{Finding: rep.Findings[2], GoFiles: 812, Unresolved: 2}}
	rep.Findings = nil
	golden(t, "base.json", write(t, rep, "json", Options{}))
}

func TestFingerprintsDoNotFollowLines(t *testing.T) {
	a := sample().Findings
	b := sample().Findings
	for i := range b {
		b[i].Pos.Line += 7
		b[i].Statement = strings.ToUpper(strings.ReplaceAll(b[i].Statement, " ", "\n  ")) + ";"
	}
	first, moved := Fingerprints(a), Fingerprints(b)
	for i := range first {
		if first[i] != moved[i] {
			t.Errorf("finding %d: %s became %s", i, first[i], moved[i])
		}
	}
	twice := Fingerprints([]rules.Finding{a[0], a[0]})
	if twice[0] != first[0] || twice[1] == twice[0] {
		t.Errorf("the same finding twice: %v", twice)
	}
}

func TestCoverageLine(t *testing.T) {
	finding := func(s rules.Severity) rules.Finding { return rules.Finding{Rule: rule("x"), Severity: s} }
	for _, test := range []struct {
		rep  Report
		want string
	}{
		{
			Report{
				Base:     &Base{Ref: "origin/main", Commit: "1a2b3c4d5e6f"},
				Coverage: Coverage{12, 3, 48, 1, 812, 164, 9, 1, true},
				Findings: []rules.Finding{finding(rules.Error), finding(rules.Error), finding(rules.Warning)},
			},
			"12 migrations (3 new since origin/main 1a2b3c4), 48 statements, 1 not analysed; 812 Go files, 164 SQL strings, 9 not resolved; 2 errors, 1 warning, 1 suppressed",
		},
		{
			Report{Coverage: Coverage{1, 1, 1, 0, 1, 1, 0, 0, true}, Findings: []rules.Finding{finding(rules.Error), finding(rules.Info)}},
			"1 migration, 1 statement, 0 not analysed; 1 Go file, 1 SQL string, 0 not resolved; 1 error, 0 warnings, 1 info, 0 suppressed",
		},
		{
			Report{Coverage: Coverage{Migrations: 5, NewMigrations: 2, Statements: 7}},
			"5 migrations (2 new), 7 statements, 0 not analysed; no Go code; 0 errors, 0 warnings, 0 suppressed",
		},
	} {
		if got := coverageLine(&test.rep); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestUnknownFormats(t *testing.T) {
	want := `unknown format "jsno": did you mean json?`
	if err := CheckFormat("jsno"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestJSONIsValidWhateverTheInput(t *testing.T) {
	rep := sample()
	rep.Findings[0].Message = "\xff\x00<&>"
	if !json.Valid(write(t, rep, "json", Options{})) {
		t.Error("not valid JSON")
	}
}
