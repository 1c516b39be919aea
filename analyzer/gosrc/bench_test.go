package gosrc_test

import (
	"context"
	"os"
	"path"
	"slices"
	"testing"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// BenchmarkLoad reads, parses and types a whole module: the one at GOSRC_MODULE,
// or else the one that this package belongs to.
func BenchmarkLoad(b *testing.B) {
	root := os.Getenv("GOSRC_MODULE")
	if root == "" {
		root = "../.."
	}
	for b.Loop() {
		s, err := gosrc.ScanTree(context.Background(), os.DirFS(root), []string{"."}, gosrc.NewSyntax(), nil)
		if err != nil {
			b.Fatal(err)
		}
		var dirs []string
		for _, f := range s.Files {
			dirs = append(dirs, path.Dir(f.Name))
		}
		if _, err := s.Load(context.Background(), slices.Compact(dirs), gosrc.Imports, nil); err != nil {
			b.Fatal(err)
		}
	}
}
