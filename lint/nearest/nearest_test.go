package nearest

import "testing"

func TestName(t *testing.T) {
	known := []string{"layout", "server", "since", "schema", "mysql-8.0", "mysql-8.4"}
	for typed, want := range map[string]string{
		"laoyut":    "layout",
		"Layout":    "layout",
		"schem":     "schema",
		"mysql-84":  "mysql-8.4",
		"completly": "",
		"":          "",
	} {
		if got := Name(typed, known); got != want {
			t.Errorf("Name(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestHintListsWhatIsKnown(t *testing.T) {
	if got, want := Hint("sarif", []string{"text", "json"}), "known are text, json"; got != want {
		t.Errorf("Hint = %q, want %q", got, want)
	}
}
