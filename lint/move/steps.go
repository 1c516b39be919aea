package move

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// judge finds the state of each step.
func (m *Move) judge(in *Input) {
	m.expandSchema()
	m.contractSchema(in)
	m.dualWrite(in)
	m.readNew()
	m.stopOldWrites()
	m.goBackfills()
	m.order(in)
	m.backfill(in)
	m.infer()
	m.Abandoned = m.abandoned()
}

func (m *Move) expandSchema() {
	s := &m.Steps[ExpandSchema]
	base, head := 0, 0
	for _, t := range m.to {
		if t.inBase {
			base++
		}
		if t.present || t.inBase {
			head++
		}
		switch {
		case t.added == nil && t.inBase:
			s.note(schema.Position{}, "`%s` was there before the migrations that were read", t.Object)
		case t.added != nil:
			s.note(t.added.Change.Base().Pos(), "`%s` is added", t.Object)
		default:
			s.note(schema.Position{}, "`%s` is not there", t.Object)
		}
	}
	s.State = states(base, head, len(m.to))
}

// states tells the state of a step from how many of its parts are deployed, and
// how many there are when the pending release is.
func states(base, head, all int) State {
	switch {
	case all > 0 && base == all:
		return Deployed
	case all > 0 && head == all:
		return Pending
	case head > 0:
		return Partial
	}
	return Missing
}

func (m *Move) contractSchema(in *Input) {
	s := &m.Steps[ContractSchema]
	base, head := 0, 0
	for _, t := range m.from {
		if t.gone != nil {
			head++
			if t.gone.Release < in.Pending {
				base++
			} else {
				m.Gone = t.gone
			}
			s.note(t.gone.Change.Base().Pos(), "`%s` is dropped", t.Object)
		} else if t.soft != nil {
			s.note(t.soft.Change.Base().Pos(), "`%s` is hidden, and still there", t.Object)
		}
	}
	s.State = states(base, head, len(m.from))
}

func (m *Move) dualWrite(in *Input) {
	s := &m.Steps[DualWrite]
	if m.generated() {
		s.State = m.Steps[ExpandSchema].State
		s.note(m.to[0].added.Change.Base().Pos(), "the database generates %s", Names(m.To))
		return
	}
	if done, pos := m.triggered(in); done != Missing {
		s.State, m.byTriggers = done, true
		s.note(pos, "a trigger writes %s", Names(m.To))
		return
	}
	if m.Head == nil {
		s.note(schema.Position{}, "no Go code was analysed")
		return
	}
	switch {
	case m.Base.DualWrites():
		s.State = Deployed
	case m.Head.DualWrites():
		s.State = Pending
	case m.Head.Doubled() > 0 || len(m.Head.NewWrites) > 0 && len(m.Head.OldWrites) > 0:
		s.State = Partial
	}
	if s.State == Missing && m.Base.Doubled() > 0 {
		s.State = Partial
	}
	m.noteWriters(s)
}

// noteWriters says how many writers of old write new too, and where the others
// are; once none is left, where new is written.
func (m *Move) noteWriters(s *Step) {
	all, lacking := queriesOf(m.Head.OldWrites), queriesOf(m.Head.Lacking())
	done := fmt.Sprintf("%d of %d writers dual-write", len(all)-len(lacking), len(all))
	switch {
	case len(all) == 0 && len(m.Head.NewWrites) == 0:
		s.note(schema.Position{}, "no code writes %s or %s", Names(m.From), Names(m.To))
	case len(all) == 0:
		s.noteEach(m.Head.NewWrites, "writes "+Names(m.To))
	case len(lacking) == 0:
		s.noteEach(m.Head.OldWrites, done)
	default:
		var missing []string
		for _, w := range m.Head.Lacking() {
			if name := at(w.Place()); !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
		}
		s.note(m.Head.Lacking()[0].Place(), "%s; missing: %s", done, strings.Join(missing, ", "))
	}
}

// noteEach notes every statement that writes.
func (s *Step) noteEach(writes []*Write, message string) {
	var seen []*schema.Query
	for _, w := range writes {
		if !slices.Contains(seen, w.Query) {
			seen = append(seen, w.Query)
			s.note(w.Place(), "%s", message)
		}
	}
}

// generated says whether the database computes new from old.
func (m *Move) generated() bool {
	return !m.OfTables() && !slices.ContainsFunc(m.to, func(t *track) bool {
		return t.generated == "" || t.added == nil || !slices.ContainsFunc(m.from, func(f *track) bool { return mentions(t.generated, f.Column) })
	})
}

// mentions says whether an expression has the word.
func mentions(expr, word string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(expr, func(r rune) bool {
		return r != '_' && r != '$' && r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9')
	}), func(w string) bool { return strings.EqualFold(w, word) })
}

// triggered says whether triggers on the old table write new at each INSERT and
// UPDATE, and where the first stands.
func (m *Move) triggered(in *Input) (State, schema.Position) {
	var pos schema.Position
	state := func(pending bool) bool {
		u := in.Base
		if pending && in.Head != nil || u == nil {
			u = in.Head
		}
		if u == nil {
			return false
		}
		r := &reader{in: in, move: m, uses: u, triggers: in.triggers(pending)}
		for _, f := range m.from {
			for _, t := range m.to {
				for _, kind := range []schema.QueryKind{schema.InsertQuery, schema.UpdateQuery} {
					use := &schema.Use{Query: &schema.Query{Kind: kind}, Table: f.Table, Column: f.Column, Write: true}
					if kind == schema.UpdateQuery {
						use.Branch = schema.OnUpdate
					}
					if !r.byTrigger(use, t, false) {
						return false
					}
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(r.triggers)) {
			if c := r.triggers[name]; slices.ContainsFunc(m.from, func(t *track) bool { return sameTable(t.Table, c.Trigger.Table) }) {
				pos = c.Pos()
				break
			}
		}
		return true
	}
	switch {
	case state(false):
		return Deployed, pos
	case state(true):
		return Pending, pos
	}
	return Missing, pos
}

// Lacking are the writes of old that new is not written with.
func (c *Code) Lacking() []*Write {
	if c == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.OldWrites), func(w *Write) bool { return len(w.Lacks) == 0 })
}

// Doubled counts the statements that write old, and new with it.
func (c *Code) Doubled() int {
	if c == nil {
		return 0
	}
	return len(queriesOf(c.OldWrites)) - len(queriesOf(c.Lacking()))
}

func queriesOf(writes []*Write) []*schema.Query {
	var out []*schema.Query
	for _, w := range writes {
		if !slices.Contains(out, w.Query) {
			out = append(out, w.Query)
		}
	}
	return out
}

// DualWrites says whether new is written whenever old is.
func (c *Code) DualWrites() bool {
	if c == nil || len(c.Lacking()) > 0 {
		return false
	}
	return len(c.OldWrites) > 0 || len(c.NewWrites) > 0
}

func (m *Move) readNew() {
	s := &m.Steps[ReadNew]
	if m.Head == nil {
		s.note(schema.Position{}, "no Go code was analysed")
		return
	}
	done := func(c *Code) bool { return c != nil && len(c.NewReads) > 0 && len(c.OldReads) == 0 }
	switch {
	case done(m.Base) && done(m.Head):
		s.State = Deployed
	case done(m.Head):
		s.State = Pending
	case len(m.Head.NewReads) > 0:
		s.State = Partial
	}
	for _, r := range m.Head.OldReads {
		s.note(r.Place(), "still reads %s", Names(m.From))
	}
	for _, u := range m.Head.MayReadOld {
		s.note(u.Place(), "may read %s", Names(m.From))
	}
	for _, r := range m.Head.NewReads {
		s.note(r.Place(), "reads %s", Names(m.To))
	}
	if len(s.Evidence) == 0 {
		s.note(schema.Position{}, "no code reads %s or %s", Names(m.From), Names(m.To))
	}
}

func (m *Move) stopOldWrites() {
	s := &m.Steps[StopOldWrites]
	if m.Head == nil {
		s.note(schema.Position{}, "no Go code was analysed")
		return
	}
	done := func(c *Code) bool { return c != nil && len(c.NewWrites) > 0 && len(c.OldWrites) == 0 }
	switch {
	case done(m.Base) && done(m.Head):
		s.State = Deployed
	case done(m.Head):
		s.State = Pending
	case len(m.Head.OnlyNew()) > 0 && m.Steps[DualWrite].State != Missing:
		s.State = Partial
	}
	if len(m.Head.OldWrites) == 0 {
		s.note(schema.Position{}, "no code writes %s", Names(m.From))
		return
	}
	for _, t := range m.from {
		if m.Steps[ReadNew].State >= Pending && t.def != nil && t.def.Required() {
			s.note(schema.Position{}, "first give `%s` a DEFAULT or NULL, in a release of its own: INSERTs that leave it out would fail (error 1364)", t.Object)
		}
	}
	s.noteEach(m.Head.OldWrites, "still writes "+Names(m.From))
}

// OnlyNew are the writes of new that old is not written with.
func (c *Code) OnlyNew() []*Write {
	if c == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.NewWrites), func(w *Write) bool { return len(w.Lacks) == 0 })
}

func (m *Move) backfill(in *Input) {
	s := &m.Steps[BackfillRows]
	if m.generated() {
		s.State = m.Steps[ExpandSchema].State
		s.note(m.to[0].added.Change.Base().Pos(), "the database generates %s", Names(m.To))
		return
	}
	for _, b := range m.Backfills {
		s.note(b.Pos, "%s", b.describe())
	}
	base, head, any := 0, 0, len(m.Backfills) > 0
	for _, t := range m.to {
		filled := m.filled(in, s, t)
		counts := func(pending bool) bool {
			return slices.ContainsFunc(m.Backfills, func(b *Backfill) bool {
				return b.Counts() && (pending || !b.Pending) && slices.Contains(b.to, t)
			})
		}
		if filled || counts(false) {
			base++
		}
		if filled || counts(true) {
			head++
		}
	}
	if s.State = states(base, head, len(m.to)); s.State == Missing && any {
		s.State = Partial
	}
}

func (b *Backfill) describe() string {
	what := "copies old into " + Names(b.To)
	if b.InGo {
		what = "fills " + Names(b.To) + " from old"
	}
	switch {
	case b.Lacks != "":
		return what + ", not wholly: " + b.Lacks
	case b.Early != "":
		return what + ", too early: " + b.Early + ", so rows written since are not copied"
	case b.Order == NotKnown && !b.Pending:
		return what + "; whether the dual-write was deployed before it is not known"
	}
	return what
}

// filled says whether somebody says that the object was filled.
func (m *Move) filled(in *Input, s *Step, t *track) bool {
	for _, f := range in.Backfilled {
		for _, name := range f.To {
			o := ParseObject(name)
			if t.is(o.Table, o.Column) || o.Column == "" && t.named(o.Table) {
				message := "declared as filled"
				if f.Reason != "" {
					message += ": " + f.Reason
				}
				s.note(f.Pos, "%s", message)
				return true
			}
		}
	}
	return false
}

// infer takes steps before a deployed one for deployed, unless the code says otherwise.
func (m *Move) infer() {
	for n := StopOldWrites; ; n-- {
		s := &m.Steps[n]
		if s.State != Deployed && n != BackfillRows && m.past(n) && !m.contradicted(n) {
			s.State = Deployed
			s.note(schema.Position{}, "a later step is deployed")
		}
		if n == ExpandSchema {
			return
		}
	}
}

// contradicted says whether deployed code shows that a step was not taken.
func (m *Move) contradicted(n StepName) bool {
	switch n {
	case DualWrite:
		return len(m.Base.Lacking()) > 0
	case ReadNew:
		return m.Base != nil && len(m.Base.OldReads) > 0
	case StopOldWrites:
		return m.Base != nil && len(m.Base.OldWrites) > 0
	}
	return false
}

// abandoned says whether new is dropped, or not used any more.
func (m *Move) abandoned() bool {
	if slices.ContainsFunc(m.to, func(t *track) bool { return !t.present }) {
		return true
	}
	return m.Base.usesNew() && !m.Head.usesNew() && m.Head != nil
}

func (c *Code) usesNew() bool {
	if c == nil {
		return false
	}
	writes := slices.ContainsFunc(c.OldWrites, func(w *Write) bool { return len(w.Lacks) == 0 })
	return writes || len(c.NewWrites) > 0 || len(c.NewReads) > 0
}
