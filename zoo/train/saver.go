package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Checkpoints say where and when a run is saved: after every epoch, when it is interrupted, and as often within an epoch
// as wanted. A run that goes on from a checkpoint ends with the same bytes as one that was never interrupted.
type Checkpoints struct {
	Directory  *checkpoint.Directory // required; in a parallel job of rank 0 only
	Keep       int                   // how many to keep, besides that of the best epoch; 0 means 2
	EverySteps int                   // 0: not by steps
	Every      time.Duration         // 0: not by time
}

// saver saves a run and brings it back. A nil saver does nothing.
type saver struct {
	Checkpoints
	trainer  *Trainer
	solver   solvers.Solver
	state    solvers.Stateful // that the solver is, or wraps
	name     string           // of the solver with its options, at the start
	identity checkpoint.Identity
	encoding map[string]checkpoint.Part // what the directory holds of it
	path     string                     // of the directory; on other ranks than 0 it is known of a resumed run only
	latest   string                     // the name of the latest checkpoint
	at       time.Time                  // when it was written
}

func newSaver(t *Trainer, c Checkpoints) (*saver, error) {
	state, ok := solvers.As[solvers.Stateful](t.solver)
	switch {
	case c.Directory == nil && t.team.leads():
		return nil, fmt.Errorf("%w: checkpoints need a directory", ErrRun)
	case !ok:
		return nil, fmt.Errorf("%w: checkpoints need a solvers.Stateful, %T is none", ErrRun, t.run.Solver)
	case c.Keep < 0 || c.EverySteps < 0 || c.Every < 0:
		return nil, fmt.Errorf("%w: checkpoints: the numbers must be at least 0, got %d, %d and %v", ErrRun, c.Keep, c.EverySteps, c.Every)
	}
	if c.Keep == 0 {
		c.Keep = 2
	}
	return &saver{Checkpoints: c, trainer: t, solver: t.solver, state: state, name: t.solver.String()}, nil
}

// keepBest keeps the best evaluation beside the checkpoints, whose history has not its test part.
func (s *saver) keepBest(e *metrics.Epoch) error {
	if s == nil || s.Directory == nil {
		return nil
	}
	return s.Directory.KeepBest(e)
}

// begin goes on from the latest checkpoint, if there is one. In a parallel job rank 0 finds it, and every rank reads it.
func (s *saver) begin(ctx context.Context) error {
	if s == nil || !s.at.IsZero() {
		return nil
	}
	s.at = time.Now()
	team := s.trainer.team
	var path string
	var err error
	if team.leads() {
		path, err = s.start(ctx)
	}
	if err := team.Agree(err); err != nil {
		return err
	}
	paths, err := team.Gather([]byte(path))
	if err != nil {
		return err
	}
	if path = string(paths[0]); path == "" {
		return nil
	}
	s.path, s.latest = filepath.Split(path)
	if err := team.Agree(s.restore(path)); err != nil {
		return err
	}
	if team.leads() {
		err = s.Directory.KeepSettings()
		if err == nil {
			err = s.prune() // a run that was killed may have left one too many
		}
	}
	return team.Agree(err)
}

// start finds the latest checkpoint; without one it prepares the directory, and the path is "".
func (s *saver) start(ctx context.Context) (path string, err error) {
	if s.identity, err = s.trainer.run.identify(ctx, s.name); err != nil {
		return "", err
	}
	s.path = s.Directory.Path()
	latest, err := s.Directory.Latest()
	if err != nil {
		return "", err
	}
	if latest == "" {
		s.encoding, err = s.Directory.WriteEncoding(s.trainer.run.Encoding)
		return "", err
	}
	path = filepath.Join(s.Directory.Path(), latest)
	if s.trainer.team.parallel() { // other ranks may have been started in another directory
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
	byTime := s.trainer.team.batch.saves
	if !s.trainer.team.parallel() {
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
	name := s.trainer.at.Name()
	if name == s.latest {
		return nil
	}
	if err := s.trainer.team.Agree(s.add(name)); err != nil {
		return err
	}
	s.latest, s.at = name, time.Now()
	var err error
	if s.trainer.team.leads() {
		err = s.prune()
	}
	return s.trainer.team.Agree(err)
}

// add adds a checkpoint to the directory. If tables are spread over the ranks, every rank sends its rows to rank 0, which
// writes them.
func (s *saver) add(name string) error {
	leads, spread := s.trainer.team.leads(), s.trainer.spread()
	if !leads && !spread {
		return nil
	}
	weights, state, err := s.tensors()
	defer weights.Free()
	if err != nil {
		return err
	}
	if leads {
		err = s.Directory.Add(name, func(dir string) error { return s.write(dir, weights, state) })
	}
	if spread { // what could not be written must be received all the same
		err = errors.Join(err, weights.Finish(), state.Finish())
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", name, err)
	}
	return nil
}

// write writes the files of a checkpoint.
func (s *saver) write(dir string, weights, state *checkpoint.Tensors) error {
	t := s.trainer
	snapshot := checkpoint.Snapshot{Weights: weights, State: state, Manifest: checkpoint.Manifest{
		Run: s.identity, Monitor: t.run.Monitor, Position: t.at, History: append([]metrics.Epoch{}, t.history...),
		LearnRate: s.learnRate(), Parts: map[string]checkpoint.Part{}, Best: s.best(),
	}}
	for name, part := range s.encoding {
		snapshot.Parts[name] = part
	}
	var err error
	if snapshot.Dropouts, err = t.dropouts.MarshalBinary(); err != nil {
		return err
	}
	if t.team.parallel() {
		snapshot.Ranks = t.team.Size()
	}
	for _, n := range t.network.Learnables() {
		if t.weights.Get(n.Name()).Table != nil {
			snapshot.Tables = append(snapshot.Tables, n.Name())
		}
	}
	return snapshot.Write(dir)
}

// learnRate returns the learning rate of the solver; 0 if it has none that can change.
func (s *saver) learnRate() float64 {
	if l, ok := solvers.As[solvers.LearnRater](s.solver); ok {
		return l.LearnRate()
	}
	return 0
}

// best returns the name of the checkpoint after the best epoch, or "" if there is none: a run that was begun without a
// monitor may not have kept it.
func (s *saver) best() string {
	name := checkpoint.Best(s.trainer.run.Monitor, s.trainer.history, s.trainer.run.Metrics)
	if name == "" || name == s.trainer.at.Name() {
		return name
	}
	if _, err := os.Stat(filepath.Join(s.path, name)); err != nil {
		return ""
	}
	return name
}

// prune removes all but the latest checkpoints and that of the best epoch.
func (s *saver) prune() error {
	names, err := s.Directory.Checkpoints()
	if err != nil {
		return err
	}
	best := s.best()
	for _, name := range names[:max(0, len(names)-s.Keep)] {
		if name == best {
			continue
		}
		if err := s.Directory.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// noteRanks reports that a run goes on with another number of ranks.
func (s *saver) noteRanks(m *checkpoint.Manifest) {
	before, now := max(1, m.Ranks), s.trainer.team.Size()
	if before == now {
		return
	}
	s.trainer.note("the checkpoint is of a run with %d ranks, which goes on with %d", before, now)
	if _, inMemory := s.trainer.run.Train.(*datasets.Memory); !inMemory && m.Position.Batches > 0 {
		s.trainer.note("the rest of epoch %d is read in another order: some of its samples come twice, others not", m.Position.Epoch)
	}
}
