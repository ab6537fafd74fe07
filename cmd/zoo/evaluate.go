package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errNoRaw is the error of a model that knows no raw samples.
var errNoRaw = errors.New("the model was saved without schema and vocabulary: it cannot read raw samples")

// evaluateOptions are the flags of "zoo evaluate".
type evaluateOptions struct {
	from      string
	testFiles []string
	json      bool
}

func newEvaluateCommand() *cobra.Command {
	var o evaluateOptions
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure a saved model on labelled raw samples",
		Long: `Measure a saved model on labelled raw samples, read by the schema and vocabulary that were saved with
it. Values that the training part did not have count as out of vocabulary. Without --test it is the
test part of the run.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "directory of a run, or of one of its checkpoints")
	f.StringSliceVar(&o.testFiles, "test", nil, "files of labelled samples")
	f.BoolVar(&o.json, "json", false, "print a JSON object")
	return cmd
}

func (o *evaluateOptions) run(cmd *cobra.Command) error {
	if o.from == "" {
		return usageError{errors.New("--from: give the directory of a run")}
	}
	saved, err := zoo.Load(o.from)
	if err != nil {
		return err
	}
	defer saved.Free()
	predictor, err := saved.Predictor()
	if err != nil {
		return err
	}
	ui := newReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	ui.note("evaluating " + saved.Path)
	batches, err := o.batches(cmd.Context(), saved, ui)
	if err != nil {
		return err
	}
	metrics, err := predictor.Evaluate(batches)
	ui.endBar()
	if err != nil {
		return err
	}
	return o.print(cmd, metrics)
}

// batches are those of the files, or of the test part of the run.
func (o *evaluateOptions) batches(ctx context.Context, saved *zoo.Saved, ui *reporter) (iter.Seq2[*datasets.Batch, error], error) {
	paths := o.testFiles
	if len(paths) == 0 {
		run, err := readRun(o.from)
		if err != nil {
			return nil, err
		}
		if paths = run.log.files.Test; len(paths) == 0 {
			set, err := run.openData(ctx, ui)
			if err != nil {
				return nil, err
			}
			if set.Test == nil {
				return nil, usageError{errors.New("--test: give at least one file: the run had no test part")}
			}
			return set.Test.Batches(ctx, rowsPerBatch, nil), nil
		}
	}
	if saved.Encoding == nil {
		return nil, errNoRaw
	}
	ui.note("reading " + strings.Join(paths, ", "))
	rows := encode.ReadRows(ctx, saved.Encoding, paths, encode.RowOptions{Size: rowsPerBatch, Labelled: true})
	return func(yield func(*datasets.Batch, error) bool) {
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			ui.rows("evaluating", r.Rows)
			if !yield(&r.Batch, nil) {
				return
			}
		}
	}, nil
}

// rowsPerBatch is how many raw samples are read at a time.
const rowsPerBatch = 1024

// readRun are the flags that the run in a directory was started with.
func readRun(path string) (*trainOptions, error) {
	settings, err := zoo.ReadSettings(path)
	if err != nil {
		return nil, err
	}
	var o trainOptions
	flags := pflag.NewFlagSet("train", pflag.ContinueOnError)
	o.addFlags(flags)
	for name, value := range settings {
		if err := flags.Set(name, value); err != nil {
			return nil, fmt.Errorf("%s: --%s: %w", path, name, err)
		}
	}
	return &o, nil
}

func (o *evaluateOptions) print(cmd *cobra.Command, m zoo.Metrics) error {
	if !o.json {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "samples      %d\nclicks       %d\nAUC          %.4f\nlog loss     %.4f\ncalibration  %.3f\n",
			m.Samples, m.Positives, m.AUC, m.LogLoss, m.Calibration)
		return err
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
		Samples     int      `json:"samples"`
		Positives   int      `json:"positives"`
		AUC         *float64 `json:"auc"`
		LogLoss     *float64 `json:"logloss"`
		Calibration *float64 `json:"calibration"`
	}{m.Samples, m.Positives, finite(m.AUC), finite(m.LogLoss), finite(m.Calibration)})
}
