package quality

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Settings are those of a run by any program. All are required.
type Settings struct {
	Model     zoo.Model
	Set       *datasets.Set // with a validation part; every field has one value
	BatchSize int
	Epochs    int
	Every     int // steps of an epoch between evaluations; there is one after each epoch, too
	Seed      uint64
}

// ErrData is wrapped by the error of data with which programs cannot be compared.
var ErrData = errors.New("zoo: bench: a comparison needs a validation part, and fields that have one value each")

// check finds data that other programs cannot be given.
func (s *Settings) check() error {
	if s.Set.Valid == nil {
		return fmt.Errorf("%w: there is no validation part", ErrData)
	}
	for _, f := range s.Set.Train.Fields() {
		if f.Kind != datasets.Categorical {
			return fmt.Errorf("%w: field %q is of another kind", ErrData, f.Name)
		}
	}
	return nil
}

// run returns what train makes of the settings, and calls onPoint after every evaluation.
func (s *Settings) run(solver solvers.Solver, source datasets.Source, onPoint func(Point)) train.Run {
	clock := stopwatch{}
	step := 0
	return train.Run{
		Model: s.Model, Solver: solver, Train: source, Valid: s.Set.Valid,
		BatchSize: s.BatchSize, Epochs: s.Epochs, EvaluateEvery: s.Every, Seed: s.Seed,
		OnStep: func(train.Step) { clock.lap() },
		OnEpoch: func(e metrics.Epoch) error {
			if e.Steps > step { // the end of an epoch may be an evaluation within it as well
				onPoint(Point{Step: e.Steps, Seconds: clock.wall.Seconds(), CPUSeconds: clock.cpu.Seconds(), AUC: e.Valid.AUC()})
			}
			step = e.Steps
			clock.start()
			return nil
		},
	}
}

// Run trains with a solver, and returns the curve. Ours are the seconds from one step to the next, in which rows are settled,
// without those of evaluations.
func (s *Settings) Run(ctx context.Context, program string, solver solvers.Solver) (Curve, error) {
	c := Curve{Program: program, Seed: s.Seed}
	if err := s.check(); err != nil {
		return c, err
	}
	trainer, err := train.NewTrainer(s.run(solver, s.Set.Train, func(p Point) { c.Points = append(c.Points, p) }))
	if err != nil {
		return c, err
	}
	defer trainer.Free()
	_, err = trainer.Train(ctx)
	return c, err
}

// stopwatch sums the time from step to step. The first step after a start is from there on, but for the first of all, before
// which a run is prepared.
type stopwatch struct {
	wall, cpu time.Duration
	began     time.Time // zero: not started
	used      time.Duration
}

func (w *stopwatch) start() { w.began, w.used = time.Now(), bench.CPUTime() }

func (w *stopwatch) lap() {
	wall, cpu := w.began, w.used
	w.start()
	if !wall.IsZero() {
		w.wall += w.began.Sub(wall)
		w.cpu += w.used - cpu
	}
}
