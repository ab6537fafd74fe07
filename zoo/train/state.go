package train

import (
	"bytes"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// tensors returns the weights, with all rows settled, and the state of the solver. Where rows are not settled, the state
// has them as they are: to settle them now would change their last bits later.
func (s *saver) tensors() (weights, state *checkpoint.Tensors, err error) {
	weights, state = &checkpoint.Tensors{}, &checkpoint.Tensors{}
	settled, err := s.settled(weights)
	if err != nil {
		return weights, state, err
	}
	for _, n := range s.trainer.network.Learnables() {
		w := s.trainer.weights.Get(n.Name())
		values := w.Values()
		if copied, has := settled[w]; has {
			addOf(s.trainer, state, w, solvers.PartName(w.Name, solvers.UnsettledPart), values, true)
			values = copied
		}
		addOf(s.trainer, weights, w, w.Name, values, true)
		parts, err := s.state.State(n.Value())
		if err != nil {
			return weights, state, err
		}
		for _, p := range parts {
			if w.Table != nil {
				err = p.Check(w.Table.Rows())
			}
			if err != nil {
				return weights, state, fmt.Errorf("table %q: %w", w.Name, err)
			}
			addPart(s.trainer, state, w, p)
		}
	}
	return weights, state, nil
}

// settled returns, for each table with an unsettled row on some rank, a copy with every row settled.
func (s *saver) settled(room *checkpoint.Tensors) (map[*graph.Weight][]float32, error) {
	copies := map[*graph.Weight][]float32{}
	if s.trainer.at.Batches == 0 {
		return copies, nil
	}
	var tables []*graph.Weight
	var differ []float64
	var err error
	for w := range s.trainer.weights.All() {
		if w.Table == nil {
			continue
		}
		values, e := room.Room(len(w.Values()))
		if e == nil {
			e = solvers.Settled(s.solver, w.Table, values)
		}
		if e != nil {
			err = fmt.Errorf("a copy of table %q: %w", w.Name, e)
			break
		}
		copies[w] = values
		tables = append(tables, w)
		differ = append(differ, one(!bytes.Equal(offheap.Bytes(values), offheap.Bytes(w.Values()))))
	}
	if s.trainer.spread() {
		if err = s.trainer.team.Agree(err); err == nil {
			differ, err = s.trainer.team.GatherNumbers(differ)
		}
	}
	for i, w := range tables {
		isSettled := true
		for at := i; at < len(differ); at += len(tables) {
			isSettled = isSettled && differ[at] == 0
		}
		if isSettled {
			delete(copies, w)
		}
	}
	return copies, err
}

// addPart adds a part of a solver's state.
func addPart(t *Trainer, to *checkpoint.Tensors, w *graph.Weight, p solvers.StatePart) {
	name := solvers.PartName(w.Name, p.Name)
	switch {
	case p.Ints != nil:
		addOf(t, to, w, name, p.Ints, p.ByRow())
	case p.Floats != nil:
		addOf(t, to, w, name, p.Floats, p.ByRow())
	default:
		checkpoint.Add(to, name, p.Doubles)
	}
}
