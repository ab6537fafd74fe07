package main

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// warmUp raises the learning rate of AdamAR over its first steps. It counts them by the state of AdamAR, and
// so has no state of its own that would have to be saved.
type warmUp struct {
	*solvers.AdamAR
	full, steps float64 // the learning rate after so many steps
}

// Unwrap lets a run find what AdamAR can do, for example be saved.
func (w *warmUp) Unwrap() solvers.Solver { return w.AdamAR }

func (w *warmUp) String() string { return fmt.Sprintf("WarmUp(warm_up=%v, %v)", w.steps, w.AdamAR) }

func (w *warmUp) Step(model []gorgonia.ValueGrad) error {
	if k := float64(w.Steps() + 1); k <= w.steps {
		if err := w.SetLearnRate(w.full * k / w.steps); err != nil {
			return err
		}
	}
	return w.AdamAR.Step(model)
}

// warmUpEntry describes warmUp: its parameters are those of AdamAR, and one of its own.
func warmUpEntry() solvers.Entry {
	adamAR, err := solvers.Find("adamar")
	if err != nil {
		panic(err) // it is in the catalog
	}
	steps := solvers.Parameter{Name: "warm_up", Meaning: "steps over which the learning rate rises", Default: 10, Range: solvers.AtLeast(1)}
	return solvers.Entry{
		Name: "warm-up", Formula: "AdamAR; the learning rate rises over the first steps", Reference: "none",
		Parameters: append(adamAR.Parameters, steps),
		New: func(options ...solvers.Option) (solvers.Solver, error) {
			n, others, err := steps.Take(options)
			if err != nil {
				return nil, err
			}
			inner, err := solvers.NewAdamAR(others...)
			if err != nil {
				return nil, err
			}
			return &warmUp{inner, inner.LearnRate(), n}, nil
		},
	}
}
