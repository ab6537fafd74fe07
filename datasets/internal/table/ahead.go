package table

import (
	"context"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// tablesAhead is how many tables may be filled before they are asked for.
const tablesAhead = 2

// Ahead reads a log to tables, on a goroutine of its own.
type Ahead struct {
	full, free chan *Table
	stop       context.CancelFunc
}

// ReadAhead begins to read, to tables of at most so many rows, see MostRows. Close must be called.
func ReadAhead(ctx context.Context, l rawlog.Log, columns []rawlog.Column, meter *rawlog.Meter, rows int) *Ahead {
	a := &Ahead{full: make(chan *Table, tablesAhead), free: make(chan *Table, tablesAhead+2)}
	for range cap(a.free) {
		a.free <- newTable(len(columns), rows)
	}
	ctx, a.stop = context.WithCancel(ctx)
	go func() {
		defer close(a.full)
		a.read(ctx, l, columns, meter)
	}()
	return a
}

func (a *Ahead) read(ctx context.Context, l rawlog.Log, columns []rawlog.Column, meter *rawlog.Meter) {
	t := <-a.free
	for r, err := range l(ctx, columns, meter) {
		if t.isFull() || err == nil && !t.takes(r) {
			if t = a.pass(ctx, t); t == nil {
				return
			}
		}
		if err != nil {
			t.addUnread(err)
		} else {
			t.add(r)
		}
	}
	if !t.isEmpty() {
		a.pass(ctx, t)
	}
}

// pass gives a table away, and returns an empty one; nil at the end of the context.
func (a *Ahead) pass(ctx context.Context, t *Table) *Table {
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

// Tables gives the tables, in the order of the log. It is closed at the end of the log or of the context.
func (a *Ahead) Tables() <-chan *Table { return a.full }

// GiveBack lets a table be filled again.
func (a *Ahead) GiveBack(t *Table) {
	t.clear()
	a.free <- t
}

// Close ends the reading, and waits until the log is closed.
func (a *Ahead) Close() {
	a.stop()
	for range a.full {
	}
}
