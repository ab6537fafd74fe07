package zoo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// StepBenchmark measures training steps on random batches. Every field has as many rows; ids k of a
// field are drawn with probability proportional to (10+k)^-1.1, as unequal as those of real logs.
type StepBenchmark struct {
	Model     Model           // required
	Solver    gorgonia.Solver // required, new; not one that takes two passes
	BatchSize int             // samples in a step; 0 means 1024
	Fields    int             // 0 means 24
	Rows      int             // of the table, over all fields; 0 means 1,000,000
	Seconds   float64         // how long to measure; 0 means 5
	shard     graph.Shard     // of the table, that this process holds
	WarmUp    int             // steps before; 0 means 50
}

// StepFigures is what a StepBenchmark measures.
type StepFigures struct {
	BatchSize        int     `json:"batch_size"`
	Rows             int     `json:"rows"`
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
	b.BatchSize, b.Fields = orDefault(b.BatchSize, 1024), orDefault(b.Fields, 24)
	b.Rows, b.WarmUp = orDefault(b.Rows, 1_000_000), orDefault(b.WarmUp, 50)
	b.Seconds = orDefault(b.Seconds, 5)
	if b.Rows < b.Fields || b.BatchSize < 1 || b.Fields < 1 {
		return nil, fmt.Errorf("%w: a benchmark of %d samples with %d fields and %d rows", ErrRun, b.BatchSize, b.Fields, b.Rows)
	}
	if _, twice := b.Solver.(twoPass); twice || b.Model == nil || b.Solver == nil {
		return nil, fmt.Errorf("%w: %w", ErrRun, errors.New("a benchmark needs a model and a solver of one pass"))
	}
	s, err := b.newStepper()
	if err != nil {
		return nil, err
	}
	defer s.free()
	for range b.WarmUp {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	f := &StepFigures{BatchSize: b.BatchSize, Rows: b.Rows, TouchedRows: touchedRows(s.batches[0], b.Fields)}
	if err := s.measure(ctx, b.Seconds, f); err != nil {
		return nil, err
	}
	return f, s.parts(f)
}

// stepper takes steps on random batches.
type stepper struct {
	weights *graph.Weights
	network *Network
	solver  gorgonia.Solver
	model   []gorgonia.ValueGrad
	batches []*datasets.Batch
	next    int
}

func (b StepBenchmark) newStepper() (*stepper, error) {
	fields := make([]graph.Field, b.Fields)
	for i := range fields {
		fields[i] = graph.Field{Name: fmt.Sprint("field ", i), Rows: b.Rows / b.Fields}
	}
	s := &stepper{weights: graph.NewWeights(rand.New(rand.NewPCG(1, 1))), solver: b.Solver}
	s.weights.SetShard(b.shard)
	builder := graph.NewBuilder(b.BatchSize, fields, s.weights)
	builder.Dropouts = rand.New(rand.NewPCG(1, 2))
	builder.Mode.Training = true
	var err error
	if s.network, err = NewTrainingNetwork(b.Model, builder); err != nil {
		s.weights.Free()
		return nil, err
	}
	s.model = gorgonia.NodesToValueGrads(s.network.Learnables())
	s.batches = zipfBatches(64, b.BatchSize, b.Fields, b.Rows/b.Fields)
	return s, nil
}

func (s *stepper) free() {
	s.weights.Free()
	if f, ok := s.solver.(interface{ Free() }); ok {
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

// measure takes steps for some time.
func (s *stepper) measure(ctx context.Context, seconds float64, f *StepFigures) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var walls []float64
	f.CPUMinimum = math.Inf(1)
	begin := time.Now()
	for time.Since(begin).Seconds() < seconds || len(walls) == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		cpu, start := cpuTime(), time.Now()
		if err := s.step(); err != nil {
			return err
		}
		walls = append(walls, milliseconds(time.Since(start)))
		f.CPUMinimum = min(f.CPUMinimum, milliseconds(cpuTime()-cpu))
	}
	total := time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	f.Steps = len(walls)
	f.SamplesPerSecond = float64(f.Steps*f.BatchSize) / total
	f.AllocatedBytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(f.Steps)
	slices.Sort(walls)
	f.WallMinimum, f.WallMedian = walls[0], walls[len(walls)/2]
	f.GFlops = float64(s.network.machine.Flops()) / f.WallMinimum / 1e6
	return nil
}

// touchedRows counts the different rows of a batch.
func touchedRows(b *datasets.Batch, fields int) int {
	seen := map[[2]int32]bool{}
	for i, id := range b.IDs {
		seen[[2]int32{int32(i % fields), id}] = true
	}
	return len(seen)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// parts takes a few steps more and times their parts.
func (s *stepper) parts(f *StepFigures) error {
	spent := map[string]time.Duration{}
	for w := range s.weights.All() {
		if w.Table != nil && w.Table.Settler() != nil {
			w.Table.SetSettler(&timedSettler{w.Table.Settler(), spent})
		}
	}
	forward := ancestors(s.network.loss)
	s.network.machine.Observe = func(n *gorgonia.Node, took time.Duration) {
		part := "backward"
		if forward[n.ID()] {
			part = "forward"
			if op := n.Op().String(); strings.HasPrefix(op, "lookup") || strings.HasPrefix(op, "index") {
				part = "lookup"
			}
		}
		spent[part] += took
	}
	start := time.Now()
	for range 50 {
		if err := s.step(); err != nil {
			return err
		}
	}
	total := time.Since(start)
	spent["lookup"] -= spent["settle"] // which happens inside
	spent["update"] = total
	for part, took := range spent {
		if part != "update" {
			spent["update"] -= took
		}
	}
	f.Parts = map[string]float64{}
	for part, took := range spent {
		f.Parts[part] = float64(took) / float64(total)
	}
	return nil
}

// timedSettler tells how long settling takes.
type timedSettler struct {
	graph.Settler
	spent map[string]time.Duration
}

// Settle implements graph.Settler.
func (t *timedSettler) Settle(rows []int32) {
	start := time.Now()
	t.Settler.Settle(rows)
	t.spent["settle"] += time.Since(start)
}

// ancestors are the nodes that a node is computed from, and itself.
func ancestors(n *gorgonia.Node) map[int64]bool {
	seen := map[int64]bool{}
	var visit func(n *gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n.ID()] {
			return
		}
		seen[n.ID()] = true
		for it := n.Graph().From(n.ID()); it.Next(); {
			visit(it.Node().(*gorgonia.Node))
		}
	}
	visit(n)
	return seen
}

// zipfBatches draws batches with ids of rows rows for each of some fields, and labels.
func zipfBatches(count, size, fields, rows int) []*datasets.Batch {
	cumulative := make([]float64, rows)
	sum := 0.0
	for k := range cumulative {
		sum += math.Pow(float64(10+k), -1.1)
		cumulative[k] = sum
	}
	rng := rand.New(rand.NewPCG(2, 2))
	batches := make([]*datasets.Batch, count)
	for i := range batches {
		b := &datasets.Batch{Rows: size, IDs: make([]int32, size*fields), Labels: make([]float32, size)}
		for j := range b.IDs {
			b.IDs[j] = int32(min(rows-1, sort.SearchFloat64s(cumulative, rng.Float64()*sum)))
		}
		for j := range b.Labels {
			b.Labels[j] = float32(rng.IntN(2))
		}
		batches[i] = b
	}
	return batches
}
