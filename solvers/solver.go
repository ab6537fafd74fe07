package solvers

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrWeight is wrapped by the error of Step for a weight or gradient of a kind that it does not know.
var ErrWeight = errors.New("solvers: unsupported weight")

// ErrSolver is wrapped by the error of Check.
var ErrSolver = errors.New("solvers: not a solver of embedding tables")

// Solver is what training needs of a solver. What only some solvers can do is an interface of its own, which
// As finds, also in a solver that is wrapped: LearnRater, Stateful, TwoPass and others.
//
// A solver of one's own implements the four methods, and so says that it takes the gradients of tables. A
// Wrapper embeds the solver inside and has a method Unwrap. Without that method As does not find what the
// solver inside can do, and what needs it is an error: a run that saves, a step of SAM, a spread table.
type Solver interface {
	// Step takes one step on every weight of the model. The gradient of a table must be a
	// *graph.RowGrad. Any other weight must be a dense float32 tensor, whose gradient Step sets to
	// zero, as Gorgonia's solvers do. An error, which wraps ErrWeight, leaves all weights as they were.
	gorgonia.Solver
	// SettleAll brings every row of every table to the latest step. Evaluation and saving need it.
	SettleAll()
	// Free gives back the memory of the state of all tables, which the garbage collector does not. The
	// solver cannot be used afterwards.
	Free()
	// String returns the name of the solver and its options that are not zero. Solvers with equal
	// strings, if given equal buckets, take equal steps.
	String() string
}

// Check returns an error that wraps ErrSolver if training cannot use a solver: if it is not a Solver, and so
// does not say that it takes row gradients. The solvers that Gorgonia ships panic on them.
func Check(s gorgonia.Solver) error {
	if _, is := s.(Solver); !is {
		return fmt.Errorf("%w: %T does not take row gradients (*graph.RowGrad); use a solver of package solvers, or implement solvers.Solver", ErrSolver, s)
	}
	return nil
}

// solver is one base with one decay (or two, by bucket); the exported solvers embed it. Its state
// belongs to the storage of the weights, so several graphs may share it.
type solver struct {
	settings
	rowwise
	base     base
	decaysOf func(*settings) []decay
	decays   []decay // of rows, by choice

	byFrequency bool // a row's learning rate depends on how often the row has occurred: FAL
	everyTouch  bool // every touch counts as a gradient, and a row's clock starts at its first: FBGEMM
	// transform, if not nil, changes the gradient g of a row w that occurred count times in the batch.
	transform func(w, g []float32, count int)

	tables map[*graph.Table]*rows
	dense  map[*float32]*denseState
	order  []*rows // in the order in which tables came
}

func newSolver(s settings, b base, decaysOf func(*settings) []decay) solver {
	return solver{settings: s, base: b, decaysOf: decaysOf, decays: decaysOf(&s), tables: map[*graph.Table]*rows{}, dense: map[*float32]*denseState{}}
}

// Step implements Solver.
func (s *solver) Step(model []gorgonia.ValueGrad) error {
	if err := s.check(model); err != nil {
		return err
	}
	for _, n := range model {
		grad, _ := n.Grad()
		if g, isRows := grad.(*graph.RowGrad); isRows {
			s.tables[n.Value().(*graph.Table)].step(g)
			continue
		}
		w := n.Value().(*tensor.Dense).Float32s()
		s.dense[&w[0]].step(grad.(*tensor.Dense).Float32s())
	}
	return nil
}

// check returns an error if a weight cannot be stepped, before any of them changes. It makes the state
// of those that are new.
func (s *solver) check(model []gorgonia.ValueGrad) error {
	for i, n := range model {
		_, err := Gradient(n)
		if err == nil {
			_, err = s.stateOf(n.Value())
		}
		if table, isTable := n.Value().(*graph.Table); isTable && err == nil {
			err = s.checkBuckets(table)
		}
		if err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
	}
	return nil
}

// stateOf returns the state of a weight, which it makes if the weight is new.
func (s *solver) stateOf(value gorgonia.Value) (state, error) {
	switch w := value.(type) {
	case *graph.Table:
		if s.tables[w] != nil {
			return s.tables[w], nil
		}
		r, err := newRows(s, w)
		if err != nil {
			return nil, fmt.Errorf("state of table %q: %w", w.Name(), err)
		}
		s.tables[w] = r
		s.order = append(s.order, r)
		return r, nil
	case *tensor.Dense:
		if !flat(w) {
			return nil, fmt.Errorf("%w: %v %v", ErrWeight, w.Dtype(), w.Shape())
		}
		data := w.Float32s()
		if s.dense[&data[0]] == nil {
			s.dense[&data[0]] = newDenseState(s, data)
		}
		return s.dense[&data[0]], nil
	}
	return nil, fmt.Errorf("%w: %T", ErrWeight, value)
}

// clipped limits a gradient in place, if the solver clips.
func (s *solver) clipped(g []float32) []float32 {
	if limit := float32(s.clip); limit > 0 {
		for i, v := range g {
			g[i] = max(-limit, min(limit, v))
		}
	}
	return g
}

// Steps implements StepCounter.
func (s *solver) Steps() int {
	most := 0
	for _, r := range s.order {
		most = max(most, r.steps())
	}
	for _, d := range s.dense {
		most = max(most, d.steps())
	}
	return most
}

// SettleAll implements Solver.
func (s *solver) SettleAll() {
	for _, r := range s.order {
		r.SettleAll()
	}
}

// SetLearnRate implements LearnRater. Under EveryStep it is an error if the learning rate scales the decay,
// because one decay settles rows over many steps.
func (s *solver) SetLearnRate(rate float64) error {
	if err := s.canChange("SetLearnRate", rate); err != nil {
		return err
	}
	if err := WithLearnRate(rate).err; err != nil {
		return err
	}
	s.learnRate = rate
	s.decays = s.decaysOf(&s.settings)
	return nil
}

// ScaleLearnRate implements RateScaler. It is an error where SetLearnRate is one.
func (s *solver) ScaleLearnRate(share float64) error {
	if err := s.canChange("ScaleLearnRate", share); err != nil {
		return err
	}
	if !(share >= 0 && share <= 1) {
		return fmt.Errorf("%w: ScaleLearnRate(%v): the share must be in [0, 1]", ErrOption, share)
	}
	s.share = share
	if s.scaled {
		s.decays = s.decaysOf(&s.settings)
	}
	return nil
}

// canChange returns an error if the learning rate cannot change between the steps over which a row is settled.
func (s *solver) canChange(how string, value float64) error {
	if s.scaled && !s.onTouch {
		return fmt.Errorf("%w: %s(%v): the decay is scaled by the learning rate", ErrOption, how, value)
	}
	return nil
}

// Free implements Solver.
func (s *solver) Free() {
	for _, r := range s.order {
		r.free()
	}
	s.order = nil
	clear(s.tables)
}

var (
	_ Solver          = (*solver)(nil)
	_ LearnRater      = (*solver)(nil)
	_ RateScaler      = (*solver)(nil)
	_ Stateful        = (*solver)(nil)
	_ Previewer       = (*solver)(nil)
	_ StepCounter     = (*solver)(nil)
	_ GradientTracker = (*solver)(nil)
	_ Bucketed        = (*solver)(nil)
	_ Decaying        = (*solver)(nil)
	_ HalfLifer       = (*solver)(nil)
	_ Forgetter       = (*solver)(nil)
	_ RowKeeper       = (*solver)(nil)
)
