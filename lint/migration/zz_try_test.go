package migration

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestTry(t *testing.T) {
	root := os.Getenv("TRY")
	if root == "" {
		t.Skip()
	}
	fsys := os.DirFS(root)
	start := time.Now()
	found, err := Find(fsys, ".")
	fmt.Println(found, err, time.Since(start))
	for _, d := range found {
		start = time.Now()
		dir, err := Read(fsys, d, Options{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		n := 0
		for _, m := range dir.Migrations {
			n += len(m.Up) + len(m.Down)
		}
		fmt.Println(d, dir.Layout.Name, len(dir.Migrations), n, time.Since(start))
		for _, p := range dir.Problems {
			fmt.Println("  P", p)
		}
		fmt.Println(dir.Skipped, dir.Snapshots, dir.Notes)
		for _, m := range dir.Migrations {
			if os.Getenv("V") == "" {
				break
			}
			fmt.Println("  ", m.Version, m.Name, m.Path)
			for _, s := range m.Up {
				txt := s.Text()
				fmt.Printf("      %v %.90q %v\n", s.File.Position(s.Start), txt, s.Template)
				if s.Problem != nil {
					fmt.Println("         !!", s.Problem)
				}
			}
		}
	}
}
