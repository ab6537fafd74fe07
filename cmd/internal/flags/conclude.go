package flags

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Announce says where a resumed run goes on.
func (c *Checkpoints) Announce(reporter *ui.Reporter) error {
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
	reporter.Note("going on from " + latest)
	return nil
}

// Conclude says why the run ended and what can be done now.
func (c *Checkpoints) Conclude(reporter *ui.Reporter, t *train.Trainer, history []metrics.Epoch, err error) {
	if err == nil && t.StoppedEarly() {
		reporter.Note(fmt.Sprintf("stopped early: %s was best in epoch %d, step %d", c.monitor, t.Best().Epoch, t.Best().Steps))
	}
	if c.directory == nil {
		return
	}
	path := c.directory.Path()
	switch {
	case err == nil && reporter.Epochs() == 0:
		reporter.Note(fmt.Sprintf("the run has ended after %d epochs; to go on, raise --epochs", metrics.Whole(history)))
	case err == nil:
		reporter.Note(fmt.Sprintf("saved; use it with: zoo evaluate --from %[1]s, zoo predict --from %[1]s", path))
	case errors.Is(err, context.Canceled):
		reporter.Note("the run so far is saved; go on with: zoo train --resume " + path)
	case errors.Is(err, checkpoint.ErrMismatch), errors.Is(err, checkpoint.ErrFormat), errors.Is(err, checkpoint.ErrDamaged):
		// it did not go on
	default:
		if latest, _ := c.directory.Latest(); latest != "" {
			reporter.Note("the last checkpoint before that is " + filepath.Join(path, latest))
		}
	}
}
