package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

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
Copies that may be a move are listed with the directive to write.

With --stale 90d only the moves are shown that stand still for longer: since no commit
changed a line that names one of their columns or tables, in the files that the board
names. What counts is when it was committed; a file with changes that are not
committed is fresh.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd, cfg, f) },
	}
	listingFlags(cmd, &cfg, &f, "the git `ref` of what is deployed (default what the CI event says, or else the remote's default branch)", report.StatusFormats())
	cmd.Flags().Var((*age)(&cfg.Stale), "stale", "only the moves that stand still for longer than `AGE`, such as 90d or 12w")
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

// An age is a number of days or weeks, as a flag.
type age time.Duration

func (a *age) String() string {
	if *a == 0 {
		return ""
	}
	return fmt.Sprintf("%dd", int(time.Duration(*a).Hours()/24))
}

func (*age) Type() string { return "age" }

func (a *age) Set(text string) error {
	const day = 24 * time.Hour
	for unit, length := range map[string]time.Duration{"d": day, "w": 7 * day} {
		number, ok := strings.CutSuffix(text, unit)
		if !ok {
			continue
		}
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 {
			*a = age(time.Duration(n) * length)
			return nil
		}
	}
	return fmt.Errorf("%q is no number of days or weeks, such as 90d or 12w", text)
}
