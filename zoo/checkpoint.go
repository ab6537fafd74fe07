package zoo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// Checkpoints say where and when a run is saved: after every epoch, when it is interrupted, and as
// often within an epoch as wanted. A run that goes on from a checkpoint ends with the same bytes as
// one that was never interrupted.
type Checkpoints struct {
	Directory  *Directory         // required; in a parallel job of rank 0 only
	Keep       int                // how many to keep, besides that of the best epoch; 0 means 2
	EverySteps int                // 0: not by steps
	Every      time.Duration      // 0: not by time
	Encoding   *datasets.Encoding // so that the model can read raw samples; nil: it cannot
}

// The files of a checkpoint, and of its directory.
const (
	manifestFile   = "manifest.json"
	weightsFile    = "weights.safetensors"
	solverFile     = "solver.safetensors"
	schemaFile     = "../schema.yaml"
	vocabularyFile = "../vocabulary.safetensors"
)

// saver saves a run and brings it back. A nil saver does nothing.
type saver struct {
	Checkpoints
	trainer  *Trainer
	solver   solvers.Solver
	name     string // of the solver with its options, at the start
	identity identity
	encoding map[string]Part // what the directory holds of it
	latest   string          // the name of the latest checkpoint
	at       time.Time       // when it was written
}

func newSaver(t *Trainer, c Checkpoints) (*saver, error) {
	s, ok := t.solver.(solvers.Solver)
	switch {
	case c.Directory == nil && t.leads():
		return nil, fmt.Errorf("%w: checkpoints need a directory", ErrRun)
	case !ok:
		return nil, fmt.Errorf("%w: checkpoints need a solver of package solvers, got %T", ErrRun, t.solver)
	case c.Keep < 0 || c.EverySteps < 0 || c.Every < 0:
		return nil, fmt.Errorf("%w: checkpoints: the numbers must be at least 0, got %d, %d and %v", ErrRun, c.Keep, c.EverySteps, c.Every)
	}
	c.Keep = orDefault(c.Keep, 2)
	return &saver{Checkpoints: c, trainer: t, solver: s, name: s.String()}, nil
}

// begin goes on from the latest checkpoint, if there is one. In a parallel job rank 0 says which that is,
// and every rank reads it.
func (s *saver) begin(ctx context.Context) error {
	if s == nil || !s.at.IsZero() {
		return nil
	}
	s.at = time.Now()
	ranks := s.trainer.ranks
	var path string
	var err error
	if s.trainer.leads() {
		path, err = s.start(ctx)
	}
	if err := ranks.Agree(err); err != nil {
		return err
	}
	paths, err := ranks.Gather([]byte(path))
	if err != nil {
		return err
	}
	if path = string(paths[0]); path == "" {
		return nil
	}
	s.latest = filepath.Base(path)
	if err := ranks.Agree(s.restore(path)); err != nil {
		return err
	}
	if s.trainer.leads() {
		err = s.Directory.keepSettings()
		if err == nil {
			err = s.prune() // a run that was killed may have left one too many
		}
	}
	return ranks.Agree(err)
}

// start finds the latest checkpoint; without one it prepares the directory, and the path is "".
func (s *saver) start(ctx context.Context) (path string, err error) {
	if s.identity, err = s.trainer.run.identify(ctx, s.name); err != nil {
		return "", err
	}
	names, err := checkpoints(s.Directory.path)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		s.encoding, err = writeEncoding(s.Directory.path, s.Encoding)
		return "", err
	}
	path = s.Directory.file(names[len(names)-1])
	if s.trainer.parallel() { // other ranks may have been started in another directory
		path, err = filepath.Abs(path)
	}
	return path, err
}

// saveIfDue saves as often as was asked for; not at the end of an epoch, which is saved anyway.
func (s *saver) saveIfDue() error {
	if s == nil || s.trainer.at.Samples == s.trainer.run.Train.Len() {
		return nil
	}
	bySteps := s.EverySteps > 0 && s.trainer.at.Steps%s.EverySteps == 0
	byTime := s.trainer.tally.save
	if !s.trainer.parallel() {
		byTime = s.timeIsUp()
	}
	if !bySteps && !byTime {
		return nil
	}
	return s.save()
}

func (s *saver) timeIsUp() bool { return s != nil && s.Every > 0 && time.Since(s.at) >= s.Every }

// save writes a checkpoint, unless there is one of the same position, and removes old ones.
func (s *saver) save() error {
	if s == nil {
		return nil
	}
	name := checkpointOf(s.trainer.at)
	if name == s.latest {
		return nil
	}
	if err := s.trainer.ranks.Agree(s.add(name)); err != nil {
		return err
	}
	s.latest, s.at = name, time.Now()
	var err error
	if s.trainer.leads() {
		err = s.prune()
	}
	return s.trainer.ranks.Agree(err)
}

// add adds a checkpoint to the directory. Of tables that are spread over the ranks every rank sends its rows to
// rank 0, which writes them.
func (s *saver) add(name string) error {
	if !s.trainer.leads() && !s.trainer.spread() {
		return nil
	}
	weights, state, err := s.tensors()
	defer weights.free()
	if err != nil {
		return err
	}
	if s.trainer.leads() {
		err = s.Directory.add(name, func(dir string) error { return s.write(dir, weights, state) })
	}
	if s.trainer.spread() { // what could not be written must be received all the same
		err = errors.Join(err, weights.finish(), state.finish())
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", name, err)
	}
	return nil
}

func checkpointOf(at position) string {
	return fmt.Sprintf("epoch-%04d-batch-%08d", at.Epoch, at.Batches)
}

// prune removes all but the latest checkpoints and that of the best epoch.
func (s *saver) prune() error {
	names, err := checkpoints(s.Directory.path)
	if err != nil {
		return err
	}
	best := bestCheckpoint(s.trainer.run.Monitor, s.trainer.history)
	for _, name := range names[:max(0, len(names)-s.Keep)] {
		if name == best {
			continue
		}
		if err := s.Directory.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// bestCheckpoint is the name of the checkpoint after the best epoch, or "".
func bestCheckpoint(m Monitor, history []Epoch) string {
	best := m.Best(history)
	if best < 0 {
		return ""
	}
	return checkpointOf(position{Epoch: history[best].Epoch + 1})
}

// write writes the files of a checkpoint.
func (s *saver) write(dir string, weights, state *tensors) error {
	t := s.trainer
	at := t.at
	m := manifest{
		Format: format, Run: s.identity, Monitor: t.run.Monitor, Position: at, History: recordEpochs(t.history),
		Parts: map[string]Part{},
	}
	for name, part := range s.encoding {
		m.Parts[name] = part
	}
	var err error
	if m.Dropouts, err = t.dropouts.MarshalBinary(); err != nil {
		return err
	}
	m.LearnRate = s.solver.LearnRate()
	if t.parallel() {
		m.Ranks = t.ranks.Size()
	}
	for _, w := range t.network.Learnables() {
		if _, isTable := w.Value().(*graph.Table); isTable {
			m.Tables = append(m.Tables, w.Name())
		}
	}
	if m.Parts[weightsFile], err = writePart(filepath.Join(dir, weightsFile), weights.write); err != nil {
		return err
	}
	if m.Parts[solverFile], err = writePart(filepath.Join(dir, solverFile), state.write); err != nil {
		return err
	}
	return writeSealed(filepath.Join(dir, manifestFile), m)
}

// tensors are the weights, all rows settled, and the state of the solver. Where rows are not settled
// the state has them as they are, since settling them now would change their last bits later.
func (s *saver) tensors() (weights, state *tensors, err error) {
	weights, state = &tensors{}, &tensors{}
	settled, err := s.settled(weights)
	if err != nil {
		return weights, state, err
	}
	for _, n := range s.trainer.network.Learnables() {
		w := s.trainer.weights.Get(n.Name())
		values := w.Values()
		if copied, has := settled[w]; has {
			addOf(s.trainer, state, w, w.Name+"/unsettled", values, true)
			values = copied
		}
		addOf(s.trainer, weights, w, w.Name, values, true)
		parts, err := s.solver.State(n.Value())
		if err != nil {
			return weights, state, err
		}
		for _, p := range parts {
			addPart(s.trainer, state, w, p)
		}
	}
	return weights, state, nil
}

// settled are copies of the tables of which a row is not settled, on any rank, with all rows settled.
func (s *saver) settled(room *tensors) (map[*graph.Weight][]float32, error) {
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
		values, e := room.room(len(w.Values()))
		if e != nil {
			err = fmt.Errorf("room for a copy of table %q: %w", w.Name, e)
			break
		}
		s.solver.Settled(w.Table, values)
		copies[w] = values
		tables = append(tables, w)
		differ = append(differ, one(!bytes.Equal(offheap.Bytes(values), offheap.Bytes(w.Values()))))
	}
	if s.trainer.spread() {
		if err = s.trainer.ranks.Agree(err); err == nil {
			differ, err = s.trainer.ranks.GatherNumbers(differ)
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
func addPart(t *Trainer, to *tensors, w *graph.Weight, p solvers.Slice) {
	name := w.Name + "/" + p.Name
	switch {
	case p.Ints != nil:
		addOf(t, to, w, name, p.Ints, p.ByRow())
	case p.Floats != nil:
		addOf(t, to, w, name, p.Floats, p.ByRow())
	default:
		add(to, name, p.Doubles)
	}
}

// restore brings the run to where a checkpoint was written.
func (s *saver) restore(dir string) error {
	m, err := readManifest(filepath.Join(dir, manifestFile))
	if err != nil {
		return err
	}
	if s.trainer.leads() { // the others are known to be like it
		if err := m.Run.check(&s.identity); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	if s.encoding, err = measureEncoding(s.Encoding); err != nil {
		return err
	}
	for _, name := range []string{schemaFile, vocabularyFile} {
		if m.Parts[name] != s.encoding[name] {
			return fmt.Errorf("%s: %w: %s is another", dir, ErrMismatch, path.Base(name))
		}
	}
	if err := m.checkParts(dir); err != nil {
		return err
	}
	if err := s.restoreTensors(dir); err != nil {
		return err
	}
	if rate := s.solver.LearnRate(); rate != m.LearnRate {
		if err := s.solver.SetLearnRate(m.LearnRate); err != nil {
			return err
		}
	}
	s.trainer.at, s.trainer.history = m.Position, epochsOf(m.History)
	s.noteRanks(m)
	return s.trainer.dropouts.UnmarshalBinary(m.Dropouts)
}

func (s *saver) restoreTensors(dir string) error {
	weights, err := openTensors(filepath.Join(dir, weightsFile))
	if err != nil {
		return err
	}
	defer weights.Close()
	state, err := openTensors(filepath.Join(dir, solverFile))
	if err != nil {
		return err
	}
	defer state.Close()
	for _, n := range s.trainer.network.Learnables() {
		values := s.trainer.weights.Get(n.Name()).Values()
		from, name := weights, n.Name()
		if unsettled := n.Name() + "/unsettled"; state.find(unsettled) != nil {
			from, name = state, unsettled
		}
		if err := readOf(from, name, values, s.trainer.weights.Get(n.Name()).Table); err != nil {
			return err
		}
		if err := s.restoreState(state, n); err != nil {
			return err
		}
	}
	return nil
}

// restoreState gives the solver the state of one weight.
func (s *saver) restoreState(state *mapped, n *gorgonia.Node) error {
	var parts []solvers.Slice
	for _, t := range state.Tensors {
		part, found := strings.CutPrefix(t.Name, n.Name()+"/")
		if !found || strings.Contains(part, "/") || part == "unsettled" {
			continue
		}
		p := solvers.Slice{Name: part}
		table, _ := n.Value().(*graph.Table)
		if !p.ByRow() {
			table = nil
		}
		var err error
		switch t.DType {
		case dtype[float32]():
			p.Floats, err = viewOf[float32](state, t.Name, table)
		case dtype[uint32]():
			p.Ints, err = viewOf[uint32](state, t.Name, table)
		default:
			p.Doubles, err = view[float64](state, t.Name)
		}
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	return s.solver.Restore(n.Value(), parts)
}

// noteRanks tells of a run that goes on with another number of ranks.
func (s *saver) noteRanks(m *manifest) {
	before, now := max(1, m.Ranks), s.trainer.ranks.Size()
	if before == now {
		return
	}
	s.trainer.note("the checkpoint is of a run with %d ranks, which goes on with %d", before, now)
	if _, inMemory := s.trainer.run.Train.(*datasets.Memory); !inMemory && m.Position.Batches > 0 {
		s.trainer.note("the rest of epoch %d is read in another order: some of its samples come twice, others not", m.Position.Epoch)
	}
}
