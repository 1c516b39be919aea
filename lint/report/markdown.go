package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/expandcheck/expandcheck/rules"
)

const (
	// commentLimit is what a comment of a pull request holds, in bytes: GitHub
	// takes 65,536 characters, and people read less.
	commentLimit  = 60_000
	excerptWidth  = 120
	excerptHeight = 8 // lines
)

// writeMarkdown writes a comment for a pull request: how far the moves are that it
// touches, each file with its findings, what else to know, and how much was looked at.
func writeMarkdown(w io.Writer, rep *Report, opts Options) error {
	limit := opts.Limit
	if limit == 0 {
		limit = commentLimit
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### expandcheck: %s\n\n", markdownTitle(rep))
	tail := fmt.Sprintf("<sub>%s</sub>\n", markdown(coverageLine(rep)))
	blocks := markdownBlocks(rep)
	for i, block := range blocks {
		if b.Len()+len(block)+len(tail) > limit-100 {
			fmt.Fprintf(&b, "**%d of %d remarks are left out here**, for want of room.\n\n", len(blocks)-i, len(blocks))
			break
		}
		b.WriteString(block)
	}
	_, err := io.WriteString(w, b.String()+tail)
	return err
}

func markdownTitle(rep *Report) string {
	switch {
	case len(rep.Failures) > 0:
		return "not everything could be read"
	case len(rep.Findings) == 0:
		return "nothing found"
	}
	return outcome(rep)
}

// markdownBlocks returns what there is to say, the most pressing first.
func markdownBlocks(rep *Report) []string {
	var out []string
	for _, f := range rep.Failures {
		out = append(out, fmt.Sprintf("**not read:** %s\n\n", markdown(f)))
	}
	if moves := touched(rep); len(moves) > 0 {
		out = append(out, markdownBoard(moves))
	}
	for file, findings := range byFile(rep.Findings) {
		heading := fmt.Sprintf("#### %s\n\n", codeSpan(place(file, 0, 0)))
		for _, f := range findings {
			out = append(out, heading+markdownFinding(rep, f))
			heading = ""
		}
	}
	if beside := markdownBeside(rep); len(beside) > 0 {
		beside[0] = "#### Beside that\n\n" + beside[0]
		out = append(out, beside...)
	}
	return out
}

// markdownBeside returns what is to be known beside the findings.
func markdownBeside(rep *Report) []string {
	var out []string
	for _, p := range rep.Proofs {
		f := p.Finding
		out = append(out, fmt.Sprintf("**proved** [%s](%s), %s: nothing uses what %s takes away (%s, %d not resolved)\n\n", f.Rule.Name, f.Rule.URL(),
			codeSpan(place(f.Pos.File, f.Pos.Line, 0)), codeSpan(printable(f.Statement)), count(p.GoFiles, "Go file"), p.Unresolved))
	}
	for _, n := range rep.Notes {
		out = append(out, fmt.Sprintf("**note:** %s\n\n", markdown(n)))
	}
	return out
}

func markdownFinding(rep *Report, f rules.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** [%s](%s)", f.Severity, f.Rule.Name, f.Rule.URL())
	if f.Pos.Line > 0 {
		fmt.Fprintf(&b, ", line %d", f.Pos.Line)
	}
	if f.Verdict != rules.NoVerdict {
		fmt.Fprintf(&b, " (%s)", f.Verdict)
	}
	fmt.Fprintf(&b, ": %s\n\n%s", markdown(f.Message), markdownExcerpt(rep, f))
	if f.Help != "" {
		fmt.Fprintf(&b, "**Do this instead:** %s\n\n", markdown(f.Help))
	}
	for _, r := range f.Related {
		fmt.Fprintf(&b, "- %s: %s\n", codeSpan(place(r.Pos.File, r.Pos.Line, 0)), markdown(r.Message))
	}
	if len(f.Related) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// markdownExcerpt shows the lines of a finding.
func markdownExcerpt(rep *Report, f rules.Finding) string {
	if rep.Source == nil || f.Pos.Line < 1 || rep.Source(f.Pos.File, f.Pos.Line) == "" {
		return ""
	}
	var lines []string
	for n := f.Pos.Line; n <= max(f.Pos.EndLine, f.Pos.Line); n++ {
		if len(lines) == excerptHeight {
			lines = append(lines, cut)
			break
		}
		line := rep.Source(f.Pos.File, n)
		from, to := 0, 0
		if n == f.Pos.Line {
			from, to, _ = marked(f, line)
		}
		lines = append(lines, excerptOf(line, from, to, excerptWidth).text)
	}
	text := strings.Join(lines, "\n")
	fence := fenceOf(text, 3)
	return fmt.Sprintf("%s%s\n%s\n%s\n\n", fence, language(f.Pos.File), text, fence)
}

// language names what a file is written in, for its colours.
func language(file string) string {
	if strings.HasSuffix(file, ".go") {
		return "go"
	}
	return "sql"
}

// markdown spells a text so that it reads as it is, but for code in backquotes.
func markdown(text string) string {
	parts := strings.Split(printable(text), "`")
	if len(parts)%2 == 0 {
		return prose.Replace(strings.Join(parts, "`"))
	}
	for i := 0; i < len(parts); i += 2 {
		parts[i] = prose.Replace(parts[i])
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "\n", " ")
	}
	return strings.Join(parts, "`")
}

var prose = strings.NewReplacer("\n", "<br>", `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`, "|", `\|`, "~", `\~`)

// codeSpan spells a text as code, whatever it holds.
func codeSpan(text string) string {
	fence := fenceOf(text, 1)
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// fenceOf returns at least n backquotes, and more than the text has in a row.
func fenceOf(text string, n int) string {
	fence := strings.Repeat("`", n)
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}
