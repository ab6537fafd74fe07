package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
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
