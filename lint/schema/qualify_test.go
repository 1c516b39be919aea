package schema

import (
	"reflect"
	"testing"
)

// No name of a change is left without the database; one that is spelled stays.
func TestQualify(t *testing.T) {
	like := Name{Name: "b"}
	changes := []Change{
		&CreateTable{On: on("a"), Def: &Table{Name: named("a"), ForeignKeys: []*ForeignKey{{RefTable: named("b")}}}, Like: &like, Select: []Name{named("c")}},
		&DropTable{On: on("a")},
		&RenameTable{On: on("a"), To: named("b")},
		&Partition{On: on("a"), With: &Name{Name: "b"}},
		&AddColumn{On: on("a"), Column: &Column{Name: "x"}},
		&AddForeignKey{On: on("a"), ForeignKey: &ForeignKey{RefTable: named("b")}},
		&CreateView{View: &View{Name: named("v"), Tables: []Name{named("a")}}},
		&DropView{View: named("v")},
		&CreateTrigger{Trigger: &Trigger{Name: "t", Table: named("a")}},
		&Insert{On: on("a"), Select: []Name{named("b")}, Whole: []Name{named("b")}},
		&Update{On: on("a"), Reads: []Name{named("b")}},
		&Delete{On: on("a"), Reads: []Name{named("b")}},
		&Opaque{Tables: []Name{named("a")}},
	}
	for _, c := range changes {
		Qualify(c, "db")
		eachName(reflect.ValueOf(c), func(n Name) {
			if n.Name != "" && n.DB != "db" {
				t.Errorf("%T: %s has no database", c, n)
			}
		})
	}
	spelled := &DropTable{On: on("other.a")}
	Qualify(spelled, "db")
	if spelled.Table != named("other.a") {
		t.Errorf("other.a became %s", spelled.Table)
	}
}

func eachName(v reflect.Value, do func(Name)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachName(v.Elem(), do)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachName(v.Index(i), do)
		}
	case reflect.Struct:
		if n, ok := reflect.TypeAssert[Name](v); ok {
			do(n)
			return
		}
		for _, field := range v.Fields() {
			eachName(field, do)
		}
	default:
	}
}
