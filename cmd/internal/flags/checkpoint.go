package flags

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/spf13/pflag"
)

// Checkpoints holds the flags of saving, resuming and early stopping.
type Checkpoints struct {
	flags       *pflag.FlagSet
	metrics     *Metrics
	out, resume string
	from        string
	every       string
	keep        int
	monitor     string
	patience    int

	rank      int                   // of this process
	directory *checkpoint.Directory // nil without --out and --resume, and on other ranks than 0
}

// AddCheckpoints adds the flags of saving, resuming and early stopping.
func AddCheckpoints(flags *pflag.FlagSet, m *Metrics) *Checkpoints {
	c := &Checkpoints{flags: flags, metrics: m}
	ui.Group(flags, ui.SavingFlags, func() {
		flags.StringVar(&c.out, "out", "", "directory for checkpoints and the trained model; it must not hold a run yet")
		flags.StringVar(&c.resume, "resume", "", "directory of a run to go on with; its flags are those it was started with, and --epochs may be raised")
		flags.StringVar(&c.from, "from", "", "directory of a run that this one goes on from with another log: its model, solver, weights and vocabulary")
		flags.StringVar(&c.every, "checkpoint-every", "", "also save within epochs: every so many steps (500) or after so much time (10m)")
		flags.IntVar(&c.keep, "keep", 2, "number of latest checkpoints to keep, besides that of the best epoch")
	})
	ui.Group(flags, ui.TrainingFlags, func() {
		flags.StringVar(&c.monitor, "monitor", "", "stop early and find the best epoch by valid_ and the name of one of --metrics: "+strings.Join(metrics.Monitors(m.catalogs.Metrics), ", ")+"; without it a run with a validation part finds it by the first of them")
		flags.IntVar(&c.patience, "patience", 2, "with --monitor: stop when so many evaluations in a row, of epochs or with --evaluate-every within them, were not better; 0: never")
	})
	return c
}

// Check returns what is wrong with the flags.
func (c *Checkpoints) Check(solvers []string) error {
	saves := c.out != "" || c.resume != ""
	switch {
	case saves && len(solvers) != 1:
		return fmt.Errorf("a directory holds the run of one solver, got --solver %s", strings.Join(solvers, ","))
	case c.flags.Changed("checkpoint-every") && !saves:
		return errors.New("--checkpoint-every needs --out, where to save")
	case c.keep < 1:
		return fmt.Errorf("--keep must be at least 1, got %d", c.keep)
	case c.patience < 0:
		return fmt.Errorf("--patience must be at least 0, got %d", c.patience)
	case c.monitor == "" && c.flags.Changed("patience"):
		return errors.New("--patience needs --monitor")
	}
	if err := c.checkMonitor(); err != nil {
		return err
	}
	_, _, err := c.interval()
	return err
}

// checkMonitor finds a monitor that the metrics do not offer.
func (c *Checkpoints) checkMonitor() error {
	list, err := c.metrics.List()
	if err != nil || c.monitor == "" {
		return err
	}
	if known := metrics.Monitors(list); !slices.Contains(known, c.monitor) {
		return fmt.Errorf("--monitor: want %s, got %q", strings.Join(known, " or "), c.monitor)
	}
	return nil
}

// interval reads --checkpoint-every.
func (c *Checkpoints) interval() (steps int, every time.Duration, err error) {
	if c.every == "" {
		return 0, 0, nil
	}
	if steps, err = strconv.Atoi(c.every); err == nil && steps > 0 {
		return steps, 0, nil
	}
	if every, err = time.ParseDuration(c.every); err == nil && every > 0 {
		return 0, every, nil
	}
	return 0, 0, fmt.Errorf("--checkpoint-every: want a number of steps or a time such as 10m, got %q", c.every)
}

// Close closes the directory.
func (c *Checkpoints) Close() {
	if c.directory != nil {
		c.directory.Close()
	}
}

// Monitored reports whether a monitor finds the best epoch.
func (c *Checkpoints) Monitored() bool { return c.monitor != "" }

// Patience returns after how many epochs that were not better a monitored run stops.
func (c *Checkpoints) Patience() int { return c.patience }

// Apply sets how a run is monitored, stopped and saved. A run with a validation part has a monitor in any case: the first
// of its metrics that has a goal.
func (c *Checkpoints) Apply(run *train.Run) error {
	switch offered := metrics.Monitors(run.Metrics); {
	case c.Monitored():
		run.Monitor, run.Patience = metrics.Monitor(c.monitor), c.patience
	case run.Valid != nil && len(offered) > 0: // finds the best epoch, and never stops
		run.Monitor = metrics.Monitor(offered[0])
	}
	run.From = c.from
	steps, every, err := c.interval()
	if c.out == "" && c.resume == "" || err != nil {
		return err
	}
	directory := c.directory
	if of := run.Parallel.Comm; of != nil && of.Rank() > 0 { // a rank within this process
		directory = nil
	}
	run.Checkpoints = &train.Checkpoints{Directory: directory, Keep: c.keep, EverySteps: steps, Every: every}
	return nil
}
