package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// inspectOptions are the flags of "zoo inspect".
type inspectOptions struct {
	catalogs         *flags.Catalogs
	json             bool
	dump, table, out string
}

func newInspectCommand(c *flags.Catalogs) *cobra.Command {
	o := inspectOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "inspect DIR",
		Short: "Show what is in a saved model, or write the embeddings of a field",
		Long: `Show what is in a saved model: the epochs it was trained for; sizes; norms of rows by field and by frequency (bucket 1 has the rarest
rows, and all buckets about equally many occurrences in the training part); the steps since a row had
its latest gradient; the share of rows that are exactly zero.

With --dump, write the rows of a field instead: id, value, count, norm, vector. The name of the
file sets its format: .parquet, .jsonl, .tsv, else CSV.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return ui.Usagef("inspect: give the directory of a run, or of one of its checkpoints")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print a JSON object")
	f.StringVar(&o.dump, "dump", "", "field whose rows to write")
	f.StringVar(&o.table, "table", "", "with --dump: table to take them from; default: the first")
	f.StringVar(&o.out, "out", "", "with --dump: file to write; default: standard output, as CSV")
	return cmd
}

func (o *inspectOptions) run(cmd *cobra.Command, path string) error {
	if o.dump == "" && (o.table != "" || o.out != "") {
		return ui.Usagef("--table and --out need --dump")
	}
	saved, err := o.catalogs.Load(path)
	if err != nil {
		return err
	}
	defer saved.Free()
	if o.dump != "" {
		return o.write(cmd.Context(), saved, cmd.OutOrStdout())
	}
	report, err := saved.Inspect()
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
	}
	return printReport(cmd.OutOrStdout(), report)
}

// write writes the rows of a field.
func (o *inspectOptions) write(ctx context.Context, saved *predict.Trained, stdout io.Writer) error {
	rows, err := saved.Rows(o.table, o.dump)
	if err != nil {
		return ui.Usage(err)
	}
	file, err := ui.CreateOutput(ctx, o.out, stdout)
	if err != nil {
		return err
	}
	defer file.Close()
	t, err := ui.NewTable(o.out, file, []ui.Column{{Name: "id", Of: 0}, {Name: "value", Of: ""}, {Name: "count", Of: 0}, {Name: "norm", Of: float32(0)}, {Name: "vector", Of: []float32(nil)}})
	if err != nil {
		return err
	}
	for r := range rows {
		if err := t.Row([]any{r.ID, r.Value, r.Count, r.Norm, r.Vector}); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return file.Commit()
}

func printReport(out io.Writer, r *predict.Report) error {
	fmt.Fprintf(out, "%s\n%s\n%s\n", r.Path, r.Model, r.Solver)
	if r.Precision != graph.Float32 {
		fmt.Fprintf(out, "matrix products in %v\n", r.Precision)
	}
	fmt.Fprintf(out, "%d steps, %d epochs\n", r.Steps, r.Epochs)
	w := ui.NewAligned(out)
	printHistory(w, r.History)
	fmt.Fprint(w, "\nfile\tbytes\t\n")
	for _, f := range r.Files {
		fmt.Fprintf(w, "%s\t%d\t\n", f.Name, f.Bytes)
	}
	fmt.Fprint(w, "\nweight\trows\tcolumns\tnorm\tzero\t\n")
	for _, x := range r.Weights {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.4g\t%.1f%%\t\n", x.Name, x.Rows, x.Columns, x.Norm, 100*x.Zero)
	}
	fmt.Fprint(w, "\ntable\tfield\trows\tmean norm\tzero\tno gradient yet\tlatest gradient, steps ago: median\t90%\tmost\t\n")
	for _, s := range r.Segments {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.4g\t%.1f%%\t%.1f%%\t%d\t%d\t%d\t\n",
			s.Table, s.Field, s.Rows, s.Norm, 100*s.Zero, 100*s.Never, s.Staleness.Median, s.Staleness.P90, s.Staleness.Most)
	}
	printBuckets(w, r)
	return w.Flush()
}

// measuredPart is a part of the data with figures in each epoch, or nil where it was not measured.
type measuredPart struct {
	name string
	of   func(metrics.Epoch) *metrics.Figures
}

// printHistory prints the figures of the epochs, of the parts that were measured.
func printHistory(w io.Writer, history []metrics.Epoch) {
	if len(history) == 0 {
		return
	}
	parts := slices.DeleteFunc([]measuredPart{
		{"valid", func(e metrics.Epoch) *metrics.Figures { return e.Valid }},
		{"test", func(e metrics.Epoch) *metrics.Figures { return e.Test }},
	}, func(p measuredPart) bool {
		measured := func(e metrics.Epoch) bool { return p.of(e) != nil }
		return !slices.ContainsFunc(history, measured)
	})
	fmt.Fprint(w, "\nepoch\tsteps\ttrain loss\t")
	for _, p := range parts {
		fmt.Fprintf(w, "%s AUC\tlog loss\t", p.name)
	}
	fmt.Fprint(w, "emb norm\tseconds\t\n")
	for _, e := range history {
		fmt.Fprintf(w, "%d\t%d\t%.4f\t", e.Epoch, e.Steps, e.TrainLoss)
		for _, p := range parts {
			fmt.Fprintf(w, "%s\t%s\t", figure(p.of(e).AUC()), figure(p.of(e).LogLoss()))
		}
		fmt.Fprintf(w, "%.2f\t%.1f\t\n", e.EmbeddingNorm, e.Seconds)
	}
}

// figure writes a figure, and a dash for one that does not exist.
func figure(v float64) string {
	if v != v {
		return "-"
	}
	return fmt.Sprintf("%.4f", v)
}

// printBuckets prints mean norms by frequency.
func printBuckets(w io.Writer, r *predict.Report) {
	segments := slices.DeleteFunc(slices.Clone(r.Segments), func(s predict.Segment) bool { return s.Buckets == nil })
	if len(segments) == 0 {
		return
	}
	fmt.Fprint(w, "\nmean norm by frequency:\t\trarest")
	fmt.Fprint(w, strings.Repeat("\t", predict.FrequencyBuckets), "most frequent\t\n")
	for _, s := range segments {
		fmt.Fprintf(w, "%s\t%s", s.Table, s.Field)
		for _, b := range s.Buckets {
			if b.Rows == 0 {
				fmt.Fprint(w, "\t-")
				continue
			}
			fmt.Fprintf(w, "\t%.4g", b.Norm)
		}
		fmt.Fprint(w, "\t\n")
	}
}
