package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/drift"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Options describe a stream. Zero fields mean their defaults.
type Options struct {
	Schema *schema.Schema // of every day, required; its split is not used
	// Run is how each day is trained: model, batch size, metrics, seed, start of embeddings; Epochs 0 means 1. What belongs to
	// a day (data, solver, directories, encoding) is set by the stream.
	Run train.Run
	// NewSolver makes the solver of a day, required. steps is how many steps the first day has, over all epochs, from which
	// options in days can be computed: it is the same for every day.
	NewSolver func(steps int) (solvers.Solver, error)
	Models    []zoo.Model // types of one's own
	Read      encode.Options
	Keep      int // days whose models are kept; 0 means 2
	// EveryValueStays turns eviction off. Default: rows leave that nothing is left of, if the solver lets rows vanish.
	EveryValueStays bool
	Settings        map[string]string // what the folder keeps; a stream goes on with the same only
}

// Stream trains days one after another, in a folder that the latest model can be read from at any time, as from the
// directory of a run. It can be stopped or killed at any instant: opened again it goes on, and ends with the same bytes.
type Stream struct {
	Options
	folder *folder
	tail   int    // of solvers.Vanishing
	stays  string // why no row vanishes; "" if rows do
}

// Open opens the folder of a stream, which is made if it is not there. Settings that differ from those that it was started
// with are an error that wraps ErrSettings.
func Open(path string, o Options) (*Stream, error) {
	if o.Schema == nil || o.NewSolver == nil || o.Run.Model == nil {
		return nil, errors.New("zoo: a stream needs a schema, a model and a solver")
	}
	s := &Stream{Options: o}
	s.Keep, s.Run.Epochs, s.Run.BatchSize = cmp.Or(o.Keep, 2), cmp.Or(o.Run.Epochs, 1), cmp.Or(o.Run.BatchSize, 512)
	s.Schema = o.Schema.Undivided()
	solver, err := o.NewSolver(1000 * s.Run.Epochs) // how many steps does not matter here
	if err != nil {
		return nil, err
	}
	if _, s.tail, err = solvers.Vanishing(solver); err != nil {
		s.stays = err.Error()
	}
	solver.Free()
	s.folder, err = openFolder(path, o.Settings)
	return s, err
}

// Close lets other processes have the folder.
func (s *Stream) Close() error { return s.folder.Close() }

// Incoming returns a folder in that of the stream, for what the source of the days needs while a day is not done.
func (s *Stream) Incoming() string { return filepath.Join(s.folder.Path(), incomingFolder) }

// Records returns what is known of the days that are done.
func (s *Stream) Records() []Record { return s.folder.records }

// Stays returns why rows never leave; "" if they do.
func (s *Stream) Stays() string {
	if s.EveryValueStays {
		return "eviction is off"
	}
	return s.stays
}

// DaysToLeave returns for about how many days a value must not be seen until its row is zero and it can leave. It is 0 if no
// value leaves, and before the first day is done, whose number of steps counts.
func (s *Stream) DaysToLeave() (float64, error) {
	if s.Stays() != "" || len(s.folder.records) == 0 {
		return 0, nil
	}
	steps := s.stepsOfFirstDay(0)
	solver, err := s.NewSolver(steps)
	if err != nil {
		return 0, err
	}
	defer solver.Free()
	horizon, tail, err := solvers.Vanishing(solver)
	if err != nil {
		return 0, err
	}
	return float64(max(horizon, tail)) / float64(steps), nil
}

// Train evaluates yesterday's model on a day, trains the day, and publishes its model. It returns nil if the day is done
// already. A day that has changed since it was done, or changes while it is read, is an error that wraps ErrChanged, one that does
// not come after the latest one an error that wraps ErrOrder. After an error the model of the day before is still published.
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
	r, err := s.train(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("zoo: day %s: %w", d.Name, err)
	}
	if err := s.folder.finish(*r, s.Keep); err != nil {
		return nil, fmt.Errorf("zoo: day %s: %w", d.Name, err)
	}
	return r, nil
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

// yesterday is what a day goes on from.
type yesterday struct {
	path     string             // of its run; "" on the first day
	knew     *datasets.Encoding // in the evening
	encoding *datasets.Encoding // without the values that have left
	left     []uint64           // their hashes
}

func (s *Stream) train(ctx context.Context, d Day) (*Record, error) {
	start := time.Now()
	r := &Record{Day: d.Name, Origin: d.Origin}
	if len(d.Files) == 0 && d.Log == nil {
		return nil, fmt.Errorf("%w: it has none", ErrNoFile)
	}
	var err error
	if r.Files, err = stat(d.Files); err != nil {
		return nil, err
	}
	before, err := s.begin(ctx, d, r)
	if err != nil {
		return nil, err
	}
	set, counts, err := s.read(ctx, d, before.knew, before.encoding)
	if err == nil {
		err = seal(r.Files, d.Files)
	}
	if err != nil {
		return nil, err
	}
	err = s.trainDay(ctx, d.Name, before, set, r)
	if errors.Is(err, checkpoint.ErrMismatch) && s.drop(d.Name) {
		err = s.trainDay(ctx, d.Name, before, set, r)
	}
	if err != nil {
		return nil, err
	}
	if r.RowsNew, r.RowsReturned, err = s.folder.countNew(before.left, before.encoding, set.Encoding); err != nil {
		return nil, err
	}
	for i, v := range set.Encoding.Vocabularies {
		if v != nil && s.Schema.Fields[i].Shares == "" {
			r.RowsAlive += v.Alive()
		}
	}
	if err := s.remember(r, before, counts.Counts()); err != nil {
		return nil, err
	}
	r.Seconds = time.Since(start).Seconds()
	return r, nil
}

// remember compares a day with the days before, and keeps what is to be known of it later.
func (s *Stream) remember(r *Record, before *yesterday, counts *drift.Counts) error {
	window, err := s.folder.window()
	if err == nil {
		err = r.compare(window, counts)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	return errors.Join(s.folder.keep(countsFolder, r.Day, text), s.folder.keepLeft(r.Day, before.left))
}

// begin evaluates yesterday's model on a day, and finds the values that leave it.
func (s *Stream) begin(ctx context.Context, d Day, r *Record) (*yesterday, error) {
	latest := s.folder.latest()
	if latest == "" {
		return &yesterday{}, nil
	}
	y := &yesterday{path: s.folder.day(latest)}
	m, err := predict.Load(y.path, s.Models...)
	if err != nil {
		return nil, err
	}
	defer m.Free()
	if err := s.evaluate(ctx, m, d, r); err != nil {
		return nil, err
	}
	y.knew, y.encoding = m.Encoding, m.Encoding
	if s.Stays() != "" {
		return y, nil
	}
	e, err := Evict(y.path, s.tail)
	if err != nil {
		return nil, err
	}
	r.RowsEvicted, y.encoding, y.left = e.Evicted, e.Encoding, left(m.Encoding, e.Encoding)
	return y, nil
}

// trainDay trains a day, anew or from where it was interrupted.
func (s *Stream) trainDay(ctx context.Context, name string, before *yesterday, set *datasets.Set, r *Record) error {
	path := s.folder.day(name)
	directory, err := openOrCreate(path, s.Settings)
	if err != nil {
		return err
	}
	defer directory.Close()
	run := s.Run
	run.Train, run.Test, run.Valid, run.Encoding = set.Train, nil, nil, set.Encoding
	run.From, run.FromEncoding = before.path, before.encoding
	run.Seed = s.daySeed()
	run.Checkpoints = &train.Checkpoints{Directory: directory, Keep: 1}
	if s.Run.Checkpoints != nil {
		run.Checkpoints.EverySteps, run.Checkpoints.Every = s.Run.Checkpoints.EverySteps, s.Run.Checkpoints.Every
	}
	if run.Solver, err = s.NewSolver(s.stepsOfFirstDay(set.Train.Len())); err != nil {
		return err
	}
	result, err := train.Train(ctx, run)
	if result != nil {
		defer result.Free()
	}
	if err != nil {
		return err
	}
	last := result.History[len(result.History)-1]
	r.Samples, r.Steps, r.TrainLoss = set.Train.Len(), last.Steps, last.TrainLoss
	r.MemoryBytes, err = sizeOf(path)
	return err
}

// drop removes what was saved of a day that was interrupted, and has other rows now. It reports whether there was something.
func (s *Stream) drop(name string) bool {
	if dir, _, err := checkpoint.Find(s.folder.day(name)); err != nil || dir == "" {
		return false
	}
	if s.Run.OnNote != nil {
		s.Run.OnNote(fmt.Sprintf("day %s is not what it was when it was interrupted: it begins again", name))
	}
	return os.RemoveAll(s.folder.day(name)) == nil
}

// daySeed returns the seed of the next day: that of the stream, mixed with the day's number.
func (s *Stream) daySeed() uint64 {
	return rand.New(rand.NewPCG(s.Run.Seed, uint64(len(s.folder.records)))).Uint64()
}

// stepsOfFirstDay returns how many steps the first day had, or, before it is done, will have with so many samples.
func (s *Stream) stepsOfFirstDay(samples int) int {
	if len(s.folder.records) > 0 {
		return s.folder.records[0].Steps
	}
	return s.Run.Epochs * ((samples + s.Run.BatchSize - 1) / s.Run.BatchSize)
}

// sizeOf returns the bytes of weights, state and vocabulary of a run.
func sizeOf(path string) (int64, error) {
	_, m, err := checkpoint.Find(path)
	if err != nil {
		return 0, err
	}
	var size int64
	for _, p := range m.Parts {
		size += p.Bytes
	}
	return size, nil
}
