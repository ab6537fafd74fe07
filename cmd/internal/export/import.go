package export

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/statedict"
	"github.com/spf13/cobra"
)

// NewImportCommand returns the verb import, with a verb below it for each origin.
func NewImportCommand(c *flags.Catalogs) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring weights that were trained in PyTorch into a model",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return ui.Usagef("import takes fuxictr or torch, not %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFuxiCTRCommand(c), newTorchCommand(c))
	return cmd
}

// importOptions are the flags of "zoo import".
type importOptions struct {
	model                       *flags.Model
	schema, vocab, mapping, out string
}

const aboutStates = `The state dict is saved by safetensors.torch.save_file, or by numpy.savez with its tensors as arrays. The schema
has the fields and columns of the log; numbers have scale: none. The vocabularies are a JSON object of objects: field, value, row of the
tensor; __OOV__ is the row of all other values.

The result predicts, is evaluated and exported as a run that was trained here; training does not go on from it.`

func newFuxiCTRCommand(c *flags.Catalogs) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "fuxictr STATE",
		Short: "Bring in a state dict of FuxiCTR: DNN, WideDeep (wdl), xDeepFM, DCNv2",
		Long: `Bring in a state dict of FuxiCTR, version 2.

  zoo schema dataset_config.yaml > log.yaml
  zoo import fuxictr model.safetensors --schema log.yaml --vocab feature_vocab.json --model wdl --embedding-dim 10 --out run

` + aboutStates,
		Args: ui.OneArgument("a state dict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd, args[0], func() (*statedict.Mapping, error) { return statedict.FuxiCTR(o.model.Name) })
		},
	}
	o.add(cmd, c)
	return cmd
}

func newTorchCommand(c *flags.Catalogs) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "torch STATE",
		Short: "Bring in a state dict of PyTorch by a mapping of one's own",
		Long: `Bring in a state dict of PyTorch. A YAML file says which tensor is which weight (zoo inspect shows the weights of a model):

  fields:
    deep: embedding.{field}.weight
  weights:
    - {to: mlp/*/weight, from: mlp.*.weight, transpose: true}
    - {to: mlp/*/bias, from: mlp.*.bias}

` + aboutStates,
		Args: ui.OneArgument("a state dict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.mapping == "" {
				return ui.Usagef("--mapping: give a file")
			}
			return o.run(cmd, args[0], func() (*statedict.Mapping, error) { return statedict.LoadMapping(o.mapping) })
		},
	}
	o.add(cmd, c)
	cmd.Flags().StringVar(&o.mapping, "mapping", "", "YAML file: which tensor is which weight")
	return cmd
}

func (o *importOptions) add(cmd *cobra.Command, c *flags.Catalogs) {
	f := cmd.Flags()
	f.StringVar(&o.schema, "schema", "", "YAML file of the fields and columns of the log")
	f.StringVar(&o.vocab, "vocab", "", "JSON file of vocabularies: field, value, row")
	f.StringVar(&o.out, "out", "", "directory of the model; it must not hold a run yet")
	o.model = flags.AddModel(f, c)
}

func (o *importOptions) check() error {
	for _, f := range [][2]string{{"schema", o.schema}, {"vocab", o.vocab}, {"out", o.out}} {
		if f[1] == "" {
			return ui.Usagef("--%s must be given", f[0])
		}
	}
	if err := o.model.Check(); err != nil {
		return ui.Usage(err)
	}
	return nil
}

func (o *importOptions) run(cmd *cobra.Command, state string, mapping func() (*statedict.Mapping, error)) error {
	if err := o.check(); err != nil {
		return err
	}
	how, err := mapping()
	if err != nil {
		return ui.Usage(err)
	}
	s, err := schema.Load(o.schema)
	if err != nil {
		return err
	}
	source, err := statedict.ReadSource(o.vocab, s)
	if err != nil {
		return err
	}
	tensors, err := statedict.Read(state)
	if err != nil {
		return err
	}
	model, err := o.model.New()
	if err != nil {
		return ui.Usage(err)
	}
	t, err := statedict.Import(model, source, tensors, how)
	if err != nil {
		return err
	}
	defer t.Free()
	if err := t.Save(o.out); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d tensors in %s; use it with: zoo evaluate --from %s, zoo predict --from %s\n", len(tensors), o.out, o.out, o.out)
	return nil
}
