package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// A lineage keeps which clause made each column what it is, and which took one away.
type lineage struct {
	defined  map[int]rules.Definition // by the ID of the column
	departed map[columnKey]rules.Departure
	addedBy  map[int]*migration.Migration // by the ID of the column
	fills    []filled
	hidden   map[int]hiding // soft contracts, by the ID of the column or table
	doubted  map[int]bool   // tables, by ID, that something unread may have changed

	tombstones []string // words that mark a name as about to be dropped
}

// filled is a column in which a migration left no NULL.
type filled struct {
	table, column int // by ID
	release       int // 0 for what is deployed
}

// hiding is a soft contract on a column or table.
type hiding struct {
	rules.Hiding
	release int // 0 for what is deployed
}

// A columnKey names a column by the folded names of its table and its own.
type columnKey struct{ table, column string }

func keyOf(table, column string) columnKey {
	return columnKey{schema.Fold(table), schema.Fold(column)}
}

func newLineage(tombstones []string) lineage {
	return lineage{tombstones: tombstones, defined: map[int]rules.Definition{}, departed: map[columnKey]rules.Departure{}, addedBy: map[int]*migration.Migration{}, hidden: map[int]hiding{}, doubted: map[int]bool{}}
}

// hide keeps which columns and tables a change made INVISIBLE, or renamed to a
// tombstone, and which it brought back.
func (h *lineage) hide(c schema.Change, e schema.Effect, release int) {
	before, after := e.Before, e.After
	if before == nil || after == nil || before.ID != after.ID {
		return
	}
	at := c.Base()
	renamed := func(id int, was, is string) {
		if was == is {
			return
		}
		delete(h.hidden, id)
		if move.Tombstone(is, h.tombstones) && !move.Tombstone(was, h.tombstones) {
			h.hidden[id] = hiding{rules.Hiding{Made: at, What: "renamed to it"}, release}
		}
	}
	renamed(after.ID, before.Name.Name, after.Name.Name)
	for _, col := range after.Columns {
		old := before.ColumnByID(col.ID)
		if old == nil || old == col {
			continue
		}
		renamed(col.ID, old.Name, col.Name)
		switch {
		case col.Invisible && !old.Invisible:
			h.hidden[col.ID] = hiding{rules.Hiding{Made: at, What: "made INVISIBLE"}, release}
		case !col.Invisible && old.Invisible:
			delete(h.hidden, col.ID)
		}
	}
}

// hiddenBefore returns the soft contract that was deployed before a release on a
// column, or on a table where column is nil.
func (h *lineage) hiddenBefore(release int, t *schema.Table, c *schema.Column) (rules.Hiding, bool) {
	id := t.ID
	if c != nil {
		id = c.ID
	}
	soft, ok := h.hidden[id]
	return soft.Hiding, ok && soft.release < release
}

// add keeps what a change of a release did to the columns of a table.
func (h *lineage) add(c schema.Change, m *migration.Migration, e schema.Effect, release int) {
	h.hide(c, e, release)
	at := c.Base().Pos()
	if e.After != nil {
		for _, col := range e.After.Columns {
			if old := e.Before.ColumnByID(col.ID); old != col {
				added := e.Before != nil && old == nil || h.defined[col.ID].Added
				if old == nil {
					h.addedBy[col.ID] = m
				}
				h.defined[col.ID] = rules.Definition{Pos: at, Added: added}
			}
		}
	}
	if e.Before == nil || e.Before.Temporary {
		return
	}
	moved := e.After == nil || e.After.Name != e.Before.Name
	if moved && e.After != nil {
		for key, d := range maps.Clone(h.departed) {
			if key.table == schema.Fold(e.Before.Name.Name) {
				h.departed[columnKey{schema.Fold(e.After.Name.Name), key.column}] = d
			}
		}
	}
	for _, col := range e.Before.Columns {
		now := e.After.ColumnByID(col.ID)
		switch {
		case now == nil, moved:
			h.departed[keyOf(e.Before.Name.Name, col.Name)] = rules.Departure{Pos: at}
		case !schema.SameName(now.Name, col.Name):
			h.departed[keyOf(e.Before.Name.Name, col.Name)] = rules.Departure{Pos: at, To: now.Name}
		}
	}
}

// fill keeps the columns that an UPDATE fills. One in the migration that adds the
// column does not count: rows that running code writes after it are not filled.
func (h *lineage) fill(s *schema.Schema, u *schema.Update, m *migration.Migration, release int) {
	t := s.Table(u.Table)
	for _, f := range u.Fills {
		c := t.Column(f.Column)
		if c == nil || h.addedBy[c.ID] == m {
			continue
		}
		if !slices.ContainsFunc(f.From, func(name string) bool { from := t.Column(name); return from == nil || from.Nullable }) {
			h.fills = append(h.fills, filled{t.ID, c.ID, release})
		}
	}
}

// filledBefore says whether a migration of an earlier release filled a column.
func (h *lineage) filledBefore(release int, t *schema.Table, c *schema.Column) bool {
	return slices.ContainsFunc(h.fills, func(f filled) bool {
		return f.table == t.ID && f.column == c.ID && f.release < release
	})
}

// doubt keeps which tables a statement that was not read may have changed: those
// that its text names, or all where a placeholder or variable may name any.
func (h *lineage) doubt(s *schema.Schema, o *schema.Opaque, st *migration.Statement) {
	var texts []string
	open := o.Kind != schema.Unparsed
	if st != nil {
		texts, open = append(texts, st.Text()), open || len(st.Template) > 0
		for _, hole := range st.Template {
			texts = append(texts, hole.Text)
		}
	}
	text := strings.ToLower(strings.Join(texts, " "))
	var named []int
	for _, t := range s.Tables() {
		if hasWord(text, strings.ToLower(t.Name.Name)) {
			named = append(named, t.ID)
		}
	}
	if len(named) == 0 && len(o.Tables) == 0 && open {
		h.doubtAll(s)
	}
	for _, id := range named {
		h.doubted[id] = true
	}
}

// doubtAll keeps that something unread may have changed any table.
func (h *lineage) doubtAll(s *schema.Schema) {
	for _, t := range s.Tables() {
		h.doubted[t.ID] = true
	}
}

// hasWord says whether a text has a word, and not as a part of a longer one.
func hasWord(text, word string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		if (from == 0 || !isWordByte(text[from-1])) && (to == len(text) || !isWordByte(text[to])) {
			return true
		}
		at = from + 1
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// whole says whether the definition of a table is known whole.
func (h *lineage) whole(t *schema.Table) bool { return !t.Unknown && !h.doubted[t.ID] }

// definitionOf returns where a column was given the definition that it has.
func (h *lineage) definitionOf(c *schema.Column) (rules.Definition, bool) {
	at, ok := h.defined[c.ID]
	return at, ok
}

// departureOf returns where a table lost a column of that name, the last time.
func (h *lineage) departureOf(table, column string) (rules.Departure, bool) {
	d, ok := h.departed[keyOf(table, column)]
	return d, ok
}
