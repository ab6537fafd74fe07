package zoo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// RankBenchmark measures how much faster the ranks of a job train together than one of them alone, on the
// batches of a StepBenchmark. The two take turns, while the other ranks wait: what disturbs the machine
// disturbs both.
type RankBenchmark struct {
	Model     Model                          // required
	NewSolver func() (solvers.Solver, error) // required
	Comm      solvers.Comm                   // required
	BatchSize int                            // samples in a step of the job; 0 means 4096
	Rows      int                            // of the table, over 24 fields; 0 means 1,000,000
	Seconds   float64                        // how long to measure; 0 means 20
	// ShardTables spreads the table over the ranks, see Run.
	ShardTables bool
}

// RankFigures is what a RankBenchmark measures: of rounds of steps, the medians.
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

// roundSteps is how many steps are taken in turn; the first round of each is a warm-up.
const roundSteps = 10

// Run measures. All ranks must call it; the figures are those of rank 0, the other ranks get none.
func (b RankBenchmark) Run(ctx context.Context) (*RankFigures, error) {
	b.BatchSize, b.Rows, b.Seconds = orDefault(b.BatchSize, 4096), orDefault(b.Rows, 1_000_000), orDefault(b.Seconds, 20)
	ranks := solvers.NewRanks(b.Comm)
	alone, together, parallel, err := b.steppers(ranks)
	if err := ranks.Agree(err); err != nil {
		return nil, err
	}
	defer together.free()
	if alone != nil {
		defer alone.free()
	}
	f := &RankFigures{Ranks: ranks.Size(), BatchSize: b.BatchSize, Rows: b.Rows}
	var times [2][]float64
	var exchange []float64
	begin := time.Now()
	for {
		goOn := len(exchange) < 3 || time.Since(begin).Seconds() < b.Seconds
		told, err := ranks.GatherNumbers([]float64{one(goOn), one(ctx.Err() != nil)})
		if err != nil {
			return nil, err
		}
		if told[1] > 0 { // an interruption of rank 0, which has the figures
			return nil, context.Canceled
		}
		if told[0] == 0 {
			break
		}
		single, err := alone.round()
		if err := ranks.Agree(err); err != nil {
			return nil, err
		}
		spent := parallel.Exchanged()
		all, err := together.round()
		if err := ranks.Agree(err); err != nil {
			return nil, err
		}
		times[0], times[1] = append(times[0], single), append(times[1], all)
		exchange = append(exchange, milliseconds(parallel.Exchanged()-spent)/roundSteps/all)
	}
	if ranks.Rank() > 0 {
		return nil, nil
	}
	f.Rounds = len(exchange) - 1
	f.Alone, f.Together, f.Exchange = median(times[0][1:]), median(times[1][1:]), median(exchange[1:])
	f.Speedup = f.Alone / f.Together
	return f, nil
}

// steppers are that of rank 0 alone, which is nil on the others, and that of the rank's share.
func (b RankBenchmark) steppers(ranks *solvers.Ranks) (alone, together *stepper, parallel *solvers.Parallel, err error) {
	const fields, batches = 24, 64
	if b.BatchSize < 1 || b.BatchSize%ranks.Size() != 0 || b.Rows < fields {
		return nil, nil, nil, fmt.Errorf("%w: a benchmark of %d samples and %d rows on %d ranks", ErrRun, b.BatchSize, b.Rows, ranks.Size())
	}
	stepper := func(solver gorgonia.Solver, size int, shard graph.Shard) (*stepper, error) {
		return StepBenchmark{Model: b.Model, Solver: solver, BatchSize: size, Fields: fields, Rows: b.Rows, shard: shard}.newStepper()
	}
	inner, err := b.NewSolver()
	if err != nil {
		return nil, nil, nil, err
	}
	if parallel, err = solvers.NewParallel(inner, ranks); err != nil {
		return nil, nil, nil, err
	}
	own := b.BatchSize / ranks.Size()
	var shard graph.Shard
	if b.ShardTables && ranks.Size() > 1 {
		shard = graph.Shard{Rank: ranks.Rank(), Size: ranks.Size()}
	}
	if together, err = stepper(parallel, own, shard); err != nil {
		return nil, nil, nil, err
	}
	for w := range together.weights.All() {
		if w.Table != nil && !shard.IsWhole() {
			if err := parallel.Spread(w.Table); err != nil {
				return nil, together, nil, err
			}
		}
	}
	together.batches = zipfBatches(batches, b.BatchSize, fields, b.Rows/fields)
	for i, whole := range together.batches {
		from := ranks.Rank() * own
		together.batches[i] = &datasets.Batch{
			Rows: own, IDs: whole.IDs[from*fields : (from+own)*fields], Labels: whole.Labels[from : from+own],
		}
	}
	if ranks.Rank() > 0 {
		return nil, together, parallel, nil
	}
	if inner, err = b.NewSolver(); err == nil {
		alone, err = stepper(inner, b.BatchSize, graph.Shard{})
	}
	return alone, together, parallel, err
}

// round takes steps and returns the time of one, in milliseconds. A stepper that is nil takes none.
func (s *stepper) round() (float64, error) {
	if s == nil {
		return 0, nil
	}
	start := time.Now()
	for range roundSteps {
		if err := s.step(); err != nil {
			return 0, err
		}
	}
	return milliseconds(time.Since(start)) / roundSteps, nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
