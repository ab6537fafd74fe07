package solvers

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// Wrapper is a solver around another. As looks through it for what it does not do itself, so a
// wrapper that keeps something by itself (state of its own, buckets) must implement that capability
// itself. A wrapper that offers a capability only if the solver inside does returns from Unwrap a link
// of its own, which has the capability and unwraps to the solver inside.
type Wrapper interface {
	Solver
	// Unwrap returns the solver inside.
	Unwrap() Solver
}

// As returns the first solver that is a T: s, or one that it wraps. T is a capability, for example
// LearnRater, or the type of a solver.
func As[T any](s gorgonia.Solver) (T, bool) {
	for s != nil {
		if found, is := s.(T); is {
			return found, true
		}
		s = inside(s)
	}
	var none T
	return none, false
}

// inside returns the solver that s wraps, or nil.
func inside(s gorgonia.Solver) gorgonia.Solver {
	if w, wraps := s.(interface{ Unwrap() Solver }); wraps {
		if solver := w.Unwrap(); solver != nil {
			return solver
		}
	}
	return nil
}

// LearnRater is a solver with a learning rate.
type LearnRater interface {
	// LearnRate returns the learning rate of the next step.
	LearnRate() float64
	// SetLearnRate changes the learning rate from the next step on.
	SetLearnRate(rate float64) error
}

// RateScaler is a solver whose learning rates can follow a schedule, see package schedule.
type RateScaler interface {
	// ScaleLearnRate makes all weights take the next steps at a share of their learning rates, in [0, 1]. LearnRate
	// still returns the whole. The tail of a row that is settled late is cut for rates that do not rise faster
	// than linearly, see WarmUp of package schedule.
	ScaleLearnRate(share float64) error
}

// Stateful is a solver whose state can be saved and put back. The learning rate, which LearnRater has,
// is not part of it.
type Stateful interface {
	// State returns the state of a weight, which is new if the solver has not seen the weight.
	State(weight gorgonia.Value) ([]StatePart, error)
	// Restore puts back a state that State returned, for a weight whose values are put back too. Steps
	// then continue with the same bits. A state that does not fit is an error that wraps ErrState.
	Restore(weight gorgonia.Value, parts []StatePart) error
}

// Previewer is a solver that settles rows late and can compute settled rows without settling them.
type Previewer interface {
	// Settled writes to dst what the rows of a table would be if all were settled now. It changes
	// neither table nor state.
	Settled(table *graph.Table, dst []float32)
}

// StepCounter is a solver that counts its steps.
type StepCounter interface {
	// Steps returns the number of steps so far.
	Steps() int
}

// GradientTracker is a solver that keeps when each row had its latest gradient.
type GradientTracker interface {
	// LastGradient returns the step at which a row of a table had its latest gradient that was not
	// zero, counted from 1; 0 if it never had one.
	LastGradient(table *graph.Table, row int) int
}

// Bucketed is a solver whose rows may decay by the bucket that they are in; see WithBuckets.
type Bucketed interface {
	// UsesBuckets reports whether the solver was made WithBuckets.
	UsesBuckets() bool
	// SetBuckets sets the bucket of every row of a table.
	SetBuckets(table *graph.Table, buckets []uint8) error
}

// Decaying is a solver that shrinks the rows of tables.
type Decaying interface {
	// Lambda returns the share of itself that a row of a table loses by its decay at the next step.
	Lambda(table *graph.Table, row int) float64
}

// HalfLifer is a solver whose rows may shrink the longer they have had no gradient.
type HalfLifer interface {
	// HalfLife returns the steps after which a row without a gradient has lost half of its norm; 0 if rows do not shrink so.
	HalfLife() float64
}

// Forgetter is a solver that can begin anew with a table.
type Forgetter interface {
	// Forget clears the state of a table, as if the table were new. It drops the movement that its rows
	// have left, so the table should be drawn anew.
	Forget(table *graph.Table)
}

// TwoPass is a solver that takes two passes over a batch for a step, as SAM does.
type TwoPass interface {
	// Perturb takes the gradients of the first pass and moves the weights to where the second pass
	// computes its gradients, which Step takes.
	Perturb(model []gorgonia.ValueGrad) error
	// Undo puts the weights back if there is no step after Perturb.
	Undo()
}

// EpochStarter is a solver that does something at the start of an epoch, as MEDA does.
type EpochStarter interface {
	// StartEpoch begins an epoch, counted from 1. A run that was restored within an epoch does not
	// begin it again.
	StartEpoch(epoch int, weights *graph.Weights)
}

// RowCounter is a solver that answers whether it uses how often rows occur in a batch. See NeedsCounts.
type RowCounter interface {
	// NeedsCounts reports whether Step reads RowGrad.Counts.
	NeedsCounts() bool
}

// RowKeeper is a solver that answers in which precision it keeps the rows of tables. See RowWeights.
type RowKeeper interface {
	// RowWeights returns the precision that the tables must have, see graph.Weights.SetRowPrecision.
	RowWeights() graph.Precision
}

// Spreader is a solver that answers whether it can step a table of which it is given some rows only.
// See CheckSpread.
type Spreader interface {
	// CheckSpread returns nil if each row can be stepped without the others of its table, and an error
	// that says why not if not.
	CheckSpread() error
}

// NeedsCounts reports whether the ranks of a job must exchange RowGrad.Counts for a solver: unless the
// solver and every solver inside it answer, as RowCounter, that they do not read them. A type that
// embeds a solver of this package answers what that one answers.
func NeedsCounts(s gorgonia.Solver) bool {
	for ; s != nil; s = inside(s) {
		if c, answers := s.(RowCounter); !answers || c.NeedsCounts() {
			return true
		}
	}
	return false
}

// RowWeights returns the precision in which a solver keeps the rows of tables: what it, or a solver inside it, answers as RowKeeper,
// else graph.Float32.
func RowWeights(s gorgonia.Solver) graph.Precision {
	if k, is := As[RowKeeper](s); is {
		return k.RowWeights()
	}
	return graph.Float32
}

// CheckSpread returns an error that says why a solver cannot step tables that are spread over the ranks
// of a job. It can if it and every solver inside it answer so as Spreader.
func CheckSpread(s gorgonia.Solver) error {
	for ; s != nil; s = inside(s) {
		c, answers := s.(Spreader)
		if !answers {
			return fmt.Errorf("%T does not say that it can: it is not a solvers.Spreader", s)
		}
		if err := c.CheckSpread(); err != nil {
			return err
		}
	}
	return nil
}

// rowwise is embedded by solvers that read no counts and step each row by itself.
type rowwise struct{}

// NeedsCounts implements RowCounter.
func (rowwise) NeedsCounts() bool { return false }

// CheckSpread implements Spreader.
func (rowwise) CheckSpread() error { return nil }

// Settled writes to dst what the rows of a table would be if all were settled now, and changes neither
// table nor state. If rows are settled late by a solver that is no Previewer, it returns an error that
// wraps errors.ErrUnsupported.
func Settled(s gorgonia.Solver, table *graph.Table, dst []float32) error {
	if p, is := As[Previewer](s); is {
		p.Settled(table, dst)
		return nil
	}
	if table.Settler() != nil {
		return fmt.Errorf("solvers: %w: table %q has rows that are not settled, and %T is not a solvers.Previewer", errors.ErrUnsupported, table.Name(), s)
	}
	table.CopyTo(dst)
	return nil
}
