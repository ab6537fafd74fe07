package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/drift"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

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
	before, err := s.begin(ctx, d, r)
	if err := s.group.Agree(err); err != nil {
		return nil, err
	}
	set, counts, err := s.read(ctx, d, before.knew, before.encoding)
	if err == nil {
		err = seal(r.Files, d.Files)
	}
	if err := s.group.Agree(err); err != nil {
		return nil, err
	}
	err = s.trainDay(ctx, d.Name, before, set, r)
	if s.beginsAgain(d.Name, err) {
		err = s.trainDay(ctx, d.Name, before, set, r)
	}
	if err != nil {
		return nil, err
	}
	if s.leads() {
		err = s.describe(r, before, set.Encoding, counts.Counts())
	}
	r.Seconds = time.Since(start).Seconds()
	return r, s.group.Agree(err)
}

// describe fills in what is known of a day once it is trained, and keeps what is to be known of it later.
func (s *Stream) describe(r *Record, before *yesterday, now *datasets.Encoding, counts *drift.Counts) error {
	var err error
	if r.RowsNew, r.RowsReturned, err = s.folder.countNew(before.left, before.encoding, now); err != nil {
		return err
	}
	for i, v := range now.Vocabularies {
		if v != nil && s.Schema.Fields[i].Shares == "" {
			r.RowsAlive += v.Alive()
		}
	}
	if r.MemoryBytes, err = sizeOf(s.folder.day(r.Day)); err != nil {
		return err
	}
	return s.remember(r, before, counts)
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
	if len(d.Files) == 0 && d.Log == nil {
		return nil, fmt.Errorf("%w: it has none", ErrNoFile)
	}
	var err error
	if r.Files, err = stat(d.Files); err != nil {
		return nil, err
	}
	latest := s.folder.latest()
	if latest == "" {
		return &yesterday{}, nil
	}
	y := &yesterday{path: s.folder.day(latest)}
	if y.knew, err = s.test(ctx, y.path, d, r); err != nil {
		return nil, err
	}
	y.encoding = y.knew
	rule := Rule{Vanished: s.Stays() == "", Tail: s.tail, Idle: s.EvictIdle}
	if !rule.Vanished && rule.Idle == 0 {
		return y, nil
	}
	e, err := Evict(y.path, rule)
	if err != nil {
		return nil, err
	}
	r.RowsEvicted, r.RowsEvictedIdle, y.encoding, y.left = e.Evicted, e.Idle, e.Encoding, left(y.knew, e.Encoding)
	return y, nil
}

// test evaluates the model of a run on a day, on rank 0, and returns its encoding.
func (s *Stream) test(ctx context.Context, path string, d Day, r *Record) (*datasets.Encoding, error) {
	if !s.leads() {
		dir, _, err := checkpoint.Find(path)
		if err != nil {
			return nil, err
		}
		return checkpoint.ReadEncoding(dir)
	}
	m, err := predict.Load(path, s.Models...)
	if err != nil {
		return nil, err
	}
	defer m.Free()
	return m.Encoding, s.evaluate(ctx, m, d, r)
}

// trainDay trains a day, anew or from where it was interrupted.
func (s *Stream) trainDay(ctx context.Context, name string, before *yesterday, set *datasets.Set, r *Record) error {
	run := s.Run
	run.Checkpoints = &train.Checkpoints{Keep: 1}
	if s.Run.Checkpoints != nil {
		run.Checkpoints.EverySteps, run.Checkpoints.Every = s.Run.Checkpoints.EverySteps, s.Run.Checkpoints.Every
	}
	var err error
	if s.leads() {
		run.Checkpoints.Directory, err = openOrCreate(s.folder.day(name), s.Settings, checkpoint.CreateInside)
	}
	if err := s.group.Agree(err); err != nil {
		return err
	}
	if s.leads() {
		defer run.Checkpoints.Directory.Close()
	}
	run.Train, run.Test, run.Valid, run.Encoding = set.Train, nil, nil, set.Encoding
	run.From, run.FromEncoding = before.path, before.encoding
	run.Seed = s.daySeed()
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
	return nil
}

// beginsAgain drops what was saved of a day if it failed since it has other rows now, and reports on every rank whether it did.
func (s *Stream) beginsAgain(name string, failure error) bool {
	if failure == nil {
		return false
	}
	again := s.leads() && errors.Is(failure, checkpoint.ErrMismatch) && s.drop(name)
	return shared(s.group, &again) == nil && again
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
