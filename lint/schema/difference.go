package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Difference says in words where other differs from s: what a squash of
// migrations must not change. It is "" when both are the same, but for names of
// keys, display widths and character sets that one of them leaves open.
func (s *Schema) Difference(other *Schema) string {
	for _, name := range slices.Sorted(maps.Keys(s.tables)) {
		is := other.permanent(s.tables[name].Name)
		if is == nil {
			return fmt.Sprintf("table %s is missing", s.tables[name].Name)
		}
		if d := s.tables[name].difference(is); d != "" {
			return d
		}
	}
	for _, t := range other.Tables() {
		if s.permanent(t.Name) == nil {
			return fmt.Sprintf("table %s is new", t.Name)
		}
	}
	if d := missing("view", s.views, other.views); d != "" {
		return d
	}
	if d := missing("trigger", s.triggers, other.triggers); d != "" {
		return d
	}
	return missing("routine", s.routines, other.routines)
}

func missing[V any](what string, was, is map[string]V) string {
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, ok := is[name]; !ok {
			return fmt.Sprintf("%s %s is missing", what, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if _, ok := was[name]; !ok {
			return fmt.Sprintf("%s %s is new", what, name)
		}
	}
	return ""
}

func (t *Table) difference(is *Table) string {
	for _, c := range t.Columns {
		now := is.Column(c.Name)
		if now == nil {
			return fmt.Sprintf("column %s.%s is missing", t.Name, c.Name)
		}
		if !t.alike(c, is, now) {
			return fmt.Sprintf("column %s.%s is another", t.Name, c.Name)
		}
	}
	for _, c := range is.Columns {
		if t.Column(c.Name) == nil {
			return fmt.Sprintf("column %s.%s is new", t.Name, c.Name)
		}
	}
	for _, pair := range [][2]*Table{{t, is}, {is, t}} {
		for _, k := range pair[0].Keys {
			if !hasKey(pair[1], k) {
				return fmt.Sprintf("the keys of table %s differ: %s", t.Name, k.Name)
			}
		}
		for _, fk := range pair[0].ForeignKeys {
			if !hasForeignKey(pair[1], fk) {
				return fmt.Sprintf("the foreign keys of table %s differ: %s", t.Name, fk.Name)
			}
		}
		for _, c := range pair[0].Checks {
			if !hasCheck(pair[1], c) {
				return fmt.Sprintf("the checks of table %s differ: %s", t.Name, c.Name)
			}
		}
	}
	return ""
}

// alike says whether two columns hold the same and take the same.
func (t *Table) alike(c *Column, other *Table, now *Column) bool {
	was, is := t.TypeInForce(c.Type), other.TypeInForce(now.Type)
	if strings.HasSuffix(was.Name, "int") {
		was.Length, is.Length = -1, -1 // servers print it or not
	}
	if was.Collation == "" || is.Collation == "" {
		was.Collation, is.Collation = "", ""
	}
	return sameType(was, is) && sameDefault(c.Default, now.Default) && c.Nullable == now.Nullable &&
		c.AutoIncrement == now.AutoIncrement && c.Generated == now.Generated && c.Expr == now.Expr && c.OnUpdate == now.OnUpdate
}
