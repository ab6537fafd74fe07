package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"runtime/pprof"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// LimitBenchmark compares training steps of models, with AdamAR, with the least time that this machine could take for them:
// that of the step's matrix products at the speed of a large product of their precision, and that of moving the touched
// rows, their moments and their times of update from memory and back. The traffic of activations and of weights of layers is
// counted, but is no part of the limit, because caches hold them.
type LimitBenchmark struct {
	Cases     []LimitCase // required
	Seconds   float64     // of the steps of a case in a round; 0 means 1
	Rounds    int         // of a case, in which its steps and the machine take turns; the best counts; 0 means 3
	Precision graph.Precision
	Profile   io.Writer // if not nil, gets a profile of the processor time of more steps of each case, for go tool pprof
}

// LimitCase is a model and a batch size.
type LimitCase struct {
	Name      string    // of the model
	Model     zoo.Model // required
	BatchSize int       // samples in a step; 0 means 1024
	History   int       // as that of StepBenchmark
}

// LimitFigures is what a LimitBenchmark measures of a case.
type LimitFigures struct {
	Model      string  `json:"model"`
	BatchSize  int     `json:"batch_size"`
	Kernel     string  `json:"kernel"`
	Precision  string  `json:"precision"`   // of the matrix products, as they were computed
	PeakGflops float64 `json:"peak_gflops"` // of a matrix product that suits the machine
	Bandwidth  float64 `json:"memory_gb_s"` // of copying what no cache holds, read and write

	Mflop    float64 `json:"mflop"`         // multiplications and additions of the matrix products of a step, in millions
	Products float64 `json:"products_ms"`   // that they take at the peak
	Rows     float64 `json:"rows_mb"`       // read and written for the touched rows
	Memory   float64 `json:"memory_ms"`     // that this takes
	Limit    float64 `json:"limit_ms"`      // of products and memory
	Step     float64 `json:"wall_min_ms"`   // measured
	Ratio    float64 `json:"step_to_limit"` // of these two

	Shapes     []ShapeFigures `json:"shapes"`            // of the products of two matrices
	ByShape    float64        `json:"products_shape_ms"` // that all products take if each of two matrices is as fast as one of its shape alone
	ShapeLimit float64        `json:"shape_limit_ms"`    // of these products and memory
	ShapeRatio float64        `json:"step_to_shape_limit"`

	Traffic // that caches may spare

	// Operations are the parts of a step, those that take longest first.
	Operations []OperationFigures `json:"operations"`
}

// Run measures, case after case. It stops early with the error of ctx when ctx ends.
func (b LimitBenchmark) Run(ctx context.Context) ([]*LimitFigures, error) {
	b.Seconds, b.Rounds = cmp.Or(b.Seconds, 1), cmp.Or(b.Rounds, 3)
	if len(b.Cases) == 0 || b.Rounds < 0 || !(b.Seconds > 0) {
		return nil, fmt.Errorf("%w of %d cases in %d rounds of %v seconds", ErrBenchmark, len(b.Cases), b.Rounds, b.Seconds)
	}
	var list []*LimitFigures
	machine := machineFigures{}
	for _, c := range b.Cases {
		f, err := b.measure(ctx, c, &machine)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, f := range list {
		f.compare(machine)
	}
	return list, b.profile(ctx)
}

// stepper returns what takes the steps of a case, which it has taken for some time.
func (b LimitBenchmark) stepper(ctx context.Context, c LimitCase) (*stepper, *StepFigures, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return nil, nil, err
	}
	return StepBenchmark{
		Model: c.Model, Solver: solver, BatchSize: c.BatchSize, History: c.History, Seconds: b.Seconds, WarmUp: 20, Precision: b.Precision,
	}.measure(ctx)
}

// measure measures a case, and what it shows of the machine.
func (b LimitBenchmark) measure(ctx context.Context, c LimitCase, machine *machineFigures) (*LimitFigures, error) {
	s, step, err := b.stepper(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.free()
	f := &LimitFigures{
		Model: c.Name, BatchSize: step.BatchSize, Kernel: kernel.Name(), Precision: step.Precision, Step: math.Inf(1),
		Mflop: float64(s.network.Flops()) / 1e6, Rows: float64(step.TouchedRows*s.rowBytes()) / 1e6,
	}
	if f.Shapes, f.Traffic, err = s.count(); err != nil {
		return nil, err
	}
	for range b.Rounds {
		if err := s.measure(ctx, 1, b.Seconds, step); err != nil {
			return nil, err
		}
		f.Step = min(f.Step, step.WallMinimum)
		machine.measure(b.Precision)
		for i := range f.Shapes {
			f.Shapes[i].measure(b.Precision)
		}
	}
	f.Operations, err = s.operations(ctx)
	return f, err
}

// compare computes the limits from what the machine can do.
func (f *LimitFigures) compare(machine machineFigures) {
	f.PeakGflops, f.Bandwidth = machine.gflops, machine.bandwidth
	f.Products, f.Memory = f.Mflop/f.PeakGflops, f.Rows/f.Bandwidth
	f.Limit = f.Products + f.Memory
	f.Ratio = f.Step / f.Limit
	rest := f.Mflop
	for _, s := range f.Shapes {
		rest -= s.Mflop
		f.ByShape += s.Mflop / s.Gflops
	}
	f.ByShape += rest / f.PeakGflops
	f.ShapeLimit = f.ByShape + f.Memory
	f.ShapeRatio = f.Step / f.ShapeLimit
}

// profile takes steps of each case, and writes the profile of all. What comes before the steps is no part of it.
func (b LimitBenchmark) profile(ctx context.Context) error {
	if b.Profile == nil {
		return nil
	}
	var steppers []*stepper
	for _, c := range b.Cases {
		s, _, err := b.stepper(ctx, c)
		if err != nil {
			return err
		}
		defer s.free()
		steppers = append(steppers, s)
	}
	if err := pprof.StartCPUProfile(b.Profile); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for _, s := range steppers {
		if err := s.measure(ctx, 0, b.Seconds, &StepFigures{}); err != nil {
			return err
		}
	}
	return nil
}
