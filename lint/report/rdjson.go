package report

import (
	"io"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

type rdReport struct {
	Source      rdSource       `json:"source"`
	Diagnostics []rdDiagnostic `json:"diagnostics"`
}

type rdSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdDiagnostic struct {
	Message  string      `json:"message"`
	Location rdLocation  `json:"location"`
	Severity string      `json:"severity"`
	Code     rdCode      `json:"code"`
	Related  []rdRelated `json:"relatedLocations,omitempty"`
}

type rdCode struct {
	Value string `json:"value"`
	URL   string `json:"url"`
}

type rdLocation struct {
	Path  string  `json:"path"`
	Range rdRange `json:"range"`
}

type rdRange struct {
	Start rdPosition `json:"start"`
	End   rdPosition `json:"end"`
}

type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdRelated struct {
	Message  string     `json:"message"`
	Location rdLocation `json:"location"`
}

// writeRDJSON writes the diagnostic format of reviewdog. Its positions are ours:
// columns count bytes, and the end is the place after the last one.
func writeRDJSON(w io.Writer, rep *Report, _ Options) error {
	out := rdReport{rdSource{"expandcheck", homepage}, []rdDiagnostic{}}
	for _, f := range rep.Findings {
		d := rdDiagnostic{
			Message:  strings.Join(explained(f), "\n"),
			Location: rdLocationOf(f.Pos),
			Severity: strings.ToUpper(f.Severity.String()),
			Code:     rdCode{f.Rule.Name, f.Rule.URL()},
		}
		for _, r := range f.Related {
			d.Related = append(d.Related, rdRelated{printable(r.Message), rdLocationOf(r.Pos)})
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	return encode(w, out)
}

func rdLocationOf(p schema.Position) rdLocation {
	p = whole(p)
	return rdLocation{p.File, rdRange{rdPosition{p.Line, p.Column}, rdPosition{p.EndLine, p.EndColumn}}}
}
