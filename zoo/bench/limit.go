package bench

import (
	"context"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// LimitBenchmark compares the training step of a model, with AdamAR, with the least time that this machine could take for it:
// that of the step's matrix products at the speed of a product of their precision that suits the machine, and that of moving the touched
// rows, their moments and their times of update from memory and back. Activations and weights of layers are left out,
// because caches hold them.
type LimitBenchmark struct {
	Model     zoo.Model // required
	BatchSize int       // samples in a step; 0 means 1024
	History   int       // as that of StepBenchmark
	Seconds   float64   // how long to measure; 0 means 5
	Precision graph.Precision
}

// LimitFigures is what a LimitBenchmark measures.
type LimitFigures struct {
	Kernel     string  `json:"kernel"`
	BatchSize  int     `json:"batch_size"`
	Precision  string  `json:"precision"`   // of the matrix products, as they were computed
	PeakGflops float64 `json:"peak_gflops"` // of a matrix product that suits the machine
	Bandwidth  float64 `json:"memory_gb_s"` // of copying what no cache holds, read and write
	Products   float64 `json:"products_ms"` // of a step, at the peak
	Memory     float64 `json:"memory_ms"`   // of reading and writing the touched rows
	Limit      float64 `json:"limit_ms"`    // both
	Step       float64 `json:"wall_min_ms"` // measured
	Ratio      float64 `json:"step_to_limit"`
	// Operations are the parts of a step, those that take longest first.
	Operations []OperationFigures `json:"operations"`
}

// Run measures. It stops early with the error of ctx when ctx ends.
func (b LimitBenchmark) Run(ctx context.Context) (*LimitFigures, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return nil, err
	}
	s, step, err := StepBenchmark{Model: b.Model, Solver: solver, BatchSize: b.BatchSize, History: b.History, Seconds: b.Seconds, Precision: b.Precision}.measure(ctx)
	if err != nil {
		return nil, err
	}
	defer s.free()
	f := &LimitFigures{
		Kernel: kernel.Name(), BatchSize: step.BatchSize, Precision: step.Precision, Step: step.WallMinimum,
		PeakGflops: PeakGflops(b.Precision), Bandwidth: memoryBandwidth(),
	}
	f.Products = float64(s.network.Flops()) / f.PeakGflops / 1e6
	f.Memory = float64(step.TouchedRows*s.rowBytes()) / f.Bandwidth / 1e6
	f.Limit = f.Products + f.Memory
	f.Ratio = f.Step / f.Limit
	f.Operations, err = s.operations(ctx)
	return f, err
}

// rowBytes is how many bytes a step of AdamAR moves for a touched row: it reads and writes the weights of the row in every
// table, as many values of two moments, and two times.
func (s *stepper) rowBytes() int {
	bytes := 0
	for w := range s.weights.All() {
		if w.Table != nil {
			bytes += 2 * (3*4*w.Table.Dim() + 8)
		}
	}
	return bytes
}
