package sqltext

import "testing"

func TestPieces(t *testing.T) {
	const source = "a := \"ALTER \" +\n\t`TABLE ` + name + \"\\tADD b INT\"\n"
	f := NewPieces("a.go", source, []Piece{
		{Text: "ALTER ", At: 6, Verbatim: true},
		{Text: "TABLE ", At: 18, Verbatim: true},
		{Text: "name", At: 28, Hole: "parameter name"},
		{Text: "\t", At: 36},
		{Text: "ADD b INT", At: 38, Verbatim: true},
	})
	if want := "ALTER TABLE name\tADD b INT"; f.Text != want {
		t.Fatalf("text %q, want %q", f.Text, want)
	}
	for _, test := range []struct {
		offset int
		want   Position
	}{
		{0, Position{1, 7}}, {5, Position{1, 12}}, {6, Position{2, 3}}, {8, Position{2, 5}},
		{12, Position{2, 13}}, {15, Position{2, 13}}, {16, Position{2, 21}}, {17, Position{2, 23}}, {21, Position{2, 27}},
	} {
		if got := f.Position(test.offset); got != test.want {
			t.Errorf("offset %d (%q) is at %v, want %v", test.offset, f.Text[test.offset:], got, test.want)
		}
	}
	holes := f.Holes(0, len(f.Text))
	if len(holes) != 1 || holes[0].Text != "parameter name" || holes[0].At != (Position{2, 13}) {
		t.Errorf("holes: %+v", holes)
	}
	if got := f.Line(2); got != "\t`TABLE ` + name + \"\\tADD b INT\"" {
		t.Errorf("line 2: %q", got)
	}
}
