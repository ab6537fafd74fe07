package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/parallel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// RankBenchmark measures how much faster the ranks of a job train together than one of them alone, on the
// batches of a StepBenchmark. The two take turns, while the other ranks wait: what disturbs the machine
// disturbs both, and the fastest round of each counts.
type RankBenchmark struct {
	Model     zoo.Model                      // required
	NewSolver func() (solvers.Solver, error) // required
	Comm      ranks.Comm                     // required
	BatchSize int                            // samples in a step of the job; 0 means 4096
	Rows      int                            // of the table, over 24 fields; 0 means 1,000,000
	Rounds    int                            // of 5 steps of each; 0 means 20
	History   int                            // see StepBenchmark
	// ShardTables spreads the table over the ranks, see train.Parallel.
	ShardTables bool
}

// RankFigures is what a RankBenchmark measures, of the fastest rounds.
type RankFigures struct {
	Ranks     int     `json:"ranks"`
	BatchSize int     `json:"batch_size"`
	Rows      int     `json:"rows"`
	Rounds    int     `json:"rounds"`
	Alone     float64 `json:"alone_ms"`    // a step of one rank with the whole batch
	Together  float64 `json:"together_ms"` // a step of all ranks
	Exchange  float64 `json:"exchange"`    // share of that for bringing gradients together, with waiting
	Speedup   float64 `json:"speedup"`     // Alone / Together
}

// SamplesPerSecond is the speed of one rank, and of all.
func (f *RankFigures) SamplesPerSecond() (alone, together float64) {
	samples := 1000 * float64(f.BatchSize)
	return samples / f.Alone, samples / f.Together
}

// roundSteps is how many steps are taken in turn.
const roundSteps = 5

// Run measures. All ranks must call it; the figures are those of rank 0, the other ranks get none.
func (b RankBenchmark) Run(ctx context.Context) (*RankFigures, error) {
	b.BatchSize, b.Rows, b.Rounds = cmp.Or(b.BatchSize, 4096), cmp.Or(b.Rows, 1_000_000), cmp.Or(b.Rounds, 20)
	group := ranks.NewGroup(b.Comm)
	together, solver, err := b.newTogether(group)
	if err := group.Agree(err); err != nil {
		return nil, err
	}
	alone, err := b.newAlone(group)
	if err := group.Agree(err); err != nil {
		return nil, err
	}
	defer together.free()
	defer alone.free()
	f := &RankFigures{
		Ranks: group.Size(), BatchSize: b.BatchSize, Rows: b.Rows, Rounds: b.Rounds,
		Alone: math.Inf(1), Together: math.Inf(1),
	}
	took := 0.0
	for range b.Rounds {
		if took, err = alone.turn(ctx, group, took); err != nil {
			return nil, err
		}
		spent := solver.Exchanged()
		all, err := together.round(ctx)
		if err := group.Agree(err); err != nil {
			return nil, err
		}
		f.Alone = min(f.Alone, took)
		if all < f.Together {
			f.Together, f.Exchange = all, milliseconds(solver.Exchanged()-spent)/roundSteps/all
		}
	}
	if group.Rank() > 0 {
		return nil, nil
	}
	f.Speedup = f.Alone / f.Together
	return f, nil
}

// turn is a round of rank 0, while the others sleep for about as long as the last one took: to wait for a
// message keeps a core busy.
func (s *stepper) turn(ctx context.Context, group *ranks.Group, last float64) (float64, error) {
	told, err := group.GatherNumbers([]float64{last})
	if err != nil {
		return 0, err
	}
	if group.Rank() > 0 {
		time.Sleep(time.Duration(0.95 * told[0] * roundSteps * float64(time.Millisecond)))
		return 0, group.Agree(nil)
	}
	took, err := s.round(ctx)
	return took, group.Agree(err)
}

// The batches have as many fields as those of the other benchmarks.
const rankBenchmarkFields = 24

// steps are those of a solver with batches of a size.
func (b RankBenchmark) steps(solver solvers.Solver, size int) StepBenchmark {
	return StepBenchmark{Model: b.Model, Solver: solver, BatchSize: size, Fields: rankBenchmarkFields, Rows: b.Rows, History: b.History}
}

// newAlone is what rank 0 steps alone; the other ranks take no steps.
func (b RankBenchmark) newAlone(group *ranks.Group) (*stepper, error) {
	if group.Rank() > 0 {
		return &stepper{weights: graph.NewWeights(nil)}, nil
	}
	solver, err := b.NewSolver()
	if err != nil {
		return nil, err
	}
	return b.steps(solver, b.BatchSize).newStepper()
}

// newTogether is the rank's share of what all step.
func (b RankBenchmark) newTogether(group *ranks.Group) (*stepper, *parallel.Solver, error) {
	size := group.Size()
	if b.BatchSize < 1 || b.BatchSize%size != 0 || b.Rows < rankBenchmarkFields {
		return nil, nil, fmt.Errorf("%w of %d samples and %d rows on %d ranks", ErrBenchmark, b.BatchSize, b.Rows, size)
	}
	solver, err := b.NewSolver()
	if err != nil {
		return nil, nil, err
	}
	all, err := parallel.New(solver, group)
	if err != nil {
		return nil, nil, err
	}
	own := b.BatchSize / size
	benchmark := b.steps(all, own)
	benchmark.gather = group.GatherNumbers
	if b.ShardTables {
		benchmark.shard = graph.Shard{Rank: group.Rank(), Size: size}
	}
	s, err := benchmark.newStepper()
	if err != nil {
		return nil, nil, err
	}
	columns := benchmark.shape().columns()
	s.batches = benchmark.shape().batches(len(s.batches), b.BatchSize)
	for i, whole := range s.batches {
		from, to := group.Rank()*own, (group.Rank()+1)*own
		s.batches[i] = &datasets.Batch{Rows: own, IDs: whole.IDs[from*columns : to*columns], Labels: whole.Labels[from:to]}
	}
	if b.ShardTables {
		err = all.SpreadAll(s.weights)
	}
	return s, all, err
}

// round takes steps and returns the time of one, in milliseconds.
func (s *stepper) round(ctx context.Context) (float64, error) {
	start := time.Now()
	for range roundSteps {
		if err := s.step(); err != nil {
			return 0, err
		}
	}
	return milliseconds(time.Since(start)) / roundSteps, ctx.Err()
}
