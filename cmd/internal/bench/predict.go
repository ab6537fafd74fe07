package bench

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// predictOptions are the flags of "zoo bench predict".
type predictOptions struct {
	catalogs *flags.Catalogs

	models  []string
	sizes   []int
	callers []int
	rows    int
	seconds float64
	json    bool

	precision *flags.Precision
}

// predictRecord is what --json prints for each case.
type predictRecord struct {
	Model  string `json:"model"`
	Kernel string `json:"kernel"`
	*bench.PredictFigures
}

func newPredictCommand(c *flags.Catalogs) *cobra.Command {
	o := predictOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "predict",
		Short: "Time predictions",
		Long:  `Time calls of a predictor, in the shapes of "zoo bench step", for calls of several sizes and several callers at a time.`,
		Args:  ui.NoArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.models, "model", slices.Sorted(maps.Keys(bench.Models())), "models")
	f.IntSliceVar(&o.sizes, "batch-size", []int{1, 32, 1024}, "samples in a call")
	f.IntSliceVar(&o.callers, "callers", []int{1, 2}, "callers at a time")
	f.IntVar(&o.rows, "rows", 1_000_000, "rows of the table, over all fields")
	f.Float64Var(&o.seconds, "seconds", 1, "seconds to measure each case")
	o.precision = flags.AddPrecision(f)
	f.BoolVar(&o.json, "json", false, "print one JSON object for each case")
	return cmd
}

func (o *predictOptions) run(cmd *cobra.Command) error {
	if err := o.precision.Available(); err != nil {
		return ui.Usage(err)
	}
	out := cmd.OutOrStdout()
	if !o.json {
		fmt.Fprintf(out, "Predictions, %d rows, kernel %s, %v.\n\n", o.rows, kernel.Name(), o.precision.Precision)
		fmt.Fprintln(out, "| model | samples | callers | p50 | p99 | predictions/s | bytes allocated |")
		fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
	}
	for _, name := range o.models {
		model, err := modelNamed(o.catalogs, name)
		if err != nil {
			return err
		}
		for _, size := range o.sizes {
			for _, callers := range o.callers {
				figures, err := bench.PredictBenchmark{
					Model: model, BatchSize: size, Callers: callers, Rows: o.rows, Seconds: o.seconds, History: bench.HistoryOf(name), Precision: o.precision.Precision,
				}.Run(cmd.Context())
				if err != nil {
					return err
				}
				if o.json {
					if err := json.NewEncoder(out).Encode(predictRecord{name, kernel.Name(), figures}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(out, "| %s | %d | %d | %.0f µs | %.0f µs | %.0f | %.0f |\n",
					name, size, callers, figures.Median, figures.P99, figures.PredictionsPerSecond, figures.AllocatedBytes)
			}
		}
	}
	return nil
}
