package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/stream"
)

// Waiting says what to do about days that are not complete, or not there yet.
type Waiting struct {
	// Delay is for how long a day must not have changed until it is complete. Default 0: what is there is complete.
	Delay time.Duration
	// Follow waits for days that are not there yet, for ever. Default: the days end before the first one that is not complete.
	Follow bool
	// Poll is the time between two looks. Default 1 s.
	Poll time.Duration
	// OnWait, if not nil, is called once with each thing that is waited for, or that is left for another time.
	OnWait func(what string)

	said string
}

// wait waits for the time between two looks. It returns the error of a context that ends.
func (w *Waiting) wait(ctx context.Context, what string) error {
	w.say("waiting: " + what)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(cmp.Or(w.Poll, time.Second)):
		return nil
	}
}

// say says something, but not twice in turn.
func (w *Waiting) say(what string) {
	if w.OnWait != nil && what != w.said {
		w.OnWait(what)
	}
	w.said = what
}

// Days yields the days in the order of their names, each when it is complete. A day that comes later than one that follows it is
// yielded, too: the stream refuses it. After an error nothing follows.
func (f Files) Days(ctx context.Context) iter.Seq2[stream.Day, error] {
	return func(yield func(stream.Day, error) bool) {
		if err := f.days(ctx, yield); err != nil {
			yield(stream.Day{}, err)
		}
	}
}

func (f Files) days(ctx context.Context, yield func(stream.Day, error) bool) error {
	given := map[string]bool{}
	for latest := ""; ; {
		list, err := f.find()
		if err != nil {
			return err
		}
		missing := "no day matches yet"
		if latest != "" {
			missing = "for a day after " + latest
		}
		for _, d := range list {
			if given[d.Name] {
				continue
			}
			why, err := f.open(d)
			if err != nil {
				return err
			}
			if why != "" {
				missing = fmt.Sprintf("day %s is not complete: %s", d.Name, why)
				break
			}
			given[d.Name], latest = true, d.Name
			if !yield(d.Day, nil) {
				return nil
			}
		}
		if err := f.end(ctx, missing, len(list) > len(given)); !f.Follow || err != nil {
			return err
		}
	}
}

// end ends a round of looking.
func (f *Files) end(ctx context.Context, missing string, left bool) error {
	switch {
	case f.Follow:
		return f.wait(ctx, missing)
	case left:
		f.say("left for another time: " + missing)
	}
	return nil
}

// open returns why a day is not complete; "" if it is.
func (f *Files) open(d found) (string, error) {
	last, err := d.lastChange()
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.Follow:
		return "it has just gone", nil
	case err != nil:
		return "", err
	case f.Delay > 0 && time.Since(last) < f.Delay:
		return fmt.Sprintf("it changed at %s, less than %v ago", last.Format(time.TimeOnly), f.Delay), nil
	}
	return "", nil
}
