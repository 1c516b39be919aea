package rules

import (
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// DisableChecks reports checks that are off while the schema changes.
var DisableChecks = &Rule{
	Name:     "disable-checks",
	Family:   Expand,
	Severity: Warning,
	Summary:  "a migration switches off what the server checks, and changes the schema meanwhile",
	Doc: `## What it does

Reports SET foreign_key_checks = 0, SET unique_checks = 0, and a sql_mode without
strict mode, that DDL follows; and ALTER IGNORE TABLE.

## Why it breaks

With the checks off, the ALTER takes rows that break foreign keys or unique keys.
Without strict mode a narrower type cuts values and a NOT NULL turns NULL into 0,
silently. ALTER IGNORE deletes duplicates.

## Do this instead

Clean up the rows first, and let the server check.

## When it is silent

When the check is switched on again before any DDL; when the variable is set to ON,
1 or a strict mode.`,
	Bad:  "foreign-key-checks-off-fires",
	Good: "set-back-is-silent",
	Run:  runDisableChecks,
}

func runDisableChecks(p *Pass) {
	for i := range p.Steps {
		s := &p.Steps[i]
		c, ok := s.Change.(*schema.SetVariable)
		if !ok || !switchesOff(c) || !p.ddlFollows(i, c.Name) {
			continue
		}
		p.Reportf(s, c.Name, "clean up the rows first, and let the server check",
			"%s is switched off for the DDL that follows: what it would refuse passes silently", c.Name)
	}
	for s := range p.Changes() {
		if s.Change.Base().Ignore && p.Start(s.Effect.Before) != nil {
			p.Reportf(s, "", "find and remove the duplicates yourself", "ALTER IGNORE deletes rows that break a unique key, silently")
		}
	}
}

func switchesOff(c *schema.SetVariable) bool {
	value := strings.ToUpper(strings.TrimSpace(c.Value))
	switch c.Name {
	case "foreign_key_checks", "unique_checks":
		return value == "0" || value == "OFF" || value == "FALSE"
	case "sql_mode":
		return !strings.Contains(value, "STRICT_") && !strings.Contains(value, "TRADITIONAL") && !strings.Contains(value, "@") && value != "DEFAULT" && !strings.Contains(value, "(")
	}
	return false
}

// ddlFollows says whether DDL on a deployed table comes, in the same migration,
// before the variable is set again.
func (p *Pass) ddlFollows(i int, variable string) bool {
	for j := i + 1; j < len(p.Steps) && p.Steps[j].Migration == p.Steps[i].Migration; j++ {
		switch c := p.Steps[j].Change.(type) {
		case *schema.SetVariable:
			if c.Name == variable {
				return false
			}
		case *schema.Insert, *schema.Update, *schema.Delete, *schema.DropHistory, *schema.Neutral:
		default:
			if p.Start(p.Steps[j].Effect.Before) != nil {
				return true
			}
		}
	}
	return false
}
