package schedule

import (
	"errors"
	"fmt"
)

// ErrSchedule is wrapped by the error of a schedule that cannot be followed.
var ErrSchedule = errors.New("unsuitable schedule")

// Schedule is the course of a learning rate. One of one's own may be any function of At, in [0, 1].
type Schedule interface {
	// Share returns the share of the solver's learning rate that a step takes.
	Share(at At) float64
	// Check returns an error that wraps ErrSchedule if a number is out of range.
	Check() error
	// String describes the schedule with all its numbers: schedules with equal strings give equal shares.
	String() string
}

// At is where a run is.
type At struct {
	Step int // the step to be taken, from 1
	// Scores are the monitored figures of the evaluations so far, of which higher ones are better; NaN where there is none.
	Scores []float64
}

// Watcher is a Schedule that reads scores.
type Watcher interface {
	// Watches reports whether Share reads At.Scores, so that the run needs a monitor.
	Watches() bool
}

// Watches reports whether a schedule, which may be nil, reads scores.
func Watches(s Schedule) bool {
	w, is := s.(Watcher)
	return is && w.Watches()
}

// WarmUp lets the rate rise linearly over the first steps, from 1/Steps of it to all. The schedule Then, for which the step
// after them is the first, follows; nil: the rate stays.
//
// Reference: Goyal and others, Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, 2017.
type WarmUp struct {
	Steps int // at least 1
	Then  Schedule
}

// Share implements Schedule.
func (w WarmUp) Share(at At) float64 {
	if at.Step <= w.Steps {
		return float64(at.Step) / float64(w.Steps)
	}
	if w.Then == nil {
		return 1
	}
	at.Step -= w.Steps
	return w.Then.Share(at)
}

// Check implements Schedule.
func (w WarmUp) Check() error {
	if w.Steps < 1 {
		return fmt.Errorf("%w: the steps of the warm-up must be at least 1, got %d", ErrSchedule, w.Steps)
	}
	if w.Then == nil {
		return nil
	}
	return w.Then.Check()
}

// Watches implements Watcher.
func (w WarmUp) Watches() bool { return Watches(w.Then) }

func (w WarmUp) String() string {
	text := fmt.Sprintf("rises over %d steps", w.Steps)
	if w.Then != nil {
		text += ", then " + w.Then.String()
	}
	return text
}
