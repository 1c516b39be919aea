package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// CoupledChange reports code that needs what a migration of its own release adds.
var CoupledChange = &Rule{
	Name:     "coupled-change",
	Family:   Order,
	Severity: Error,
	Summary:  "code uses a column or table that a migration of the same release adds",
	Doc: `## What it does

Reports a statement in pending Go code that uses a column or table which the schema has
only once the pending migrations have run: one that they add, create, or rename to that
name. Each is reported once in a file, where it is used first; the other places are
listed with it. Code that unrelated migrations travel with is nothing to report.

## Why it breaks

Schema and code are not deployed in one instant. Where the new code starts before the
migration has run, its statement fails: error 1054 for a column, 1146 for a table. So it
does after the migration was rolled back, or when it fails half way.

## Do this instead

Deploy the migration alone; the code that uses what it adds goes into the next release.
Where migrations always run to their end before new code starts, say so in the
configuration: ` + "`deploy: migrations-first`" + `.

## When it is silent

Under ` + "`deploy: migrations-first`" + `. For what the deployed code uses already: then it is there,
or what fails is nothing new. For SELECT *, also that of GORM, and for what only may be a use; for a statement
under a condition that ` + "`flags:`" + ` says is not met. Under a condition of which that is not
known it is a warning, and so it is in a package that serves several dialects by a variable.
Under --all, and without a base: no code is known to be pending.`,
	Bad:  "column-with-its-code-fires",
	Good: "unrelated-code-is-silent",
	Run:  runCoupledChange,
}

func runCoupledChange(p *Pass) {
	if p.Edited == nil || p.MigrationsFirst || p.Uncalled || !p.HeadUses.Analysed() {
		return
	}
	added := p.additions()
	if len(added) == 0 {
		return
	}
	var found []*coupling
	for _, sure := range []bool{true, false} { // what is certain is reported, the rest listed with it
		for _, q := range p.HeadUses.Queries {
			if q.Package != "" && !q.Off(p.Flags) && isStatement(q) && !dropsIfThere(q) && (doubt(q) == "") == sure {
				found = p.couple(found, q, added)
			}
		}
	}
	for _, c := range found {
		p.reportCoupling(c)
	}
}

// An addition is a column, or a table where column is empty, that the schema has
// only after the pending migrations.
type addition struct {
	name  string // users.email
	table bool   // as a whole
	step  *Step  // that brings it
	used  bool   // by the deployed code: then it is there, or does without it
}

// additions returns what the pending migrations add, by the folded names of table
// and column.
func (p *Pass) additions() map[[2]string]*addition {
	out := map[[2]string]*addition{}
	add := func(s *Step, t *schema.Table, column string) {
		last := p.After.Table(t.Name)
		key := [2]string{schema.Fold(t.Name.Name), schema.Fold(column)}
		if out[key] != nil || out[[2]string{key[0]}] != nil || last == nil || column != "" && last.Column(column) == nil {
			return
		}
		name := t.Name.Name
		if column != "" {
			name += "." + column
		}
		out[key] = &addition{name, column == "", s, p.deployedNames(t.Name.Name, column)}
	}
	for s := range p.Changes() {
		before, after := s.Effect.Before, s.Effect.After
		if after == nil || after.Temporary || after == before {
			continue
		}
		was := p.Before.Table(after.Name)
		made := before == nil || before.Name != after.Name
		switch {
		case was == nil && made && p.Before.View(after.Name) == nil:
			add(s, after, "")
		case was == nil || was.Unknown:
			if column := named(s.Change); column != "" {
				add(s, after, column)
			}
		default:
			for _, c := range after.Columns {
				if was.Column(c.Name) == nil {
					add(s, after, c.Name)
				}
			}
		}
	}
	return out
}

// named is the column that a change adds, or the name that it gives to one: it was
// not there before, even if nothing else is known of the table.
func named(c schema.Change) string {
	switch c := c.(type) {
	case *schema.AddColumn:
		if !c.IfExists {
			return c.Column.Name
		}
	case *schema.RenameColumn:
		if !c.IfExists {
			return c.New
		}
	case *schema.ModifyColumn:
		if !c.IfExists && !schema.SameName(c.Old, c.Column.Name) {
			return c.Column.Name
		}
	}
	return ""
}

// deployedNames says whether deployed code names a column, or a table.
func (p *Pass) deployedNames(table, column string) bool {
	return slices.ContainsFunc(usesOf(p.BaseUses, p.AheadUses, table, column), func(u *schema.Use) bool {
		return u.Query.Package != "" && u.Certain && (column == "" || u.By == schema.ByName) && !dropsIfThere(u.Query)
	})
}

// dropsIfThere says whether a statement is DROP … IF EXISTS, as dumps begin: it needs
// nothing, and shows nothing to be there.
func dropsIfThere(q *schema.Query) bool {
	words := strings.Fields(strings.ToUpper(q.Text))
	return len(words) > 3 && words[0] == "DROP" && words[2] == "IF" && words[3] == "EXISTS"
}

// doubt says why a statement may not run before the migration does; "" when nothing
// speaks for that.
func doubt(q *schema.Query) string {
	switch {
	case q.Guard != "":
		return fmt.Sprintf("it runs only under `%s`: if that is off until then, say so in the configuration, under `flags:`", q.Guard)
	case q.Portable:
		return "this package serves several dialects, so the statement may be meant for another one"
	case q.Function == "":
		return "where it runs is not known"
	}
	return ""
}

// A coupling is a statement that fails before the migrations have run.
type coupling struct {
	first *schema.Use
	needs []*addition
	also  []*schema.Use // of statements of its file that need the same
}

// couple adds a statement that needs additions: by itself, or to the first one of
// its file that needs the same.
func (p *Pass) couple(found []*coupling, q *schema.Query, added map[[2]string]*addition) []*coupling {
	fresh := &coupling{}
	var known *coupling
	var use *schema.Use
	for _, u := range q.Uses {
		a := needed(u, added)
		if a == nil || slices.Contains(fresh.needs, a) {
			continue
		}
		i := slices.IndexFunc(found, func(c *coupling) bool {
			return c.first.Place().File == u.Place().File && slices.Contains(c.needs, a)
		})
		if i >= 0 {
			known, use = found[i], u
			continue
		}
		if fresh.first == nil {
			fresh.first = u
		}
		fresh.needs = append(fresh.needs, a)
	}
	switch {
	case fresh.first != nil:
		return append(found, fresh)
	case known != nil && known.first.Query.Pos != q.Pos:
		known.also = append(known.also, use)
	}
	return found
}

// needed returns the addition without which a use fails, or nil.
func needed(u *schema.Use, added map[[2]string]*addition) *addition {
	if !u.Certain {
		return nil
	}
	table := schema.Fold(u.Table.Name)
	a := added[[2]string{table}]
	if a == nil && u.By == schema.ByName {
		a = added[[2]string{table, schema.Fold(u.Column)}]
	}
	if a == nil || a.used {
		return nil
	}
	return a
}

func (p *Pass) reportCoupling(c *coupling) {
	f := p.atUse(c.first)
	names := make([]string, len(c.needs))
	for i, a := range c.needs {
		names[i] = "`" + a.name + "`"
		f.Related = append(f.Related, Related{a.step.Change.Base().Pos(), a.step.brings() + " " + names[i]})
	}
	code := 1054
	step := c.needs[0].step
	if c.needs[0].table {
		code, f.Object = 1146, ""
	}
	f.Message = fmt.Sprintf("this statement %s %s, which %s of the same release %s: until that has run, it fails (error %d)",
		c.first.Verb(), strings.Join(names, ", "), spell(step.Change.Base().Pos()), step.brings(), code)
	switch n := len(c.also); {
	case n == 1:
		f.Message += ", and so does one more in this file"
	case n > 1:
		f.Message += fmt.Sprintf(", and so do %d more in this file", n)
	}
	if why := doubt(c.first.Query); why != "" {
		f.Severity = p.AtMost(Warning)
		f.Message += "; " + why
	}
	f.Help = "deploy the migration alone, and this code in the next release; if migrations run before new code starts, say so in the configuration: `deploy: migrations-first`"
	f.Related = append(f.Related, sitesOf(c.also)...)
	p.Report(f)
}

// brings is what a step does to what it brings.
func (s *Step) brings() string {
	switch s.Change.(type) {
	case *schema.CreateTable:
		return "creates"
	case *schema.RenameTable, *schema.RenameColumn, *schema.ModifyColumn:
		return "names so"
	}
	return "adds"
}
