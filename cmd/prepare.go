package cmd

import (
	"encoding/json"
	"errors"
	"os"
	"runtime/debug"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/spf13/cobra"
)

// prepareOptions are the flags of "zoo prepare".
type prepareOptions struct {
	catalogs *flags.Catalogs
	log      *flags.Log
	in       []string
	out      string
	seed     uint64
	json     bool
}

func newPrepareCommand(c *flags.Catalogs) *cobra.Command {
	o := prepareOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "prepare",
		Short: "Turn a raw log into ids once, as Parquet, to train on it often",
		Long: `Turn a raw log into ids and numbers, and write it to a new folder: a Parquet file for each part,
schema.yaml, vocabulary.parquet, and manifest.json, which records where the data comes from. Memory
holds the values of the vocabularies, not the rows.

  zoo prepare --data avazu --in train.gz --out avazu
  zoo describe avazu
  zoo train --data avazu`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	o.log = flags.AddLog(f, c, "", "known data set: "+c.Raw())
	f.StringSliceVar(&o.in, "in", nil, "files or folders of a log that divides itself; the same as --train")
	f.StringVar(&o.out, "out", "", "folder to write; it must be new or empty")
	f.Uint64Var(&o.seed, "seed", 1, "seed of negatives and random splits")
	f.BoolVar(&o.json, "json", false, "print the manifest")
	return cmd
}

func (o *prepareOptions) check() error {
	switch {
	case o.out == "":
		return errors.New("--out: name the folder to write")
	case len(o.in) > 0 && len(o.log.Files.Train) > 0:
		return errors.New("--in and --train are the same: give one of them")
	case o.log.IsDrawn() || o.log.Data == "" && o.log.Schema == "":
		return errors.New("--data or --schema: say what the columns of the log are; known data: " + o.catalogs.Raw())
	}
	o.log.Files.Train = append(o.log.Files.Train, o.in...)
	return o.log.Check()
}

func (o *prepareOptions) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return ui.Usage(err)
	}
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	in, err := o.log.Input(o.seed, reporter)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		// Nearly all memory is in a few large arrays without pointers: it costs little to collect it often.
		defer debug.SetGCPercent(debug.SetGCPercent(30))
	}
	m, err := prepared.Write(cmd.Context(), o.out, in)
	reporter.EndReading()
	if err != nil {
		return err
	}
	reporter.Note("prepared; train on it with: zoo train --data " + o.out)
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(m)
	}
	return describe(cmd.OutOrStdout(), m, defaultBatchSize)
}
