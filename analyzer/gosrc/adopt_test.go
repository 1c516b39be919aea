package gosrc

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAdopt(t *testing.T) {
	tree := func(changed map[string]string) fstest.MapFS {
		files := map[string]string{
			"go.mod":         "module x.com/app\n",
			"model/model.go": "package model\n\ntype Star struct{ Count int }\n",
			"names/names.go": "package names\n\nconst Table = `star`\n",
			"store/store.go": "package store\n\nimport (\n\t\"x.com/app/model\"\n\t\"x.com/app/names\"\n)\n\nfunc Save(s model.Star) string { return names.Table }\n",
			"api/api.go":     "package api\n\nimport \"x.com/app/store\"\n\nvar Save = store.Save\n",
		}
		maps.Copy(files, changed)
		out := fstest.MapFS{}
		for name, text := range files {
			if text != "" {
				out[name] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		return out
	}
	syntax := NewSyntax()
	read := func(files fstest.MapFS, dirs []string, like *Program) *Program {
		t.Helper()
		s, err := ScanTree(context.Background(), files, []string{"."}, syntax, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Load(context.Background(), dirs, Everything, like)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	head := read(tree(nil), []string{"api", "store"}, nil)
	tests := []struct {
		name    string
		changed map[string]string
		dirs    []string
		want    string // the packages that are those of head
	}{
		{"nothing changed", nil, []string{"api", "store"}, "api model names store"},
		{"what is asked for changed", map[string]string{"api/api.go": "package api\n\nimport \"x.com/app/store\"\n\nvar Put = store.Save\n"}, []string{"api", "store"}, "model names store"},
		{"what others import changed", map[string]string{"model/model.go": "package model\n\ntype Star struct{ Count, Old int }\n"}, []string{"api", "store"}, "names"},
		{"a file more", map[string]string{"model/more.go": "package model\n\nconst More = 1\n"}, []string{"api", "store"}, "names"},
		{"a file less", map[string]string{"names/names.go": ""}, []string{"api", "store"}, "model"},
		{"another module", map[string]string{"go.mod": "module x.com/other\n"}, []string{"api", "store"}, ""},
		{"a module in a folder", map[string]string{"names/go.mod": "module x.com/app/names\n"}, []string{"api", "store"}, ""},
		{"functions of what was only imported", nil, []string{"store", "model"}, "names"},
		{"less is asked for", nil, []string{"store"}, "model names store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := read(tree(tt.changed), tt.dirs, head)
			var same []string
			for dir, pkg := range p.byDir {
				if pkg.Types == nil {
					t.Errorf("%s is not typed", dir)
				}
				if was := head.byDir[dir]; was != nil && was.Types == pkg.Types {
					same = append(same, dir)
				}
				for _, need := range pkg.needs {
					if p.byDir[need.Dir] != need {
						t.Errorf("%s needs %s of another program", dir, need.Dir)
					}
				}
			}
			slices.Sort(same)
			if got := strings.Join(same, " "); got != tt.want {
				t.Errorf("taken over: %q, want %q", got, tt.want)
			}
			for _, dir := range tt.dirs {
				if !p.byDir[dir].bodies {
					t.Errorf("%s has no bodies", dir)
				}
			}
		})
	}
}
