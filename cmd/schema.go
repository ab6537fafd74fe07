package cmd

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/draft"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/spf13/cobra"
)

// schemaOptions are the flags of "zoo schema".
type schemaOptions struct {
	label, dataset, format string
	rows                   int
}

func newSchemaCommand() *cobra.Command {
	var o schemaOptions
	cmd := &cobra.Command{
		Use:   "schema FILE",
		Short: "Draft the schema of a log by looking at its first rows",
		Long: `Draft the schema of a log by looking at its first rows: CSV or TSV, JSON lines, libsvm or
Parquet. It divides the log into a training, a validation and a test part. Columns that were known only after the
click are left out. Comments say what was guessed or left out; read them before you train with it.

  zoo schema train.csv.gz > schema.yaml
  zoo train --schema schema.yaml --train train.csv.gz

A dataset_config.yaml of FuxiCTR is taken over; what a schema does not have is an error after the rest:

  zoo schema dataset_config.yaml --dataset avazu_x4 > schema.yaml`,
		Args: ui.OneArgument("a log, or a dataset_config.yaml of FuxiCTR"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", strings.Join(rawlog.FormatNames(), ", ")+"; default: by the name of the file")
	f.StringVar(&o.label, "label", "", "column of the label; default: one with a usual name, or that holds only 0 and 1")
	f.IntVar(&o.rows, "rows", 100_000, "rows to look at, at least 1")
	f.StringVar(&o.dataset, "dataset", "", "which data set of a dataset_config.yaml; default: the only one")
	return cmd
}

func (o *schemaOptions) run(cmd *cobra.Command, path string) error {
	format := rawlog.Format{Name: o.format}
	isConfig := slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path))
	switch {
	case o.rows < 1:
		return ui.Usagef("--rows must be at least 1, got %d", o.rows)
	case format.Check() != nil:
		return ui.Usagef("--%w", format.Check())
	case o.dataset != "" && !isConfig:
		return ui.Usagef("--dataset names a data set of a .yaml file")
	case isConfig && (o.label != "" || o.format != "" || cmd.Flags().Changed("rows")):
		return ui.Usagef("--label, --format and --rows are for a log, not for a .yaml file")
	}
	d, err := o.draft(cmd, path, isConfig)
	if err != nil {
		return err
	}
	text, err := d.YAML()
	if err != nil {
		return err
	}
	if _, err = cmd.OutOrStdout().Write(text); err != nil {
		return err
	}
	for _, lost := range d.Lost {
		fmt.Fprintf(cmd.ErrOrStderr(), "zoo: %s\n", lost)
	}
	if len(d.Lost) > 0 {
		return fmt.Errorf("%d parts of %s were not taken over: the schema reads other data", len(d.Lost), path)
	}
	return nil
}

func (o *schemaOptions) draft(cmd *cobra.Command, path string, isConfig bool) (*draft.Draft, error) {
	if isConfig {
		return draft.FuxiCTR(path, o.dataset)
	}
	return draft.Guess(cmd.Context(), path, draft.Options{Format: o.format, Label: o.label, Rows: o.rows})
}
