package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/move"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/lint/sqltext"
	"github.com/expandcheck/expandcheck/rules"
)

// judge lets every rule that is on judge every pending release.
func (d *Database) judge(cfg Config) ([]rules.Finding, []rules.Proof) {
	var out []rules.Finding
	var proofs []rules.Proof
	prove := func(p rules.Proof) {
		if d.reports(p.Finding) {
			proofs = append(proofs, p)
		}
	}
	emit := func(f rules.Finding) {
		if f.Severity != rules.Off && d.reports(f) {
			out = append(out, f)
		}
	}
	emit = once(inGo(emit))
	var final *schema.Schema
	if !d.oneRelease(cfg) {
		final = d.Schema
	}
	tombstone := func(name string) bool { return move.Tombstone(name, cfg.Tombstone) }
	pass := rules.Pass{Server: d.Server, BaseUses: d.BaseUses, AheadUses: d.aheadUses, HeadUses: d.HeadUses, Final: final, After: d.Schema,
		Shared: d.entry.Shared, MigrationsFirst: cfg.Deploy == MigrationsFirst, Flags: cfg.Flags, Tombstone: tombstone, Emit: emit, Prove: prove, Whole: d.lineage.whole, Definition: d.lineage.definitionOf, Departure: d.lineage.departureOf}
	if final == nil {
		pass.Before = d.before
	}
	if c := newChanges(cfg); c != nil {
		pass.Edited, pass.Unchanged = c.edited, c.unchanged
	}
	for _, r := range d.Pending {
		pass.Release, pass.Motion, pass.Unwritten = r, d.record.moves[r], d.record.unwritten[r]
		pass.Filled, pass.HiddenBefore = d.filledBefore(r), d.hiddenBefore(r)
		judgeWith(cfg, pass, func(f rules.Family) bool { return f != rules.Code })
		d.unread(cfg, r, emit)
	}
	last := d.lastRelease()
	pass.Release, pass.Motion, pass.Unwritten = last, d.record.moves[last], d.record.unwritten[last]
	pass.Filled, pass.HiddenBefore = d.filledBefore(last), d.hiddenBefore(last)
	judgeWith(cfg, pass, func(f rules.Family) bool { return f == rules.Code })
	d.judgeHistory(cfg, emit)
	d.problems(cfg, emit)
	d.templates(cfg, emit)
	return out, proofs
}

// once drops what was said already: a loop, or a routine that is called often, runs
// one statement many times.
func once(emit func(rules.Finding)) func(rules.Finding) {
	type said struct {
		rule    *rules.Rule
		at      schema.Position
		message string
	}
	before := map[said]bool{}
	return func(f rules.Finding) {
		if is := (said{f.Rule, f.Pos, f.Message}); !before[is] {
			before[is] = true
			emit(f)
		}
	}
}

// judgeWith lets the rules of some families judge a release.
func judgeWith(cfg Config, pass rules.Pass, wanted func(rules.Family) bool) {
	for _, rule := range rules.All() {
		severity := cfg.severity(rule)
		if rule.Run == nil || severity == rules.Off || !wanted(rule.Family) {
			continue
		}
		p := pass
		p.Rule, p.Severity = rule, severity
		rule.Run(&p)
	}
}

// filledBefore returns what tells whether a column was filled before a release.
func (d *Database) filledBefore(r *rules.Release) func(*schema.Table, *schema.Column) bool {
	return func(t *schema.Table, c *schema.Column) bool {
		name := t.Name.Name + "." + c.Name
		return d.lineage.filledBefore(r.Number, t, c) || d.saidFilled(name) ||
			slices.ContainsFunc(d.configured, func(m Move) bool {
				return m.Backfilled && slices.ContainsFunc(m.To, func(to string) bool { return schema.SameName(to, name) })
			})
	}
}

// hiddenBefore returns what tells which soft contracts were deployed before a release.
func (d *Database) hiddenBefore(r *rules.Release) func(*schema.Table, *schema.Column) (rules.Hiding, bool) {
	return func(t *schema.Table, c *schema.Column) (rules.Hiding, bool) {
		return d.lineage.hiddenBefore(r.Number, t, c)
	}
}

// saidFilled says whether a directive of some migration says that a column was
// backfilled.
func (d *Database) saidFilled(name string) bool {
	says := func(dir sqltext.Directive) bool {
		return dir.Name == "backfilled" && slices.ContainsFunc(dir.Args, func(arg string) bool { return schema.SameName(arg, name) })
	}
	return slices.ContainsFunc(d.Directory.Migrations, func(m *migration.Migration) bool {
		return slices.ContainsFunc(m.FileDirectives, func(fd migration.FileDirective) bool { return says(fd.Directive) }) ||
			slices.ContainsFunc(m.Up, func(st migration.Statement) bool { return slices.ContainsFunc(st.Directives, says) })
	})
}

// lastRelease is the one that code is judged with, once; without pending
// migrations it has no steps.
func (d *Database) lastRelease() *rules.Release {
	if n := len(d.Pending); n > 0 {
		return d.Pending[n-1]
	}
	return rules.NewRelease(1)
}

// inGo spells the directives that help texts name as Go comments where the
// migration is written in Go.
func inGo(emit func(rules.Finding)) func(rules.Finding) {
	return func(f rules.Finding) {
		if strings.HasSuffix(f.Pos.File, ".go") {
			f.Help = strings.ReplaceAll(f.Help, "-- expandcheck:", "//expandcheck:")
		}
		emit(f)
	}
}

// severity returns the severity of a rule, as configured.
func (cfg Config) severity(r *rules.Rule) rules.Severity {
	if s, ok := cfg.Rules[r.Name]; ok {
		return s
	}
	return r.Severity
}

// reports says whether findings of the file are asked for.
func (d *Database) reports(f rules.Finding) bool {
	return d.only == nil || d.only[f.Pos.File]
}

// unread reports the statements of a release that stayed dark, in whole or in part.
func (d *Database) unread(cfg Config, r *rules.Release, emit func(rules.Finding)) {
	for i := range r.Steps {
		s := &r.Steps[i]
		if !changesRows(s.Change) {
			d.ddl[s.Statement] = true
		}
		o, ok := s.Change.(*schema.Opaque)
		if !ok {
			continue
		}
		if o.Kind == schema.Unparsed && len(s.Statement.Template) > 0 {
			d.dark[s.Statement] = true // its placeholder is at fault
			continue
		}
		at := o.Pos()
		if s.Via != nil {
			at = s.Via.Pos()
		}
		f := rules.Finding{Rule: rules.UnparsedStatement, Pos: at, Statement: o.Text(), Migration: s.Migration, Source: s.Statement}
		f.Message = "this statement was not checked: " + o.Why
		if o.Drops != "" {
			f.Message = fmt.Sprintf("this statement drops something (`%s`), and what it is was not checked: %s", o.Drops, o.Why)
		}
		f.Help = "if the server takes it, check it by eye and say so: `-- expandcheck:ignore unparsed-statement: REASON`"
		if strings.Contains(s.Statement.Text(), "--expandcheck:") {
			f.Help = "`--` begins a comment only before a blank: write `-- expandcheck:…`"
		}
		if o.Kind == schema.Dynamic {
			f.Rule = rules.OpaqueDDL
			f.Message = o.Why + ": it was not checked"
			f.Help = "write the change as a plain statement; or check it by eye and say so: `-- expandcheck:ignore opaque-ddl: REASON`"
		}
		if len(o.Tables) > 0 {
			f.Table = o.Tables[0].String()
		}
		f.Severity = cfg.severity(f.Rule)
		if r.Uncalled {
			f.Severity = min(f.Severity, rules.Warning)
		}
		emit(f)
	}
}

// changesRows says whether a change leaves the schema alone.
func changesRows(c schema.Change) bool {
	switch c.(type) {
	case *schema.Insert, *schema.Update, *schema.Delete, *schema.Neutral, *schema.SetVariable, *schema.Call:
		return true
	}
	return false
}

// problems reports what reading the directory brought up.
func (d *Database) problems(cfg Config, emit func(rules.Finding)) {
	for _, p := range d.Directory.Problems {
		if p.Rule == "" || d.isOld(p) { // the first is a failure
			continue
		}
		rule, err := rules.Named(p.Rule)
		if err != nil {
			rule = rules.UnparsedStatement
		}
		severity := cfg.severity(rule)
		if rule == rules.DuplicateVersion {
			severity = d.duplicateSeverity(cfg)
		}
		emit(rules.Finding{Rule: rule, Severity: severity, Message: p.Message, Help: p.Help,
			Pos: schema.Position{File: p.File, Line: max(p.Line, 1), Column: max(p.Column, 1), EndLine: max(p.Line, 1), EndColumn: max(p.Column, 1)}})
	}
	for _, m := range d.Directory.Migrations {
		if !d.pending[m] {
			continue
		}
		if m.Opaque != "" {
			emit(rules.Finding{Rule: rules.OpaqueDDL, Severity: cfg.severity(rules.OpaqueDDL), Migration: m,
				Pos:     schema.Position{File: m.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1},
				Message: "this migration was not checked: it is " + m.Opaque,
				Help:    "check it by eye; a config entry under `ignore:` with its reason silences this"})
		}
	}
}

func (d *Database) duplicateSeverity(cfg Config) rules.Severity {
	severity := cfg.severity(rules.DuplicateVersion)
	if d.Directory.OutOfOrder == migration.Unknown {
		return min(severity, rules.Warning) // no tool is known that refuses it
	}
	return severity
}

// templates reports the placeholders that have no value: each once, where it
// stands first, and where it keeps a statement from being read.
func (d *Database) templates(cfg Config, emit func(rules.Finding)) {
	times, first := map[string]int{}, []func(){}
	type place struct {
		file string
		at   sqltext.Position
	}
	dark := map[place]bool{}
	for _, m := range d.Directory.Migrations {
		if !d.pending[m] {
			continue
		}
		for i := range m.Up {
			st := &m.Up[i]
			for _, t := range st.Template {
				if t.Code {
					d.hole(cfg, m, st, t, emit)
					continue
				}
				times[t.Text]++
				switch {
				case d.dark[st]:
					dark[place{st.File.Name, t.At}] = true
					emit(d.template(cfg, m, st, t, "this statement was not checked: it cannot be read while the placeholder `"+t.Text+"` has no value"))
				case times[t.Text] == 1:
					first = append(first, func() {
						if dark[place{st.File.Name, t.At}] {
							return
						}
						emit(d.template(cfg, m, st, t, fmt.Sprintf("the placeholder `%s` has no value: %s read with a stand-in", t.Text, plural(times[t.Text], "statement was", "statements were"))))
					})
				}
			}
		}
	}
	for _, f := range first {
		f()
	}
}

// hole reports what is not known of a statement that Go code builds, unless it
// is a statement over rows.
func (d *Database) hole(cfg Config, m *migration.Migration, st *migration.Statement, t migration.Template, emit func(rules.Finding)) {
	if !d.dark[st] && !d.ddl[st] {
		return
	}
	message := "this statement is read with a stand-in for what is not known here (" + t.Text + ")"
	if d.dark[st] {
		message = "this statement was not checked: it is not known here (" + t.Text + ")"
	}
	emit(rules.Finding{Rule: rules.OpaqueDDL, Severity: cfg.severity(rules.OpaqueDDL), Migration: m, Source: st,
		Pos:       schema.Position{File: st.File.Name, Line: t.At.Line, Column: t.At.Column, EndLine: t.At.Line, EndColumn: t.At.Column + 1},
		Statement: strings.Join(strings.Fields(firstBytes(st.Text(), 300)), " "),
		Message:   message,
		Help:      "write it as a constant string; or check it by eye and say so: `-- expandcheck:ignore opaque-ddl: REASON`"})
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (d *Database) template(cfg Config, m *migration.Migration, st *migration.Statement, t migration.Template, message string) rules.Finding {
	at := t.At
	return rules.Finding{Rule: rules.TemplatePlaceholder, Severity: cfg.severity(rules.TemplatePlaceholder), Migration: m, Source: st,
		Pos:       schema.Position{File: st.File.Name, Line: at.Line, Column: at.Column, EndLine: at.Line, EndColumn: at.Column + len(t.Text)},
		Object:    t.Text,
		Statement: strings.Join(strings.Fields(firstBytes(st.Text(), 300)), " "),
		Message:   message,
		Help:      fmt.Sprintf("give it a value in the configuration: `migrations: [{dir: %s, placeholders: {%s: …}}]`", d.Directory.Path, placeholderName(t.Text))}
}

func firstBytes(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + " …"
	}
	return s
}

// placeholderName returns the key that gives a placeholder its value.
func placeholderName(text string) string {
	name := strings.Trim(text, "{}$ -.")
	if fields := strings.Fields(name); len(fields) > 1 && fields[0] != "if" { // a call
		return fields[0]
	}
	if i := strings.LastIndexAny(name, " ."); i >= 0 {
		name = name[i+1:]
	}
	return name
}
