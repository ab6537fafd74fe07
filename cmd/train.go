package cmd

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// trainOptions are the flags of "zoo train".
type trainOptions struct {
	model       *flags.Model
	solverFlags *flags.Solver
	saving      *flags.Checkpoints
	data        *flags.Data
	metrics     *flags.Metrics
	schedule    *flags.Schedule
	precision   *flags.Precision
	solvers     []string
	config      string
	embeddings  string

	batchSize, epochs, checkRanks, replicas        int
	seed                                           uint64
	json, diagnostics, shardTables, testEveryEpoch bool
}

func newTrainCommand(c *flags.Catalogs, comm ranks.Comm) *cobra.Command {
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a model; without flags: DNN with AdamAR on a synthetic log",
		Long: `Train a model and report the figures of the test part after every epoch.

Without flags it draws a synthetic log and trains a DNN with AdamAR. With several solvers, each
trains the same model from the same weights on the same log, and a table compares them:

  zoo train --solver adam,adamar

With --out the run is saved in a directory as it proceeds. It can be resumed from there, and evaluates
and predicts raw samples:

  zoo train --data avazu --train train.gz --out run --checkpoint-every 10m
  zoo train --resume run
  zoo predict --from run --in new.csv --out predictions.csv

With --from a run goes on from another one with tomorrow's log: weights, state of the solver and
vocabulary are taken over, and new values get rows. See docs/streams.md, and zoo stream:

  zoo train --from run --train tomorrow.csv.gz --out run2

Built with -tags mpi and started by mpirun, several processes train together, see docs/parallel.md:

  mpirun -np 4 zoo train --batch-size 4096

As many ranks within one process:

  zoo train --replicas 4 --batch-size 4096`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer o.saving.Close()
			return o.run(cmd, comm)
		},
	}
	ui.ForRanks(cmd)
	o.addFlags(cmd.Flags(), c)
	return cmd
}

func (o *trainOptions) addFlags(f *pflag.FlagSet, c *flags.Catalogs) {
	f.StringVar(&o.config, "config", "", "YAML file of flags, with _ for - in their names; the command line wins")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each epoch instead of a table")
	f.BoolVar(&o.diagnostics, "diagnostics", false, "print norms and decay by field and frequency bucket, and the Rademacher bound")
	ui.Group(f, ui.TrainingFlags, func() {
		f.IntVar(&o.batchSize, "batch-size", defaultBatchSize, "samples in a step, of all ranks together")
		f.IntVar(&o.epochs, "epochs", 4, "passes over the training part")
		f.Uint64Var(&o.seed, "seed", 1, "seed of everything random")
		f.BoolVar(&o.testEveryEpoch, "test-every-epoch", false, "measure the test part after every epoch, also if there is a validation part; then it is otherwise measured once, for the best epoch")
		o.precision = flags.AddPrecision(f)
		o.metrics = flags.AddMetrics(f, c)
	})
	ui.Group(f, ui.ParallelFlags, func() {
		f.IntVar(&o.replicas, "replicas", 1, "ranks of a parallel job within this process, each on a core of its own; they do what as many do under mpirun")
		f.IntVar(&o.checkRanks, "check-ranks", 0, "with several ranks: compare the weights of all of them every so many steps, and stop if they differ; 0: never")
		f.BoolVar(&o.shardTables, "shard-tables", false, "with several ranks: spread the rows of tables over the ranks, for tables that no rank has memory for")
	})
	ui.Group(f, ui.SolverFlags, func() {
		f.StringSliceVar(&o.solvers, "solver", []string{"adamar"}, "solver, or several to compare; zoo solvers lists them")
	})
	ui.Group(f, ui.ModelFlags, func() {
		f.StringVar(&o.embeddings, "embeddings", "", "file of vectors to start from, Parquet or .npy of zoo export embeddings; rows are found by field and value")
	})
	o.data, o.schedule = flags.AddData(f, c), flags.AddSchedule(f)
	o.saving = flags.AddCheckpoints(f, o.metrics)
	o.model, o.solverFlags = flags.AddModelAndSolver(f, c)
}

// check returns what is wrong with the flags, before anything is read.
func (o *trainOptions) check(ranks int) error {
	if err := o.checkReplicas(ranks); err != nil {
		return err
	}
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
	case len(o.solvers) == 0:
		return errors.New("--solver names no solver")
	}
	if err := o.model.Check(); err != nil {
		return err
	}
	if err := o.solverFlags.Check(o.solvers); err != nil {
		return err
	}
	for _, name := range o.solvers {
		solver, err := o.solverFlags.New(name, flags.Scale{Seed: o.seed, StepsPerEpoch: stepsForCheck})
		if err == nil {
			err = o.schedule.Check(solver)
		}
		if err != nil {
			return err
		}
	}
	if err := o.saving.Check(o.solvers); err != nil {
		return err
	}
	if o.schedule.Watches() && o.data.IsSynthetic() {
		return errors.New("--schedule plateau needs a validation part; the synthetic log has none")
	}
	return o.data.Check(o.saving.Monitored())
}

// stepsForCheck is used for the steps of an epoch, which are not known before the data is read: so many that no half-life of
// a part of an epoch is below a step.
const stepsForCheck = 1 << 30

func (o *trainOptions) run(cmd *cobra.Command, comm ranks.Comm) error {
	group := ranks.NewGroup(comm)
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	set, err := o.prepare(cmd, group, reporter)
	if err := group.Agree(err); err != nil {
		return err
	}
	for _, name := range o.solvers {
		if err := o.runReplicas(cmd.Context(), comm, name, set, reporter); err != nil {
			reporter.End()
			return err
		}
	}
	reporter.End()
	return nil
}

// prepare does everything that may fail on one rank and not on another.
func (o *trainOptions) prepare(cmd *cobra.Command, group *ranks.Group, reporter *ui.Reporter) (*datasets.Set, error) {
	if o.config != "" {
		if err := flags.ReadConfig(o.config, cmd.Flags()); err != nil {
			return nil, ui.Usage(err)
		}
	}
	if err := o.saving.Open(group.Rank()); err != nil {
		return nil, err
	}
	var err error
	if o.data.Base, err = o.saving.GoOn(o.solverFlags); err != nil {
		return nil, err
	}
	if o.data.Base != nil && (o.data.IsDrawn() || o.data.IsPrepared()) {
		return nil, ui.Usagef("--from needs a raw log, whose new values get ids: give --train")
	}
	if err := o.check(group.Size()); err != nil {
		return nil, ui.Usage(err)
	}
	if err := o.saving.Create(); err != nil {
		return nil, err
	}
	set, err := o.data.Open(cmd.Context(), o.seed, reporter)
	if err != nil {
		return nil, err
	}
	if o.saving.Monitored() && set.Valid == nil {
		return nil, ui.Usagef("--monitor needs a validation part: give --valid, or a split that has one")
	}
	if o.schedule.Watches() && set.Valid == nil {
		return nil, ui.Usagef("--schedule plateau needs a validation part: give --valid, or a split that has one")
	}
	o.precision.Note(reporter)
	hints, err := leakFacts(cmd.Context(), set)
	for _, hint := range hints {
		reporter.Note(hint)
	}
	return set, err
}
