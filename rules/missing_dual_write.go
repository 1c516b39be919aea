package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/move"
)

// MissingDualWrite reports writers that a move forgot.
var MissingDualWrite = &Rule{
	Name:     "missing-dual-write",
	Family:   Code,
	Severity: Error,
	Summary:  "code writes the old column of a move without the new one",
	Doc: `## What it does

Reports a place that writes the old column or table of a move and not the new one with
it, from the time that some place writes both until the old one is dropped. An upsert
is two writes, and each branch needs its partner. REPLACE writes every column. A
constant is a partner of a constant only.

It is a warning while the dual-write is being built, writer by writer: no release had it
whole, nothing was backfilled, and nothing reads the new one. It is a warning, too, where
the new value is computed from itself (new = new + 1) before the backfill: NULL stays NULL.

## Why it breaks

What is written there is lost for everyone who reads the new column, and for good once
the old one is dropped.

## Do this instead

Write both, in one transaction; or let a trigger do it until the old one is gone.

## When it is silent

When the other write must happen too: in the same function, in one that it calls, or in
every known caller. When a trigger or a generated column does it. For functions that
read the old one and write the new one but not the old one: they are backfills.`,
	Bad:  "one-of-two-writers-forgotten-fires",
	Good: "write-through-a-helper-is-silent",
	Run:  runMissingDualWrite,
}

func runMissingDualWrite(p *Pass) {
	for _, m := range p.Moves() {
		if m.Head == nil || m.Gone != nil {
			continue
		}
		started := m.Base.Doubled()+m.Head.Doubled() > 0 || len(m.Head.NewWrites) > 0 || m.Base != nil && len(m.Base.NewWrites) > 0
		if !started {
			continue
		}
		for _, w := range firstOfEach(m.Head.Lacking()) {
			p.reportForgotten(m, w)
		}
		for _, w := range firstOfEach(m.Head.NewWrites) {
			if w.Adds && !m.Deployed(move.BackfillRows) {
				p.reportAdds(m, w)
			}
		}
	}
}

func (p *Pass) reportForgotten(m *move.Move, w *move.Write) {
	f := p.AtUse(w.Use)
	others := "other places write"
	if len(m.Head.OldWrites) == len(m.Head.Lacking()) && len(m.Head.NewWrites) == 0 {
		others = "the deployed code writes"
	}
	f.Message = fmt.Sprintf("writes `%s`%s without %s, which %s with it: what is written here never arrives there", object(m, w.Use), calledBy(w.Query), move.Names(w.Lacks), others)
	if w.Query.Guard == "" && len(m.Backfills) == 0 && len(m.Head.NewReads) == 0 && !m.Base.DualWrites() && m.Step(move.BackfillRows).State == move.Missing {
		f.Severity = p.AtMost(Warning)
	}
	f.Help = "write " + move.Names(w.Lacks) + " here too, on every path that ends without an error"
	for _, c := range w.Query.Callers {
		f.Related = append(f.Related, Related{c.Pos, fmt.Sprintf("has it write `%s`", object(m, w.Use))})
		f.Help = "have " + move.Names(w.Lacks) + " written there too, on every path that ends without an error"
	}
	for _, other := range m.Head.NewWrites {
		f.Related = append(f.Related, Related{other.Place(), fmt.Sprintf("writes `%s`", object(m, other.Use))})
	}
	p.unsure(&f, w)
	p.Report(f)
}

func (p *Pass) reportAdds(m *move.Move, w *move.Write) {
	f := p.AtUse(w.Use)
	f.Severity = p.AtMost(Warning)
	f.Message = fmt.Sprintf("computes `%s` from itself before the backfill: in rows that were not copied yet it goes on from NULL or the default", object(m, w.Use))
	f.Help = "compute it from " + move.Names(m.From) + " until the backfill is done"
	p.Report(f)
}
