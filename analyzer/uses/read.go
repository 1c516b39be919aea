package uses

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/lint/mysql"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
)

// reading is what candidates turned out to be.
type reading struct {
	queries    []*schema.Query
	sites      map[*schema.Query]gosrc.Site
	unresolved []schema.Unresolved
	strings    int
	foreign    map[foreignCode]int // statements that run on another database only
}

// foreignCode is the code of a package for another database.
type foreignCode struct{ dir, database string }

// answer is what one candidate turned out to be.
type answer struct {
	queries    []*schema.Query
	unresolved *schema.Unresolved
	foreign    string // the database that it is for, which does not read as ours
	chosen     bool   // read only with one each of the values that stand side by side
	impossible bool   // it combines a table with a column that it has not
}

// doubt makes all uses possible ones.
func (a *answer) doubt() {
	for _, q := range a.queries {
		for _, u := range q.Uses {
			u.Certain, u.Missing = false, false
		}
	}
}

// read reads every candidate as SQL.
func (c *collector) read(ctx context.Context, o Options) *reading {
	c.flags = o.Flags
	var all []candidate
	for _, d := range c.order {
		all = append(all, unique(d.found)...)
	}
	all = append(runElsewhere(c.prepared(all)), c.loose...)
	all = slices.DeleteFunc(all, func(cand candidate) bool {
		file := c.program.Position(cand.text[0].Pos).Filename
		return path.Ext(file) == ".sql" && inFolder(path.Dir(file), o.SQL)
	})
	unchosen := make([]bool, len(all))
	for i := range all {
		unchosen[i] = c.modes.unchosen(all[i].site.Package, all[i].guards)
	}
	answers := make([]answer, len(all))
	each(len(all), func() *mysql.QueryReader { return mysql.NewQueryReader(o.Server, o.Schema) }, func(r *mysql.QueryReader, i int) {
		if ctx.Err() == nil {
			answers[i] = c.readOne(r, &all[i])
			if unchosen[i] {
				answers[i].doubt()
			}
		}
	})
	out := &reading{sites: map[*schema.Query]gosrc.Site{}, foreign: map[foreignCode]int{}, unresolved: append(c.cutShort(), c.blanks()...)}
	several := map[*gosrc.Package]bool{}
	settle(all, answers)
	for i, a := range answers {
		if a.foreign != "" {
			out.foreign[foreignCode{all[i].site.Package.Dir, a.foreign}]++
			continue
		}
		if len(a.queries) > 0 {
			out.strings++
		}
		site := all[i].site
		site.From = sitesOf(all[i].from)
		for _, q := range a.queries {
			pkg := site.Package
			if _, known := several[pkg]; !known {
				several[pkg] = portable(pkg)
			}
			q.Portable = several[pkg]
			out.queries = append(out.queries, q)
			q.Callers = c.outermost(site.From)
			q.Turns = c.turns(&all[i])
			q.Backfills = q.Backfills || markedCallers(site.From)
			if site.Decl != nil && !all[i].loose {
				out.sites[q] = site
			}
		}
		if a.unresolved != nil {
			out.unresolved = append(out.unresolved, *a.unresolved)
		}
	}
	return out
}

// cutShort are the functions that were not walked to their end: what they build there
// was not seen.
func (c *collector) cutShort() []schema.Unresolved {
	var out []schema.Unresolved
	for _, d := range c.order {
		if d.cut {
			name := functionName(d.decl)
			out = append(out, schema.Unresolved{Pos: spot(c.program.Position(d.decl.Pos()), 1), Function: name, Text: "func " + name, Why: "the function loops or nests too much to be followed"})
		}
	}
	return out
}

// blanks are the calls that run a text of which nothing is known.
func (c *collector) blanks() []schema.Unresolved {
	var out []schema.Unresolved
	said := map[*ast.CallExpr]bool{}
	for _, d := range c.order {
		for _, call := range d.blank {
			if said[call] {
				continue
			}
			said[call] = true
			out = append(out, schema.Unresolved{Pos: spot(c.program.Position(call.Lparen), 1), Function: functionName(d.decl), Text: types.ExprString(call.Fun) + "(…)", Why: "what it runs is not known"})
		}
	}
	return out
}

// dropTold leaves out queries that were read only with some of their values chosen, where
// other texts of the same call tell all that they use.
func dropTold(all []candidate, answers []answer) {
	type place struct {
		call   *ast.CallExpr
		arg    int
		column schema.ColumnName
		write  bool
		branch schema.Branch
		pos    schema.Position
	}
	told := map[place]bool{}
	at := func(i int, u *schema.Use) place {
		return place{all[i].call, all[i].arg, schema.ColumnName{Table: u.Table, Column: u.Column}, u.Write, u.Branch, u.Pos}
	}
	for _, chosen := range [...]bool{false, true} {
		for i := range answers {
			a := &answers[i]
			if a.chosen != chosen || all[i].call == nil {
				continue
			}
			a.queries = slices.DeleteFunc(a.queries, func(q *schema.Query) bool {
				fresh := false
				for _, u := range q.Uses {
					fresh = fresh || !told[at(i, u)]
					told[at(i, u)] = true
				}
				return chosen && !fresh
			})
		}
	}
}

// unique leaves out the candidates of a function that say nothing new: the same
// text handed to the same call twice, and a text that another one goes on from.
func unique(list []candidate) []candidate {
	var out []candidate
	list = once(list)
	for i, a := range list {
		redundant := false
		from := a.from
		for j, b := range list {
			if i == j {
				continue
			}
			same := sameParts(a.text, b.text)
			switch {
			case same && a.call == b.call:
				from = joinCalls(from, b.from)
				redundant = redundant || j < i && sameRow(a, b)
			case same:
				redundant = redundant || !runs(a) && (runs(b) || j < i)
			case len(a.text) < len(b.text) && sameParts(a.text, b.text[:len(a.text)]) && !runs(a):
				redundant = true
			}
		}
		if !redundant {
			a.from = from
			out = append(out, a)
		}
	}
	return out
}

// once leaves out what one call was handed before, as when it is come upon many times.
func once(list []candidate) []candidate {
	type key struct {
		call   *ast.CallExpr
		places string
	}
	var out []candidate
	first := map[key]int{}
	for _, a := range list {
		k := key{a.call, places(a.text)}
		i, known := first[k]
		if known && sameParts(out[i].text, a.text) && sameRow(out[i], a) {
			out[i].from = joinCalls(out[i].from, a.from)
			continue
		}
		if !known {
			first[k] = len(out)
		}
		out = append(out, a)
	}
	return out
}

// runElsewhere leaves out texts that are only stored or looked at, where the same
// text is run by another function.
func runElsewhere(all []candidate) []candidate {
	run := map[string]bool{}
	for i := range all {
		if runs(all[i]) {
			run[places(all[i].text)] = true
		}
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return !runs(c) && run[places(c.text)] })
}

// places spells where the parts of a text stand.
func places(t gosrc.Text) string {
	b := make([]byte, 0, 8*len(t))
	for _, p := range t {
		b = binary.AppendVarint(b, int64(p.Pos))
		b = binary.AppendVarint(b, int64(len(p.Text)))
	}
	return string(b)
}

func sameParts(a, b gosrc.Text) bool {
	return slices.EqualFunc(a, b, func(x, y gosrc.Part) bool {
		return x.Pos == y.Pos && x.Text == y.Text && x.Origin == y.Origin && x.Set == y.Set
	})
}

// runs says whether the call that a candidate is handed to looks like one that
// runs SQL.
func runs(c candidate) bool {
	if c.wrapped || c.built && c.arg < 0 { // of a builder the call is the last link
		return true
	}
	return runsSQL(c.site.Package.Callee(c.call))
}

// runsSQL says whether a function has a name that those have which run SQL.
func runsSQL(callee gosrc.Callee) bool {
	name := strings.ToLower(callee.Name)
	for _, word := range [...]string{"exec", "query", "select", "get", "prepare", "raw"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (c *collector) readOne(r *mysql.QueryReader, cand *candidate) answer {
	var out answer
	text, in := c.input(cand)
	queries, err := r.Query(text, in)
	if _, unread := errors.AsType[*mysql.UnreadError](err); unread && strings.Contains(text, `"`) {
		// With ANSI_QUOTES, which a program can set for its connections, these are names.
		if again, err2 := r.Query(strings.ReplaceAll(text, `"`, "`"), in); err2 == nil {
			queries, err = again, nil
		}
	}
	if _, unread := errors.AsType[*mysql.UnreadError](err); unread {
		if again, ok := c.withoutSeparators(r, cand); ok {
			queries, err = again, nil
		}
	}
	if _, unread := errors.AsType[*mysql.UnreadError](err); unread {
		if again := c.choices(r, cand); len(again) > 0 {
			queries, err, out.chosen = again, nil, true
		}
	}
	unread, failed := errors.AsType[*mysql.UnreadError](err)
	if db := otherFunction(cand.site.Decl); db != "" && doubtful(queries) {
		return answer{foreign: db}
	}
	if failed {
		if db := otherBranch(cand.site.Package, cand.guards); db != "" {
			return answer{foreign: db}
		}
		queries = append(c.always(r, cand), queries...)
	}
	for _, q := range queries {
		c.place(q, cand)
		cand.tags, cand.program = c.tags, c.program
		cand.scanned(q)
		if cand.doubt {
			for _, u := range q.Uses {
				u.Certain = false
			}
		}
		if q.Unresolved {
			out.unresolved = &schema.Unresolved{Pos: q.Pos, Function: q.Function, Text: q.Text, Why: "a table that is not known, and no column that tells which"}
		}
		if len(q.Uses) == 0 {
			continue
		}
		out.queries = append(out.queries, q)
	}
	if failed {
		pos := c.program.Position(cand.text[0].Pos)
		out.unresolved = &schema.Unresolved{Pos: schema.Position{File: pos.Filename, Line: pos.Line, Column: pos.Column}, Function: functionName(cand.site.Decl), Text: text, Why: unread.Why}
	}
	return out
}

// doubtful says whether some use of the queries is not certain.
func doubtful(queries []*schema.Query) bool {
	return slices.ContainsFunc(queries, func(q *schema.Query) bool {
		return slices.ContainsFunc(q.Uses, func(u *schema.Use) bool { return !u.Certain })
	})
}

// withoutSeparators reads a text without the commas that stand between the turns of
// a loop: of one turn there is none.
func (c *collector) withoutSeparators(r *mysql.QueryReader, cand *candidate) ([]*schema.Query, bool) {
	one := *cand
	one.text = slices.DeleteFunc(slices.Clone(cand.text), func(p gosrc.Part) bool { return p.May && p.Hole == "" && strings.Trim(p.Text, ", ") == "" })
	if len(one.text) == len(cand.text) {
		return nil, false
	}
	queries, err := r.Query(c.input(&one))
	return queries, err == nil
}

// choices reads a text with one each of the values that stand side by side in it, of
// which some may be for another database: those that can be read so.
func (c *collector) choices(r *mysql.QueryReader, cand *candidate) []*schema.Query {
	most := uint8(0)
	for _, p := range cand.text {
		if p.Choice != gosrc.Between {
			most = max(most, p.Choice)
		}
	}
	var out []*schema.Query
	for n := uint8(1); n <= most; n++ {
		one := *cand
		one.text = chosen(cand.text, n)
		if queries, err := r.Query(c.input(&one)); err == nil {
			out = append(out, queries...)
		}
	}
	return out
}

// chosen is a text with the nth value, or the last, wherever several stand side by side.
func chosen(t gosrc.Text, n uint8) gosrc.Text {
	var out gosrc.Text
	for from := 0; from < len(t); {
		if t[from].Choice == 0 {
			out = append(out, t[from])
			from++
			continue
		}
		to, last := from, uint8(0)
		for ; to < len(t) && t[to].Choice != 0; to++ {
			if t[to].Choice != gosrc.Between {
				last = max(last, t[to].Choice)
			}
		}
		for _, p := range t[from:to] {
			if p.Choice == min(n, last) {
				out = append(out, p)
			}
		}
		from = to
	}
	return out
}

// always reads a text without what is added to it under a condition.
func (c *collector) always(r *mysql.QueryReader, cand *candidate) []*schema.Query {
	rest := *cand
	rest.text = slices.DeleteFunc(slices.Clone(cand.text), func(p gosrc.Part) bool { return p.May })
	if len(rest.text) == len(cand.text) || len(rest.text) == 0 {
		return nil
	}
	queries, err := r.Query(c.input(&rest))
	if err != nil {
		return nil
	}
	return queries
}

// input spells a text for the reader of SQL.
func (c *collector) input(cand *candidate) (string, mysql.QueryInput) {
	var b strings.Builder
	var in mysql.QueryInput
	starts := make([]int, len(cand.text))
	for i, p := range cand.text {
		from := b.Len()
		starts[i] = from
		if p.Hole != "" {
			b.WriteString(holeName(p))
			in.Holes = append(in.Holes, sqltext.Span{Start: from, End: b.Len()})
			if p.Hole == gosrc.WhyNumber {
				in.Numbers = append(in.Numbers, in.Holes[len(in.Holes)-1])
			}
		} else {
			b.WriteString(p.Text)
		}
		if p.May {
			in.May = append(in.May, sqltext.Span{Start: from, End: b.Len()})
		}
		if p.Row != nil {
			in.Rows = append(in.Rows, c.rowColumn(p, sqltext.Span{Start: from, End: b.Len()}))
		}
	}
	in.Position = func(from, to int) schema.Position {
		at := c.position(cand, starts, from, to)
		if cand.text[partAt(starts, from)].Crossed {
			if cand.crossed == nil {
				cand.crossed = map[schema.Position]bool{}
			}
			cand.crossed[at] = true
		}
		return at
	}
	return b.String(), in
}

func holeName(p gosrc.Part) string {
	if p.Expr == nil {
		return "{…}"
	}
	return "{" + types.ExprString(p.Expr) + "}"
}

// position is where a piece of a text stands in the source.
func (c *collector) position(cand *candidate, starts []int, from, to int) schema.Position {
	begin := c.at(cand, starts, from)
	end := c.at(cand, starts, max(to-1, from))
	out := schema.Position{File: begin.Filename, Line: begin.Line, Column: begin.Column, EndLine: end.Line, EndColumn: end.Column + 1}
	if end.Filename != begin.Filename || end.Line < begin.Line || end.Line == begin.Line && end.Column < begin.Column {
		out.EndLine, out.EndColumn = out.Line, out.Column+1
	}
	return out
}

// partAt is the part of a text that an offset lies in.
func partAt(starts []int, offset int) int {
	i, found := slices.BinarySearch(starts, offset)
	if !found {
		i--
	}
	for i+1 < len(starts) && starts[i+1] == offset { // behind empty parts
		i++
	}
	return min(max(i, 0), len(starts)-1)
}

func (c *collector) at(cand *candidate, starts []int, offset int) token.Position {
	i := partAt(starts, offset)
	p := cand.text[i]
	pos := p.Pos
	if !pos.IsValid() {
		pos = cand.site.Node.Pos()
	}
	if p.Verbatim {
		pos += token.Pos(min(offset-starts[i], len(p.Text)))
	}
	return c.program.Position(pos)
}

// place says where a query stands and runs.
func (c *collector) place(q *schema.Query, cand *candidate) {
	q.Package = cand.site.Package.Path
	q.Function = functionName(cand.site.Decl)
	q.Guard = cmp.Or(c.switches(cand.site).guard(cand.guards), pastReturn(cand.site.Decl, cand.site.Node, c.flags))
	q.Backfills = marked(cand.site.Decl)
	q.Run = !cand.loose && runs(*cand)
	q.Site = spot(c.program.Position(cand.site.Node.Pos()), 1)
}

// marked says whether the comment of a function says that it fills a new column.
func marked(decl *ast.FuncDecl) bool {
	return decl != nil && decl.Doc != nil && slices.ContainsFunc(decl.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//expandcheck:backfilled")
	})
}

// functionName is how a person names a function: Store.Save.
func functionName(decl *ast.FuncDecl) string {
	if decl == nil {
		return ""
	}
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return decl.Name.Name
	}
	t := decl.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch g := t.(type) {
	case *ast.IndexExpr:
		t = g.X
	case *ast.IndexListExpr:
		t = g.X
	}
	return types.ExprString(t) + "." + decl.Name.Name
}
