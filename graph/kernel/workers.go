package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a worker looks for the next job before it sleeps. A step is a series of many short
// jobs, and to wake a sleeper takes as long as some of them.
const patience = 100 * time.Microsecond

// looksAtOnce is how often a goroutine that waits looks before it lets others run.
const looksAtOnce = 100

// pool is the goroutines that help with jobs, one for each processor but the caller's.
type pool struct {
	start  sync.Once
	board  atomic.Pointer[job] // the latest job that wants help
	awake  atomic.Int64        // workers that look at the board
	alarms chan struct{}
}

var workers = pool{alarms: make(chan struct{})}

// offer puts a job on the board, and wakes sleepers if more helpers are wanted than are awake.
func (p *pool) offer(j *job, helpers int) {
	p.start.Do(func() {
		for range runtime.NumCPU() - 1 {
			go p.worker()
		}
	})
	j.helpers.Add(-closed) // not Store: a worker that found an earlier job may be about to leave
	p.board.Store(j)
	for range helpers - int(p.awake.Load()) {
		select {
		case p.alarms <- struct{}{}:
		default:
			return // nobody sleeps
		}
	}
}

// withdraw takes a job off the board and waits for the workers on it.
func (p *pool) withdraw(j *job) {
	p.board.CompareAndSwap(j, nil)
	for looks := 1; !j.helpers.CompareAndSwap(0, closed); looks++ {
		if looks%looksAtOnce == 0 {
			runtime.Gosched()
		}
	}
}

// look looks at the board some times, and reports whether there was a job to help with.
func (p *pool) look() bool {
	for range looksAtOnce {
		if j := p.board.Load(); j != nil && j.help() {
			return true
		}
	}
	return false
}

func (p *pool) worker() {
	for {
		p.awake.Add(1)
		for since := time.Now(); time.Since(since) < patience; runtime.Gosched() {
			if p.look() {
				since = time.Now()
			}
		}
		p.awake.Add(-1)
		<-p.alarms
	}
}
