package report

import (
	"io"
	"path"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

type gitLabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitLabLocation `json:"location"`
}

type gitLabLocation struct {
	Path  string      `json:"path"`
	Lines gitLabLines `json:"lines"`
}

type gitLabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// writeGitLab writes a code quality report. GitLab shows a description on one
// line and no other text, so all stands there.
func writeGitLab(w io.Writer, rep *Report, _ Options) error {
	out := []gitLabIssue{}
	prints := Fingerprints(rep.Findings)
	for i, f := range rep.Findings {
		p := whole(f.Pos)
		out = append(out, gitLabIssue{
			Description: strings.ReplaceAll(strings.Join(details(f), "; "), "\n", " "),
			Check:       f.Rule.Name,
			Fingerprint: prints[i],
			Severity:    gitLabSeverity(f.Severity),
			Location:    gitLabLocation{path.Clean(p.File), gitLabLines{p.Line, p.EndLine}},
		})
	}
	return encode(w, out)
}

func gitLabSeverity(s rules.Severity) string {
	switch s {
	case rules.Error:
		return "critical"
	case rules.Warning:
		return "major"
	}
	return "info"
}
