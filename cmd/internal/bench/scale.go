package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// scaleOptions are the flags of "zoo bench scale".
type scaleOptions struct {
	catalogs *flags.Catalogs

	model   string
	batch   int
	cores   []int
	seconds float64
	json    bool
}

func newScaleCommand(c *flags.Catalogs) *cobra.Command {
	o := scaleOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "scale",
		Short: "Compare training steps on one core and on more of them",
		Long: `Time the training step of a model with AdamAR on one core and on more of them, in three rounds in turns, of
which the best counts, and each of its operations: how many times as fast more cores are, and which
operations stop getting faster. The sizes are those of zoo bench step.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "dnn", "model")
	f.IntVar(&o.batch, "batch-size", 1024, "samples in a step")
	f.IntSliceVar(&o.cores, "cores", nil, "numbers of cores, the first to compare with; default: 1, 2, 4 and so on, and GOMAXPROCS")
	f.Float64Var(&o.seconds, "seconds", 1, "seconds of a measurement")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	return cmd
}

// scaleRecord is what --json prints.
type scaleRecord struct {
	Model string `json:"model"`
	*bench.ScaleFigures
}

func (o *scaleOptions) run(cmd *cobra.Command) error {
	model, err := modelNamed(o.catalogs, o.model)
	if err != nil {
		return err
	}
	figures, err := bench.ScaleBenchmark{Model: model, BatchSize: o.batch, History: bench.HistoryOf(o.model), Cores: o.cores, Seconds: o.seconds}.Run(cmd.Context())
	if errors.Is(err, bench.ErrBenchmark) {
		return ui.Usage(fmt.Errorf("--cores: %w", err))
	}
	if err != nil {
		return err
	}
	record := scaleRecord{o.model, figures}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(record)
	}
	return record.print(cmd.OutOrStdout())
}

func (r *scaleRecord) print(out io.Writer) error {
	w := ui.NewAligned(out)
	fmt.Fprintf(w, "%s, batch %d, kernel %s\n\ncores\tstep ms\tsamples/s\ttimes as fast\t\n", r.Model, r.BatchSize, r.Kernel)
	speedUp := bench.SpeedUp(r.Step)
	for i, n := range r.Cores {
		fmt.Fprintf(w, "%d\t%.2f\t%.0f\t%.2f\t\n", n, r.Step[i], float64(r.BatchSize)/r.Step[i]*1e3, speedUp[i])
	}
	fmt.Fprintf(w, "\noperation\tms on %d\t", r.Cores[0])
	for _, n := range r.Cores[1:] {
		fmt.Fprintf(w, "times as fast on %d\t", n)
	}
	fmt.Fprintln(w)
	for _, o := range r.Operations {
		fmt.Fprintf(w, "%s\t%.3f\t", o.Name, o.Milliseconds[0])
		for _, times := range bench.SpeedUp(o.Milliseconds)[1:] {
			fmt.Fprintf(w, "%.2f\t", times)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
