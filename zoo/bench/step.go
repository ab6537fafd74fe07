package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"gorgonia.org/gorgonia"
)

// ErrBenchmark is wrapped by the error of a benchmark whose settings cannot be used.
var ErrBenchmark = errors.New("zoo: cannot run a benchmark")

// StepBenchmark measures training steps on random batches. Every field has as many rows; ids k of a
// field are drawn with probability proportional to (10+k)^-1.1, as unequal as those of real logs.
type StepBenchmark struct {
	Model     zoo.Model                          // required
	Solver    gorgonia.Solver                    // required, a new solvers.Solver; not one that takes two passes
	BatchSize int                                // samples in a step; 0 means 1024
	Fields    int                                // 0 means 24
	Rows      int                                // of the table, over all fields; 0 means 1,000,000
	Seconds   float64                            // how long to measure; 0 means 5
	Precision graph.Precision                    // of matrix products
	History   int                                // if not 0, the last field is a list of so many ids, which shares the rows of the first
	shard     graph.Shard                        // of the table, that this process holds
	gather    func([]float64) ([]float64, error) // of graph.Mode
	WarmUp    int                                // steps before; 0 means 50
}

// StepFigures is what a StepBenchmark measures.
type StepFigures struct {
	BatchSize        int     `json:"batch_size"`
	Precision        string  `json:"precision"` // of matrix products, as they were computed
	Rows             int     `json:"rows"`
	RowValues        int     `json:"row_values"` // of the widest table
	Steps            int     `json:"steps"`
	WallMinimum      float64 `json:"wall_min_ms"`
	WallMedian       float64 `json:"wall_median_ms"`
	CPUMinimum       float64 `json:"cpu_min_ms"` // of all threads; 0 where the system does not tell
	SamplesPerSecond float64 `json:"samples_per_second"`
	GFlops           float64 `json:"gflops"`       // of the matrix products, by the fastest step
	AllocatedBytes   float64 `json:"alloc_bytes"`  // by a step, on average
	TouchedRows      int     `json:"touched_rows"` // different ones of a batch, all fields together
	// Parts is the share of the time of each part of a step: lookup, settle, forward, backward,
	// update. They are measured in steps of their own, after the others.
	Parts map[string]float64 `json:"parts"`
}

// Run measures. It stops early with the error of ctx when ctx ends.
func (b StepBenchmark) Run(ctx context.Context) (*StepFigures, error) {
	s, f, err := b.measure(ctx)
	if err != nil {
		return nil, err
	}
	defer s.free()
	return f, s.parts(f)
}

// measure takes the steps and returns the stepper, which can take more.
func (b StepBenchmark) measure(ctx context.Context) (*stepper, *StepFigures, error) {
	b.BatchSize, b.Fields = cmp.Or(b.BatchSize, 1024), cmp.Or(b.Fields, 24)
	b.Rows, b.WarmUp = cmp.Or(b.Rows, 1_000_000), cmp.Or(b.WarmUp, 50)
	b.Seconds = cmp.Or(b.Seconds, 5)
	if err := b.check(); err != nil {
		return nil, nil, err
	}
	s, err := b.newStepper()
	if err != nil {
		return nil, nil, err
	}
	f := &StepFigures{BatchSize: b.BatchSize, Precision: b.Precision.InUse().String(), Rows: b.Rows, RowValues: s.rowValues(), TouchedRows: b.shape().touchedRows(s.batches[0])}
	if err := s.measure(ctx, b.WarmUp, b.Seconds, f); err != nil {
		s.free()
		return nil, nil, err
	}
	return s, f, nil
}

func (b StepBenchmark) check() error {
	if b.Rows < b.Fields || b.BatchSize < 1 || b.Fields < 1 {
		return fmt.Errorf("%w of %d samples with %d fields and %d rows", ErrBenchmark, b.BatchSize, b.Fields, b.Rows)
	}
	if _, twice := solvers.As[solvers.TwoPass](b.Solver); twice || b.Model == nil || b.Solver == nil {
		return fmt.Errorf("%w: it needs a model and a solver of one pass", ErrBenchmark)
	}
	if err := solvers.Check(b.Solver); err != nil {
		return fmt.Errorf("%w: %w", ErrBenchmark, err)
	}
	return nil
}

// stepper takes steps on random batches.
type stepper struct {
	weights *graph.Weights
	network *zoo.Network
	solver  gorgonia.Solver
	model   []gorgonia.ValueGrad
	batches []*datasets.Batch
	next    int
}

func (b StepBenchmark) shape() shape { return shape{b.Fields, b.Rows / b.Fields, b.History} }

func (b StepBenchmark) newStepper() (*stepper, error) {
	s := &stepper{weights: graph.NewWeights(rand.New(rand.NewPCG(1, 1))), solver: b.Solver}
	s.weights.SetShard(b.shard)
	s.weights.SetRowPrecision(solvers.RowWeights(s.solver))
	builder := graph.NewBuilder(b.BatchSize, zoo.GraphFields(b.shape().list()), s.weights)
	builder.Dropouts = rand.New(rand.NewPCG(1, 2))
	builder.Mode.Training, builder.Mode.Gather = true, b.gather
	var err error
	if s.network, err = zoo.NewTrainingNetwork(b.Model, builder); err != nil {
		s.weights.Free()
		return nil, err
	}
	s.network.SetPrecision(b.Precision)
	if e, ok := solvers.As[solvers.EpochStarter](s.solver); ok {
		e.StartEpoch(1, s.weights)
	}
	s.model = gorgonia.NodesToValueGrads(s.network.Learnables())
	s.batches = b.shape().batches(64, b.BatchSize)
	return s, nil
}

// rowValues returns how many values a row of the widest table has.
func (s *stepper) rowValues() (most int) {
	for w := range s.weights.All() {
		if w.Table != nil {
			most = max(most, w.Table.Dim())
		}
	}
	return most
}

func (s *stepper) free() {
	s.weights.Free()
	if f, ok := s.solver.(solvers.Solver); ok {
		f.Free()
	}
}

func (s *stepper) step() error {
	batch := s.batches[s.next%len(s.batches)]
	s.next++
	if err := s.network.Load(batch); err != nil {
		return err
	}
	if err := s.network.RunAll(); err != nil {
		return err
	}
	return s.solver.Step(s.model)
}

// measure takes steps for some time, after a few to warm up.
func (s *stepper) measure(ctx context.Context, warmUp int, seconds float64, f *StepFigures) error {
	for range warmUp {
		if err := s.step(); err != nil {
			return err
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var walls []float64
	f.CPUMinimum = math.Inf(1)
	begin := time.Now()
	for time.Since(begin).Seconds() < seconds || len(walls) == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		cpu, start := CPUTime(), time.Now()
		if err := s.step(); err != nil {
			return err
		}
		walls = append(walls, milliseconds(time.Since(start)))
		f.CPUMinimum = min(f.CPUMinimum, milliseconds(CPUTime()-cpu))
	}
	total := time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	f.Steps = len(walls)
	f.SamplesPerSecond = float64(f.Steps*f.BatchSize) / total
	f.AllocatedBytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(f.Steps)
	slices.Sort(walls)
	f.WallMinimum, f.WallMedian = walls[0], walls[len(walls)/2]
	f.GFlops = float64(s.network.Flops()) / f.WallMinimum / 1e6
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
