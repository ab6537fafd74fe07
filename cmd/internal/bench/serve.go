package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo/bench/serving"
	"github.com/spf13/cobra"
)

// serveOptions are the flags of "zoo bench serve".
type serveOptions struct {
	catalogs *flags.Catalogs

	model     string
	total     time.Duration
	json      bool
	benchmark serving.Benchmark
}

func newServeCommand(c *flags.Catalogs) *cobra.Command {
	o := serveOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Time requests to a server of predictions",
		Long: `Time requests to a server of predictions on loopback, over HTTP in JSON, over HTTP with binary tensors, and over
gRPC. A request has candidates of one user, in 24 columns, of which 8 are of the candidate. First the callers ask as fast as
they are answered, in rounds in turns, of which the best counts; then at a fixed rate, at which the time that a request waits
for a free caller counts, too. The callers run on the same cores.

For comparison there are a handler that reads the request and writes a constant, and the predictor alone with batches that
are encoded already. Machines are noisy: quote the ratios to them.

With --for the server is asked in JSON at the fixed rate for that long, and each tenth is measured by itself.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "dnn", "model, in the shape of bench step")
	f.IntVar(&o.benchmark.Rows, "rows", 1_000_000, "rows of the tables, over all fields")
	f.IntSliceVar(&o.benchmark.Samples, "samples", []int{1, 100}, "candidates in a request")
	f.IntVar(&o.benchmark.Callers, "callers", 4, "connections, each with one request at a time")
	f.Float64Var(&o.benchmark.Seconds, "seconds", 1, "seconds of a measurement")
	f.IntVar(&o.benchmark.Rounds, "rounds", 3, "rounds")
	f.Float64Var(&o.benchmark.Rate, "rate", 0, "requests a second of the fixed rate; 0: half of the highest")
	f.DurationVar(&o.total, "for", 0, "ask for so long at the fixed rate, with the last number of --samples")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each measurement")
	return cmd
}

func (o *serveOptions) run(cmd *cobra.Command) error {
	b := &o.benchmark
	var err error
	if b.Model, err = modelNamed(o.catalogs, o.model); err != nil {
		return err
	}
	if o.total > 0 {
		err = o.endure(cmd)
	} else {
		err = o.measure(cmd)
	}
	if errors.Is(err, serving.ErrBenchmark) {
		return ui.Usage(err)
	}
	return err
}

// measure prints a table of all measurements.
func (o *serveOptions) measure(cmd *cobra.Command) error {
	all, err := o.benchmark.Run(cmd.Context())
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if o.json {
		for _, f := range all {
			if err := json.NewEncoder(out).Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(out, "Requests to a server, %s, %d rows, %d callers, kernel %s.\n\n", o.model, o.benchmark.Rows, o.benchmark.Callers, kernel.Name())
	fmt.Fprintln(out, "| request | samples | rate | requests/s | samples/s | p50 | p99 | p99.9 | CPU | of the constant handler | of the predictor |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|---|---|")
	for _, f := range all {
		if err := printFigures(out, &f); err != nil {
			return err
		}
	}
	return nil
}

func printFigures(out io.Writer, f *serving.Figures) error {
	_, err := fmt.Fprintf(out, "| %s | %d | %s | %.0f | %.0f | %.0f µs | %.0f µs | %.0f µs | %.0f µs | %s | %s |\n", f.Kind, f.Samples, rate(f),
		f.RequestsPerSecond, f.SamplesPerSecond, f.Median, f.P99, f.P999, f.CPU, percent(f.OfConstant), percent(f.OfPredictor))
	return err
}

func rate(f *serving.Figures) string {
	if f.Rate == 0 {
		return "highest"
	}
	return fmt.Sprintf("%.0f/s", f.Rate)
}

// percent is empty for a share that was not measured.
func percent(share float64) string {
	if share == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// endure prints a line for each tenth of a long measurement, and how the last compares with the first.
func (o *serveOptions) endure(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	var all []serving.Window
	err := serving.Endurance{Benchmark: o.benchmark, Total: o.total}.Run(cmd.Context(), func(w serving.Window) error {
		all = append(all, w)
		if o.json {
			return json.NewEncoder(out).Encode(w)
		}
		_, err := fmt.Fprintf(out, "%2d/10  %.0f requests/s of %d samples, p50 %.0f µs, p99 %.0f µs, p99.9 %.0f µs, memory %.1f MB\n",
			len(all), w.RequestsPerSecond, w.Samples, w.Median, w.P99, w.P999, float64(w.Memory)/1e6)
		return err
	})
	if err != nil || o.json {
		return err
	}
	first, last := all[0], all[len(all)-1]
	_, err = fmt.Fprintf(out, "last to first: p99 %.2f, memory %.2f\n", last.P99/first.P99, float64(last.Memory)/float64(first.Memory))
	return err
}
