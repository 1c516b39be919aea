package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// RenameTable reports a table that gets another name.
var RenameTable = &Rule{
	Name:     "rename-table",
	Family:   Contract,
	Severity: Error,
	Summary:  "a table is renamed under the running code",
	Doc: `## What it does

Reports RENAME TABLE and ALTER TABLE … RENAME of a table that was there before
the release, also when only upper and lower case change: servers on Linux tell
them apart.

## Why it breaks

The moment the migration runs, every statement of the running code that names
the old table fails with error 1146, and so do views on it (error 1356). PlanetScale
knows no renames: its deploy requests drop the old table and make an empty new one.

## Do this instead

Create a table with the new name, write both, backfill, read the new one, stop
writing the old one, drop it: one release each. Or rename it and create, in the
same release, an updatable view under the old name that lists every column: what
is left then is the gap between the two statements, a warning.

## When it is silent

For a table that the same release creates, and for a swap: when another table that
got the rows takes the old name in the same statement. In a later statement, what is
left is the gap between the two, a warning. Where the other table has another shape,
drop-column and the other rules report it as if an ALTER changed it.`,
	Bad:  "rename-of-deployed-table-fires",
	Good: "swap-of-equal-shapes-is-silent",
	Run:  runRenameTable,
}

func runRenameTable(p *Pass) {
	for s, c := range Changed[*schema.RenameTable](p) {
		before := s.Effect.Before
		if before == nil || s.Effect.Missing == "" && p.Start(before) == nil || c.Table.Name == c.To.Name {
			continue
		}
		if r := p.rebuildOf(before); r != nil {
			if s == r.Gone {
				p.reportSwap(s, r)
			}
			continue
		}
		start := p.Start(before)
		if start != nil && start.Name.Name != before.Name.Name {
			continue // its deployed name went earlier: that step was reported
		}
		if end := p.End(before); end != nil && end.Name.Name == before.Name.Name {
			continue // renamed back
		}
		p.reportRename(s, c)
	}
}

// reportSwap: the old table steps aside for another one.
func (p *Pass) reportSwap(s *Step, r *Rebuild) {
	f := p.At(s)
	f.Verdict = Unknown
	switch {
	case r.Kept && r.Rows == NoRows:
		f.Message = fmt.Sprintf("table `%s` steps aside for one that gets none of its rows: the running code misses them", r.Old.Name)
		f.Help = "copy the rows before the switch, or leave the table its name"
	case r.Kept && r.Rows == SomeRows:
		f.Message = fmt.Sprintf("table `%s` steps aside, and the copy into the one that takes its place may leave rows out: the running code misses them", r.Old.Name)
		f.Help = "copy every row, without a WHERE, LIMIT or join"
		f.Related = append(f.Related, related(r.Copy, "copies some rows")...)
	default:
		p.reportSwitch(f, r)
		return
	}
	p.Report(f)
}

// reportSwitch reports that running code meets neither table for a while, or that
// the two could not be compared. It returns true: nothing else is amiss.
func (p *Pass) reportSwitch(f Finding, r *Rebuild) bool {
	var said []string
	if !r.Atomic() {
		said = append(said, fmt.Sprintf("`%s` is gone until another table takes its place: statements of the running code fail in between (error 1146), or meet a table without rows", r.Old.Name))
		f.Help = fmt.Sprintf("fill the new table first, switch with one `RENAME TABLE %[1]s TO %[1]s_old, %[1]s_new TO %[1]s`, and drop the old one after that", r.Old.Name.Name)
		f.Related = append(f.Related, related(r.Taken, "takes its place")...)
	}
	if r.Old.Unknown || r.New.Unknown {
		said = append(said, fmt.Sprintf("the columns of `%s`, and of the table that takes its place, are not all known, so neither is whether the running code still works", r.Old.Name))
		f.Help = fmt.Sprintf("check that the new table has every column of the old one, with a type that holds its values; if so, say it: `-- expandcheck:ignore %s: REASON`", p.Rule.Name)
	}
	if len(said) > 0 {
		f.Severity = p.AtMost(Warning)
		f.Message = strings.Join(said, "; ")
		p.Report(f)
	}
	return true
}

// renameLoses says what else goes wrong where renames are not known.
func (p *Pass) renameLoses(what string) string {
	if !p.Server.RenamesDrop {
		return ""
	}
	return fmt.Sprintf(", and the server, which compares schemas, drops the old %s and makes an empty one", what)
}

func (p *Pass) reportRename(s *Step, c *schema.RenameTable) {
	for _, v := range Changed[*schema.CreateView](p) {
		if schema.SameName(v.View.Name.Name, c.Table.Name) && !p.Server.RenamesDrop && p.standsIn(s, c, v.View) {
			return
		}
	}
	p.contract(contraction{step: s, table: c.Table, to: c.To.Name,
		what:   fmt.Sprintf("table `%s` is renamed to `%s`", c.Table, c.To),
		breaks: "statements of the running code that name it fail from that moment on (error 1146)" + p.renameLoses("table"),
		help:   p.renameHelp(c.To.Name, "create a new table, write both, backfill, read the new one, stop writing the old one, then drop it: a release each; or keep the old name as an updatable view")})
}

// standsIn reports a rename behind which a view takes the old name, if it has what
// the running code uses.
func (p *Pass) standsIn(s *Step, c *schema.RenameTable, v *schema.View) bool {
	f := p.At(s)
	f.Verdict, f.Severity = Unknown, p.AtMost(Warning)
	gap := fmt.Sprintf("table `%s` is renamed to `%s`, and a view takes its name: between the two statements the running code fails (error 1146)", c.Table, c.To)
	switch users, what, known := p.beyondView(s, v); {
	case p.BaseUses.Analysed() && !known:
		f.Message = gap + "; what the view lists could not be read"
		f.Help = "make sure that the view lists every column that the running code uses, and is updatable"
	case !p.BaseUses.Analysed():
		f.Message = gap + "; no Go code was analysed, so nothing shows that the view has every column it uses"
		f.Help = "make sure that the view lists every column that the running code uses, and is updatable"
	case len(users) > 0:
		f.Verdict, f.Severity = Premature, p.Severity
		f.Message = fmt.Sprintf("table `%s` is renamed to `%s`, and the view that takes its name %s, which running code needs: %s", c.Table, c.To, what, sites(users))
		f.Help = "list every column in the view, from that one table, without GROUP BY, DISTINCT or UNION"
		f.Related = sitesOf(users)
	default:
		f.Message = gap + "; every column that it uses is in the view"
		f.Help = "deploy it while little runs, or keep the name"
	}
	p.Report(f)
	return true
}

// beyondView returns the deployed uses of a table that a view of its name does not
// serve, and why.
func (p *Pass) beyondView(s *Step, v *schema.View) (users []*schema.Use, what string, known bool) {
	columns, updatable, known := p.viewColumns(v)
	start := p.Start(s.Effect.Before)
	if !known || start == nil {
		return nil, "", false
	}
	seen := map[*schema.Query]bool{}
	for _, u := range writersOf(p.BaseUses, p.AheadUses, start.Name.Name).of("") {
		if seen[u.Query] || !u.Certain || u.Query.Function == "view "+v.Name.Name {
			continue
		}
		lacks := u.Column != "" && start.Column(u.Column) != nil && !slices.ContainsFunc(columns, func(name string) bool { return schema.SameName(name, u.Column) })
		switch {
		case lacks:
			what = "lacks `" + u.Column + "`"
		case u.Write && !updatable:
			what = "is not updatable"
		default:
			continue
		}
		seen[u.Query] = true
		users = append(users, u)
	}
	return users, what, true
}

// viewColumns returns the names of the columns of a view, and whether it can be
// written to.
func (p *Pass) viewColumns(v *schema.View) (columns []string, updatable, known bool) {
	if p.BaseUses == nil {
		return nil, false, false
	}
	for _, q := range p.BaseUses.Queries {
		if q.Package != "" || q.Function != "view "+v.Name.Name || q.Results == nil {
			continue
		}
		updatable = len(v.Tables) == 1 && !notUpdatable.MatchString(v.Select)
		for i, r := range q.Results {
			name := r.Name
			if i < len(v.Columns) {
				name = v.Columns[i]
			}
			columns = append(columns, name)
			updatable = updatable && r.Column != ""
		}
		return columns, updatable, true
	}
	return nil, false, false
}

// notUpdatable finds what keeps a view from being written to.
var notUpdatable = regexp.MustCompile(`(?i)\b(DISTINCT|GROUP\s+BY|HAVING|UNION|EXCEPT|INTERSECT|LIMIT)\b`)
