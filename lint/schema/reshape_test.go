package schema

import (
	"fmt"
	"strings"
	"testing"
)

// say spells a change that Reshape makes.
func say(c Change) string {
	switch c := c.(type) {
	case *AddColumn:
		return "add " + c.Column.Name
	case *DropColumn:
		return "drop " + c.Column
	case *ModifyColumn:
		if c.Where.Moved() {
			return "move " + c.Old
		}
		return strings.TrimSpace("modify " + c.Column.Name + " " + c.Column.Type.Charset)
	case *AddKey:
		return "add key " + c.Key.Name
	case *DropKey:
		return "drop key " + c.Name
	case *AddForeignKey:
		return "add foreign " + c.ForeignKey.Name
	case *DropForeignKey:
		return "drop foreign " + c.Name
	case *AddCheck:
		return "add check " + c.Check.Name
	}
	return fmt.Sprintf("%T", c)
}

func TestReshape(t *testing.T) {
	with := func(c *CreateTable, change func(*Table)) *CreateTable {
		change(c.Def)
		return c
	}
	foreign := func(name, to string) func(*Table) {
		return func(d *Table) {
			d.ForeignKeys = append(d.ForeignKeys, &ForeignKey{Name: name, Columns: []string{"a"}, RefTable: named(to), RefColumns: []string{"id"}})
		}
	}
	check := func(name string, enforced bool) func(*Table) {
		return func(d *Table) { d.Checks = append(d.Checks, &Check{Name: name, Expr: "a>0", Enforced: enforced}) }
	}
	charset := func(name string) func(*Table) { return func(d *Table) { d.Charset = name } }
	dark := func(d *Table) { d.Unknown = true }
	null := func(d *Table) { d.Columns[0].Default = &Default{Null: true} }
	ab := func(table string) *CreateTable { return create(t, table, "a int", "b int") }

	tests := []struct {
		name     string
		from, to *CreateTable
		want     string
	}{
		{"equal", ab("t"), ab("n"), ""},
		{"equal but for case", ab("t"), create(t, "n", "A int", "B int"), ""},
		{"columns", ab("t"), create(t, "n", "a bigint", "c int"), "drop b; modify a; add c"},
		{"not null", ab("t"), create(t, "n", "a int not null", "b int"), "modify a"},
		{"default null is none", ab("t"), with(ab("n"), null), ""},
		{"order", create(t, "t", "a int", "b int", "c int"), create(t, "n", "a int", "x int", "c int", "b int"), "add x; move c"},
		{"a column in between", ab("t"), create(t, "n", "a int", "x int", "b int"), "add x"},
		{"a column less", create(t, "t", "a int", "b int", "c int"), create(t, "n", "a int", "c int"), "drop b"},
		{"charset of the table", with(create(t, "t", "a text", "b int"), charset("utf8mb4")), with(create(t, "n", "a text", "b int"), charset("latin1")), "modify a latin1"},
		{"spelled or not", with(create(t, "t", "a text"), charset("utf8mb4")), create(t, "n", "a text utf8mb4"), ""},
		{"charset not said", with(create(t, "t", "a text"), charset("utf8mb4")), create(t, "n", "a text"), ""},
		{"keys", create(t, "t", "a int", "b int", "key primary (a)", "key k(b)", "key unique u(a,b)"), create(t, "n", "a int", "b int", "key primary (b)", "key unique u(b)", "key other(b)"),
			"modify a; modify b; drop key PRIMARY; drop key u; add key PRIMARY; add key u"},
		{"a key goes with its column", create(t, "t", "a int", "b int", "key k(a,b)"), create(t, "n", "a int"), "drop b"},
		{"not the primary key", create(t, "t", "a int not null", "b int not null", "key primary (a,b)"), create(t, "n", "a int not null"), "drop b; drop key PRIMARY"},
		{"foreign keys", with(ab("t"), foreign("f", "x")), with(ab("n"), foreign("g", "y")), "drop foreign f; add foreign g"},
		{"same under another name", with(ab("t"), foreign("f", "x")), with(ab("n"), foreign("g", "x")), ""},
		{"foreign key to itself", with(ab("t"), foreign("f", "t")), with(ab("n"), foreign("g", "n")), ""},
		{"check", ab("t"), with(ab("n"), check("c", true)), "add check c"},
		{"same check", with(ab("t"), check("d", true)), with(ab("n"), check("c", true)), ""},
		{"check is enforced", with(ab("t"), check("d", false)), with(ab("n"), check("c", true)), "add check c"},
		{"to the unknown", create(t, "t", "a int", "b int", "key k(b)"), with(create(t, "n", "a bigint", "c int"), dark), "modify a; add c"},
		{"from the unknown", with(create(t, "t", "a int", "b int"), dark), create(t, "n", "a bigint", "c int", "key k(c)"), "drop b; modify a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New()
			apply(s, tt.from)
			from := s.Table(named("t"))
			before := state(from)
			apply(s, tt.to, rename("t", "old"), rename("n", "t"))
			end, made := Reshape(from, s.Table(named("t")), 1)
			var said []string
			now := from
			for _, m := range made {
				if m.Effect.Before != now || m.Effect.After.ID != from.ID {
					t.Errorf("%s does not go on from what was before", say(m.Change))
				}
				said = append(said, say(m.Change))
				now = m.Effect.After
			}
			if got := strings.Join(said, "; "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if state(from) != before {
				t.Errorf("the old table became %s", state(from))
			}
			for _, c := range end.Columns {
				if old := from.Column(c.Name); old != nil && old.ID != c.ID {
					t.Errorf("column %s is %d, and was %d", c.Name, c.ID, old.ID)
				}
				if now.ColumnByID(c.ID) == nil && !from.Unknown {
					t.Errorf("column %s has no ID of the changes", c.Name)
				}
			}
			if end.ID != from.ID || end.Name != from.Name {
				t.Errorf("it ends as %d %s", end.ID, end.Name)
			}
		})
	}
}
