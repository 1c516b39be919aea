package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/migration"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/server"
	"github.com/expandcheck/expandcheck/rules"
)

// lintFlags are the flags that are not a part of the engine's configuration.
type lintFlags struct {
	config, format, output, failOn string
}

func lintCommand() *cobra.Command {
	var cfg lint.Config
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint [dir or file…]",
		Short: "Check migrations",
		Long: `Check migrations.

What the work tree has beyond what is deployed is judged, as one release. What is
deployed is the merge base with --base, or with what the CI event says; by default
with the default branch of the remote, and on that branch the commit before.

Without arguments, the directories of the configuration are checked, or else
every migration directory that is found. A file narrows what is reported; its
directory is still replayed. - reads one migration from standard input.

Exit status: 0 when there is nothing at or above --fail-on, 1 when there is, 2
when expandcheck could not do its work.`,
		Example: `  expandcheck lint
  expandcheck lint --base origin/main
  expandcheck lint --all db/migrations
  expandcheck lint --since 20260301120000 --format json --output report.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg.Targets, cfg.Stdin = args, cmd.InOrStdin()
			return runLint(cmd, cfg, f)
		},
	}
	layouts := layoutNames()
	flags := cmd.Flags()
	flags.SortFlags = false
	baseFlag(flags, &cfg)
	flags.BoolVar(&cfg.All, "all", false, "judge every migration, each as a release of its own")
	flags.StringVar(&cfg.Since, "since", "", "the last `version` that is deployed: what comes after it is judged, as one release")
	flags.StringVar(&cfg.NewFrom, "new-from", "", "leave out what is found in the state of this git `ref` too")
	flags.BoolVar(&cfg.Staged, "staged", false, "check what is staged for the next commit, not the work tree")
	flags.BoolVar(&cfg.NoCode, "no-code", false, "do not look at Go code: every drop and rename of what is deployed is reported")
	flags.StringVar(&cfg.Layout, "layout", "", "the `layout` of the migrations, instead of detecting it")
	flags.StringVar(&cfg.Dialect, "dialect", "", "the `dialect` whose variant files are read: mysql, mariadb or tidb (implied by --server)")
	flags.StringVar(&cfg.Server, "server", "", "the `server` that is migrated (default "+server.Default+")")
	flags.StringVar(&f.format, "format", "text", "how to report, a `format`: "+strings.Join(report.Formats(), ", "))
	flags.StringVar(&f.output, "output", "", "write the report to this `file`, not to standard output")
	flags.StringVar(&f.failOn, "fail-on", "error", "the severity from which on the exit status is 1: `error|warning|never`")
	flags.StringVar(&f.config, "config", "", "the configuration `file`, instead of the nearest "+lint.ConfigFile)
	complete(cmd, "layout", layouts)
	complete(cmd, "dialect", lint.Dialects())
	complete(cmd, "server", server.Names())
	complete(cmd, "format", report.Formats())
	complete(cmd, "fail-on", failOnNames)
	return cmd
}

func baseFlag(flags *pflag.FlagSet, cfg *lint.Config) {
	flags.StringVar(&cfg.Base, "base", "", "the git `ref` of what is deployed (default what the CI event says, or else the remote's default branch)")
}

func layoutNames() []string {
	all := migration.Layouts()
	names := make([]string, 0, len(all))
	for _, l := range all {
		names = append(names, l.Name)
	}
	return names
}

// complete tells shells the values of a flag.
func complete(cmd *cobra.Command, flag string, values []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is not defined
	}
}

func runLint(cmd *cobra.Command, cfg lint.Config, f lintFlags) error {
	if err := report.CheckFormat(f.format); err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	threshold, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	cfg, err = lint.Configure(cfg, ".", f.config)
	if err != nil {
		return err
	}
	rep, err := lint.Run(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	if err := writeReport(cmd, rep, f); err != nil {
		return err
	}
	if err := writeBeside(cmd, rep, f.format); err != nil {
		return err
	}
	if f.format != "text" && !cfg.All && cfg.Since == "" {
		cmd.PrintErrln("expandcheck: " + rep.Mode)
	}
	if len(rep.Failures) > 0 {
		return errors.New(strings.Join(rep.Failures, "\n"))
	}
	for _, finding := range rep.Findings {
		if finding.Severity >= threshold {
			return errFindings
		}
	}
	return nil
}

const never = rules.Error + 1

var failOnNames = []string{"error", "warning", "never"}

func parseFailOn(name string) (rules.Severity, error) {
	switch name {
	case "error":
		return rules.Error, nil
	case "warning":
		return rules.Warning, nil
	case "never":
		return never, nil
	}
	return never, fmt.Errorf("--fail-on: unknown severity %q: %s", name, nearest.Hint(name, failOnNames))
}

func writeReport(cmd *cobra.Command, rep *report.Report, f lintFlags) error {
	return writeOut(cmd, f.output, func(w io.Writer, o report.Options) error { return report.Write(w, rep, f.format, o) })
}
