package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// ChangeCharset reports text that gets another character set or collation.
var ChangeCharset = &Rule{
	Name:     "change-charset",
	Family:   Expand,
	Severity: Error,
	Summary:  "a character set that cannot hold all text, or a collation that changes what is equal",
	Doc: `## What it does

Reports MODIFY, CHANGE and CONVERT TO CHARACTER SET to a character set that lacks
characters of the old one (error), and, as warnings, a collation that changes
what is equal in an indexed column, and TEXT columns that CONVERT makes larger. On
PlanetScale it reports every character set that deploy requests refuse, in new tables too.

## Why it breaks

Characters that the new set lacks are refused (error 1366), in rows that are
there and in writes of the running code. A collation decides what UNIQUE takes
for a duplicate (error 1062), which rows a WHERE or JOIN finds, and how they sort.

## Do this instead

Go to utf8mb4, which holds every character. For another collation of a column
that is searched, add a new column and move the data.

## When it is silent

For a set that holds all characters of the old one, as from utf8mb3 to utf8mb4,
with a collation that compares alike; for collations of columns without an index;
for a table or column that the same release creates; for DEFAULT CHARACTER SET,
which only later columns take.`,
	Bad:  "utf8mb4-to-latin1-fires",
	Good: "utf8mb3-to-utf8mb4-is-silent",
	Run:  runChangeCharset,
}

const charsetHelp = "go to utf8mb4, or add a new column and move the data"

func runChangeCharset(p *Pass) {
	for s := range p.Changes() {
		if column, refused := p.refusedCharset(s); refused != "" {
			p.Reportf(s, column, "use utf8mb4", "the server refuses the character set %s: it takes only %s", refused, strings.Join(p.Server.Charsets, ", "))
		}
	}
	for r := range p.retypings() {
		if _, refused := p.refusedCharset(r.step); r.Charset && refused == "" {
			p.reportCharset(r.step, r.change.Column.Name, r.TypeChange, indexed(r.step.Effect.Before, r.change.Old))
		}
	}
	for s, c := range Changed[*schema.ConvertCharset](p) {
		if _, refused := p.refusedCharset(s); p.Start(s.Effect.Before) != nil && refused == "" {
			p.convert(s, c)
		}
	}
}

// refusedCharset returns the character set that a step spells and the server does
// not take, with its column if it is that of one.
func (p *Pass) refusedCharset(s *Step) (column, charset string) {
	switch c := s.Change.(type) {
	case *schema.ConvertCharset:
		return "", p.refuses(c.Charset, c.Collation)
	case *schema.SetTableCharset:
		return "", p.refuses(c.Charset, c.Collation)
	case *schema.AddColumn:
		return c.Column.Name, p.refuses(c.Column.Type.Charset, c.Column.Type.Collation)
	case *schema.ModifyColumn:
		return c.Column.Name, p.refuses(c.Column.Type.Charset, c.Column.Type.Collation)
	case *schema.CreateTable:
		if refused := p.refuses(c.Def.Charset, c.Def.Collation); refused != "" {
			return "", refused
		}
		for _, col := range c.Def.Columns {
			if refused := p.refuses(col.Type.Charset, col.Type.Collation); refused != "" {
				return col.Name, refused
			}
		}
	}
	return "", ""
}

// refuses returns the character set of a charset and collation if the server does
// not take it.
func (p *Pass) refuses(charset, collation string) string {
	if charset == "" {
		charset, _, _ = strings.Cut(collation, "_")
	}
	if p.Server.TakesCharset(strings.ToLower(charset)) {
		return ""
	}
	return charset
}

func (p *Pass) reportCharset(s *Step, column string, change schema.TypeChange, indexed bool) {
	f := p.At(s)
	f.Object, f.Help = column, charsetHelp
	switch {
	case change.Verdict == schema.Narrowing:
	case change.Verdict == schema.SideEffect && indexed:
		f.Severity = p.AtMost(Warning)
	default:
		return
	}
	f.Message = fmt.Sprintf("the character set or collation of `%s.%s` changes: %s", f.Table, column, change.Why)
	p.Report(f)
}

// convert judges CONVERT TO, which changes every text column: one finding for
// the worst that happens to any of them.
func (p *Pass) convert(s *Step, c *schema.ConvertCharset) {
	to := schema.Type{Charset: c.Charset, Collation: c.Collation}
	if to.Charset == "" {
		to.Charset, _, _ = strings.Cut(to.Collation, "_")
	}
	var lost, equal, larger []string
	why := ""
	for _, col := range p.Start(s.Effect.Before).Columns {
		if !col.Type.Text() {
			continue
		}
		from := s.Effect.Before.TypeInForce(col.Type)
		with := from
		with.Charset, with.Collation = to.Charset, to.Collation
		change := schema.CompareTypes(from, with, typeOptions(p.Server))
		switch {
		case change.Verdict == schema.Narrowing:
			lost, why = append(lost, col.Name), change.Why
		case change.Verdict == schema.SideEffect && indexed(s.Effect.Before, col.Name):
			equal = append(equal, col.Name)
		}
		if strings.HasSuffix(col.Type.Name, "text") && col.Type.Name != "longtext" && from.Charset != "" && schema.CharsetBytes(from.Charset) < schema.CharsetBytes(to.Charset) {
			larger = append(larger, col.Name)
		}
	}
	f := p.At(s)
	f.Help = charsetHelp
	switch {
	case len(lost) > 0:
		f.Message = fmt.Sprintf("the text of `%s` is converted to %s: %s (%s)", c.Table, to.Charset, why, strings.Join(lost, ", "))
	case len(equal) > 0:
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("the text of `%s` is converted: what compares as equal changes for the indexed %s", c.Table, strings.Join(equal, ", "))
	case len(larger) > 0:
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("the text of `%s` is converted: %s becomes the next larger type", c.Table, strings.Join(larger, ", "))
		f.Help = "convert such columns one by one with MODIFY to keep their type"
	default:
		return
	}
	p.Report(f)
}

func indexed(t *schema.Table, column string) bool {
	if t == nil {
		return false
	}
	for _, k := range t.Keys {
		if k.Has(column) {
			return true
		}
	}
	return false
}
