package solvers

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrPass is the error of SAM.Step if SAM.Perturb was not called before it.
var ErrPass = errors.New("solvers: SAM needs two passes a step: call Perturb after the first")

// SAM is sharpness-aware minimization (Foret and others, Sharpness-Aware Minimization for
// Efficiently Improving Generalization, ICLR 2021) around another solver. With g the gradient at the
// weights w and ||g|| its norm over all weights together, the solver takes its step at w with the
// gradient at
//
//	w + rho * g / (||g|| + 1e-12)
//
// A step takes two passes over the same batch. In a loop:
//
//	vm.RunAll(); sam.Perturb(model); vm.Reset()
//	vm.RunAll(); sam.Step(model);    vm.Reset()
//
// Rows that the batch does not touch have no gradient, and Perturb does not move them.
type SAM struct {
	Solver
	rowwise
	rho     float64
	moved   []moved
	changed int // how many of moved belong to this step
}

// moved is one weight and what it was before Perturb.
type moved struct {
	table *graph.Table
	rows  []int32 // of a table
	w     []float32
	saved []float32
}

func samEntry() Entry {
	return Entry{
		Name:       "sam",
		Formula:    "Adam, with the gradient at w + rho * g/||g||; two passes a step",
		Reference:  "Foret and others, ICLR 2021",
		Semantics:  EveryStep,
		Parameters: adamParameters(rowState(), seed(), rho(defaultRho)),
		New:        wrapped(adamEntry(), NewSAM, rho(defaultRho)),
	}
}

func samAdagradEntry() Entry {
	return Entry{
		Name:       "sam-adagrad",
		Formula:    "Adagrad, with the gradient of sam; two passes a step",
		Reference:  "Foret and others, ICLR 2021",
		Semantics:  OnTouch,
		Parameters: adagradParameters(rho(defaultRho)),
		New:        wrapped(adagradEntry(), NewSAM, rho(defaultRho)),
	}
}

const defaultRho = 0.05

// NewSAM wraps a solver that is neither SAM nor MEDA; it takes WithRho.
func NewSAM(base Solver, options ...Option) (*SAM, error) {
	if err := checkPlain("SAM", base); err != nil {
		return nil, err
	}
	if RowWeights(base) != graph.Float32 {
		return nil, fmt.Errorf("%w: WithRowWeights does not apply to SAM, which moves the rows of a batch and puts them back, bit for bit", ErrOption)
	}
	s, err := Entry{Parameters: []Parameter{rho(defaultRho)}}.configure(settings{name: "SAM"}, options)
	if err != nil {
		return nil, err
	}
	return &SAM{Solver: base, rho: s.rho}, nil
}

// checkPlain returns an error for a solver that cannot be wrapped.
func checkPlain(wrapper string, base Solver) error {
	_, twoPasses := As[TwoPass](base)
	_, hasEpochs := As[EpochStarter](base)
	if base == nil || isNilPointer(base) || twoPasses || hasEpochs {
		return fmt.Errorf("%w: %s around %T: it wraps a plain solver only", ErrOption, wrapper, base)
	}
	return nil
}

// isNilPointer reports whether an interface holds a pointer to nothing.
func isNilPointer(s Solver) bool {
	v := reflect.ValueOf(s)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Unwrap implements Wrapper.
func (s *SAM) Unwrap() Solver { return s.Solver }

// CheckSpread implements Spreader.
func (s *SAM) CheckSpread() error {
	return errors.New("SAM needs the norm of the gradients of all rows")
}

// Perturb implements TwoPass.
func (s *SAM) Perturb(model []gorgonia.ValueGrad) error {
	if s.changed > 0 {
		s.restore()
	}
	var sum float64
	for i, n := range model {
		g, err := Gradient(n)
		if err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
		sum += sumSquares(g)
	}
	by := float32(s.rho / (math.Sqrt(sum) + 1e-12))
	for _, n := range model {
		s.move(n, by)
	}
	return nil
}

// move adds by times its gradient to a weight. It sets the gradient of a dense weight to zero, since Gorgonia
// adds the next one to it.
func (s *SAM) move(n gorgonia.ValueGrad, by float32) {
	if s.changed == len(s.moved) {
		s.moved = append(s.moved, moved{})
	}
	at := &s.moved[s.changed]
	s.changed++
	at.saved = at.saved[:0]
	grad, _ := n.Grad()
	if g, isRows := grad.(*graph.RowGrad); isRows {
		at.table, at.rows = n.Value().(*graph.Table), append(at.rows[:0], g.Rows...)
		at.table.Settle(at.rows)
		for i, row := range at.rows {
			w := tableRow(at.table, row)
			at.saved = append(at.saved, w...)
			addScaled(w, g.Values[i*g.Dim:(i+1)*g.Dim], by)
		}
		return
	}
	g := grad.(*tensor.Dense).Float32s()
	at.table, at.w = nil, n.Value().(*tensor.Dense).Float32s()
	at.saved = append(at.saved, at.w...)
	addScaled(at.w, g, by)
	clear(g)
}

func tableRow(t *graph.Table, row int32) []float32 {
	return t.Floats()[int(row)*t.Dim() : (int(row)+1)*t.Dim()]
}

// Undo implements TwoPass: it puts the weights back, bit for bit.
func (s *SAM) Undo() { s.restore() }

// String returns the name of the solver, its rho, and the solver inside.
func (s *SAM) String() string { return fmt.Sprintf("SAM(rho=%v, %v)", s.rho, s.Solver) }

// restore puts the weights back, bit for bit.
func (s *SAM) restore() {
	for i := range s.moved[:s.changed] {
		at := &s.moved[i]
		if at.table == nil {
			copy(at.w, at.saved)
			continue
		}
		dim := at.table.Dim()
		for j, row := range at.rows {
			copy(tableRow(at.table, row), at.saved[j*dim:])
		}
	}
	s.changed = 0
}

// Step puts the weights back and takes the step of the solver inside, with the gradients of the second
// pass. It returns ErrPass if there was no first.
func (s *SAM) Step(model []gorgonia.ValueGrad) error {
	if s.changed == 0 {
		return ErrPass
	}
	s.restore()
	return s.Solver.Step(model)
}

var (
	_ Wrapper = (*SAM)(nil)
	_ TwoPass = (*SAM)(nil)
)
