package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/expandcheck/expandcheck/lint/nearest"
)

// Options say how a report is written for people.
type Options struct {
	Color bool
	Width int // of the terminal; 0 when it is none
}

type format struct {
	name  string
	write func(io.Writer, *Report, Options) error // nil in formats that are still to come
}

func formats() []format {
	return []format{
		{"text", writeText},
		{"json", writeJSON},
		{"sarif", nil},
		{"github", nil},
		{"gitlab", nil},
		{"rdjson", nil},
		{"checkstyle", nil},
		{"junit", nil},
		{"markdown", nil},
	}
}

// Formats returns the names of the formats that Write knows.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		if f.write != nil {
			names = append(names, f.name)
		}
	}
	return names
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
		if f.name != name {
			continue
		}
		if f.write == nil {
			return f, fmt.Errorf("format %s is not available in this version: known are %s", name, strings.Join(Formats(), ", "))
		}
		return f, nil
	}
	return format{}, fmt.Errorf("unknown format %q: %s", name, nearest.Hint(name, Formats()))
}
