package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
)

// trainOptions are the flags of "zoo train".
type trainOptions struct {
	config, data, schema            string
	trainFiles, testFiles, valid    []string
	model                           string
	solvers                         []string
	alpha, weightDecay, learnRate   float64
	batchSize, embeddingDim, epochs int
	rows                            int
	hiddenUnits                     []int
	dropout                         float64
	seed                            uint64
	json                            bool
	given                           func(flag string) bool
}

func newTrainCommand() *cobra.Command {
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a model; without flags: DNN with AdamAR on a synthetic log",
		Long: `Train a model and report the figures of the test part after every epoch.

Without flags it draws a synthetic log and trains a DNN with AdamAR. With several solvers, each
trains the same model from the same weights on the same log, and a table compares them:

  zoo train --solver adam,adamar`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.config != "" {
				if err := readConfig(o.config, cmd.Flags()); err != nil {
					return usageError{err}
				}
			}
			o.given = func(flag string) bool { return cmd.Flags().Changed(flag) }
			return o.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "YAML file of flags, with _ for - in their names; the command line wins")
	f.StringVar(&o.data, "data", "synthetic", "data set: synthetic, avazu, or own with --schema")
	f.StringVar(&o.schema, "schema", "", "YAML file that describes the columns of --train and --test")
	f.StringSliceVar(&o.trainFiles, "train", nil, "files of the training part")
	f.StringSliceVar(&o.testFiles, "test", nil, "files of the test part")
	f.StringSliceVar(&o.valid, "valid", nil, "files of the validation part")
	f.StringVar(&o.model, "model", "dnn", "model")
	f.StringSliceVar(&o.solvers, "solver", []string{"adamar"}, "solver, or several to compare")
	f.Float64Var(&o.alpha, "alpha", 1e-4, "strength of adaptive regularization, at least 0")
	f.Float64Var(&o.weightDecay, "weight-decay", 1e-3, "share of a row that adamw takes at every step, in [0, 1]")
	f.Float64Var(&o.learnRate, "learning-rate", 1e-3, "learning rate, above 0")
	f.IntVar(&o.batchSize, "batch-size", 512, "samples in a step")
	f.IntVar(&o.embeddingDim, "embedding-dim", 16, "values in an embedding")
	f.IntSliceVar(&o.hiddenUnits, "hidden-units", []int{128, 64}, "units of each hidden layer")
	f.Float64Var(&o.dropout, "dropout", 0, "share of hidden values dropped in training, in [0, 1)")
	f.IntVar(&o.epochs, "epochs", 4, "passes over the training part")
	f.IntVar(&o.rows, "rows", 0, "training rows of the synthetic log; 0 means 200,000")
	f.Uint64Var(&o.seed, "seed", 1, "of everything random")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each epoch instead of a table")
	return cmd
}

// check finds what is wrong with the flags before anything is read.
func (o *trainOptions) check() error {
	switch {
	case o.batchSize < 1:
		return fmt.Errorf("--batch-size must be at least 1, got %d", o.batchSize)
	case o.embeddingDim < 1:
		return fmt.Errorf("--embedding-dim must be at least 1, got %d", o.embeddingDim)
	case o.epochs < 1:
		return fmt.Errorf("--epochs must be at least 1, got %d", o.epochs)
	case o.rows < 0:
		return fmt.Errorf("--rows must be at least 0, got %d", o.rows)
	case !(o.dropout >= 0 && o.dropout < 1):
		return fmt.Errorf("--dropout must be in [0, 1), got %v", o.dropout)
	case len(o.solvers) == 0:
		return errors.New("--solver names no solver")
	}
	for _, units := range o.hiddenUnits {
		if units < 1 {
			return fmt.Errorf("--hidden-units must be at least 1, got %d", units)
		}
	}
	return o.checkNames()
}

func (o *trainOptions) checkNames() error {
	if _, err := o.newModel(); err != nil {
		return fmt.Errorf("--model: %w", err)
	}
	for _, name := range o.solvers {
		if _, err := o.solverOptions(name); err != nil {
			return err
		}
	}
	return o.checkData()
}

func (o *trainOptions) newModel() (zoo.Model, error) {
	return zoo.New(o.model, zoo.Hyperparameters{EmbeddingDim: o.embeddingDim, HiddenUnits: o.hiddenUnits, Dropout: o.dropout})
}

// solverOptions checks the name of a solver and the flags that are for it.
func (o *trainOptions) solverOptions(name string) ([]solvers.Option, error) {
	entry, err := solvers.Find(name)
	if err != nil {
		return nil, fmt.Errorf("--solver: %w", err)
	}
	var options []solvers.Option
	for _, flag := range []struct {
		name   string
		option string
		value  solvers.Option
	}{
		{"learning-rate", "WithLearnRate", solvers.WithLearnRate(o.learnRate)},
		{"alpha", "WithAlpha", solvers.WithAlpha(o.alpha)},
		{"weight-decay", "WithWeightDecay", solvers.WithWeightDecay(o.weightDecay)},
	} {
		// A flag may be meant for another solver of the same command.
		if o.given(flag.name) && entry.Takes(flag.option) {
			options = append(options, flag.value)
		}
	}
	if _, err := entry.New(options...); err != nil {
		return nil, fmt.Errorf("--solver %s: %w", name, err)
	}
	return options, nil
}

func (o *trainOptions) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return usageError{err}
	}
	ctx := cmd.Context()
	ui := newReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	set, err := o.openData(ctx, ui)
	if err != nil {
		return err
	}
	for _, name := range o.solvers {
		if err := o.runSolver(ctx, name, set, ui); err != nil {
			ui.end()
			return err
		}
	}
	ui.end()
	return nil
}

func (o *trainOptions) runSolver(ctx context.Context, name string, set *datasets.Set, ui *reporter) error {
	model, err := o.newModel()
	if err != nil {
		return err
	}
	options, err := o.solverOptions(name)
	if err != nil {
		return err
	}
	entry, err := solvers.Find(name)
	if err != nil {
		return err
	}
	solver, err := entry.New(options...)
	if err != nil {
		return err
	}
	ui.start(o.model, name, set.BestAUC)
	_, err = zoo.Train(ctx, zoo.Run{
		Model: model, Solver: solver, Train: set.Train, Test: set.Test, Valid: set.Valid,
		BatchSize: o.batchSize, Epochs: o.epochs, Seed: o.seed,
		OnStep: ui.step, OnEpoch: ui.epoch,
	})
	return err
}
