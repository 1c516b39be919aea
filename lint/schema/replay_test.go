package schema

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// named reads "t" or "db.t".
func named(s string) Name {
	if db, n, ok := strings.Cut(s, "."); ok {
		return Name{DB: db, Name: n}
	}
	return Name{Name: s}
}

func on(table string) On { return On{Table: named(table)} }

// ifExists is on with IF EXISTS, or IF NOT EXISTS.
func ifExists(table string) On { return On{Table: named(table), IfExists: true} }

// column reads "id int", "id int not null", "name varchar(10) latin1" …
func column(t *testing.T, text string) *Column {
	t.Helper()
	text, notNull := strings.CutSuffix(text, " not null")
	name, ty, _ := strings.Cut(text, " ")
	return &Column{Name: name, Type: parseType(t, ty), Nullable: !notNull}
}

// keyOn reads "name(a,b(10))"; "primary", "unique" and "fulltext" before it give the kind.
func keyOn(text string) *Key {
	k := &Key{}
	for word, kind := range map[string]KeyKind{"primary": PrimaryKey, "unique": UniqueKey, "fulltext": FulltextKey} {
		if rest, ok := strings.CutPrefix(text, word+" "); ok {
			k.Kind, text = kind, rest
		}
	}
	name, parts, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
	k.Name = name
	if k.Kind == PrimaryKey {
		k.Name = "PRIMARY"
	}
	for p := range strings.SplitSeq(parts, ",") {
		part := KeyPart{Column: p}
		if c, n, ok := strings.Cut(p, ":"); ok {
			part.Column = c
			part.Length, _ = strconv.Atoi(n)
		}
		k.Columns = append(k.Columns, part)
	}
	return k
}

// create makes CREATE TABLE: of columns as column reads them, and, behind a
// "key", keys as keyOn does.
func create(t *testing.T, table string, parts ...string) *CreateTable {
	t.Helper()
	def := &Table{Name: named(table)}
	for _, p := range parts {
		if k, ok := strings.CutPrefix(p, "key "); ok {
			def.Keys = append(def.Keys, keyOn(k))
			continue
		}
		def.Columns = append(def.Columns, column(t, p))
	}
	return &CreateTable{On: on(table), Def: def}
}

func like(table, other string) *CreateTable {
	n := named(other)
	return &CreateTable{On: on(table), Def: &Table{Name: named(table)}, Like: &n}
}

func rename(from, to string) *RenameTable { return &RenameTable{On: on(from), To: named(to)} }

// state spells a table: its columns, keys and what else is special, without IDs.
func state(t *Table) string {
	if t == nil {
		return "none"
	}
	var out []string
	for _, c := range t.Columns {
		s := c.Name + " " + c.Type.Name
		if c.Type.Length >= 0 {
			s += fmt.Sprintf("(%d)", c.Type.Length)
		}
		if words := strings.Fields(c.Type.Charset + " " + c.Type.Collation); len(words) > 0 {
			s += " " + strings.Join(words, " ")
		}
		if !c.Nullable {
			s += " not null"
		}
		if c.Default != nil {
			s += " default " + c.Default.Text
		}
		if c.Invisible {
			s += " invisible"
		}
		out = append(out, s)
	}
	for _, k := range t.Keys {
		s := "key " + k.Name
		var parts []string
		for _, p := range k.Columns {
			parts = append(parts, p.Column+p.Expr)
		}
		s += "(" + strings.Join(parts, ",") + ")"
		if k.Invisible {
			s += " invisible"
		}
		out = append(out, s)
	}
	for _, f := range t.ForeignKeys {
		out = append(out, "foreign "+f.Name+"("+strings.Join(f.Columns, ",")+")")
	}
	for _, c := range t.Checks {
		s := "check " + c.Name
		if !c.Enforced {
			s += " off"
		}
		out = append(out, s)
	}
	if t.Charset != "" || t.Collation != "" {
		out = append(out, strings.TrimSpace("= "+t.Charset+" "+t.Collation))
	}
	if t.Unknown {
		out = append(out, "unknown")
	}
	return strings.Join(out, "; ")
}

// apply makes all changes, and returns what was missing.
func apply(s *Schema, changes ...Change) (missing []string) {
	for _, c := range changes {
		if e := s.Apply(c); e.Missing != "" {
			missing = append(missing, e.Missing)
		}
	}
	return missing
}

func TestReplay(t *testing.T) {
	ab := func() *CreateTable { return create(t, "t", "a int", "b int") }
	withKeys := func() *CreateTable {
		return create(t, "t", "a int", "b int", "c int", "key primary (a,b)", "key unique ub(b)", "key bc(b,c)", "key c(c)")
	}
	charset := func(table string, cols ...string) *CreateTable {
		c := create(t, "t", cols...)
		c.Def.Charset, _, _ = strings.Cut(table, " ")
		_, c.Def.Collation, _ = strings.Cut(table, " ")
		return c
	}
	partial := create(t, "t", "a int")
	partial.Partial, partial.Select = true, []Name{{Name: "u"}}
	replace := create(t, "t", "z int")
	replace.OrReplace = true
	unless := create(t, "t", "z int")
	unless.IfExists = true
	foreign := func(name string, columns ...string) *AddForeignKey {
		return &AddForeignKey{On: on("t"), ForeignKey: &ForeignKey{Name: name, Columns: columns, RefTable: Name{Name: "u"}}}
	}
	created := create(t, "t", "a int", "b int")
	created.Def.ForeignKeys = []*ForeignKey{{Name: "fk", Columns: []string{"b"}}}

	tests := []struct {
		name    string
		changes []Change
		want    string // of t
		missing string
	}{
		// Tables.
		{"create", []Change{ab()}, "a int; b int", ""},
		{"create twice", []Change{ab(), create(t, "t", "z int")}, "a int; b int", ""},
		{"create if not exists", []Change{ab(), unless}, "a int; b int", ""},
		{"create if not exists of a new one", []Change{unless}, "z int", ""},
		{"create or replace", []Change{ab(), replace}, "z int", ""},
		{"create or replace of a new one", []Change{replace}, "z int", ""},
		{"create or replace under its full name", []Change{ab(), &CreateTable{On: on("db.t"), Def: &Table{Name: named("db.t")}, OrReplace: true}}, "", ""},
		{"create after an unknown one", []Change{&AddColumn{On: on("t"), Column: column(t, "x int")}, ab()}, "a int; b int", "table t"},
		{"create like", []Change{create(t, "u", "a int", "b int", "key primary (a)"), like("t", "u")}, "a int not null; b int; key PRIMARY(a)", ""},
		{"create like none", []Change{like("t", "u")}, "unknown", "table u"},
		{"create like an unknown one", []Change{&AddColumn{On: on("u"), Column: column(t, "x int")}, like("t", "u")}, "x int; unknown", "table u"},
		{"create select", []Change{partial}, "a int; unknown", ""},
		{"drop", []Change{ab(), &DropTable{On: on("t")}}, "none", ""},
		{"drop none", []Change{&DropTable{On: on("t")}}, "none", "table t"},
		{"drop if exists", []Change{&DropTable{On: ifExists("t")}}, "none", ""},
		{"drop temporary", []Change{ab(), &DropTable{On: on("t"), Temporary: true}}, "a int; b int", ""},
		{"rename", []Change{ab(), rename("t", "u")}, "none", ""},
		{"rename back", []Change{ab(), rename("t", "u"), rename("u", "t")}, "a int; b int", ""},
		{"rename none", []Change{rename("u", "t"), &AddColumn{On: on("t"), Column: column(t, "x int")}}, "x int; unknown", "table u"},
		{"rename if exists", []Change{&RenameTable{On: ifExists("u"), To: named("t")}}, "none", ""},
		{"rows", []Change{&Insert{On: on("t")}, &Update{On: on("t")}, &Delete{On: on("t")}, &TruncateTable{On: on("t")}}, "none", ""},

		// An unknown table goes on, and is missed once.
		{"alter none", []Change{
			&AddColumn{On: on("t"), Column: column(t, "x int")},
			&DropColumn{On: on("t"), Column: "a"},
			&ModifyColumn{On: on("t"), Old: "b", Column: column(t, "b bigint")},
			&DropKey{On: on("t"), Name: "k"},
		}, "x int; b bigint; unknown", "table t"},
		{"opaque", []Change{ab(), &Opaque{Tables: []Name{{Name: "T"}, {Name: "nowhere"}}}}, "a int; b int; unknown", ""},
		{"opaque of another", []Change{ab(), create(t, "u", "x int"), &Opaque{Tables: []Name{{Name: "u"}}}}, "a int; b int", ""},
		{"opaque, then what it made", []Change{ab(), &Opaque{Tables: []Name{{Name: "t"}}}, &DropColumn{On: on("t"), Column: "z"}}, "a int; b int; unknown", ""},

		// Columns.
		{"add", []Change{ab(), &AddColumn{On: on("t"), Column: column(t, "c int")}}, "a int; b int; c int", ""},
		{"add first", []Change{ab(), &AddColumn{On: on("t"), Column: column(t, "c int"), Where: Place{First: true}}}, "c int; a int; b int", ""},
		{"add after", []Change{ab(), &AddColumn{On: on("t"), Column: column(t, "c int"), Where: Place{After: "A"}}}, "a int; c int; b int", ""},
		{"add twice", []Change{ab(), &AddColumn{On: ifExists("t"), Column: column(t, "B text")}}, "a int; b int", ""},
		{"drop column", []Change{ab(), &DropColumn{On: on("t"), Column: "A"}}, "b int", ""},
		{"drop no column", []Change{ab(), &DropColumn{On: on("t"), Column: "z"}}, "a int; b int", "column t.z"},
		{"drop column if exists", []Change{ab(), &DropColumn{On: ifExists("t"), Column: "z"}}, "a int; b int", ""},
		{"drop shortens keys", []Change{withKeys(), &DropColumn{On: on("t"), Column: "b"}}, "a int not null; c int; key PRIMARY(a); key bc(c); key c(c)", ""},
		{"drop removes keys", []Change{withKeys(), &DropColumn{On: on("t"), Column: "c"}}, "a int not null; b int not null; key PRIMARY(a,b); key ub(b); key bc(b)", ""},
		{"modify keeps the place", []Change{ab(), &ModifyColumn{On: on("t"), Old: "a", Column: column(t, "a bigint not null")}}, "a bigint not null; b int", ""},
		{"modify first", []Change{ab(), &ModifyColumn{On: on("t"), Old: "b", Column: column(t, "b bigint"), Where: Place{First: true}}}, "b bigint; a int", ""},
		{"modify after", []Change{ab(), &ModifyColumn{On: on("t"), Old: "a", Column: column(t, "a bigint"), Where: Place{After: "b"}}}, "b int; a bigint", ""},
		{"modify none", []Change{ab(), &ModifyColumn{On: on("t"), Old: "z", Column: column(t, "z int")}}, "a int; b int; z int", "column t.z"},
		{"modify if exists", []Change{ab(), &ModifyColumn{On: ifExists("t"), Old: "z", Column: column(t, "z int")}}, "a int; b int", ""},
		{"change again", []Change{ab(), &ModifyColumn{On: on("t"), Old: "z", Column: column(t, "b int")}}, "a int; b int", "column t.z"},
		{"modify in the primary key", []Change{withKeys(), &ModifyColumn{On: on("t"), Old: "a", Column: column(t, "a bigint")}}, "a bigint not null; b int not null; c int; key PRIMARY(a,b); key ub(b); key bc(b,c); key c(c)", ""},
		{"change renames in keys", []Change{withKeys(), &ModifyColumn{On: on("t"), Old: "b", Column: column(t, "n bigint")}}, "a int not null; n bigint not null; c int; key PRIMARY(a,n); key ub(n); key bc(n,c); key c(c)", ""},
		{"rename column", []Change{withKeys(), &RenameColumn{On: on("t"), Old: "C", New: "n"}}, "a int not null; b int not null; n int; key PRIMARY(a,b); key ub(b); key bc(b,n); key c(n)", ""},
		{"rename in foreign keys", []Change{ab(), foreign("fk", "b"), &RenameColumn{On: on("t"), Old: "b", New: "n"}}, "a int; n int; key fk(n); foreign fk(n)", ""},
		{"rename no column", []Change{ab(), &RenameColumn{On: on("t"), Old: "z", New: "n"}}, "a int; b int", "column t.z"},
		{"set and drop default", []Change{ab(),
			&SetDefault{On: on("t"), Column: "a", Default: Default{Text: "1"}},
			&SetDefault{On: on("t"), Column: "b", Default: Default{Text: "2"}},
			&DropDefault{On: on("t"), Column: "a"}}, "a int; b int default 2", ""},
		{"hide", []Change{ab(), &SetColumnVisible{On: on("t"), Column: "b"}}, "a int; b int invisible", ""},
		{"hide and show", []Change{ab(), &SetColumnVisible{On: on("t"), Column: "b"}, &SetColumnVisible{On: on("t"), Column: "b", Visible: true}}, "a int; b int", ""},

		// Keys.
		{"a key takes the name of its column", []Change{create(t, "t", "a int", "key (a)", "key unique (a)", "key (a)")}, "a int; key a(a); key a_2(a); key a_3(a)", ""},
		{"also one added later", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("a(b)")}, &AddKey{On: on("t"), Key: keyOn("(a)")}}, "a int; b int; key a(b); key a_2(a)", ""},
		{"a key on an expression", []Change{ab(), &AddKey{On: on("t"), Key: &Key{Columns: []KeyPart{{Expr: "a+b"}}}}}, "a int; b int; key functional_index(a+b)", ""},
		{"add key if not exists", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(a)")}, &AddKey{On: ifExists("t"), Key: keyOn("K(b)")}}, "a int; b int; key k(a)", ""},
		{"a primary key is NOT NULL", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("primary (b)")}}, "a int; b int not null; key PRIMARY(b)", ""},
		{"and stays so", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("primary (b)")}, &DropKey{On: on("t"), Name: "PRIMARY"}}, "a int; b int not null", ""},
		{"drop no key", []Change{ab(), &DropKey{On: on("t"), Name: "k"}}, "a int; b int", "index k of t"},
		{"rename key", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(a)")}, &RenameKey{On: on("t"), Old: "K", New: "n"}}, "a int; b int; key n(a)", ""},
		{"rename no key", []Change{ab(), &RenameKey{On: on("t"), Old: "k", New: "n"}}, "a int; b int", "index k of t"},
		{"hide key", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(a)")}, &SetKeyVisible{On: on("t"), Name: "k"}}, "a int; b int; key k(a) invisible", ""},

		// Constraints.
		{"a foreign key brings an index", []Change{ab(), foreign("fk", "b")}, "a int; b int; key fk(b); foreign fk(b)", ""},
		{"without a name", []Change{ab(), foreign("", "b")}, "a int; b int; key b(b); foreign t_ibfk_1(b)", ""},
		{"the next without a name", []Change{ab(), foreign("", "b"), foreign("", "a"), &DropForeignKey{On: on("t"), Name: "t_ibfk_1"}}, "a int; b int; key b(b); key a(a); foreign t_ibfk_2(a)", ""},
		{"in CREATE TABLE", []Change{created}, "a int; b int; key fk(b); foreign fk(b)", ""},
		{"a key may serve", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(b,a)")}, foreign("fk", "b")}, "a int; b int; key k(b,a); foreign fk(b)", ""},
		{"the second column does not", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(a,b)")}, foreign("fk", "b")}, "a int; b int; key k(a,b); key fk(b); foreign fk(b)", ""},
		{"a prefix does not", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("k(b:10)")}, foreign("fk", "b")}, "a int; b int; key k(b); key fk(b); foreign fk(b)", ""},
		{"a fulltext key does not", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("fulltext k(b)")}, foreign("fk", "b")}, "a int; b int; key k(b); key fk(b); foreign fk(b)", ""},
		{"its index outlives it", []Change{ab(), foreign("fk", "b"), &DropForeignKey{On: on("t"), Name: "FK"}}, "a int; b int; key fk(b)", ""},
		{"REFERENCES of a column", []Change{ab(), &AddForeignKey{On: on("t"), Inline: true, ForeignKey: &ForeignKey{Columns: []string{"b"}}}}, "a int; b int", ""},
		{"checks", []Change{ab(),
			&AddCheck{On: on("t"), Check: &Check{Name: "c1", Enforced: true}}, &AddCheck{On: on("t"), Check: &Check{Name: "c2", Enforced: true}},
			&AlterCheck{On: on("t"), Name: "c2"}, &DropConstraint{On: on("t"), Name: "C1", Check: true}}, "a int; b int; check c2 off", ""},
		{"drop constraint", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("unique x(a)")}, &DropConstraint{On: on("t"), Name: "x"}}, "a int; b int", ""},
		{"drop check is no key", []Change{ab(), &AddKey{On: on("t"), Key: keyOn("unique x(a)")}, &DropConstraint{On: on("t"), Name: "x", Check: true}}, "a int; b int; key x(a)", ""},

		// Character sets.
		{"convert", []Change{charset("latin1", "a varchar(9)", "b text utf8mb3", "c int", "d enum(x)"), &ConvertCharset{On: on("t"), Charset: "UTF8MB4"}},
			"a varchar(9); b text; c int; d enum; = utf8mb4", ""},
		{"convert by the collation", []Change{charset("latin1", "a varchar(9) latin1 latin1_bin"), &ConvertCharset{On: on("t"), Collation: "utf8mb4_bin"}},
			"a varchar(9); = utf8mb4 utf8mb4_bin", ""},
		{"set charset is for new columns", []Change{
			charset("latin1", "a varchar(9)", "b text utf8mb3", "c int"), &SetTableCharset{On: on("t"), Charset: "utf8mb4"}, &AddColumn{On: on("t"), Column: column(t, "d text")}},
			"a varchar(9) latin1; b text utf8mb3; c int; d text; = utf8mb4", ""},
		{"the collation stays too", []Change{charset("latin1 latin1_bin", "a varchar(9)"), &SetTableCharset{On: on("t"), Charset: "utf8mb4", Collation: "utf8mb4_bin"}},
			"a varchar(9) latin1 latin1_bin; = utf8mb4 utf8mb4_bin", ""},
		{"a column with its own collation", []Change{charset("latin1", "a varchar(9) utf8mb3_bin"), &SetTableCharset{On: on("t"), Charset: "utf8mb4"}},
			"a varchar(9) utf8mb3 utf8mb3_bin; = utf8mb4", ""},

		// Names.
		{"qualified after unqualified", []Change{ab(), &DropColumn{On: on("db.t"), Column: "a"}}, "b int", ""},
		{"unqualified after qualified", []Change{create(t, "db.t", "a int", "b int"), &DropColumn{On: on("t"), Column: "a"}}, "b int", ""},
		{"after a rename into a database", []Change{create(t, "u", "a int", "b int"), rename("u", "db.t"), &DropColumn{On: on("t"), Column: "a"}}, "b int", ""},
		{"another database", []Change{create(t, "db.t", "a int"), &DropTable{On: on("other.t")}}, "a int", "table other.t"},
		{"names ignore case", []Change{ab(), &DropColumn{On: on("T"), Column: "a"}}, "b int", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New()
			missing := apply(s, tt.changes...)
			if got := state(s.Table(Name{Name: "t"})); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := strings.Join(missing, ", "); got != tt.missing {
				t.Errorf("missing %q, want %q", got, tt.missing)
			}
		})
	}
}

// A name without a database that two databases have means neither.
func TestAmbiguousName(t *testing.T) {
	s := New()
	apply(s, create(t, "a.t", "x int"), create(t, "b.t", "y int"))
	if got := s.Table(Name{Name: "t"}); got != nil {
		t.Errorf("t is taken for %s", got.Name)
	}
	if got := state(s.Table(named("B.T"))); got != "y int" {
		t.Errorf("b.t is %s", got)
	}
	if got := len(s.Tables()); got != 2 {
		t.Errorf("%d tables", got)
	}
}

// A temporary table hides the one of its name until it is dropped, or its session ends.
func TestTemporary(t *testing.T) {
	temporary := func() Change {
		c := create(t, "t", "tmp int")
		c.Def.Temporary = true
		return c
	}
	drop := &DropTable{On: on("t")}
	dropTemporary := &DropTable{On: on("t"), Temporary: true}
	add := &AddColumn{On: on("t"), Column: column(t, "z int")}
	tests := []struct {
		name    string
		changes []Change
		want    string
	}{
		{"hides", []Change{temporary()}, "tmp int"},
		{"is altered", []Change{temporary(), add}, "tmp int; z int"},
		{"drop", []Change{temporary(), drop}, "a int"},
		{"drop temporary", []Change{temporary(), dropTemporary}, "a int"},
		{"drop both", []Change{temporary(), drop, drop}, "none"},
		{"drop temporary twice", []Change{temporary(), dropTemporary, dropTemporary}, "a int"},
		{"alter what it hid", []Change{temporary(), add, drop, add}, "a int; z int"},
		{"rename", []Change{temporary(), rename("t", "u")}, "a int"},
		{"create what it hides", []Change{drop, temporary(), create(t, "t", "b int"), drop}, "b int"},
	}
	for _, tt := range tests {
		s := New()
		apply(s, create(t, "t", "a int"), &CreateTrigger{Trigger: &Trigger{Name: "tr", Table: named("t")}})
		apply(s, tt.changes...)
		if got := state(s.Table(named("t"))); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	s := New()
	apply(s, create(t, "t", "a int"), temporary())
	s.StartRelease(1)
	if got := state(s.Table(named("t"))); got != "a int" {
		t.Errorf("in the next release: %s", got)
	}
}

// A table whose name changes in case only is the same table under both names.
func TestRenameOfCase(t *testing.T) {
	s := New()
	apply(s, create(t, "t", "a int"), &CreateTrigger{Trigger: &Trigger{Name: "tr", Table: named("t")}})
	id := s.Table(named("t")).ID
	missing := apply(s, rename("t", "T"), &AddColumn{On: on("t"), Column: column(t, "b int")}, &AddColumn{On: on("T"), Column: column(t, "c int")})
	got := s.Table(named("t"))
	if got == nil || got.ID != id || got.Name.Name != "T" || state(got) != "a int; b int; c int" || len(missing) > 0 {
		t.Errorf("%+v %s, missing %v", got, state(got), missing)
	}
	if len(s.Tables()) != 1 || s.Trigger("tr").Table.Name != "T" {
		t.Errorf("%d tables, trigger on %s", len(s.Tables()), s.Trigger("tr").Table)
	}
}

func TestSwapKeepsIDs(t *testing.T) {
	s := New()
	apply(s, create(t, "t", "id int", "old int"), create(t, "t_new", "id int", "new int"))
	old, made := s.Table(named("t")), s.Table(named("t_new"))
	apply(s, rename("t", "t_old"), rename("t_new", "t"), rename("t_old", "t_new"))
	if got := s.Table(named("t")); got.ID != made.ID || state(got) != "id int; new int" || got.Name.Name != "t" {
		t.Errorf("t is %d %s %s, want %d", got.ID, got.Name, state(got), made.ID)
	}
	if got := s.Table(named("t_new")); got.ID != old.ID || got.Columns[0].ID != old.Columns[0].ID {
		t.Errorf("t_new is %d %s, want %d", got.ID, state(got), old.ID)
	}
	if s.Table(named("t_old")) != nil {
		t.Error("t_old is still there")
	}
}

func TestIDsAndReleases(t *testing.T) {
	s := New()
	first := create(t, "t", "a int", "b int", "key k(a)")
	first.Def.ForeignKeys = []*ForeignKey{{Name: "fk", Columns: []string{"a"}}}
	first.Def.Checks = []*Check{{Name: "ck"}}
	s.StartRelease(1)
	apply(s, first)
	before := s.Table(named("t"))
	a, b := before.Column("a").ID, before.Column("b").ID
	if a == 0 || b == 0 || a == b || before.ID == 0 {
		t.Fatalf("IDs %d %d %d", before.ID, a, b)
	}
	if first.Def.ID != 0 || first.Def.Columns[0].ID != 0 {
		t.Error("the definition was changed")
	}
	s.StartRelease(2)
	apply(s,
		&ModifyColumn{On: on("t"), Old: "a", Column: column(t, "n bigint"), Where: Place{After: "b"}},
		&RenameColumn{On: on("t"), Old: "b", New: "m"},
		&AddColumn{On: on("t"), Column: column(t, "c int")},
		&AddKey{On: on("t"), Key: keyOn("kc(c)")},
		rename("t", "u"),
		like("v", "u"))
	u, v := s.Table(named("u")), s.Table(named("v"))
	if u.ID != before.ID || u.Column("n").ID != a || u.ColumnByID(b).Name != "m" {
		t.Errorf("IDs got lost: %s", state(u))
	}
	if v.ID == u.ID || v.ColumnByID(a) != nil || v.Release != 2 || v.Columns[0].Release != 2 || v.Keys[0].Release != 2 {
		t.Errorf("what LIKE makes is no table of its own: %+v", v)
	}
	releases := []int{u.Release, u.Column("n").Release, u.Column("c").Release, u.Key("k").Release, u.Key("kc").Release, u.ForeignKeys[0].Release, u.Checks[0].Release}
	if want := []int{1, 1, 2, 1, 2, 1, 1}; !reflect.DeepEqual(releases, want) {
		t.Errorf("releases %v, want %v", releases, want)
	}
}

func TestEffect(t *testing.T) {
	s := New()
	tests := []struct {
		change        Change
		before, after string
	}{
		{create(t, "t", "a int"), "none", "a int"},
		{create(t, "t", "z int"), "a int", "a int"},
		{&AddColumn{On: on("t"), Column: column(t, "b int")}, "a int", "a int; b int"},
		{&Insert{On: on("t")}, "a int; b int", "a int; b int"},
		{rename("t", "u"), "a int; b int", "a int; b int"},
		{&DropTable{On: on("u")}, "a int; b int", "none"},
		{&DropColumn{On: on("x"), Column: "a"}, "unknown", "unknown"},
		{&CreateRoutine{Routine: &Routine{Name: "r"}}, "none", "none"},
		{&DropRoutine{Name: "r"}, "none", "none"},
		{&Neutral{}, "none", "none"},
	}
	for _, tt := range tests {
		e := s.Apply(tt.change)
		if got := state(e.Before); got != tt.before {
			t.Errorf("%T: before it %s, want %s", tt.change, got, tt.before)
		}
		if got := state(e.After); got != tt.after {
			t.Errorf("%T: after it %s, want %s", tt.change, got, tt.after)
		}
	}
}

// Triggers go with their table.
func TestTriggers(t *testing.T) {
	replace := create(t, "t", "z int")
	replace.OrReplace = true
	tests := []struct {
		name    string
		changes []Change
		want    string // the table of the trigger; "" when it is gone
	}{
		{"drop table", []Change{&DropTable{On: on("t")}}, ""},
		{"drop table with its database", []Change{&DropTable{On: on("db.t")}}, ""},
		{"drop another", []Change{create(t, "u", "x int"), &DropTable{On: on("u")}}, "t"},
		{"drop trigger", []Change{&DropTrigger{Name: "TR"}}, ""},
		{"replace", []Change{replace}, ""},
		{"rename", []Change{rename("t", "u")}, "u"},
		{"rename and drop", []Change{rename("t", "u"), &DropTable{On: on("u")}}, ""},
		{"rename and drop a new one", []Change{rename("t", "u"), create(t, "t", "x int"), &DropTable{On: on("t")}}, "u"},
		{"drop temporary", []Change{&DropTable{On: on("t"), Temporary: true}}, "t"},
	}
	for _, tt := range tests {
		s := New()
		apply(s, create(t, "t", "a int"), &CreateTrigger{Trigger: &Trigger{Name: "tr", Table: named("t")}})
		apply(s, tt.changes...)
		got := ""
		if tr := s.Trigger("tr"); tr != nil {
			got = tr.Table.Name
		}
		if got != tt.want {
			t.Errorf("%s: the trigger is on %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestViews(t *testing.T) {
	s := New()
	apply(s, &CreateView{View: &View{Name: named("v"), Select: "one"}}, rename("v", "w"))
	if s.View(named("v")) != nil || s.View(named("db.W")) == nil {
		t.Error("RENAME TABLE does not rename the view")
	}
	apply(s, &CreateView{View: &View{Name: named("w"), Select: "two"}, OrReplace: true})
	if got := s.View(named("w")).Select; got != "two" {
		t.Errorf("the view is %q after it was replaced", got)
	}
	apply(s, &DropView{View: named("w")})
	if s.View(named("w")) != nil {
		t.Error("the view is still there")
	}
}

// What an effect gives is a snapshot: no later change may reach it. Names that
// differ in case only count as renamed, and are in here for that.
func TestSnapshots(t *testing.T) {
	start := func() *Schema {
		s := New()
		c := create(t, "t", "A int", "b varchar(9)", "c int", "key primary (A)", "key bc(b,c)", "key c(c)")
		c.Def.Charset = "latin1"
		c.Def.ForeignKeys = []*ForeignKey{{Name: "fk", Columns: []string{"c"}}}
		c.Def.Checks = []*Check{{Name: "ck", Enforced: true}}
		apply(s, c)
		return s
	}
	changes := []Change{
		&AddColumn{On: on("t"), Column: column(t, "n int"), Where: Place{First: true}},
		&DropColumn{On: on("t"), Column: "b"},
		&ModifyColumn{On: on("t"), Old: "a", Column: column(t, "a bigint")},
		&ModifyColumn{On: on("t"), Old: "c", Column: column(t, "n bigint"), Where: Place{First: true}},
		&RenameColumn{On: on("t"), Old: "c", New: "n"},
		&SetDefault{On: on("t"), Column: "b", Default: Default{Text: "x"}},
		&DropDefault{On: on("t"), Column: "b"},
		&SetColumnVisible{On: on("t"), Column: "b"},
		&AddKey{On: on("t"), Key: keyOn("(b)")},
		&AddKey{On: on("t"), Key: keyOn("primary (c)")},
		&DropKey{On: on("t"), Name: "PRIMARY"},
		&RenameKey{On: on("t"), Old: "bc", New: "n"},
		&SetKeyVisible{On: on("t"), Name: "bc"},
		&AddForeignKey{On: on("t"), ForeignKey: &ForeignKey{Name: "f2", Columns: []string{"b"}}},
		&DropForeignKey{On: on("t"), Name: "fk"},
		&AddCheck{On: on("t"), Check: &Check{Name: "c2"}},
		&AlterCheck{On: on("t"), Name: "ck"},
		&DropConstraint{On: on("t"), Name: "ck"},
		&DropConstraint{On: on("t"), Name: "bc"},
		&ConvertCharset{On: on("t"), Charset: "utf8mb4"},
		&SetTableCharset{On: on("t"), Charset: "utf8mb4"},
		&TableOption{On: on("t"), Engine: "InnoDB"},
		&Partition{On: on("t"), Kind: "ADD"},
		&Opaque{Tables: []Name{{Name: "t"}}},
		rename("t", "u"),
		&DropTable{On: on("t")},
	}
	unchanged := state(start().Table(named("t")))
	for _, c := range changes {
		s := start()
		snapshot := s.Table(named("t"))
		flat := *snapshot
		if e := s.Apply(c); e.Missing != "" {
			t.Errorf("%T misses %s", c, e.Missing)
		}
		if got := state(snapshot); got != unchanged || !reflect.DeepEqual(*snapshot, flat) {
			t.Errorf("%T changes what stood before\ngot  %s\nwant %s", c, got, unchanged)
		}
	}

	// The same, one change after the other on one table.
	s := start()
	type step struct {
		table *Table
		state string
	}
	var steps []step
	for _, c := range changes {
		for _, table := range []*Table{s.Table(named("t")), s.Apply(c).After} {
			steps = append(steps, step{table, state(table)})
		}
	}
	for i, st := range steps {
		if got := state(st.table); got != st.state {
			t.Errorf("step %d was changed later\ngot  %s\nwant %s", i/2, got, st.state)
		}
	}
}
