package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// ScaleBenchmark measures the training step of a model, with AdamAR, on one core and on more of them, and each of its operations.
// It sets GOMAXPROCS meanwhile, so nothing else should run in the process.
type ScaleBenchmark struct {
	Model     zoo.Model // required
	BatchSize int       // samples in a step; 0 means 1024
	History   int       // as that of StepBenchmark
	Cores     []int     // nil means 1, 2, 4 and so on, and GOMAXPROCS
	Seconds   float64   // of a measurement; 0 means 1
	Rounds    int       // in which all numbers of cores are measured in turns; the best counts; 0 means 3
}

// ScaleFigures is what a ScaleBenchmark measures.
type ScaleFigures struct {
	Kernel     string           `json:"kernel"`
	BatchSize  int              `json:"batch_size"`
	Cores      []int            `json:"cores"`
	Step       []float64        `json:"wall_min_ms"` // by number of cores
	Operations []ScaleOperation `json:"operations"`  // those that take longest on the most cores first
}

// ScaleOperation is what all operations of one name take in a step.
type ScaleOperation struct {
	Name         string    `json:"name"`
	Milliseconds []float64 `json:"ms"` // by number of cores
}

// SpeedUp returns how many times as fast each number of cores is as the first.
func SpeedUp(milliseconds []float64) []float64 {
	list := make([]float64, len(milliseconds))
	for i, ms := range milliseconds {
		list[i] = milliseconds[0] / ms
	}
	return list
}

// Run measures. It stops early with the error of ctx when ctx ends.
func (b ScaleBenchmark) Run(ctx context.Context) (*ScaleFigures, error) {
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	if b.Cores == nil {
		b.Cores = powers(all)
	}
	if slices.Min(b.Cores) < 1 || slices.Max(b.Cores) > runtime.NumCPU() {
		return nil, fmt.Errorf("%w on %v cores: there are %d", ErrBenchmark, b.Cores, runtime.NumCPU())
	}
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return nil, err
	}
	b.Seconds, b.Rounds = cmp.Or(b.Seconds, 1), cmp.Or(b.Rounds, 3)
	s, first, err := StepBenchmark{Model: b.Model, Solver: solver, BatchSize: b.BatchSize, Seconds: b.Seconds, History: b.History}.measure(ctx)
	if err != nil {
		return nil, err
	}
	defer s.free()
	f := &ScaleFigures{Kernel: kernel.Name(), BatchSize: first.BatchSize, Cores: b.Cores, Step: slices.Repeat([]float64{math.Inf(1)}, len(b.Cores))}
	operations := map[string][]float64{}
	for range b.Rounds {
		for i, n := range b.Cores {
			runtime.GOMAXPROCS(n)
			if err := s.scale(ctx, b.Seconds, i, f, operations); err != nil {
				return nil, err
			}
		}
	}
	f.Operations = scaleOperations(operations)
	return f, nil
}

// powers returns 1, 2, 4 and so on below n, and n.
func powers(n int) (list []int) {
	for p := 1; p < n; p *= 2 {
		list = append(list, p)
	}
	return append(list, n)
}

// scale measures with a number of cores, and keeps what took the least.
func (s *stepper) scale(ctx context.Context, seconds float64, at int, f *ScaleFigures, operations map[string][]float64) error {
	var step StepFigures
	if err := s.measure(ctx, 1, seconds, &step); err != nil {
		return err
	}
	f.Step[at] = min(f.Step[at], step.WallMinimum)
	list, err := s.operations(ctx)
	for _, o := range list {
		if operations[o.Name] == nil {
			operations[o.Name] = slices.Repeat([]float64{math.Inf(1)}, len(f.Cores))
		}
		operations[o.Name][at] = min(operations[o.Name][at], o.Milliseconds)
	}
	return err
}

func scaleOperations(all map[string][]float64) []ScaleOperation {
	list := make([]ScaleOperation, 0, len(all))
	for name, ms := range all {
		list = append(list, ScaleOperation{name, ms})
	}
	last := func(o ScaleOperation) float64 { return o.Milliseconds[len(o.Milliseconds)-1] }
	slices.SortFunc(list, func(a, b ScaleOperation) int {
		return cmp.Or(cmp.Compare(last(b), last(a)), cmp.Compare(a.Name, b.Name))
	})
	return list
}
