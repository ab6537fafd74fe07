package ui

import (
	"context"
	"sync"
	"time"
)

// EndAfter returns a context under which a program ends soon after ctx, whatever it does: it may build a graph, parse, or wait for a pipe,
// which no context stops. Once nothing has been under way for so long that is worth finishing, see Finish, exit is called.
func EndAfter(ctx context.Context, patience time.Duration, exit func()) context.Context {
	u := &underWay{}
	context.AfterFunc(ctx, func() {
		u.end(0) // what was before does not count
		for left := patience; left > 0; left = patience - u.nothingFor() {
			time.Sleep(left)
		}
		exit()
	})
	return context.WithValue(ctx, underWayKey{}, u)
}

// Finish says that something begins which is worth finishing after an interrupt, such as saving a run, and which looks at ctx itself. It
// lasts until the function that it returns is called.
func Finish(ctx context.Context) (ended func()) {
	u, has := ctx.Value(underWayKey{}).(*underWay)
	if !has {
		return func() {}
	}
	u.end(-1)
	return func() { u.end(1) }
}

type underWayKey struct{}

// underWay counts what is worth finishing.
type underWay struct {
	lock   sync.Mutex
	number int
	since  time.Time // the number has been what it is
}

// end takes n from the number.
func (u *underWay) end(n int) {
	u.lock.Lock()
	defer u.lock.Unlock()
	u.number -= n
	u.since = time.Now()
}

// nothingFor is for how long nothing has been under way.
func (u *underWay) nothingFor() time.Duration {
	u.lock.Lock()
	defer u.lock.Unlock()
	if u.number > 0 {
		return 0
	}
	return time.Since(u.since)
}
