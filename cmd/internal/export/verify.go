package export

import (
	"encoding/json"
	"fmt"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// verifyOptions are the flags of "zoo verify onnx".
type verifyOptions struct {
	from string
	in   []string
	rows int
	json bool
}

// NewVerifyCommand returns the verb onnx, which is below verify.
func NewVerifyCommand(c *flags.Catalogs) *cobra.Command {
	o := verifyOptions{}
	cmd := &cobra.Command{
		Use:   "onnx FILE",
		Short: "Compare an exported model with the saved one, in ONNX Runtime",
		Long: `Run an exported model in ONNX Runtime on raw samples, and compare its logits with those of the saved model.
The exit code is 1 if two of them differ by more than 1e-5.

The runtime is the package onnxruntime-node of Node.js; ` + verify.NodeModules + ` names its folder:

  npm install --ignore-scripts onnxruntime-node@1.30.0
  ` + verify.NodeModules + `=$PWD/node_modules zoo verify onnx model.onnx --from run --in test.csv`,
		Args: ui.OneArgument("an ONNX file"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, c, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "directory of the run that was exported, or of one of its checkpoints")
	f.StringSliceVar(&o.in, "in", nil, "files of raw samples")
	f.IntVar(&o.rows, "rows", 2000, "samples to compare; 0 means all")
	f.BoolVar(&o.json, "json", false, "print a JSON object")
	return cmd
}

func (o *verifyOptions) run(cmd *cobra.Command, c *flags.Catalogs, path string) error {
	switch {
	case o.from == "":
		return ui.Usagef("--from: give the directory of a run")
	case len(o.in) == 0:
		return ui.Usagef("--in: give at least one file")
	case o.rows < 0:
		return ui.Usagef("--rows must be at least 0, got %d", o.rows)
	}
	return withModel(c, o.from, func(t *predict.Trained) error {
		r, err := verify.Files(cmd.Context(), path, t, o.in, verify.Options{Rows: o.rows})
		if err != nil {
			return err
		}
		if o.json {
			err = json.NewEncoder(cmd.OutOrStdout()).Encode(r)
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d samples, inputs %s\nlargest difference of logits %.3g (sample %d: %v here, %v there), of probabilities %.3g\n",
				r.Samples, r.Inputs, r.Largest, r.At, r.Ours, r.Theirs, r.Probability)
		}
		if err == nil && !r.Equal() {
			err = fmt.Errorf("%s differs from %s: by %.3g, more than %g", path, t.Path, r.Largest, verify.Tolerance)
		}
		return err
	})
}
