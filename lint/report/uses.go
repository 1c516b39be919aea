package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/schema"
)

// Uses are who reads and writes a table or column.
type Uses struct {
	Target     string // as asked: table, table.column, or "" for everything
	Known      bool   // some schema has it
	Uses       []*schema.Use
	Unresolved []schema.Unresolved
	Skipped    []schema.SkippedCode
	Files      int
	Strings    int
}

// shown is all that a listing shows of a use: what is the same in that is listed once.
type shown struct {
	table           schema.Name
	column          string
	write, certain  bool
	may             bool
	at              schema.Position
	guard, function string
	pkg, text       string
}

// Add adds the uses of a tree that are asked for.
func (u *Uses) Add(from *schema.Uses, wanted func(*schema.Use) bool) {
	seen := map[shown]bool{}
	for _, q := range from.Queries {
		for _, use := range q.Uses {
			is := shown{use.Table, use.Column, use.Write, use.Certain, use.May, use.Pos, q.Guard, q.Function, q.Package, q.Text}
			if wanted(use) && !seen[is] {
				seen[is] = true
				u.Uses = append(u.Uses, use)
			}
		}
	}
	u.Unresolved = append(u.Unresolved, from.Unresolved...)
	u.Skipped = append(u.Skipped, from.Skipped...)
	u.Files = max(u.Files, from.Files)
	u.Strings += from.Strings
	slices.SortStableFunc(u.Uses, func(a, b *schema.Use) int {
		return compareStrings(a.Table.Name, b.Table.Name, a.Column, b.Column, a.Pos.File, b.Pos.File, a.Pos.Line-b.Pos.Line)
	})
}

// compareStrings compares pairs of strings, then falls back to a number.
func compareStrings(a1, b1, a2, b2, a3, b3 string, otherwise int) int {
	for _, pair := range [...][2]string{{a1, b1}, {a2, b2}, {a3, b3}} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c
		}
	}
	return otherwise
}

// UsesFormats are the formats of WriteUses.
func UsesFormats() []string { return []string{"text", "json"} }

// WriteUses writes uses in a format.
func WriteUses(w io.Writer, u *Uses, format string) error {
	switch format {
	case "text":
		return usesText(w, u)
	case "json":
		return usesJSON(w, u)
	}
	return fmt.Errorf("unknown format %q: %s", format, nearest.Hint(format, UsesFormats()))
}

func usesText(w io.Writer, u *Uses) error {
	var b strings.Builder
	tab := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	last := ""
	reads, writes := 0, 0
	for _, use := range u.Uses {
		if use.Write {
			writes++
		} else {
			reads++
		}
		name := objectName(use)
		if name != last {
			if err := tab.Flush(); err != nil {
				return fmt.Errorf("writing uses: %w", err)
			}
			if last != "" {
				b.WriteString("\n")
			}
			b.WriteString(name + "\n")
			last = name
		}
		_, _ = fmt.Fprintf(tab, "  %s\t%s\t%s\t%s\n", place(use.Pos.File, use.Pos.Line, use.Pos.Column), use.Query.Function, access(use), oneLine(use.Query.Text, 90))
	}
	if err := tab.Flush(); err != nil {
		return fmt.Errorf("writing uses: %w", err)
	}
	if last != "" {
		b.WriteString("\n")
	}
	if len(u.Unresolved) > 0 {
		b.WriteString("not resolved, so they may be uses too:\n")
		for _, r := range u.Unresolved {
			_, _ = fmt.Fprintf(tab, "  %s\t%s\t%s\t%s\n", place(r.Pos.File, r.Pos.Line, r.Pos.Column), r.Function, r.Why, oneLine(r.Text, 90))
		}
		if err := tab.Flush(); err != nil {
			return fmt.Errorf("writing uses: %w", err)
		}
		b.WriteString("\n")
	}
	for _, s := range u.Skipped {
		fmt.Fprintf(&b, "%s: not read: %s\n", s.Dir, s.Why)
	}
	fmt.Fprintf(&b, "%s, %s; %s, %s, %d not resolved\n", count(reads, "read"), count(writes, "write"), count(u.Files, "Go file"), count(u.Strings, "SQL string"), len(u.Unresolved))
	_, err := io.WriteString(w, b.String())
	return err
}

// objectName is a column, or a table as a whole.
func objectName(u *schema.Use) string {
	if u.Column == "" {
		return u.Table.String() + " (as a whole)"
	}
	return u.Table.String() + "." + u.Column
}

// access is what a use does, and how sure that is.
func access(u *schema.Use) string {
	s := "read"
	if u.Write {
		s = "write"
	}
	switch {
	case !u.Certain:
		s += ", possible"
	case u.May:
		s += ", conditional"
	}
	if u.Query.Guard != "" {
		s += ", if " + u.Query.Guard
	}
	return s
}

func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + " …"
	}
	return s
}

type jsonUses struct {
	Version    int              `json:"version"`
	Target     string           `json:"target"`
	Coverage   jsonCodeCoverage `json:"coverage"`
	Uses       []jsonUse        `json:"uses"`
	Unresolved []jsonUnresolved `json:"unresolved"`
	Skipped    []jsonSkipped    `json:"skipped"`
}

type jsonCodeCoverage struct {
	GoFiles    int `json:"go_files"`
	SQLStrings int `json:"sql_strings"`
	Unresolved int `json:"unresolved"`
}

type jsonUse struct {
	Table       string `json:"table"`
	Column      string `json:"column"`
	Access      string `json:"access"`
	Certain     bool   `json:"certain"`
	Conditional bool   `json:"conditional"`
	Guard       string `json:"guard,omitempty"`
	File        string `json:"file"`
	Line        int    `json:"line"`
	ColumnAt    int    `json:"column_at"`
	Function    string `json:"function"`
	Package     string `json:"package"`
	Statement   string `json:"statement"`
}

type jsonUnresolved struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	ColumnAt  int    `json:"column_at"`
	Function  string `json:"function"`
	Statement string `json:"statement"`
	Why       string `json:"why"`
}

type jsonSkipped struct {
	Dir string `json:"dir"`
	Why string `json:"why"`
}

func usesJSON(w io.Writer, u *Uses) error {
	out := jsonUses{Version: jsonVersion, Target: u.Target, Uses: []jsonUse{}, Unresolved: []jsonUnresolved{}, Skipped: []jsonSkipped{},
		Coverage: jsonCodeCoverage{GoFiles: u.Files, SQLStrings: u.Strings, Unresolved: len(u.Unresolved)}}
	for _, use := range u.Uses {
		j := jsonUse{Table: use.Table.String(), Column: use.Column, Access: "read", Certain: use.Certain, Conditional: use.May, Guard: use.Query.Guard,
			File: use.Pos.File, Line: use.Pos.Line, ColumnAt: use.Pos.Column, Function: use.Query.Function, Package: use.Query.Package, Statement: use.Query.Text}
		if use.Write {
			j.Access = "write"
		}
		out.Uses = append(out.Uses, j)
	}
	for _, r := range u.Unresolved {
		out.Unresolved = append(out.Unresolved, jsonUnresolved{File: r.Pos.File, Line: r.Pos.Line, ColumnAt: r.Pos.Column, Function: r.Function, Statement: r.Text, Why: r.Why})
	}
	for _, s := range u.Skipped {
		out.Skipped = append(out.Skipped, jsonSkipped{Dir: s.Dir, Why: s.Why})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
