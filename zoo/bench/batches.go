package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// shape is the fields of a benchmark, of which each has as many rows.
type shape struct {
	fields, rows int
	history      int // if not 0, the last field is a list of so many ids, which shares the rows of the first
}

// columns returns how many ids a sample has.
func (s shape) columns() int {
	if s.history > 0 {
		return s.fields - 1 + s.history
	}
	return s.fields
}

// list returns the fields.
func (s shape) list() []datasets.Field {
	list := make([]datasets.Field, s.fields)
	for i := range list {
		list[i] = datasets.Field{Name: fmt.Sprint("field ", i), Rows: s.rows}
	}
	if s.history > 0 {
		last := &list[s.fields-1]
		last.Kind, last.Length, last.Shares = datasets.List, s.history, list[0].Name
	}
	return list
}

// touchedRows counts the different rows of a batch.
func (s shape) touchedRows(b *datasets.Batch) int {
	seen := map[[2]int32]bool{}
	for i, id := range b.IDs {
		field := i % s.columns()
		if s.history > 0 && field >= s.fields-1 {
			field = 0
		}
		seen[[2]int32{int32(field), id}] = true
	}
	return len(seen)
}

// batches draws batches, whose ids are as unequal as those of StepBenchmark, and labels.
func (s shape) batches(count, size int) []*datasets.Batch {
	cumulative := make([]float64, s.rows)
	sum := 0.0
	for k := range cumulative {
		sum += math.Pow(float64(10+k), -1.1)
		cumulative[k] = sum
	}
	rng := rand.New(rand.NewPCG(2, 2))
	batches := make([]*datasets.Batch, count)
	for i := range batches {
		b := &datasets.Batch{Rows: size, IDs: make([]int32, size*s.columns()), Labels: make([]float32, size)}
		for j := range b.IDs {
			b.IDs[j] = int32(min(s.rows-1, sort.SearchFloat64s(cumulative, rng.Float64()*sum)))
		}
		for j := range b.Labels {
			b.Labels[j] = float32(rng.IntN(2))
		}
		batches[i] = b
	}
	return batches
}
