package gclplugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	if _, err := New(map[string]any{"config": "x.yml"}); err != nil {
		t.Error(err)
	}
	if _, err := New(nil); err != nil {
		t.Error(err)
	}
	for setting, want := range map[string]string{"confg": `unknown field "confg"; there is one: config`, "config": "cannot unmarshal number"} {
		if _, err := New(map[string]any{setting: 3}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %s", setting, err, want)
		}
	}
}

func TestConfigurationIsLookedForUpwards(t *testing.T) {
	outside := t.TempDir()
	root := filepath.Join(outside, "app")
	sub := filepath.Join(root, "a", "b")
	for _, dir := range []string{sub, filepath.Join(root, ".git")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{filepath.Join(root, "in.yml"), filepath.Join(outside, "out.yml")} {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(sub)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "", "in.yml": filepath.Join(here, "..", "..", "in.yml"), "out.yml": "out.yml", filepath.Join(sub, "x"): filepath.Join(sub, "x")} {
		if got := nearest(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
