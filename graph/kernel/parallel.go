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
	for range helpers {
		j.helpers.Add(1)
		if !offer(j) {
			j.helpers.Done()
			break
		}
	}
	j.work()
	j.helpers.Wait()
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
	helpers sync.WaitGroup
	lock    sync.Mutex
	failure any // of the first tile that panicked
}

var jobs = sync.Pool{New: func() any { return new(job) }}

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

// offers reaches only workers that wait for work at this moment. A caller that finds none does
// the work itself, so that nested calls cannot wait for each other.
var offers = make(chan *job)

// offer gives the job to an idle worker, and starts the workers at the first use.
func offer(j *job) bool {
	startWorkers()
	select {
	case offers <- j:
		return true
	default:
		return false
	}
}

var startWorkers = sync.OnceFunc(func() {
	for range runtime.NumCPU() {
		go func() {
			for j := range offers {
				j.work()
				j.helpers.Done()
			}
		}()
	}
})
