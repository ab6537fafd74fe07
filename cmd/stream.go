package cmd

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// streamOptions are the flags of "zoo stream".
type streamOptions struct {
	catalogs    *flags.Catalogs
	flags       *pflag.FlagSet
	model       *flags.Model
	solverFlags *flags.Solver
	precision   *flags.Precision

	schema, out, solver          string
	days                         streamDays
	batchSize, epochs            int
	keep, skipBadLines, saveEach int
	seed                         uint64
	json, all                    bool
	idle                         int
	parallel                     train.Parallel
}

func newStreamCommand(c *flags.Catalogs, comm ranks.Comm) *cobra.Command {
	o := streamOptions{catalogs: c, parallel: train.Parallel{Comm: comm}}
	cmd := &cobra.Command{
		Use:   "stream --schema FILE (--days GLOB | --kafka BROKERS/TOPIC) --out RUN",
		Short: "Train day after day: evaluate, train, let go of what has vanished, publish",
		Long: `Train a log that comes by days. For each day, in the order of their names, it

  - evaluates the model of the day before, which has never seen the day,
  - lets the values leave of whose rows nothing is left, which changes no prediction,
  - trains the day, with rows for values that come up for the first time,
  - and publishes its model: the folder --out is read as the directory of a run.

It goes on where it was stopped or killed, and ends with the same bytes. Built with -tags mpi and started by
mpirun, several processes train together. See docs/streams.md and docs/parallel.md.

  zoo generate drift --days 30 --rows 20000 --out logs
  zoo stream --schema logs/schema.yaml --days 'logs/*.csv' --out run --half-life 2days
  zoo predict --from run --in new.csv --out predictions.csv
  zoo stream --schema log.yaml --days 'logs/*.csv.gz' --out run --follow --delay 10m
  zoo stream --schema log.yaml --days log.csv.gz --period 24h --out run
  zoo stream --schema log.yaml --kafka host:9092/clicks --out run --follow --delay 1h`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	ui.ForRanks(cmd)
	o.addFlags(cmd.Flags())
	cmd.AddCommand(newStreamReportCommand())
	return cmd
}

func (o *streamOptions) addFlags(f *pflag.FlagSet) {
	o.flags = f
	ui.Group(f, ui.DataFlags, func() {
		f.StringVar(&o.schema, "schema", "", "YAML file that describes the columns of the log")
		o.days.addFlags(f)
		f.IntVar(&o.skipBadLines, "skip-bad-lines", 0, "bad lines of a day that may be left out; one more is an error")
		f.BoolVar(&o.all, "keep-values", false, "let no value leave")
		f.IntVar(&o.idle, "evict-idle", 0, "also let values leave that had no gradient for more than so many steps, under any solver: predictions change")
	})
	ui.Group(f, ui.SolverFlags, func() {
		f.StringVar(&o.solver, "solver", "adamar", "solver; zoo solvers lists them")
	})
	ui.Group(f, ui.TrainingFlags, func() {
		f.IntVar(&o.batchSize, "batch-size", defaultBatchSize, "samples in a step, of all ranks together")
		f.IntVar(&o.epochs, "epochs", 1, "passes over each day")
		f.Uint64Var(&o.seed, "seed", 1, "seed of everything random")
		o.precision = flags.AddPrecision(f)
	})
	ui.Group(f, ui.SavingFlags, func() {
		f.StringVar(&o.out, "out", "", "folder of the stream; it may hold one that goes on")
		f.IntVar(&o.keep, "keep", 2, "number of latest days whose models are kept")
		f.IntVar(&o.saveEach, "checkpoint-every", 0, "also save within days, every so many steps; 0: only after a day")
	})
	ui.Group(f, ui.ParallelFlags, func() {
		f.IntVar(&o.parallel.CheckRanks, "check-ranks", 0, "under mpirun: compare the weights of all ranks every so many steps, and stop if they differ; 0: never")
		f.BoolVar(&o.parallel.ShardTables, "shard-tables", false, "under mpirun: spread the rows of tables over the ranks")
	})
	f.BoolVar(&o.json, "json", false, "print one JSON object for each day instead of a table")
	o.model, o.solverFlags = flags.AddModelAndSolver(f, o.catalogs)
}

func (o *streamOptions) check() error {
	switch {
	case o.schema == "":
		return errors.New("--schema: give the file that describes the columns")
	case o.out == "":
		return errors.New("--out: give the folder of the stream")
	case o.flags.Changed("buckets"):
		return errors.New("--buckets does not apply to a stream: frequencies change from day to day")
	case o.batchSize < 1 || o.epochs < 1 || o.keep < 1:
		return fmt.Errorf("--batch-size, --epochs and --keep must be at least 1, got %d, %d and %d", o.batchSize, o.epochs, o.keep)
	case o.all && o.idle != 0:
		return errors.New("--keep-values and --evict-idle exclude each other")
	case o.idle < 0 || o.flags.Changed("evict-idle") && o.idle == 0:
		return fmt.Errorf("--evict-idle must be at least 1, got %d", o.idle)
	case o.parallel.CheckRanks < 0:
		return fmt.Errorf("--check-ranks must be at least 0, got %d", o.parallel.CheckRanks)
	case o.saveEach < 0 || o.skipBadLines < 0:
		return fmt.Errorf("--checkpoint-every and --skip-bad-lines must be at least 0, got %d and %d", o.saveEach, o.skipBadLines)
	}
	if err := o.days.check(o.parallel.Comm.Size()); err != nil {
		return err
	}
	if err := o.model.Check(); err != nil {
		return err
	}
	if err := o.solverFlags.Check([]string{o.solver}); err != nil {
		return err
	}
	_, err := o.newSolver(1000 * o.epochs) // of the first day, whose steps are not known yet
	return err
}

// newSolver makes the solver of a day; steps are those of the first day, over all epochs.
func (o *streamOptions) newSolver(steps int) (solvers.Solver, error) {
	return o.solverFlags.New(o.solver, flags.Scale{Seed: o.seed, StepsPerEpoch: steps / o.epochs, StepsPerDay: steps})
}

func (o *streamOptions) run(cmd *cobra.Command) error {
	if err := o.check(); err != nil {
		return ui.Usage(err)
	}
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	options, err := o.options(reporter)
	if err := ranks.NewGroup(o.parallel.Comm).Agree(err); err != nil {
		return err
	}
	if err := o.days.findTime(options.Schema); err != nil {
		return ui.Usage(err)
	}
	s, err := stream.Open(o.out, options)
	if errors.Is(err, stream.ErrSettings) || errors.Is(err, stream.ErrRanks) {
		return ui.Usage(err)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	if why := s.Stays(); why != "" && o.idle == 0 {
		reporter.Note("no value leaves: " + why)
	}
	if o.idle > 0 {
		reporter.Note(fmt.Sprintf("values leave that had no gradient for %d steps: this changes predictions", o.idle))
	}
	o.precision.Note(reporter)
	done := len(s.Records())
	days, err := o.days.open(cmd.Context(), s, options.Schema, reporter)
	if err != nil {
		return err
	}
	if err := o.train(cmd.Context(), s, days, ui.NewDays(reporter), reporter); err != nil {
		return err
	}
	if n, err := s.DaysToLeave(); err == nil && n > 0 {
		reporter.Note(fmt.Sprintf("a value leaves when it has not been seen for about %s days", significant(n)))
	}
	if done > 0 && len(s.Records()) == done {
		reporter.Note(fmt.Sprintf("all days are done; the latest is %s", s.Records()[done-1].Day))
	}
	return nil
}

// train trains the days that are not done yet.
func (o *streamOptions) train(ctx context.Context, s *stream.Stream, days iter.Seq2[stream.Day, error], table *ui.Days, reporter *ui.Reporter) error {
	for d, err := range days {
		if err != nil {
			return err
		}
		finished := ui.Finish(ctx)
		r, err := s.Train(ctx, d)
		finished()
		reporter.EndReading()
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		if err := table.Add(r); err != nil {
			return err
		}
	}
	return nil
}

func (o *streamOptions) options(reporter *ui.Reporter) (stream.Options, error) {
	described, err := schema.Load(o.schema)
	if err != nil {
		return stream.Options{}, err
	}
	model, err := o.model.New()
	if err != nil {
		return stream.Options{}, err
	}
	init, err := o.model.Initializer()
	if err != nil {
		return stream.Options{}, err
	}
	return stream.Options{
		Schema: described, NewSolver: o.newSolver, Models: o.catalogs.OwnModels(), Keep: o.keep, EveryValueStays: o.all, EvictIdle: o.idle,
		Settings: flags.Kept(o.flags, append(brokerFlags(),
			"days", "delay", "follow", "json", "kafka", "out", "schema", "keep", "checkpoint-every", "skip-bad-lines", "check-ranks", "shard-tables")...),
		Read: encode.Options{
			SkipBadLines: o.skipBadLines, OnSkip: reporter.Skipped,
		},
		Run: train.Run{
			Model: model, BatchSize: o.batchSize, Epochs: o.epochs, Seed: o.seed, EmbeddingInit: init, Precision: o.precision.Precision, Parallel: o.parallel,
			Metrics: metrics.Default(), Checkpoints: &train.Checkpoints{EverySteps: o.saveEach}, OnNote: reporter.Note,
		},
	}, nil
}

// significant writes a number with at least three digits, and none behind the point of a larger one.
func significant(n float64) string {
	if n >= 100 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.3g", n)
}
