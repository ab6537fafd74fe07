package experiment

import (
	"cmp"

	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// The names of the course of the learning rate among those of parameters.
const (
	scheduleName = "schedule"
	warmUpName   = "warm_up"
)

// course is the schedule of a learning rate, as schedule.Parse reads it.
type course struct {
	Schedule string `json:"schedule,omitempty" yaml:"schedule"` // "" is constant
	WarmUp   string `json:"warm_up,omitempty" yaml:"warm_up"`
}

func (c *course) check() error { return schedule.Check(c.text(), c.WarmUp) }

// apply sets the schedule of a run whose other settings are set. A schedule that watches has a monitor.
func (c *course) apply(run *train.Run) error {
	var err error
	run.Schedule, err = schedule.Parse(c.text(), c.WarmUp, schedule.Length{StepsPerEpoch: run.StepsPerEpoch(), Epochs: run.Epochs})
	if schedule.Watches(run.Schedule) {
		run.Monitor = metrics.ValidAUC
	}
	return err
}

func (c *course) text() string { return cmp.Or(c.Schedule, schedule.Constant) }
