package uses

import (
	"go/token"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
)

// A library builds statements by chains of calls. It says what each call is to
// it, and spells the statement that a chain stands for; from there on a builder is
// read as SQL is.
type library struct {
	name string
	path string // the beginning of its import path
	maps bool   // names tables and columns after types
	step func(c gosrc.Callee, on bool) gosrc.Step
	// spell returns the statement of a chain; nil when it is none, as a part of one.
	spell func(*gosrc.Chain) gosrc.Text
}

// libraries are the builders that are read.
func libraries() []*library { return []*library{squirrel, gorm2, gorm1} }

func (o *Options) libraryPaths() gosrc.Libraries {
	out := gosrc.Libraries{Functions: o.wrapperNames()}
	for _, lib := range libraries() {
		if lib.maps {
			out.Mappers = append(out.Mappers, lib.path)
		} else {
			out.Builders = append(out.Builders, lib.path)
		}
	}
	return out
}

// libraryOf returns the library whose call begins a chain or goes on with it.
func libraryOf(c gosrc.Callee) *library {
	for _, lib := range libraries() {
		if len(c.Pkg) >= len(lib.path) && c.Pkg[:len(lib.path)] == lib.path {
			return lib
		}
	}
	return nil
}

// step is what a call is to the library of its receiver.
func step(c gosrc.Callee, on bool) gosrc.Step {
	if lib := libraryOf(c); lib != nil {
		return lib.step(c, on)
	}
	return gosrc.NoStep
}

// spelled returns the statement that a chain stands for.
func spelled(ch *gosrc.Chain) gosrc.Text {
	if len(ch.Links) == 0 {
		return nil
	}
	if lib := libraryOf(ch.Links[0].Callee); lib != nil {
		return lib.spell(ch)
	}
	return nil
}

// A speller puts a statement together.
type speller struct {
	text gosrc.Text
	may  bool      // what is written is conditional
	at   token.Pos // of the call that is spelled
}

// sql writes a piece that the code does not spell.
func (s *speller) sql(text string) {
	s.text = append(s.text, gosrc.Part{Text: text, Pos: s.at, May: s.may})
}

// part writes a text of the code.
func (s *speller) part(t gosrc.Text) {
	for _, p := range t {
		p.May = p.May || s.may
		s.text = append(s.text, p)
	}
}

// hole writes what is not known.
func (s *speller) hole(why string) {
	s.text = append(s.text, gosrc.Part{Hole: why, Pos: s.at, May: s.may})
}

// value writes a value that may be a text, or is not known.
func (s *speller) value(v gosrc.Value) {
	switch v := v.(type) {
	case gosrc.Text:
		s.part(v)
	case gosrc.Unknown:
		p := gosrc.Part{Hole: v.Why, Expr: v.Expr, Param: v.Param, Field: v.Field, Pos: s.at, May: s.may}
		s.text = append(s.text, p)
	default:
		s.hole("not a string")
	}
}

// list writes values with separators between them.
func (s *speller) list(values []gosrc.Value, between string) {
	for i, v := range values {
		if i > 0 {
			s.sql(between)
		}
		s.value(v)
	}
}

// inside writes under the condition and at the place of a link.
func (s *speller) inside(l *gosrc.Link, do func()) {
	may, at := s.may, s.at
	s.may, s.at = s.may || l.May, l.Call.Pos()
	if l.Call.Lparen.IsValid() {
		s.at = l.Call.Lparen
	}
	do()
	s.may, s.at = may, at
}
