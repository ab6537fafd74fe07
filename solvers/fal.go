package solvers

import (
	"errors"
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
)

// FAL is Adam with the frequency-adaptive learning rate of Qiu and others, The Evolution of
// Embedding Table Optimization and Multi-Epoch Training in Pinterest Ads Conversion, 2025: a row
// that has occurred F times so far takes its steps at the rate
//
//	rate * log(F + 1) / max over all rows j of the table of log(F_j + 1)
//
// so that rare rows learn slowly. Dense weights take steps of Adam. The authors train tables at up to
// 50 times the rate of dense weights, so WithDenseLearnRate is likely to be wanted.
//
// Under EveryStep the momentum of a row that is not touched moves it at the rate that it would have had
// at that step, while the largest F grows.
type FAL struct{ solver }

func falEntry() Entry {
	return Entry{
		Name:       "fal",
		Formula:    "Adam; a row seen F times has the rate * log(F+1) / max log(F+1)",
		Reference:  "Qiu and others, arXiv 2505.05605",
		Semantics:  EveryStep,
		Parameters: adamParameters(),
		New:        maker(NewFAL),
	}
}

// NewFAL makes a solver; it takes the options of Adam.
func NewFAL(options ...Option) (*FAL, error) {
	s, err := falEntry().configure(settings{name: "FAL"}, options)
	if err != nil {
		return nil, err
	}
	f := &FAL{newSolver(s, newAdamBase(s), (*settings).none)}
	f.byFrequency = true
	return f, nil
}

// NeedsCounts implements RowCounter.
func (*FAL) NeedsCounts() bool { return true }

// CheckSpread implements Spreader.
func (*FAL) CheckSpread() error { return errors.New("FAL needs the largest count of all rows") }

// count adds the rows of a gradient to the counts and returns log(1 + the largest count).
func (r *rows) count(g *graph.RowGrad) float64 {
	counts := r.counts.Data()
	for i, row := range g.Rows {
		counts[row] += uint32(g.Count(i))
		r.clock[1] = max(r.clock[1], counts[row])
	}
	return math.Log1p(float64(max(1, r.clock[1])))
}

// frequencyRate returns the factor of a row's learning rate: 1, or of FAL log(1 + the row's count).
func (r *rows) frequencyRate(row int) float64 {
	if r.counts == nil {
		return 1
	}
	return math.Log1p(float64(r.counts.Data()[row]))
}

var _ Solver = (*FAL)(nil)
