package report

import (
	"encoding/xml"
	"io"
	"strings"
)

type checkstyleReport struct {
	XMLName xml.Name          `xml:"checkstyle"`
	Version string            `xml:"version,attr"`
	Files   []*checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

func writeCheckstyle(w io.Writer, rep *Report, _ Options) error {
	out := checkstyleReport{Version: "5.0"}
	for file, findings := range byFile(rep.Findings) {
		to := &checkstyleFile{Name: file}
		for _, f := range findings {
			p := whole(f.Pos)
			to.Errors = append(to.Errors, checkstyleError{p.Line, p.Column, f.Severity.String(), strings.Join(details(f), "\n"), "expandcheck." + f.Rule.Name})
		}
		out.Files = append(out.Files, to)
	}
	return encodeXML(w, out)
}

// encodeXML writes an XML document. What XML cannot hold becomes U+FFFD.
func encodeXML(w io.Writer, document any) error {
	data, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}
