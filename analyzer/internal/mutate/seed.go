package mutate

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// Seed adds the Go files of the txtar archives that a pattern matches, as they are
// and with a few edits.
func Seed(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		f.Fatalf("no scenarios: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if filepath.Ext(file.Name) == ".go" {
				f.Add(string(file.Data), []byte{})
				f.Add(string(file.Data), []byte{0, 3, 40, 1, 2, 5, 3, 1, 9})
			}
		}
	}
}
