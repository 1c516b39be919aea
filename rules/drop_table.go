package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DropTable reports a table that goes away.
var DropTable = &Rule{
	Name:     "drop-table",
	Family:   Contract,
	Severity: Error,
	Summary:  "a table is dropped that running code may still use",
	Doc: `## What it does

Reports DROP TABLE of a table that was there before the release.

## Why it breaks

Every statement of the running code that names the table fails with error 1146,
and so do views on it (error 1356). The data is gone: going back means a backup.

## Do this instead

First deploy code that does not use the table. Then, if you can, rename it to a
tombstone such as users_deprecated for a while. Drop it in a release of its own.

## When it is silent

For temporary tables; where no code uses the table, unless other programs use the schema
(` + "`shared: true`" + `) and no release was deployed in which it had the name of a tombstone
(` + "`tombstone:`" + `; users_deprecated, _drop_users …); for a table that the same release creates; for a backup
that a rebuild in the same release made, once all its rows were copied. What the
new table has less than the old one, drop-column and the other rules report as
if an ALTER changed it.

A rebuild that drops the old table before the new one has its name is a warning:
in between the running code fails. So it is where the rows come in parts, or came
before the release: whether they are all is not known. Rows that the running code
writes between the copy and the switch are lost unless it, or a trigger, writes
both tables; that is not checked.`,
	Bad:  "drop-of-deployed-table-fires",
	Good: "drop-of-rebuild-backup-is-silent",
	Run:  runDropTable,
}

const dropTableHelp = "deploy code that does not use it first, then drop it in a release of its own; if that is done, say so: `-- expandcheck:ignore drop-table: REASON`"

func runDropTable(p *Pass) {
	for s, c := range Changed[*schema.CreateTable](p) {
		before := s.Effect.Before
		if !c.OrReplace || before == nil || p.Start(before) == nil {
			continue
		}
		if r := p.rebuildOf(before); r == nil || !p.reportRebuilt(s, r) {
			p.contract(contraction{step: s, table: c.Table,
				what:   fmt.Sprintf("table `%s` is dropped and made anew", c.Table),
				breaks: "its rows are gone, and statements of the running code meet another table",
				help:   dropTableHelp})
		}
	}
	for s, c := range Changed[*schema.DropTable](p) {
		before := s.Effect.Before
		switch {
		case c.Temporary, before != nil && before.Temporary:
		case before == nil && (c.IfExists || c.Hidden != nil):
			p.reportUnknownDrop(s, c)
		case before != nil && p.Start(before) == nil:
		case p.rebuildOf(before) != nil && p.reportRebuilt(s, p.rebuildOf(before)):
		default:
			p.contract(contraction{step: s, table: c.Table, hidden: p.hiding(before, nil), hide: p.hideTable(c.Table.Name),
				what:   fmt.Sprintf("table `%s` is dropped", c.Table),
				breaks: "statements of the running code that name it fail (error 1146), and its rows are gone",
				help:   dropTableHelp})
		}
	}
}

// hideTable says how a table is hidden before it is dropped.
func (p *Pass) hideTable(name string) string {
	if p.Server.RenamesDrop {
		return ""
	}
	return "rename it to `" + name + "_deprecated`"
}

// reportRebuilt reports what is amiss when another table takes the place of the
// dropped one, and says whether that settles the drop.
func (p *Pass) reportRebuilt(s *Step, r *Rebuild) bool {
	f := p.At(s)
	f.Verdict, f.Help = Unknown, dropTableHelp
	name := r.Old.Name
	switch {
	case r.Rows == NoRows && s == r.Taken:
		return false // CREATE OR REPLACE
	case r.Rows == NoRows:
		f.Message = fmt.Sprintf("table `%s` is dropped, and the table that takes its place gets none of its rows: they are gone, and the running code misses them; no Go code was analysed, so nothing shows that they are out of use", name)
	case r.Rows == SomeRows:
		f.Message = fmt.Sprintf("table `%s` is dropped, and the copy into the table that takes its place may leave rows out: these are gone", name)
		f.Help = "copy every row, without a WHERE, LIMIT or join"
		f.Related = append(f.Related, related(r.Copy, "copies some rows")...)
	case r.Rows == Parts:
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("table `%s` is dropped, and the table that takes its place gets its rows in parts: whether these are all is not known", name)
		f.Related = append(f.Related, related(r.Copy, "copies the last part")...)
		f.Help = "check that no row is left out, and say so: `-- expandcheck:ignore drop-table: REASON`"
	case r.Rows == ElsewhereFilled:
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("table `%s` is dropped, and `%s` takes its place: whether that has all its rows is not known", name, r.Taken.Effect.Before.Name)
		f.Help = "check that no row is left out, and say so: `-- expandcheck:ignore drop-table: REASON`"
	case s != r.Gone:
		return true // the backup
	default:
		return p.reportSwitch(f, r)
	}
	p.Report(f)
	return true
}

// reportUnknownDrop: DROP TABLE IF EXISTS of a table that no migration made is
// usually there to make a migration repeatable that gives a table the name.
func (p *Pass) reportUnknownDrop(s *Step, c *schema.DropTable) {
	for other := range p.Changes() {
		if t := other.Effect.After; t != nil && sameTable(t.Name, c.Table) {
			return
		}
	}
	if p.BaseUses.Analysed() {
		p.contract(contraction{step: s, table: c.Table,
			what:   fmt.Sprintf("table `%s`, which no migration here makes, is dropped if it exists", c.Table),
			breaks: "statements of the running code that name it fail (error 1146), and its rows are gone",
			help:   dropTableHelp})
		return
	}
	f := p.At(s)
	f.Severity, f.Verdict = p.AtMost(Warning), Unknown
	f.Message = fmt.Sprintf("table `%s` is dropped if it exists; no migration here makes it, so whether running code uses it is not known", c.Table)
	f.Help = dropTableHelp
	p.Report(f)
}
