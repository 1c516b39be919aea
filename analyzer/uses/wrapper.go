package uses

import (
	"fmt"
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A Wrapper is a function of the user's that takes SQL, or the names that it makes SQL
// of. Arguments count from 0; those that it does not take are NoArgument.
//
// The comments on its fields are what the documentation says of the keys of wrappers:.
type Wrapper struct {
	Func    string // import/path.Func or import/path.Type.Method
	SQL     int    // which argument is SQL, from 0
	Table   int    // which argument is the name of a table
	Columns int    // which argument names the columns that are read or written: a string, a list, the keys of a map, or all from there on
	Where   int    // which argument names the columns of a condition, in the same ways
	Does    string // what it does with the table
}

// NoArgument is the number of an argument that a wrapper does not take.
const NoArgument = -1

// Verbs are what a wrapper can do with a table.
func Verbs() []string { return []string{"select", "insert", "replace", "update", "delete"} }

// parts are the import path, the type, if it is a method, and the name.
func (w *Wrapper) parts() (pkg, recv, name string) {
	dir, last := path.Split(w.Func)
	elements := strings.SplitN(last, ".", 3)
	// The path of a package may end in gopkg.in/x.v1.
	if len(elements) == 3 && !ast.IsExported(elements[1]) && strings.HasPrefix(elements[1], "v") {
		return dir + elements[0] + "." + elements[1], "", elements[2]
	}
	switch len(elements) {
	case 2:
		return dir + elements[0], "", elements[1]
	case 3:
		return dir + elements[0], elements[1], elements[2]
	}
	return w.Func, "", ""
}

// is says whether a call may be one of the wrapper: of a method whose receiver is not
// known, if the package is imported.
func (w *Wrapper) is(p *gosrc.Program, call *gosrc.Call) bool {
	pkg, recv, name := w.parts()
	c := call.Callee
	switch {
	case c.Name != name:
		return false
	case c.Pkg == pkg:
		return c.Recv == recv
	case recv == "":
		return false
	case c.Pkg == "" && c.Recv == "?":
		return slices.Contains(call.Package.Imports(), pkg)
	case c.Func == nil:
		return false
	}
	sig, ok := c.Func.Type().(*types.Signature)
	return ok && sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) &&
		slices.ContainsFunc(p.Declarations(c.Func), func(d *ast.FuncDecl) bool { return functionName(d) == recv+"."+name })
}

// wrapped adds what a call of a wrapper runs. It returns the argument that is read
// as SQL, and whether the call is one.
func (c *collector) wrapped(call *gosrc.Call) (arg int, found bool) {
	arg = NoArgument
	for i := range c.wrappers {
		w := &c.wrappers[i]
		if !w.is(c.program, call) {
			continue
		}
		found = true
		if v := argumentOf(call, w.SQL); v != nil {
			arg = w.SQL
			c.runText(call, arg, v)
		}
		if v := argumentOf(call, w.Table); v != nil {
			for _, table := range gosrc.Alternatives(v) {
				c.text(call, w.Table, nil, w.spell(call, table))
			}
		}
	}
	return arg, found
}

// runText adds a text that is known to be run.
func (c *collector) runText(call *gosrc.Call, arg int, v gosrc.Value) {
	from := len(c.now.found)
	c.texts(call, arg, v, 2)
	for i := range c.now.found[from:] {
		c.now.found[from+i].wrapped = true
	}
}

func argumentOf(call *gosrc.Call, i int) gosrc.Value {
	if i < 0 || i >= len(call.Args) {
		return nil
	}
	return call.Args[i]
}

// spell writes the statement that the wrapper makes.
func (w *Wrapper) spell(call *gosrc.Call, table gosrc.Value) gosrc.Text {
	s := &speller{at: call.Expr.Lparen}
	columns, where := w.names(call, w.Columns), w.names(call, w.Where)
	switch w.Does {
	case "insert", "replace":
		s.sql(strings.ToUpper(w.Does) + " INTO ")
		s.value(table)
		s.sql(" SET ")
		s.names(columns, " = ?", ", ")
		return s.text
	case "update":
		s.sql("UPDATE ")
		s.value(table)
		s.sql(" SET ")
		s.names(columns, " = ?", ", ")
	case "delete":
		s.sql("DELETE FROM ")
		s.value(table)
	default:
		s.sql("SELECT ")
		s.names(columns, "", ", ")
		s.sql(" FROM ")
		s.value(table)
	}
	if w.Where != NoArgument {
		s.sql(" WHERE ")
		s.names(where, " = ?", " AND ")
	}
	return s.text
}

// A nameList is the names of columns that a call is handed; nil stands for names that
// are not known.
type nameList []gosrc.Elem

// names returns what an argument names, or all from there on.
func (w *Wrapper) names(call *gosrc.Call, arg int) nameList {
	if arg < 0 || arg >= len(call.Args) {
		return nil
	}
	values := call.Args[arg : arg+1]
	if fn := call.Callee.Func; fn != nil {
		if sig, ok := fn.Type().(*types.Signature); ok && sig.Variadic() && arg == sig.Params().Len()-1 {
			values = call.Args[arg:]
		}
	}
	var out nameList
	for _, v := range values {
		alternatives := gosrc.Alternatives(v)
		for _, a := range alternatives {
			for _, e := range namesIn(a) {
				e.May = e.May || len(alternatives) > 1
				out = append(out, e)
			}
		}
	}
	return out
}

func namesIn(v gosrc.Value) nameList {
	switch v := v.(type) {
	case *gosrc.List:
		out := slices.Clone(v.Elems)
		if v.Open {
			out = append(out, gosrc.Elem{Value: gosrc.Unknown{Why: "more of a list"}})
		}
		return out
	case *gosrc.Record:
		var out nameList
		for _, key := range v.Names() {
			if spelled, ok := v.Keys[key]; ok {
				out = append(out, gosrc.Elem{Value: spelled})
			}
		}
		if len(out) == 0 {
			out = append(out, gosrc.Elem{Value: gosrc.Unknown{Why: "columns of a map"}})
		}
		return out
	}
	return nameList{{Value: v}}
}

// names writes a list with something behind each name, and between two.
func (s *speller) names(list nameList, behind, between string) {
	if len(list) == 0 {
		s.hole("columns that are not known")
		return
	}
	names := s.sequence("", between)
	for _, e := range list {
		s.perhaps(e.May, func() {
			names.next()
			s.value(e.Value)
			if _, known := e.Value.(gosrc.Text); known {
				s.sql(behind)
			}
		})
	}
}

// wrapperNames are the names of the functions: who spells one may call it.
func (o *Options) wrapperNames() []string {
	var out []string
	for i := range o.Wrappers {
		_, _, name := o.Wrappers[i].parts()
		out = append(out, name)
	}
	return out
}

// wrong says what the code has not of the wrappers.
func (o *Options) wrong(scan *gosrc.Scan) []string {
	var out []string
	for i := range o.Wrappers {
		w := &o.Wrappers[i]
		pkg, recv, name := w.parts()
		fn, known := scan.Declaration(pkg, recv, name)
		switch {
		case known && fn == nil:
			out = append(out, fmt.Sprintf("wrappers: the package %s declares no %s: this entry does nothing", pkg, strings.TrimPrefix(recv+"."+name, ".")))
		case !known && !slices.ContainsFunc(scan.Files, func(f gosrc.Source) bool { return slices.Contains(f.Imports, pkg) }):
			out = append(out, fmt.Sprintf("wrappers: no code has or imports the package %s: the entry of %s does nothing", pkg, strings.TrimPrefix(recv+"."+name, ".")))
		case fn != nil && max(w.SQL, w.Table, w.Columns, w.Where) >= fn.Params.NumFields():
			out = append(out, fmt.Sprintf("wrappers: %s takes %d arguments, which count from 0: this entry names argument %d", w.Func, fn.Params.NumFields(), max(w.SQL, w.Table, w.Columns, w.Where)))
		}
	}
	return out
}
