package sqltext

// A Piece is a part of a text that was put together from what a file spells,
// such as the string literals of a program.
type Piece struct {
	Text string
	At   int // where it stands in the file
	// Verbatim says that the file has Text, byte by byte, at At.
	Verbatim bool
	// Hole says why the text is not known, "" when it is. Text stands in for it.
	Hole string
}

// NewPieces returns a file whose text is what the pieces make together.
// Positions and lines are those of original, the file on disk.
func NewPieces(name, original string, pieces []Piece) *File {
	f := &File{Name: name, original: original}
	n := 0
	for _, p := range pieces {
		n += len(p.Text)
	}
	text := make([]byte, 0, n)
	for _, p := range pieces {
		e := edit{at: len(text), from: p.At}
		if !p.Verbatim {
			e.newLen = len(p.Text)
		}
		f.edits = append(f.edits, e)
		if p.Hole != "" {
			f.holes = append(f.holes, Hole{Start: len(text), End: len(text) + len(p.Text), At: f.onDisk(p.At), Text: p.Hole})
		}
		text = append(text, p.Text...)
	}
	f.Text = string(text)
	return f
}
