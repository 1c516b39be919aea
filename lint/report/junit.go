package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes each finding as a failed test. The first test is about the
// run: some servers refuse a report without any.
func writeJUnit(w io.Writer, rep *Report, _ Options) error {
	out := junitReport{Name: "expandcheck"}
	out.add("expandcheck", junitRun(rep))
	for file, findings := range byFile(rep.Findings) {
		var cases []junitCase
		for _, f := range findings {
			cases = append(cases, junitCaseOf(f))
		}
		out.add(file, cases)
	}
	return encodeXML(w, out)
}

func (r *junitReport) add(name string, cases []junitCase) {
	s := junitSuite{Name: name, Tests: len(cases), Cases: cases}
	for _, c := range cases {
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	r.Tests, r.Failures, r.Errors = r.Tests+s.Tests, r.Failures+s.Failures, r.Errors+s.Errors
	r.Suites = append(r.Suites, s)
}

// junitRun says how much was looked at, and what could not be read.
func junitRun(rep *Report) []junitCase {
	out := []junitCase{{Name: "coverage", Class: "expandcheck", Out: printable(strings.Join(append(slices.Clone(rep.Notes), coverageLine(rep)), "\n"))}}
	for i, f := range rep.Failures {
		out = append(out, junitCase{Name: fmt.Sprintf("not read %d", i+1), Class: "expandcheck", Error: &junitProblem{printable(f), "not read", printable(f)}})
	}
	return out
}

func junitCaseOf(f rules.Finding) junitCase {
	p := whole(f.Pos)
	name := strings.Trim(f.Table+"."+f.Object, ".")
	text := fmt.Sprintf("%s\n%s\n%s", place(p.File, p.Line, p.Column), strings.Join(details(f), "\n"), f.Rule.URL())
	out := junitCase{Name: strings.Join(strings.Fields(fmt.Sprintf("%s %s %d:%d", f.Rule.Name, name, p.Line, p.Column)), " "), Class: p.File, File: p.File, Line: p.Line}
	if f.Severity < rules.Warning {
		out.Out = text
		return out
	}
	out.Failure = &junitProblem{printable(f.Message), f.Severity.String(), text}
	return out
}
