package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/expandcheck/expandcheck/lint/report"
)

// terminalOptions returns how to write for people on w.
func terminalOptions(w io.Writer) report.Options {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return report.Options{Version: version()}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		width = 0
	}
	return report.Options{Version: version(), Width: width, Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// writeBeside writes what belongs to a report and has no place in its format.
func writeBeside(cmd *cobra.Command, rep *report.Report, format string) error {
	for _, note := range report.LeftOut(rep, format) {
		cmd.PrintErrln("expandcheck: note: " + note)
	}
	if file := os.Getenv("GITHUB_STEP_SUMMARY"); file != "" && format == "github" {
		return writeStepSummary(file, rep)
	}
	return nil
}

// stepSummarySize is what GitHub shows of one step, in bytes; it refuses more.
const stepSummarySize = 1 << 20

// writeStepSummary adds a report to what the step has already said.
func writeStepSummary(name string, rep *report.Report) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	info, err := file.Stat()
	if err == nil {
		err = report.Write(file, rep, "markdown", report.Options{Limit: max(stepSummarySize-int(info.Size()), 1)})
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return nil
}

// writeOut writes to the file of --output, or to standard output.
func writeOut(cmd *cobra.Command, name string, write func(io.Writer, report.Options) error) error {
	if name == "" || name == "-" {
		return write(cmd.OutOrStdout(), terminalOptions(cmd.OutOrStdout()))
	}
	var b bytes.Buffer
	if err := write(&b, report.Options{Version: version()}); err != nil {
		return err
	}
	return writeFile(name, b.Bytes())
}

// writeFile writes a file as a whole or not at all. What is no regular file,
// such as a pipe, is written to.
func writeFile(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return writeInto(name, data)
	}
	if err := replaceFile(name, data); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}

func replaceFile(name string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // fails when it was renamed, as it should be
	_, err = tmp.Write(data)
	if chmodErr := tmp.Chmod(0o644); err == nil {
		err = chmodErr
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return err
}

func writeInto(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}
