package rules

import (
	"fmt"

	"github.com/expandcheck/expandcheck/lint/schema"
)

// AddRequiredColumn reports a new column that every running INSERT lacks.
var AddRequiredColumn = &Rule{
	Name:     "add-required-column",
	Family:   Expand,
	Severity: Error,
	Summary:  "a new column is NOT NULL and has no default: running INSERTs fail",
	Doc: `## What it does

Reports a column that is added to an existing table and that is, at the end of
the release, NOT NULL without a DEFAULT.

## Why it breaks

The code that is running while the migration is deployed does not know the
column. Every INSERT and REPLACE that leaves it out fails with error 1364, and so
does every INSERT … ON DUPLICATE KEY UPDATE, even one that would only update.
In a session without strict mode the server stores 0 or '' instead, silently.
For DATE and DATETIME, MySQL from 5.7 on refuses the ALTER itself on a table with
rows (error 1292).

## Do this instead

Add the column as NULL or with a DEFAULT. Make it NOT NULL in a later release,
after every writer sets it and old rows are filled.

## When it is silent

For a table that the same release creates; for generated and AUTO_INCREMENT
columns; for an ENUM, which takes its first member; when a later statement of
the same release gives the column a default. It is an info when the code was analysed
and no INSERT into the table is left, not even a possible one.`,
	Bad:  "not-null-without-default-fires",
	Good: "nullable-is-silent",
	Run:  runAddRequiredColumn,
}

func runAddRequiredColumn(p *Pass) {
	for s, c := range Changed[*schema.AddColumn](p) {
		t := s.Effect.After
		if p.Start(t) == nil || s.Effect.Before.Column(c.Column.Name) != nil {
			continue
		}
		added := t.Column(c.Column.Name)
		if final := p.End(t).ColumnByID(added.ID); final == nil || !final.Required() {
			continue
		}
		if cause := p.causeOfRequired(added, s); cause != nil {
			p.reportRequired(cause, c)
		}
	}
}

// causeOfRequired returns the step that makes a new column required, or nil when
// that is set-not-null's to report.
func (p *Pass) causeOfRequired(added *schema.Column, at *Step) *Step {
	if added.Required() {
		return at
	}
	for s := range p.Changes() {
		before, after := s.Effect.Before.ColumnByID(added.ID), s.Effect.After.ColumnByID(added.ID)
		if before == nil || after == nil || before.Required() || !after.Required() {
			continue
		}
		if before.Nullable {
			return nil
		}
		at = s
	}
	return at
}

func (p *Pass) reportRequired(s *Step, c *schema.AddColumn) {
	message := "new column `%s.%s` is NOT NULL and has no default: INSERTs and upserts of the running code, which leave it out, fail (error 1364)"
	if isDate(c.Column) && !s.reshapes && p.Server.RefusesZeroDate {
		message += "; on a table with rows the server refuses the ALTER itself (error 1292)"
	}
	help := "add it as NULL or with a DEFAULT; make it NOT NULL in a later release, after every writer sets it"
	f := p.At(s)
	f.Object, f.Help, f.Message = c.Column.Name, help, fmt.Sprintf(message, c.Table, c.Column.Name)
	if w := p.deployed(s.Effect.After); w != nil {
		if w.none() {
			f.Severity = min(f.Severity, Info)
			f.Message = fmt.Sprintf("new column `%s.%s` is NOT NULL and has no default; no INSERT into the table is left in the running code", c.Table, c.Column.Name)
		}
		if without, _ := w.leaveOut(c.Column.Name); len(without) > 0 {
			f.Message += ", as " + places(without)
			f.Related = sitesOf(without)
		}
	}
	p.Report(f)
}

func isDate(c *schema.Column) bool { return c.Type.Name == "date" || c.Type.Name == "datetime" }
