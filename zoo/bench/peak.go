package bench

import (
	"time"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// PeakGflops is the speed of a matrix product whose sizes are all multiples of the kernel's.
func PeakGflops(p kernel.Precision) float64 {
	const n = 768
	a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
	seconds := fastest(func() { p.Gemm(false, false, n, n, n, a, n, b, n, c, n, false) })
	return 2 * n * n * n / seconds / 1e9
}

// memoryBandwidth is the speed of copying, in GB/s; reads and writes both count.
func memoryBandwidth() float64 {
	const n, tile = 1 << 26, 1 << 20
	src, dst := make([]float32, n), make([]float32, n)
	seconds := fastest(func() { kernel.Parallel(n, tile, func(from, to int) { copy(dst[from:to], src[from:to]) }) })
	return 2 * 4 * n / seconds / 1e9
}

// fastest returns the least time of a call of f, in seconds, after a first call that touches its memory.
func fastest(f func()) float64 {
	f()
	best := time.Duration(1 << 62)
	for begin := time.Now(); time.Since(begin) < time.Second; {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best.Seconds()
}
