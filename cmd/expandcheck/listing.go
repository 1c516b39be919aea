package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/nearest"
	"github.com/expandcheck/expandcheck/lint/server"
)

// What the commands that list and judge nothing have in common: status and uses.

// listingFlags defines their flags; base says what --base does.
func listingFlags(cmd *cobra.Command, cfg *lint.Config, f *lintFlags, base string, formats []string) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&cfg.Base, "base", "", base)
	flags.StringVar(&cfg.Layout, "layout", "", "the `layout` of the migrations, instead of detecting it")
	flags.StringVar(&cfg.Server, "server", "", "the `server` that is migrated (default "+server.Default+")")
	flags.StringVar(&f.format, "format", "text", "how to list: `"+strings.Join(formats, "|")+"`")
	flags.StringVar(&f.output, "output", "", "write to this `file`, not to standard output")
	flags.StringVar(&f.config, "config", "", "the configuration `file`, instead of the nearest "+lint.ConfigFile)
	complete(cmd, "layout", layoutNames())
	complete(cmd, "server", server.Names())
	complete(cmd, "format", formats)
}

// checkFormat refuses a format that is none of those given.
func checkFormat(format string, formats []string) error {
	if slices.Contains(formats, format) {
		return nil
	}
	return fmt.Errorf("--format: unknown format %q: %s", format, nearest.Hint(format, formats))
}
