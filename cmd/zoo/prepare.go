package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/spf13/cobra"
)

// prepareOptions are the flags of "zoo prepare".
type prepareOptions struct {
	log  *logFlags
	in   []string
	out  string
	seed uint64
	json bool
}

func newPrepareCommand() *cobra.Command {
	var o prepareOptions
	cmd := &cobra.Command{
		Use:   "prepare",
		Short: "Turn a raw log into ids once, as Parquet, to train on it often",
		Long: `Turn a raw log into ids and numbers, and write it to a new folder: a Parquet file for each part,
schema.yaml, vocabulary.parquet, and manifest.json, which says where it comes from. Memory holds the
values of the vocabularies, not the rows.

  zoo prepare --data avazu --in train.gz --out avazu
  zoo describe avazu
  zoo train --data avazu`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	o.log = newLogFlags(f, "", "known data set: "+knownRaw())
	f.StringSliceVar(&o.in, "in", nil, "files or folders of a log that divides itself; the same as --train")
	f.StringVar(&o.out, "out", "", "folder to write; it must not be there yet, or be empty")
	f.Uint64Var(&o.seed, "seed", 1, "of negatives and random splits")
	f.BoolVar(&o.json, "json", false, "print the manifest")
	return cmd
}

// knownRaw lists the data sets that are read from files.
func knownRaw() string {
	return strings.Join(slices.DeleteFunc(known.All().Names(), func(name string) bool { return name == "synthetic" }), ", ")
}

func (o *prepareOptions) check() error {
	switch {
	case o.out == "":
		return errors.New("--out: name the folder to write")
	case len(o.in) > 0 && len(o.log.files.Train) > 0:
		return errors.New("--in and --train are the same: give one of them")
	case o.log.isSynthetic() || o.log.data == "" && o.log.schema == "":
		return errors.New("--data or --schema: say what the columns of the log are; known data: " + knownRaw())
	}
	o.log.files.Train = append(o.log.files.Train, o.in...)
	return o.log.check()
}

func (o *prepareOptions) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return usageError{err}
	}
	ui := newReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	in, err := o.log.input(o.seed, ui)
	if err != nil {
		return err
	}
	m, err := prepared.Write(cmd.Context(), o.out, in)
	ui.endBar()
	if err != nil {
		return err
	}
	ui.note("prepared; train on it with: zoo train --data " + o.out)
	if o.json {
		return json.NewEncoder(ui.out).Encode(m)
	}
	return describe(ui.out, m, defaultBatchSize)
}
