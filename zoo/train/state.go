package train

import (
	"bytes"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"gorgonia.org/gorgonia"
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
			addUnsettled(s.trainer, state, w)
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
	for _, w := range s.trainer.statistics() {
		addOf(s.trainer, weights, w, w.Name, w.Values(), false)
	}
	return weights, state, nil
}

// isInHalves says whether a weight is a table in bfloat16.
func isInHalves(w *graph.Weight) bool { return w.Table != nil && w.Table.Precision() == graph.BFloat16 }

// addUnsettled adds the rows of a table as they are kept.
func addUnsettled(t *Trainer, to *checkpoint.Tensors, w *graph.Weight) {
	name := solvers.PartName(w.Name, solvers.UnsettledPart)
	if isInHalves(w) {
		addOf(t, to, w, name, w.Table.Halves(), true)
		return
	}
	addOf(t, to, w, name, w.Values(), true)
}

// settled returns, for each table with an unsettled row on some rank, a copy with every row settled. Rows in bfloat16 are never
// settled.
func (s *saver) settled(room *checkpoint.Tensors) (map[*graph.Weight][]float32, error) {
	copies := map[*graph.Weight][]float32{}
	var tables []*graph.Weight
	for w := range s.trainer.weights.All() {
		if w.Table != nil && (s.trainer.at.Batches > 0 || isInHalves(w)) {
			tables = append(tables, w)
		}
	}
	if len(tables) == 0 {
		return copies, nil
	}
	var differ []float64
	var err error
	for _, w := range tables {
		values, e := room.Room(sizeOf(w))
		if e == nil {
			e = solvers.Settled(s.solver, w.Table, values)
		}
		if e != nil {
			err = fmt.Errorf("a copy of table %q: %w", w.Name, e)
			break
		}
		copies[w] = values
		differ = append(differ, one(!bytes.Equal(offheap.Bytes(values), w.Bytes())))
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
	case p.Halves != nil:
		addOf(t, to, w, name, p.Halves, p.ByRow())
	default:
		checkpoint.Add(to, name, p.Doubles)
	}
}

// restore brings the run to where a checkpoint was written.
func (s *saver) restore(dir string) error {
	m, err := checkpoint.ReadManifest(dir)
	if err != nil {
		return err
	}
	if s.trainer.team.leads() { // the others are known to be like it
		if err := m.Run.Check(&s.identity); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if s.encoding, err = checkpoint.MeasureEncoding(s.trainer.run.Encoding); err != nil {
		return err
	}
	if other := m.OtherEncoding(s.encoding); other != "" {
		return fmt.Errorf("%s: %w: %s is another", dir, checkpoint.ErrMismatch, other)
	}
	if err := m.Check(dir); err != nil {
		return err
	}
	if !m.HasState() {
		return fmt.Errorf("%s: %w: it has no state of a solver", dir, checkpoint.ErrMismatch)
	}
	if err := s.restoreTensors(dir); err != nil {
		return err
	}
	if err := restoreRate(s.solver, m); err != nil {
		return err
	}
	s.trainer.at, s.trainer.history = m.Position, m.History
	if at := &s.trainer.at; at.Weight == 0 && at.Loss != 0 { // of a version in which every sample weighs 1
		at.Weight = float64(at.Samples)
	}
	s.noteRanks(m)
	return s.trainer.dropouts.UnmarshalBinary(m.Dropouts)
}

// restoreRate sets the learning rate, which may have been changed since the start of the run.
func restoreRate(solver solvers.Solver, m *checkpoint.Manifest) error {
	l, ok := solvers.As[solvers.LearnRater](solver)
	if !ok || l.LearnRate() == m.LearnRate {
		return nil
	}
	return l.SetLearnRate(m.LearnRate)
}

func (s *saver) restoreTensors(dir string) error {
	weights, err := checkpoint.OpenWeights(dir)
	if err != nil {
		return err
	}
	defer weights.Close()
	state, err := checkpoint.OpenState(dir)
	if err != nil {
		return err
	}
	defer state.Close()
	for _, n := range s.trainer.network.Learnables() {
		if err := restoreWeight(weights, state, s.trainer.weights.Get(n.Name())); err != nil {
			return err
		}
		if err := s.restoreState(state, n); err != nil {
			return err
		}
	}
	for _, w := range s.trainer.statistics() {
		if err := checkpoint.Read(weights, w.Name, w.Values()); err != nil {
			return err
		}
	}
	return nil
}

// restoreWeight reads a weight as it was kept.
func restoreWeight(weights, state *checkpoint.Mapped, w *graph.Weight) error {
	unsettled := solvers.PartName(w.Name, solvers.UnsettledPart)
	switch {
	case isInHalves(w):
		return checkpoint.ReadRows(state, unsettled, w.Table.Halves(), w.Table)
	case state.Has(unsettled):
		return checkpoint.ReadRows(state, unsettled, w.Values(), w.Table)
	}
	return checkpoint.ReadRows(weights, w.Name, w.Values(), w.Table)
}

// restoreState gives the solver the state of one weight.
func (s *saver) restoreState(state *checkpoint.Mapped, n *gorgonia.Node) error {
	table, _ := n.Value().(*graph.Table)
	parts, err := partsOf(state, n.Name(), table)
	if err != nil {
		return err
	}
	return s.state.Restore(n.Value(), parts)
}

// partsOf reads the state of a weight: of a table that is spread the rows that it holds, see checkpoint.ViewRows.
func partsOf(m *checkpoint.Mapped, weight string, table *graph.Table) ([]solvers.StatePart, error) {
	var parts []solvers.StatePart
	for _, t := range m.Tensors {
		part, found := solvers.CutPartName(t.Name, weight)
		if !found {
			continue
		}
		p := solvers.StatePart{Name: part}
		rowsOf := table
		if !p.ByRow() {
			rowsOf = nil
		}
		var err error
		switch {
		case checkpoint.IsOf[float32](&t):
			p.Floats, err = checkpoint.ViewRows[float32](m, t.Name, rowsOf)
		case checkpoint.IsOf[uint32](&t):
			p.Ints, err = checkpoint.ViewRows[uint32](m, t.Name, rowsOf)
		case checkpoint.IsOf[uint16](&t):
			p.Halves, err = checkpoint.ViewRows[uint16](m, t.Name, rowsOf)
		default:
			p.Doubles, err = checkpoint.View[float64](m, t.Name)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}
