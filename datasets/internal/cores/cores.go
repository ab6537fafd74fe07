package cores

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// SideBySide calls do for 0 to n-1 on all cores, each number on any of them, and returns when all calls have.
func SideBySide(n int, do func(i int)) {
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			do(int(i))
		}
	}
	var helpers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) - 1 {
		helpers.Go(work)
	}
	work()
	helpers.Wait()
}
