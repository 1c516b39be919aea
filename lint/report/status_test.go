package report

import (
	"strings"
	"testing"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

func TestStatus(t *testing.T) {
	copied := stars()
	copied.Candidate, copied.Pos = true, schema.Position{File: "db/0003_copy.sql", Line: 1}
	rep := &Report{Moves: []*move.Move{stars(), copied}, Mode: "every migration is a release of its own (--all)"}
	for _, format := range StatusFormats() {
		var b strings.Builder
		if err := WriteStatus(&b, rep, format, Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "status."+map[string]string{"text": "txt", "json": "json", "markdown": "md"}[format], []byte(b.String()))
		if format == "text" {
			for line := range strings.SplitSeq(b.String(), "\n") {
				if widthOf(line) > 80 {
					t.Errorf("wider than 80 columns: %q", line)
				}
			}
		}
	}
	var b strings.Builder
	if err := WriteStatus(&b, &Report{}, "text", Options{}); err != nil || !strings.HasPrefix(b.String(), "no move is in flight\n") {
		t.Errorf("without moves: %v %q", err, b.String())
	}
	if err := WriteStatus(&b, rep, "xml", Options{}); err == nil || !strings.Contains(err.Error(), "text") {
		t.Errorf("unknown format: %v", err)
	}
}
