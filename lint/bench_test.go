package lint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pingcap/tidb/pkg/parser"

	"github.com/expandcheck/expandcheck/lint"
)

// history writes a long history of migrations and returns its directory and
// every statement in it: of a kind with what real histories hold.
func history(tb testing.TB, files, perFile int) (dir string, statements []string) {
	tb.Helper()
	dir = tb.TempDir()
	for f := range files {
		var b strings.Builder
		for s := range perFile {
			st := statement(f, s)
			statements = append(statements, st)
			b.WriteString("-- change " + strconv.Itoa(s) + "\n" + st + ";\n\n")
		}
		name := filepath.Join(dir, fmt.Sprintf("%06d_change.up.sql", f+1))
		if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return dir, statements
}

func statement(f, s int) string {
	table := fmt.Sprintf("t%d_%d", f%150, s%2)
	if f < 150 && s < 2 {
		return fmt.Sprintf("CREATE TABLE %s (\n  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,\n  name VARCHAR(255) NOT NULL DEFAULT '',\n  state ENUM('new','done') NOT NULL,\n  amount DECIMAL(10,2) NULL,\n  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),\n  PRIMARY KEY (id),\n  KEY idx_name (name, state)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4", table)
	}
	switch s % 5 {
	case 0:
		return fmt.Sprintf("ALTER TABLE %s ADD COLUMN c%d_%d VARCHAR(100) NULL, ADD KEY k%d_%d (c%d_%d)", table, f, s, f, s, f, s)
	case 1:
		return fmt.Sprintf("ALTER TABLE %s MODIFY COLUMN name VARCHAR(300) NOT NULL DEFAULT '' COMMENT 'the name of it'", table)
	case 2:
		return fmt.Sprintf("UPDATE %s SET amount = amount * 100, name = CONCAT(name, '-', id) WHERE amount IS NOT NULL AND state = 'new'", table)
	case 3:
		return fmt.Sprintf("INSERT INTO %s (name, state, amount) VALUES ('first; of many', 'new', 1.5), ('second', 'done', 2.5)", table)
	}
	return fmt.Sprintf("CREATE INDEX idx_%d_%d ON %s (created_at, name(20))", f, s, table)
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heap is what the heap has of the system, in bytes: nearly all that it needed at
// any time, since little is given back so soon.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}

// BenchmarkLint holds lint of 9,000 statements in 450 files against the parser
// alone on the same statements: the aim is 1.5 times its CPU, and 64 MB above the start.
func BenchmarkLint(b *testing.B) {
	dir, statements := history(b, 450, 20)
	b.Run("parser", func(b *testing.B) {
		p := parser.New()
		start := cpu()
		for b.Loop() {
			for _, st := range statements {
				if _, _, err := p.Parse(st, "", ""); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64((cpu()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
	b.Run("lint", func(b *testing.B) {
		defer debug.SetGCPercent(debug.SetGCPercent(2000)) // as the command does
		cfg := lint.Config{Root: os.DirFS(dir), Targets: []string{"."}, All: true, NoCode: true}
		debug.FreeOSMemory()
		before, peak := heap(), uint64(0)
		start := cpu()
		for b.Loop() {
			rep, err := lint.Run(context.Background(), cfg)
			if err != nil {
				b.Fatal(err)
			}
			if rep.Coverage.Statements != len(statements) || rep.Coverage.Unparsed != 0 {
				b.Fatalf("read %d statements, %d of them not analysed", rep.Coverage.Statements, rep.Coverage.Unparsed)
			}
			if peak == 0 { // later runs find what the first one left behind
				peak = heap()
			}
		}
		b.ReportMetric(float64((cpu()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		b.ReportMetric(float64(peak-before)/(1<<20), "heap-MB")
	})
}
