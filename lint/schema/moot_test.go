package schema

import "testing"

func TestMoot(t *testing.T) {
	on := func(name string) On { return On{Table: Name{Name: name}} }
	known := &Table{Name: Name{Name: "t"}, Columns: []*Column{{Name: "a"}}, Keys: []*Key{{Name: "k"}},
		ForeignKeys: []*ForeignKey{{Name: "f"}}, Checks: []*Check{{Name: "c"}}}
	s := New()
	s.Apply(&CreateTable{On: on("t"), Def: known})
	s.Apply(&AddColumn{On: on("dark"), Column: &Column{Name: "a"}})
	s.Apply(&CreateView{View: &View{Name: Name{Name: "v"}}})
	for _, test := range []struct {
		name   string
		change Change
		want   bool
	}{
		{"table that is there", &CreateTable{On: on("T"), Def: known}, true},
		{"table made anew", &CreateTable{On: on("t"), Def: known, OrReplace: true}, false},
		{"another table", &CreateTable{On: on("u"), Def: known}, false},
		{"drop of a table", &DropTable{On: on("t")}, false},
		{"drop of an unknown table", &DropTable{On: on("u")}, false},
		{"rename that was made", &RenameTable{On: on("old"), To: Name{Name: "t"}}, true},
		{"rename to come", &RenameTable{On: on("t"), To: Name{Name: "new"}}, false},
		{"view that is there", &CreateView{View: &View{Name: Name{Name: "v"}}}, true},
		{"view made anew", &CreateView{View: &View{Name: Name{Name: "v"}}, OrReplace: true}, false},
		{"column that is there", &AddColumn{On: on("t"), Column: &Column{Name: "A"}}, true},
		{"column that is there, of a table not known whole", &AddColumn{On: on("dark"), Column: &Column{Name: "a"}}, true},
		{"another column", &AddColumn{On: on("t"), Column: &Column{Name: "b"}}, false},
		{"column that is gone", &DropColumn{On: on("t"), Column: "b"}, true},
		{"column that may be there", &DropColumn{On: on("dark"), Column: "b"}, false},
		{"column of an unknown table", &DropColumn{On: on("u"), Column: "b"}, false},
		{"drop of a column", &DropColumn{On: on("t"), Column: "a"}, false},
		{"modify of one that is gone", &ModifyColumn{On: on("t"), Old: "b", Column: &Column{Name: "b"}}, true},
		{"rename of one that is gone", &RenameColumn{On: on("t"), Old: "b", New: "c"}, true},
		{"key that is there", &AddKey{On: on("t"), Key: &Key{Name: "k"}}, true},
		{"key without a name", &AddKey{On: on("t"), Key: &Key{}}, false},
		{"key that is gone", &DropKey{On: on("t"), Name: "l"}, true},
		{"rename of a key that is gone", &RenameKey{On: on("t"), Old: "l", New: "m"}, true},
		{"foreign key that is there", &AddForeignKey{On: on("t"), ForeignKey: &ForeignKey{Name: "f"}}, true},
		{"another foreign key", &AddForeignKey{On: on("t"), ForeignKey: &ForeignKey{Name: "g"}}, false},
		{"check that is there", &AddCheck{On: on("t"), Check: &Check{Name: "c"}}, true},
		{"another check", &AddCheck{On: on("t"), Check: &Check{Name: "d"}}, false},
		{"what is on no table", &Call{Name: "p"}, false},
	} {
		if got := s.Moot(test.change); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestClone(t *testing.T) {
	s := New()
	c := s.Clone()
	c.Apply(&CreateTable{On: On{Table: Name{Name: "t"}}, Def: &Table{Name: Name{Name: "t"}}})
	if s.Table(Name{Name: "t"}) != nil || c.Table(Name{Name: "t"}) == nil {
		t.Error("a change to the copy is a change to the original")
	}
}
