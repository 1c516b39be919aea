package rules

import (
	"fmt"
	"slices"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// AllowNull reports a column that starts to take NULL.
var AllowNull = &Rule{
	Name:     "allow-null",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a NOT NULL column takes NULL: running code may read it into a value that cannot hold NULL",
	Doc: `## What it does

Reports MODIFY and CHANGE that spell NULL for a column that was NOT NULL.

## Why it breaks

Writes go on as before. But as soon as the new release stores the first NULL, code
that is still running and scans the column into a string or int fails.

## Do this instead

First deploy readers that can hold NULL, such as sql.NullString; then allow it.

## When it is silent

When NULL is not spelled: that is lost-attribute; for a table or column that the
same release creates; when the code was analysed, and every deployed read of it is
scanned into a value that can hold NULL.`,
	Bad:  "not-null-to-null-fires",
	Good: "null-before-is-silent",
	Run:  runAllowNull,
}

func runAllowNull(p *Pass) {
	for s, c := range Changed[*schema.ModifyColumn](p) {
		before := s.Effect.Before
		if !c.Column.Nullable || !c.Column.NullSpelled || p.Deployed(before, c.Old) == nil {
			continue
		}
		old := p.Deployed(before, c.Old)
		now := s.Effect.After.Column(c.Column.Name)
		if old.Nullable || now == nil || !now.Nullable {
			continue
		}
		f := p.At(s)
		f.Object, f.Help = c.Column.Name, "first deploy readers that can hold NULL"
		f.Message = fmt.Sprintf("`%s.%s` takes NULL from here on: running code that reads it into a value without NULL fails at the first one", c.Table, c.Column.Name)
		if w := p.deployed(before); w != nil {
			who, users := w.readers(old.Name)
			if who == "" {
				continue
			}
			f.Message, f.Related = f.Message+who, sitesOf(users)
		}
		p.Report(f)
	}
}

// readers says in words who scans a column into a value that cannot hold NULL, or
// may; "" when nobody does.
func (w *writers) readers(column string) (string, []*schema.Use) {
	var fail, maybe []*schema.Use
	seen := map[*schema.Query]bool{}
	for _, u := range w.of(column) {
		if u.Write || u.Part != schema.InResult || u.Query.Kind != schema.SelectQuery || u.Query.Package == "" || seen[u.Query] {
			continue
		}
		seen[u.Query] = true
		switch scansInto(u) {
		case always:
			fail = append(fail, u)
		case perhaps:
			maybe = append(maybe, u)
		case never:
		}
	}
	switch {
	case len(fail) > 0:
		return ", as " + places(fail), fail
	case len(maybe) > 0:
		return "; what " + places(maybe) + " reads it into is not known", maybe
	}
	if not := w.notRead(); not != "" {
		return "; " + not, nil
	}
	return "", nil
}

// scansInto says whether the query of a use scans its column, or what it computes
// from it, into a value that cannot hold NULL.
func scansInto(u *schema.Use) certainty {
	out, found := never, false
	for _, r := range u.Query.Results {
		if !schema.SameName(r.Table.Name, u.Table.Name) || !schema.SameName(r.Column, u.Column) {
			continue
		}
		found = true
		switch {
		case r.NotNull:
		case r.Into == nil || !u.Certain:
			out = max(out, perhaps)
		case r.Into.NotNull:
			return always
		}
	}
	computed := func(r schema.Result) bool { return r.Column == "" && (r.Into == nil || r.Into.NotNull) }
	if !found && (len(u.Query.Results) == 0 || slices.ContainsFunc(u.Query.Results, computed)) {
		return perhaps
	}
	return out
}
