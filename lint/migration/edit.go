package migration

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// SameStatements says whether two migrations run the same statements: comments
// and blanks may differ. If not, it returns the first of m that differs; nil when
// that is missing in m.
func (m *Migration) SameStatements(other *Migration) (first *Statement, same bool) {
	for i := range m.Up {
		if i >= len(other.Up) || !sameStatement(&m.Up[i], &other.Up[i]) {
			return &m.Up[i], false
		}
	}
	return nil, len(m.Up) == len(other.Up)
}

func sameStatement(a, b *Statement) bool {
	x, y := a.Text(), b.Text()
	return x == y || slices.Equal(words(a), words(b))
}

// words returns the tokens of a statement.
func words(s *Statement) []string {
	tokens := sqltext.Tokens(s.File.Text, s.Start, s.End, s.Mode)
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = strings.ReplaceAll(s.File.Text[t.Start:t.End], "\r\n", "\n")
	}
	return out
}

// Refuses says whether the tool refuses to run because an applied migration is
// not what it was to the byte, whatever its statements. Line endings are left out,
// since git changes them, and so are files that hold several migrations.
func (d *Directory) Refuses(now, was *Migration) bool {
	return d.Layout.Checksum && d.OutOfOrder != Unordered && !slices.Equal(now.texts(), was.texts())
}

func (m *Migration) texts() []string {
	var files []*sqltext.File
	for i := range m.Up {
		if f := m.Up[i].File; !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.ReplaceAll(f.Original(), "\r\n", "\n")
	}
	return out
}
