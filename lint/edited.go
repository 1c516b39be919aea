package lint

import (
	"fmt"
	"path"
	"strings"

	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// judgeHistory reports what happened to deployed migrations, and new ones whose
// version is taken in the tree that is deployed.
func (d *Database) judgeHistory(cfg Config, emit func(rules.Finding)) {
	for _, e := range d.edits {
		emit(d.editFinding(cfg, e))
	}
	for _, m := range d.Directory.Migrations {
		if other := d.Directory.Taken(m, d.ahead); other != nil && d.pending[m] {
			emit(rules.Finding{Rule: rules.DuplicateVersion, Severity: d.duplicateSeverity(cfg), Migration: m, Object: m.Version, Pos: fileOf(m.Path),
				Message: fmt.Sprintf("version %s is taken: what is deployed has gone on and has it as %s", m.Version, other.Path),
				Help:    "give it the next free version"})
		}
	}
}

func fileOf(name string) schema.Position {
	return schema.Position{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
}

func (d *Database) editFinding(cfg Config, e edit) rules.Finding {
	f := rules.Finding{Rule: rules.EditedMigration, Severity: min(cfg.severity(rules.EditedMigration), e.severity),
		Object: e.was.Version, Migration: e.now}
	name := e.was.Version
	if name == "" {
		name = e.was.Name
	}
	tool := d.Directory.Layout.Name
	f.Help = "put it back" + d.howToRestore(e.was.Path) + ", and make the change in a new migration"
	if e.now == nil {
		return d.goneFinding(f, e, name)
	}
	f.Pos = fileOf(e.now.Path)
	if e.at != nil {
		f.Source, f.Pos = e.at, positionOf(e.at)
		f.Statement = strings.Join(strings.Fields(firstBytes(e.at.Text(), 300)), " ")
	}
	switch {
	case d.Directory.Layout.Checksum && e.kind != editedCode:
		f.Message = fmt.Sprintf("migration %s is deployed, and it was edited: %s finds another checksum than that of what it ran, and refuses to go on", name, tool)
	case e.kind == editedCode:
		f.Message = fmt.Sprintf("migration %s is deployed, and its code was edited: if that changes what it does, only databases that are set up anew will have it", name)
	case d.Directory.OutOfOrder == migration.Unknown:
		f.Message = fmt.Sprintf("migration %s is deployed, and it was edited: a tool that runs each migration once will not run it again, so only databases that are set up anew will have what it says now", name)
	default:
		f.Message = fmt.Sprintf("migration %s is deployed, and it was edited: it does not run again, so only databases that are set up anew will have what it says now", name)
	}
	return f
}

// goneFinding speaks of all that are gone: they mostly went for one reason.
func (d *Database) goneFinding(f rules.Finding, e edit, name string) rules.Finding {
	f.Pos = fileOf(e.was.Path)
	f.Message = fmt.Sprintf("migration %s is deployed, and it is gone: a database that is set up anew will not have what it made", name)
	if n := len(e.others); n > 0 {
		f.Message = fmt.Sprintf("migration %s and %s are deployed, and they are gone: a database that is set up anew will not have what they made", name, plural(n, "other", "others"))
	}
	for _, other := range e.others {
		f.Related = append(f.Related, rules.Related{Pos: fileOf(other.Path), Message: "gone too"})
	}
	f.Help = "put it back" + d.howToRestore(e.was.Path)
	if e.difference != "" {
		f.Message += "; what is here now comes to another schema: " + e.difference
		f.Help = "let what stands for them come to the same schema, or put them back"
	}
	return f
}

// howToRestore shows the command that brings a file back.
func (d *Database) howToRestore(file string) string {
	if d.past == nil {
		return ""
	}
	return fmt.Sprintf(" (`git checkout %s -- %s`)", shortCommit(d.past.Commit), path.Clean(file))
}

func positionOf(st *migration.Statement) schema.Position {
	start, end := st.File.Position(st.Start), st.File.Position(st.End)
	return schema.Position{File: st.File.Name, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column}
}
