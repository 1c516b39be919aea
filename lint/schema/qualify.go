package schema

// Qualify puts the names of a change that spell no database into that one.
func Qualify(c Change, db string) {
	q := qualifier(db)
	if on, ok := tableOf(c); ok {
		q.name(&on.Table)
	}
	switch c := c.(type) {
	case *CreateTable:
		q.name(&c.Def.Name)
		q.name(c.Like)
		q.names(c.Select)
		for _, fk := range c.Def.ForeignKeys {
			q.name(&fk.RefTable)
		}
	case *RenameTable:
		q.name(&c.To)
	case *Partition:
		q.name(c.With)
	case *AddForeignKey:
		q.name(&c.ForeignKey.RefTable)
	case *CreateView:
		q.name(&c.View.Name)
		q.names(c.View.Tables)
	case *DropView:
		q.name(&c.View)
	case *CreateTrigger:
		q.name(&c.Trigger.Table)
	case *Insert:
		q.names(c.Select)
		q.names(c.Whole)
	case *Update:
		q.names(c.Reads)
	case *Delete:
		q.names(c.Reads)
	case *Opaque:
		q.names(c.Tables)
	}
}

type qualifier string

func (q qualifier) name(n *Name) {
	if n != nil && n.Name != "" && n.DB == "" {
		n.DB = string(q)
	}
}

func (q qualifier) names(all []Name) {
	for i := range all {
		q.name(&all[i])
	}
}
