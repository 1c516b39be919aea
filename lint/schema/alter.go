package schema

import (
	"slices"
	"strconv"
	"strings"
)

// apply makes a change to a table whose slices are its own, and says what the
// change speaks of and the table has not.
func (t *Table) apply(c Change, release int, newID func() int) (missing string) {
	switch c := c.(type) {
	case *AddColumn:
		return t.addColumn(c, release, newID())
	case *DropColumn:
		return t.dropColumn(c.Column)
	case *ModifyColumn:
		return t.modifyColumn(c, newID)
	case *RenameColumn:
		if col := t.Column(c.Old); col != nil {
			renamed := *col
			renamed.Name = c.New
			t.replace(col, &renamed)
			return ""
		}
		return t.missingColumn(c.Old)
	case *SetDefault:
		return t.change(c.Column, func(col *Column) { d := c.Default; col.Default = &d })
	case *DropDefault:
		return t.change(c.Column, func(col *Column) { col.Default = nil })
	case *SetColumnVisible:
		return t.change(c.Column, func(col *Column) { col.Invisible = !c.Visible })
	case *ConvertCharset:
		t.convert(c)
	case *SetTableCharset:
		t.setCharset(c)
	case *TableOption:
		if c.Engine != "" {
			t.Engine = c.Engine
		}
	case *Partition:
		t.Partitioned = c.Kind != "REMOVE"
	default:
		return t.applyKey(c, release)
	}
	return ""
}

// touches says which slices of a table a change writes to.
func touches(c Change) (columns, keys bool) {
	switch c.(type) {
	case *AddColumn, *SetDefault, *DropDefault, *SetColumnVisible, *ConvertCharset, *SetTableCharset:
		return true, false
	case *AddKey, *DropKey, *RenameKey, *SetKeyVisible, *AddForeignKey:
		return false, true
	case *TableOption, *Partition, *AddCheck, *AlterCheck, *DropForeignKey:
		return false, false
	}
	return true, true
}

func (t *Table) missingColumn(name string) string {
	return "column " + t.Name.Name + "." + name
}

func (t *Table) addColumn(c *AddColumn, release, id int) string {
	if t.Column(c.Column.Name) != nil {
		return "" // IF NOT EXISTS, or an error of the server
	}
	col := *c.Column
	col.ID, col.Release = id, release
	t.Columns = insert(t.Columns, &col, c.Where)
	return ""
}

func insert(columns []*Column, c *Column, where Place) []*Column {
	at := len(columns)
	if where.First {
		at = 0
	}
	for i, other := range columns {
		if where.After != "" && equalFold(other.Name, where.After) {
			at = i + 1
		}
	}
	return slices.Insert(columns, at, c)
}

// dropColumn takes a column away, and from every key; a key without columns goes too.
func (t *Table) dropColumn(name string) string {
	i := slices.IndexFunc(t.Columns, func(c *Column) bool { return equalFold(c.Name, name) })
	if i < 0 {
		return t.missingColumn(name)
	}
	t.Columns = slices.Delete(t.Columns, i, i+1)
	keys := t.Keys[:0:0]
	for _, k := range t.Keys {
		parts := slices.DeleteFunc(slices.Clone(k.Columns), func(p KeyPart) bool { return equalFold(p.Column, name) })
		switch {
		case len(parts) == len(k.Columns):
			keys = append(keys, k)
		case len(parts) > 0:
			shorter := *k
			shorter.Columns = parts
			keys = append(keys, &shorter)
		}
	}
	t.Keys = keys
	return ""
}

func (t *Table) modifyColumn(c *ModifyColumn, newID func() int) string {
	old := t.Column(c.Old)
	col := *c.Column
	if old == nil {
		missing := t.missingColumn(c.Old)
		if c.IfExists && !t.Unknown || t.Column(col.Name) != nil {
			return missing
		}
		col.ID = newID()
		t.Columns = insert(t.Columns, &col, c.Where)
		return missing
	}
	col.ID, col.Release = old.ID, old.Release
	if k := t.PrimaryKey(); k != nil && k.Has(old.Name) {
		col.Nullable = false
	}
	t.replace(old, &col)
	if c.Where.Moved() {
		t.Columns = slices.DeleteFunc(t.Columns, func(x *Column) bool { return x == &col })
		t.Columns = insert(t.Columns, &col, c.Where)
	}
	return ""
}

// replace puts a column in the place of another, also in keys and foreign keys.
func (t *Table) replace(old, with *Column) {
	for i, c := range t.Columns {
		if c == old {
			t.Columns[i] = with
		}
	}
	if old.Name == with.Name {
		return
	}
	for i, k := range t.Keys {
		if !k.Has(old.Name) {
			continue
		}
		renamed := *k
		renamed.Columns = slices.Clone(k.Columns)
		for j, p := range renamed.Columns {
			if equalFold(p.Column, old.Name) {
				renamed.Columns[j].Column = with.Name
			}
		}
		t.Keys[i] = &renamed
	}
	t.ForeignKeys = slices.Clone(t.ForeignKeys)
	for i, fk := range t.ForeignKeys {
		renamed := *fk
		renamed.Columns = slices.Clone(fk.Columns)
		for j, c := range fk.Columns {
			if equalFold(c, old.Name) {
				renamed.Columns[j] = with.Name
			}
		}
		t.ForeignKeys[i] = &renamed
	}
}

func (t *Table) change(name string, f func(*Column)) string {
	col := t.Column(name)
	if col == nil {
		return t.missingColumn(name)
	}
	changed := *col
	f(&changed)
	t.replace(col, &changed)
	return ""
}

func (t *Table) convert(c *ConvertCharset) {
	t.setCharset(&SetTableCharset{Charset: c.Charset, Collation: c.Collation})
	for i, col := range t.Columns {
		if !col.Type.Text() {
			continue
		}
		converted := *col
		converted.Type.Charset, converted.Type.Collation, converted.Type.Binary = "", "", false
		t.Columns[i] = &converted
	}
}

// setCharset changes what the table gives to its columns; those that took it
// before keep what they had.
func (t *Table) setCharset(c *SetTableCharset) {
	for i, col := range t.Columns {
		if col.Type.Text() && col.Type.Charset == "" && t.Charset != "" {
			kept := *col
			if kept.Type.Collation == "" {
				kept.Type.Charset, kept.Type.Collation = t.Charset, t.Collation
			} else {
				kept.Type.Charset, _, _ = strings.Cut(kept.Type.Collation, "_")
			}
			t.Columns[i] = &kept
		}
	}
	t.Charset, t.Collation = strings.ToLower(c.Charset), strings.ToLower(c.Collation)
	if t.Charset == "" {
		t.Charset, _, _ = strings.Cut(t.Collation, "_")
	}
}

// Text says whether values of the type have a character set.
func (ty Type) Text() bool {
	switch ty.Name {
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set":
		return true
	}
	return false
}

func (t *Table) applyKey(c Change, release int) (missing string) {
	switch c := c.(type) {
	case *AddKey:
		if c.IfExists && t.Key(c.Key.Name) != nil {
			return ""
		}
		t.addKey(c.Key, release)
	case *DropKey:
		return t.dropKey(c.Name)
	case *RenameKey:
		return t.changeKey(c.Old, func(k *Key) { k.Name = c.New })
	case *SetKeyVisible:
		return t.changeKey(c.Name, func(k *Key) { k.Invisible = !c.Visible })
	case *AddForeignKey:
		if !c.Inline {
			fk := *c.ForeignKey
			fk.Release = release
			t.supportForeignKey(&fk, release)
			t.nameForeignKey(&fk)
			t.ForeignKeys = append(slices.Clone(t.ForeignKeys), &fk)
		}
	case *DropForeignKey:
		t.dropForeignKey(c.Name)
	case *AddCheck:
		check := *c.Check
		check.Release = release
		t.Checks = append(slices.Clone(t.Checks), &check)
	case *AlterCheck:
		t.Checks = slices.Clone(t.Checks)
		for i, check := range t.Checks {
			if equalFold(check.Name, c.Name) {
				changed := *check
				changed.Enforced = c.Enforced
				t.Checks[i] = &changed
			}
		}
	case *DropConstraint:
		t.dropConstraint(c)
	}
	return ""
}

// addKey adds a key, names it as the server would, and makes the columns of a
// primary key NOT NULL.
func (t *Table) addKey(k *Key, release int) {
	added := *k
	added.Release = release
	if added.Name == "" {
		added.Name = t.freeKeyName(k)
	}
	if added.Kind == PrimaryKey {
		t.Columns = slices.Clone(t.Columns)
		for i, c := range t.Columns {
			if added.Has(c.Name) && c.Nullable {
				notNull := *c
				notNull.Nullable = false
				t.Columns[i] = &notNull
			}
		}
	}
	t.Keys = append(t.Keys, &added)
}

// supportForeignKey adds the index that a foreign key needs and that no key
// gives: it has the name of the constraint, or of the first column (InnoDB).
func (t *Table) supportForeignKey(fk *ForeignKey, release int) {
	for _, k := range t.Keys {
		if k.startsWith(fk.Columns) {
			return
		}
	}
	k := &Key{Name: fk.Name}
	for _, c := range fk.Columns {
		k.Columns = append(k.Columns, KeyPart{Column: c})
	}
	t.addKey(k, release)
}

// madeName is what the names that InnoDB makes for foreign keys of a table begin with.
func madeName(table Name) string { return table.Name + "_ibfk_" }

// nameForeignKey gives a foreign key without a name the one that InnoDB makes: the
// next number of the table.
func (t *Table) nameForeignKey(fk *ForeignKey) {
	if fk.Name != "" {
		return
	}
	last := 0
	for _, other := range t.ForeignKeys {
		if n, ok := strings.CutPrefix(Fold(other.Name), Fold(madeName(t.Name))); ok {
			if number, err := strconv.Atoi(n); err == nil {
				last = max(last, number)
			}
		}
	}
	fk.Name = madeName(t.Name) + strconv.Itoa(last+1)
}

// startsWith says whether a foreign key on the columns can use the key.
func (k *Key) startsWith(columns []string) bool {
	if len(k.Columns) < len(columns) || k.Kind > UniqueKey {
		return false
	}
	for i, c := range columns {
		if !equalFold(k.Columns[i].Column, c) || k.Columns[i].Length > 0 {
			return false
		}
	}
	return true
}

// freeKeyName: the first column, then column_2, column_3 … (MySQL manual, CREATE TABLE).
func (t *Table) freeKeyName(k *Key) string {
	base := "functional_index"
	if len(k.Columns) > 0 && k.Columns[0].Column != "" {
		base = k.Columns[0].Column
	}
	name := base
	for n := 2; t.Key(name) != nil; n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	return name
}

func (t *Table) dropKey(name string) string {
	n := len(t.Keys)
	t.Keys = slices.DeleteFunc(t.Keys, func(k *Key) bool { return equalFold(k.Name, name) })
	if len(t.Keys) == n {
		return "index " + name + " of " + t.Name.String()
	}
	return ""
}

func (t *Table) changeKey(name string, f func(*Key)) string {
	for i, k := range t.Keys {
		if equalFold(k.Name, name) {
			changed := *k
			f(&changed)
			t.Keys[i] = &changed
			return ""
		}
	}
	return "index " + name + " of " + t.Name.String()
}

func (t *Table) dropForeignKey(name string) {
	t.ForeignKeys = slices.DeleteFunc(slices.Clone(t.ForeignKeys), func(f *ForeignKey) bool { return equalFold(f.Name, name) })
}

// dropConstraint drops whatever kind of constraint has the name.
func (t *Table) dropConstraint(c *DropConstraint) {
	t.Checks = slices.DeleteFunc(slices.Clone(t.Checks), func(k *Check) bool { return equalFold(k.Name, c.Name) })
	if !c.Check {
		t.dropForeignKey(c.Name)
		t.Keys = slices.DeleteFunc(t.Keys, func(k *Key) bool { return equalFold(k.Name, c.Name) })
	}
}

// Has says whether the column is part of the key.
func (k *Key) Has(column string) bool {
	return slices.ContainsFunc(k.Columns, func(p KeyPart) bool { return equalFold(p.Column, column) })
}
