package uses

import (
	"os"
	"strings"
	"testing"
)

// The README says which libraries are read, and which are not.
func TestReadmeNamesLibraries(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, limits, _ := strings.Cut(string(data), "## Limits")
	read, unread, ok := strings.Cut(limits, "Not read yet are")
	unread, _, ends := strings.Cut(unread, ":")
	if !ok || !ends {
		t.Fatal("the limits do not list what is not read yet")
	}
	for _, lib := range libraries() {
		if !strings.Contains(read, lib.name) {
			t.Errorf("%s is not among the libraries that are read", lib.name)
		}
	}
	for _, lib := range unreadLibraries {
		if !strings.Contains(unread, lib.name) {
			t.Errorf("%s is not among the libraries that are not read", lib.name)
		}
	}
}
