package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/report"
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
	listingFlags(cmd, &cfg, &f, "the git `ref` of what is deployed (default what the CI event says, or else the remote's default branch)", report.StatusFormats())
	return cmd
}

func runStatus(cmd *cobra.Command, cfg lint.Config, f lintFlags) error {
	if err := checkFormat(f.format, report.StatusFormats()); err != nil {
		return err
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
