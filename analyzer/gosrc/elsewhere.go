package gosrc

import (
	"bytes"
	"go/ast"
	"go/types"
	"maps"
	"path"
	"slices"
	"sync"
)

// CalledElsewhere are those of some functions that may be called otherwise than by the
// calls that are walked: code hands them on as values, or a file that is not walked
// names them.
func (p *Program) CalledElsewhere(functions []*types.Func) map[*types.Func]bool {
	byName := map[string][]*types.Func{}
	for _, fn := range functions {
		byName[fn.Name()] = append(byName[fn.Name()], fn)
	}
	out := map[*types.Func]bool{}
	if len(byName) == 0 {
		return out
	}
	walked := map[string]bool{}
	for _, pkg := range p.Packages {
		walked[pkg.Dir] = true
		for _, fn := range pkg.values(byName) {
			for _, target := range p.targets(fn) {
				if f, ok := target.pkg.Info.Defs[target.decl.Name].(*types.Func); ok {
					out[f] = true
				}
			}
		}
	}
	for _, m := range p.namedOutside(byName, walked) {
		for _, fn := range byName[m.name] {
			out[fn] = out[fn] || m.may(fn)
		}
	}
	return out
}

// values are the functions of some names that the package names other than to call them.
func (pkg *Package) values(names map[string][]*types.Func) []*types.Func {
	var out []*types.Func
	for id, obj := range pkg.Info.Uses {
		fn, ok := obj.(*types.Func)
		if !ok || names[fn.Name()] == nil || slices.Contains(out, fn) {
			continue
		}
		if f := pkg.prog.File(id.Pos()); f != nil && !followedBy(f, id) {
			out = append(out, fn)
		}
	}
	return out
}

// followedBy says whether the arguments of a call, or of types, follow a name.
func followedBy(f *File, id *ast.Ident) bool {
	end := int(id.End() - f.Syntax.FileStart)
	if end < 0 || end >= len(f.Source) {
		return false
	}
	behind := bytes.TrimLeft(f.Source[end:], " \t")
	return len(behind) > 0 && (behind[0] == '(' || behind[0] == '[')
}

// A mention is the name of a function in a file.
type mention struct {
	name     string
	file     *Source
	selected bool // .Name
}

// may says whether the name may be that of the function.
func (m mention) may(fn *types.Func) bool {
	if fn.Signature().Recv() != nil {
		return m.selected
	}
	at := slices.Index(m.file.Imports, fn.Pkg().Path())
	return at >= 0 && (m.selected || bytes.Contains(m.file.Text, []byte(". \""+m.file.Imports[at])))
}

// namedOutside are the exported ones of some names that files name which are not of the
// directories.
func (p *Program) namedOutside(names map[string][]*types.Func, dirs map[string]bool) []mention {
	exported := map[string]bool{}
	for name := range names {
		if ast.IsExported(name) {
			exported[name] = true
		}
	}
	if len(exported) == 0 {
		return nil
	}
	var mu sync.Mutex
	var out []mention
	parallel(len(p.scan.Files), func(i int) {
		f := &p.scan.Files[i]
		if dirs[path.Dir(f.Name)] || protobuf(f.Name) {
			return
		}
		found := f.mentions(exported)
		mu.Lock()
		defer mu.Unlock()
		out = append(out, found...)
	})
	return out
}

// mentions are those of the names that a file selects, or, with a package imported as
// its own, has anywhere.
func (f *Source) mentions(names map[string]bool) []mention {
	var out []mention
	isWord, text := wordByte(), f.Text
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '.')
		if i < 0 {
			break
		}
		at += i + 1
		end := at
		for end < len(text) && isWord[text[end]] {
			end++
		}
		if names[string(text[at:end])] {
			out = append(out, mention{string(text[at:end]), f, true})
		}
	}
	if bytes.Contains(text, []byte(". \"")) {
		newWordSet(slices.Collect(maps.Keys(names))).each(text, func(from, to int) bool {
			if name := string(text[from:to]); names[name] && from > 0 && text[from-1] != '.' {
				out = append(out, mention{name, f, false})
			}
			return true
		})
	}
	return out
}

// SetElsewhere says whether a file that is not walked, of a package that imports that of
// a struct, may give the field a value: F: v, or x.F = v.
func (p *Program) SetElsewhere(field *types.Var) bool {
	if !field.IsField() || !field.Exported() || field.Pkg() == nil {
		return false
	}
	return slices.ContainsFunc(p.scan.Files, func(f Source) bool {
		return slices.Contains(f.Imports, field.Pkg().Path()) && !protobuf(f.Name) && !p.walks(path.Dir(f.Name)) && setsSome(f.Text, []byte(field.Name()))
	})
}

// walks says whether the packages of a directory are walked.
func (p *Program) walks(dir string) bool {
	pkg := p.byDir[dir]
	return pkg != nil && slices.Contains(p.Packages, pkg)
}

// setsSome says whether a text sets a field of the name.
func setsSome(text, name []byte) bool {
	return someWord(text, name, func(from, to int) bool {
		return setsField(text[to:], from > 0 && text[from-1] == '.')
	})
}

// assignedOutside says whether another package of the tree gives a variable of package
// level another value: p.V = v.
func (p *Program) assignedOutside(v *types.Var) bool {
	if !v.Exported() || v.Pkg() == nil || len(p.scan.Files) == 0 {
		return false
	}
	p.assignedOnce.Do(func() { p.assigned = p.scan.assigned() })
	return slices.ContainsFunc(p.assigned[v.Pkg().Name()+"."+v.Name()], func(f *Source) bool {
		return slices.Contains(f.Imports, v.Pkg().Path())
	})
}

// assigned are the files that give what an exported selector names a value, by it.
func (s *Scan) assigned() map[string][]*Source {
	out := map[string][]*Source{}
	var mu sync.Mutex
	parallel(len(s.Files), func(i int) {
		f := &s.Files[i]
		found := map[string]bool{}
		for at := 0; ; at++ {
			n := bytes.IndexByte(f.Text[at:], '=')
			if n < 0 {
				break
			}
			at += n
			if at+1 < len(f.Text) && f.Text[at+1] == '=' {
				at++
				continue
			}
			if selector := selectorBefore(f.Text, at); selector != nil {
				found[string(selector)] = true
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for selector := range found {
			out[selector] = append(out[selector], f)
		}
	})
	return out
}

// selectorBefore is the selector p.V that ends before an offset, blanks left out; nil when
// there is none.
func selectorBefore(text []byte, offset int) []byte {
	isWord := wordByte()
	end := offset
	for end > 0 && (text[end-1] == ' ' || text[end-1] == '\t') {
		end--
	}
	name := end
	for name > 0 && isWord[text[name-1]] {
		name--
	}
	if name == end || name < 2 || text[name-1] != '.' || text[name] < 'A' || text[name] >= 0x80 || text[name] > 'Z' {
		return nil
	}
	from := name - 1
	for from > 0 && isWord[text[from-1]] {
		from--
	}
	if from == name-1 {
		return nil
	}
	return text[from:end]
}

// Reads says whether some file of the tree, loaded or not, names a field other than to
// declare it or to set it; true when the tree is not known.
func (p *Program) Reads(field *types.Var) bool {
	if len(p.scan.Files) == 0 {
		return true
	}
	declared := p.Position(field.Pos())
	for _, f := range p.scan.Files {
		text := f.Text
		if f.Name == declared.Filename && declared.Offset+len(field.Name()) <= len(text) {
			text = bytes.Clone(text)
			copy(text[declared.Offset:], bytes.Repeat([]byte(" "), len(field.Name())))
		}
		if readsField(text, []byte(field.Name())) {
			return true
		}
	}
	return false
}

// Selecting returns the folders of the tree that name a field of some struct, .F or F:;
// false when the tree is not known.
func (p *Program) Selecting(field string) (dirs []string, known bool) {
	return p.scan.Selecting([]string{field}), len(p.scan.Files) > 0
}

// readsField says whether a text has a word other than where it is set, or in a comment
// that has its line to itself.
func readsField(text, word []byte) bool {
	return someWord(text, word, func(from, to int) bool {
		return !setsField(text[to:], from > 0 && text[from-1] == '.') && !bytes.HasPrefix(lineBefore(text, from), []byte("//"))
	})
}

// setsField says whether a field is set by what stands behind its name: x.F = v, or
// T{F: v}.
func setsField(behind []byte, selected bool) bool {
	by := byte(':')
	if selected {
		by = '='
		behind = bytes.TrimLeft(behind, " \t")
	}
	return len(behind) > 1 && behind[0] == by && behind[1] != '='
}
