package bench

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// stepOptions are the flags of "zoo bench step".
type stepOptions struct {
	catalogs *flags.Catalogs

	model, solver string
	batch, rows   int
	dim           int
	seconds       float64
	json          bool
	solverFlags   *flags.Solver
	precision     *flags.Precision
}

func newStepCommand(c *flags.Catalogs) *cobra.Command {
	o := stepOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "step",
		Short: "Time training steps",
		Long: `Time training steps on random batches of 24 fields: 512-256-128 units, for
xdeepfm a CIN of 100-100-100, for wukong 3 layers of 16 + 16 vectors of rank 16, for masknet blocks of 128
units; all else by default. For din the last field is a list of 50 ids, which shares the rows of the first.

Machines are noisy: compare the minima of runs that alternate, and quote ratios.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "dnn", "model")
	f.StringVar(&o.solver, "solver", "adamar", "solver")
	f.IntVar(&o.batch, "batch-size", 1024, "samples in a step")
	f.IntVar(&o.rows, "rows", 1_000_000, "rows of the table, over all fields")
	f.IntVar(&o.dim, "embedding-dim", 0, "values in an embedding (default: 16)")
	f.Float64Var(&o.seconds, "seconds", 5, "seconds to measure")
	o.precision = flags.AddPrecision(f)
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	o.solverFlags = flags.AddSolver(f, c)
	return cmd
}

// stepRecord is what --json prints.
type stepRecord struct {
	Model  string `json:"model"`
	Solver string `json:"solver"`
	Kernel string `json:"kernel"`
	*bench.StepFigures
}

func (o *stepOptions) run(cmd *cobra.Command) error {
	var more zoo.Settings
	if cmd.Flags().Changed("embedding-dim") {
		more = zoo.Settings{{Name: "embedding_dim", Value: o.dim}}
	}
	model, err := modelNamed(o.catalogs, o.model, more...)
	if err != nil {
		return err
	}
	solver, err := solverNamed(o.solverFlags, o.solver)
	if err != nil {
		return err
	}
	if err := o.precision.Available(); err != nil {
		return ui.Usage(err)
	}
	figures, err := bench.StepBenchmark{
		Model: model, Solver: solver, BatchSize: o.batch, Rows: o.rows, Seconds: o.seconds, History: bench.HistoryOf(o.model), Precision: o.precision.Precision,
	}.Run(cmd.Context())
	if err != nil {
		return err
	}
	record := stepRecord{o.model, o.solver, kernel.Name(), figures}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(record)
	}
	return record.print(cmd.OutOrStdout())
}

func (r *stepRecord) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s, batch %d, %d rows of %d values, kernel %s, %s\n", r.Model, r.Solver, r.BatchSize, r.Rows, r.RowValues, r.Kernel, r.Precision)
	fmt.Fprintf(w, "step       %.2f ms at best, %.2f ms median, %.2f ms of CPU time at best (%d steps)\n",
		r.WallMinimum, r.WallMedian, r.CPUMinimum, r.Steps)
	fmt.Fprintf(w, "speed      %.0f samples/s, %.1f GFLOP/s in matrix products\n", r.SamplesPerSecond, r.GFlops)
	fmt.Fprintf(w, "allocated  %.0f bytes a step\n", r.AllocatedBytes)
	fmt.Fprint(w, "time      ")
	for _, part := range []string{"lookup", "settle", "forward", "backward", "update"} {
		fmt.Fprintf(w, " %s %.0f %%", part, 100*r.Parts[part])
	}
	_, err := fmt.Fprintln(w)
	return err
}
