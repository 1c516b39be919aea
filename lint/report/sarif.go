package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/expandcheck/expandcheck"
	// sourceRoot stands for the root of the work tree. Where that is differs from
	// machine to machine, so the report does not say.
	sourceRoot = "%SRCROOT%"
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool                   `json:"tool"`
	Invocations []sarifInvocation           `json:"invocations"`
	BaseIDs     map[string]sarifDescription `json:"originalUriBaseIds"`
	ColumnKind  string                      `json:"columnKind"`
	Results     []sarifResult               `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string       `json:"id"`
	Short   sarifText    `json:"shortDescription"`
	Full    sarifText    `json:"fullDescription"`
	Help    sarifText    `json:"help"`
	HelpURI string       `json:"helpUri"`
	Default sarifDefault `json:"defaultConfiguration"`
	Tags    sarifTags    `json:"properties"`
}

type sarifDefault struct {
	Enabled bool   `json:"enabled"`
	Level   string `json:"level"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifDescription struct {
	Description sarifText `json:"description"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Related      []sarifLocation   `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   *sarifProperties  `json:"properties,omitempty"`
}

type sarifProperties struct {
	Verdict rules.Verdict `json:"verdict"`
}

type sarifLocation struct {
	ID       int           `json:"id,omitempty"`
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI    string `json:"uri"`
	BaseID string `json:"uriBaseId"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn,omitempty"` // the end of the line
}

func writeSARIF(w io.Writer, rep *Report, opts Options) error {
	return encode(w, sarifOf(rep, rules.All(), opts))
}

// encode writes a JSON document.
func encode(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

func sarifOf(rep *Report, declared []*rules.Rule, opts Options) sarifLog {
	driver := sarifDriver{Name: "expandcheck", Version: opts.Version, InformationURI: homepage, Rules: []sarifRule{}}
	index := map[string]int{}
	for i, r := range declared {
		driver.Rules = append(driver.Rules, sarifRuleOf(r))
		index[r.Name] = i
	}
	run := sarifRun{
		Tool:        sarifTool{driver},
		Invocations: []sarifInvocation{sarifInvocationOf(rep)},
		BaseIDs:     map[string]sarifDescription{sourceRoot: {sarifText{Text: "The root of the work tree."}}},
		ColumnKind:  "utf16CodeUnits", // the standard knows these and code points, no bytes
		Results:     []sarifResult{},
	}
	prints := Fingerprints(rep.Findings)
	for i, f := range rep.Findings {
		result := sarifResultOf(rep, f)
		result.RuleIndex = index[f.Rule.Name]
		result.Fingerprints = map[string]string{"expandcheck/v1": prints[i]}
		run.Results = append(run.Results, result)
	}
	return sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}
}

func sarifRuleOf(r *rules.Rule) sarifRule {
	return sarifRule{
		ID:      r.Name,
		Short:   sarifText{Text: r.Summary},
		Full:    sarifText{Text: whatItDoes(r.Doc)},
		Help:    sarifText{Text: strings.ReplaceAll("\n"+r.Doc, "\n## ", "\n")[1:], Markdown: r.Doc},
		HelpURI: r.URL(),
		Default: sarifDefault{r.Severity != rules.Off, sarifLevel(r.Severity)},
		Tags:    sarifTags{[]string{"schema-migration", strings.ToLower(string(r.Family))}},
	}
}

// whatItDoes returns the first section of the documentation of a rule.
func whatItDoes(doc string) string {
	_, text, _ := strings.Cut(doc, "\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return strings.Join(strings.Fields(text), " ")
}

func sarifLevel(s rules.Severity) string {
	switch s {
	case rules.Error, rules.Warning:
		return s.String()
	}
	return "note"
}

func sarifInvocationOf(rep *Report) sarifInvocation {
	out := sarifInvocation{Successful: len(rep.Failures) == 0}
	for _, f := range rep.Failures {
		out.Notifications = append(out.Notifications, sarifNotification{"error", sarifMessage(printable(f))})
	}
	for _, n := range rep.Notes {
		out.Notifications = append(out.Notifications, sarifNotification{"note", sarifMessage(printable(n))})
	}
	out.Notifications = append(out.Notifications, sarifNotification{"note", sarifMessage(printable(coverageLine(rep)))})
	return out
}

// sarifResultOf puts the related places into the message as links, too: GitHub
// shows no others.
func sarifResultOf(rep *Report, f rules.Finding) sarifResult {
	paragraphs := explained(f)
	out := sarifResult{
		RuleID: f.Rule.Name, Level: sarifLevel(f.Severity),
		Locations: []sarifLocation{sarifLocationOf(rep, f.Pos)},
	}
	for i, r := range f.Related {
		at := sarifLocationOf(rep, r.Pos)
		text := sarifMessage(printable(r.Message))
		at.ID, at.Message = i+1, &text
		out.Related = append(out.Related, at)
		paragraphs = append(paragraphs, fmt.Sprintf("[%s](%d): %s", sarifLink.Replace(place(r.Pos.File, r.Pos.Line, r.Pos.Column)), at.ID, printable(r.Message)))
	}
	out.Message = sarifMessage(strings.Join(paragraphs, "\n"))
	if f.Verdict != rules.NoVerdict {
		out.Properties = &sarifProperties{f.Verdict}
	}
	return out
}

var (
	sarifLink   = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)
	sarifBraces = strings.NewReplacer("{", "{{", "}", "}}")
)

// sarifMessage spells a text as a message, where single braces are placeholders.
func sarifMessage(text string) sarifText { return sarifText{Text: sarifBraces.Replace(text)} }

// sarifLocationOf gives whole lines where the columns cannot be told.
func sarifLocationOf(rep *Report, p schema.Position) sarifLocation {
	p = whole(p)
	region := sarifRegion{StartLine: p.Line, StartColumn: 1, EndLine: p.EndLine}
	start, end := rep.utf16Column(p.File, p.Line, p.Column), rep.utf16Column(p.File, p.EndLine, p.EndColumn)
	if start > 0 && end > 0 {
		region.StartColumn, region.EndColumn = start, end
	}
	return sarifLocation{Physical: sarifPhysical{sarifArtifact{sarifURI(p.File), sourceRoot}, region}}
}

// sarifURI spells a path as a relative reference. A colon is escaped, so that
// what stands before it is not taken for a scheme.
func sarifURI(file string) string {
	parts := strings.Split(file, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3A")
	}
	return strings.Join(parts, "/")
}
