package solvers

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrWeight is wrapped by the error of Step for a weight or gradient of a kind it does not know.
var ErrWeight = errors.New("solvers: unsupported weight")

// Solver is what every solver of this package is.
type Solver interface {
	// Step is one step on every weight of the model. A table's gradient must be a *graph.RowGrad.
	// Any other weight must be a dense float32 tensor; its gradient is set to zero, as Gorgonia's
	// solvers do it. An error, which wraps ErrWeight, leaves all weights as they were.
	gorgonia.Solver
	// SettleAll brings every row of every table to the latest step. Evaluation and saving need it.
	SettleAll()
	// Steps is the number of steps so far.
	Steps() int
	// SetLearnRate changes the learning rate from the next step on.
	SetLearnRate(rate float64) error
	// UsesBuckets says whether the solver was made WithBuckets.
	UsesBuckets() bool
	// SetBuckets puts every row of a table into a bucket, see WithBuckets.
	SetBuckets(table *graph.Table, buckets []uint8) error
	// Lambda is the share of itself that a row of a table loses by its decay at the next step.
	Lambda(table *graph.Table, row int) float64
	// LearnRate is the learning rate of the next step.
	LearnRate() float64
	// State lists the state of a weight, which is made if it is new.
	State(weight gorgonia.Value) ([]Slice, error)
	// Restore puts back a state that State gave, of a weight whose values are put back too. Steps
	// then go on with the same bits. A state that does not fit is an error that wraps ErrState.
	Restore(weight gorgonia.Value, parts []Slice) error
	// Settled writes to dst what the rows of a table would be if all were settled now, and leaves
	// table and state as they are.
	Settled(table *graph.Table, dst []float32)
	// String names the solver and its options that are not zero. Solvers of equal strings, if given
	// equal buckets, take equal steps.
	String() string
	// Forget clears the state of a table, as if it were new. What is left of its rows' movement is
	// dropped, so the table should be drawn anew.
	Forget(table *graph.Table)
	// Free gives the memory of the state of all tables back, which the garbage collector does not.
	// The solver cannot be used afterwards.
	Free()
}

// solver is one base with one decay (or two, by bucket); the exported solvers embed it. Its state
// belongs to the storage of the weights, so several graphs may share it.
type solver struct {
	settings
	base     base
	decaysOf func(*settings) []decay
	decays   []decay // of rows, by choice

	byFrequency bool // learning rates go by the counts of rows: FAL
	everyTouch  bool // every touch counts as a gradient, and a row's clock starts at its first: FBGEMM
	// transform, if not nil, changes the gradient of a row that occurred count times in the batch.
	transform func(w, g []float32, count int)

	tables map[*graph.Table]*rows
	dense  map[*float32]*denseState
	order  []*rows // in the order in which tables were first seen
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

// check finds out whether every weight can be stepped, before any of them changes, and makes the
// state of those that are new.
func (s *solver) check(model []gorgonia.ValueGrad) error {
	for i, n := range model {
		_, err := gradientOf(n)
		if err == nil {
			_, err = s.stateOf(n.Value())
		}
		if err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
	}
	return nil
}

// stateOf returns the state of a weight; it is made if it is new.
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

// Steps implements Solver.
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

// SetLearnRate implements Solver. Under EveryStep it is an error if the decay is scaled by the
// learning rate, because rows are settled by one decay over many steps.
func (s *solver) SetLearnRate(rate float64) error {
	if s.scaled && !s.onTouch {
		return fmt.Errorf("%w: SetLearnRate(%v): the decay is scaled by the learning rate", ErrOption, rate)
	}
	if err := WithLearnRate(rate).set(&s.settings); err != nil {
		return err
	}
	s.decays = s.decaysOf(&s.settings)
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
