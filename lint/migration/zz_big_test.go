package migration

import (
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestBig(t *testing.T) {
	body := "INSERT INTO a VALUES " + strings.Repeat("(1,'some text of a row with {{name}} in it', 123456),\n", 2_000_000) + "(1,'x',2);"
	for _, s := range []string{"", "-- +goose Up\n"} {
		for _, b := range []string{body, strings.ReplaceAll(body, "{{", "[[")} {
			fsys := fstest.MapFS{"m/1_a.sql": {Data: []byte(s + b)}}
			var m0, m1 runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m0)
			start := time.Now()
			d, err := Read(fsys, "m", Options{})
			if err != nil {
				t.Fatal(err)
			}
			el := time.Since(start)
			runtime.ReadMemStats(&m1)
			t.Log(len(b)>>20, "MB", d.Layout.Name, len(d.Migrations[0].Up), el, (m1.TotalAlloc-m0.TotalAlloc)>>20, "MB alloc")
		}
	}
	many := strings.Repeat("{{if .x}}A {{.y}}; {{end}}\n", 20000)
	start := time.Now()
	d, _ := ReadText("-", many, Options{})
	t.Log("holes", len(d.Migrations[0].Up), time.Since(start))
	many = strings.Repeat("{{define x}}A {{.y}}; {{if z}}\n", 20000)
	start = time.Now()
	d, _ = ReadText("-", many, Options{})
	t.Log("define", len(d.Migrations[0].Up), time.Since(start))
	many = strings.Repeat("-- expandcheck:ignore x: y\nSELECT 1;\n", 20000)
	start = time.Now()
	d, _ = ReadText("-", many, Options{})
	t.Log("directives", len(d.Migrations[0].Up), time.Since(start))
}
