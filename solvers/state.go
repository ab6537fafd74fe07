package solvers

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// Slice is a named part of the state of a weight; either Floats or Ints is set. It is the memory
// itself, so that it is saved by reading and restored by writing.
type Slice struct {
	Name   string
	Floats []float32
	Ints   []uint32
}

// state is the state of a weight.
type state interface{ slices() []Slice }

// State implements Solver. The parts are, where the solver has them,
//
//	clock   steps that the weight has taken; of FAL also the largest of counts
//	m, v    first and second moments: as many values as the weight has, or one for each row
//	steps   of a table, two for each row: the step of its latest gradient that was not zero, and
//	        the step through which the row is settled
//	counts  of FAL: how often each row has occurred
//
// Call SettleAll before saving: a restored solver takes it that rows which are not settled have
// moved at the present learning rate.
func (s *solver) State(weight gorgonia.Value) ([]Slice, error) {
	state, err := s.stateOf(weight)
	if err != nil {
		return nil, fmt.Errorf("solvers: %w", err)
	}
	return state.slices(), nil
}

func (d *denseState) slices() []Slice {
	list := []Slice{{Name: "clock", Ints: d.clock[:]}, {Name: "v", Floats: d.v}}
	if d.m != nil {
		list = append(list, Slice{Name: "m", Floats: d.m})
	}
	return list
}

func (r *rows) slices() []Slice {
	list := []Slice{{Name: "clock", Ints: r.clock[:]}, {Name: "v", Floats: r.v.Data()}, {Name: "steps", Ints: r.stamps.Data()}}
	if r.m != nil {
		list = append(list, Slice{Name: "m", Floats: r.m.Data()})
	}
	if r.counts != nil {
		list = append(list, Slice{Name: "counts", Ints: r.counts.Data()})
	}
	return list
}

// Forget implements Solver.
func (s *solver) Forget(table *graph.Table) {
	r := s.tables[table]
	if r == nil {
		return
	}
	for _, part := range r.slices() {
		clear(part.Floats)
		clear(part.Ints)
	}
	r.rates = r.rates[:0]
	for _, l := range r.laws {
		l.forget()
	}
}
