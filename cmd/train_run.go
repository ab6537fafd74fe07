package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo/export/embeddings"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// checkReplicas returns what is wrong with --replicas in a job of so many ranks.
func (o *trainOptions) checkReplicas(ranks int) error {
	switch {
	case o.replicas < 1:
		return fmt.Errorf("--replicas must be at least 1, got %d", o.replicas)
	case o.replicas == 1:
		return nil
	case ranks > 1:
		return fmt.Errorf("--replicas %d is for one process, and mpirun has started %d: give it more ranks instead", o.replicas, ranks)
	case o.batchSize%o.replicas != 0:
		return fmt.Errorf("--batch-size must be a multiple of --replicas (%d), got %d", o.replicas, o.batchSize)
	}
	return nil
}

// runReplicas trains on the ranks of this process, or as one rank of a job. Rank 0 reports and saves; the others are silent. Each of
// several claims a core, so that the operations of one do not wait for those of another.
func (o *trainOptions) runReplicas(ctx context.Context, comm ranks.Comm, solver string, set *datasets.Set, reporter *ui.Reporter) error {
	if o.replicas == 1 {
		return o.runSolver(ctx, comm, solver, set, reporter)
	}
	return ranks.Run(o.replicas, func(comm ranks.Comm) error {
		defer kernel.Claim()()
		if comm.Rank() > 0 {
			return o.runSolver(ctx, comm, solver, set, ui.NewReporter(io.Discard, io.Discard, o.json))
		}
		return o.runSolver(ctx, comm, solver, set, reporter)
	})
}

// runSolver trains by one solver, saves and reports.
func (o *trainOptions) runSolver(ctx context.Context, comm ranks.Comm, name string, set *datasets.Set, reporter *ui.Reporter) error {
	run, err := o.newRun(name, set, reporter)
	if err != nil {
		return err
	}
	run.Parallel = train.Parallel{Comm: comm, CheckRanks: o.checkRanks, ShardTables: o.shardTables}
	trainer, err := train.NewTrainer(run)
	if err != nil {
		return err
	}
	defer trainer.Free()
	if err := o.start(trainer, set, reporter); err != nil {
		return err
	}
	if err := o.announce(name, &run, trainer, set, reporter); err != nil {
		return err
	}
	defer ui.Finish(ctx)()
	history, err := trainer.Train(ctx)
	return o.conclude(reporter, trainer, history, err)
}

// newRun makes the run of a solver out of the flags.
func (o *trainOptions) newRun(name string, set *datasets.Set, reporter *ui.Reporter) (run train.Run, err error) {
	run = train.Run{
		Train: set.Train, Test: set.Test, Valid: set.Valid, Encoding: set.Encoding, FromEncoding: o.data.Base,
		BatchSize: o.batchSize, Epochs: o.epochs, Seed: o.seed, Precision: o.precision.Precision,
		Buckets: o.solverFlags.Buckets, Diagnose: o.diagnostics,
		OnNote: reporter.Note, OnStep: reporter.Step, OnEpoch: reporter.Epoch,
	}
	if run.Model, err = o.model.New(); err != nil {
		return run, err
	}
	if run.EmbeddingInit, err = o.model.Initializer(); err != nil {
		return run, err
	}
	if run.Metrics, err = o.metrics.List(); err != nil {
		return run, err
	}
	if run.Solver, err = o.solverFlags.New(name, flags.Scale{Seed: o.seed, StepsPerEpoch: run.StepsPerEpoch()}); err != nil {
		return run, err
	}
	if err := o.schedule.Apply(&run); err != nil {
		return run, ui.Usage(err)
	}
	if err := o.saving.Apply(&run); err != nil {
		return run, err
	}
	run.TestOnce = run.Monitor != metrics.NoMonitor && !o.testEveryEpoch
	return run, nil
}

// announce says what is about to be trained.
func (o *trainOptions) announce(name string, run *train.Run, trainer *train.Trainer, set *datasets.Set, reporter *ui.Reporter) error {
	if err := o.saving.Announce(reporter); err != nil {
		return err
	}
	facts, err := runFacts(run, trainer)
	if err != nil {
		return err
	}
	reporter.Start(ui.Run{
		Model: o.model.Name, Solver: name, Metrics: run.Metrics, BestAUC: set.BestAUC, Facts: facts,
		Valid: run.Valid != nil, Test: run.Test != nil && !run.TestOnce,
		Samples: run.Train.Len(), Within: run.EvaluateEvery > 0, Scheduled: run.Schedule != nil,
		IsBest: func(e metrics.Epoch) bool {
			best := trainer.Best()
			return best != nil && best.Epoch == e.Epoch && best.Batches == e.Batches && !e.Partial
		},
	})
	return nil
}

// conclude says how a run has ended. failed is the error with which it did, which it returns.
func (o *trainOptions) conclude(reporter *ui.Reporter, trainer *train.Trainer, history []metrics.Epoch, failed error) error {
	reporter.EndBar()
	if best := trainer.Best(); best != nil {
		if err := reporter.Best(*best); err != nil {
			return errors.Join(failed, err)
		}
		if failed == nil && best == &history[len(history)-1] && metrics.Whole(history) == o.epochs && o.epochs > 1 {
			reporter.Note(fmt.Sprintf("the last epoch was the best one: more may be better, such as --epochs %d", 2*o.epochs))
		}
	}
	o.saving.Conclude(reporter, trainer, history, failed)
	return failed
}

// start lets embeddings start from vectors of a file. A run that is resumed then takes the weights that it has saved.
func (o *trainOptions) start(t *train.Trainer, set *datasets.Set, reporter *ui.Reporter) error {
	if o.embeddings == "" {
		return nil
	}
	started, err := embeddings.Start(o.embeddings, t.Weights(), set.Train.Fields(), set.Encoding)
	if err != nil {
		return fmt.Errorf("--embeddings: %w", err)
	}
	reporter.Note(started.String())
	return nil
}
