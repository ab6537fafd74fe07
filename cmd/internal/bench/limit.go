package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// limitOptions are the flags of "zoo bench limit".
type limitOptions struct {
	catalogs *flags.Catalogs

	models  []string
	sizes   []int
	seconds float64
	rounds  int
	profile string
	json    bool

	precision *flags.Precision
}

func newLimitCommand(c *flags.Catalogs) *cobra.Command {
	o := limitOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Compare the training steps of models with the limits of this machine",
		Long: `Measure how fast this machine multiplies matrices and copies memory, and compute the least time of a
training step with AdamAR: that of its matrix products at this speed, and that of moving the touched rows,
their moments and their times of update from memory and back. The ratio of the step to it is what is left to gain. Products
of some shapes are slower than large ones: the last columns have the limit and the ratio if each product takes as long as one of its
shape alone.

Then list for each model and batch size which products and which operations take the time of the step. The sizes are
those of zoo bench step. By default: dnn with batches of 1024 and 4096, wdl and wukong of 1024, xdeepfm of 256 and 1024.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.models, "model", nil, "models")
	f.IntSliceVar(&o.sizes, "batch-size", nil, "samples in a step, each for every model; 1024 if there is only --model")
	f.Float64Var(&o.seconds, "seconds", 1, "seconds to measure the step in a round")
	f.IntVar(&o.rounds, "rounds", 3, "rounds, in which the step and the machine are measured in turns")
	f.StringVar(&o.profile, "profile", "", "also write a profile of the processor time of the steps, for go tool pprof")
	o.precision = flags.AddPrecision(f)
	f.BoolVar(&o.json, "json", false, "print one JSON object for each model and batch size")
	return cmd
}

// cases are the models and batch sizes to measure.
func (o *limitOptions) cases() (list []bench.LimitCase, err error) {
	add := func(name string, sizes ...int) {
		model, unknown := modelNamed(o.catalogs, name)
		if unknown != nil {
			err = unknown
		}
		for _, size := range sizes {
			list = append(list, bench.LimitCase{Name: name, Model: model, BatchSize: size, History: bench.HistoryOf(name)})
		}
	}
	models, sizes := o.models, o.sizes
	switch {
	case models == nil && sizes == nil:
		add("dnn", 1024, 4096)
		add("wdl", 1024)
		add("wukong", 1024)
		add("xdeepfm", 256, 1024)
	case models == nil:
		models = []string{"dnn", "wdl", "wukong", "xdeepfm"}
	case sizes == nil:
		sizes = []int{1024}
	}
	for _, name := range models {
		add(name, sizes...)
	}
	return list, err
}

func (o *limitOptions) run(cmd *cobra.Command) error {
	cases, err := o.cases()
	if err != nil {
		return err
	}
	if err := o.precision.Available(); err != nil {
		return ui.Usage(err)
	}
	b := bench.LimitBenchmark{Cases: cases, Seconds: o.seconds, Rounds: o.rounds, Precision: o.precision.Precision}
	list, err := o.measure(cmd, b)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if !o.json {
		return printLimits(out, list)
	}
	for _, f := range list {
		if err := json.NewEncoder(out).Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// measure runs the benchmark and writes the profile, if one is asked for.
func (o *limitOptions) measure(cmd *cobra.Command, b bench.LimitBenchmark) ([]*bench.LimitFigures, error) {
	if o.profile == "" {
		return b.Run(cmd.Context())
	}
	out, err := ui.CreateOutput(cmd.Context(), o.profile, io.Discard)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	b.Profile = out
	list, err := b.Run(cmd.Context())
	if err != nil {
		return nil, err
	}
	return list, out.Commit()
}

func printLimits(w io.Writer, list []*bench.LimitFigures) error {
	first := list[0]
	fmt.Fprintf(w, "%d threads, kernel %s, %s: matrix products %.0f GFLOP/s, memory %.1f GB/s\n\n",
		runtime.GOMAXPROCS(0), first.Kernel, first.Precision, first.PeakGflops, first.Bandwidth)
	fmt.Fprintln(w, "| model | batch | products, ms | rows, ms | limit, ms | step, ms | ratio | limit by shape, ms | ratio |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|")
	for _, f := range list {
		fmt.Fprintf(w, "| %s | %d | %.2f | %.2f | %.2f | %.2f | %.2fx | %.2f | %.2fx |\n",
			f.Model, f.BatchSize, f.Products, f.Memory, f.Limit, f.Step, f.Ratio, f.ShapeLimit, f.ShapeRatio)
	}
	for _, f := range list {
		if err := printDetails(w, f); err != nil {
			return err
		}
	}
	return nil
}

// printDetails lists the products and the operations of a step.
func printDetails(w io.Writer, f *bench.LimitFigures) error {
	fmt.Fprintf(w, "\n%s, batch %d: %.0f Mflop; caches may spare %.1f MB of activations and %.1f MB of weights of layers, %.2f ms of memory\n\n",
		f.Model, f.BatchSize, f.Mflop, f.Activations, f.Weights, (f.Activations+f.Weights)/f.Bandwidth)
	fmt.Fprintf(w, "%-32s %8s %8s\n", "product alone", "ms", "GFLOP/s")
	for _, s := range f.Shapes {
		fmt.Fprintf(w, "%-32s %8.2f %8.0f\n", shapeName(s), s.Mflop/s.Gflops, s.Gflops)
	}
	fmt.Fprintf(w, "\n%-32s %8s %8s\n", "operation", "ms", "GFLOP/s")
	for _, o := range f.Operations {
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

// shapeName writes rows, inner dimension and columns of a product, T for a factor whose transpose is in memory, and how many there are.
func shapeName(s bench.ShapeFigures) string {
	name := fmt.Sprintf("%d x %d", s.M, s.K)
	if s.TransA {
		name += " T"
	}
	name += fmt.Sprintf(" * %d x %d", s.K, s.N)
	if s.TransB {
		name += " T"
	}
	if s.Count > 1 {
		name += fmt.Sprintf(", %d times", s.Count)
	}
	return name
}
