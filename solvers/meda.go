package solvers

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// MEDA is multi-epoch learning with data augmentation (Liu and others, Multi-Epoch Learning with
// Data Augmentation for Deep Click-Through Rate Prediction, 2024), in its form for a fixed training
// set, around another solver: at the start of every epoch after the first it draws all tables anew from
// their initialisers and clears their state; it keeps dense weights and their state. So tables are never
// trained twice on a sample, and the first epoch is that of the solver inside, bit for bit.
//
// WithKeepState keeps the state of the tables. From tables of zeros this is the limit of adaptive regularization in equation 14 of
// the paper: I is 1/alpha for every row at the first step of an epoch, so that lambda is 1, and 0 at all others.
//
// The loop calls StartEpoch at the start of every epoch, also of the first. Without it Step returns ErrEpoch,
// unless the solver was restored within an epoch.
type MEDA struct {
	Solver
	rowwise
	forgetter Forgetter
	seed      uint64
	keepState bool
	begun     bool // an epoch
}

// ErrEpoch is the error of MEDA.Step if no epoch has begun.
var ErrEpoch = errors.New("solvers: MEDA needs to know of epochs: call StartEpoch at the start of each")

func medaEntry() Entry {
	return Entry{
		Name:       "meda",
		Formula:    "Adam; tables drawn anew, their state cleared, at every epoch after the first",
		Reference:  "Liu and others, arXiv 2407.01607",
		Semantics:  EveryStep,
		Parameters: adamParameters(append(halvesParameters(), keepState())...),
		New:        wrapped(adamEntry(), NewMEDA, seed(), keepState()),
	}
}

func medaAdagradEntry() Entry {
	return Entry{
		Name:       "meda-adagrad",
		Formula:    "Adagrad; tables drawn anew as in meda",
		Reference:  "Liu and others, arXiv 2407.01607",
		Semantics:  OnTouch,
		Parameters: adagradParameters(seed(), keepState()),
		New:        wrapped(adagradEntry(), NewMEDA, seed(), keepState()),
	}
}

// NewMEDA wraps a solver that is neither SAM nor MEDA and is a Forgetter; it takes WithSeed and WithKeepState. Rows in bfloat16 are
// not settled where the old epoch ends, so WithKeepState does not go with them.
func NewMEDA(base Solver, options ...Option) (*MEDA, error) {
	if err := checkPlain("MEDA", base); err != nil {
		return nil, err
	}
	forgetter, is := As[Forgetter](base)
	if !is {
		return nil, fmt.Errorf("%w: MEDA around %T, which is not a solvers.Forgetter", ErrOption, base)
	}
	s, err := Entry{Parameters: []Parameter{seed(), keepState()}}.configure(settings{name: "MEDA"}, options)
	if err != nil {
		return nil, err
	}
	if keeper, is := As[RowKeeper](base); s.keepState && is && keeper.RowWeights() != graph.Float32 {
		return nil, fmt.Errorf("%w: WithKeepState and WithRowWeights exclude each other", ErrOption)
	}
	m := &MEDA{Solver: base, seed: s.seed, keepState: s.keepState, forgetter: forgetter}
	if state, is := As[Stateful](base); is {
		m.Solver = &resumable{Solver: base, Stateful: state, meda: m}
	}
	return m, nil
}

// Unwrap implements Wrapper.
func (m *MEDA) Unwrap() Solver { return m.Solver }

// resumable is a link between MEDA and a solver with a state. Who restores the state goes on within an epoch,
// which has begun.
type resumable struct {
	Solver
	Stateful
	rowwise
	meda *MEDA
}

// Unwrap implements Wrapper.
func (r *resumable) Unwrap() Solver { return r.Solver }

// Restore implements Stateful.
func (r *resumable) Restore(weight gorgonia.Value, parts []StatePart) error {
	r.meda.begun = true
	return r.Stateful.Restore(weight, parts)
}

// Step takes the step of the solver inside. It returns ErrEpoch if no epoch has begun.
func (m *MEDA) Step(model []gorgonia.ValueGrad) error {
	if !m.begun {
		return ErrEpoch
	}
	return m.Solver.Step(model)
}

// StartEpoch implements EpochStarter. What it draws depends on the seed and the epoch only.
func (m *MEDA) StartEpoch(epoch int, weights *graph.Weights) {
	m.begun = true
	if epoch <= 1 {
		return
	}
	if m.keepState {
		m.SettleAll() // or what the rows have left of the old epoch would move them later
	}
	rng := rand.New(rand.NewPCG(m.seed, uint64(epoch)))
	for w := range weights.All() {
		if w.Table == nil {
			continue
		}
		w.Redraw(rng)
		if !m.keepState {
			m.forgetter.Forget(w.Table)
		}
	}
}

// String returns the name of the solver, its seed, whether it keeps the state, and the solver inside.
func (m *MEDA) String() string {
	if m.keepState {
		return fmt.Sprintf("MEDA(seed=%d, keep_state, %v)", m.seed, m.Solver)
	}
	return fmt.Sprintf("MEDA(seed=%d, %v)", m.seed, m.Solver)
}

var (
	_ Wrapper      = (*MEDA)(nil)
	_ EpochStarter = (*MEDA)(nil)
	_ Wrapper      = (*resumable)(nil)
	_ Stateful     = (*resumable)(nil)
)
