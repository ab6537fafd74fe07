package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/delta"
	"github.com/spf13/cobra"
)

// deltaOptions are the flags of "zoo delta" and "zoo delta apply".
type deltaOptions struct {
	from, out string
	json      bool
}

func newDeltaCommand() *cobra.Command {
	var o deltaOptions
	cmd := &cobra.Command{
		Use:   "delta [A] B --out FILE",
		Short: "Write what turns the model A into the model B, or all of B that is not zero",
		Long: `Write what turns the model A into the model B: the rows whose bits changed, the list of those that became
zero, values that came and left, and dense weights. A and B are directories of runs, checkpoints or folders of
streams. Where a copy of A is, zoo delta apply makes B of it, with the bytes of a full save for predictions:

  zoo delta run/days/2026-01-01 run/days/2026-01-02 --out 02.delta
  zoo delta apply 02.delta --to model-01 --out model-02

Of B alone it writes a snapshot, which holds the rows that are not zero, and is applied to nothing:

  zoo delta run --out snapshot.delta
  zoo delta apply snapshot.delta --out model

See docs/streams.md.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return ui.Usagef("delta takes two models, or one for a snapshot; got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			from := ""
			if len(args) == 2 {
				from = args[0]
			}
			return o.run(cmd, func() (*delta.Report, error) { return delta.Make(from, args[len(args)-1], o.out) })
		},
	}
	o.addFlags(cmd, "file of the delta, which must be new")
	cmd.AddCommand(newDeltaApplyCommand())
	return cmd
}

func newDeltaApplyCommand() *cobra.Command {
	var o deltaOptions
	cmd := &cobra.Command{
		Use:   "apply FILE --to A --out DIR",
		Short: "Make the model B of a delta and the model A",
		Long: `Make the model B of a delta and the model A, in a new directory, which predict, evaluate, serve and inspect read.
A may be the run that the delta was made from, or a copy that was made by a delta. A delta that starts from another model,
or that is damaged, is refused. The directory has no state of a solver: a run cannot go on from it.`,
		Args: ui.OneArgument("the file of a delta"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd, func() (*delta.Report, error) { return delta.Apply(args[0], o.from, o.out) })
		},
	}
	o.addFlags(cmd, "directory of the result, which must be new")
	cmd.Flags().StringVar(&o.from, "to", "", "model that the delta starts from; none for a snapshot")
	return cmd
}

func (o *deltaOptions) addFlags(cmd *cobra.Command, out string) {
	cmd.Flags().StringVar(&o.out, "out", "", out)
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON object instead of a table")
}

// run makes or applies a delta, and prints what is in it.
func (o *deltaOptions) run(cmd *cobra.Command, do func() (*delta.Report, error)) error {
	if o.out == "" {
		return ui.Usage(errors.New("--out: give what to write"))
	}
	r, err := do()
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	return printDelta(cmd.OutOrStdout(), r)
}

func printDelta(out io.Writer, r *delta.Report) error {
	w := ui.NewAligned(out)
	fmt.Fprint(w, "table\trows\tchanged\tbecame zero\t\n")
	for _, t := range r.Tables {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", t.Table, t.Rows, t.Live, t.Dead)
	}
	fmt.Fprint(w, "\nfield\tvalues\tnew\tleft\t\n")
	for _, f := range r.Fields {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", f.Field, f.Values, f.New, f.Left)
	}
	fmt.Fprintf(w, "\n%d of %d dense weights changed; the delta has %.2f MB, the whole model %.2f MB\n",
		r.DenseChanged, r.DenseWeights, float64(r.Bytes)/1e6, float64(r.FullBytes)/1e6)
	return w.Flush()
}
