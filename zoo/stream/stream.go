package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Options describe a stream. Zero fields mean their defaults.
type Options struct {
	Schema *schema.Schema // of every day, required; its split is not used
	// Run is how each day is trained: model, batch size, metrics, seed, start of embeddings; Epochs 0 means 1. What belongs to
	// a day (data, solver, directories, encoding) is set by the stream. With Run.Parallel the stream is one rank of a job: all are
	// given the same options and days, and see the folder at the same path.
	Run train.Run
	// NewSolver makes the solver of a day, required. steps is how many steps the first day has, over all epochs, from which
	// options in days can be computed: it is the same for every day.
	NewSolver func(steps int) (solvers.Solver, error)
	Models    []zoo.Model // types of one's own
	Read      encode.Options
	Keep      int // days whose models are kept; 0 means 2
	// EveryValueStays turns off the eviction that changes no prediction. Default: rows leave that nothing is left of, if the
	// solver lets rows vanish.
	EveryValueStays bool
	// EvictIdle lets values leave whose rows had no gradient for more than so many steps, under any solver. Predictions change;
	// see Rule.Idle. Default 0: none leaves so.
	EvictIdle int
	Settings  map[string]string // what the folder keeps; a stream goes on with the same only
}

// Stream trains days one after another, in a folder that the latest model can be read from at any time, as from the
// directory of a run. It can be stopped or killed at any instant: opened again it goes on, and ends with the same bytes.
type Stream struct {
	Options
	group  *ranks.Group
	folder *folder
	tail   int    // of solvers.Vanishing
	stays  string // why no row vanishes; "" if rows do
}

// Open opens the folder of a stream, which is made if it is not there. Settings that differ from those that it was started
// with are an error that wraps ErrSettings. What the ranks of a job cannot do is one that wraps ErrRanks.
func Open(path string, o Options) (*Stream, error) {
	s := &Stream{Options: o, group: ranks.NewGroup(cmp.Or(o.Run.Parallel.Comm, ranks.Alone()))}
	if err := s.group.Agree(s.prepare()); err != nil {
		return nil, err
	}
	return s, s.open(path)
}

// prepare checks the options and fills in their defaults.
func (s *Stream) prepare() error {
	switch {
	case s.Schema == nil || s.NewSolver == nil || s.Run.Model == nil:
		return errors.New("zoo: a stream needs a schema, a model and a solver")
	case s.Run.Schedule != nil:
		return errors.New("zoo: a stream has no end, and so no schedule of the learning rate")
	case s.EvictIdle < 0:
		return fmt.Errorf("zoo: a stream cannot evict rows that are idle for %d steps", s.EvictIdle)
	}
	s.Keep, s.Run.Epochs, s.Run.BatchSize = cmp.Or(s.Keep, 2), cmp.Or(s.Run.Epochs, 1), cmp.Or(s.Run.BatchSize, 512)
	s.Schema = s.Schema.Undivided()
	solver, err := s.NewSolver(1000 * s.Run.Epochs) // how many steps does not matter here
	if err != nil {
		return err
	}
	defer solver.Free()
	if _, s.tail, err = solvers.Vanishing(solver); err != nil {
		s.stays = err.Error()
	}
	return s.checkRanks(solver)
}

// Close lets other processes have the folder.
func (s *Stream) Close() error { return s.folder.Close() }

// Incoming returns a folder in that of the stream, for what the source of the days needs while a day is not done.
func (s *Stream) Incoming() string { return filepath.Join(s.folder.Path(), incomingFolder) }

// Records returns what is known of the days that are done.
func (s *Stream) Records() []Record { return s.folder.records }

// Stays returns why no row leaves that nothing is left of; "" if they do. Options.EvictIdle is another matter.
func (s *Stream) Stays() string {
	if s.EveryValueStays {
		return "eviction is off"
	}
	return s.stays
}

// DaysToLeave returns for about how many days a value must not be seen until it leaves, because its row is zero or by
// Options.EvictIdle. It is 0 if no value leaves, and before the first day is done, whose number of steps counts.
func (s *Stream) DaysToLeave() (float64, error) {
	if len(s.folder.records) == 0 {
		return 0, nil
	}
	steps := s.stepsOfFirstDay(0)
	idle := float64(s.EvictIdle) / float64(steps)
	if s.Stays() != "" {
		return idle, nil
	}
	solver, err := s.NewSolver(steps)
	if err != nil {
		return 0, err
	}
	defer solver.Free()
	horizon, tail, err := solvers.Vanishing(solver)
	if err != nil {
		return 0, err
	}
	vanished := float64(max(horizon, tail)) / float64(steps)
	if s.EvictIdle > 0 {
		return min(idle, vanished), nil
	}
	return vanished, nil
}

// Train evaluates yesterday's model on a day, trains the day, and publishes its model. It returns nil if the day is done
// already. A day that has changed since it was done, or changes while it is read, is an error that wraps ErrChanged, one that does
// not come after the latest one an error that wraps ErrOrder. A stream that is closed, or whose folder another process took, is a
// checkpoint.ErrClosed or ErrInUse. After an error the model of the day before is still published.
func (s *Stream) Train(ctx context.Context, d Day) (*Record, error) {
	if done := slices.IndexFunc(s.folder.records, func(r Record) bool { return r.Day == d.Name }); done >= 0 {
		if err := s.folder.records[done].check(&d); err != nil {
			return nil, fmt.Errorf("zoo: day %s: %w", d.Name, err)
		}
		return nil, nil
	}
	if err := s.checkOrder(d.Name); err != nil {
		return nil, err
	}
	var r *Record
	err := s.group.Agree(s.folder.check())
	if err == nil {
		r, err = s.train(ctx, d)
	}
	if err == nil {
		err = s.finish(r)
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: day %s: %w", d.Name, err)
	}
	return r, nil
}

// finish publishes a day that is trained. All ranks then have the record of rank 0.
func (s *Stream) finish(r *Record) error {
	var err error
	if s.leads() {
		err = s.folder.finish(*r, s.Keep)
	}
	if err := s.group.Agree(err); err != nil {
		return err
	}
	if err := shared(s.group, r); err != nil || s.leads() {
		return err
	}
	s.folder.records = append(s.folder.records, *r)
	return nil
}

// checkOrder refuses a day that cannot be the next one.
func (s *Stream) checkOrder(name string) error {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return fmt.Errorf("zoo: day %q: the name must be that of a file", name)
	}
	if latest := s.folder.latest(); name < latest {
		return fmt.Errorf("zoo: day %s: %w: the latest is %s", name, ErrOrder, latest)
	}
	return nil
}
