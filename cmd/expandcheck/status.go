package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/report"
	"github.com/expandcheck/expandcheck/lint/server"
)

func statusCommand() *cobra.Command {
	var cfg lint.Config
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show every move in flight with its six steps",
		Long: `Show every move in flight with its six steps, the evidence of each, and what is
next. A move carries data from old columns or a table to their replacement; it is
declared by a directive or the configuration, or evident from what goes away.
Copies that may be a move are listed with the directive to write.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd, cfg, f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&cfg.Layout, "layout", "", "the `layout` of the migrations, instead of detecting it")
	flags.StringVar(&cfg.Server, "server", "", "the `server` that is migrated (default "+server.Default+")")
	flags.StringVar(&f.format, "format", "text", "how to show it: `text|json|markdown`")
	flags.StringVar(&f.output, "output", "", "write to this `file`, not to standard output")
	flags.StringVar(&f.config, "config", "", "the configuration `file`, instead of the nearest "+lint.ConfigFile)
	complete(cmd, "layout", layoutNames())
	complete(cmd, "server", server.Names())
	complete(cmd, "format", report.StatusFormats())
	return cmd
}

func runStatus(cmd *cobra.Command, cfg lint.Config, f lintFlags) error {
	if !slices.Contains(report.StatusFormats(), f.format) {
		return fmt.Errorf("--format: unknown format %q: %s", f.format, nearest.Hint(f.format, report.StatusFormats()))
	}
	cfg.WholeCode = true
	cfg, err := lint.Configure(cfg, ".", f.config)
	if err != nil {
		return err
	}
	rep, err := lint.Run(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	return writeOut(cmd, f.output, func(w io.Writer, o report.Options) error { return report.WriteStatus(w, rep, f.format, o) })
}
