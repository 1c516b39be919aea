package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Schema is everything in a database, as far as migrations tell.
type Schema struct {
	tables   map[string]*Table
	temps    map[string]*Table // temporary tables, which hide others of their name
	views    map[string]*View
	triggers map[string]*Trigger
	routines map[string]*Routine
	release  int
	ids      int             // the last ID given
	spelled  bool            // a table was named with its database
	others   map[string]bool // databases that are not the one of names without any
}

// New returns an empty schema.
func New() *Schema {
	return &Schema{
		tables:   map[string]*Table{},
		temps:    map[string]*Table{},
		views:    map[string]*View{},
		triggers: map[string]*Trigger{},
		routines: map[string]*Routine{},
	}
}

// StartRelease numbers what is made from here on. Temporary tables went with
// the sessions before it.
func (s *Schema) StartRelease(n int) {
	if n != s.release {
		clear(s.temps)
	}
	s.release = n
}

// Clone returns a copy that changes apart from s.
func (s *Schema) Clone() *Schema {
	c := *s
	c.tables, c.views = maps.Clone(s.tables), maps.Clone(s.views)
	c.triggers, c.routines = maps.Clone(s.triggers), maps.Clone(s.routines)
	c.temps = maps.Clone(s.temps)
	return &c
}

// Table returns the table of that name, or nil: a temporary one first. A name
// without a database finds the only table of that name in any, and the other way
// round: migrations mix the two.
func (s *Schema) Table(n Name) *Table {
	if t := s.temps[Fold(n.Name)]; t != nil {
		return t
	}
	return s.permanent(n)
}

func (s *Schema) permanent(n Name) *Table {
	if t := s.tables[key(n)]; t != nil {
		return t
	}
	if n.DB != "" {
		if s.others[Fold(n.DB)] {
			return nil
		}
		return s.tables[key(Name{Name: n.Name})]
	}
	if !s.spelled {
		return nil
	}
	var found *Table
	for _, t := range s.tables {
		if equalFold(t.Name.Name, n.Name) && !s.others[Fold(t.Name.DB)] {
			if found != nil {
				return nil
			}
			found = t
		}
	}
	return found
}

// Home says that a database is the one that names without any are in.
func (s *Schema) Home(db string) { s.tell(db, false) }

// Separate says that a database is not the one that names without any are in.
func (s *Schema) Separate(db string) { s.tell(db, true) }

func (s *Schema) tell(db string, other bool) {
	if s.others == nil {
		s.others = map[string]bool{}
	}
	s.others[Fold(db)] = other
}

// speaksOfAnother says whether a change to db.table that did not find what it
// names must be about another table than the one without a database: that is
// not told yet, and the statement would fail.
func (s *Schema) speaksOfAnother(on *On, found *Table) bool {
	_, told := s.others[Fold(on.Table.DB)]
	return !told && on.Table.DB != "" && found != nil && found.Name.DB == "" && !found.Unknown && !on.IfExists && on.Hidden == nil
}

// Triggers returns the triggers by name.
func (s *Schema) Triggers() []*Trigger {
	out := make([]*Trigger, 0, len(s.triggers))
	for _, name := range slices.Sorted(maps.Keys(s.triggers)) {
		out = append(out, s.triggers[name])
	}
	return out
}

// View returns the view of that name, or nil.
func (s *Schema) View(n Name) *View { return s.views[key(Name{Name: n.Name})] }

// Trigger returns the trigger of that name, or nil.
func (s *Schema) Trigger(name string) *Trigger { return s.triggers[strings.ToLower(name)] }

// Tables returns all tables, sorted by name.
func (s *Schema) Tables() []*Table {
	out := make([]*Table, 0, len(s.tables))
	for _, t := range s.tables {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Table) int { return strings.Compare(key(a.Name), key(b.Name)) })
	return out
}

// Views returns all views, sorted by name.
func (s *Schema) Views() []*View {
	out := make([]*View, 0, len(s.views))
	for _, v := range s.views {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *View) int { return strings.Compare(key(a.Name), key(b.Name)) })
	return out
}

// put gives a table the place under its name.
func (s *Schema) put(t *Table) {
	if t.Temporary {
		s.temps[Fold(t.Name.Name)] = t
		return
	}
	s.tables[key(t.Name)] = t
}

// take takes a table from the place under its name.
func (s *Schema) take(t *Table) {
	if t.Temporary {
		delete(s.temps, Fold(t.Name.Name))
		return
	}
	delete(s.tables, key(t.Name))
}

func key(n Name) string { return strings.ToLower(n.String()) }

// An Effect is what one change did to the table it speaks of. Before or After
// is nil where there was, or is, none.
type Effect struct {
	Before, After *Table
	// ViewGone says that a view was there and is dropped.
	ViewGone bool
	// Missing says what the change speaks of and the schema has not; "" when all is there.
	Missing string
}

// Apply makes a change. A change to a table that the schema has not goes on
// with a table that is marked Unknown.
func (s *Schema) Apply(c Change) Effect {
	switch c := c.(type) {
	case *CreateTable:
		return s.createTable(c)
	case *DropTable:
		return s.dropTable(c)
	case *RenameTable:
		return s.renameTable(c)
	case *CreateView:
		v := *c.View
		v.Release, v.Made = s.release, &c.Clause
		s.views[key(Name{Name: v.Name.Name})] = &v
	case *DropView:
		gone := s.View(c.View) != nil
		delete(s.views, key(Name{Name: c.View.Name}))
		return Effect{ViewGone: gone}
	case *CreateTrigger:
		t := *c.Trigger
		t.Release, t.Made = s.release, &c.Clause
		s.triggers[strings.ToLower(t.Name)] = &t
	case *DropTrigger:
		delete(s.triggers, strings.ToLower(c.Name))
	case *CreateRoutine:
		r := *c.Routine
		r.Release = s.release
		s.routines[strings.ToLower(r.Name)] = &r
	case *DropRoutine:
		delete(s.routines, strings.ToLower(c.Name))
	case *Opaque:
		s.darken(c)
	default:
		if on, ok := tableOf(c); ok {
			return s.alter(on, c)
		}
	}
	return Effect{}
}

func (s *Schema) newID() int {
	s.ids++
	return s.ids
}

// darken marks the tables that an unread statement may have touched.
func (s *Schema) darken(o *Opaque) {
	for _, n := range o.Tables {
		if t := s.Table(n); t != nil && !t.Unknown {
			dark := *t
			dark.Unknown = true
			s.put(&dark)
		}
	}
}

func (s *Schema) createTable(c *CreateTable) Effect {
	before := s.permanent(c.Table)
	if c.Def.Temporary {
		before = s.temps[Fold(c.Table.Name)]
	}
	if before != nil && (c.IfExists || !c.OrReplace && before.Name == c.Table && !before.Unknown) {
		return Effect{Before: before, After: before}
	}
	t := *c.Def
	t.ID, t.Release = s.newID(), s.release
	s.spelled = s.spelled || c.Table.DB != ""
	effect := Effect{Before: before, After: &t}
	switch {
	case c.Like != nil:
		like := s.Table(*c.Like)
		if like == nil {
			effect.Missing = fmt.Sprintf("table %s", c.Like)
			t.Unknown = true
			break
		}
		t.Columns, t.Keys, t.Checks = like.Columns, like.Keys, like.Checks
		t.Charset, t.Collation, t.Engine, t.Unknown = like.Charset, like.Collation, like.Engine, like.Unknown
		t.Partitioned = like.Partitioned
	case c.Partial:
		t.Unknown = true
	}
	t.Columns = slices.Clone(t.Columns)
	for i, col := range t.Columns {
		made := *col
		made.ID, made.Release = s.newID(), s.release
		t.Columns[i] = &made
	}
	keys := t.Keys
	t.Keys = make([]*Key, 0, len(keys))
	for _, k := range keys {
		t.addKey(k, s.release)
	}
	foreign := t.ForeignKeys
	t.ForeignKeys = make([]*ForeignKey, 0, len(foreign))
	for _, fk := range foreign {
		made := *fk
		made.Release = s.release
		t.supportForeignKey(&made, s.release)
		t.nameForeignKey(&made)
		t.ForeignKeys = append(t.ForeignKeys, &made)
	}
	t.Checks = slices.Clone(t.Checks)
	for i, check := range t.Checks {
		made := *check
		made.Release = s.release
		t.Checks[i] = &made
	}
	if before != nil && c.OrReplace {
		s.remove(before)
	}
	s.put(&t)
	return effect
}

func (s *Schema) dropTable(c *DropTable) Effect {
	t := s.Table(c.Table)
	if t == nil {
		if c.IfExists || c.Hidden != nil {
			return Effect{}
		}
		return Effect{Missing: "table " + c.Table.String()}
	}
	if c.Temporary && !t.Temporary {
		return Effect{} // there is no temporary one, and it stays
	}
	s.remove(t)
	return Effect{Before: t}
}

// remove takes a table away, with its triggers.
func (s *Schema) remove(t *Table) {
	s.take(t)
	if t.Temporary {
		return
	}
	for name, tr := range s.triggers {
		if equalFold(tr.Table.Name, t.Name.Name) {
			delete(s.triggers, name)
		}
	}
}

func (s *Schema) renameTable(c *RenameTable) Effect {
	before := s.Table(c.Table)
	missing := ""
	if before == nil {
		if v := s.View(c.Table); v != nil {
			delete(s.views, key(Name{Name: c.Table.Name}))
			renamed := *v
			renamed.Name = c.To
			s.views[key(Name{Name: c.To.Name})] = &renamed
			return Effect{}
		}
		if c.IfExists {
			return Effect{}
		}
		missing = "table " + c.Table.String()
		before = &Table{ID: s.newID(), Name: c.Table, Unknown: true}
	}
	after := *before
	after.Name = c.To
	after.ForeignKeys = slices.Clone(before.ForeignKeys)
	for i, fk := range after.ForeignKeys {
		follows := *fk
		if equalFold(fk.RefTable.Name, before.Name.Name) { // to itself
			follows.RefTable = c.To
		}
		if number, ok := strings.CutPrefix(fk.Name, madeName(before.Name)); ok {
			follows.Name = madeName(c.To) + number
		}
		after.ForeignKeys[i] = &follows
	}
	s.take(before)
	s.put(&after)
	if after.Temporary {
		return Effect{Before: before, After: &after}
	}
	s.spelled = s.spelled || c.To.DB != ""
	for name, tr := range s.triggers {
		if equalFold(tr.Table.Name, before.Name.Name) {
			moved := *tr
			moved.Table = c.To
			s.triggers[name] = &moved
		}
	}
	return Effect{Before: before, After: &after, Missing: missing}
}

// tableOf returns what a change says of its table.
func tableOf(c Change) (*On, bool) {
	type onTable interface{ on() *On }
	if t, ok := c.(onTable); ok {
		return t.on(), true
	}
	return nil, false
}

func (o *On) on() *On { return o }

// TableName returns the table that a change speaks of, and whether it speaks of one.
func TableName(c Change) (Name, bool) {
	if on, ok := tableOf(c); ok {
		return on.Table, true
	}
	return Name{}, false
}

// Conditional says whether a change asks first whether it is done already: IF
// EXISTS, IF NOT EXISTS, OR REPLACE, or a condition around it.
func Conditional(c Change) bool {
	switch c := c.(type) {
	case *CreateView:
		return c.OrReplace
	case *DropView:
		return c.IfExists
	}
	on, ok := tableOf(c)
	return c.Base().Hidden != nil || ok && on.IfExists
}

func (s *Schema) alter(on *On, c Change) Effect {
	switch c.(type) {
	case *Insert, *Update, *Delete, *TruncateTable, *DropHistory:
		t := s.Table(on.Table)
		return Effect{Before: t, After: t}
	}
	before := s.Table(on.Table)
	effect := Effect{Before: before}
	t := Table{Name: on.Table, Unknown: true}
	if before == nil {
		t.ID = s.newID()
		s.spelled = s.spelled || on.Table.DB != ""
		effect.Missing = "table " + on.Table.String()
		unknown := t
		effect.Before = &unknown
	} else {
		t = *before
	}
	columns, keys := touches(c)
	if columns {
		t.Columns = slices.Clone(t.Columns)
	}
	if keys {
		t.Keys = slices.Clone(t.Keys)
	}
	missing := t.apply(c, s.release, s.newID)
	if missing != "" && s.speaksOfAnother(on, before) {
		s.Separate(on.Table.DB)
		return s.alter(on, c)
	}
	t.Unknown = t.Unknown || on.Hidden != nil && on.Hidden.OneOf
	if missing != "" && effect.Missing == "" && !t.Unknown && !on.IfExists {
		effect.Missing = missing
	}
	s.put(&t)
	effect.After = &t
	return effect
}
