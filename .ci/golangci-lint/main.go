// golangci-lint with the expandcheck plugin, built from Go modules alone.
package main

import (
	"fmt"
	"os"

	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"

	_ "github.com/expandcheck/expandcheck/analyzer/gclplugin"
)

// version salts golangci-lint's cache: -ldflags "-X main.version=…" changes it
// with the plugin.
var version = "expandcheck"

func main() {
	err := commands.Execute(commands.BuildInfo{GoVersion: "unknown", Version: "v2.15.0-" + version, Commit: version, Date: "unknown"})
	if err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "The command is terminated due to an error: %v\n", err)
		os.Exit(exitcodes.Failure)
	}
}
