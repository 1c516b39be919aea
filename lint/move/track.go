package move

import (
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// A track is a column or table through all changes.
type track struct {
	Object          // as it is called when the release is over, or was last
	table, column   int
	names           []Object // every name that it had
	added           *Event   // nil when it was there before, or is not known
	addedAt         int      // index of that event; -1
	gone            *Event
	soft            *Event // made INVISIBLE, or renamed to a tombstone
	generated       string // the expression of a generated column
	def             *schema.Column
	shape           *schema.Table // of its table, when the release is over
	inBase, present bool          // is there before, and after, the pending release
}

// A history is the tables as they stand after each event.
type history struct {
	in *Input
	// now are the tables by ID.
	now map[int]*schema.Table
	at  int // events that were made
}

func newHistory(in *Input) *history {
	return &history{in: in, now: map[int]*schema.Table{}}
}

// forward makes the events up to, and without, the one of that index.
func (h *history) forward(to int) {
	for ; h.at < min(to, len(h.in.Events)); h.at++ {
		e := &h.in.Events[h.at]
		before, after := e.Effect.Before, e.Effect.After
		if before != nil && (after == nil || after.ID != before.ID) {
			delete(h.now, before.ID)
		}
		if after != nil && !after.Temporary {
			h.now[after.ID] = after
		}
	}
}

// named returns the table of that name, or nil.
func (h *history) named(n schema.Name) *schema.Table {
	var found *schema.Table
	for _, t := range h.now {
		if sameTable(t.Name, n) && (found == nil || t.ID > found.ID) {
			found = t
		}
	}
	return found
}

func sameTable(a, b schema.Name) bool {
	return schema.Fold(a.Name) == schema.Fold(b.Name) && (a.DB == "" || b.DB == "" || schema.Fold(a.DB) == schema.Fold(b.DB))
}

func sameColumn(a, b string) bool { return strings.EqualFold(a, b) }

// object finds a column or table as it is now called.
func (h *history) object(o Object) *track {
	t := &track{Object: o, addedAt: -1}
	table := h.named(o.Table)
	if table == nil {
		return t
	}
	t.table, t.Table, t.shape = table.ID, table.Name, table
	if c := table.Column(o.Column); c != nil {
		t.column, t.Column = c.ID, c.Name
	}
	return t
}

// follow goes through all events and keeps what happened to each track.
func (in *Input) follow(tracks []*track) {
	for i := range in.Events {
		e := &in.Events[i]
		for _, t := range tracks {
			t.event(in, e, i)
		}
	}
	for _, t := range tracks {
		t.end(in)
	}
}

func (t *track) event(in *Input, e *Event, i int) {
	before, after := e.Effect.Before, e.Effect.After
	if t.table == 0 {
		t.unknown(e)
		return
	}
	if before != nil && before.ID == t.table && (after == nil || after.ID != t.table) {
		t.gone = e
		return
	}
	if after == nil || after.ID != t.table {
		return
	}
	if _, rows := rowsOf(e.Change); rows {
		return
	}
	had := before != nil && before.ID == t.table && t.has(before)
	has := t.has(after)
	switch {
	case had && !has:
		t.gone = e
		return
	case !had && has:
		t.added, t.addedAt, t.gone = e, i, nil
	case !has:
		return
	}
	t.take(in, e, after)
}

// has says whether the table, which is that of the track, has its column.
func (t *track) has(table *schema.Table) bool {
	if t.Column == "" {
		return true
	}
	return t.columnOf(table) != nil || t.column == 0 && table.Unknown
}

func (t *track) columnOf(table *schema.Table) *schema.Column {
	if t.column != 0 {
		return table.ColumnByID(t.column)
	}
	return table.Column(t.Column)
}

// take keeps what the table, or its column, is like after an event.
func (t *track) take(in *Input, e *Event, table *schema.Table) {
	was := t.Object
	t.Table, t.shape = table.Name, table
	hidden := false
	if c := t.columnOf(table); c != nil && t.Column != "" {
		hidden = c.Invisible && (t.def == nil || !t.def.Invisible) && t.added != e
		if !c.Invisible && t.def != nil && t.def.Invisible {
			t.soft = nil
		}
		t.Column, t.def, t.generated = c.Name, c, c.Expr
		if c.Generated == schema.NotGenerated {
			t.generated = ""
		}
	}
	t.name(t.Object)
	if hidden || was != t.Object && t.added != e && in.tombstone(t.Object) && !in.tombstone(was) {
		t.soft = e
	}
}

func (t *track) name(o Object) {
	if !slices.Contains(t.names, o) {
		t.names = append(t.names, o)
	}
}

// unknown follows a table that no migration makes, by its name.
func (t *track) unknown(e *Event) {
	n, ok := schema.TableName(e.Change)
	if !ok || !sameTable(n, t.Table) {
		return
	}
	switch c := e.Change.(type) {
	case *schema.DropTable:
		t.gone = e
	case *schema.DropColumn:
		if t.Column != "" && sameColumn(c.Column, t.Column) {
			t.gone = e
		}
	}
}

// end says whether the object is there before and after the pending release.
func (t *track) end(in *Input) {
	t.name(t.Object)
	t.present = t.gone == nil
	t.inBase = (t.gone == nil || t.gone.Release >= in.Pending) && (t.added == nil || t.added.Release < in.Pending)
}

// is says whether a name is one of the object's.
func (t *track) is(table schema.Name, column string) bool {
	for _, n := range t.names {
		if sameTable(n.Table, table) && (t.Column == "" || sameColumn(n.Column, column)) {
			return true
		}
	}
	return false
}

// tombstone says whether a name is marked as about to be dropped.
func (in *Input) tombstone(o Object) bool {
	if o.Column != "" {
		return Tombstone(o.Column, in.Tombstones)
	}
	return Tombstone(o.Table.Name, in.Tombstones)
}

// Tombstone says whether a name is marked as about to be dropped: by one of the
// words at its beginning or end, or of the usual ones when there are none.
func Tombstone(name string, words []string) bool {
	if len(words) == 0 {
		words = []string{"deprecated", "drop", "dropped", "old", "unused"}
	}
	name = strings.TrimRight(schema.Fold(name), "_0123456789") // a date
	name = strings.Trim(name, "_")
	return slices.ContainsFunc(words, func(w string) bool {
		w = schema.Fold(strings.Trim(w, "_…*"))
		return w != "" && (strings.HasPrefix(name, w+"_") || strings.HasSuffix(name, "_"+w))
	})
}

// rowsOf returns what a change stores in rows, and whether it changes rows at all.
func rowsOf(c schema.Change) (*schema.Copy, bool) {
	switch c := c.(type) {
	case *schema.Insert:
		return c.Copy, true
	case *schema.Update:
		return c.Copy, true
	case *schema.Delete, *schema.TruncateTable:
		return nil, true
	}
	return nil, false
}
