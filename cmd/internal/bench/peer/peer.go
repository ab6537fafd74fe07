package peer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
	"github.com/spf13/cobra"
)

// options are the flags of "zoo bench peer".
type options struct {
	models  []string
	python  string
	anyBLAS bool
	rounds  int
	json    bool
}

// NewCommand makes the verb peer, which compares speed.
func NewCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "peer",
		Short: "Compare training steps and predictions with PyTorch's, and predictions with ONNX Runtime's",
		Long: `Compare the fastest training step with AdamAR with PyTorch's with SparseAdam, in the shapes of "zoo
bench step". The programs alternate, so that both meet the same noise. PyTorch runs twice in each round:
with the AVX2 kernels of OpenBLAS and with those for AVX-512. Its default depends on the processor and
on its version. With another BLAS both are what that chooses. It keeps its memory from step to step.

Then compare predictions of dnn, wdl, wukong and xdeepfm: calls of 1, 100 and 1000 samples, one at a time, and a
whole part of a data set in batches of 1024. PyTorch has the same weights and the same ids, and runs in inference
mode. So does ONNX Runtime, by Node.js and on the model as "zoo export onnx" writes it, if it is found: ` + verify.NodeModules + `
says in which folder node_modules the package onnxruntime-node is. A program whose logits differ by more than
rounding is an error.

First PyTorch multiplies large matrices. One that is below a tenth of our speed has no optimised BLAS, and is
refused.

  npm install --ignore-scripts onnxruntime-node@1.30.0
  ` + verify.NodeModules + `=$PWD/node_modules zoo bench peer --model dnn`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.models, "model", peers(), "models")
	f.StringVar(&o.python, "python", "python3", "Python that has PyTorch")
	f.BoolVar(&o.anyBLAS, "any-blas", false, "compare with a PyTorch that has no optimised BLAS, too")
	f.IntVar(&o.rounds, "rounds", 5, "number of times that the programs alternate")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each row, not Markdown")
	return cmd
}

func (o *options) run(cmd *cobra.Command) error {
	for _, name := range o.models {
		if !slices.Contains(peers(), name) {
			return ui.Usagef("--model: %q has no peer", name)
		}
	}
	dir, err := scriptFolder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := comparison{options: o, cmd: cmd, dir: dir, compared: usual(), rows: 1_000_000, seconds: 1}
	for _, compare := range []func() error{c.findRuntime, c.blas, c.steps, c.algorithm1, c.predictions} {
		if err := compare(); err != nil {
			return err
		}
	}
	return nil
}

// comparison is a run of "zoo bench peer".
type comparison struct {
	*options
	cmd *cobra.Command
	dir string // has the scripts

	modules, runtime string // the folder of ONNX Runtime and its version; "" without it

	compared []prediction
	rows     int     // of the tables of predictions, over all fields
	seconds  float64 // of a measurement of predictions
}

// script returns where a script of testdata is.
func (c *comparison) script(name string) string { return filepath.Join(c.dir, "testdata", name) }

// say writes a line around tables, of which JSON has none.
func (c *comparison) say(format string, args ...any) {
	if !c.json {
		fmt.Fprintf(c.cmd.OutOrStdout(), format+"\n", args...)
	}
}

// print writes a record, in Markdown or as JSON.
func (c *comparison) print(r fmt.Stringer) error {
	if c.json {
		return json.NewEncoder(c.cmd.OutOrStdout()).Encode(r)
	}
	_, err := fmt.Fprintln(c.cmd.OutOrStdout(), r)
	return err
}
