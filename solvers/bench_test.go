package solvers

import (
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"gorgonia.org/gorgonia"
)

// zipfBatches draws gradients of batches of 1024 samples with 24 fields, whose values follow
// Zipf's law, over one table.
func zipfBatches(b *testing.B, table *graph.Table, count int) []*graph.RowGrad {
	rng := rand.New(rand.NewPCG(1, 2))
	const fields = 24
	perField := table.Rows() / fields
	zipf := rand.NewZipf(rng, 1.1, 8, uint64(perField-1))
	var batches []*graph.RowGrad
	for range count {
		seen := map[int32]bool{}
		var list []int32
		for i := range 1024 * fields {
			row := int32(i%fields*perField) + int32(zipf.Uint64()*7919%uint64(perField))
			if !seen[row] {
				seen[row] = true
				list = append(list, row)
			}
		}
		values := make([]float32, len(list)*table.Dim())
		for i := range values {
			values[i] = float32(rng.NormFloat64() * 1e-4)
		}
		g, err := graph.NewRowGrad(list, values, table.Dim())
		if err != nil {
			b.Fatal(err)
		}
		batches = append(batches, g)
	}
	return batches
}

// BenchmarkStep is what a solver does in one step of training: rows are settled, read, and take
// their step. After 400 steps that are not counted, so that gaps are as in training.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name    string
		solver  string
		options []Option
	}{
		{"AdamOnTouch", "adam", []Option{WithOnTouch()}},
		{"Adam", "adam", nil},
		{"AdamW", "adamw", nil},
		{"AdamAR", "adamar", nil},
		{"AdamARHalves", "adamar", []Option{WithRowState()}},
		{"AdamARHalfRows", "adamar", []Option{WithRowState(), WithRowWeights()}},
		{"FAL", "fal", nil},
		{"CowClip", "cowclip", nil},
		{"L2", "l2", nil},
		{"Adagrad", "adagrad", nil},
		{"AdagradAR", "adagradar", nil},
		{"RMSpropAR", "rmsprop-ar", nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			e, err := Find(c.solver)
			if err != nil {
				b.Fatal(err)
			}
			s, err := e.New(c.options...)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Free()
			table := tableFor(b, s, 1_000_000, 16)
			defer table.Free()
			table.Initialize(graph.Normal(0.01), rand.New(rand.NewPCG(3, 4)))
			read := make([]float32, 1024*24*16)
			batches := zipfBatches(b, table, 100)
			node := &fake.Pair{Weight: table}
			model := []gorgonia.ValueGrad{node}
			step := func(i int) {
				g := batches[i%len(batches)]
				if table.Settle(g.Rows); table.Precision() == graph.BFloat16 {
					table.ReadRows(read[:len(g.Values)], g.Rows)
				}
				node.Gradient = g
				if err := s.Step(model); err != nil {
					b.Fatal(err)
				}
			}
			for i := range 400 {
				step(i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			rows := 0
			for i := range b.N {
				step(i)
				rows += len(batches[i%len(batches)].Rows)
			}
			b.ReportMetric(float64(rows)/float64(b.N), "rows/op")
		})
	}
}
