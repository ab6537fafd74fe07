package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/pflag"
)

// checkpointFlags are the flags of saving, resuming and early stopping.
type checkpointFlags struct {
	flags       *pflag.FlagSet
	out, resume string
	every       string
	keep        int
	monitor     string
	patience    int

	rank      int            // of this process
	directory *zoo.Directory // nil without --out and --resume, and on other ranks than 0
}

func newCheckpointFlags(flags *pflag.FlagSet) *checkpointFlags {
	c := &checkpointFlags{flags: flags}
	flags.StringVar(&c.out, "out", "", "directory for checkpoints and the trained model; it must not hold a run yet")
	flags.StringVar(&c.resume, "resume", "", "directory of a run to go on with, as it was started; --epochs may be raised")
	flags.StringVar(&c.every, "checkpoint-every", "", "save within epochs, too: every so many steps (500) or so often (10m)")
	flags.IntVar(&c.keep, "keep", 2, "checkpoints to keep, besides that of the best epoch")
	flags.StringVar(&c.monitor, "monitor", "", "find the best epoch by valid_auc or valid_logloss of --valid")
	flags.IntVar(&c.patience, "patience", 2, "with --monitor: stop when so many epochs in a row were not better; 0: never")
	return c
}

// check finds what is wrong with the flags.
func (c *checkpointFlags) check(solvers []string) error {
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
	case c.monitor != "" && c.monitor != string(zoo.ValidAUC) && c.monitor != string(zoo.ValidLogLoss):
		return fmt.Errorf("--monitor: want %s or %s, got %q", zoo.ValidAUC, zoo.ValidLogLoss, c.monitor)
	}
	_, _, err := c.interval()
	return err
}

// interval reads --checkpoint-every.
func (c *checkpointFlags) interval() (steps int, every time.Duration, err error) {
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

// open opens the directory, if one is wanted, before anything long begins. In case of --resume it
// sets the flags as they were when the run was started. Rank 0 has the directory, the others read the
// flags only.
func (c *checkpointFlags) open(rank int) (err error) {
	c.rank = rank
	switch {
	case c.out != "" && c.resume != "":
		return usageError{errors.New("--out starts a run, --resume goes on with one: give one of them")}
	case c.resume == "":
		return nil
	}
	saved, err := c.openResumed()
	if err != nil {
		return err
	}
	c.flags.Visit(func(f *pflag.Flag) {
		_, known := saved[f.Name]
		if err == nil && !known && !slices.Contains(mayChange, f.Name) && !slices.Contains(notKept, f.Name) && textOf(f) != f.DefValue {
			err = usageError{fmt.Errorf("--%s was not given when the run in %s was started", f.Name, c.resume)}
		}
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(saved)) {
		if err := c.take(name, saved[name]); err != nil {
			return err
		}
	}
	return nil
}

// openResumed opens the directory of --resume and returns the flags of its run.
func (c *checkpointFlags) openResumed() (saved map[string]string, err error) {
	if c.rank > 0 {
		return zoo.ReadSettings(c.resume)
	}
	if c.directory, err = zoo.OpenDirectory(c.resume); err != nil {
		return nil, err
	}
	return c.directory.Settings(), nil
}

// mayChange are the flags that need not be as they were: they change nothing of the steps that are
// left, or, as the files, are checked by what is in them.
var mayChange = []string{"epochs", "checkpoint-every", "keep", "monitor", "patience", "train", "test", "valid", "schema", "check-ranks", "shard-tables"}

// notKept are the flags that are no part of a run.
var notKept = []string{"out", "resume", "config", "json"}

// take sets a flag as it was.
func (c *checkpointFlags) take(name, value string) error {
	flag := c.flags.Lookup(name)
	switch {
	case flag == nil:
		return fmt.Errorf("--resume %s: the run was started with --%s, which this version does not know", c.resume, name)
	case !flag.Changed:
		return c.flags.Set(name, value)
	case textOf(flag) != value && !slices.Contains(mayChange, name):
		return usageError{fmt.Errorf("--%s is %s, but the run in %s was started with %s", name, textOf(flag), c.resume, value)}
	}
	return nil
}

// create makes the directory of a new run, or keeps the settings of a resumed one.
func (c *checkpointFlags) create() (err error) {
	settings := map[string]string{}
	c.flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(notKept, f.Name) {
			settings[f.Name] = textOf(f)
		}
	})
	switch {
	case c.rank > 0: // rank 0 does
	case c.out != "":
		c.directory, err = zoo.CreateDirectory(c.out, settings)
	case c.directory != nil:
		c.directory.SetSettings(settings)
	}
	return err
}

// textOf is the value of a flag as Set takes it.
func textOf(f *pflag.Flag) string {
	list, isList := f.Value.(pflag.SliceValue)
	if !isList {
		return f.Value.String()
	}
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	if err := w.Write(list.GetSlice()); err != nil {
		return f.Value.String()
	}
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}

func (c *checkpointFlags) close() {
	if c.directory != nil {
		c.directory.Close()
	}
}

// checkpoints are nil if nothing is to be saved.
func (c *checkpointFlags) checkpoints(e *datasets.Encoding) (*zoo.Checkpoints, error) {
	steps, every, err := c.interval()
	if c.out == "" && c.resume == "" || err != nil {
		return nil, err
	}
	return &zoo.Checkpoints{Directory: c.directory, Keep: c.keep, EverySteps: steps, Every: every, Encoding: e}, nil
}

// stop are the monitor and the patience of a run.
func (c *checkpointFlags) stop() (zoo.Monitor, int) {
	if c.monitor == "" {
		return zoo.NoMonitor, 0
	}
	return zoo.Monitor(c.monitor), c.patience
}

// announce tells where a resumed run goes on.
func (c *checkpointFlags) announce(ui *reporter) error {
	if c.resume == "" || c.directory == nil {
		return nil
	}
	latest, err := c.directory.Latest()
	if err != nil {
		return err
	}
	if latest == "" {
		latest = "the start: there is no checkpoint yet"
	}
	ui.note("going on from " + latest)
	return nil
}

// conclude tells why the run ended and what can be done now.
func (c *checkpointFlags) conclude(ui *reporter, t *zoo.Trainer, history []zoo.Epoch, err error) {
	if err == nil && t.StoppedEarly() {
		best := history[zoo.Monitor(c.monitor).Best(history)]
		ui.note(fmt.Sprintf("stopped early: %s was best in epoch %d", c.monitor, best.Epoch))
	}
	if c.directory == nil {
		return
	}
	path := c.directory.Path()
	switch {
	case err == nil && len(ui.records) == 0:
		ui.note(fmt.Sprintf("the run has ended after %d epochs; to go on, raise --epochs", len(history)))
	case err == nil:
		ui.note(fmt.Sprintf("saved; use it with: zoo evaluate --from %[1]s, zoo predict --from %[1]s", path))
	case errors.Is(err, context.Canceled):
		ui.note("the run so far is saved; go on with: zoo train --resume " + path)
	case errors.Is(err, zoo.ErrMismatch), errors.Is(err, zoo.ErrFormat), errors.Is(err, zoo.ErrDamaged):
		// it did not go on
	default:
		if latest, _ := c.directory.Latest(); latest != "" {
			ui.note("the last checkpoint before that is " + filepath.Join(path, latest))
		}
	}
}
