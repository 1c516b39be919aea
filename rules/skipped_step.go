package rules

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// SkippedStep reports moves that take a step before an earlier one is deployed.
var SkippedStep = &Rule{
	Name:     "skipped-step",
	Family:   Order,
	Severity: Error,
	Summary:  "a move takes a step while an earlier one is not deployed",
	Doc: `## What it does

Follows each move through its six steps: add the new column, write both, copy the old
rows, read the new one, stop writing the old one, drop it. Reports

- a copy of the old rows that runs before code which writes both is deployed, or in the
  release that adds the column;
- a write of the new one alone while deployed or pending code still reads the old one;
- a new read of the old one, once deployed code writes only the new one;
- a drop of the old one that was never copied, or not wholly.

Reads of the new one that come too early are the business of read-before-dual-write and
read-before-backfill.

## Why it breaks

While a release rolls out, the code before it still runs. What it writes to the old
column after the copy is in no new one; what the new code writes to the new one alone
the old code does not see.

## Do this instead

One step, one release. Wait until it is deployed everywhere before you take the next one.

## When it is silent

For a copy that nothing declares as a move, and after which old stays. For a move that is
given up, or goes back, while everything that is read is still written. When a trigger or a generated
column keeps both the same: then the first three steps may share a release. A copy whose
place in history is not known counts as done after the dual-write.`,
	Bad:  "backfill-with-the-dual-write-fires",
	Good: "backfill-after-the-dual-write-is-silent",
	Run:  runSkippedStep,
}

func runSkippedStep(p *Pass) {
	early := p.earlyCopies()
	for _, m := range p.Moves() {
		if !slices.ContainsFunc(early, func(c earlyCopy) bool { return c.move == m }) {
			p.reportUncopiedDrop(m)
		}
		if m.Head != nil {
			p.reportOnlyNew(m)
			p.reportStaleReads(m)
		}
	}
	for _, m := range p.Motion {
		if m.Abandoned && !m.Candidate && m.Head != nil {
			p.reportStaleReads(m) // what was written since is in new alone
		}
	}
	p.reportEarlyCopies(early)
}

// stepOf returns the step of the release that made a change, or nil.
func (p *Pass) stepOf(c schema.Change) *Step {
	for i := range p.Steps {
		if p.Steps[i].Change == c {
			return &p.Steps[i]
		}
	}
	return nil
}

// An earlyCopy is a pending copy that rows written beside it escape.
type earlyCopy struct {
	move *move.Move
	*move.Backfill
	step *Step // nil for Go code
}

func (p *Pass) earlyCopies() []earlyCopy {
	var out []earlyCopy
	for _, m := range p.Moves() {
		for _, b := range m.Backfills {
			if !b.Pending || b.Early == "" || m.Deployed(move.BackfillRows) {
				continue
			}
			c := earlyCopy{move: m, Backfill: b}
			if b.Event != nil {
				if c.step = p.stepOf(b.Event.Change); c.step == nil {
					continue
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// reportEarlyCopies reports them, one finding for each statement.
func (p *Pass) reportEarlyCopies(copies []earlyCopy) {
	for i, c := range copies {
		if slices.ContainsFunc(copies[:i], func(before earlyCopy) bool { return before.Pos == c.Pos }) {
			continue
		}
		also := 0
		for _, other := range copies[i+1:] {
			if other.Pos == c.Pos {
				also++
			}
		}
		f := Finding{Rule: p.Rule, Severity: p.Severity, Pos: c.Pos}
		if c.step != nil {
			f = p.At(c.step)
		}
		f.Table, f.Object = c.To[0].Table.String(), c.To[0].Column
		if c.move.Base == nil && !declared(c.move) {
			f.Severity = p.AtMost(Warning) // no code shows that one replaces the other
		}
		from, to := move.Names(c.move.From), move.Names(c.To)
		more := ""
		if also > 0 {
			more = fmt.Sprintf(", and %d more like that,", also)
		}
		f.Message = fmt.Sprintf("copies %s to %s%s too early: %s, so what running code writes to %s meanwhile is not copied", from, to, more, c.Early, from)
		f.Help = "first deploy code that writes both, then copy the rows in a release of its own"
		p.Report(f)
	}
}

func declared(m *move.Move) bool { return m.Source == move.Directive || m.Source == move.Config }

// reportUncopiedDrop reports a drop of old that new has not all rows of. Where
// running code still uses old, that is what the drop is reported for.
func (p *Pass) reportUncopiedDrop(m *move.Move) {
	if m.Gone == nil || m.Step(move.BackfillRows).State > move.Partial {
		return
	}
	if m.Base == nil && !declared(m) || m.Base != nil && len(m.Base.OldReads)+len(m.Base.OldWrites) > 0 {
		return
	}
	step := p.stepOf(m.Gone.Change)
	if step == nil {
		return
	}
	f := p.At(step)
	f.Object = m.From[0].Column
	f.Message = fmt.Sprintf("drops %s before its rows are in %s: %s", move.Names(m.From), move.Names(m.To), notFilled(m))
	f.Help = "copy the rows first, in a release of its own; if they are filled, say so: `-- expandcheck:backfilled " + m.To[0].String() + ": HOW`"
	if !declared(m) {
		f.Severity = p.AtMost(Warning) // what is left out may have been meant
	}
	p.Report(f)
}

// reportOnlyNew reports writes of new alone that readers of old do not see.
func (p *Pass) reportOnlyNew(m *move.Move) {
	for _, w := range firstOfEach(m.Head.OnlyNew()) {
		was := m.Base != nil && slices.ContainsFunc(m.Base.OnlyNew(), func(b *move.Write) bool { return sameSite(b.Use, w.Use) })
		r, deployed := staleReader(m, was)
		if r == nil {
			continue
		}
		who := "pending code still reads"
		if deployed {
			who = "deployed code still reads"
		}
		f := p.AtUse(w.Use)
		f.Message = fmt.Sprintf("writes `%s` without %s, which %s at %s: it does not see what is written here", object(m, w.Use), move.Names(w.Lacks), who, spot(r.Use))
		f.Help = "write both until no deployed code reads " + move.Names(m.From)
		f.Related = []Related{{r.Place(), fmt.Sprintf("reads `%s`", object(m, r.Use))}}
		p.unsure(&f, w)
		p.Report(f)
	}
}

// staleReader returns a read of old that writes of new alone go past, and whether
// it is deployed. Where the write was there before, only a read that was counts:
// one that is added is reported itself.
func staleReader(m *move.Move, was bool) (*move.Read, bool) {
	if m.Base != nil {
		for _, r := range m.Base.OldReads {
			if !r.Fallback {
				return r, true
			}
		}
	}
	for _, r := range m.Head.OldReads {
		if !r.Fallback && !was {
			return r, false
		}
	}
	return nil, false
}

// reportStaleReads reports reads of old that are added when deployed code does
// not write it any more.
func (p *Pass) reportStaleReads(m *move.Move) {
	if m.Base == nil || len(m.Base.OnlyNew()) == 0 {
		return
	}
	w := m.Base.OnlyNew()[0]
	for _, r := range m.Head.OldReads {
		if r.Fallback || slices.ContainsFunc(m.Base.OldReads, func(b *move.Read) bool { return sameSite(b.Use, r.Use) }) {
			continue
		}
		f := p.AtUse(r.Use)
		f.Message = fmt.Sprintf("reads `%s`, but the deployed %s writes `%s` without it: the value is out of date", object(m, r.Use), spot(w.Use), object(m, w.Use))
		f.Help = "read " + move.Names(m.To) + "; or write both again, deploy that, copy the rows back, and then read"
		f.Related = []Related{{w.Place(), fmt.Sprintf("writes `%s`", object(m, w.Use))}}
		p.unsure(&f, w)
		p.Report(f)
	}
}
