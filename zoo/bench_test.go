package zoo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// BenchmarkStep times one training step of a DNN (24 fields, dim 16, 512-256-128, batch 1024) at
// several table sizes. Run it with
//
//	go test ./zoo -run '^$' -bench Step -benchtime 300x
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
	const fieldCount, batchSize, warmUp = 24, 1024, 100
	fields := make([]graph.Field, fieldCount)
	for f := range fields {
		fields[f] = graph.Field{Name: fmt.Sprint("f", f), Rows: rows / fieldCount}
	}
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	network, err := NewTrainingNetwork(DNN{HiddenUnits: []int{512, 256, 128}}, graph.NewBuilder(batchSize, fields, w))
	if err != nil {
		b.Fatal(err)
	}
	solver, err := newSolver()
	if err != nil {
		b.Fatal(err)
	}
	defer solver.(interface{ Free() }).Free()
	batches := zipfBatches(64, batchSize, fieldCount, rows/fieldCount)
	model := gorgonia.NodesToValueGrads(network.Learnables())
	step := func(i int) {
		if err := network.Load(batches[i%len(batches)]); err != nil {
			b.Fatal(err)
		}
		if err := network.RunAll(); err != nil {
			b.Fatal(err)
		}
		if err := solver.Step(model); err != nil {
			b.Fatal(err)
		}
	}
	for i := range warmUp {
		step(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		step(warmUp + i)
	}
	b.ReportMetric(float64(b.N*batchSize)/b.Elapsed().Seconds(), "samples/s")
	b.ReportMetric(3*16*4+8, "B/row") // weights and two moments of 16 values, two step counts
}

// zipfBatches draws ids k of each field with probability proportional to (10+k)^-1.1.
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
