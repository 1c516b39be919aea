package lint_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/expandcheck/expandcheck/lint"
)

// BenchmarkBase holds base and head together against head alone: the aim is 1.5
// times its CPU. It reads the clone that EXPANDCHECK_REPO names as it is checked out,
// against the commit that EXPANDCHECK_BASE names, HEAD~1 if none; EXPANDCHECK_DIR
// narrows the migrations to one directory. Without a clone it makes one of two hundred
// migrations and eight hundred Go files, the last commit of which touches one move.
func BenchmarkBase(b *testing.B) {
	dir := os.Getenv("EXPANDCHECK_REPO")
	if dir == "" {
		dir = repositoryWithMove(b)
	}
	base := cmp.Or(os.Getenv("EXPANDCHECK_BASE"), "HEAD~1")
	read := func(b *testing.B, cfg lint.Config) float64 {
		cfg.Targets = strings.Fields(os.Getenv("EXPANDCHECK_DIR"))
		cfg, err := lint.Configure(cfg, dir, "")
		if err != nil {
			b.Fatal(err)
		}
		start := cpuOfAll()
		for b.Loop() {
			if _, err := lint.Load(context.Background(), cfg); err != nil {
				b.Fatal(err)
			}
		}
		spent := float64((cpuOfAll() - start).Microseconds()) / 1000 / float64(b.N)
		b.ReportMetric(spent, "cpu-ms/op")
		return spent
	}
	defer debug.SetGCPercent(debug.SetGCPercent(2000)) // as the command does
	var one float64
	b.Run("head", func(b *testing.B) { one = read(b, lint.Config{All: true}) })
	b.Run("base-and-head", func(b *testing.B) { b.ReportMetric(read(b, lint.Config{Base: base})/one, "times") })
}

// cpuOfAll is the CPU that this process and those that it ran have used.
func cpuOfAll() time.Duration {
	out := cpu()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err == nil {
		out += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return out
}

// repositoryWithMove makes a repository of many tables, each with a package of four
// files that uses it, in which one move takes its second step.
func repositoryWithMove(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	commit := func(message string) {
		for _, args := range [][]string{{"add", "-A"}, {"-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-q", "-m", message}} {
			cmd := exec.Command("git", args...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				tb.Fatalf("git %s: %v\n%s", args[0], err, out)
			}
		}
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		tb.Fatalf("git init: %v\n%s", err, out)
	}
	write("go.mod", "module example.com/app\n\ngo 1.22\n")
	for n := range 200 {
		table := fmt.Sprintf("thing_%d", n)
		write(fmt.Sprintf("db/%04d_%s.sql", n+1, table), "CREATE TABLE "+table+" (id BIGINT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(100) NOT NULL, amount DECIMAL(12,2) NULL, state VARCHAR(20) NULL);\n")
		for _, column := range []string{"title", "amount", "state", "id"} {
			write(fmt.Sprintf("store/%s/%s.go", table, column), codeOf(table, column, ""))
		}
	}
	write("db/0201_cents.sql", "-- expandcheck:replaces thing_7.amount\nALTER TABLE thing_7 ADD COLUMN cents BIGINT NULL;\n")
	commit("start")
	write("store/thing_7/amount.go", codeOf("thing_7", "amount", ", cents = ? * 100"))
	write("db/0202_note.sql", "ALTER TABLE thing_7 ADD COLUMN note VARCHAR(100) NULL;\n")
	commit("both")
	return dir
}

// codeOf is a file that reads and writes a column.
func codeOf(table, column, also string) string {
	return fmt.Sprintf(`package %[1]s

import (
	"context"
	"database/sql"
)

// Set%[2]s writes one column.
func Set%[2]s(ctx context.Context, db *sql.DB, id int64, v any) error {
	_, err := db.ExecContext(ctx, "UPDATE %[1]s SET %[2]s = ?%[3]s WHERE id = ?", v, v, id)
	return err
}

// List%[2]s reads it.
func List%[2]s(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT %[2]s FROM %[1]s WHERE %[2]s IS NOT NULL ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
`, table, column, also)
}
