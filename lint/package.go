package lint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/analyzer/gosrc"
	"github.com/expandcheck/expandcheck/analyzer/uses"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// Root is the folder on disk that positions are relative to.
func (s *State) Root() string { return s.cfg.RootDir }

// InCode returns the findings in Go files that are no migrations.
func (s *State) InCode() []rules.Finding {
	return slices.DeleteFunc(s.Report().Findings, func(f rules.Finding) bool {
		inGo := f.Migration == nil && strings.HasSuffix(f.Pos.File, ".go")
		return f.Rule.Family != rules.Code && (!inGo || f.Rule != rules.SkippedStep && f.Rule != rules.CoupledChange)
	})
}

// WithPackage returns the state of a tree in which a package is as program has
// it, and whether that differs from what was read. What read returns is what the
// files of the package hold there, as an editor has them. An error means that the code
// beside it could not be read.
func (s *State) WithPackage(ctx context.Context, program *gosrc.Program, read func(file string) ([]byte, error)) (*State, bool, error) {
	edited := func(file string) bool {
		now, err := read(file)
		old, oldErr := fs.ReadFile(s.cfg.Root, file)
		return err != nil || oldErr != nil || !bytes.Equal(now, old)
	}
	out, changed := &State{cfg: s.cfg}, false
	for _, d := range s.Databases {
		c := *d
		if d.HeadUses != nil {
			o := d.usesOptions(s.cfg, catalog{d.Schema, d.gone})
			o.Words = d.further.head.fields
			u := uses.Of(ctx, program, o)
			for _, pkg := range program.Packages {
				runs, err := d.code.head.Runs(ctx, o.Dirs, pkg)
				if err != nil {
					return nil, false, err
				}
				if !runs || !usesSchema(pkg, o.Dirs, d.HeadUses) {
					continue
				}
				replaced, differs := c.HeadUses.Replaced(pkg.Path, u.Queries, edited)
				c.HeadUses, changed = replaced, changed || differs
			}
			if d.BaseUses == d.HeadUses {
				c.BaseUses = c.HeadUses
			}
			c.findMoves(s.cfg)
		}
		out.Databases = append(out.Databases, &c)
	}
	return out, changed, nil
}

// usesSchema says whether a package is code of a schema: it lies in one of the folders, all
// of the tree when there are none, or was read with them.
func usesSchema(pkg *gosrc.Package, dirs []string, read *schema.Uses) bool {
	return len(dirs) == 0 || below(pkg.Dir, dirs) || slices.ContainsFunc(read.Queries, func(q *schema.Query) bool { return q.Package == pkg.Path })
}

// Digest tells two states apart whose findings in code differ. Drivers that cache
// what they found in a package mix it into the key: a changed migration, or a
// changed package beside it, makes another digest.
func (s *State) Digest() string {
	h := sha256.New()
	for _, f := range s.InCode() {
		_, _ = fmt.Fprintf(h, "%s\x00%s\x00%d\x00%d\x00%s\x00", f.Rule.Name, f.Pos.File, f.Pos.Line, f.Pos.Column, f.Message)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
