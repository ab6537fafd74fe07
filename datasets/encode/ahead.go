package encode

import (
	"context"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// tablesAhead is how many tables may be filled before they are asked for.
const tablesAhead = 2

// ahead reads a log to tables, on a goroutine of its own.
type ahead struct {
	full, free chan *table
	stop       context.CancelFunc
}

// readAhead begins to read. close must be called.
func readAhead(ctx context.Context, l rawlog.Log, columns []rawlog.Column, meter *rawlog.Meter) *ahead {
	a := &ahead{full: make(chan *table, tablesAhead), free: make(chan *table, tablesAhead+2)}
	for range cap(a.free) {
		a.free <- newTable(len(columns))
	}
	ctx, a.stop = context.WithCancel(ctx)
	go func() {
		defer close(a.full)
		a.read(ctx, l, columns, meter)
	}()
	return a
}

func (a *ahead) read(ctx context.Context, l rawlog.Log, columns []rawlog.Column, meter *rawlog.Meter) {
	t := <-a.free
	for r, err := range l(ctx, columns, meter) {
		if t.isFull() || err == nil && !t.takes(r) {
			if t = a.pass(ctx, t); t == nil {
				return
			}
		}
		if err != nil {
			t.addBad(err)
		} else {
			t.add(r)
		}
	}
	if !t.isEmpty() {
		a.pass(ctx, t)
	}
}

// pass gives a table away, and returns an empty one; nil at the end of the context.
func (a *ahead) pass(ctx context.Context, t *table) *table {
	select {
	case a.full <- t:
	case <-ctx.Done():
		return nil
	}
	select {
	case t := <-a.free:
		return t
	case <-ctx.Done():
		return nil
	}
}

// giveBack lets a table be filled again.
func (a *ahead) giveBack(t *table) {
	t.clear()
	a.free <- t
}

// close ends the reading, and waits until the log is closed.
func (a *ahead) close() {
	a.stop()
	for range a.full {
	}
}
