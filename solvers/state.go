package solvers

import (
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// ErrState is wrapped by the error of Restore for a state that does not fit the weight, the solver, or
// itself.
var ErrState = errors.New("solvers: unsuitable state")

// state is the state of a weight.
type state interface {
	parts() []StatePart
	restore(parts []StatePart) error
}

// State implements Stateful. The parts are, where the solver has them,
//
//	clock   steps that the weight has taken; of FAL also the largest of counts
//	m, v    first and second moments: as many values as the weight has, or one for each row; in bfloat16 those of the
//	        row's latest gradient, see WithRowState
//	steps   of a table, two for each row: the step of its latest gradient that was not zero, and
//	        the step to which the row is settled
//	counts  of FAL: how often each row has occurred
//	rates   of a table: the learning rate of every step, from 0, or from that of rates_from
//	decays  of a table with buckets: which decay each row has
//
// The state of rows that are not settled is complete: there is no need to settle them first.
func (s *solver) State(weight gorgonia.Value) ([]StatePart, error) {
	state, err := s.stateOf(weight)
	if err != nil {
		return nil, fmt.Errorf("solvers: %w", err)
	}
	return state.parts(), nil
}

// Restore implements Stateful.
func (s *solver) Restore(weight gorgonia.Value, parts []StatePart) error {
	state, err := s.stateOf(weight)
	if err != nil {
		return fmt.Errorf("solvers: %w", err)
	}
	if err := state.restore(parts); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	return nil
}

func (d *denseState) parts() []StatePart {
	list := []StatePart{{Name: clockPart, Ints: d.clock[:]}, {Name: "v", Floats: d.v}}
	if d.m != nil {
		list = append(list, StatePart{Name: "m", Floats: d.m})
	}
	return list
}

func (d *denseState) restore(parts []StatePart) error { return copyParts(d.parts(), parts) }

// fixed returns the parts whose length follows from the table and the solver.
func (r *rows) fixed() []StatePart {
	v, m := StatePart{Name: "v"}, StatePart{Name: "m"}
	switch h := r.halves; {
	case h != nil:
		v.Halves, m.Halves = h.v.Data(), h.m.Data()
	case r.m != nil:
		m.Floats = r.m.Data()
		fallthrough
	default:
		v.Floats = r.v.Data()
	}
	list := []StatePart{{Name: clockPart, Ints: r.clock[:]}, v, {Name: stepsPart, Ints: r.stamps.Data()}}
	if r.momentum() {
		list = append(list, m)
	}
	if r.counts != nil {
		list = append(list, StatePart{Name: "counts", Ints: r.counts.Data()})
	}
	return list
}

func (r *rows) parts() []StatePart {
	list := append(r.fixed(), StatePart{Name: ratesPart, Doubles: r.rates.rates})
	if r.rates.from > 0 {
		list = append(list, StatePart{Name: ratesFromPart, Ints: []uint32{uint32(r.rates.from)}})
	}
	if r.choice != nil {
		decays := make([]uint32, len(r.choice))
		for row, d := range r.choice {
			decays[row] = uint32(d)
		}
		list = append(list, StatePart{Name: "decays", Ints: decays})
	}
	return list
}

func (r *rows) restore(parts []StatePart) error {
	var fixed []StatePart
	r.rates, r.choice = stepRates{}, nil
	for _, p := range parts {
		switch p.Name {
		case ratesPart:
			r.rates.rates = append(r.rates.rates, p.Doubles...)
		case ratesFromPart:
			if len(p.Ints) != 1 {
				return fmt.Errorf("part %q has %d values, want 1", p.Name, len(p.Ints))
			}
			r.rates.from = int(p.Ints[0])
		case "decays":
			r.choice = make([]uint8, len(p.Ints))
			for row, d := range p.Ints {
				r.choice[row] = uint8(min(d, math.MaxUint8))
			}
		default:
			fixed = append(fixed, p)
		}
	}
	r.forgetTails()
	if err := copyParts(r.fixed(), fixed); err != nil {
		return err
	}
	return r.check()
}

// copyParts copies parts to those of the same names.
func copyParts(to, from []StatePart) error {
	if len(from) != len(to) {
		return fmt.Errorf("%d parts, want %d", len(from), len(to))
	}
	for _, t := range to {
		found := false
		for _, f := range from {
			if f.Name == t.Name {
				copied := copy(t.Floats, f.Floats) + copy(t.Ints, f.Ints) + copy(t.Halves, f.Halves)
				found = copied == t.len() && copied == f.len()
			}
		}
		if !found {
			return fmt.Errorf("part %q is missing, or is not of %d values", t.Name, t.len())
		}
	}
	return nil
}

// check returns an error if the state has steps that cannot have been taken.
func (r *rows) check() error {
	k := r.clock[0]
	if r.rates.from > int(k) || len(r.rates.rates) > int(k)+1-r.rates.from {
		return fmt.Errorf("%d learning rates for %d steps, from step %d on", len(r.rates.rates), k, r.rates.from)
	}
	// The rate of a step is kept when the step is taken: a state that has fewer lies about its steps, and would let all
	// that is kept by step grow to as many.
	if !r.solver.onTouch && int(k) > r.rates.from+len(r.rates.rates)+1 {
		return fmt.Errorf("%d learning rates from step %d on for %d steps", len(r.rates.rates), r.rates.from, k)
	}
	if r.choice != nil && len(r.choice) != r.table.Rows() {
		return fmt.Errorf("decays of %d rows, the table has %d", len(r.choice), r.table.Rows())
	}
	for row, d := range r.choice {
		if int(d) >= len(r.laws) {
			return fmt.Errorf("row %d has decay %d of %d", row, d, len(r.laws))
		}
	}
	stamps := r.stamps.Data()
	for row := range r.table.Rows() {
		if s, u := stamps[2*row], stamps[2*row+1]; s > u || u > k || int(u) < r.rates.from {
			return fmt.Errorf("row %d has its latest gradient at step %d and is settled to step %d of %d", row, s, u, k)
		}
	}
	return nil
}

// Settled implements Previewer.
func (s *solver) Settled(table *graph.Table, dst []float32) {
	r := s.tables[table]
	if table.Precision() == graph.BFloat16 {
		table.CopyTo(dst)
		return
	}
	if r == nil || s.onTouch {
		copy(dst, table.Floats())
		return
	}
	r.advance()
	kernel.Parallel(table.Rows(), rowsPerTile, func(from, to int) {
		x := r.begin()
		for row := from; row < to; row++ {
			r.settledRow(dst[row*r.dim:(row+1)*r.dim], row, x)
		}
		r.end(x)
	})
}

// LastGradient implements GradientTracker.
func (s *solver) LastGradient(table *graph.Table, row int) int {
	if r := s.tables[table]; r != nil {
		latest, _ := r.times(row)
		return latest
	}
	return 0
}

// Forget implements Forgetter.
func (s *solver) Forget(table *graph.Table) {
	r := s.tables[table]
	if r == nil {
		return
	}
	for _, part := range r.fixed() {
		clear(part.Floats)
		clear(part.Ints)
		clear(part.Halves)
	}
	r.rates = stepRates{}
	r.forgetTails()
}
