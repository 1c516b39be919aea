package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
	"github.com/expandcheck/expandcheck/rules"
)

// A suppressor takes out the findings that directives and the configuration
// ignore, and knows which of these did nothing.
type suppressor struct {
	cfg        Config
	suppressed int
	usedConfig []bool
	code       []*codeIgnore
}

func newSuppressor(cfg Config) *suppressor {
	return &suppressor{cfg: cfg, usedConfig: make([]bool, len(cfg.Ignores))}
}

// An ignore is one directive: the rules that it names, each used or not.
type ignore struct {
	sqltext.Directive
	file      *sqltext.File
	migration *migration.Migration
	// statements are those that it stands above, several for a call in a loop of
	// Go code; none when it holds for its file.
	statements []*migration.Statement
	nowhere    bool // it stands where it speaks of nothing
	used       map[string]bool
}

func (g *ignore) covers(f rules.Finding) bool {
	if g.nowhere || !slices.Contains(g.Args, f.Rule.Name) {
		return false
	}
	if len(g.statements) > 0 {
		return slices.Contains(g.statements, f.Source)
	}
	return f.Pos.File == g.file.Name
}

// filter returns the findings of a database that are left, and those about the
// directives themselves.
func (s *suppressor) filter(d *Database, findings []rules.Finding) []rules.Finding {
	ignores := d.ignores()
	var out []rules.Finding
	for _, f := range findings {
		if s.ignored(ignores, f) {
			s.suppressed++
			continue
		}
		out = append(out, f)
	}
	about := s.unknownDirectives(d)
	for _, g := range ignores {
		about = append(about, s.about(g)...)
	}
	for _, f := range about {
		if f.Severity != rules.Off && d.reports(f) {
			out = append(out, f)
		}
	}
	return out
}

func (s *suppressor) ignored(ignores []*ignore, f rules.Finding) bool {
	hit := false
	for _, g := range ignores {
		if g.covers(f) {
			g.used[f.Rule.Name] = true
			hit = true
		}
	}
	for _, g := range s.code {
		if g.covers(f) {
			g.used[f.Rule.Name] = true
			hit = true
		}
	}
	for i, g := range s.cfg.Ignores {
		if g.Rule != f.Rule.Name {
			continue
		}
		at := f.Pos.File
		if ok, _ := doublestar.Match(g.At, at); ok || g.At == "" || g.At == path.Base(at) {
			s.usedConfig[i] = true
			hit = true
		}
	}
	return hit
}

// directives returns the directives of the pending migrations, whatever their
// name, each as an ignore would have it; and of those that were edited the ignores
// of that.
func (d *Database) directives() []*ignore {
	var out []*ignore
	type place struct {
		file string
		at   sqltext.Position
	}
	known := map[place]*ignore{}
	for _, m := range d.Directory.Migrations {
		edited := d.isEdited(m)
		if !d.pending[m] && !edited {
			continue
		}
		wanted := func(dir sqltext.Directive) bool {
			return !edited || dir.Name == "ignore" && slices.Contains(dir.Args, rules.EditedMigration.Name)
		}
		for _, fd := range m.FileDirectives {
			if !wanted(fd.Directive) {
				continue
			}
			out = append(out, &ignore{Directive: fd.Directive, file: fd.File, migration: m, nowhere: fd.Trailing, used: map[string]bool{}})
		}
		for i := range m.Up {
			st := &m.Up[i]
			for _, dir := range st.Directives {
				if !wanted(dir) {
					continue
				}
				at := place{st.File.Name, st.File.Position(dir.Offset)}
				if g := known[at]; g != nil {
					g.statements = append(g.statements, st)
					continue
				}
				g := &ignore{Directive: dir, file: st.File, migration: m, statements: []*migration.Statement{st}, used: map[string]bool{}}
				known[at] = g
				out = append(out, g)
			}
		}
	}
	return out
}

// ignores returns the ignore directives of the pending migrations.
func (d *Database) ignores() []*ignore {
	return slices.DeleteFunc(d.directives(), func(g *ignore) bool { return g.Name != "ignore" })
}

var directiveNames = []string{"ignore", "replaces", "backfilled"}

// unknownDirectives reports what was meant for a directive and is none.
func (s *suppressor) unknownDirectives(d *Database) []rules.Finding {
	var out []rules.Finding
	for _, g := range d.directives() {
		if why := d.record.problems[directivePosition(g.file, g.Directive)]; why != "" && len(g.statements) > 0 {
			out = append(out, s.onDirective(g, rules.UnusedIgnore, "this declares no move: "+why,
				"name the old column as table.column, or the old table: `-- expandcheck:replaces OLD`, with `with NEW, NEW` where the statement adds more"))
			continue
		}
		if slices.Contains(directiveNames, g.Name) {
			continue
		}
		name, message := g.Name, fmt.Sprintf("unknown directive `expandcheck:%s`, so it does nothing", g.Name)
		if name == "" {
			name, _, _ = strings.Cut(g.Reason, " ")
			message = "this names no directive directly behind the colon, so it does nothing"
		}
		if near := nearest.Name(strings.ToLower(name), directiveNames); near != "" {
			message += fmt.Sprintf(": did you mean `expandcheck:%s`?", near)
		}
		out = append(out, s.onDirective(g, rules.UnusedIgnore, message, "write `-- expandcheck:ignore RULE: REASON`, `-- expandcheck:replaces OLD` or `-- expandcheck:backfilled NEW: HOW`"))
	}
	return out
}

// about returns the findings about one directive.
func (s *suppressor) about(g *ignore) []rules.Finding {
	var out []rules.Finding
	if g.Reason == "" {
		out = append(out, s.onDirective(g, rules.IgnoreWithoutReason, "this ignore gives no reason",
			"write why behind a colon: `-- expandcheck:ignore "+strings.Join(g.Args, ", ")+": REASON`"))
	}
	if len(g.Args) == 0 {
		out = append(out, s.onDirective(g, rules.UnusedIgnore, "this ignore names no rule, so it silences nothing",
			"name the rules: `-- expandcheck:ignore RULE, RULE: REASON`"))
	}
	for _, name := range g.Args {
		rule, err := rules.Named(name)
		switch {
		case err != nil:
			out = append(out, s.onDirective(g, rules.UnusedIgnore, "this ignore silences nothing: "+err.Error(), "name a rule that there is"))
		case !g.used[name] && s.cfg.severity(rule) != rules.Off:
			out = append(out, s.onDirective(g, rules.UnusedIgnore, fmt.Sprintf("there is no finding of %s here to ignore", name), "remove it"))
		}
	}
	return out
}

func (s *suppressor) onDirective(g *ignore, rule *rules.Rule, message, help string) rules.Finding {
	p := g.file.Position(g.Offset)
	line := g.file.Line(p.Line)
	return rules.Finding{Rule: rule, Severity: s.cfg.severity(rule), Message: message, Help: help, Migration: g.migration,
		Pos:       schema.Position{File: g.file.Name, Line: p.Line, Column: p.Column, EndLine: p.Line, EndColumn: len(strings.TrimRight(line, " \t")) + 1},
		Statement: strings.TrimSpace(line)}
}

// unusedInConfig reports the ignore entries of the configuration that did
// nothing; not when only some files were asked for.
func (s *suppressor) unusedInConfig() []rules.Finding {
	severity := s.cfg.severity(rules.UnusedIgnore)
	if severity == rules.Off || len(s.cfg.Targets) > 0 {
		return nil
	}
	var out []rules.Finding
	for i, g := range s.cfg.Ignores {
		if rule, err := rules.Named(g.Rule); s.usedConfig[i] || err != nil || s.cfg.severity(rule) == rules.Off {
			continue
		}
		out = append(out, rules.Finding{Rule: rules.UnusedIgnore, Severity: severity,
			Pos:     schema.Position{File: s.cfg.File, Line: max(g.Line, 1), Column: 1, EndLine: max(g.Line, 1), EndColumn: 1},
			Message: fmt.Sprintf("there is no finding of %s at %s to ignore", g.Rule, g.At), Help: "remove the entry"})
	}
	return out
}
