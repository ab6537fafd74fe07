package train

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"gorgonia.org/gorgonia"
)

// start is what a run begins with if it goes on from another run, see Run.From.
type start struct {
	dir      string // of the checkpoint
	manifest *checkpoint.Manifest
	origin   []int32 // the row of the checkpoint's tables for each row of this run's; solvers.Fresh if there is none
	rows     int     // of the checkpoint's tables
	keeps    bool    // the state of the solver, too
}

// warmStart takes over weights, state of the solver and number of steps from another run.
func (t *Trainer) warmStart() error {
	if t.run.From == "" {
		return nil
	}
	s := &start{}
	var err error
	if s.dir, s.manifest, err = checkpoint.Find(t.run.From); err != nil {
		return err
	}
	if err := s.manifest.Check(s.dir); err != nil {
		return err
	}
	if err := s.match(&t.run); err != nil {
		return fmt.Errorf("%s: %w", s.dir, err)
	}
	if !s.keeps {
		t.note("%s is of the solver %s: of it only the weights are taken", s.dir, s.manifest.Run.Solver)
	}
	t.begun, t.origins = s.manifest.Position.Steps, checkpoint.Hash(offheap.Bytes(s.origin))
	t.at.Steps = t.begun
	return s.read(t)
}

// match finds out whether a run can go on from the checkpoint, and which of its rows are those of the checkpoint.
func (s *start) match(r *Run) error {
	model, err := checkpoint.RecordModel(r.Model)
	if err != nil {
		return err
	}
	models := checkpoint.Comparison{What: "model", A: s.manifest.Run.Model, B: model}
	if saved, given, equal := models.Texts(); !equal {
		return fmt.Errorf("%w: model: it has %s, this run has %s", checkpoint.ErrMismatch, saved, given)
	}
	if err := sameFields(s.manifest.Run.Fields, r.Train.Fields()); err != nil {
		return fmt.Errorf("%w: %w", checkpoint.ErrMismatch, err)
	}
	s.keeps = s.manifest.HasState() && s.manifest.Run.Solver == solverName(r.Solver)
	return s.matchRows(r)
}

// sameFields returns an error that names the first field that differs in more than its rows, or has lost rows.
func sameFields(saved, given []datasets.Field) error {
	if len(saved) != len(given) {
		return fmt.Errorf("it has %d fields, this run has %d", len(saved), len(given))
	}
	for i, f := range saved {
		g := given[i]
		if f.Rows > g.Rows {
			return fmt.Errorf("field %q: it has %d rows, this run has %d", f.Name, f.Rows, g.Rows)
		}
		if f.Rows = g.Rows; f != g {
			return fmt.Errorf("field %q: it has %+v, this run has %+v", f.Name, f, g)
		}
	}
	return nil
}

// matchRows finds the origin of each row.
func (s *start) matchRows(r *Run) error {
	before := r.FromEncoding
	if before == nil && r.Encoding != nil && s.manifest.HasEncoding() {
		var err error
		if before, err = checkpoint.ReadEncoding(s.dir); err != nil {
			return err
		}
	}
	fields, saved := zoo.GraphFields(r.Train.Fields()), zoo.GraphFields(s.manifest.Run.Fields)
	first, rows, err := graph.FirstRows(fields)
	if err != nil {
		return err
	}
	var from []int
	if from, s.rows, err = graph.FirstRows(saved); err != nil {
		return err
	}
	s.origin = make([]int32, rows)
	for i, f := range fields {
		if first[i] < 0 || f.Shares != "" {
			continue
		}
		own := s.origin[first[i] : first[i]+f.Rows]
		for id := range own {
			own[id] = solvers.Fresh
			if id < saved[i].Rows {
				own[id] = int32(from[i] + id)
			}
		}
		if before == nil || r.Encoding == nil {
			continue
		}
		if err := matchValues(own, before.Vocabularies[i], r.Encoding.Vocabularies[i]); err != nil {
			return fmt.Errorf("%w: field %q: %w", checkpoint.ErrMismatch, f.Name, err)
		}
	}
	return nil
}

// matchValues makes the rows fresh whose ids were free, and finds ids that have another value than before.
func matchValues(origin []int32, before, now *datasets.Vocabulary) error {
	if before == nil || now == nil { // of buckets
		return nil
	}
	for id := int32(1); int(id) < before.Len(); id++ {
		switch {
		case before.IsFree(id), now.IsFree(id):
			origin[id] = solvers.Fresh
		case before.Value(id) != now.Value(id):
			return fmt.Errorf("id %d is %.60q, but %.60q in this run: go on from its encoding", id, before.Value(id), now.Value(id))
		}
	}
	return nil
}

// read reads weights and state.
func (s *start) read(t *Trainer) error {
	weights, err := checkpoint.OpenWeights(s.dir)
	if err != nil {
		return err
	}
	defer weights.Close()
	var state *checkpoint.Mapped
	if s.keeps {
		if state, err = checkpoint.OpenState(s.dir); err != nil {
			return err
		}
		defer state.Close()
		if err := restoreRate(t.solver, s.manifest); err != nil {
			return err
		}
	}
	for _, n := range t.network.Learnables() {
		w := t.weights.Get(n.Name())
		if err := s.readWeight(weights, w); err != nil {
			return err
		}
		if state == nil {
			continue
		}
		if err := s.readState(state, w, n.Value(), t.solver); err != nil {
			return fmt.Errorf("state of %s: %w", w.Name, err)
		}
	}
	for _, w := range t.statistics() {
		if err := s.readWeight(weights, w); err != nil {
			return err
		}
	}
	return nil
}

// readState gives the solver its state of one weight.
func (s *start) readState(m *checkpoint.Mapped, w *graph.Weight, value gorgonia.Value, solver solvers.Solver) error {
	inHalves, unsettled := isInHalves(w), solvers.PartName(w.Name, solvers.UnsettledPart)
	if m.Has(unsettled) && (!inHalves || s.manifest.Position.Batches > 0) {
		return fmt.Errorf("%w: it was written within an epoch: resume that run first", checkpoint.ErrMismatch)
	}
	if inHalves {
		halves, dim := w.Table.Halves(), w.Table.Dim()
		if err := eachRow(s, m, unsettled, w.Table, func(row int, values []uint16) { copy(halves[row*dim:], values) }); err != nil {
			return err
		}
	}
	stateful, ok := solvers.As[solvers.Stateful](solver)
	if !ok {
		return fmt.Errorf("%T is no solvers.Stateful", solver)
	}
	parts, err := partsOf(m, w.Name, nil)
	if err == nil && w.Table != nil {
		parts, err = solvers.Regrow(parts, s.rows, checkpoint.OwnRows(w.Table, s.origin))
	}
	if err != nil {
		return err
	}
	return stateful.Restore(value, parts)
}

// readWeight reads the values of one weight: of a table those of its rows, and zeros where a row is fresh.
func (s *start) readWeight(m *checkpoint.Mapped, w *graph.Weight) error {
	if w.Table == nil {
		return checkpoint.Read(m, w.Name, w.Values())
	}
	return eachRow(s, m, w.Name, w.Table, w.Table.SetRow)
}

// eachRow calls set with the saved values of every row of a table, which are zeros where the row is fresh.
func eachRow[T offheap.Number](s *start, m *checkpoint.Mapped, name string, t *graph.Table, set func(row int, values []T)) error {
	saved, err := checkpoint.View[T](m, name)
	if err != nil {
		return err
	}
	dim := t.Dim()
	if len(saved) != s.rows*dim {
		return m.Damaged("%q has %d values for %d rows of %d", name, len(saved), s.rows, dim)
	}
	zeros := make([]T, dim)
	for row, from := range checkpoint.OwnRows(t, s.origin) {
		if from == solvers.Fresh {
			set(row, zeros)
			continue
		}
		set(row, saved[int(from)*dim:][:dim])
	}
	return nil
}
