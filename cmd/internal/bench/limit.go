package bench

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/spf13/cobra"
)

// limitRecord compares the training step of DNN with the best that this machine could do.
type limitRecord struct {
	Kernel    string  `json:"kernel"`
	Gflops    float64 `json:"peak_gflops"` // of a matrix product that suits the machine
	Bandwidth float64 `json:"memory_gb_s"` // of copying what no cache holds, read and write
	Products  float64 `json:"products_ms"` // of a step, at the peak
	Memory    float64 `json:"memory_ms"`   // of reading and writing the touched rows
	Limit     float64 `json:"limit_ms"`    // both
	Step      float64 `json:"wall_min_ms"` // measured
	Ratio     float64 `json:"step_to_limit"`
}

func newLimitCommand() *cobra.Command {
	var asJSON bool
	var batchSize int
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Compare the training step of DNN with the limits of this machine",
		Long: `Measure how fast this machine multiplies matrices and copies memory, and compute the least time of a
training step of DNN with AdamAR: that of its matrix products at this speed, and that of moving the
touched rows, their moments and their times of update from memory and back.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := measureLimit(cmd, batchSize)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), `kernel %s
matrix products  %.0f GFLOP/s: %.2f ms for those of a step
memory           %.1f GB/s: %.2f ms for the touched rows
limit            %.2f ms
step             %.2f ms, %.2f times the limit
`, r.Kernel, r.Gflops, r.Products, r.Bandwidth, r.Memory, r.Limit, r.Step, r.Ratio)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().IntVar(&batchSize, "batch-size", 1024, "samples in a step")
	return cmd
}

func measureLimit(cmd *cobra.Command, batchSize int) (*limitRecord, error) {
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return nil, err
	}
	r := &limitRecord{Kernel: kernel.Name(), Gflops: peakGflops(), Bandwidth: memoryBandwidth()}
	step, err := bench.StepBenchmark{Model: models()["dnn"], Solver: solver, BatchSize: batchSize, Seconds: 3}.Run(cmd.Context())
	if err != nil {
		return nil, err
	}
	const rowBytes = 2 * (3*16*4 + 8) // read and write weights and two moments of 16 values, and two times
	r.Step = step.WallMinimum
	r.Products = step.GFlops * step.WallMinimum / r.Gflops
	r.Memory = float64(step.TouchedRows*rowBytes) / r.Bandwidth / 1e6
	r.Limit = r.Products + r.Memory
	r.Ratio = r.Step / r.Limit
	return r, nil
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

// peakGflops is the speed of a matrix product whose sizes are all multiples of the kernel's.
func peakGflops() float64 {
	const n = 768
	a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
	seconds := fastest(func() { kernel.Gemm(false, false, n, n, n, a, n, b, n, c, n, false) })
	return 2 * n * n * n / seconds / 1e9
}

// memoryBandwidth is the speed of copying, in GB/s; reads and writes both count.
func memoryBandwidth() float64 {
	const n, tile = 1 << 26, 1 << 20
	src, dst := make([]float32, n), make([]float32, n)
	seconds := fastest(func() { kernel.Parallel(n, tile, func(from, to int) { copy(dst[from:to], src[from:to]) }) })
	return 2 * 4 * n / seconds / 1e9
}
