package rules

import (
	"fmt"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
)

// ReadBeforeBackfill reports reads of a column that old rows have no value in yet.
var ReadBeforeBackfill = &Rule{
	Name:     "read-before-backfill",
	Family:   Code,
	Severity: Error,
	Summary:  "code reads the new column of a move before the rows from before the dual-write were copied",
	Doc: `## What it does

Reports a read of the new column or table of a move, without a fallback to the old one,
while no deployed backfill has copied every row.

A backfill counts when the dual-write was deployed before it ran, and when it leaves no
row out: it has no WHERE, or one that only says that the new column is NULL or its
default, that the old one is not NULL, or which rows belong together. It never counts in
the release that adds the column. A function of Go code that reads the old one and writes
the new one counts once it is deployed.

## Why it breaks

Rows that nobody has written since the dual-write was deployed have NULL, or the default,
in the new column. The read takes that for the value.

## Do this instead

Copy the rows in a release of its own, after the dual-write is deployed; read the new
column in the next one. Where the rows were filled by other means, say so:
` + "`-- expandcheck:backfilled repo.star_count: by cmd/fill, finished 2026-11-02`" + `.

## When it is silent

For a read that falls back to the old one: COALESCE(new, old), or a function that reads
both. When the database generates the column, or a trigger was there before the copy.`,
	Bad:  "read-with-the-backfill-fires",
	Good: "read-after-backfill-is-silent",
	Run:  runReadBeforeBackfill,
}

func runReadBeforeBackfill(p *Pass) {
	for _, m := range p.Moves() {
		if m.Head == nil || m.Deployed(move.BackfillRows) {
			continue
		}
		for _, r := range eachRead(m, m.Head.NewReads) {
			if r.Fallback || len(early(m, r.Read)) > 0 {
				continue
			}
			f := p.AtUse(r.Use)
			f.Message = fmt.Sprintf("reads %s, but rows from before the dual-write have no value there: %s", r, notFilled(m))
			f.Help = fmt.Sprintf("deploy a backfill first, or fall back to %s where there is none; if the rows are filled, say so in the configuration: `moves: [{from: %s, to: %s, backfilled: true}]`", move.Names(m.From), list(m.From), list(m.To))
			for _, b := range m.Backfills {
				f.Related = append(f.Related, Related{b.Pos, "copies some of it"})
			}
			p.Report(f)
		}
	}
}

// notFilled says why the backfill is not done.
func notFilled(m *move.Move) string {
	for _, b := range m.Backfills {
		at := fmt.Sprintf("`%s:%d`", b.Pos.File, b.Pos.Line)
		switch {
		case b.Lacks != "":
			return "the copy at " + at + " is not whole: " + b.Lacks
		case b.Early != "":
			return "the copy at " + at + " came too early: " + b.Early
		case b.Pending:
			return "the copy at " + at + " is in the same release as the read"
		}
	}
	return "nothing copies " + move.Names(m.From) + " to " + move.Names(m.To)
}

// list spells columns or tables as the configuration does.
func list(objects []move.Object) string {
	if len(objects) == 1 {
		return objects[0].String()
	}
	names := make([]string, len(objects))
	for i, o := range objects {
		names[i] = o.String()
	}
	return "[" + strings.Join(names, ", ") + "]"
}
