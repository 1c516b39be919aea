package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expandcheck/expandcheck/lint/schema"
	"github.com/expandcheck/expandcheck/rules"
)

// A codeIgnore is a comment in Go code that silences findings.
type codeIgnore struct {
	schema.Ignore
	used map[string]bool
}

func (g *codeIgnore) covers(f rules.Finding) bool {
	return f.Migration == nil && f.Pos.File == g.Pos.File && g.From <= f.Pos.Line && f.Pos.Line <= g.To &&
		(g.Foreign || slices.Contains(g.Rules, f.Rule.Name))
}

// takeCode learns the ignores of the code of all databases, each once.
func (s *suppressor) takeCode(state *State) {
	known := map[schema.Position]bool{}
	for _, d := range state.Databases {
		if d.HeadUses == nil {
			continue
		}
		for _, g := range d.HeadUses.Ignores {
			if known[g.Pos] || state.inMigrations(g.Pos.File) {
				continue
			}
			known[g.Pos] = true
			s.code = append(s.code, &codeIgnore{Ignore: g, used: map[string]bool{}})
		}
	}
}

// inMigrations says whether a file is a migration in Go, whose directives are
// read with it.
func (s *State) inMigrations(file string) bool {
	return slices.ContainsFunc(s.Databases, func(d *Database) bool {
		return strings.HasPrefix(file, d.Directory.Path+"/") && d.inGo()
	})
}

// aboutCode returns the findings about the ignores in code: without a reason,
// without a known rule, or without anything to ignore. What is written for
// another driver is for that to judge.
func (s *suppressor) aboutCode() []rules.Finding {
	var out []rules.Finding
	report := func(g *codeIgnore, rule *rules.Rule, message, help string) {
		if severity := s.cfg.severity(rule); severity != rules.Off {
			out = append(out, rules.Finding{Rule: rule, Severity: severity, Pos: g.Pos, Message: message, Help: help})
		}
	}
	for _, g := range s.code {
		if g.Foreign {
			continue
		}
		if g.Reason == "" {
			report(g, rules.IgnoreWithoutReason, "this ignore gives no reason", "write why behind a colon: `//expandcheck:ignore "+strings.Join(g.Rules, ", ")+": REASON`")
		}
		if len(g.Rules) == 0 {
			report(g, rules.UnusedIgnore, "this ignore names no rule, so it silences nothing", "name the rules: `//expandcheck:ignore RULE, RULE: REASON`")
		}
		for _, name := range g.Rules {
			rule, err := rules.Named(name)
			switch {
			case err != nil:
				report(g, rules.UnusedIgnore, "this ignore silences nothing: "+err.Error(), "name a rule that there is")
			case !g.used[name] && s.cfg.severity(rule) != rules.Off && len(s.cfg.Targets) == 0:
				report(g, rules.UnusedIgnore, fmt.Sprintf("there is no finding of %s here to ignore", name), "remove it")
			}
		}
	}
	return out
}
