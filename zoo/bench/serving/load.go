package serving

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/bench"
)

// caller sends requests of a kind, one at a time.
type caller interface {
	// call sends the request of a number, and waits for its answer.
	call(number int) error
	close()
}

// load is how a target is asked.
type load struct {
	callers  int
	rate     float64 // requests a second, of all callers; 0: each asks again as soon as it is answered
	duration time.Duration
}

// latencies are those of the requests of a load.
type latencies struct {
	sorted []time.Duration
	took   time.Duration // all of them together
	cpu    time.Duration // of the processors meanwhile, for callers and server
}

// run asks until the time is over. The first error ends it.
func (l load) run(ctx context.Context, t *target) (*latencies, error) {
	callers := make([]caller, l.callers)
	for i := range callers {
		c, err := t.newCaller()
		if err != nil {
			return nil, err
		}
		defer c.close()
		callers[i] = c
	}
	var wait sync.WaitGroup
	var next atomic.Int64
	took, errs := make([][]time.Duration, l.callers), make([]error, l.callers)
	cpu, start := bench.CPUTime(), time.Now()
	for i, c := range callers {
		wait.Go(func() { took[i], errs[i] = l.ask(ctx, c, start, &next) })
	}
	wait.Wait()
	all := &latencies{sorted: slices.Concat(took...), took: time.Since(start), cpu: bench.CPUTime() - cpu}
	slices.Sort(all.sorted)
	if len(all.sorted) == 0 {
		errs = append(errs, ErrNoAnswer)
	}
	return all, errors.Join(errs...)
}

// ErrNoAnswer is wrapped by the error of a load to which nothing was answered in its time.
var ErrNoAnswer = errors.New("zoo: no request was answered in the time of the measurement")

// ask sends requests by one caller.
func (l load) ask(ctx context.Context, c caller, start time.Time, next *atomic.Int64) (took []time.Duration, err error) {
	for ctx.Err() == nil {
		number := next.Add(1) - 1
		began, goesOn := l.await(start, number)
		if !goesOn {
			return took, nil
		}
		if err := c.call(int(number)); err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
	}
	return took, ctx.Err()
}

// await waits until a request is due, and returns when its time begins. At a fixed rate a request that is late, since all callers
// wait for answers, is late from the time at which it was due: a server that halts does not hide what it does to the requests
// behind. A caller that oversleeps is not the server's fault.
func (l load) await(start time.Time, number int64) (began time.Time, goesOn bool) {
	now := time.Now()
	if l.rate == 0 {
		return now, now.Sub(start) < l.duration
	}
	due := start.Add(time.Duration(float64(number) / l.rate * float64(time.Second)))
	if due.Sub(start) >= l.duration {
		return due, false
	}
	if now.After(due) {
		return due, true
	}
	time.Sleep(due.Sub(now))
	return time.Now(), true
}

// quantile returns the latency in microseconds that a share of the requests does not exceed.
func (l *latencies) quantile(share float64) float64 {
	last := len(l.sorted) - 1
	return float64(l.sorted[min(last, int(share*float64(len(l.sorted))))]) / float64(time.Microsecond)
}

// perSecond returns how many requests were answered in a second.
func (l *latencies) perSecond() float64 { return float64(len(l.sorted)) / l.took.Seconds() }
