package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "expandcheck", version())
			return err
		},
	}
}

// releasedAs is the version that a build for others is given:
// -ldflags "-X main.releasedAs=v1.2.3".
var releasedAs string

// version tells which source the program was built from, as far as Go noted it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown version"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	out := info.Main.Version
	if out == "" {
		out = "(devel)"
	}
	if releasedAs != "" {
		return releasedAs + " " + info.GoVersion
	}
	if revision := settings["vcs.revision"]; revision != "" {
		out += " " + revision[:min(len(revision), 12)]
		if settings["vcs.modified"] == "true" {
			out += ", modified"
		}
	}
	return out + " " + info.GoVersion
}
