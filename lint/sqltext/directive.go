package sqltext

import "strings"

// A Directive is a comment that speaks to expandcheck:
//
//	-- expandcheck:NAME ARGUMENTS: REASON
type Directive struct {
	Name   string   // ignore, replaces, backfilled
	Args   []string // separated by commas
	Reason string   // what follows the colon; "" when there is none
	Offset int      // of "expandcheck:"
}

const directivePrefix = "expandcheck:"

// Directives returns the directives in the comments of text.
func Directives(text string, comments []Span) []Directive {
	var out []Directive
	for _, c := range comments {
		if d, ok := directive(text[c.Start:c.End], c.Start); ok {
			out = append(out, d)
		}
	}
	return out
}

func directive(comment string, offset int) (Directive, bool) {
	body := strings.TrimLeft(comment, "-#/* \t\r\n!")
	if !strings.HasPrefix(body, directivePrefix) {
		return Directive{}, false
	}
	d := Directive{Offset: offset + len(comment) - len(body)}
	body = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(body), "*/"))
	body = body[len(directivePrefix):]
	end := strings.IndexAny(body, " \t\r\n:")
	if end < 0 {
		end = len(body)
	}
	d.Name = body[:end]
	args, reason, _ := strings.Cut(body[end:], ":")
	d.Reason = strings.TrimSpace(reason)
	for a := range strings.SplitSeq(args, ",") {
		if a = strings.TrimSpace(a); a != "" {
			d.Args = append(d.Args, a)
		}
	}
	return d, true
}
