package train

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"gorgonia.org/gorgonia"
)

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
	if err := s.restoreTensors(dir); err != nil {
		return err
	}
	if l, ok := solvers.As[solvers.LearnRater](s.solver); ok && l.LearnRate() != m.LearnRate {
		if err := l.SetLearnRate(m.LearnRate); err != nil {
			return err
		}
	}
	s.trainer.at, s.trainer.history = m.Position, m.History
	s.noteRanks(m)
	return s.trainer.dropouts.UnmarshalBinary(m.Dropouts)
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
		values := s.trainer.weights.Get(n.Name()).Values()
		from, name := weights, n.Name()
		if unsettled := solvers.PartName(n.Name(), solvers.UnsettledPart); state.Has(unsettled) {
			from, name = state, unsettled
		}
		if err := checkpoint.ReadRows(from, name, values, s.trainer.weights.Get(n.Name()).Table); err != nil {
			return err
		}
		if err := s.restoreState(state, n); err != nil {
			return err
		}
	}
	return nil
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
