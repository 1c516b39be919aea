package report

import (
	"fmt"
	"io"
	"iter"

	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/rules"
)

// Options are what a format may say beside the report.
type Options struct {
	Color   bool
	Width   int    // of the terminal; 0 when it is none
	Version string // of expandcheck
	Limit   int    // of a markdown document, in bytes; 0 is what a comment holds
}

type format struct {
	name  string
	write func(io.Writer, *Report, Options) error
	notes bool // it has a place for notes
}

func formats() []format {
	return []format{
		{"text", writeText, true},
		{"json", writeJSON, false},
		{"sarif", writeSARIF, true},
		{"github", writeGitHub, true},
		{"gitlab", writeGitLab, false},
		{"rdjson", writeRDJSON, false},
		{"checkstyle", writeCheckstyle, false},
		{"junit", writeJUnit, true},
		{"markdown", writeMarkdown, true},
	}
}

// Formats returns the names of the formats that Write knows.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// LeftOut returns the notes of a report if a format has no place for them.
func LeftOut(rep *Report, name string) []string {
	if f, err := find(name); err != nil || f.notes {
		return nil
	}
	return rep.Notes
}

// CheckFormat refuses a format that Write does not know.
func CheckFormat(name string) error {
	_, err := find(name)
	return err
}

// Write writes the report in a format.
func Write(w io.Writer, rep *Report, name string, opts Options) error {
	f, err := find(name)
	if err != nil {
		return err
	}
	return f.write(w, rep, opts)
}

func find(name string) (format, error) {
	for _, f := range formats() {
		if f.name == name {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("unknown format %q: %s", name, nearest.Hint(name, Formats()))
}

// details returns a finding as plain text: what breaks, what to do, and the
// places that it speaks of.
func details(f rules.Finding) []string {
	out := explained(f)
	for _, r := range f.Related {
		out = append(out, remarkAt(r))
	}
	return out
}

// explained returns what breaks, and what to do.
func explained(f rules.Finding) []string {
	out := []string{printable(f.Message)}
	if f.Help != "" {
		out = append(out, "help: "+printable(f.Help))
	}
	return out
}

// remarkAt returns another place, and what is said of it.
func remarkAt(r rules.Related) string {
	return place(r.Pos.File, r.Pos.Line, r.Pos.Column) + ": " + printable(r.Message)
}

// byFile yields the findings of each file.
func byFile(findings []rules.Finding) iter.Seq2[string, []rules.Finding] {
	return func(yield func(string, []rules.Finding) bool) {
		for len(findings) > 0 {
			n, file := 1, findings[0].Pos.File
			for n < len(findings) && findings[n].Pos.File == file {
				n++
			}
			if !yield(file, findings[:n]) {
				return
			}
			findings = findings[n:]
		}
	}
}
