package cmd

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/experiment/report"
	"github.com/spf13/cobra"
)

func newReportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Write the tables and figures of runs as one HTML page and Markdown",
		Long: `Write the tables and figures of runs as one HTML page and Markdown: of files of records, which zoo experiment and
zoo tune write, of the output of zoo train --json, and of the folders of runs, in any number.

  zoo experiment small --records small.jsonl
  zoo report small.jsonl --out page
  zoo report run1 run2`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return ui.Usagef("report takes files of records, output of zoo train --json, or folders of runs; got none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			stores, err := readStores(cmd, report.Read, args)
			if err != nil {
				return err
			}
			if out == "" {
				return report.WriteMarkdown(cmd.OutOrStdout(), report.Summarize(stores...))
			}
			if err := report.Write(out, report.Summarize(stores...)); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s/report.html\n%[1]s/report.md\n%[1]s/overview.md\n%[1]s/overview.svg\n%[1]s/claims.md\n", out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder of report.html, report.md, overview.md, overview.svg and claims.md; without it Markdown goes to standard output")
	return cmd
}

// readStores reads records with a function, and tells what is damaged in them.
func readStores(cmd *cobra.Command, read func(path string) (*experiment.Store, error), paths []string) ([]*experiment.Store, error) {
	var stores []*experiment.Store
	for _, path := range paths {
		s, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ui.Usage(err)
		}
		if err != nil {
			return nil, err
		}
		tellDamaged(cmd, s)
		stores = append(stores, s)
	}
	return stores, nil
}

// tellDamaged prints which lines of a file of records cannot be read.
func tellDamaged(cmd *cobra.Command, s *experiment.Store) {
	for _, err := range s.Damaged {
		fmt.Fprintf(cmd.ErrOrStderr(), "zoo: %v; left out\n", err)
	}
}
