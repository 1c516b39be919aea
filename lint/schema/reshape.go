package schema

import "slices"

// A Made is a change that was made, with what it did.
type Made struct {
	Change Change
	Effect Effect
}

// Reshape returns the changes that give the table from the shape of the table
// to, as an ALTER TABLE would, and the table that they end with: it has the
// shape of to, and the name, the ID and the column IDs of from. Where one of
// the two is not known whole, what it has not is no change. The changes have no
// clause yet.
func Reshape(from, to *Table, release int) (*Table, []Made) {
	r := &reshaping{from: from, to: to, now: from, release: release, on: On{Table: from.Name}}
	r.columns()
	r.keys()
	r.constraints()
	return r.end(), r.made
}

type reshaping struct {
	from, to, now *Table
	release       int
	on            On
	made          []Made
}

func (r *reshaping) do(c Change, id int) {
	t := *r.now
	columns, keys := touches(c)
	if columns {
		t.Columns = slices.Clone(t.Columns)
	}
	if keys {
		t.Keys = slices.Clone(t.Keys)
	}
	t.apply(c, r.release, func() int { return id })
	r.made = append(r.made, Made{Change: c, Effect: Effect{Before: r.now, After: &t}})
	r.now = &t
}

func (r *reshaping) columns() {
	for _, old := range r.from.Columns {
		if r.to.Column(old.Name) == nil && !r.to.Unknown {
			r.do(&DropColumn{On: r.on, Column: old.Name}, 0)
		}
	}
	moved := r.moved()
	where := Place{First: true}
	for _, col := range r.to.Columns {
		old := r.from.Column(col.Name)
		switch {
		case old == nil && !r.from.Unknown:
			r.do(&AddColumn{On: r.on, Column: col, Where: where}, col.ID)
		case old == nil:
		case col == moved:
			r.do(&ModifyColumn{On: r.on, Old: old.Name, Column: r.inForce(old, col), Where: where}, 0)
		case !r.sameColumn(old, col):
			r.do(&ModifyColumn{On: r.on, Old: old.Name, Column: r.inForce(old, col)}, 0)
		}
		where = Place{After: col.Name}
	}
}

// moved returns the first column that stands elsewhere among those that both
// tables have, or nil.
func (r *reshaping) moved() *Column {
	if r.from.Unknown || r.to.Unknown {
		return nil
	}
	var kept []string
	for _, old := range r.from.Columns {
		if r.to.Column(old.Name) != nil {
			kept = append(kept, old.Name)
		}
	}
	for _, col := range r.to.Columns {
		switch {
		case r.from.Column(col.Name) == nil:
		case len(kept) > 0 && equalFold(kept[0], col.Name):
			kept = kept[1:]
		default:
			return col
		}
	}
	return nil
}

func (r *reshaping) sameColumn(a, b *Column) bool {
	return sameType(r.from.TypeInForce(a.Type), r.to.TypeInForce(b.Type)) && sameDefault(a.Default, b.Default) &&
		a.Nullable == b.Nullable && a.AutoIncrement == b.AutoIncrement && a.Generated == b.Generated && a.Expr == b.Expr &&
		a.OnUpdate == b.OnUpdate && a.Comment == b.Comment && a.Invisible == b.Invisible
}

// inForce spells the character set that a column has from the new table, when
// it is not that of the old one.
func (r *reshaping) inForce(old, col *Column) *Column {
	is, was := r.to.TypeInForce(col.Type), r.from.TypeInForce(old.Type)
	if is.Charset == was.Charset && is.Collation == was.Collation {
		return col
	}
	spelled := *col
	spelled.Type = is
	return &spelled
}

func sameType(a, b Type) bool {
	charset := a.Charset == b.Charset || a.Charset == "" || b.Charset == ""
	return charset && a.Name == b.Name && a.Length == b.Length && a.Scale == b.Scale && a.Unsigned == b.Unsigned &&
		a.Collation == b.Collation && slices.Equal(a.Values, b.Values)
}

// sameDefault: DEFAULT NULL is what a column without a default has.
func sameDefault(a, b *Default) bool {
	if a == nil || b == nil {
		return (a == nil || a.Null) && (b == nil || b.Null)
	}
	return a.Expr == b.Expr && a.Null == b.Null && a.Text == b.Text
}

func (r *reshaping) keys() {
	for _, k := range r.from.Keys {
		if !r.to.Unknown && !hasKey(r.to, k) && (k.Kind == PrimaryKey || !r.losesColumn(k)) {
			r.do(&DropKey{On: r.on, Name: k.Name}, 0)
		}
	}
	for _, k := range r.to.Keys {
		if !r.from.Unknown && !hasKey(r.from, k) {
			r.do(&AddKey{On: r.on, Key: k}, 0)
		}
	}
}

// losesColumn says whether a column of the key is dropped: the key goes with it.
func (r *reshaping) losesColumn(k *Key) bool {
	return slices.ContainsFunc(k.Columns, func(p KeyPart) bool { return p.Column != "" && r.to.Column(p.Column) == nil })
}

func hasKey(t *Table, k *Key) bool {
	return slices.ContainsFunc(t.Keys, func(other *Key) bool {
		return other.Kind == k.Kind && slices.EqualFunc(other.Columns, k.Columns, func(a, b KeyPart) bool {
			return equalFold(a.Column, b.Column) && a.Expr == b.Expr && a.Length == b.Length
		})
	})
}

func (r *reshaping) constraints() {
	for _, fk := range r.from.ForeignKeys {
		if !r.to.Unknown && !hasForeignKey(r.to, fk) {
			r.do(&DropForeignKey{On: r.on, Name: fk.Name}, 0)
		}
	}
	for _, fk := range r.to.ForeignKeys {
		if !r.from.Unknown && !hasForeignKey(r.from, fk) {
			r.do(&AddForeignKey{On: r.on, ForeignKey: fk}, 0)
		}
	}
	for _, check := range r.to.Checks {
		if !r.from.Unknown && !hasCheck(r.from, check) {
			r.do(&AddCheck{On: r.on, Check: check}, 0)
		}
	}
}

func hasForeignKey(t *Table, fk *ForeignKey) bool {
	return slices.ContainsFunc(t.ForeignKeys, func(other *ForeignKey) bool {
		return equalFold(other.RefTable.Name, fk.RefTable.Name) &&
			slices.EqualFunc(other.Columns, fk.Columns, equalFold) && slices.EqualFunc(other.RefColumns, fk.RefColumns, equalFold)
	})
}

func hasCheck(t *Table, check *Check) bool {
	return slices.ContainsFunc(t.Checks, func(other *Check) bool {
		return other.Expr == check.Expr && (other.Enforced || !check.Enforced)
	})
}

// end returns the new table as the old one changed.
func (r *reshaping) end() *Table {
	t := *r.to
	t.ID, t.Name, t.Release = r.from.ID, r.from.Name, r.from.Release
	t.Columns = slices.Clone(t.Columns)
	for i, col := range t.Columns {
		if old := r.from.Column(col.Name); old != nil {
			same := *col
			same.ID, same.Release = old.ID, old.Release
			t.Columns[i] = &same
		}
	}
	return &t
}
