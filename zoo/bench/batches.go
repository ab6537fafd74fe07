package bench

import (
	"math"
	"math/rand/v2"
	"sort"

	"github.com/ctrzoo/ctrzoo/datasets"
)

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
