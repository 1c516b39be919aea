package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// What the rules of the family Contract have in common: their verdict.

// A contraction is what goes away, and what that breaks.
type contraction struct {
	step   *Step
	table  schema.Name
	column string // "" for the table as a whole
	what   string // `a.b` is dropped
	breaks string // statements … fail (error …)
	help   string
	// object is the column in the report; it may be one that nobody can use.
	object string
	// to is the name that takes its place; "" for a drop.
	to string
	// hidden is the soft contract that was deployed before; nil without one.
	hidden *Hiding
	// hide says how to make one.
	hide string
}

// contract reports a contract step with the verdict that the code allows, or
// keeps the proof that nothing uses what goes away.
func (p *Pass) contract(c contraction) {
	f := p.At(c.step)
	f.Object = c.object
	f.Help = c.help
	if !p.BaseUses.Analysed() {
		p.unknown(f, c, "; no Go code was analysed, so nothing shows that it is out of use")
		return
	}
	if p.comesBack(c) {
		return
	}
	certain, possible := c.users(usesOf(p.BaseUses, p.AheadUses, c.table.Name, c.column))
	switch {
	case len(certain) > 0:
		p.premature(f, c, certain)
	case len(possible) > 0:
		f.Verdict = Unknown
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("%s, and running code may use it: %s: %s", c.what, sites(possible), c.breaks)
		f.Related = sitesOf(possible)
		p.Report(f)
	case p.unread(c) != "":
		p.unknown(f, c, "; "+p.unread(c))
	case p.Shared && c.hidden == nil:
		f.Verdict = Unknown
		f.Severity = p.AtMost(Warning)
		f.Message = c.what + ": no Go code of this repository uses it, but other programs share this schema (`shared: true`): " + c.breaks
		if c.hide != "" {
			f.Help = "first " + c.hide + ", in a release of its own, and drop it when no program missed it; if that is known otherwise, say so: `-- expandcheck:ignore " + p.Rule.Name + ": REASON`"
		}
		p.Report(f)
	default:
		f.Verdict = Proved
		p.Prove(Proof{Finding: f, GoFiles: p.BaseUses.Files, Unresolved: len(p.BaseUses.Unresolved)})
	}
}

// unknown reports that nothing shows what goes away to be out of use. That it was
// hidden before, and stayed so, speaks for that.
func (p *Pass) unknown(f Finding, c contraction, why string) {
	f.Verdict = Unknown
	f.Message = c.what + ": " + c.breaks + why
	if h := c.hidden; h != nil {
		at := h.Made.Pos()
		f.Severity = p.AtMost(Warning)
		f.Message += fmt.Sprintf("; it was %s before, by %s", h.What, spell(at))
		f.Related = append(f.Related, Related{Pos: at, Message: h.What + " here"})
	}
	p.Report(f)
}

// hiding returns the soft contract that was deployed before the release, or nil.
func (p *Pass) hiding(t *schema.Table, c *schema.Column) *Hiding {
	if t == nil {
		return nil
	}
	if h, ok := p.HiddenBefore(t, c); ok {
		return &h
	}
	return nil
}

// renameHelp is the next step to take instead of a rename, or before one to a tombstone.
func (p *Pass) renameHelp(to, otherwise string) string {
	if p.Tombstone(to) {
		return "deploy code that does not use it first, then rename it, and drop it when nothing missed it: a release each"
	}
	return otherwise
}

// comesBack: where each migration is a release of its own, the code was written
// for the last schema; what a later migration adds again it uses from there.
func (p *Pass) comesBack(c contraction) bool {
	if p.Final == nil {
		return false
	}
	final := p.Final.Table(c.table)
	if final == nil || c.column != "" && final.Column(c.column) == nil {
		return false
	}
	var end *schema.Table
	for _, t := range p.end {
		if t != nil && schema.SameName(t.Name.Name, c.table.Name) {
			end = t
		}
	}
	if end == nil {
		return true
	}
	return c.column != "" && end.Column(c.column) == nil
}

// users are the uses of what goes away, one for each statement. Code that puts
// several statements together in one place is one to its reader.
func (c contraction) users(uses []*schema.Use) (certain, possible []*schema.Use) {
	type site struct {
		at   schema.Position
		verb string
	}
	seen, told := map[*schema.Query]bool{}, map[site]bool{}
	take := func(sure bool) (out []*schema.Use) {
		for _, use := range uses {
			here := site{use.Place(), use.Verb()}
			if use.By != schema.ByOmission && !(use.Unmapped && c.column != "") && use.Certain == sure && !seen[use.Query] && !told[here] {
				seen[use.Query], told[here] = true, true
				out = append(out, use)
			}
		}
		return out
	}
	certain = take(true)
	return certain, take(false)
}

// premature: running code uses what goes away.
func (p *Pass) premature(f Finding, c contraction, users []*schema.Use) {
	f.Verdict = Premature
	f.Message = fmt.Sprintf("%s, and running code still uses it: %s: %s", c.what, sites(users), c.breaks)
	f.Related = sitesOf(users)
	if p.HeadUses != p.BaseUses && p.HeadUses.Analysed() && !p.takesNewName(c) {
		if certain, possible := c.users(p.HeadUses.Of(c.table.Name, c.column)); len(certain) == 0 && len(possible) == 0 {
			f.Help = "the pending code no longer uses it: ship that code first, then this migration in a release of its own"
		}
	}
	p.Report(f)
}

// takesNewName says whether the pending code uses what takes the place of what goes
// away: it cannot be shipped first.
func (p *Pass) takesNewName(c contraction) bool {
	table, column := c.table.Name, c.to
	if c.column == "" {
		table, column = c.to, ""
	}
	return c.to != "" && len(p.HeadUses.Of(table, column)) > 0
}

// unread says why that no use was found shows nothing; "" when it does.
func (p *Pass) unread(c contraction) string {
	if len(p.BaseUses.Libraries) == 0 || p.BaseUses.Mentions == nil {
		return ""
	}
	name := c.column
	if name == "" {
		name = strings.TrimSuffix(c.table.Name, "s")
		if p.BaseUses.Mentions(c.table.Name) {
			name = c.table.Name
		}
	}
	if !p.BaseUses.Mentions(name) {
		return ""
	}
	return fmt.Sprintf("no SQL in the Go code uses it, but the code also uses %s, which is not read, and has the word `%s`", strings.Join(p.BaseUses.Libraries, ", "), name)
}

// sites names the first statements that use something.
func sites(users []*schema.Use) string {
	const shown = 3
	var b strings.Builder
	for i, u := range users {
		if i == shown {
			fmt.Fprintf(&b, " and %d more", len(users)-shown)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		at := u.Place()
		fmt.Fprintf(&b, "`%s:%d` %s it", at.File, at.Line, u.Verb())
		if u.Query.Function != "" {
			fmt.Fprintf(&b, " in %s", u.Query.Function)
		}
	}
	return b.String()
}

func sitesOf(users []*schema.Use) []Related {
	out := make([]Related, len(users))
	for i, u := range users {
		name := u.Table.Name
		if u.Column != "" {
			name += "." + u.Column
		}
		out[i] = Related{Pos: u.Place(), Message: fmt.Sprintf("%s `%s`", u.Verb(), name)}
	}
	return out
}
