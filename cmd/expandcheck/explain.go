package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"

	"github.com/expandcheck/expandcheck/rules"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [rule]",
		Short: "Show the documentation of a rule, or list the rules",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p := prose{cmd.OutOrStdout(), terminalOptions(cmd.OutOrStdout()).Color}
			if len(args) == 0 {
				p.list(rules.All())
				return nil
			}
			rule, err := rules.Named(args[0])
			if err != nil {
				return err
			}
			p.rule(rule)
			return nil
		},
	}
}

func ruleNames() []string {
	all := rules.All()
	names := make([]string, 0, len(all))
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// prose writes documentation to a terminal.
type prose struct {
	w     io.Writer
	color bool
}

func (p prose) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.w, format, args...) // there is nobody left to tell
}

func (p prose) bold(text string) string {
	if !p.color {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

func (p prose) list(all []*rules.Rule) {
	width := 0
	for _, r := range all {
		width = max(width, len(r.Name))
	}
	family := rules.Family("")
	for _, r := range all {
		if r.Family != family {
			family = r.Family
			p.printf("%s: %s\n", p.bold(string(family)), family.About())
		}
		p.printf("  %-*s  %-7s  %s\n", width, r.Name, r.Severity, r.Summary)
	}
}

func (p prose) rule(r *rules.Rule) {
	p.printf("%s (%s, %s): %s\n\n", p.bold(r.Name), r.Family, r.Severity, r.Summary)
	for line := range strings.Lines(strings.TrimSpace(r.Doc) + "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			line = p.bold(strings.TrimSpace(heading)) + "\n"
		}
		p.printf("%s", line)
	}
	bad, good := rules.Examples(r)
	p.example("Reported", bad)
	p.example("Not reported", good)
	p.printf("\n%s\n", r.URL())
}

// example shows a scenario. Its first line says what it shows; what it expects
// is for tests.
func (p prose) example(heading, scenario string) {
	if scenario == "" {
		return
	}
	archive := txtar.Parse([]byte(scenario))
	p.printf("\n%s: %s\n", p.bold(heading), strings.TrimSpace(string(archive.Comment)))
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		p.printf("\n    -- %s\n", where(f.Name))
		for line := range strings.Lines(string(f.Data)) {
			p.printf("    %s", line)
		}
	}
}

func where(name string) string {
	if rest, ok := strings.CutPrefix(name, "base/"); ok {
		return rest + " (deployed)"
	}
	return strings.TrimPrefix(name, "head/")
}
