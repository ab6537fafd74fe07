package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// trainOptions are the flags of "zoo train".
type trainOptions struct {
	model       *modelFlags
	solverFlags *solverFlags
	saving      *checkpointFlags
	solvers     []string
	config      string
	log         *logFlags

	batchSize, epochs, rows, memory int
	checkRanks                      int
	seed                            uint64
	json, diagnostics, shardTables  bool
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

  zoo train --solver adam,adamar

With --out the run is saved as it goes. What is then in the directory can be resumed, and evaluates
and predicts raw samples:

  zoo train --data avazu --train train.gz --out run --checkpoint-every 10m
  zoo train --resume run
  zoo predict --from run --in new.csv --out predictions.csv

Built with -tags mpi and started by mpirun, several processes train together, see docs/parallel.md:

  mpirun -np 4 zoo train --batch-size 4096`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer o.saving.close()
			return o.run(cmd)
		},
		Annotations: forRanks,
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *trainOptions) addFlags(f *pflag.FlagSet) {
	o.log = newLogFlags(f, "synthetic", "synthetic, a folder of zoo prepare, or a raw log: "+knownRaw())
	f.StringVar(&o.config, "config", "", "YAML file of flags, with _ for - in their names; the command line wins")
	f.StringSliceVar(&o.solvers, "solver", []string{"adamar"}, "solver, or several to compare; zoo solvers lists them")
	f.IntVar(&o.batchSize, "batch-size", defaultBatchSize, "samples in a step, of all ranks together")
	f.IntVar(&o.epochs, "epochs", 4, "passes over the training part")
	f.IntVar(&o.rows, "rows", 0, "training rows of the synthetic log; 0 means 200,000")
	f.IntVar(&o.memory, "memory", prepared.DefaultMemory>>20, "MiB of samples to keep of each part of prepared data; a larger part is read again in every epoch")
	f.Uint64Var(&o.seed, "seed", 1, "of everything random")
	o.model, o.solverFlags, o.saving = newModelFlags(f), newSolverFlags(f), newCheckpointFlags(f)
	f.IntVar(&o.checkRanks, "check-ranks", 0, "under mpirun: compare the weights of all ranks every so many steps, and stop if they differ; 0: never")
	f.BoolVar(&o.shardTables, "shard-tables", false, "under mpirun: spread the rows of tables over the ranks, for tables that no rank has memory for")
	f.BoolVar(&o.diagnostics, "diagnostics", false, "tell norms and decay by field and frequency bucket, and the Rademacher bound")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each epoch instead of a table")
	o.given = f.Changed
}

// check finds what is wrong with the flags before anything is read.
func (o *trainOptions) check(ranks int) error {
	switch {
	case o.batchSize%ranks != 0:
		return fmt.Errorf("--batch-size must be a multiple of the %d ranks, got %d", ranks, o.batchSize)
	case o.shardTables && o.diagnostics:
		return errors.New("--diagnostics needs whole tables: leave out --shard-tables")
	case o.checkRanks < 0:
		return fmt.Errorf("--check-ranks must be at least 0, got %d", o.checkRanks)
	case o.batchSize < 1:
		return fmt.Errorf("--batch-size must be at least 1, got %d", o.batchSize)
	case o.epochs < 1:
		return fmt.Errorf("--epochs must be at least 1, got %d", o.epochs)
	case o.rows < 0:
		return fmt.Errorf("--rows must be at least 0, got %d", o.rows)
	case len(o.solvers) == 0:
		return errors.New("--solver names no solver")
	}
	if err := o.model.check(); err != nil {
		return err
	}
	if err := o.solverFlags.check(o.solvers); err != nil {
		return err
	}
	for _, name := range o.solvers {
		if _, err := o.solverFlags.newSolver(name, runScale{o.seed, 1}); err != nil {
			return err
		}
	}
	if err := o.saving.check(o.solvers); err != nil {
		return err
	}
	return o.checkData()
}

func (o *trainOptions) run(cmd *cobra.Command) error {
	ctx, ranks := cmd.Context(), solvers.NewRanks(commOf(cmd.Context()))
	ui := newReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	set, err := o.prepare(cmd, ranks, ui)
	if err := ranks.Agree(err); err != nil {
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

// prepare is all that may go wrong on one rank and not on another.
func (o *trainOptions) prepare(cmd *cobra.Command, ranks *solvers.Ranks, ui *reporter) (*datasets.Set, error) {
	if o.config != "" {
		if err := readConfig(o.config, cmd.Flags()); err != nil {
			return nil, usageError{err}
		}
	}
	if err := o.saving.open(ranks.Rank()); err != nil {
		return nil, err
	}
	if err := o.check(ranks.Size()); err != nil {
		return nil, usageError{err}
	}
	if err := o.saving.create(); err != nil {
		return nil, err
	}
	set, err := o.openData(cmd.Context(), ui)
	if err != nil {
		return nil, err
	}
	if o.saving.monitor != "" && set.Valid == nil {
		return nil, usageError{errors.New("--monitor needs a validation part: give --valid, or a split that has one")}
	}
	return set, nil
}

func (o *trainOptions) runSolver(ctx context.Context, name string, set *datasets.Set, ui *reporter) error {
	model, err := o.model.newModel()
	if err != nil {
		return err
	}
	init, err := o.model.initializer()
	if err != nil {
		return err
	}
	stepsPerEpoch := (set.Train.Len() + o.batchSize - 1) / o.batchSize
	solver, err := o.solverFlags.newSolver(name, runScale{o.seed, stepsPerEpoch})
	if err != nil {
		return err
	}
	checkpoints, err := o.saving.checkpoints(set.Encoding)
	if err != nil {
		return err
	}
	monitor, patience := o.saving.stop()
	trainer, err := zoo.NewTrainer(zoo.Run{
		Model: model, Solver: solver, Train: set.Train, Test: set.Test, Valid: set.Valid,
		BatchSize: o.batchSize, Epochs: o.epochs, Seed: o.seed, EmbeddingInit: init,
		Buckets: o.solverFlags.buckets, Diagnose: o.diagnostics,
		Monitor: monitor, Patience: patience, Checkpoints: checkpoints,
		Comm: commOf(ctx), CheckRanks: o.checkRanks, ShardTables: o.shardTables,
		OnNote: ui.note, OnStep: ui.step, OnEpoch: ui.epoch,
	})
	if err != nil {
		return err
	}
	defer trainer.Free()
	if err := o.saving.announce(ui); err != nil {
		return err
	}
	ui.start(o.model.name, name, set.BestAUC)
	history, err := trainer.Train(ctx)
	ui.endBar()
	o.saving.conclude(ui, trainer, history, err)
	return err
}
