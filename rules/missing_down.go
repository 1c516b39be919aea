package rules

// MissingDown reports migrations without a way back.
var MissingDown = &Rule{
	Name:     "missing-down",
	Family:   Order,
	Severity: Warning,
	Summary:  "a migration has no down part where most others have one",
	Doc: `## What it does

Reports a migration without a down part in a directory where at least half of the
migrations have one.

## Why it breaks

When the release must be rolled back, the tool stops at it.

## Do this instead

Write the down part; where there is no way back, write one that says so.

## When it is silent

Where few or none have a down part; for repeatable migrations, and for code that cannot
be read. A down function in Go is a down part, whatever it does.`,
	Bad:  "no-down-fires",
	Good: "nobody-has-down-is-silent",
	Run:  runMissingDown,
}

func runMissingDown(p *Pass) {
	if !p.Downs {
		return
	}
	for _, m := range p.Migrations {
		if m.HasDown || m.Repeatable || m.Opaque != "" {
			continue
		}
		p.Report(Finding{Rule: p.Rule, Severity: p.Severity, Migration: m,
			Pos:     wholeFile(m),
			Message: "this migration has no down part, and most others of the directory have: rolling back stops here",
			Help:    "write the down part; where there is no way back, write one that says so"})
	}
}
