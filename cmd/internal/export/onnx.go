package export

import (
	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// onnxOptions are the flags of "zoo export onnx".
type onnxOptions struct {
	paths
	inputs string
}

func newONNXCommand(c *flags.Catalogs) *cobra.Command {
	o := onnxOptions{}
	cmd := &cobra.Command{
		Use:   "onnx",
		Short: "Write a saved model as ONNX",
		Long: `Write a saved model as ONNX, opset 17. It has an input for each field and the outputs logit and probability,
for a batch of any size. Weights of more than 64 MB go to a file beside it, FILE.data.

With --inputs ids, a field is an id, int64, or a scaled number, float32; -1 is absent. The vocabularies, which
make ids of values, are written beside it as Parquet. With --inputs raw, a field is what the log has: a string,
or a number as float64, NaN if it is missing; a list is filled up with empty strings at its end. The vocabularies
are then in the model. Hashed and derived fields have no raw form.

Compare the file with the model by: zoo verify onnx FILE --from RUN --in LOG`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, c) },
	}
	o.add(cmd)
	cmd.Flags().StringVar(&o.inputs, "inputs", string(onnx.IDs), "what the model takes: ids or raw")
	return cmd
}

func (o *onnxOptions) run(cmd *cobra.Command, c *flags.Catalogs) error {
	if err := o.check(); err != nil {
		return err
	}
	kind := onnx.InputKind(o.inputs)
	if kind != onnx.IDs && kind != onnx.Raw {
		return ui.Usagef("--inputs: want %s or %s, got %q", onnx.IDs, onnx.Raw, o.inputs)
	}
	return withModel(c, o.from, func(t *predict.Trained) error {
		files, err := onnx.Save(o.out, t, kind)
		if err != nil {
			return err
		}
		return wrote(cmd, files.Model, files.External, files.Vocabulary)
	})
}
