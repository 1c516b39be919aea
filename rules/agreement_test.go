package rules_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/rules"
)

// What four real servers did to the 28 statements of an old application, for
// each of 115 changes, against what the rules say of the change.
var measuredServers = map[string]string{
	"mysql-5.6": "my56", "mysql-9": "my97", "mariadb-10.11": "mdb1011", "mariadb-11": "mdb118",
}

type measuredChange struct{ name, spec string }

func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/measured/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(data), "\n"), "\n")
}

func measuredChanges(t *testing.T) []measuredChange {
	t.Helper()
	var out []measuredChange
	for _, line := range lines(t, "ops.txt") {
		name, spec, _ := strings.Cut(line, "|")
		out = append(out, measuredChange{name, spec})
	}
	return out
}

// setup is the table of the old application, for a server that has CHECK and
// generated columns or not.
func setup(t *testing.T, old bool) string {
	t.Helper()
	generated, check := "GENERATED ALWAYS AS (ub+1) VIRTUAL", ", CONSTRAINT cko CHECK (bi < 100000)"
	if old {
		generated, check = "", ""
	}
	text := strings.Join(lines(t, "setup_t.txt"), ";\n") + ";\n"
	return strings.NewReplacer("%GV%", generated, "%CK%", check).Replace(text)
}

// ownFault is what happens to code that counts on the number and order of
// columns: select-star and positional-insert judge it. Other values in the same
// columns are no fault of SELECT *.
var ownFault = regexp.MustCompile(`\[(selStar: columns|insPos:) [^\]]*\]`)

// refusedForData are the errors with which a server refuses an ALTER for what
// stands in the rows; other refusals say nothing of running code.
var refusedForData = regexp.MustCompile(`^DDL: E(1062|1138|1264|1265|1292|1366|1406|1452|3140|3819|4025) `)

// broken says whether an old statement failed or answered otherwise, or the
// ALTER was refused for the rows; judged is false where the cell says neither.
func broken(answer string) (bad, judged bool) {
	if strings.HasPrefix(answer, "DDL:") {
		bad = refusedForData.MatchString(answer)
		return bad, bad
	}
	return strings.Contains(ownFault.ReplaceAllString(answer, ""), "["), true
}

func TestAgreementWithServers(t *testing.T) {
	changes := measuredChanges(t)
	if len(changes) != 115 {
		t.Fatalf("%d changes, want 115", len(changes))
	}
	reasons := map[string]string{}
	for _, line := range lines(t, "disagreements.txt") {
		if name, reason, ok := strings.Cut(line, "|"); ok && !strings.HasPrefix(line, "#") {
			reasons[name] = reason
		}
	}
	if len(reasons) >= 12 {
		t.Errorf("%d changes are listed as disagreements, and fewer than 12 may", len(reasons))
	}
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(measuredServers)) {
		agree, judged := 0, 0
		answers := lines(t, "old."+measuredServers[name]+".tsv")
		for i, c := range changes {
			label, answer, _ := strings.Cut(answers[i], "\t")
			if label != c.name {
				t.Fatalf("line %d of %s is about %q, want %q", i+1, name, label, c.name)
			}
			bad, ok := broken(answer)
			if !ok {
				continue
			}
			judged++
			worst, said := judgeMeasured(t, name, c)
			if bad && worst >= rules.Info || !bad && worst < rules.Error {
				agree++
				continue
			}
			if reasons[c.name] != "" {
				used[c.name] = true
				continue
			}
			t.Errorf("%s: %s (%s)\n\tserver: %.200s\n\twe say: %s", name, c.name, c.spec, answer, said)
		}
		t.Logf("%s: %d of %d agree", name, agree, judged)
	}
	for name := range reasons {
		if !used[name] {
			t.Errorf("%s is listed as a disagreement and is none", name)
		}
	}
}

func judgeMeasured(t *testing.T, server string, c measuredChange) (rules.Severity, string) {
	t.Helper()
	worst, said := rules.Off, []string(nil)
	fsys := fstest.MapFS{
		"db/0001_setup.sql":  {Data: []byte(setup(t, server == "mysql-5.6"))},
		"db/0002_change.sql": {Data: []byte("ALTER TABLE t " + c.spec + ";\n")},
	}
	rep, err := lint.Run(context.Background(), lint.Config{Root: fsys, Targets: []string{"db"}, Server: server, Since: "0001", NoCode: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.Findings {
		if f.Rule == rules.UnparsedStatement {
			t.Errorf("%s: %s could not be read: %s", server, c.name, f.Message)
		}
		worst = max(worst, f.Severity)
		said = append(said, fmt.Sprintf("[%s %s]", f.Severity, f.Rule.Name))
	}
	return worst, strings.Join(said, " ")
}
