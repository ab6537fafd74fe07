package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/pprof"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// limitOptions are the flags of "zoo bench limit".
type limitOptions struct {
	catalogs *flags.Catalogs

	model   string
	batch   int
	seconds float64
	profile string
	json    bool

	precision *flags.Precision
}

func newLimitCommand(c *flags.Catalogs) *cobra.Command {
	o := limitOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Compare the training step of a model with the limits of this machine",
		Long: `Measure how fast this machine multiplies matrices and copies memory, and compute the least time of a
training step with AdamAR: that of its matrix products at this speed, and that of moving the touched rows,
their moments and their times of update from memory and back. Then list which operations take the time of
the step. The sizes are those of zoo bench step.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "dnn", "model")
	f.IntVar(&o.batch, "batch-size", 1024, "samples in a step")
	f.Float64Var(&o.seconds, "seconds", 3, "seconds to measure")
	f.StringVar(&o.profile, "profile", "", "also write a profile of the processor time, for go tool pprof")
	o.precision = flags.AddPrecision(f)
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	return cmd
}

// limitRecord is what --json prints.
type limitRecord struct {
	Model string `json:"model"`
	*bench.LimitFigures
}

func (o *limitOptions) run(cmd *cobra.Command) error {
	model, err := modelNamed(o.catalogs, o.model)
	if err != nil {
		return err
	}
	if o.batch < 1 || !(o.seconds > 0) {
		return ui.Usagef("--batch-size and --seconds must be above 0")
	}
	if err := o.precision.Available(); err != nil {
		return ui.Usage(err)
	}
	var figures *bench.LimitFigures
	err = o.profiled(cmd.Context(), func() error {
		figures, err = bench.LimitBenchmark{Model: model, BatchSize: o.batch, History: bench.HistoryOf(o.model), Seconds: o.seconds, Precision: o.precision.Precision}.Run(cmd.Context())
		return err
	})
	if err != nil {
		return err
	}
	record := limitRecord{o.model, figures}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(record)
	}
	return record.print(cmd.OutOrStdout())
}

// profiled calls f and writes the profile, if one is asked for.
func (o *limitOptions) profiled(ctx context.Context, f func() error) error {
	if o.profile == "" {
		return f()
	}
	out, err := ui.CreateOutput(ctx, o.profile, io.Discard)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	err = f()
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	return out.Commit()
}

func (r *limitRecord) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, batch %d, kernel %s, %s\n", r.Model, r.BatchSize, r.Kernel, r.Precision)
	fmt.Fprintf(w, "matrix products  %.0f GFLOP/s: %.2f ms for those of a step\n", r.PeakGflops, r.Products)
	fmt.Fprintf(w, "memory           %.1f GB/s: %.2f ms for the touched rows\n", r.Bandwidth, r.Memory)
	fmt.Fprintf(w, "limit            %.2f ms\n", r.Limit)
	fmt.Fprintf(w, "step             %.2f ms, %.2f times the limit\n\n", r.Step, r.Ratio)
	fmt.Fprintf(w, "%-32s %8s %8s\n", "operation", "ms", "GFLOP/s")
	for _, o := range r.Operations {
		speed := ""
		if o.Gflops > 0 {
			speed = fmt.Sprintf("%.0f", o.Gflops)
		}
		if _, err := fmt.Fprintf(w, "%-32s %8.2f %8s\n", o.Name, o.Milliseconds, speed); err != nil {
			return err
		}
	}
	return nil
}
