package export

import (
	"errors"
	"fmt"
	"os"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/spf13/cobra"
)

// NewCommand returns the verb export, with a verb below it for each form.
func NewCommand(c *flags.Catalogs) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a saved model, or its embeddings, for other programs",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return ui.Usagef("export writes onnx or embeddings, not %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newONNXCommand(c), newEmbeddingsCommand(c))
	return cmd
}

// paths are the flags that every form has.
type paths struct{ from, out string }

func (p *paths) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.from, "from", "", "directory of a run, or of one of its checkpoints")
	cmd.Flags().StringVar(&p.out, "out", "", "file to write, a new one")
}

func (p *paths) check() error {
	switch {
	case p.from == "":
		return ui.Usage(errors.New("--from: give the directory of a run"))
	case p.out == "":
		return ui.Usage(errors.New("--out: give the file to write"))
	}
	return nil
}

// withModel calls do with a model that is loaded.
func withModel(c *flags.Catalogs, from string, do func(t *predict.Trained) error) error {
	t, err := c.Load(from)
	if err != nil {
		return err
	}
	defer t.Free()
	return do(t)
}

// wrote prints the files that are written, and how large they are; "" is none.
func wrote(cmd *cobra.Command, files ...string) error {
	for _, path := range files {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %d bytes\n", path, info.Size())
	}
	return nil
}
