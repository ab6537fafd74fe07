package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// claims is how many goroutines have claimed a core.
var claims atomic.Int64

// Claim claims a core for the calling goroutine until the function that it returns is called. Parallel finds helpers on cores only
// that nobody has claimed: where several goroutines compute, such as those of the requests of a server, each keeps to its own core,
// which is faster than to help each other.
func Claim() (release func()) {
	claims.Add(1)
	return unclaim
}

var unclaim = func() { claims.Add(-1) }

// Parallel calls f for the tiles [0, tile), [tile, 2*tile) ... of [0, n), on up to GOMAXPROCS cores (see
// Claim), and returns when all are done. Any core may take any tile, so f must not depend on it. f may call Parallel. A
// panic in f becomes one in the caller, after all tiles have ended. Parallel allocates nothing.
func Parallel(n, tile int, f func(from, to int)) {
	if n <= 0 {
		return
	}
	tiles := ceil(n, tile)
	helpers := min(runtime.GOMAXPROCS(0)-max(1, int(claims.Load())), tiles-1)
	if helpers < 1 {
		for from := 0; from < n; from += tile {
			f(from, min(n, from+tile))
		}
		return
	}
	j := jobs.Get().(*job)
	j.f, j.n, j.tile = f, n, tile
	j.taken.Store(0)
	j.tiles.Store(int64(tiles))
	workers.offer(j, helpers)
	j.work(fromFront)
	workers.withdraw(j)
	failure := j.failure
	j.f, j.failure = nil, nil
	jobs.Put(j)
	if failure != nil {
		panic(failure)
	}
}

// job is one call of Parallel. The caller takes tiles from the front, its helpers from the back: so on two
// cores each finds in its own cache what it left there in the job before.
type job struct {
	f       func(from, to int)
	n, tile int
	tiles   atomic.Int64
	taken   atomic.Int64 // from the front times fromFront, plus from the back
	helpers atomic.Int64 // workers on the job; closed while nobody may join
	lock    sync.Mutex
	failure any // of the first tile that panicked
}

const (
	fromFront = 1 << 32
	fromBack  = 1
)

// closed is so far below zero that it stays there however many workers try to join.
const closed = -1 << 40

var jobs = sync.Pool{New: func() any {
	j := new(job)
	j.helpers.Store(closed)
	return j
}}

// work takes tiles from one end until none is left.
func (j *job) work(end int64) {
	tiles := int(j.tiles.Load())
	for {
		front, back := split(j.taken.Add(end))
		if front+back > tiles {
			return
		}
		t := front - 1
		if end == fromBack {
			t = tiles - back
		}
		j.run(t*j.tile, min(j.n, (t+1)*j.tile))
	}
}

func split(taken int64) (front, back int) { return int(taken >> 32), int(taken & (fromFront - 1)) }

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

// help works on the job, unless there is nothing left or it is over. It reports whether it tried.
func (j *job) help() bool {
	if front, back := split(j.taken.Load()); front+back >= int(j.tiles.Load()) {
		return false
	}
	if j.helpers.Add(1) > 0 {
		j.work(fromBack)
	}
	j.helpers.Add(-1)
	return true
}
