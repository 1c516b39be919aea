package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/release"
	"github.com/expandcheck/expandcheck/lint/setup"
)

func initCommand() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Propose a configuration, a hook and a check of pull requests",
		Long: `Look at the repository and write what it takes to have it checked: ` + lint.ConfigFile + `,
a hook for pre-commit, and a workflow for GitHub (for GitLab, the job to add). It
says what it saw and what follows from that. A file that is there is never changed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runInit(cmd, dryRun) },
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show the files, and write none")
	return cmd
}

func runInit(cmd *cobra.Command, dryRun bool) error {
	cfg, err := lint.Configure(lint.Config{}, ".", "")
	if err != nil {
		return err
	}
	branch, err := defaultBranch(cmd.Context(), cfg.RootDir)
	if err != nil {
		return err
	}
	p, err := setup.Look(cfg.Root, setup.Options{Branch: branch, Ref: fetchable()})
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	for _, s := range p.Seen {
		if _, err := fmt.Fprintln(out, "saw", s); err != nil {
			return err
		}
	}
	for _, f := range p.Files {
		if err := propose(out, cfg.RootDir, f, dryRun); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "\nnext:\n  %s\n", strings.Join(p.Steps, "\n  "))
	return err
}

// propose writes a file that is missing, or shows it.
func propose(out io.Writer, root string, f setup.File, dryRun bool) error {
	switch {
	case f.Kept != "":
		_, err := fmt.Fprintf(out, "\nkept %s, as it is there\n", f.Kept)
		return err
	case dryRun:
		_, err := fmt.Fprintf(out, "\nwould write %s: %s\n\n%s", f.Name, f.What, setup.Indent(f.Text, "    "))
		return err
	}
	name := filepath.Join(root, filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", f.Name, err)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.Name, err)
	}
	_, err = file.WriteString(f.Text)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.Name, err)
	}
	_, err = fmt.Fprintf(out, "\nwrote %s: %s\n", f.Name, f.What)
	return err
}

// defaultBranch returns the remote's default branch; "" when none is known. CI
// events say nothing of it.
func defaultBranch(ctx context.Context, dir string) (branch string, err error) {
	r, err := release.Open(ctx, dir)
	if errors.Is(err, release.ErrNoRepository) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.DefaultBranch(ctx)
}

var (
	tag        = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+$`)
	fullCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// fetchable returns the tag or commit that this program was built from, as others
// can fetch it; "" when there is none.
func fetchable() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, version := range []string{releasedAs, info.Main.Version} {
		if tag.MatchString(version) {
			return version
		}
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if settings["vcs.modified"] == "false" && fullCommit.MatchString(settings["vcs.revision"]) {
		return settings["vcs.revision"]
	}
	return ""
}
