package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// NullableScan reports a nullable column that is read into a value without NULL.
var NullableScan = &Rule{
	Name:     "nullable-scan",
	Family:   Code,
	Severity: Warning,
	Summary:  "a nullable column is read into a Go value that cannot hold NULL",
	Doc: `## What it does

Reports a column that may be NULL, and that Go code scans into a string, number, bool
or time.Time: by the arguments of Scan, or by the field of a struct that sqlx and its
kind map it to.

## Why it breaks

At the first row with a NULL the scan fails ("converting NULL to string is
unsupported"), and with it whatever the code was about to do, often for all rows.

## Do this instead

Scan into a pointer or sql.Null[T], or select COALESCE(column, value). Or fill the
column and make it NOT NULL, a release each.

## When it is silent

Where nothing is known to store a NULL: the column came with its table, or has a
default, or old rows were filled (read-before-backfill says when those of a move are
not), and every INSERT sets it to something else. Where the query leaves out rows with
a NULL there (WHERE column IS NOT NULL, column = ?). Where the Go value is a pointer,
sql.Null…, []byte, any, or of a type with a Scan method. Where it is not known what the
column is scanned into. Where both the statement and what stores the NULL are deployed already.`,
	Bad:  "scan-into-string-fires",
	Good: "scan-into-pointer-is-silent",
	Run:  runNullableScan,
}

func runNullableScan(p *Pass) {
	var order []schema.Position
	found := map[schema.Position][]nullScan{}
	seen := map[string]bool{}
	for u := range p.PendingUses() {
		if u.Column == "" || u.Write || u.Part != schema.InResult || !u.Certain {
			continue
		}
		for i := range u.Query.Results {
			s, ok := p.nullScan(u, &u.Query.Results[i])
			key := fmt.Sprint(u.Pos, u.Table, u.Column)
			if !ok || seen[key] || p.runsAlready(s) {
				continue
			}
			seen[key] = true
			if found[u.Pos] == nil {
				order = append(order, u.Pos)
			}
			found[u.Pos] = append(found[u.Pos], s)
		}
	}
	for len(order) > 0 {
		var alike, rest []schema.Position
		for _, at := range order {
			if at.File == order[0].File && sameScans(found[at], found[order[0]]) {
				alike = append(alike, at)
			} else {
				rest = append(rest, at)
			}
		}
		p.reportScans(found[order[0]], alike[1:])
		order = rest
	}
}

// runsAlready says whether the statement and what stores a NULL are those that run.
func (p *Pass) runsAlready(s nullScan) bool {
	return p.Unchanged != nil && p.Unchanged(s.use.Query.Pos) && (s.at.File == "" || p.Unchanged(s.at))
}

// sameScans says whether two places scan the same columns.
func sameScans(a, b []nullScan) bool {
	return slices.EqualFunc(a, b, func(x, y nullScan) bool {
		return x.use.Table == y.use.Table && schema.SameName(x.use.Column, y.use.Column) && x.result.Into.Type == y.result.Into.Type
	})
}

// A nullScan is a column that is scanned into a value without NULL, and where a
// NULL comes from.
type nullScan struct {
	use    *schema.Use
	result *schema.Result
	why    string
	at     schema.Position // of what stores it
}

func (p *Pass) nullScan(u *schema.Use, r *schema.Result) (nullScan, bool) {
	s := nullScan{use: u, result: r}
	if r.Table != u.Table || !schema.SameName(r.Column, u.Column) || r.Into == nil || !r.Into.NotNull || r.NotNull {
		return s, false
	}
	c := p.After.Table(u.Table).Column(u.Column)
	switch {
	case c == nil:
		return s, false
	case c.Nullable:
		s.why, s.at = p.nullSource(p.After.Table(u.Table), c)
	case r.Nullable:
		s.why = "an outer join may find no row"
	}
	return s, s.why != ""
}

// nullSource says how a NULL gets into a nullable column; "" when every statement
// that is known to write the table keeps it out.
func (p *Pass) nullSource(t *schema.Table, c *schema.Column) (string, schema.Position) {
	defaultsToNull := c.Default == nil || c.Default.Null
	d, known := p.Definition(c)
	if defaultsToNull && known && d.Added && !p.oldRowsAreFine(t, c) {
		return fmt.Sprintf("rows from before %s, which added it, have NULL until they are filled", spell(d.Pos)), d.Pos
	}
	w := writersOf(p.HeadUses, nil, t.Name.Name)
	if out, _ := w.leaveOut(c.Name); defaultsToNull && len(out) > 0 {
		return spell(out[0].Pos) + " leaves it out", out[0].Pos
	}
	if can, _ := w.storeNull(c.Name); len(can) > 0 {
		return spell(can[0].Pos) + " can store one", can[0].Pos
	}
	if defaultsToNull && len(w.inserts) == 0 && known && !d.Added {
		return spell(d.Pos) + " defines it so, and no INSERT is known that sets it", d.Pos
	}
	return "", schema.Position{}
}

// oldRowsAreFine says whether the rows from before a column was added are filled,
// or the rules that follow its move see to that.
func (p *Pass) oldRowsAreFine(t *schema.Table, c *schema.Column) bool {
	return p.holdsNoNull(t, c) || slices.ContainsFunc(p.Moves(), func(m *move.Move) bool { return replaces(m, t, c) })
}

// reportScans reports what one place in the code reads: a column, or those that *
// stands for. Others of the file read the same.
func (p *Pass) reportScans(scans []nullScan, others []schema.Position) {
	const shown = 3
	f := p.atUse(scans[0].use)
	var what []string
	for i, s := range scans {
		if s.at.File != "" {
			f.Related = append(f.Related, Related{Pos: s.at, Message: fmt.Sprintf("why `%s.%s` may be NULL", s.use.Table, s.use.Column)})
		}
		if i < shown {
			what = append(what, fmt.Sprintf("`%s.%s` may be NULL (%s) and is scanned into `%s` (%s)", s.use.Table, s.use.Column, s.why, s.result.Into.Name, s.result.Into.Type))
		}
	}
	for _, at := range others {
		f.Related = append(f.Related, Related{Pos: at, Message: "scanned here, too"})
	}
	f.Message = strings.Join(what, "; ")
	if more := len(scans) - shown; more > 0 {
		f.Message += fmt.Sprintf("; and %d more", more)
	}
	f.Message += ": the scan fails at the first NULL"
	f.Help = "scan into a pointer or sql.Null[T], or select COALESCE(…)"
	p.Report(f)
}
