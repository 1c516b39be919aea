package schema

// Moot says whether a change finds done what it would do: what it adds is there,
// what it takes away is gone. A hidden change stands under a condition that asks
// just this, so that a moot one does not run.
func (s *Schema) Moot(c Change) bool {
	switch c := c.(type) {
	case *CreateTable:
		return !c.OrReplace && s.Table(c.Table) != nil
	case *RenameTable:
		return s.Table(c.Table) == nil && s.Table(c.To) != nil
	case *CreateView:
		return !c.OrReplace && s.View(c.View.Name) != nil
	}
	on, ok := tableOf(c)
	if !ok {
		return false
	}
	t := s.Table(on.Table)
	return t != nil && (t.holds(c) || !t.Unknown && t.lacks(c))
}

// holds says whether the table has what a change adds.
func (t *Table) holds(c Change) bool {
	switch c := c.(type) {
	case *AddColumn:
		return t.Column(c.Column.Name) != nil
	case *AddKey:
		return c.Key.Name != "" && t.Key(c.Key.Name) != nil
	case *AddForeignKey:
		return c.ForeignKey.Name != "" && t.foreignKey(c.ForeignKey.Name) != nil
	case *AddCheck:
		return c.Check.Name != "" && t.check(c.Check.Name) != nil
	}
	return false
}

// lacks says whether the table has not what a change speaks of.
func (t *Table) lacks(c Change) bool {
	switch c := c.(type) {
	case *DropColumn:
		return t.Column(c.Column) == nil
	case *ModifyColumn:
		return t.Column(c.Old) == nil
	case *RenameColumn:
		return t.Column(c.Old) == nil
	case *DropKey:
		return t.Key(c.Name) == nil
	case *RenameKey:
		return t.Key(c.Old) == nil
	}
	return false
}

func (t *Table) foreignKey(name string) *ForeignKey {
	for _, fk := range t.ForeignKeys {
		if equalFold(fk.Name, name) {
			return fk
		}
	}
	return nil
}

func (t *Table) check(name string) *Check {
	for _, k := range t.Checks {
		if equalFold(k.Name, name) {
			return k
		}
	}
	return nil
}
