package mysql

import (
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// finish turns what was read into the uses of the query.
func (q *reading) finish() {
	q.optimizerHints()
	q.droppedHoles()
	for _, g := range q.guesses {
		q.guessed(g)
	}
	if q.unsureHead() {
		q.query.Results = nil
		for i := range q.uses {
			q.uses[i].Certain, q.uses[i].Missing = false, false
		}
	}
	q.emit()
}

// unsureHead says whether a hole hides what kind of statement it is.
func (q *reading) unsureHead() bool {
	return len(q.holes) > 0 && q.holes[0].token == 0
}

// droppedHoles notes what a hole may read that stands where a clause would, or
// that the parser took for an alias: every column of the tables that are named.
func (q *reading) droppedHoles() {
	for i := range q.holes {
		h := &q.holes[i]
		if h.token < 0 || h.quiet || h.seen || len(h.fills) == 0 {
			continue
		}
		if f := h.fills[h.fill]; f == fillEquals || f == fillAnd || f == fillValue || f == fillList {
			continue
		}
		for _, s := range q.sources {
			if s.guess != nil && (s.guess.implied || !s.guess.spells()) {
				continue
			}
			use := schema.Use{Part: schema.InFilter, By: schema.ByHole}
			if s == q.target { // ON DUPLICATE KEY UPDATE
				use = schema.Use{Write: true, Part: schema.InSet, Branch: schema.OnUpdate, By: schema.ByHole}
				use.Value = &schema.Value{Kind: schema.UnknownValue, Param: -1}
			}
			q.starUses(s, s.nameable(), use, h.start, h.end)
		}
		q.query.Results = nil
		return
	}
}

// spells says whether the statement spells a column of the hidden table.
func (g *guess) spells() bool {
	return slices.ContainsFunc(g.uses, func(u located) bool { return u.Column != "" })
}

// guessed gives the uses of a hidden table to every table that it can be.
func (q *reading) guessed(g *guess) {
	letters := len(g.spelling.prefix) + len(g.spelling.suffix)
	if g.implied && !g.spells() {
		return
	}
	if g.spelling.hole && letters < shortest && !g.spells() {
		q.query.Unresolved = !q.unsureHead()
		q.named = q.named || q.query.Unresolved
		return
	}
	for _, t := range q.catalog.Tables() {
		if !g.spelling.fits(t.Name.Name) || !g.hasAll(t) {
			continue
		}
		q.named = true
		for _, u := range g.uses {
			q.guessedUse(u, t)
		}
	}
}

func (g *guess) hasAll(t *schema.Table) bool {
	for _, u := range g.uses {
		if u.Column != "" && t.Column(u.Column) == nil {
			return false
		}
	}
	return true
}

func (q *reading) guessedUse(u located, t *schema.Table) {
	u.Table = t.Name
	switch {
	case u.Column != "":
		u.Column = t.Column(u.Column).Name
	case u.Part != schema.InFrom:
		for _, c := range t.Columns {
			if !c.Invisible || u.By == schema.ByHole {
				u.Column = c.Name
				q.uses = append(q.uses, u)
			}
		}
		return
	}
	q.uses = append(q.uses, u)
}

// emit puts the uses in the order of the text.
func (q *reading) emit() {
	order := q.order[:0]
	for i := range q.uses {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return q.uses[a].from - q.uses[b].from })
	all := make([]schema.Use, len(q.uses))
	q.query.Uses = make([]*schema.Use, len(q.uses))
	for i, n := range order {
		u := &q.uses[n]
		all[i] = u.Use
		all[i].Query, all[i].Pos = q.query, q.query.Pos
		if u.from >= 0 {
			all[i].Pos = q.position(u.from, u.to)
			all[i].May = q.within(q.in.May, u.from)
			q.ofRow(&all[i], u.from)
		}
		q.query.Uses[i] = &all[i]
	}
	q.room, q.order = q.uses[:0], order
}

// ofRow notes the field that a column stands for.
func (q *reading) ofRow(u *schema.Use, at int) {
	if len(q.in.Rows) == 0 || u.Column == "" {
		return
	}
	at = q.text.offset(q.base+at, false)
	for i := range q.in.Rows {
		r := &q.in.Rows[i]
		if at < r.Start || r.End <= at {
			continue
		}
		u.Field, u.Origin, u.Set = r.Field, r.Origin, r.Set
		if r.Star {
			u.By = schema.ByRow
		}
	}
}

// within says whether one of some spans of the source has an offset of the reading.
func (q *reading) within(spans []sqltext.Span, at int) bool {
	if len(spans) == 0 {
		return false
	}
	at = q.text.offset(q.base+at, false)
	return slices.ContainsFunc(spans, func(s sqltext.Span) bool { return s.Start <= at && at < s.End })
}
