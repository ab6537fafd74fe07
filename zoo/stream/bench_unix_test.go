//go:build unix

package stream_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// A day costs what its rows cost, not the days before: this measures the processor time of whole days (evaluation, eviction,
// reading, training, saving, publishing) of a log in which ids are born and die, and reports the medians of days 8 to 12 and 56 to
// 60, and their ratio. From about day 5 on as many values leave as come.
func BenchmarkSixtyDays(b *testing.B) {
	const days = 60
	logs := filepath.Join(b.TempDir(), "logs")
	require.NoError(b, synthetic.Drift{Rows: 5000}.WriteFolder(b.Context(), logs, days, func(synthetic.DriftDay) error { return nil }))
	described, err := schema.Load(filepath.Join(logs, "schema.yaml"))
	require.NoError(b, err)
	files, err := filepath.Glob(filepath.Join(logs, "2026*.csv"))
	require.NoError(b, err)
	require.Len(b, files, days)
	o := stream.Options{
		Schema: described, Run: train.Run{Model: zoo.DNN{EmbeddingDim: 16, HiddenUnits: []int{64, 32}}, BatchSize: 50},
		NewSolver: func(int) (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(0.002)) },
	}
	seconds := make([]float64, days) // the least of each day
	for round := 0; b.Loop(); round++ {
		s, err := stream.Open(filepath.Join(b.TempDir(), fmt.Sprint("run", round)), o)
		require.NoError(b, err)
		for i, file := range files {
			begun := processorSeconds(b)
			_, err := s.Train(b.Context(), stream.Day{Name: filepath.Base(file), Files: []string{file}})
			require.NoError(b, err)
			if spent := processorSeconds(b) - begun; seconds[i] == 0 || spent < seconds[i] {
				seconds[i] = spent
			}
		}
		require.NoError(b, s.Close())
	}
	early, late := median(seconds[7:12]), median(seconds[55:60])
	b.ReportMetric(1000*early, "ms/day-10")
	b.ReportMetric(1000*late, "ms/day-60")
	b.ReportMetric(late/early, "day-60/day-10")
}

// processorSeconds returns the time that all cores together have spent on this process.
func processorSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}
