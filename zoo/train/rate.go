package train

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// rate is the learning rate of a run with a schedule. The nil rate stays what it is.
type rate struct {
	schedule schedule.Schedule
	solver   solvers.RateScaler
	scores   []float64 // of the evaluations so far
}

// newRate returns the rate of a run, or the reason why its solver cannot follow the schedule.
func newRate(r *Run) (*rate, error) {
	if r.Schedule == nil {
		return nil, nil
	}
	scaler, is := solvers.As[solvers.RateScaler](r.Solver)
	if !is {
		return nil, fmt.Errorf("a schedule needs a solvers.RateScaler, %T is none", r.Solver)
	}
	if err := scaler.ScaleLearnRate(1); err != nil {
		return nil, fmt.Errorf("the solver cannot follow a schedule: %w", err)
	}
	return &rate{schedule: r.Schedule, solver: scaler}, nil
}

// watch reads the scores of a history.
func (r *rate) watch(history []metrics.Epoch, m metrics.Monitor, list []metrics.Metric) {
	if r == nil || !schedule.Watches(r.schedule) {
		return
	}
	r.scores = r.scores[:0]
	for i := range history {
		if !history[i].Partial {
			r.scores = append(r.scores, m.Score(history[i].Valid, list))
		}
	}
}

// begin sets the rate of a step of the run.
func (r *rate) begin(step int) error {
	if r == nil {
		return nil
	}
	return r.solver.ScaleLearnRate(r.share(step))
}

// share returns the share that a step takes, by the evaluations so far.
func (r *rate) share(step int) float64 {
	return r.schedule.Share(schedule.At{Step: step, Scores: r.scores})
}

// of returns the learning rate of a step; 0 without a schedule, or of a solver that does not say.
func (r *rate) of(step int) float64 {
	if r == nil {
		return 0
	}
	if l, is := r.solver.(solvers.LearnRater); is {
		return l.LearnRate() * r.share(step)
	}
	return 0
}

// checkSchedule returns an error if the schedule cannot be followed.
func (r *Run) checkSchedule() error {
	if r.Schedule == nil {
		return nil
	}
	if schedule.Watches(r.Schedule) && r.Monitor == metrics.NoMonitor {
		return fmt.Errorf("a rate that %s needs a monitor", r.Schedule)
	}
	return r.Schedule.Check()
}

// identifySchedule returns what of a run decides its learning rates; "" if they stay.
func (r *Run) identifySchedule() string {
	switch {
	case r.Schedule == nil:
		return ""
	case schedule.Watches(r.Schedule):
		return fmt.Sprintf("%s (%s)", r.Schedule, r.Monitor)
	}
	return r.Schedule.String()
}
