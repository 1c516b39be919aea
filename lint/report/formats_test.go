package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

const (
	oddFile = `db/a b/100%0A, "it's": ünï 😀.sql`
	oddLine = "ALTER TABLE `星` ADD COLUMN `😀x` INT, DROP COLUMN `é`; -- ]]> <b>"
)

// tricky is a report of what formats trip over.
func tricky() *Report {
	sources[oddFile] = oddLine + "\nDROP TABLE\n  `star`;\n"
	dropped := &rules.Rule{Name: "drop-column", Family: rules.Contract, Severity: rules.Error, Summary: "a column is dropped",
		Doc: "## What it does\n\nReports\nDROP COLUMN.\n\n## Why it breaks\n\nReads fail."}
	unread := &rules.Rule{Name: "dropped-column-use", Family: rules.Code, Severity: rules.Off, Summary: "code uses it", Doc: "## What it does\n\nReports it."}
	proved := rules.Finding{Rule: dropped, Pos: at(oddFile, "DROP COLUMN `é`"), Statement: "DROP COLUMN `é`"}
	return &Report{
		Base:     &Base{Ref: "origin/main", Commit: "1a2b3c4d5e6f"},
		Proofs:   []rules.Proof{{Finding: proved, GoFiles: 2, Unresolved: 1}},
		Coverage: Coverage{Migrations: 2, NewMigrations: 1, Statements: 3, Code: true, GoFiles: 2, SQLStrings: 1},
		Source:   source,
		Notes:    []string{"db: `t` is <not> made here, 50% read: {0}"},
		Findings: []rules.Finding{
			{
				Rule: unread, Severity: rules.Error, Pos: schema.Position{File: "store/star.go", Line: 7, Column: 3, EndLine: 7, EndColumn: 9},
				Table: "star", Message: "reads `star.é`",
			},
			{
				Rule: dropped, Severity: rules.Error, Verdict: rules.Premature, Pos: at(oddFile, "DROP COLUMN `é`"), Migration: &migration.Migration{},
				Table: "星", Object: "é", Statement: "DROP COLUMN `é`",
				Message: "column `星.é` is dropped: 100% of \"it\", <all> & {{.x}}\nof [it](1) * fails, ::error::",
				Help:    "stop _using_ it first",
				Related: []rules.Related{
					{Pos: at(oddFile, "`😀x`"), Message: "adds `😀x`"},
					{Pos: schema.Position{File: "store/[x]: y.go", Line: 41, Column: 12}, Message: "reads {it}"},
				},
			},
			{
				Rule: dropped, Severity: rules.Warning, Pos: at(oddFile, "DROP TABLE\n  `star`"), Migration: &migration.Migration{},
				Table: "star", Statement: "DROP TABLE star", Message: "table `star` is dropped", Help: "do not",
			},
			{
				Rule: dropped, Severity: rules.Info, Pos: schema.Position{File: "db/whole\nfile\x1b.sql"}, Message: "the file is \xff\x00 no text ]]>",
			},
		},
	}
}

func declared(rep *Report) []*rules.Rule {
	return []*rules.Rule{rep.Findings[1].Rule, rep.Findings[0].Rule}
}

// failed is a report of a run that could not do its work.
func failed() *Report {
	return &Report{Failures: []string{"db/x.yml:3:1: unknown tag {a}, 100%; fix it"}, Notes: []string{"nothing was checked"}}
}

func TestFormatsGolden(t *testing.T) {
	for _, format := range []string{"github", "gitlab", "rdjson", "checkstyle", "junit", "markdown"} {
		golden(t, "tricky."+format, write(t, tricky(), format, Options{}))
		golden(t, "nothing."+format, write(t, &Report{}, format, Options{}))
		golden(t, "failed."+format, write(t, failed(), format, Options{}))
	}
}

// The rules are those of the test, so that the golden files stay what they are
// when the documentation of a rule changes.
func TestSARIFGolden(t *testing.T) {
	rep := tricky()
	for name, log := range map[string]sarifLog{
		"tricky.sarif":  sarifOf(rep, declared(rep), Options{Version: "v1.2.3"}),
		"nothing.sarif": sarifOf(&Report{}, nil, Options{}),
		"failed.sarif":  sarifOf(failed(), nil, Options{}),
	} {
		var b bytes.Buffer
		if err := encode(&b, log); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

// The schema that OASIS publishes is not ours to hand on. Ours is stricter;
// SARIF_SCHEMA=FILE checks against that one, too, as .ci/sarif-test does.
func TestSARIFFollowsTheStandard(t *testing.T) {
	files := []string{"testdata/sarif-2.1.0.schema.json"}
	if published := os.Getenv("SARIF_SCHEMA"); published != "" {
		files = append(files, published)
	}
	for _, file := range files {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		s, err := c.Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, rep := range map[string]*Report{"sample": sample(), "tricky": tricky(), "nothing": {}, "failed": failed()} {
			document, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, rep, "sarif", Options{Version: "v1.2.3"})))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(document); err != nil {
				t.Errorf("%s, %s: %v", file, name, err)
			}
		}
	}
}

func readJSON[T any](t *testing.T, rep *Report, format string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(write(t, rep, format, Options{}), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSARIFDeclaresEveryRule(t *testing.T) {
	driver := readJSON[sarifLog](t, &Report{}, "sarif").Runs[0].Tool.Driver
	if len(driver.Rules) != len(rules.All()) {
		t.Fatalf("%d rules of %d", len(driver.Rules), len(rules.All()))
	}
	for _, r := range driver.Rules {
		if r.Short.Text == "" || r.Full.Text == "" || strings.Contains(r.Full.Text, "##") || strings.HasPrefix(r.Help.Text, "##") || strings.Contains(r.Help.Text, "\n## ") {
			t.Errorf("%s: %+v", r.ID, r)
		}
	}
}

func TestSARIFPlaces(t *testing.T) {
	rep := tricky()
	run := sarifOf(rep, declared(rep), Options{}).Runs[0]
	for i, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("result %d: rule %d is not %s", i, r.RuleIndex, r.RuleID)
		}
		at := r.Locations[0].Physical
		u, err := url.Parse(at.Artifact.URI)
		if err != nil || u.IsAbs() || u.Path != rep.Findings[i].Pos.File {
			t.Errorf("result %d: %s is %v, %v", i, at.Artifact.URI, u, err)
		}
	}
	units := utf16.Encode([]rune(oddLine))
	for want, at := range map[string]sarifLocation{"DROP COLUMN `é`": run.Results[1].Locations[0], "`😀x`": run.Results[1].Related[0]} {
		region := at.Physical.Region
		if got := string(utf16.Decode(units[region.StartColumn-1 : region.EndColumn-1])); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSARIFURI(t *testing.T) {
	for file, want := range map[string]string{
		"db/1.sql": "db/1.sql", "a:b/c d": "a%3Ab/c%20d", "é%?#.sql": "%C3%A9%25%3F%23.sql", "\xff": "%FF",
	} {
		if got := sarifURI(file); got != want {
			t.Errorf("%q: got %s, want %s", file, got, want)
		}
	}
}

func TestGitHubShowsMigrationsFirst(t *testing.T) {
	lines := strings.Split(string(write(t, tricky(), "github", Options{})), "\n")
	for i, want := range []string{"::error file=db/a b/100%250A%2C \"it's\"%3A ünï 😀.sql,line=1,col=39,endColumn=54,title=", "::warning file=db/a b", "::notice file=db/whole%0Afile\x1b.sql,title=", "::error file=store", "::notice title=expandcheck::db: ", "::notice title=expandcheck::2 migrations"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: got %s, want %s", i, lines[i], want)
		}
	}
}

// What GitHub would drop in silence is said: the summary of the step has it.
func TestGitHubShowsTen(t *testing.T) {
	const said = "GitHub shows 10 of 11 errors and 10 of 12 warnings here: the summary of this step has all"
	rep := &Report{}
	add := func(severity rules.Severity, n int) {
		for range n {
			rep.Findings = append(rep.Findings, rules.Finding{Rule: rule("x"), Severity: severity, Pos: schema.Position{File: "a.sql", Line: 1}})
		}
	}
	add(rules.Error, 10)
	if text := string(write(t, rep, "github", Options{})); strings.Contains(text, "GitHub shows") {
		t.Error(text)
	}
	add(rules.Error, 1)
	add(rules.Warning, 12)
	lines := strings.Split(string(write(t, rep, "github", Options{})), "\n")
	if got := lines[len(rep.Findings)]; got != "::notice title=expandcheck::"+said {
		t.Errorf("got %s", got)
	}
}

// The comment has the board of the moves that the release touches, and of no others.
func TestMarkdownBoard(t *testing.T) {
	moved := func(table string) *move.Move {
		m := stars()
		m.From[0].Table.Name = table
		m.Steps[move.DualWrite].Evidence[0].Pos.File = table + ".go"
		m.Steps[move.ExpandSchema].Evidence = nil
		return m
	}
	step, file, found, other, candidate := moved("a|b"), moved("file"), moved("found"), moved("other"), moved("found")
	step.Steps[move.BackfillRows].State = move.Pending
	candidate.Candidate = true
	rep := &Report{
		Moves:   []*move.Move{step, file, found, other, candidate},
		Changed: []string{"file.go"},
		Findings: []rules.Finding{
			{Rule: rule("x"), Table: "found", Object: "star_count", Pos: schema.Position{File: "x.go", Line: 1}, Message: "m"},
			{Rule: rule("x"), Table: "other", Object: "another", Pos: schema.Position{File: "x.go", Line: 2}, Message: "m"},
		},
	}
	text := string(write(t, rep, "markdown", Options{}))
	golden(t, "board.markdown", []byte(text))
	if strings.Count(text, "next: ") != 3 || strings.Contains(text, "`other.star_count`") {
		t.Error(text)
	}
}

func TestGitLabFingerprintsAreUnique(t *testing.T) {
	rep := tricky()
	rep.Findings = append(rep.Findings, rep.Findings...)
	rep.Findings[0].Pos.File = "./store/star.go"
	seen := map[string]bool{}
	for _, issue := range readJSON[[]gitLabIssue](t, rep, "gitlab") {
		if seen[issue.Fingerprint] || issue.Location.Path != path.Clean(issue.Location.Path) || issue.Location.Lines.Begin < 1 {
			t.Errorf("%+v", issue)
		}
		seen[issue.Fingerprint] = true
	}
}

func TestRDJSONCountsBytes(t *testing.T) {
	d := readJSON[rdReport](t, tricky(), "rdjson").Diagnostics[1]
	r := d.Location.Range
	if got := oddLine[r.Start.Column-1 : r.End.Column-1]; got != "DROP COLUMN `é`" || d.Location.Path != oddFile {
		t.Errorf("%q in %q", got, d.Location.Path)
	}
	if r = d.Related[0].Location.Range; oddLine[r.Start.Column-1:r.End.Column-1] != "`😀x`" {
		t.Errorf("related: %+v", r)
	}
}

func readXML[T any](t *testing.T, rep *Report, format string) T {
	t.Helper()
	var out T
	d := xml.NewDecoder(bytes.NewReader(write(t, rep, format, Options{})))
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return out
}

func TestCheckstyleReadsBack(t *testing.T) {
	files := readXML[checkstyleReport](t, tricky(), "checkstyle").Files
	if len(files) != 3 || files[1].Name != oddFile || len(files[1].Errors) != 2 {
		t.Fatalf("%+v", files)
	}
	if got := files[1].Errors[0]; !strings.Contains(got.Message, "<all> & {{.x}}\nof [it](1)") || !strings.Contains(got.Message, ":41:12: reads {it}") {
		t.Errorf("%+v", got)
	}
	if files := readXML[checkstyleReport](t, &Report{}, "checkstyle").Files; len(files) != 0 {
		t.Errorf("nothing: %+v", files)
	}
}

func TestJUnitReadsBack(t *testing.T) {
	for _, test := range []struct {
		rep                     *Report
		tests, failures, errors int
	}{{tricky(), 5, 3, 0}, {&Report{}, 1, 0, 0}, {failed(), 2, 0, 1}} {
		got := readXML[junitReport](t, test.rep, "junit")
		if got.Tests != test.tests || got.Failures != test.failures || got.Errors != test.errors {
			t.Errorf("%d tests, %d failures, %d errors; want %+v", got.Tests, got.Failures, got.Errors, test)
		}
	}
	got := readXML[junitReport](t, tricky(), "junit").Suites[2]
	if got.Name != oddFile || !strings.Contains(got.Cases[0].Failure.Text, "<all> & {{.x}}\nof [it](1)") {
		t.Errorf("%+v", got)
	}
}

func TestMarkdownSpellsTextAsItIs(t *testing.T) {
	for text, want := range map[string]string{
		"a `b_c` d_e*":    "a `b_c` d\\_e\\*",
		"one ` backquote": "one \\` backquote",
		"<b>\n# x":        "&lt;b&gt;<br>\\# x",
		"`a``b`":          "`a``b`",
	} {
		if got := markdown(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := codeSpan("a`b``c"); got != "``` a`b``c ```" {
		t.Error(got)
	}
}

func TestMarkdownFitsIntoAComment(t *testing.T) {
	rep := sample()
	for len(rep.Findings) < 1000 {
		rep.Findings = append(rep.Findings, rep.Findings[0])
	}
	text := string(write(t, rep, "markdown", Options{}))
	shown := strings.Count(text, "**Do this instead:**")
	if len(text) > commentLimit || len(text) < commentLimit/2 || shown == 0 || !strings.Contains(text, "are left out here") {
		t.Errorf("%d bytes, %d shown", len(text), shown)
	}
	if text := string(write(t, rep, "markdown", Options{Limit: 1 << 20})); strings.Contains(text, "left out") {
		t.Error("the limit is not that of the options")
	}
}

// What a format has no place for is given back.
func TestNothingIsLost(t *testing.T) {
	for _, format := range Formats() {
		rep := tricky()
		rep.Notes = []string{"take note"}
		shown := bytes.Contains(write(t, rep, format, Options{}), []byte("take note"))
		if left := len(LeftOut(rep, format)) > 0; shown == left {
			t.Errorf("%s: the note is shown: %v, left out: %v", format, shown, left)
		}
		if text := string(write(t, tricky(), format, Options{})); !strings.Contains(text, "adds") || !strings.Contains(text, "first") {
			t.Errorf("%s: related places or help are missing", format)
		}
	}
}

func TestFormatsTakeAnyPosition(t *testing.T) {
	places := []schema.Position{
		{}, {File: oddFile}, {File: oddFile, Line: 1}, {File: oddFile, Line: 1, Column: 5000, EndLine: 1, EndColumn: 9000},
		{File: oddFile, Line: 2, Column: 3, EndLine: 1, EndColumn: 1}, {File: oddFile, Line: 99, Column: 2, EndLine: 99, EndColumn: 7},
		{File: oddFile, Line: 1, EndLine: 1, EndColumn: 4}, {File: oddFile, Line: 1, Column: 2, EndLine: 5000, EndColumn: 1},
	}
	for _, lines := range []func(string, int) string{nil, source} {
		rep := tricky()
		rep.Source = lines
		for _, p := range places {
			rep.Findings = append(rep.Findings, rules.Finding{Rule: rule("x"), Pos: p, Related: []rules.Related{{Pos: p}}})
		}
		for _, format := range Formats() {
			write(t, rep, format, Options{})
		}
		for _, r := range sarifOf(rep, nil, Options{}).Runs[0].Results {
			region := r.Locations[0].Physical.Region
			if region.StartLine < 1 || region.StartColumn < 1 || region.EndLine < region.StartLine ||
				region.EndLine == region.StartLine && region.EndColumn != 0 && region.EndColumn < region.StartColumn {
				t.Errorf("%+v", region)
			}
		}
	}
}
