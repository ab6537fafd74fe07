package flags

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/spf13/pflag"
)

// Schedule holds the flags of the course of a run: the schedule of its learning rate, and evaluations within epochs.
type Schedule struct {
	Text, WarmUp  string
	evaluateEvery string
}

// AddSchedule adds the flags of the course of a run.
func AddSchedule(f *pflag.FlagSet) *Schedule {
	s := &Schedule{}
	ui.Group(f, ui.TrainingFlags, func() {
		f.StringVar(&s.Text, "schedule", schedule.Constant, "learning rate over the steps: "+strings.Join(schedule.Forms(), ", ")+"; spans in steps (500) or epochs (0.5epochs)")
		f.StringVar(&s.WarmUp, "warm-up", "", "steps (500) or epochs (0.1epochs) over which the learning rate rises to its full value, before the schedule")
		f.StringVar(&s.evaluateEvery, "evaluate-every", "", "also evaluate within epochs, every so many steps (500) or epochs (0.25epochs); early stop and the best checkpoint follow these evaluations")
	})
	return s
}

// Check returns what is wrong with the flags, as far as it can be known before the steps of an epoch are. A schedule that
// ends before it begins is found here unless it mixes steps and epochs.
func (s *Schedule) Check(solver solvers.Solver) error {
	if err := schedule.Check(s.Text, s.WarmUp); err != nil {
		return fmt.Errorf("--schedule: %w", err)
	}
	if _, err := s.interval(1); err != nil {
		return err
	}
	scaler, is := solvers.As[solvers.RateScaler](solver)
	switch {
	case s.IsConstant():
		return nil
	case !is:
		return fmt.Errorf("--schedule and --warm-up do not apply to %s", solver)
	}
	if err := scaler.ScaleLearnRate(1); err != nil {
		return fmt.Errorf("--schedule and --warm-up do not apply to %s: %w", solver, err)
	}
	return nil
}

// IsConstant reports whether the learning rate stays.
func (s *Schedule) IsConstant() bool { return s.Text == schedule.Constant && s.WarmUp == "" }

// Watches reports whether the schedule needs a validation part.
func (s *Schedule) Watches() bool {
	parsed, err := schedule.Parse(s.Text, "", schedule.Length{StepsPerEpoch: 1, Epochs: 1})
	return err == nil && schedule.Watches(parsed)
}

// interval reads --evaluate-every, in steps; 0: none.
func (s *Schedule) interval(stepsPerEpoch int) (int, error) {
	if s.evaluateEvery == "" {
		return 0, nil
	}
	steps, err := schedule.Span(s.evaluateEvery, schedule.Length{StepsPerEpoch: stepsPerEpoch})
	if err != nil {
		return 0, fmt.Errorf("--evaluate-every: %w", err)
	}
	return steps, nil
}

// Apply sets the course of a run whose data, batch size and epochs are set.
func (s *Schedule) Apply(run *train.Run) error {
	length := schedule.Length{StepsPerEpoch: run.StepsPerEpoch(), Epochs: run.Epochs}
	var err error
	if run.Schedule, err = schedule.Parse(s.Text, s.WarmUp, length); err != nil {
		return fmt.Errorf("--schedule: %w", err)
	}
	run.EvaluateEvery, err = s.interval(length.StepsPerEpoch)
	return err
}
