package gosrc

import (
	"go/ast"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A template of text/template or html/template is a Record of its type, with these fields.
const (
	tmplName    = "name"
	tmplLeft    = "left" // delimiters
	tmplRight   = "right"
	tmplFuncs   = "funcs"
	tmplSources = "sources" // a List of records with a name, delimiters, and tmplText
	tmplText    = "text"
)

// template evaluates the functions and methods that make templates and execute them.
func (f *frame) template(call *ast.CallExpr, c Callee, receiver Value, args []Value) (Value, bool) {
	if c.Pkg != "text/template" && c.Pkg != "html/template" || c.Func == nil {
		return nil, false
	}
	if c.Recv == "Template" {
		return f.templateMethod(call, c, receiver, args)
	}
	made := &Record{Type: templateType(c.Func)}
	switch c.Name {
	case "New":
		if len(args) == 1 {
			return made.as(tmplName, args[0]), true
		}
	case "Must":
		if len(args) > 0 {
			return args[0], true
		}
	case "ParseFS", "ParseFiles", "ParseGlob":
		out := f.withFiles(made, call, c, args)
		return out.as(tmplName, out.firstSource()), true
	}
	return nil, false
}

// templateType is the type Template of the package of a function.
func templateType(fn *types.Func) types.Type {
	if obj := fn.Pkg().Scope().Lookup("Template"); obj != nil {
		return obj.Type()
	}
	return nil
}

// as is the record with a field set by no code.
func (r *Record) as(field string, v Value) *Record {
	return r.with(&ast.Ident{Name: field}, v)
}

// sources are the texts that a template and those associated with it were parsed of.
func (r *Record) sources() []Elem {
	l, ok := r.Fields[tmplSources].(*List)
	if !ok {
		return nil
	}
	return l.Elems
}

// firstSource is the name of the first of them.
func (r *Record) firstSource() Value {
	if all := r.sources(); len(all) > 0 {
		if s, ok := all[0].Value.(*Record); ok {
			return s.Fields[tmplName]
		}
	}
	return Unknown{Why: "a template without a name"}
}

// withSource is the template with one more text parsed.
func (r *Record) withSource(name, text Value) *Record {
	source := (&Record{}).as(tmplName, name).as(tmplText, text)
	for _, delimiter := range [...]string{tmplLeft, tmplRight} {
		if d, ok := r.Fields[delimiter]; ok {
			source = source.as(delimiter, d)
		}
	}
	l := &List{Elems: append(slices.Clone(r.sources()), Elem{Value: source})}
	return r.as(tmplSources, l)
}

func (f *frame) templateMethod(call *ast.CallExpr, c Callee, receiver Value, args []Value) (Value, bool) {
	if c.Name == "Execute" || c.Name == "ExecuteTemplate" {
		return f.execute(call, c, receiver, args)
	}
	var out Value
	switch c.Name {
	case "New", "Lookup":
		if len(args) == 1 {
			out = ofTemplate(receiver, func(r *Record) *Record { return r.as(tmplName, args[0]) })
		}
	case "Parse":
		if len(args) == 1 {
			out = ofTemplate(receiver, func(r *Record) *Record { return r.withSource(r.Fields[tmplName], args[0]) })
		}
	case "ParseFS", "ParseFiles", "ParseGlob":
		out = ofTemplate(receiver, func(r *Record) *Record { return f.withFiles(r, call, c, args) })
	case "Delims":
		if len(args) == 2 {
			out = ofTemplate(receiver, func(r *Record) *Record { return r.as(tmplLeft, args[0]).as(tmplRight, args[1]) })
		}
	case "Funcs":
		if len(args) == 1 {
			out = ofTemplate(receiver, func(r *Record) *Record { return r.as(tmplFuncs, args[0]) })
		}
	case "Option", "Clone":
		return receiver, true
	}
	if out == nil {
		return nil, false
	}
	if c.Name != "Lookup" {
		f.sharesTemplate(call, c, out)
	}
	return out, true
}

// ofTemplate is what do makes of a template; of what is none nothing is known.
func ofTemplate(v Value, do func(*Record) *Record) Value {
	return lift(func(v []Value) Value {
		if r, ok := v[0].(*Record); ok && isTemplate(r.Type) {
			return do(r)
		}
		return v[0]
	}, v)
}

func isTemplate(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && n.Obj().Name() == "Template" && n.Obj().Pkg() != nil && strings.HasSuffix(n.Obj().Pkg().Path(), "/template")
}

// sharesTemplate gives the variable that a method was called on, of it or of a template
// that is associated with it, what is shared among these.
func (f *frame) sharesTemplate(call *ast.CallExpr, c Callee, made Value) {
	r, ok := made.(*Record)
	if !ok {
		return
	}
	shared := []string{tmplSources, tmplFuncs}
	for at := call; ; {
		fun, ok := ast.Unparen(at.Fun).(*ast.SelectorExpr)
		if !ok {
			return
		}
		next, isCall := ast.Unparen(fun.X).(*ast.CallExpr)
		if !isCall {
			if at == call && c.Name == "Delims" {
				shared = append(shared, tmplLeft, tmplRight)
			}
			f.shareTemplate(fun.X, r, shared)
			return
		}
		at = next
		if callee := f.callee(at); callee.Recv != "Template" || callee.Name == "Clone" {
			return
		}
	}
}

func (f *frame) shareTemplate(target ast.Expr, from *Record, fields []string) {
	if _, ok := variableNamed(target); !ok {
		return
	}
	have, ok := f.eval(target).(*Record)
	if !ok || !isTemplate(have.Type) {
		return
	}
	for _, name := range fields {
		if v, ok := from.Fields[name]; ok {
			have = have.as(name, v)
		}
	}
	f.store(target, have)
}

// withFiles is the template with the files parsed that a call names: those of an
// embed.FS are known.
func (f *frame) withFiles(r *Record, call *ast.CallExpr, c Callee, args []Value) *Record {
	unknown := r.withSource(Unknown{Why: "a file"}, Unknown{Why: "template files", Expr: call})
	if c.Name != "ParseFS" || len(call.Args) < 2 || len(args) < 2 {
		return unknown
	}
	v := f.variableOf(call.Args[0])
	if v == nil || v.embed == "" {
		return unknown
	}
	for _, pattern := range args[1:] {
		s, ok := known(pattern)
		if !ok {
			return unknown
		}
		names, err := fs.Glob(f.w.Program.fsys, path.Join(v.pkg.Dir, s))
		if err != nil || len(names) == 0 {
			return unknown
		}
		for _, name := range names {
			r = r.withSource(placed(path.Base(name), call.Pos()), f.w.Program.embeddedFile(name, call))
		}
	}
	return r
}
