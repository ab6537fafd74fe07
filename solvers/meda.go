package solvers

import (
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph"
)

// MEDA is multi-epoch learning with data augmentation (Liu and others, Multi-Epoch Learning with
// Data Augmentation for Deep Click-Through Rate Prediction, 2024), in its form for a fixed training
// set, around another solver: at the start of every epoch after the first all tables are drawn
// anew from their initialisers and their state is cleared; dense weights and their state are
// kept. So tables are never trained twice on a sample, and the first epoch is the wrapped
// solver's, bit for bit.
type MEDA struct {
	Solver
	seed uint64
}

var medaOptions = []string{"WithSeed"}

// NewMEDA wraps a solver that is neither SAM nor MEDA; it takes WithSeed.
func NewMEDA(base Solver, options ...Option) (*MEDA, error) {
	if err := plain("MEDA", base); err != nil {
		return nil, err
	}
	s, err := configure("MEDA", settings{}, medaOptions, options)
	if err != nil {
		return nil, err
	}
	return &MEDA{base, s.seed}, nil
}

// StartEpoch begins an epoch, counted from 1. What is drawn depends on the seed and the epoch only.
func (m *MEDA) StartEpoch(epoch int, weights *graph.Weights) {
	if epoch <= 1 {
		return
	}
	rng := rand.New(rand.NewPCG(m.seed, uint64(epoch)))
	for w := range weights.All() {
		if w.Table != nil {
			w.Redraw(rng)
			m.Forget(w.Table)
		}
	}
}

// String names the solver, its seed, and the solver that is wrapped.
func (m *MEDA) String() string { return fmt.Sprintf("MEDA(seed=%d, %v)", m.seed, m.Solver) }

var _ Solver = (*MEDA)(nil)
