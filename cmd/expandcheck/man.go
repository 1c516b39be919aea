//go:build man

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// The manual pages of a release are made by this program with the tag man; the one
// that is released need not carry what makes them.
func init() {
	more = append(more, func() *cobra.Command {
		return &cobra.Command{
			Use:    "man DIRECTORY",
			Short:  "Write the manual pages",
			Hidden: true,
			Args:   cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				if err := os.MkdirAll(args[0], 0o755); err != nil {
					return fmt.Errorf("writing the manual: %w", err)
				}
				root := cmd.Root()
				root.DisableAutoGenTag = true
				return doc.GenManTree(root, &doc.GenManHeader{Source: "expandcheck " + releasedAs, Manual: "expandcheck"}, args[0])
			},
		}
	})
}
