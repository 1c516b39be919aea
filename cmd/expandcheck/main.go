// Command expandcheck checks schema migrations: it keeps every change to a
// MySQL schema backward compatible with the code that runs while it is deployed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/expandcheck/expandcheck/lint/nearest"
)

// The exit statuses besides 0.
const (
	exitFindings = 1
	exitFailure  = 2
)

// errFindings ends a run that did its work and found something.
var errFindings = errors.New("findings")

// gcPercent spares a short run all but one or two of its garbage collections: a fifth
// of its CPU time where 9,000 statements are replayed, a tenth where 430,000 lines of Go
// are read, most of which stay in memory anyhow. GOGC overrules it.
const gcPercent = 2000

// memoryLimit in bytes is where collecting becomes eager again: a large Go module
// must fit beside the other programs of a small CI machine. GOMEMLIMIT overrules it.
const memoryLimit = 350 << 20

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if isVetTool(args) {
		if err := vetTool(ctx, args, os.Stdout); err != nil {
			fmt.Fprintf(os.Stderr, "expandcheck: %v\n", err)
			return exitFailure
		}
		return 0
	}
	cmd := rootCommand()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return exitFindings
	}
	fmt.Fprintf(os.Stderr, "expandcheck: %v\n", err)
	return exitFailure
}

// more are commands of special builds.
var more []func() *cobra.Command

func rootCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "expandcheck",
		Short:         "Check that schema migrations do not break the code that is running",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(explainFlagError)
	cmd.AddCommand(lintCommand(), statusCommand(), usesCommand(), explainCommand(), initCommand(), baselineCommand(), versionCommand())
	for _, command := range more {
		cmd.AddCommand(command())
	}
	return cmd
}

func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("unknown command %q: %s", args[0], nearest.Hint(args[0], names))
}

func explainFlagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	typed := unknown.GetSpecifiedName()
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	slices.Sort(names)
	if len(typed) == 1 {
		return fmt.Errorf("unknown flag -%s: known are %v", typed, names)
	}
	return fmt.Errorf("unknown flag --%s: %s", typed, nearest.Hint("--"+typed, names))
}
