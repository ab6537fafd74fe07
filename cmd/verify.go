package cmd

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/export"
	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/spf13/cobra"
)

func newVerifyCommand(c *flags.Catalogs) *cobra.Command {
	data := dataSources{catalogs: c}
	cmd := &cobra.Command{
		Use:   "verify RECORDS [KEY...]",
		Short: "Make recorded runs again and compare every figure",
		Long: `Make the runs with the given keys again, or all runs of a file of records, and compare every figure.
With the kernel of the record the figures must be identical, with another one they may differ by 0.02.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return ui.Usagef("verify takes a file of records, got none")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			stores, err := readStores(cmd, experiment.ReadStore, args[:1])
			if err != nil {
				return err
			}
			return verifyRecords(cmd, stores[0], args[1:], &data, c.Experiments())
		},
	}
	cmd.AddCommand(export.NewVerifyCommand(c))
	cmd.Flags().StringToStringVar(&data.folders, "data", nil, "folders of data sets: NAME=DIR, a folder of zoo prepare")
	return cmd
}

func verifyRecords(cmd *cobra.Command, store *experiment.Store, keys []string, data *dataSources, c experiment.Catalogs) error {
	for _, key := range keys {
		if store.Find(key) == nil {
			return ui.Usagef("there is no run %q", key)
		}
	}
	for _, damaged := range store.Damaged {
		return damaged
	}
	if len(store.Records()) == 0 {
		return errors.New("there are no runs in the file: nothing was compared")
	}
	failed := 0
	for _, r := range store.Records() {
		if len(keys) > 0 && !slices.Contains(keys, r.Key) {
			continue
		}
		set, err := data.open(cmd.Context(), r.Data)
		if err != nil {
			return err
		}
		differences, err := experiment.Verify(cmd.Context(), r, set, c)
		if err != nil {
			return err
		}
		if len(differences) == 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "%s identical  %s\n", r.Key, ui.DescribeRun(r))
			continue
		}
		failed++
		fmt.Fprintf(cmd.OutOrStdout(), "%s DIFFERS in %d figures, first %s  %s\n", r.Key, len(differences), differences[0], ui.DescribeRun(r))
	}
	if failed > 0 {
		return fmt.Errorf("%d runs differ from their records", failed)
	}
	return nil
}
