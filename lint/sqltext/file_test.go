package sqltext

import "testing"

func TestFilePositions(t *testing.T) {
	tests := []struct {
		name, text string
		offset     int
		want       Position
	}{
		{"empty", "", 0, Position{1, 1}},
		{"empty, past the end", "", 5, Position{1, 1}},
		{"before the beginning", "a", -3, Position{1, 1}},
		{"first byte", "a\nb", 0, Position{1, 1}},
		{"line feed", "a\nb", 1, Position{1, 2}},
		{"second line", "a\nb", 2, Position{2, 1}},
		{"end", "a\nb", 3, Position{2, 2}},
		{"past the end", "a\nb", 99, Position{2, 2}},
		{"behind the last line feed", "a\n", 2, Position{2, 1}},
		{"carriage return", "a\r\nb", 1, Position{1, 2}},
		{"line feed of a pair", "a\r\nb", 2, Position{1, 3}},
		{"line behind a pair", "a\r\nb", 3, Position{2, 1}},
		{"columns are bytes", "x\näö b", 7, Position{2, 6}},
		{"empty lines", "\n\n\n", 2, Position{3, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := NewFile("f.sql", test.text).Position(test.offset); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestFileLine(t *testing.T) {
	tests := []struct {
		name, text string
		n          int
		want       string
	}{
		{"empty", "", 1, ""},
		{"none", "a", 0, ""},
		{"negative", "a", -1, ""},
		{"past the end", "a\nb", 3, ""},
		{"first", "a\nb", 1, "a"},
		{"last without an ending", "a\nb", 2, "b"},
		{"CRLF", "a\r\nb\r\n", 2, "b"},
		{"behind the last ending", "a\r\n", 2, ""},
		{"multi-byte", "ä\nö\n", 2, "ö"},
		{"carriage return inside", "a\rb\n", 1, "a\rb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := NewFile("f.sql", test.text).Line(test.n); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
