package gosrc

import "testing"

// What stands in for packages from outside is whole in itself.
func TestStubs(t *testing.T) {
	s := newStubs()
	for path := range stubSources() {
		if _, err := s.pkg(path); err != nil {
			t.Error(err)
		}
	}
}
