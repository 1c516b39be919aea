package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// A reshaping is what a release does to the columns of a table, and their order, or
// what a move that is in flight will do.
type reshaping struct {
	at          schema.Position // the clause that does it, or that speaks for the move
	move        *move.Move      // nil for what the release does
	added, gone []string
}

func (r reshaping) String() string {
	if r.move != nil {
		return "the move " + r.move.String() + " " + r.does("will give it ", "will take ", " away")
	}
	return spell(r.at) + " " + r.does("adds ", "takes ", " away")
}

func (r reshaping) does(adds, takes, away string) string {
	added, gone := strings.Join(r.added, ", "), strings.Join(r.gone, ", ")
	switch {
	case added != "" && gone != "" && r.move == nil:
		return "gives " + gone + " the name " + added
	case added != "" && gone != "":
		return adds + added + " and " + takes + gone + away
	case added != "":
		return adds + added
	case gone != "":
		return takes + gone + away
	}
	return "puts columns in another order"
}

// reshapings returns, by folded name, the existing tables whose visible columns
// are others at the end of the release, or stand in another order.
func (p *Pass) reshapings() map[string]reshaping {
	out := map[string]reshaping{}
	for s := range p.Changes() {
		before, after := s.Effect.Before, s.Effect.After
		start, end := p.Start(before), p.End(before)
		if start == nil || end == nil || after == nil || before.Unknown || sameOrder(start, end) {
			continue
		}
		name := schema.Fold(start.Name.Name)
		if _, seen := out[name]; seen || sameOrder(before, after) {
			continue
		}
		out[name] = reshaping{at: s.Change.Base().Pos(), added: beyond(after, before), gone: beyond(before, after)}
	}
	return out
}

// inFlight returns, by folded name, the tables that a move will give a column or take
// a visible one from, after the release. A table that goes as a whole is none.
func (p *Pass) inFlight() map[string]reshaping {
	out := map[string]reshaping{}
	for _, m := range p.Moves() {
		for _, o := range slices.Concat(m.From, m.To) {
			t, name := p.After.Table(o.Table), schema.Fold(o.Table.Name)
			r, seen := out[name]
			if t == nil || o.Column == "" || seen && r.move != m {
				continue
			}
			r.at, r.move = m.Pos, m
			c := t.Column(o.Column)
			switch goes := slices.Contains(m.From, o); {
			case goes && c != nil && !c.Invisible:
				r.gone = append(r.gone, "`"+o.Column+"`")
			case !goes && c == nil:
				r.added = append(r.added, "`"+o.Column+"`")
			default:
				continue
			}
			out[name] = r
		}
	}
	return out
}

// reportShape reports the statements of the pending code that count on what the
// columns of a table are, where the release or a move changes that; each once.
func (p *Pass) reportShape(counts func(*schema.Use) bool, say func(*schema.Use, reshaping) (message, help string)) {
	changed := p.inFlight()
	if p.Before != nil { // else the code meets one schema only
		maps.Copy(changed, p.reshapings())
	}
	tables := p.moving()
	for name := range changed {
		tables[name] = true
	}
	seen := map[schema.Position]bool{}
	for u := range p.usesAround(tables) {
		r, moves := changed[schema.Fold(u.Table.Name)]
		if !moves || !u.Certain || seen[u.Pos] || !counts(u) {
			continue
		}
		f := p.atUse(u)
		f.Object = ""
		if f.Message, f.Help = say(u, r); f.Message == "" {
			continue
		}
		seen[u.Pos] = true
		f.Related = []Related{{Pos: r.at, Message: r.String()}}
		p.Report(f)
	}
}
