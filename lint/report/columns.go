package report

import "unicode/utf16"

// utf16Column counts a column in UTF-16 code units, as editors do, where ours
// counts bytes. It is 0 when the line is not known.
func (rep *Report) utf16Column(file string, line, column int) int {
	if column <= 1 {
		return max(column, 0)
	}
	if rep.Source == nil {
		return 0
	}
	text := rep.Source(file, line)
	if text == "" {
		return 0
	}
	units := 1
	for _, r := range text[:min(column-1, len(text))] {
		units += utf16.RuneLen(r)
	}
	return units
}
