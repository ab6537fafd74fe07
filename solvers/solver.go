package solvers

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrWeight is wrapped by the error of Step for a weight or gradient of a kind it does not know.
var ErrWeight = errors.New("solvers: unsupported weight")

// solver is one base with one decay (or several, by bucket); every exported solver embeds it.
// Its state belongs to the storage of the weights, so several graphs may share it.
type solver struct {
	settings
	base  base
	laws  []*law
	k     int // steps so far
	rows  map[*graph.Table]*rows
	dense map[*float32]*denseState
	order []*rows // in the order in which tables were first seen
}

// denseState is the state of one dense weight.
type denseState struct {
	w, g, m, v []float32
	tile       func(from, to int)
}

func newSolver(s settings, b base, decays ...decay) solver {
	sv := solver{settings: s, base: b, rows: map[*graph.Table]*rows{}, dense: map[*float32]*denseState{}}
	for _, d := range decays {
		sv.laws = append(sv.laws, newLaw(d, b))
	}
	return sv
}

// Step is one step on every weight of the model. A table's gradient must be a *graph.RowGrad, and
// its rows must have been read by graph.Lookup since the step before, as they are in a loop of
// RunAll, Step, Reset. Any other weight must be a dense float32 tensor; its gradient is set to
// zero, as Gorgonia's solvers do it.
func (s *solver) Step(model []gorgonia.ValueGrad) error {
	if err := s.check(model); err != nil {
		return err
	}
	s.k++
	s.base.begin(s.k)
	s.prepare()
	for _, n := range model {
		grad, _ := n.Grad()
		if g, isRows := grad.(*graph.RowGrad); isRows {
			s.rows[n.Value().(*graph.Table)].update(g)
			continue
		}
		s.stepDense(n.Value().(*tensor.Dense).Float32s(), grad.(*tensor.Dense).Float32s())
	}
	return nil
}

// check finds out whether every weight can be stepped, before any of them changes, and makes the
// state of those that are new.
func (s *solver) check(model []gorgonia.ValueGrad) error {
	for i, n := range model {
		grad, err := n.Grad()
		if err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
		if err := s.checkPair(n.Value(), grad); err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
	}
	return nil
}

func (s *solver) checkPair(value, grad gorgonia.Value) error {
	switch w := value.(type) {
	case *graph.Table:
		g, ok := grad.(*graph.RowGrad)
		if !ok || g.Dim != w.Dim() {
			return fmt.Errorf("%w: table %q with gradient %T", ErrWeight, w.Name(), grad)
		}
		if s.rows[w] != nil {
			return nil
		}
		state, err := newRows(s, w)
		if err != nil {
			return fmt.Errorf("state of table %q: %w", w.Name(), err)
		}
		s.rows[w] = state
		s.order = append(s.order, state)
		return nil
	case *tensor.Dense:
		g, ok := grad.(*tensor.Dense)
		if !ok || w.Dtype() != tensor.Float32 || g.Dtype() != tensor.Float32 || !w.Shape().Eq(g.Shape()) {
			return fmt.Errorf("%w: %v %v with gradient %T %v", ErrWeight, w.Dtype(), w.Shape(), grad, grad.Shape())
		}
		return nil
	}
	return fmt.Errorf("%w: %T with gradient %T", ErrWeight, value, grad)
}

// elementsPerTile is the unit in which dense weights are shared out between cores.
const elementsPerTile = 1 << 13

func (s *solver) stepDense(w, g []float32) {
	state := s.dense[&w[0]]
	if state == nil {
		state = &denseState{w: w, v: make([]float32, len(w))}
		if s.base.usesMomentum() {
			state.m = make([]float32, len(w))
		}
		state.tile = func(from, to int) {
			var m []float32
			if state.m != nil {
				m = state.m[from:to]
			}
			s.base.update(state.w[from:to], s.clipped(state.g[from:to]), m, state.v[from:to], 1)
		}
		s.dense[&w[0]] = state
	}
	state.g = g
	kernel.Parallel(len(w), elementsPerTile, state.tile)
	clear(g)
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

// prepare grows the tables that depend on the number of steps.
func (s *solver) prepare() {
	for _, l := range s.laws {
		l.survival.grow(max(s.k, tailLength) + 1)
		if l.base != nil {
			l.base.correction1.grow(s.k + tailLength)
			l.base.correction2.grow(s.k + tailLength)
		}
	}
}

// Steps is the number of steps so far.
func (s *solver) Steps() int { return s.k }

// SettleAll brings every row of every table to the latest step. Evaluation and saving need it.
func (s *solver) SettleAll() {
	for _, r := range s.order {
		r.SettleAll()
	}
}

// Free gives the memory of the state of all tables back, which the garbage collector does not.
// The solver cannot be used afterwards.
func (s *solver) Free() {
	for _, r := range s.order {
		r.m.Free()
		r.v.Free()
		r.steps.Free()
		r.table.SetSettler(nil)
	}
	s.order = nil
	clear(s.rows)
}
