package gosrc

import "testing"

func TestNames(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"func With(name string) option {", false},
		{"func (c config[T]) With(name string) config[T] {", false},
		{"// With sets the name.\nfunc With(name string) {}", false},
		{"\treturn base.With(name)", true},
		{"\toptions = append(options, With)", true},
		{"\tWithout(name)\n\tnotWith(name)", false},
	} {
		if got := names([]byte(test.text), []byte("With")); got != test.want {
			t.Errorf("%q names it: %t", test.text, got)
		}
	}
}
