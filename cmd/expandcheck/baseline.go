package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/expandcheck/expandcheck/lint"
	"github.com/expandcheck/expandcheck/lint/setup"
)

func baselineCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Note the migrations that there are as deployed",
		Long: `Write the last version of each migration directory into the configuration, as
since: what there is by now counts as deployed, and is never reported. Comments and
order of the file stay as they are.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBaseline(cmd, file) },
	}
	cmd.Flags().StringVar(&file, "config", "", "the configuration `file`, instead of the nearest "+lint.ConfigFile)
	return cmd
}

func runBaseline(cmd *cobra.Command, file string) error {
	cfg, err := lint.Configure(lint.Config{}, ".", file)
	if err != nil {
		return err
	}
	baselines, err := setup.Baselines(cfg)
	if err != nil {
		return err
	}
	name, onDisk := lint.ConfigFile, filepath.Join(cfg.RootDir, lint.ConfigFile)
	if cfg.File != "" {
		name, onDisk = cfg.File, cfg.File
		if !filepath.IsAbs(onDisk) {
			onDisk = filepath.Join(cfg.RootDir, filepath.FromSlash(cfg.File))
		}
	}
	data, err := os.ReadFile(onDisk)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	text, err := setup.WriteBaselines(string(data), name, baselines)
	if err != nil {
		return err
	}
	if text != string(data) {
		if err := replaceFile(onDisk, []byte(text)); err != nil {
			return fmt.Errorf("writing the configuration: %w", err)
		}
	}
	for _, b := range baselines {
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), told(b)); err != nil {
			return err
		}
	}
	return nil
}

func told(b setup.Baseline) string {
	switch {
	case b.Version == "":
		return fmt.Sprintf("%s: left out: %s", b.Dir, b.Why)
	case b.Was == b.Version:
		return fmt.Sprintf("%s: since %s, as before", b.Dir, b.Version)
	case b.Was != "":
		return fmt.Sprintf("%s: since %s; it was %s", b.Dir, b.Version, b.Was)
	}
	return fmt.Sprintf("%s: since %s", b.Dir, b.Version)
}
