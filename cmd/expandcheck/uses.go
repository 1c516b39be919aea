package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/report"
)

func usesCommand() *cobra.Command {
	var cfg lint.Config
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "uses [table[.column]]",
		Short: "List who reads and writes a table or column",
		Long: `List who reads and writes a table or column: the Go code, by its SQL.

Without an argument, every use of every table that the migrations make is listed.
What could not be resolved is listed apart: it may be a use too.`,
		Example: `  expandcheck uses star.star_count
  expandcheck uses --format json star
  expandcheck uses --base origin/main star.star_count`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target := ""
			if len(args) > 0 {
				target = args[0]
			}
			return runUses(cmd, cfg, f, target)
		},
	}
	listingFlags(cmd, &cfg, &f, "list what the deployed code does, as of the merge base with this git `ref`, not the work tree", report.UsesFormats())
	return cmd
}

func runUses(cmd *cobra.Command, cfg lint.Config, f lintFlags, target string) error {
	if err := checkFormat(f.format, report.UsesFormats()); err != nil {
		return err
	}
	deployed := cfg.Base != ""
	cfg.All = !deployed // what is pending makes no difference
	cfg, err := lint.Configure(cfg, ".", f.config)
	if err == nil && deployed {
		cfg, err = lint.AtBase(cmd.Context(), cfg)
	}
	if err != nil {
		return err
	}
	u, err := lint.Uses(cmd.Context(), cfg, target)
	if err != nil {
		return err
	}
	return writeOut(cmd, f.output, func(w io.Writer, _ report.Options) error { return report.WriteUses(w, u, f.format) })
}
