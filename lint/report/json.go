package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// The JSON report is stable: other tools are written against it. Its version is
// raised only when a field changes its meaning or goes away.
const jsonVersion = 1

type jsonReport struct {
	Version  int           `json:"version"`
	Base     *jsonBase     `json:"base"`
	Coverage jsonCoverage  `json:"coverage"`
	Findings []jsonFinding `json:"findings"`
	Proofs   []jsonProof   `json:"proofs"`
	Moves    []jsonMove    `json:"moves"`
}

type jsonBase struct {
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
	Tip    string `json:"tip"`
	Why    string `json:"why"`
}

type jsonCoverage struct {
	Migrations    int `json:"migrations"`
	NewMigrations int `json:"new_migrations"`
	Statements    int `json:"statements"`
	Unparsed      int `json:"unparsed"`
	GoFiles       int `json:"go_files"`
	SQLStrings    int `json:"sql_strings"`
	Unresolved    int `json:"unresolved"`
	Suppressed    int `json:"suppressed"`
}

type jsonFinding struct {
	Rule        string        `json:"rule"`
	Severity    string        `json:"severity"`
	Verdict     rules.Verdict `json:"verdict,omitempty"`
	Message     string        `json:"message"`
	Help        string        `json:"help"`
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Column      int           `json:"column"`
	EndLine     int           `json:"end_line"`
	EndColumn   int           `json:"end_column"`
	Table       string        `json:"table"`
	Object      string        `json:"object"`
	Statement   string        `json:"statement"`
	Related     []jsonRelated `json:"related"`
	Fingerprint string        `json:"fingerprint"`
	URL         string        `json:"url"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type jsonProof struct {
	Rule     string        `json:"rule"`
	Table    string        `json:"table"`
	Object   string        `json:"object"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Verdict  rules.Verdict `json:"verdict"`
	LookedAt jsonLookedAt  `json:"looked_at"`
}

type jsonLookedAt struct {
	GoFiles    int `json:"go_files"`
	Uses       int `json:"uses"`
	Unresolved int `json:"unresolved"`
}

type jsonMove struct {
	From      []string    `json:"from"`
	To        []string    `json:"to"`
	Source    move.Source `json:"source"`
	Candidate bool        `json:"candidate"`
	Since     string      `json:"still_since,omitempty"` // a day; with --stale only
	Steps     []jsonStep  `json:"steps"`
}

type jsonStep struct {
	Step     string         `json:"step"`
	State    string         `json:"state"`
	Evidence []jsonEvidence `json:"evidence"`
}

// A position without a file is left out: the evidence is that there is nothing.
type jsonEvidence struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

func writeJSON(w io.Writer, rep *Report, _ Options) error {
	c := rep.Coverage
	out := jsonReport{
		Version: jsonVersion,
		Coverage: jsonCoverage{
			Migrations: c.Migrations, NewMigrations: c.NewMigrations, Statements: c.Statements, Unparsed: c.Unparsed,
			GoFiles: c.GoFiles, SQLStrings: c.SQLStrings, Unresolved: c.Unresolved, Suppressed: c.Suppressed,
		},
		Findings: []jsonFinding{},
		Proofs:   []jsonProof{},
		Moves:    []jsonMove{},
	}
	if b := rep.Base; b != nil {
		out.Base = &jsonBase{b.Ref, b.Commit, b.Tip, b.Why}
	}
	prints := Fingerprints(rep.Findings)
	for i, f := range rep.Findings {
		out.Findings = append(out.Findings, toJSON(f, prints[i]))
	}
	for _, p := range rep.Proofs {
		f := p.Finding
		out.Proofs = append(out.Proofs, jsonProof{f.Rule.Name, f.Table, f.Object, f.Pos.File, f.Pos.Line, rules.Proved, jsonLookedAt{p.GoFiles, p.Uses, p.Unresolved}})
	}
	for _, m := range rep.Moves {
		out.Moves = append(out.Moves, moveToJSON(m))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func toJSON(f rules.Finding, fingerprint string) jsonFinding {
	pos := whole(f.Pos)
	out := jsonFinding{
		Rule: f.Rule.Name, Severity: f.Severity.String(), Verdict: f.Verdict, Message: f.Message, Help: f.Help,
		File: pos.File, Line: pos.Line, Column: pos.Column, EndLine: pos.EndLine, EndColumn: pos.EndColumn,
		Table: f.Table, Object: f.Object, Statement: f.Statement,
		Related: []jsonRelated{}, Fingerprint: fingerprint, URL: f.Rule.URL(),
	}
	for _, r := range f.Related {
		at := whole(r.Pos)
		out.Related = append(out.Related, jsonRelated{at.File, at.Line, at.Column, r.Message})
	}
	return out
}

func moveToJSON(m *move.Move) jsonMove {
	out := jsonMove{Source: m.Source, Candidate: m.Candidate}
	if !m.Changed.IsZero() {
		out.Since = m.Changed.Format(time.DateOnly)
	}
	for _, o := range m.From {
		out.From = append(out.From, o.String())
	}
	for _, o := range m.To {
		out.To = append(out.To, o.String())
	}
	for n, s := range m.Steps {
		step := jsonStep{Step: move.StepName(n).String(), State: s.State.String(), Evidence: []jsonEvidence{}}
		for _, e := range s.Evidence {
			step.Evidence = append(step.Evidence, jsonEvidence{e.Pos.File, e.Pos.Line, e.Message})
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// whole fills in what a position leaves out: a file as a whole is its start,
// and a place without an end is its own end.
func whole(p schema.Position) schema.Position {
	p.Line, p.Column = max(p.Line, 1), max(p.Column, 1)
	if p.EndLine < p.Line || p.EndLine == p.Line && p.EndColumn < p.Column {
		p.EndLine, p.EndColumn = p.Line, p.Column
	}
	return p
}
