package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errNoRaw is the error of a model that cannot read raw samples.
var errNoRaw = errors.New("the model was saved without schema and vocabulary: it cannot read raw samples")

// errNoSamples is the error of files that have none, of which no figure exists.
var errNoSamples = errors.New("there are no samples: nothing was measured")

// evaluateOptions are the flags of "zoo evaluate".
type evaluateOptions struct {
	catalogs  *flags.Catalogs
	from      string
	testFiles []string
	metrics   *flags.Metrics
	json      bool
	skip      int // bad lines
	precision *flags.Precision
}

func newEvaluateCommand(c *flags.Catalogs) *cobra.Command {
	o := evaluateOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure a saved model on labelled raw samples",
		Long: `Measure a saved model on labelled raw samples, read by the schema and vocabulary that were saved with
it. Values that the training part did not have count as out of vocabulary. Without --test the samples are
the test part of the run.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "directory of a run, or of one of its checkpoints")
	f.StringSliceVar(&o.testFiles, "test", nil, "files of labelled samples, folders of them, or patterns such as 'logs/day*.csv'")
	f.BoolVar(&o.json, "json", false, "print a JSON object")
	f.IntVar(&o.skip, "skip-bad-lines", 0, "bad lines that may be left out; one more is an error")
	o.precision = flags.AddModelPrecision(f)
	o.metrics = flags.AddMetrics(f, c)
	return cmd
}

func (o *evaluateOptions) run(cmd *cobra.Command) error {
	if o.from == "" {
		return ui.Usagef("--from: give the directory of a run")
	}
	if o.skip < 0 {
		return ui.Usagef("--skip-bad-lines must be at least 0, got %d", o.skip)
	}
	list, err := o.metrics.List()
	if err != nil {
		return ui.Usage(err)
	}
	saved, err := o.catalogs.LoadToPredict(cmd.Context(), o.from)
	if err != nil {
		return err
	}
	defer saved.Free()
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	o.precision.Apply(saved, reporter.Note)
	predictor, err := saved.Predictor()
	if err != nil {
		return err
	}
	reporter.Note("evaluating " + saved.Path)
	batches, err := o.batches(cmd.Context(), saved, reporter)
	if err != nil {
		return err
	}
	figures, err := predictor.Evaluate(batches, list...)
	reporter.EndReading()
	if err != nil {
		return err
	}
	if figures.Samples == 0 {
		return errNoSamples
	}
	return o.print(cmd.OutOrStdout(), figures, list)
}

// batches returns those of the files, or of the test part of the run.
func (o *evaluateOptions) batches(ctx context.Context, saved *predict.Trained, reporter *ui.Reporter) (iter.Seq2[*datasets.Batch, error], error) {
	paths := o.testFiles
	if len(paths) == 0 {
		run, err := readRun(o.from, o.catalogs)
		if err != nil {
			return nil, err
		}
		if slices.Contains(run.data.Files.All(), "-") {
			return nil, ui.Usagef("--test: give at least one file: the run read its samples from standard input")
		}
		if paths = run.data.Files.Test; len(paths) == 0 {
			set, err := run.data.Open(ctx, run.seed, reporter)
			if err != nil {
				return nil, err
			}
			if set.Test == nil {
				return nil, ui.Usagef("--test: give at least one file: the run had no test part")
			}
			return set.Test.Batches(ctx, rowsPerBatch, nil), nil
		}
	}
	if saved.Encoding == nil {
		return nil, errNoRaw
	}
	paths, err := flags.Expand("test", paths)
	if err != nil {
		return nil, ui.Usage(err)
	}
	reporter.Note("reading " + strings.Join(paths, ", "))
	rows := encode.ReadRows(ctx, saved.Encoding, paths, encode.RowOptions{
		Size: rowsPerBatch, Labelled: true, SkipBadLines: o.skip, OnSkip: reporter.Skipped,
	})
	return func(yield func(*datasets.Batch, error) bool) {
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			reporter.Rows("evaluating", r.Rows)
			if !yield(&r.Batch, nil) {
				return
			}
		}
	}, nil
}

// rowsPerBatch is the number of raw samples that are read at a time.
const rowsPerBatch = 1024

// readRun returns the flags that the run in a directory was started with.
func readRun(path string, c *flags.Catalogs) (*trainOptions, error) {
	settings, err := flags.ReadSettings(path)
	if err != nil {
		return nil, err
	}
	var o trainOptions
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	o.addFlags(f, c)
	for name, value := range settings {
		if err := f.Set(name, value); err != nil {
			return nil, fmt.Errorf("%s: --%s: %w", path, name, err)
		}
	}
	return &o, nil
}

func (o *evaluateOptions) print(w io.Writer, f metrics.Figures, list []metrics.Metric) error {
	if o.json {
		object := ui.Object{}
		object.Add("samples", f.Samples)
		object.Add("positives", f.Positives)
		object.AddFigures("", &f, list)
		return json.NewEncoder(w).Encode(object)
	}
	lines := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(lines, "samples\t%d\nclicks\t%d\n", f.Samples, f.Positives)
	for _, m := range list {
		fmt.Fprintf(lines, "%s\t%s\n", m.Heading(), m.Format(f.Value(m.Name)))
	}
	return lines.Flush()
}
