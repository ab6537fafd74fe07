package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/spf13/cobra"
)

const defaultBatchSize = 512

func newDescribeCommand() *cobra.Command {
	var batchSize int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "describe DIR",
		Short: "Show what is in a prepared data set",
		Long: `Show what is in a folder of zoo prepare: rows and positives of each part; for each field its distinct
values in the training part, the shares of these that occur once and at most five times there, and the
share of the test part's values that the training part does not have.`,
		Args: ui.OneArgument("the folder of a prepared data set"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if batchSize < 1 {
				return ui.Usagef("--batch-size must be at least 1, got %d", batchSize)
			}
			m, err := prepared.ReadManifest(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(m)
			}
			return describe(cmd.OutOrStdout(), m, batchSize)
		},
	}
	cmd.Flags().IntVar(&batchSize, "batch-size", defaultBatchSize, "samples in a step, for the number of steps in an epoch")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the manifest")
	return cmd
}

// describe prints a manifest as tables.
func describe(out io.Writer, m *prepared.Manifest, batchSize int) error {
	w := ui.NewAligned(out)
	fmt.Fprint(w, "part\trows\tpositives\tshare\tsteps an epoch\t")
	weighted := slices.ContainsFunc(m.Parts, func(p prepared.PartFile) bool { return p.Weight > 0 })
	if weighted {
		fmt.Fprint(w, "weight\t")
	}
	fmt.Fprintln(w)
	for _, p := range m.Parts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%d\t", p.Name, p.Rows, p.Positives,
			fmt.Sprintf("%.2f %%", 100*float64(p.Positives)/float64(p.Rows)), (p.Rows+batchSize-1)/batchSize)
		if weighted {
			fmt.Fprintf(w, "%g\t", p.Weight)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\nfield\tkind\tembedding rows\tdistinct\tseen once\tat most 5 times\tunseen in test\t\n")
	for _, f := range m.Fields {
		fmt.Fprintf(w, "%s\t%s\t", f.Name, f.Kind)
		describeField(w, f)
	}
	return w.Flush()
}

func describeField(w io.Writer, f encode.FieldFacts) {
	distinct, once, atMost5, unseen := "", "", "", ""
	if v := f.Values; v != nil {
		distinct = fmt.Sprint(v.Distinct)
		once = percent(float64(v.Once) / float64(v.Distinct))
		atMost5 = percent(float64(v.AtMost5) / float64(v.Distinct))
	}
	if share, known := f.Unseen["test"]; known {
		unseen = percent(share)
	}
	rows := fmt.Sprint(f.Rows)
	switch {
	case f.Rows == 0:
		rows = ""
	case f.Shares != "":
		rows = "as " + f.Shares
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", rows, distinct, once, atMost5, unseen)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
