package bench

import (
	"fmt"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"gorgonia.org/gorgonia"
)

// BenchmarkStep times one training step of a DNN (24 fields, dim 16, 512-256-128, batch 1024) at
// several table sizes. Run it with
//
//	go test ./zoo/bench -run '^$' -bench Step -benchtime 300x
//
// and compare figures of one run only.
func BenchmarkStep(b *testing.B) {
	for _, rows := range []int{10_000, 1_000_000, 20_000_000} {
		for name, newSolver := range map[string]func() (gorgonia.Solver, error){
			"AdamAR":      func() (gorgonia.Solver, error) { return solvers.NewAdamAR() },
			"AdamOnTouch": func() (gorgonia.Solver, error) { return solvers.NewAdam(solvers.WithOnTouch()) },
		} {
			b.Run(fmt.Sprintf("rows=%d/%s", rows, name), func(b *testing.B) { benchmarkStep(b, rows, newSolver) })
		}
	}
}

func benchmarkStep(b *testing.B, rows int, newSolver func() (gorgonia.Solver, error)) {
	solver, err := newSolver()
	if err != nil {
		b.Fatal(err)
	}
	s, err := StepBenchmark{
		Model: zoo.DNN{HiddenUnits: []int{512, 256, 128}}, Solver: solver, BatchSize: 1024, Fields: 24, Rows: rows,
	}.newStepper()
	if err != nil {
		b.Fatal(err)
	}
	defer s.free()
	const warmUp = 100
	for i := range warmUp + b.N {
		if i == warmUp {
			b.ReportAllocs()
			b.ResetTimer()
		}
		if err := s.step(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*1024)/b.Elapsed().Seconds(), "samples/s")
}
