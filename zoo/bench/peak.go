package bench

import (
	"time"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// machineFigures are the best that was seen of the machine.
type machineFigures struct {
	gflops    float64 // of matrix products
	bandwidth float64 // of memory, in GB/s
}

// measure measures for two thirds of a second.
func (f *machineFigures) measure(p kernel.Precision) {
	f.gflops = max(f.gflops, peakGflops(p, 0.3))
	f.bandwidth = max(f.bandwidth, memoryBandwidth(0.3))
}

// PeakGflops measures for a second the speed of a matrix product whose sizes are all multiples of the kernel's.
func PeakGflops(p kernel.Precision) float64 { return peakGflops(p, 1) }

func peakGflops(p kernel.Precision, seconds float64) float64 {
	const n = 768
	a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
	took := fastest(seconds, func() { p.Gemm(false, false, n, n, n, a, n, b, n, c, n, false) })
	return 2 * n * n * n / took / 1e9
}

// memoryBandwidth is the speed of copying, in GB/s; reads and writes both count.
func memoryBandwidth(seconds float64) float64 {
	const n, tile = 1 << 26, 1 << 20
	src, dst := make([]float32, n), make([]float32, n)
	took := fastest(seconds, func() { kernel.Parallel(n, tile, func(from, to int) { copy(dst[from:to], src[from:to]) }) })
	return 2 * 4 * n / took / 1e9
}

// fastest calls f for some seconds, and returns the least time of a call, in seconds, after a first call that touches its memory.
func fastest(seconds float64, f func()) float64 {
	f()
	best := time.Duration(1 << 62)
	for begin := time.Now(); time.Since(begin).Seconds() < seconds; {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best.Seconds()
}
