package rules

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// ReadBeforeDualWrite reports reads of a column that not every writer keeps up to date.
var ReadBeforeDualWrite = &Rule{
	Name:     "read-before-dual-write",
	Family:   Code,
	Severity: Error,
	Summary:  "code reads the new column of a move that some writer of the old one does not write",
	Doc: `## What it does

Reports a read of the new column or table of a move while some place that writes the
old one does not write the new one with it: in the code that is deployed, or in the
code that is about to be. During a rollout both run.

A move is declared with the directive replaces, or evident: the old column is copied to
a new one and is on its way out. One write counts as made with another when it happens
on every path on which the other does and no error is returned: in the same function, in
one that it calls, or in every known caller. That both hit the same row is not checked.

Warns, too, of a new read of an added column that nothing ever writes: no code, no
migration, no trigger, and no default.

## Why it breaks

What the other place writes never arrives in the new column. The read gives NULL, a
default, or a value that is out of date; no statement fails.

## Do this instead

Write both at every place that writes the old one, deploy that, backfill, deploy that,
and read the new one in a release after it.

## When it is silent

When a trigger or a generated column writes the new one. For a read with a fallback to
the old one, as long as no deployed code writes the new one. For whole rows (SELECT *) and
for what only may be a read. For a condition that ` + "`flags:`" + ` says is off.`,
	Bad:  "read-with-the-dual-write-fires",
	Good: "read-after-backfill-is-silent",
	Run:  runReadBeforeDualWrite,
}

func runReadBeforeDualWrite(p *Pass) {
	for _, m := range p.Moves() {
		if m.Head == nil {
			continue
		}
		for _, r := range eachRead(m, m.Head.NewReads) {
			writers := early(m, r.Read)
			if len(writers) == 0 {
				continue
			}
			w := writers[0]
			f := p.AtUse(r.Use)
			f.Message = fmt.Sprintf("reads %s, but %s writes `%s` without it: the read does not see what is written there", r, w, object(m, w.Use))
			f.Help = "write " + move.Names(m.To) + " wherever " + move.Names(m.From) + " is written, and deploy that; then backfill; then read"
			for _, w := range writers {
				f.Related = append(f.Related, Related{w.Place(), fmt.Sprintf("writes `%s` without %s", object(m, w.Use), move.Names(w.Lacks))})
			}
			p.unsure(&f, w.Write)
			p.Report(f)
		}
	}
	for _, u := range p.Unwritten {
		p.reportUnwritten(u)
	}
}

// reportUnwritten reports the reads of a column that nothing writes, other than
// those that were there before.
func (p *Pass) reportUnwritten(u *move.Unwritten) {
	if slices.ContainsFunc(p.Motion, func(m *move.Move) bool { return slices.Contains(m.To, u.Object) }) {
		return
	}
	for _, use := range u.Reads {
		if p.BaseUses != p.HeadUses && p.BaseUses != nil && slices.ContainsFunc(p.BaseUses.Of(use.Table.Name, use.Column), func(b *schema.Use) bool { return sameSite(b, use) }) {
			continue
		}
		f := p.AtUse(use)
		f.Severity = p.AtMost(Warning)
		f.Message = fmt.Sprintf("reads `%s`, which nothing writes: no code, migration or trigger, and it has no default, so it is NULL in every row", u.Object)
		f.Help = "write it first, and deploy that"
		f.Related = []Related{{u.Added.Change.Base().Pos(), "it is added here"}}
		p.Report(f)
	}
}
