package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// predictOptions are the flags of "zoo predict".
type predictOptions struct {
	catalogs  *flags.Catalogs
	from, out string
	in, keep  []string
	skip      int // bad lines
	precision *flags.Precision
}

const predictionColumn = "prediction"

func newPredictCommand(c *flags.Catalogs) *cobra.Command {
	o := predictOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "predict",
		Short: "Predict the click probability of raw samples with a saved model",
		Long: `Predict the click probability of every raw sample, in the order of the files. They are read by the
schema and vocabulary that were saved with the model, and need no label. Values that the training part
did not have count as out of vocabulary.

The output has the columns of --keep, or with --keep all those of the first file, unchanged, and the
column prediction. The name of the file sets its format: .parquet, .jsonl, .tsv, else CSV. In JSON lines
a number is a number. A line that --skip-bad-lines leaves out has no line in the output.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "directory of a run, or of one of its checkpoints")
	f.StringSliceVar(&o.in, "in", nil, "files of raw samples, folders of them, or patterns such as 'logs/day*.csv'")
	f.StringVar(&o.out, "out", "", "file to write; default: standard output, as CSV")
	f.StringSliceVar(&o.keep, "keep", nil, "columns of the samples to write beside the predictions, or all")
	f.IntVar(&o.skip, "skip-bad-lines", 0, "bad lines that may be left out; one more is an error")
	o.precision = flags.AddModelPrecision(f)
	return cmd
}

func (o *predictOptions) check() error {
	switch {
	case o.from == "":
		return errors.New("--from: give the directory of a run")
	case len(o.in) == 0:
		return errors.New("--in: give at least one file")
	case o.skip < 0:
		return fmt.Errorf("--skip-bad-lines must be at least 0, got %d", o.skip)
	case o.keepsAll():
		return nil
	case slices.Contains(o.keep, predictionColumn):
		return fmt.Errorf("--keep: the column %s is the one that is written", predictionColumn)
	}
	for i, name := range o.keep {
		if slices.Contains(o.keep[:i], name) {
			return fmt.Errorf("--keep: the column %s is given twice", name)
		}
	}
	return nil
}

func (o *predictOptions) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return ui.Usage(err)
	}
	var err error
	if o.in, err = flags.Expand("in", o.in); err != nil {
		return ui.Usage(err)
	}
	saved, err := o.catalogs.LoadToPredict(cmd.Context(), o.from)
	if err != nil {
		return err
	}
	defer saved.Free()
	if saved.Encoding == nil {
		return errNoRaw
	}
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), false)
	o.precision.Apply(saved, reporter.Note)
	predictor, err := saved.Predictor()
	if err != nil {
		return err
	}
	if err := o.findColumns(cmd.Context(), saved.Encoding.Schema.Format); err != nil {
		return err
	}
	file, err := ui.CreateOutput(cmd.Context(), o.out, cmd.OutOrStdout(), o.in...)
	if err != nil {
		return err
	}
	defer file.Close()
	reporter.Note("predicting with " + saved.Path)
	rows, err := o.write(cmd, saved, predictor, file, reporter)
	reporter.EndReading()
	if err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return err
	}
	if rows == 1 {
		reporter.Note("1 prediction")
		return nil
	}
	reporter.Note(fmt.Sprintf("%d predictions", rows))
	return nil
}

// keepsAll reports whether all columns are kept.
func (o *predictOptions) keepsAll() bool { return slices.Equal(o.keep, []string{"all"}) }

// findColumns replaces the word all by the columns of the first file, but for that of predictions, which is written anew.
func (o *predictOptions) findColumns(ctx context.Context, format rawlog.Format) error {
	if !o.keepsAll() {
		return nil
	}
	if info, err := os.Stat(o.in[0]); err == nil && !info.Mode().IsRegular() {
		return ui.Usagef("--keep all reads %s twice, which is no file: name the columns", o.in[0])
	}
	_, columns, err := rawlog.FindColumns(ctx, format, o.in[0])
	o.keep = nil
	for _, c := range columns {
		if c.Name != predictionColumn {
			o.keep = append(o.keep, c.Name)
		}
	}
	return err
}

func (o *predictOptions) write(cmd *cobra.Command, saved *predict.Trained, p *predict.Predictor, file *ui.Output, reporter *ui.Reporter) (int, error) {
	var columns []ui.Column
	for _, name := range o.keep {
		columns = append(columns, ui.Column{Name: name, Of: "", Numbers: true})
	}
	t, err := ui.NewTable(o.out, file, append(columns, ui.Column{Name: predictionColumn, Of: float32(0)}))
	if err != nil {
		return 0, err
	}
	total := 0
	predictions, cells := make([]float32, rowsPerBatch), make([]any, len(columns)+1)
	options := encode.RowOptions{Size: rowsPerBatch, Keep: o.keep, SkipBadLines: o.skip, OnSkip: reporter.Skipped}
	for rows, err := range encode.ReadRows(cmd.Context(), saved.Encoding, o.in, options) {
		if err != nil {
			return total, err
		}
		if err := p.Predict(predictions, &rows.Batch); err != nil {
			return total, fmt.Errorf("after %d samples: %w", total, err)
		}
		for i, prediction := range predictions[:rows.Rows] {
			for c := range columns {
				cells[c] = rows.Kept[i][c]
			}
			cells[len(columns)] = prediction
			if err := t.Row(cells); err != nil {
				return total, err
			}
		}
		total += rows.Rows
		reporter.Rows("predicting", rows.Rows)
	}
	return total, t.Close()
}
