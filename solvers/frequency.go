package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
)

// counter is a gradient that knows how often each of its rows occurred in the batch.
type counter interface{ Occurrences() []int32 }

// occurrences is how often row i of a gradient occurred in the batch; 1 if nobody counted.
func occurrences(g *graph.RowGrad, i int) int {
	if c, ok := any(g).(counter); ok {
		return int(c.Occurrences()[i])
	}
	return 1
}

// count adds the rows of a gradient to the counts and returns log(1 + the largest count).
func (r *rows) count(g *graph.RowGrad) float64 {
	counts := r.counts.Data()
	for i, row := range g.Rows {
		counts[row] += uint32(occurrences(g, i))
		r.clock[1] = max(r.clock[1], counts[row])
	}
	return math.Log1p(float64(max(1, r.clock[1])))
}

// frequencyRate is what the learning rate of a row is multiplied by: 1, or log(1 + its count).
func (r *rows) frequencyRate(row int) float64 {
	if r.counts == nil {
		return 1
	}
	return math.Log1p(float64(r.counts.Data()[row]))
}
