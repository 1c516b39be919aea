package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// An app is a program whose data moves in six steps. Its archive has every line of
// every step: a margin says with which steps a line is there, [2] with step 2, [!4]
// without step 4, [2|5] with one of them, [2,!5] with both. A comment at the end of a
// line names it (@copy) for those who say what is found there. A file none of whose
// lines is there is not there either.
type app struct {
	name  string
	drop  string   // the rule that judges the last step
	added []string // the new columns, or the table
	files []txtar.File
}

// taken are steps, as a set: "124".
type taken string

func apps(t *testing.T) []app {
	t.Helper()
	files, err := filepath.Glob("testdata/walk/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no app", err)
	}
	var out []app
	for _, file := range files {
		out = append(out, readApp(t, file))
	}
	return out
}

func readApp(t *testing.T, file string) app {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := app{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), files: archive.Files}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "adds":
			a.added = strings.Split(value, ", ")
		case "drop":
			a.drop = value
		}
	}
	return a
}

var margin = regexp.MustCompile(`^\[([!0-9|,]+)\] `)

// holds says whether the condition of a margin holds after some steps.
func (s taken) holds(condition string) bool {
	for term := range strings.SplitSeq(condition, ",") {
		any := false
		for step := range strings.SplitSeq(term, "|") {
			name, negated := strings.CutPrefix(step, "!")
			any = any || strings.Contains(string(s), name) != negated
		}
		if !any {
			return false
		}
	}
	return true
}

// tree returns the files after some steps, and where the named lines are.
func (a app) tree(s taken) (files map[string]string, places map[string][]string) {
	files, places = map[string]string{}, map[string][]string{}
	for _, f := range a.files {
		var text strings.Builder
		number := 0
		for line := range strings.Lines(string(f.Data)) {
			if m := margin.FindStringSubmatch(line); m != nil {
				if !s.holds(m[1]) {
					continue
				}
				line = line[len(m[0]):]
			}
			number++
			text.WriteString(line)
			for word := range strings.FieldsSeq(line) {
				if name, named := strings.CutPrefix(word, "@"); named {
					places[name] = append(places[name], fmt.Sprintf("%s:%d", f.Name, number))
				}
			}
		}
		if number > 0 {
			files[f.Name] = text.String()
		}
	}
	return files, places
}

// A check judges a commit: what is deployed was taken step by step, a commit each.
type check struct{ base, head taken }

// String is "12|3" where step 3 is taken after 1 and 2, and "123|-2" where step 2 is
// taken back.
func (c check) String() string {
	out := string(c.base) + "|" + string(c.head.less(c.base))
	if back := c.base.less(c.head); back != "" {
		out += "-" + string(back)
	}
	return out
}

func upTo(n int) taken { return taken("123456"[:n]) }

// with returns steps and some more.
func (s taken) with(steps ...int) taken {
	all := []byte(s)
	for _, n := range steps {
		all = strconv.AppendInt(all, int64(n), 10)
	}
	slices.Sort(all)
	return taken(slices.Compact(all))
}

// less returns the steps that are not among others.
func (s taken) less(others taken) taken {
	return taken(strings.Map(func(r rune) rune {
		if strings.ContainsRune(string(others), r) {
			return -1
		}
		return r
	}, string(s)))
}

// checks are each step alone, all from one step to another in one commit, two in
// one commit without those between, each step where an earlier one was skipped, and
// going back, which leaves the migrations as they are.
func checks() []check {
	var out []check
	for i := 1; i <= 6; i++ {
		before := upTo(i - 1)
		for j := i; j <= 6; j++ {
			out = append(out, check{before, upTo(j)})
			if j > i+1 {
				out = append(out, check{before, before.with(i, j)})
			}
		}
		for j := i + 1; j <= 6; j++ {
			base := upTo(j - 1).less(taken(strconv.Itoa(i)))
			out = append(out, check{base, base.with(j)})
		}
		for j := 1; j < i && i < 6; j++ {
			back := check{upTo(i), upTo(i).less(taken("12345"[j:]).less("13"))}
			if back.base != back.head {
				out = append(out, back)
			}
		}
	}
	return out
}

// git runs git in a folder, far from the configuration of whoever runs the test.
func git(t *testing.T, dir string, stdin string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, environment(dir), strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", args[0], err, out)
	}
}

func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "SystemRoot=" + os.Getenv("SystemRoot"), "TMPDIR=" + os.TempDir(), "GIT_CONFIG_NOSYSTEM=1"}
}

// A stream is what git fast-import reads.
type stream struct {
	text    strings.Builder
	commits int
}

// commit adds a commit of a whole tree to a branch, and returns its mark. Each is a
// day after the one before it.
func (s *stream) commit(branch string, parent int, files map[string]string) int {
	s.commits++
	fmt.Fprintf(&s.text, "commit refs/heads/%s\nmark :%d\ncommitter Ann <ann@example.com> %d +0000\ndata 0\n", branch, s.commits, 1700000000+s.commits*86400)
	if parent > 0 {
		fmt.Fprintf(&s.text, "from :%d\n", parent)
	}
	s.text.WriteString("deleteall\n")
	for name, text := range files {
		fmt.Fprintf(&s.text, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
	}
	return s.commits
}

// repository makes a repository with a branch for each check, whose last commit is
// the one to judge.
func (a app) repository(t *testing.T, list []check, config string) string {
	t.Helper()
	var s stream
	marks := map[taken]int{}
	commit := func(branch string, parent int, steps taken) int {
		files, _ := a.tree(steps)
		files[".expandcheck.yml"] = config
		return s.commit(branch, parent, files)
	}
	var deployed func(taken) int
	deployed = func(steps taken) int {
		if marks[steps] == 0 {
			parent := 0
			if len(steps) > 0 {
				parent = deployed(steps[:len(steps)-1])
			}
			marks[steps] = commit("deployed"+string(steps), parent, steps)
		}
		return marks[steps]
	}
	for i, c := range list {
		commit("check"+strconv.Itoa(i), deployed(c.base), c.head)
	}
	return s.repository(t)
}

// repository makes the commits.
func (s *stream) repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "", "init", "-q", "-b", "none")
	git(t, dir, s.text.String(), "fast-import", "--quiet")
	return dir
}

// run runs expandcheck in a folder and returns what it prints.
func expandcheck(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("expandcheck", args...)
	cmd.Dir, cmd.Env = dir, environment(dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return out
}

// findings lists what lint finds in what is checked out.
func findings(t *testing.T, dir string) []string {
	t.Helper()
	var rep struct {
		Findings []struct {
			Rule, Severity, File string
			Line                 int
		}
	}
	out := expandcheck(t, dir, "lint", "--format", "json", "--fail-on", "never")
	if err := json.Unmarshal(out, &rep); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range rep.Findings {
		found = append(found, fmt.Sprintf("%s:%d: %s %s", f.File, f.Line, f.Severity, f.Rule))
	}
	return found
}

// want are the findings of a check, rule@line: one for each line of that name, where
// releases are deployed in that way.
func (a app) want(t *testing.T, c check, deploy string) []string {
	t.Helper()
	want, ok := rightOf[a.name+" "+c.String()]
	if !ok {
		if want, ok = rightOf[c.String()]; !ok {
			t.Fatalf("%s: what is right is not in the table", c)
		}
	}
	_, places := a.tree(c.head)
	var out []string
	for word := range strings.FieldsSeq(want) {
		if column, only := strings.CutPrefix(word, "column:"); only {
			if a.drop != "drop-column" {
				continue
			}
			word = column
		}
		if separate, only := strings.CutPrefix(word, "separate:"); only {
			if deploy != "separate" {
				continue
			}
			word = separate
		}
		rule, place, _ := strings.Cut(word, "@")
		severity := "error"
		if r, warns := strings.CutPrefix(rule, "warning:"); warns {
			severity, rule = "warning", r
		}
		if rule == "drop" {
			rule = a.drop
		}
		if len(places[place]) == 0 {
			t.Fatalf("%s: no line is named @%s", c, place)
		}
		for _, at := range places[place] {
			times := 1
			if rule == "use-of-missing-column" && (place == "new" || place == "read") {
				times = len(a.added)
			}
			out = append(out, slices.Repeat([]string{at + ": " + severity + " " + rule}, times)...)
		}
	}
	return out
}

// rightOf says what is right for each check: what is found, and where. What begins with
// column: is true where columns move, not tables; with separate:, where schema and code
// are deployed apart.
var rightOf = map[string]string{
	// Each step in a release of its own.
	"|1": "", "1|2": "", "12|3": "", "123|4": "", "1234|5": "", "12345|6": "",
	// From one step to another in one release.
	"|12":     "separate:coupled-change@new",
	"|123":    "separate:coupled-change@new skipped-step@copy",
	"|1234":   "separate:coupled-change@new separate:coupled-change@read skipped-step@copy read-before-dual-write@read",
	"|12345":  "separate:coupled-change@new separate:coupled-change@read skipped-step@copy skipped-step@new read-before-dual-write@read",
	"|123456": "separate:coupled-change@new separate:coupled-change@read skipped-step@copy skipped-step@new read-before-dual-write@read drop@drop",
	"1|23":    "skipped-step@copy",
	"1|234":   "skipped-step@copy read-before-dual-write@read",
	"1|2345":  "skipped-step@copy skipped-step@new read-before-dual-write@read",
	"1|23456": "skipped-step@copy skipped-step@new read-before-dual-write@read drop@drop",
	"12|34":   "read-before-backfill@read",
	"12|345":  "skipped-step@new read-before-backfill@read",
	"12|3456": "skipped-step@new read-before-backfill@read drop@drop",
	"123|45":  "skipped-step@new",
	"123|456": "skipped-step@new drop@drop",
	"1234|56": "drop@drop",
	// Two in one release, without those between.
	"|13":    "skipped-step@copy",
	"|14":    "separate:coupled-change@read read-before-dual-write@read",
	"|15":    "separate:coupled-change@new skipped-step@new",
	"|16":    "drop@drop",
	"1|24":   "read-before-dual-write@read",
	"1|25":   "skipped-step@new",
	"1|26":   "drop@drop column:use-of-missing-column@old",
	"12|35":  "skipped-step@new",
	"12|36":  "drop@drop",
	"123|46": "drop@drop",
	// Without step 1 nothing declares the move.
	"|2": "use-of-missing-column@new", "2|3": "", "23|4": "use-of-missing-column@read",
	"234|5": "use-of-missing-column@new", "2345|6": "column:use-of-missing-column@new column:use-of-missing-column@read",
	"table |2": "", "table 23|4": "", "table 234|5": "",
	// Without step 2.
	"1|3": "skipped-step@copy", "13|4": "read-before-dual-write@read", "134|5": "read-before-dual-write@read", "1345|6": "skipped-step@drop read-before-backfill@read",
	// Without step 3.
	"12|4": "read-before-backfill@read", "124|5": "read-before-backfill@read", "1245|6": "skipped-step@drop read-before-backfill@read",
	// Without step 4.
	"123|5": "skipped-step@new", "1235|6": "skipped-step@new drop@drop",
	// Without step 5.
	"1234|6": "drop@drop",
	// Going back.
	"12|-2": "", "123|-2": "", "1234|-24": "", "1234|-4": "",
	"12345|-245": "skipped-step@reads-old", "12345|-45": "skipped-step@reads-old", "12345|-5": "",
}

func TestWalk(t *testing.T) {
	for _, a := range apps(t) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.walk(t, checks(), "separate")
		})
		t.Run(a.name+"/migrations-first", func(t *testing.T) {
			t.Parallel()
			a.walk(t, slices.DeleteFunc(checks(), func(c check) bool { return c.base != "" }), "migrations-first")
		})
	}
}

// walk makes each check where releases are deployed in one way.
func (a app) walk(t *testing.T, list []check, deploy string) {
	t.Helper()
	dir := a.repository(t, list, "deploy: "+deploy+"\n")
	for i, c := range list {
		git(t, dir, "", "checkout", "-q", "check"+strconv.Itoa(i))
		got, want := findings(t, dir), a.want(t, c, deploy)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: found:\n\t%s\nwant:\n\t%s", c, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
	}
}

// Seven commits, one for each step after the first: nothing is found, and the board
// tells where the move stands.
func TestSevenCommits(t *testing.T) {
	for _, a := range apps(t) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			var s stream
			for n := range 7 {
				files, _ := a.tree(upTo(n))
				s.commit("main", n, files)
			}
			dir := s.repository(t)
			var boards bytes.Buffer
			for n := range 7 {
				git(t, dir, "", "checkout", "-q", fmt.Sprintf("main~%d", 6-n))
				if got := findings(t, dir); len(got) > 0 {
					t.Errorf("commit %d: found %s", n+1, strings.Join(got, ", "))
				}
				if got, want := states(t, dir), wantStates(n); !slices.Equal(got, want) {
					t.Errorf("commit %d: the steps are %v, want %v", n+1, got, want)
				}
				fmt.Fprintf(&boards, "%d. %s\n\n%s\n", n+1, commits[n], expandcheck(t, dir, "status"))
			}
			text := shortCommit.ReplaceAll(boards.Bytes(), []byte("deployed is 1234567 "))
			compareGolden(t, filepath.Join("testdata", "walk", a.name+".boards"), text)
		})
	}
}

var shortCommit = regexp.MustCompile("deployed is [0-9a-f]{7} ")

// commits says what the seven commits bring.
var commits = [7]string{"The app as it was", "The new is added", "Both are written", "The rows are copied", "The new is read", "Only the new is written", "The old is dropped"}

// states are those of the steps of the only move on the board.
func states(t *testing.T, dir string) []string {
	t.Helper()
	var rep struct {
		Moves []struct{ Steps []struct{ State string } }
	}
	if err := json.Unmarshal(expandcheck(t, dir, "status", "--format", "json"), &rep); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range rep.Moves {
		for _, s := range m.Steps {
			out = append(out, s.State)
		}
	}
	return out
}

func wantStates(n int) []string {
	if n == 0 {
		return nil
	}
	return slices.Concat(slices.Repeat([]string{"deployed"}, n-1), []string{"pending"}, slices.Repeat([]string{"missing"}, 6-n))
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s", file, got)
	}
}
