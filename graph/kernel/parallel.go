package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls f for the tiles [0, tile), [tile, 2*tile) ... of [0, n), on up to GOMAXPROCS
// cores, and returns when all are done. Which core takes which tile is left open, so f must not
// depend on it. Parallel may be used inside f. A panic in f comes up in the caller, after all
// tiles have ended. It allocates nothing.
func Parallel(n, tile int, f func(from, to int)) {
	if n <= 0 {
		return
	}
	tiles := (n + tile - 1) / tile
	helpers := min(runtime.GOMAXPROCS(0), tiles) - 1
	if helpers < 1 {
		for from := 0; from < n; from += tile {
			f(from, min(n, from+tile))
		}
		return
	}
	j := jobs.Get().(*job)
	j.f, j.n, j.tile = f, n, tile
	j.next.Store(0)
	workers.offer(j, helpers)
	j.work()
	workers.withdraw(j)
	failure := j.failure
	j.f, j.failure = nil, nil
	jobs.Put(j)
	if failure != nil {
		panic(failure)
	}
}

// job is one call of Parallel.
type job struct {
	f       func(from, to int)
	n, tile int
	next    atomic.Int64
	helpers atomic.Int64 // workers that are at it; closed while nobody may join
	lock    sync.Mutex
	failure any // of the first tile that panicked
}

// closed is so far below zero that no number of workers that try to join lifts it.
const closed = -1 << 40

var jobs = sync.Pool{New: func() any {
	j := new(job)
	j.helpers.Store(closed)
	return j
}}

// work takes tiles until none is left.
func (j *job) work() {
	for {
		from := int(j.next.Add(1)-1) * j.tile
		if from >= j.n {
			return
		}
		j.run(from, min(j.n, from+j.tile))
	}
}

func (j *job) run(from, to int) {
	defer func() {
		if p := recover(); p != nil {
			j.lock.Lock()
			if j.failure == nil {
				j.failure = p
			}
			j.lock.Unlock()
		}
	}()
	j.f(from, to)
}

// help works on the job, unless it is over.
func (j *job) help() {
	if j.helpers.Add(1) > 0 {
		j.work()
	}
	j.helpers.Add(-1)
}
