package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
)

// count adds the rows of a gradient to the counts and returns log(1 + the largest count).
func (r *rows) count(g *graph.RowGrad) float64 {
	counts := r.counts.Data()
	for i, row := range g.Rows {
		counts[row] += uint32(g.Count(i))
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

// countsRows says whether a solver goes by how often rows occur.
func countsRows(s Solver) bool {
	switch s := s.(type) {
	case *FAL, *CowClip:
		return true
	case *SAM:
		return countsRows(s.Solver)
	case *MEDA:
		return countsRows(s.Solver)
	}
	return false
}
