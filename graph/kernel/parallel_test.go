package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParallel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, n := range []int{0, 1, 5, 6, 1000} {
		done := make([]int32, n)
		Parallel(n, 5, func(from, to int) {
			require.Zero(t, from%5)
			Parallel(to-from, 1, func(i, _ int) { done[from+i]++ }) // nested
		})
		for _, d := range done {
			require.Equal(t, int32(1), d)
		}
	}
	require.PanicsWithValue(t, "boom", func() {
		Parallel(100, 1, func(from, _ int) {
			if from == 50 {
				panic("boom")
			}
		})
	})
}

// Jobs of several callers, offered to workers that are awake, asleep or about to leave another job.
func TestParallelFromSeveralGoroutines(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var callers sync.WaitGroup
	for caller := range 4 {
		callers.Go(func() {
			var done atomic.Int64
			f := func(from, to int) { done.Add(int64(to - from)) }
			for round := range 2000 {
				done.Store(0)
				Parallel(17, 2, f)
				require.Equal(t, int64(17), done.Load())
				if round%500 == caller {
					time.Sleep(2 * patience)
				}
			}
		})
	}
	callers.Wait()
}

// Where every core is claimed, a caller does its job alone, and so in the order of the tiles.
func TestNobodyHelpsOnAClaimedCore(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for range 2 {
		defer Claim()()
	}
	next := 0
	Parallel(1000, 10, func(from, to int) {
		require.Equal(t, next, from)
		next = to
	})
	require.Equal(t, 1000, next)
}
