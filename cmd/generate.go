package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"
)

// generateOptions are the flags of "zoo generate".
type generateOptions struct {
	rows int
	out  string
	seed uint64
}

func newGenerateCommand() *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "generate NAME --out FILE",
		Short: "Write a log in the shape of a data set, drawn from known click probabilities",
		Long: `Write a CSV file in the shape of a data set: ` + strings.Join(synthetic.GeneratorNames(), " or ") + `. It is drawn from known click
probabilities. The command prints their AUC on the last day, the test part: no model can expect more.
Only the shape is that of the data set: results on a drawn log are not results on the real one.

  zoo generate lzd --rows 1000000 --out lzd.csv.gz
  zoo train --data lzd --train lzd.csv.gz

zoo generate drift writes a log by days, in which ids are born and die.`,
		Args: ui.OneArgument("the name of a data set"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.IntVar(&o.rows, "rows", 1_000_000, "rows to write, at least 100")
	f.StringVar(&o.out, "out", "", "file to write, compressed if it ends in .gz or .zst; - means standard output")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the log")
	cmd.AddCommand(newGenerateDriftCommand())
	return cmd
}

func (o *generateOptions) run(cmd *cobra.Command, name string) error {
	switch {
	case !slices.Contains(synthetic.GeneratorNames(), name):
		return ui.Usagef("generate: %w %q; known: %s", datasets.ErrUnknownData, name, strings.Join(synthetic.GeneratorNames(), ", "))
	case o.out == "":
		return ui.Usagef("--out: give the file to write")
	case o.rows < 100:
		return ui.Usagef("--rows must be at least 100, got %d", o.rows)
	}
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), false)
	out, err := ui.CreateOutput(cmd.Context(), o.out, cmd.OutOrStdout())
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer out.Close()
	best, err := o.write(cmd.Context(), name, out, reporter)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	reporter.Note(fmt.Sprintf("%d rows in the shape of %s; the best AUC that can be expected on the last day is %.4f", o.rows, name, best))
	return nil
}

func (o *generateOptions) write(ctx context.Context, name string, w io.Writer, reporter *ui.Reporter) (best float64, err error) {
	packed, err := packer(o.out, w)
	if err != nil {
		return 0, err
	}
	g := synthetic.Generator{Data: name, Rows: o.rows, Seed: o.seed, Progress: reporter.Written()}
	best, err = g.WriteCSV(ctx, packed)
	reporter.EndBar()
	return best, errors.Join(err, packed.Close())
}

// packer compresses what is written to it, in the format that the name of the file asks for.
func packer(path string, w io.Writer) (io.WriteCloser, error) {
	path = strings.ToLower(path)
	switch {
	case strings.HasSuffix(path, ".gz"):
		return gzip.NewWriterLevel(w, gzip.BestSpeed)
	case strings.HasSuffix(path, ".zst"):
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}
	return unpacked{w}, nil
}

// unpacked is a file without compression.
type unpacked struct{ io.Writer }

func (unpacked) Close() error { return nil }
